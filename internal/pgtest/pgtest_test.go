//go:build unix

package pgtest

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestAServerAnswersAlsoAfterACrash(t *testing.T) {
	s := Start(t)
	dsn := s.DSN(t)
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE kept (n BIGINT)`); err != nil {
		t.Fatal(err)
	}
	s.Crash(t)
	var n int
	for range db.Stats().OpenConnections + 1 { // connections of before are dead, one each
		if err = db.QueryRowContext(t.Context(), `SELECT count(*) FROM kept`).Scan(&n); err == nil {
			return
		}
	}
	t.Error(err)
}

func TestADatabaseIsGoneWithItsTest(t *testing.T) {
	s := Start(t)
	kept := s.DSN(t)
	t.Run("a test with a database and a copy", func(sub *testing.T) {
		used, err := sql.Open("pgx", s.Copy(sub, kept))
		if err != nil {
			sub.Fatal(err)
		}
		t.Cleanup(func() { _ = used.Close() }) // longer than the test with the database
		if err := used.PingContext(sub.Context()); err != nil {
			sub.Fatal(err)
		}
	})
	db, err := sql.Open("pgx", kept)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var left int
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_database WHERE datname LIKE 'test%'`).Scan(&left); err != nil || left != 1 {
		t.Errorf("%d databases are left (%v), want the one of this test", left, err)
	}
}

func TestOnlyFoldersOfTheDeadAreRemoved(t *testing.T) {
	temp, me := t.TempDir(), int64(os.Getuid())
	for name, x := range map[string]struct {
		server bool   // has written down who it is
		pid    string // who that is
		locked bool   // by a test that runs
		nobody bool   // ever locked it: it is being made
		gone   bool
	}{
		"of a test that was killed":                            {gone: true},
		"of a test that was killed, and a server that crashed": {server: true, pid: "2147483647\n/data\n", gone: true},
		"of a test that was killed, and a server that runs":    {server: true, pid: fmt.Sprintf("%d\n/data\n", os.Getpid())},
		"of a server that is starting":                         {server: true},
		"of a test that runs":                                  {locked: true},
		"of a test that begins":                                {nobody: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(temp, folders+fmt.Sprint(len(name)))
			if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
				t.Fatal(err)
			}
			if !x.nobody {
				f, err := own(dir)
				if err != nil {
					t.Fatal(err)
				}
				if x.locked {
					defer func() { _ = f.Close() }()
				} else if err := f.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if x.server {
				if err := os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), []byte(x.pid), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := sweep(temp, me+1); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(dir); err != nil {
				t.Fatalf("it was removed for somebody else: %v", err)
			}
			if err := sweep(temp, me); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) != x.gone {
				t.Errorf("after the next start: %v, want it gone: %v", err, x.gone)
			}
		})
	}
}

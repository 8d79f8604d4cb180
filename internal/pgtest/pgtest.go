//go:build unix

// Package pgtest starts a real PostgreSQL for a test from the programs on this
// machine, and stops it when the test ends. Where there are none, the test is
// skipped and says so.
package pgtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Server is a running PostgreSQL that only this machine's user reaches, over a
// socket in its own folder.
type Server struct {
	dir  string
	bin  string
	args []string
	uid  uint32
	gid  uint32
	root bool // this process is root, which PostgreSQL refuses to be
	proc *process
	next atomic.Int64
}

// patience is how long a server may take to answer after its start.
const patience = 60 * time.Second

// Start starts a server for t and what runs within it. settings are of the
// form "name=value". Nothing is flushed to disk: tests kill processes, not the
// machine.
func Start(t *testing.T, settings ...string) *Server {
	t.Helper()
	s := &Server{bin: find(t)}
	s.account(t)
	s.dir = s.folder(t)
	s.run(t, "initdb", "-D", s.data(), "-U", "rasid", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "--wal-segsize=1")
	s.args = []string{"-D", s.data(), "-k", s.dir}
	for _, set := range append(modest(), settings...) {
		s.args = append(s.args, "-c", set)
	}
	s.Boot(t)
	t.Cleanup(func() { s.proc.stop() })
	return s
}

// modest are the settings of a server that needs little room and no network. Its
// log of writes is read after a crash and by nobody else, so it may be short; a
// killed process tears no page, so whole pages need not be in it; and no database
// lives long enough to be swept.
func modest() []string {
	return []string{
		"listen_addresses=", "max_connections=200", "log_min_messages=fatal",
		"fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "min_wal_size=2MB", "max_wal_size=8MB", "autovacuum=off",
	}
}

// Boot starts the server and waits until it answers.
func (s *Server) Boot(t *testing.T) {
	t.Helper()
	var err error
	if s.proc, err = s.start(filepath.Join(s.bin, "postgres"), s.args); err != nil {
		t.Fatalf("starting postgres: %v", err)
	}
	if err := s.answers(t.Context()); err != nil {
		s.proc.stop()
		t.Fatalf("postgres does not answer: %v", err)
	}
}

// Crash ends the server at once, as "immediate shutdown" does, and starts it
// again.
func (s *Server) Crash(t *testing.T) {
	t.Helper()
	s.proc.crash()
	s.Boot(t)
}

// DSN makes a new empty database, which is dropped when t ends, and returns its
// address.
func (s *Server) DSN(t *testing.T) string {
	t.Helper()
	name := "test" + strconv.FormatInt(s.next.Add(1), 10)
	if err := s.do(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("creating database: %v", err)
	}
	t.Cleanup(func() {
		if err := s.do(context.WithoutCancel(t.Context()), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("dropping database: %v", err)
		}
	})
	return s.address(name)
}

// Copy makes a database with all that is in another one, by pg_dump and psql as
// an operator does it, and returns its address.
func (s *Server) Copy(t *testing.T, dsn string) string {
	t.Helper()
	dump, to := filepath.Join(s.dir, "dump.sql"), s.DSN(t)
	s.run(t, "pg_dump", "--file", dump, "--dbname", dsn)
	s.run(t, "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", dump, "--dbname", to)
	if err := os.Remove(dump); err != nil {
		t.Fatal(err)
	}
	return to
}

// do runs a statement that belongs to no database.
func (s *Server) do(ctx context.Context, statement string) error {
	db, err := sql.Open("pgx", s.address("postgres"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

func (s *Server) address(name string) string {
	return (&url.URL{Scheme: "postgres", User: url.User("rasid"), Path: "/" + name, RawQuery: url.Values{"host": {s.dir}}.Encode()}).String()
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// find returns the folder of PostgreSQL's programs or skips the test.
func find(t *testing.T) string {
	t.Helper()
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin") // Debian keeps them off the PATH
	if err != nil {
		t.Fatal(err)
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	for _, dir := range slices.Backward(dirs) {
		_, err1 := os.Stat(filepath.Join(dir, "initdb"))
		_, err2 := os.Stat(filepath.Join(dir, "postgres"))
		if err1 == nil && err2 == nil {
			return dir
		}
	}
	t.Skip("no PostgreSQL on this machine (initdb and postgres): its tests are skipped")
	return ""
}

// account finds whom to run as: PostgreSQL refuses root.
func (s *Server) account(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			s.uid, s.gid, s.root = uint32(uid), uint32(gid), true
			return
		}
	}
	t.Skip("PostgreSQL refuses to run as root and there is no user postgres or nobody")
}

// run runs one of PostgreSQL's programs to its end.
func (s *Server) run(t *testing.T, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join(s.bin, program), args...)
	cmd.Dir, cmd.SysProcAttr = s.dir, s.identity()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("running %s: %v\n%s", program, err, strings.TrimSpace(string(out)))
	}
}

// answers waits until the server takes connections.
func (s *Server) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	db, err := sql.Open("pgx", s.address("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for postgres: %w", err)
		case <-s.proc.done:
			return errors.New("postgres ended by itself")
		case <-tick.C:
		}
	}
}

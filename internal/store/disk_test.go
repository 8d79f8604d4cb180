package store

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rasid/internal/cases"
)

// then is when what these tests record was said.
var then = time.Unix(1_800_000_000, 0)

// said is a page of one mention, with the cursor behind it.
func said(n int) cases.Page {
	return cases.Page{Next: cases.Cursor(fmt.Sprint(n)), Mentions: []cases.Mention{{ID: fmt.Sprint(n), Text: fmt.Sprint("cold soup ", n), PostedAt: then}}}
}

// onDisk opens a store of its own and closes it with the test.
func onDisk(t *testing.T) (s *Store, file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "rasid.db")
	s, err := Open(t.Context(), Options{DSN: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, file
}

// must runs a statement on a pool.
func must(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func shut(t *testing.T, db *sql.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// expect records a page and looks how many mentions that was, and where the
// cursor stands then.
func (s *Store) expect(t *testing.T, p cases.Page, n int, cursor cases.Cursor) {
	t.Helper()
	got, err := s.Record(t.Context(), "shop", p, then)
	if got != n || (err != nil) != (n == 0) {
		t.Errorf("recorded %d mentions with %v, want %d", got, err, n)
	}
	if at, err := s.Cursor(t.Context(), "shop"); at != cursor || err != nil {
		t.Errorf("the cursor stands at %q (%v), want %q", at, err, cursor)
	}
}

// TestALogThatIsCutAnywhereHoldsWholePagesOnly is a power cut: what was not
// synced is missing, or is rubbish.
func TestALogThatIsCutAnywhereHoldsWholePagesOnly(t *testing.T) {
	t.Parallel()
	s, file := onDisk(t)
	must(t, s.w, `PRAGMA wal_checkpoint(TRUNCATE)`)
	const pages = 8
	for n := range pages {
		s.expect(t, said(n+1), 1, cases.Cursor(fmt.Sprint(n+1)))
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(file + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	dir, last := t.TempDir(), 0
	for part := range 41 {
		cut := len(log) * part / 40
		for name, tail := range map[string][]byte{"missing": nil, "rubbish": make([]byte, len(log)-cut)} {
			at := filepath.Join(dir, fmt.Sprint(cut, name))
			for suffix, b := range map[string][]byte{"": whole, "-wal": append(log[:cut:cut], tail...)} {
				if err := os.WriteFile(at+suffix, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			kept := readBack(t, at)
			if kept < last {
				t.Errorf("%d bytes of the log hold %d pages, fewer than before", cut, kept)
			}
			last = kept
		}
	}
	if last != pages {
		t.Errorf("the whole log holds %d pages, want %d", last, pages)
	}
}

// readBack looks over a database file and returns how many pages it holds:
// mentions and cursor must agree.
func readBack(t *testing.T, file string) int {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, db)
	var sound, cursor string
	var mentions int
	for q, into := range map[string]any{
		`PRAGMA integrity_check`: &sound, `SELECT count(*) FROM mentions`: &mentions, `SELECT coalesce(max(cursor), '0') FROM sources`: &cursor,
	} {
		if err := db.QueryRowContext(t.Context(), q).Scan(into); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	if sound != "ok" || cursor != fmt.Sprint(mentions) {
		t.Errorf("%s: %s; %d mentions and a cursor at %s", filepath.Base(file), sound, mentions, cursor)
	}
	return mentions
}

func TestADiskThatTakesNoWritesLosesNothingAndLetsNothingLeave(t *testing.T) {
	t.Parallel()
	s, _ := onDisk(t)
	if _, err := s.Enqueue(t.Context(), cases.Send{Key: "notice/1", Kind: cases.SendNotice, Target: "room", DueAt: then}); err != nil {
		t.Fatal(err)
	}
	must(t, s.w, `PRAGMA query_only = 1`) // fails as a disk that is read-only does, with SQLITE_READONLY
	s.expect(t, said(1), 0, "")
	if r, ok, err := s.Claim(t.Context(), cases.SendNotice, nil, then, time.Minute); ok || err == nil {
		t.Errorf("%q would be sent although nobody could write it down: %v", r.Key, err)
	}
	must(t, s.w, `PRAGMA query_only = 0`)
	s.expect(t, said(1), 1, "1")
	if _, ok, err := s.Claim(t.Context(), cases.SendNotice, nil, then, time.Minute); !ok || err != nil {
		t.Errorf("nothing leaves after the disk came back: %v", err)
	}
}

func TestADatabaseThatAnotherProgramHoldsIsWaitedForAndNothingIsLost(t *testing.T) {
	t.Parallel()
	s, file := onDisk(t)
	for _, db := range []*sql.DB{s.w, s.r} {
		if ms, err := one[int](db.QueryRowContext(t.Context(), `PRAGMA busy_timeout`)); ms != 10_000 || err != nil {
			t.Errorf("a connection waits %d ms for a foreign lock (%v), want 10 s", ms, err)
		}
	}
	foreign, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, foreign)
	foreign.SetMaxOpenConns(1)
	must(t, foreign, `BEGIN IMMEDIATE`)
	must(t, s.w, `PRAGMA busy_timeout = 1`)
	s.expect(t, said(1), 0, "") // longer than it waits
	must(t, s.w, `PRAGMA busy_timeout = 60000`)
	recorded := make(chan error, 1)
	go func() {
		_, err := s.Record(t.Context(), "shop", said(1), then)
		recorded <- err
	}()
	must(t, foreign, `ROLLBACK`)
	if err := <-recorded; err != nil {
		t.Errorf("not recorded after the other program let go: %v", err)
	}
	s.expect(t, said(2), 1, "2")
}

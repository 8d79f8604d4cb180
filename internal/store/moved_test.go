//go:build unix

package store_test

import (
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/pgtest"
	"rasid/internal/store"
)

// TestADumpReadIntoAnotherDatabaseIsHeld reads what pg_dump wrote into another
// database with psql, and starts on it on a machine that never saw it.
func TestADumpReadIntoAnotherDatabaseIsHeld(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	dsn := server.DSN(t)
	open := func(dsn, dir string) *store.Store {
		s, err := store.Open(t.Context(), store.Options{DSN: dsn, DataDir: dir})
		ok(t, err)
		return s
	}
	held := func(s *store.Store) string {
		why, _, err := s.Held(t.Context())
		ok(t, err)
		return why
	}
	for range 2 { // the second start finds the records where they were, from another machine too
		s := open(dsn, t.TempDir())
		if why := held(s); why != "" {
			t.Errorf("held: %s", why)
		}
		_, err := s.Enqueue(t.Context(), cases.Send{Key: "k", Kind: cases.SendNotice, Target: "desk", By: cases.Rasid, Text: "hello", DueAt: time.Unix(1, 0)})
		ok(t, err)
		ok(t, s.Close())
	}
	at := open(dsn, t.TempDir())
	defer func() { ok(t, at.Close()) }()
	approved(t, at, "amal", "cold soup")
	dir := t.TempDir()
	dump := server.Copy(t, dsn) // while it is worked on
	if n := posts(t, at); n != 1 {
		t.Fatalf("%d replies left from where the records are, want 1", n)
	}
	s := open(dump, dir)
	if why := held(s); why != "restored from a backup" {
		t.Errorf("a dump read into another database is held because of %q", why)
	}
	if n := posts(t, s); n != 0 {
		t.Error("what was posted since the dump was made is posted again")
	}
	if _, claimed, err := s.Claim(t.Context(), cases.SendNotice, []string{"desk"}, time.Unix(2, 0), time.Minute); err != nil || claimed {
		t.Errorf("what was in the dump left: %v, %v", claimed, err)
	}
	ok(t, s.Release(t.Context(), "staff:1", time.Unix(3, 0)))
	ok(t, s.Close())
	s = open(dump, dir)
	defer func() { ok(t, s.Close()) }()
	if why := held(s); why != "" {
		t.Errorf("held again after it was released: %s", why)
	}
	if bad, err := s.Verify(t.Context()); bad != 0 || err != nil {
		t.Errorf("the history of the dump breaks at line %d: %v", bad, err)
	}
}

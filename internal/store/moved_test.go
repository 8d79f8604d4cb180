//go:build unix

package store_test

import (
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/pgtest"
	"rasid/internal/store"
)

// TestADumpReadIntoAnotherDatabaseIsHeld copies a database as pg_dump and psql
// do, onto a machine that never saw it.
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
	dir := t.TempDir()
	dump := server.Copy(t, dsn)
	s := open(dump, dir)
	if why := held(s); why != "restored from a backup" {
		t.Errorf("a dump read into another database is held because of %q", why)
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
}

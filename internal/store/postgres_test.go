//go:build unix

package store_test

import (
	"database/sql"
	"testing"

	"rasid/internal/pgtest"
	"rasid/internal/store"
	"rasid/internal/store/storetest"
)

// database is a place for one PostgreSQL database of a server.
func database(server *pgtest.Server) func(t *testing.T) storetest.Place {
	return func(t *testing.T) storetest.Place {
		dsn, dir := server.DSN(t), t.TempDir()
		return storetest.Place{
			Open: func(t *testing.T, o store.Options) *store.Store {
				o.DSN, o.DataDir = dsn, dir
				return opened(t, o)
			},
			Raw:    func(t *testing.T) *sql.DB { return raw(t, "pgx", dsn) },
			Fresh:  database(server),
			Shared: true, Rounds: *trials,
		}
	}
}

func TestPostgresKeepsEveryPromise(t *testing.T) {
	storetest.Run(t, database(pgtest.Start(t)))
}

// TestADatabaseThatLostItsLastTransactionsIsHeld is a failover to a server that
// had not yet heard of the last claim: what it takes for unsent stands in public.
func TestADatabaseThatLostItsLastTransactionsIsHeld(t *testing.T) {
	t.Parallel()
	dsn, dir := pgtest.Start(t).DSN(t), t.TempDir()
	open := func() *store.Store {
		s, err := store.Open(t.Context(), store.Options{DSN: dsn, DataDir: dir})
		ok(t, err)
		return s
	}
	s := open()
	approved(t, s, "amal", "cold soup")
	if n := posts(t, s); n != 1 {
		t.Fatalf("%d replies left, want one", n)
	}
	ok(t, s.Close())
	s = open()
	if why, _, err := s.Held(t.Context()); why != "" || err != nil {
		t.Errorf("held after a restart: %q, %v", why, err)
	}
	ok(t, s.Close())
	for _, lost := range []string{`UPDATE outbox SET state = 'ready', attempts = 0, owner = ''`, `UPDATE cases SET state = 'approved'`, `UPDATE counters SET value = value - 1 WHERE name = 'claim'`} {
		_, err := raw(t, "pgx", dsn).ExecContext(t.Context(), lost)
		ok(t, err)
	}
	s = open()
	why, waiting, err := s.Held(t.Context())
	if n := posts(t, s); n != 0 || why == "" || waiting != 1 || err != nil {
		t.Errorf("%d replies left again; held: %q, %d waiting, %v", n, why, waiting, err)
	}
	ok(t, s.Close())
}

func TestEveryOlderPostgresDatabaseIsBroughtUpToDateWithAllThatIsInIt(t *testing.T) {
	t.Parallel()
	upgrades(t, database(pgtest.Start(t))(t), true)
}

//go:build unix

package store_test

import (
	"database/sql"
	"testing"

	"rasid/internal/pgtest"
	"rasid/internal/store"
	"rasid/internal/store/storetest"
)

// database is a place for one PostgreSQL database.
type database struct {
	server   *pgtest.Server
	dsn, dir string
}

func newDatabase(t *testing.T, s *pgtest.Server) database {
	t.Helper()
	return database{s, s.DSN(t), t.TempDir()}
}

func (d database) Open(t *testing.T, o store.Options) *store.Store {
	t.Helper()
	o.DSN, o.DataDir = d.dsn, d.dir
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (d database) Shared() bool                       { return true }
func (d database) Fresh(t *testing.T) storetest.Place { return newDatabase(t, d.server) }

func (d database) Raw(t *testing.T) *sql.DB { return raw(t, "pgx", d.dsn) }

func TestPostgresKeepsEveryPromise(t *testing.T) {
	s := pgtest.Start(t)
	storetest.Run(t, func(t *testing.T) storetest.Place { return newDatabase(t, s) })
}

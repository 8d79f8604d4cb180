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

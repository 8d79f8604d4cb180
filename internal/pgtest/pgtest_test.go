//go:build unix

package pgtest

import (
	"database/sql"
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

package store

import (
	"context"
	"errors"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// openPostgres opens one pool for reading and writing.
func (s *Store) openPostgres(ctx context.Context) error {
	cfg, err := pgx.ParseConfig(s.o.DSN)
	if err != nil {
		return errors.New("the database address cannot be read (postgres://user@host/name)") // the cause would show the password
	}
	// An instance that freezes inside a transaction must not hold up the others
	// for longer than this.
	cfg.RuntimeParams["idle_in_transaction_session_timeout"] = "10000"
	cfg.RuntimeParams["application_name"] = "rasid"
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(4)
	s.w, s.r, s.pg = db, db, true
	if s.o.DataDir != "" {
		if err := os.MkdirAll(s.o.DataDir, 0o700); err != nil {
			return err
		}
	}
	return db.PingContext(ctx)
}

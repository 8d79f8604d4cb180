package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// ErrSSLMode says that an address has an sslmode that PostgreSQL does not know.
var ErrSSLMode = errors.New("the database address has an unknown sslmode")

// Readable says what is wrong with a database's address, without asking the
// database. Paths of SQLite files are always right.
func Readable(dsn string) error {
	if !isPostgres(dsn) {
		return nil
	}
	_, err := address(dsn)
	return err
}

// address reads the address of a PostgreSQL database.
func address(dsn string) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(dsn)
	switch {
	case err == nil:
		return cfg, nil
	case strings.HasSuffix(err.Error(), "(sslmode is invalid)"):
		return nil, ErrSSLMode
	}
	return nil, errors.New("the database address cannot be read") // the cause would show the password
}

// openPostgres opens one pool for reading and writing.
func (s *Store) openPostgres(ctx context.Context) error {
	cfg, err := address(s.o.DSN)
	if err != nil {
		return fmt.Errorf("%w (postgres://user@host/name)", err)
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
		if err := MakeFolder(s.o.DataDir); err != nil {
			return Advise(err, s.o.DataDir)
		}
	}
	return db.PingContext(ctx)
}

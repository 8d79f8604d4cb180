package store

import (
	"context"
	"database/sql"
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

// homeMark is the name of the meta row that says in which database of which
// server the records were last opened.
const homeMark = "home"

// home names the server and the database that a store on PostgreSQL works in, ""
// where that is not told. A dump that was read into another database has another
// home; a restart, a crash, a standby that takes over has not
// (postgresql.org/docs/current/functions-info.html, pg_control_system).
func (s *Store) home(ctx context.Context) string {
	if !s.pg {
		return ""
	}
	at, err := one[string](s.r.QueryRowContext(ctx, `SELECT system_identifier::text || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())::text FROM pg_control_system()`))
	if err != nil {
		return ""
	}
	return at
}

// moved notes where the records are, and reports whether they were somewhere
// else before: then what was open in them may have been posted since from there.
func (s *Store) moved(ctx context.Context) (moved bool, err error) {
	here := s.home(ctx)
	if here == "" {
		return false, nil
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		was, err := getMeta(ctx, tx, homeMark)
		if err != nil || was == here {
			return err
		}
		if moved = was != ""; moved {
			if err := hold(ctx, tx, whyRestored); err != nil {
				return err
			}
		}
		return setMeta(ctx, tx, homeMark, here)
	})
	return moved, err
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
)

// OpenReader opens a database to look at it, also while another rasid works on
// it. Nothing can be written through it but a backup. A database that does not
// exist is not made.
func OpenReader(ctx context.Context, o Options) (*Store, error) {
	if isPostgres(o.DSN) {
		return Open(ctx, o) // PostgreSQL takes any number
	}
	s := &Store{o: o, log: o.Logger}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.openFileReader(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening database: %w", s.plainly(err)), s.Close())
	}
	return s, nil
}

func (s *Store) openFileReader(ctx context.Context) error {
	file, err := s.locate()
	if err != nil {
		return err
	}
	if _, err := os.Stat(file); err != nil {
		return err
	}
	// Not mode=ro: a log left by a crash can only be read by one who may tidy it.
	base := "file:" + (&url.URL{Path: file}).EscapedPath() + "?_pragma=busy_timeout(10000)"
	if s.r, err = sql.Open("sqlite", base+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	s.r.SetMaxOpenConns(readers)
	// VACUUM INTO writes another file, which query_only forbids. Only Backup
	// uses this connection; SQLite refuses any change of the database itself.
	if s.w, err = sql.Open("sqlite", base+"&mode=ro"); err != nil {
		return err
	}
	s.w.SetMaxOpenConns(1)
	id, err := one[int64](s.r.QueryRowContext(ctx, `PRAGMA application_id`))
	if err != nil {
		return err
	}
	if id != appID {
		return fmt.Errorf("%s is not a database of rasid", filepath.Base(s.file))
	}
	return nil
}

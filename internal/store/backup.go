package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// Backup writes a copy of the SQLite database to a new file while the program
// works on. The copy says that it is one: when it is opened as a database,
// nothing in it leaves before a person released it. PostgreSQL has pg_dump.
func (s *Store) Backup(ctx context.Context, path string) error {
	if s.pg {
		return errors.New("backing up: a PostgreSQL database is backed up with pg_dump")
	}
	if err := s.backup(ctx, path); err != nil {
		return fmt.Errorf("backing up to %s: %w", filepath.Base(path), err)
	}
	return nil
}

func (s *Store) backup(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator's own path, and never over another backup
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	// The reading pool may not write even another file; the writer waits its turn.
	if _, err := s.w.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	if err := stamp(ctx, path); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// stamp marks a copy as a backup.
func stamp(ctx context.Context, path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: abs}).EscapedPath()+"?_pragma=synchronous(FULL)&_pragma=journal_mode(DELETE)")
	if err != nil {
		return err
	}
	return errors.Join(setMeta(ctx, db, incarnationMark, backupMark), db.Close())
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// enclosedMark begins the names of meta rows that hold an enclosed file.
const enclosedMark = "enclosed/"

var errPgDump = errors.New("backing up: a PostgreSQL database is backed up with pg_dump")

// Backup writes a copy of the SQLite database to a new file while the program
// works on. The copy says that it is one: when it is opened as a database,
// nothing in it leaves before a person released it. Files that belong with the
// records, by name, go into the copy; TakeOut gives them back. PostgreSQL has
// pg_dump.
func (s *Store) Backup(ctx context.Context, path string, enclosed map[string]string) error {
	if s.pg {
		return errPgDump
	}
	if err := s.backup(ctx, path, enclosed); err != nil {
		return fmt.Errorf("backing up to %s: %w", filepath.Base(path), err)
	}
	return nil
}

// BackupTo writes a copy as Backup does, but to w, and returns its size in
// bytes. SQLite can only copy to a file, so the whole copy stands in folder
// first, readable by its owner alone; its name is gone before the first byte
// leaves, where the system allows that.
func (s *Store) BackupTo(ctx context.Context, w io.Writer, folder string, enclosed map[string]string) (size int64, err error) {
	if s.pg {
		return 0, errPgDump
	}
	if size, err = s.backupTo(ctx, w, folder, enclosed); err != nil {
		return size, fmt.Errorf("backing up: %w", err)
	}
	return size, nil
}

func (s *Store) backupTo(ctx context.Context, w io.Writer, folder string, enclosed map[string]string) (size int64, err error) {
	p, err := newPart(filepath.Join(folder, "backup"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.drop()) }()
	if err := s.fill(ctx, p, enclosed); err != nil {
		return 0, err
	}
	f, err := os.Open(p.path)
	if err != nil {
		return 0, err
	}
	_ = os.Remove(p.path) // Windows removes no open file: it goes at the end
	size, err = io.Copy(w, f)
	return size, errors.Join(err, f.Close())
}

// backup writes the copy under another name. Its own it gets when it is whole: a
// copy that was ended early must not pass for a backup.
func (s *Store) backup(ctx context.Context, path string, enclosed map[string]string) (err error) {
	switch _, err := os.Lstat(path); {
	case err == nil:
		return &fs.PathError{Op: "create", Path: path, Err: syscall.EEXIST} // never over another backup
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	p, err := newPart(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.drop()) }()
	if err := s.fill(ctx, p, enclosed); err != nil {
		return err
	}
	return name(p.path, path)
}

// fill makes the copy.
func (s *Store) fill(ctx context.Context, p *part, enclosed map[string]string) error {
	// The reading pool may not write even another file; the writer waits its turn.
	if _, err := s.w.ExecContext(ctx, `VACUUM INTO $1`, p.path); err != nil {
		return err
	}
	return stamp(ctx, p.path, enclosed)
}

// name gives a whole copy its name, unless something else got it meanwhile.
func name(part, path string) error {
	err := os.Link(part, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Rename(part, path) // a disk that knows no links, such as a stick
}

// stamp marks a copy as a backup and puts the files into it.
func stamp(ctx context.Context, path string, enclosed map[string]string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: abs}).EscapedPath()+"?_pragma=synchronous(FULL)&_pragma=journal_mode(DELETE)")
	if err != nil {
		return err
	}
	for name, text := range enclosed {
		if err := setMeta(ctx, db, enclosedMark+name, text); err != nil {
			return errors.Join(err, db.Close())
		}
	}
	return errors.Join(setMeta(ctx, db, incarnationMark, backupMark), db.Close())
}

// TakeOut hands the files that a backup enclosed to keep, and forgets them when
// keep took them all. A database that is no restored backup has none.
func (s *Store) TakeOut(ctx context.Context, keep func(enclosed map[string]string) error) error {
	enclosed := map[string]string{}
	err := s.read(ctx, func(q querier) error {
		names, err := collect(ctx, q, one[string], `SELECT name FROM meta WHERE name LIKE $1`, enclosedMark+"%")
		for _, name := range names {
			if enclosed[strings.TrimPrefix(name, enclosedMark)], err = getMeta(ctx, q, name); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("reading what the backup enclosed: %w", err)
	}
	if len(enclosed) == 0 {
		return nil
	}
	if err := keep(enclosed); err != nil {
		return err
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM meta WHERE name LIKE $1`, enclosedMark+"%")
		return err
	})
	if err != nil {
		return fmt.Errorf("forgetting what the backup enclosed: %w", err)
	}
	return nil
}

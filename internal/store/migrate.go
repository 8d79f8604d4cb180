package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// overlay is the files of the first folder that has them: the migrations for
// every database beside those for one.
type overlay []fs.FS

// Open opens a file of whichever folder has it.
func (o overlay) Open(name string) (fs.File, error) {
	var err error
	for _, f := range o {
		var file fs.File
		if file, err = f.Open(name); err == nil {
			return file, nil
		}
	}
	return nil, err
}

// ReadDir lists all folders as one.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	var all []fs.DirEntry
	for _, f := range o {
		es, err := fs.ReadDir(f, name)
		if err != nil {
			return nil, err
		}
		all = append(all, es...)
	}
	return all, nil
}

// ErrNewer means that a newer rasid has changed the tables: this one would
// write what that one no longer understands.
var ErrNewer = errors.New("a newer rasid has worked on this database; start that version again, or restore a backup made before the upgrade")

// knows refuses tables that are newer than the newest migration known here.
func (s *Store) knows(has int64, sources []*goose.Source) error {
	var newest int64
	for _, m := range sources {
		newest = max(newest, m.Version)
	}
	if has > newest {
		return fmt.Errorf("tables of version %d, known up to %d: %w", has, newest, ErrNewer)
	}
	return nil
}

// migrate brings the tables up to date.
func (s *Store) migrate(ctx context.Context) error {
	p, err := provider(s.w, s.pg)
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	if has, err := p.GetDBVersion(ctx); err != nil {
		return fmt.Errorf("reading the version of the tables: %w", err)
	} else if err := s.knows(has, p.ListSources()); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bringing tables up to date: %w", err)
	}
	return nil
}

// provider has the migrations for a database.
func provider(db *sql.DB, pg bool) (*goose.Provider, error) {
	dialect, folder := goose.DialectSQLite3, "sqlite"
	opts := []goose.ProviderOption{goose.WithTableName("migrations"), goose.WithDisableGlobalRegistry(true)}
	if pg {
		dialect, folder = goose.DialectPostgres, "postgres"
		locker, err := lock.NewPostgresSessionLocker() // instances may start together
		if err != nil {
			return nil, err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	var dirs overlay
	for _, d := range []string{"core", folder} {
		f, err := fs.Sub(migrations, "migrations/"+d)
		if err != nil {
			return nil, err
		}
		dirs = append(dirs, f)
	}
	return goose.NewProvider(dialect, db, dirs, opts...)
}

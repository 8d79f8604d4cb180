package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"rasid/internal/store"
	"rasid/internal/store/storetest"
)

// file is a place for one SQLite file.
type file struct{ dir string }

func (f file) Open(t *testing.T, o store.Options) *store.Store {
	t.Helper()
	o.DSN, o.DataDir = filepath.Join(f.dir, "rasid.db"), f.dir
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

func (f file) Shared() bool                       { return false }
func (f file) Fresh(t *testing.T) storetest.Place { return file{t.TempDir()} }
func (f file) Raw(t *testing.T) *sql.DB           { return raw(t, "sqlite", filepath.Join(f.dir, "rasid.db")) }

func raw(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestSQLiteKeepsEveryPromise(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Place { return file{t.TempDir()} })
}

package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"rasid/internal/store"
	"rasid/internal/store/storetest"
)

// file is a place for one SQLite file.
func file(t *testing.T) storetest.Place {
	dir := t.TempDir()
	return storetest.Place{
		Open: func(t *testing.T, o store.Options) *store.Store {
			o.DSN, o.DataDir = filepath.Join(dir, "rasid.db"), dir
			return opened(t, o)
		},
		Raw:   func(t *testing.T) *sql.DB { return raw(t, "sqlite", filepath.Join(dir, "rasid.db")) },
		Fresh: file, Rounds: *trials,
	}
}

// opened opens a store and closes it at the end of the test.
func opened(t *testing.T, o store.Options) *store.Store {
	t.Helper()
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
	storetest.Run(t, file)
}

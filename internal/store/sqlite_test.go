package store_test

import (
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

func TestSQLiteKeepsEveryPromise(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Place { return file{t.TempDir()} })
}

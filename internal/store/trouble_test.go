package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rasid/internal/store"
)

func TestADatabaseOfANewerVersionIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ok(t, mustOpen(t, dir).Close())
	file := filepath.Join(dir, "rasid.db")
	db, err := sql.Open("sqlite", file)
	ok(t, err)
	_, err = db.ExecContext(t.Context(), `INSERT INTO migrations (version_id, is_applied) VALUES (9999, 1)`)
	ok(t, err)
	ok(t, db.Close())
	s, err := openFile(t.Context(), dir)
	if !errors.Is(err, store.ErrNewer) {
		t.Fatalf("tables of version 9999 are opened: %v, %v", s, err)
	}
	if !strings.Contains(err.Error(), "version 9999") {
		t.Errorf("the error does not name the version: %v", err)
	}
}

func TestWhatIsNoDatabaseIsNamedWithWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ok(t, os.WriteFile(filepath.Join(dir, "rasid.db"), []byte(strings.Repeat("a letter to the shop\n", 400)), 0o600))
	_, err := openFile(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "rasid.db is no database: name another file under database:") {
		t.Errorf("got %v", err)
	}
}

func TestADamagedDatabaseIsNamedWithWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ok(t, mustOpen(t, dir).Close())
	file := filepath.Join(dir, "rasid.db")
	ok(t, os.Truncate(file, 8000))
	_, err := openFile(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "rasid.db is damaged: keep it aside and start with the last backup") {
		t.Errorf("got %v", err)
	}
}

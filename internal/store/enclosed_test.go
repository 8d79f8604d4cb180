package store_test

import (
	"errors"
	"maps"
	"path/filepath"
	"testing"

	"rasid/internal/store"
)

func TestABackupGivesBackTheFilesItEnclosedOnce(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(dir, "rasid.db"), DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"ar/delivery-1a2b3c4d.txt": "نعتذر {within}", "en/other-00000000.txt": "sorry, {within}\n"}
	copied := filepath.Join(dir, "copy.db")
	if err := s.Backup(t.Context(), copied, want); err != nil {
		t.Fatal(err)
	}
	none := func(map[string]string) error {
		t.Error("there is something to take out where nothing is enclosed")
		return nil
	}
	if err := errors.Join(s.TakeOut(t.Context(), none), s.Close()); err != nil {
		t.Fatal(err)
	}

	restored, err := store.Open(t.Context(), store.Options{DSN: copied, DataDir: filepath.Join(dir, "restored")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ok(t, restored.Close()) })
	full := errors.New("the disk is full")
	if err := restored.TakeOut(t.Context(), func(map[string]string) error { return full }); !errors.Is(err, full) {
		t.Errorf("what could not be kept: %v, want the reason", err)
	}
	var got map[string]string
	if err := restored.TakeOut(t.Context(), func(m map[string]string) error { got = m; return nil }); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(got, want) {
		t.Errorf("taken out: %v, want %v", got, want)
	}
	if err := restored.TakeOut(t.Context(), none); err != nil {
		t.Error(err)
	}
}

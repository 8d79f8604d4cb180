package store_test

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
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

// asked calls look whenever somebody asks whether to go on.
type asked struct {
	context.Context
	look func()
}

func (a asked) Done() <-chan struct{} {
	a.look()
	return a.Context.Done()
}

func TestACopyHasTheNameOfABackupOnlyWhenItIsWhole(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(dir, "rasid.db"), DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ok(t, s.Close()) })
	folder := t.TempDir()
	path := filepath.Join(folder, "copy.db")
	ok(t, os.WriteFile(path+".part-1", []byte("of a copy that was ended early"), 0o600))
	var looks atomic.Int64 // from several goroutines
	ctx := asked{t.Context(), func() {
		looks.Add(1)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("it stands there before it is whole: %v", err)
		}
	}}
	if err := s.Backup(ctx, path, map[string]string{"ar/other-00000000.txt": "نعتذر"}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); looks.Load() == 0 || err != nil || info.Size() == 0 || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("after %d looks the copy is %v, %v", looks.Load(), info, err)
	}
	if parts, err := filepath.Glob(path + ".part-*"); err != nil || len(parts) != 1 {
		t.Errorf("%v (%v) is left, want what the other left alone", parts, err)
	}
	if err := s.Backup(t.Context(), path, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over another backup: %v", err)
	}
}

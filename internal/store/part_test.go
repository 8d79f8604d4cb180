package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// names lists a folder.
func names(t *testing.T, folder string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// TestWhatAKilledBackupLeftIsRemovedAndWhatIsInUseStays has a copy under way, one
// whose process died, one whose process died before it began, and files of others.
func TestWhatAKilledBackupLeftIsRemovedAndWhatIsInUseStays(t *testing.T) {
	folder := t.TempDir()
	parts := make([]*part, 3)
	for i, name := range []string{"under-way.db", "dead.db", "barely.db"} {
		var err error
		if parts[i], err = newPart(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range parts[1:] { // a process that dies lets go of its locks
		if err := p.lock.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(parts[2].path); err != nil {
		t.Fatal(err)
	}
	others := []string{"film.part-1", "film.part-1.lock", "under-way.db.part-1", "notes.lock"}
	for _, name := range append(others, filepath.Base(parts[1].path)+"-journal") {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("of somebody"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	removed, err := Unfinished(folder)
	if diff := cmp.Diff([]string{parts[1].path}, removed); err != nil || diff != "" {
		t.Errorf("%v, removed (-want +got):\n%s", err, diff)
	}
	want := append(others, filepath.Base(parts[0].path), filepath.Base(parts[0].path)+".lock")
	slices.Sort(want)
	if diff := cmp.Diff(want, names(t, folder)); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
	if err := parts[0].drop(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(others)
	if diff := cmp.Diff(others, names(t, folder)); diff != "" {
		t.Errorf("after the copy under way (-want +got):\n%s", diff)
	}
}

// brokenPipe is a reader who hung up.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("hung up") }

// TestACopyGoesIntoAnotherProgramAndLeavesNoFile writes a backup as a stream,
// which is one like any other, and one that nobody takes.
func TestACopyGoesIntoAnotherProgramAndLeavesNoFile(t *testing.T) {
	s, _ := onDisk(t)
	s.expect(t, said(1), 1, "1")
	folder := t.TempDir()
	var copied bytes.Buffer
	n, err := s.BackupTo(t.Context(), &copied, folder, map[string]string{"en/a-00000000.txt": "Sorry."})
	if err != nil || n == 0 || int(n) != copied.Len() || len(names(t, folder)) != 0 {
		t.Errorf("%d of %d bytes, %v; left: %v", n, copied.Len(), err, names(t, folder))
	}
	if _, err := s.BackupTo(t.Context(), brokenPipe{}, folder, nil); err == nil || len(names(t, folder)) != 0 {
		t.Errorf("nobody took it, and it says %v; left: %v", err, names(t, folder))
	}
	path := filepath.Join(folder, "rasid.db")
	if err := os.WriteFile(path, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), Options{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	})
	if why, _, err := again.Held(t.Context()); err != nil || why == "" {
		t.Errorf("a restored copy may post: held because %q, %v", why, err)
	}
	var got map[string]string
	if err := again.TakeOut(t.Context(), func(m map[string]string) error { got = m; return nil }); err != nil || len(got) != 1 {
		t.Errorf("it holds the wordings %v, %v", got, err)
	}
}

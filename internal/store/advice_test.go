//go:build unix

package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rasid/internal/cases"
)

// TestAFolderThatCannotBeWrittenIsNamedWithWhatToDo asks the system for its own
// errors where anybody gets them, and writes those that root never gets.
func TestAFolderThatCannotBeWrittenIsNamedWithWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "letter"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Symlink(filepath.Join(dir, "nowhere", "at all"), link)); err != nil {
		t.Fatal(err)
	}
	_, inside := Open(t.Context(), Options{DSN: filepath.Join(file, "rasid.db")})
	_, dangling := Open(t.Context(), Options{DSN: filepath.Join(link, "rasid.db")})
	denied := func(path string) error { return &fs.PathError{Op: "open", Path: path, Err: syscall.EACCES} }
	me, _ := whose(dir)
	for _, x := range []struct {
		err  error
		want string
	}{
		{inside, file + " is no folder: name another folder under data:"},
		{dangling, link + " is no folder: name another folder under data:"},
		{Advise(&fs.PathError{Op: "open", Path: file, Err: syscall.EROFS}, dir), "the disk can only be read: mount it for writing"},
		{Advise(denied(file), dir), "permission denied: allow it with: chmod -R u+rwX " + dir},
		{Advise(denied("/nowhere/at/all"), "/nowhere"), "/ belongs to root, and rasid runs as " + me + ": name another folder under data:"},
	} {
		if x.err == nil || !strings.Contains(x.err.Error(), x.want) {
			t.Errorf("an operator reads\n%v\nwant\n%s", x.err, x.want)
		}
	}
}

// stranger is the number of a user that owns nothing on any system.
const stranger = 65533

func TestWhatRootMakesBelongsToTheOwnerOfTheFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	home := t.TempDir()
	if err := os.Chown(home, stranger, stranger); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(home, "data")
	s, err := Open(t.Context(), Options{DSN: filepath.Join(dir, "rasid.db"), Ballast: 1 << 10})
	if err != nil {
		t.Fatal(err)
	}
	look := func(when string) {
		names, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil || len(names) < 4 {
			t.Fatalf("%s there is %q, %v", when, names, err)
		}
		for _, name := range append(names, dir) {
			var st unix.Stat_t
			if err := unix.Stat(name, &st); err != nil || st.Uid != stranger || st.Gid != stranger {
				t.Errorf("%s %s belongs to %d:%d (%v)", when, filepath.Base(name), st.Uid, st.Gid, err)
			}
		}
	}
	s.expect(t, said(1), 1, "1")
	look("while it is open")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	look("when it is closed")
	taken := Advise(&fs.PathError{Op: "open", Path: filepath.Join(dir, "rasid.db"), Err: syscall.EACCES}, dir)
	if want := "rasid.db belongs to 65533, and rasid runs as root: start it as 65533, or, if root is to run it, chown -R root " + dir; !strings.Contains(taken.Error(), want) {
		t.Errorf("an operator reads\n%v\nwant\n%s", taken, want)
	}
}

func TestAFolderThatOnlyReadersMayEnterIsNamedWithWhatToDo(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "rasid.db")
	s, err := Open(t.Context(), Options{DSN: file})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), unix.Chmod(dir, 0o500)); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Chmod(dir, 0o700) }()
	_, err = OpenReader(t.Context(), Options{DSN: file})
	if err == nil || !strings.Contains(err.Error(), "allow it with: chmod -R u+rwX "+dir) {
		t.Errorf("got %v", err)
	}
}

func TestTooLittleRoomSaysHowMuchIsMissingAndWhatToDo(t *testing.T) {
	t.Parallel()
	s, file := onDisk(t)
	if err := s.Room(); err != nil {
		t.Errorf("without a limit there is %v", err)
	}
	s.o.MinFree = 1 << 60
	_, err := s.Record(t.Context(), "shop", cases.Page{}, then)
	if want := " MB free beside " + file + ", 1099511627776 MB needed: make room, until then nothing new is recorded"; !errors.Is(err, ErrDiskLow) || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v, want the end %q", err, want)
	}
}

//go:build unix

package pgtest

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const (
	// folders is how the names of our folders begin.
	folders = "rasid-pg-"
	// owned is the file in a folder that is locked as long as the process lives
	// that made the folder. The kernel lets go of it, however that process ends.
	owned = "owned"
)

// folder makes the folder of a server, which goes with the test. Folders that
// killed tests left are removed first.
func (s *Server) folder(t *testing.T) string {
	t.Helper()
	if err := sweep(os.TempDir(), s.user()); err != nil {
		t.Logf("removing folders of tests that were killed: %v", err)
	}
	dir, lock, err := s.make()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(os.RemoveAll(dir), lock.Close()); err != nil {
			t.Errorf("removing %s: %v", dir, err)
		}
	})
	return dir
}

// make makes a folder that the account can use, and owns it. That of a test lies
// below folders only this user may enter, and its path can be too long for a
// socket.
func (s *Server) make() (dir string, lock *os.File, err error) {
	if dir, err = os.MkdirTemp("", folders); err != nil {
		return "", nil, err
	}
	if lock, err = own(dir); err == nil && s.root {
		err = os.Chown(dir, int(s.uid), int(s.gid))
	}
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, lock, nil
}

// user is the number of whom the server runs as, to whom its folder belongs.
func (s *Server) user() int64 {
	if s.root {
		return int64(s.uid)
	}
	return int64(os.Getuid())
}

// own locks a folder for this process. The lock gets its name when it is held:
// one of that name that nobody holds is of a process that ended.
func own(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "new"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB), os.Rename(f.Name(), filepath.Join(dir, owned))); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// sweep removes the folders in temp that belong to a user and in which nobody
// works any more: the test that made them was killed, and its server has ended.
func sweep(temp string, user int64) error {
	dirs, err := filepath.Glob(filepath.Join(temp, folders+"*"))
	for _, dir := range dirs {
		err = errors.Join(err, sweepOne(dir, user))
	}
	return err
}

func sweepOne(dir string, user int64) error {
	var st unix.Stat_t
	if unix.Lstat(dir, &st) != nil || int64(st.Uid) != user {
		return nil // gone meanwhile, or of somebody else
	}
	f, err := os.OpenFile(filepath.Join(dir, owned), os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil // it is being made, or is none of ours
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // nothing was written
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil || serves(dir) {
		return nil
	}
	return os.RemoveAll(dir)
}

// serves reports whether the server of a folder still runs: where the kernel
// cannot tie the two, it outlives the test that started it. The first line of
// the file is its process (postgresql.org/docs/current/storage-file-layout.html).
func serves(dir string) bool {
	b, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	pid, err := strconv.Atoi(string(bytes.TrimSpace(line)))
	return err != nil || pid <= 0 || !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

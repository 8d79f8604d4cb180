//go:build unix

package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// fileLock is held for the life of the process; the kernel lets go when the
// process dies, however it dies.
type fileLock struct{ f *os.File }

// lockFile takes name for this open file alone, or returns ErrInUse.
func lockFile(name string) (*fileLock, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	// flock belongs to the open file, not to the process: a second Open in the
	// same process is refused too.
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		if errors.Is(err, unix.EWOULDBLOCK) {
			err = ErrInUse
		}
		return nil, errors.Join(err, f.Close())
	}
	return &fileLock{f}, nil
}

// Close lets go.
func (l *fileLock) Close() error { return l.f.Close() }

// freeBytes is the room left for ordinary users where dir is.
func freeBytes(dir string) (uint64, bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, false
	}
	return natural(st.Bavail) * natural(st.Bsize), true
}

// natural is a number that systems keep in different types. FreeBSD counts the
// blocks left below zero once root has used what is kept for it.
func natural[N int64 | uint64 | uint32](n N) uint64 { return uint64(max(n, 0)) }

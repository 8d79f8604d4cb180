package store

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// fileLock is held for the life of the process.
type fileLock struct{ f *os.File }

// lockFile takes name for this open file alone, or returns ErrInUse.
func lockFile(name string) (*fileLock, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	if err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped)); err != nil {
		if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
			err = ErrInUse
		}
		return nil, errors.Join(err, f.Close())
	}
	return &fileLock{f}, nil
}

// Close lets go.
func (l *fileLock) Close() error { return l.f.Close() }

// freeBytes is not asked on this system: the gate stays open.
func freeBytes(string) (uint64, bool) { return 0, false }

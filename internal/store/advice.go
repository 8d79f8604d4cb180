package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Advise adds to an error about the data folder what an operator can do about
// it: whose the files are and who works here, that something is no folder, or
// that the disk takes nothing. Other errors stay as they are.
func Advise(err error, dir string) error {
	at := dir
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		at = p.Path
	}
	const other = "name another folder under data:"
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: the disk can only be read: mount it for writing, or %s", err, other)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%w: %s is no folder: %s", err, at, other)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w%s", err, permit(at, dir, other))
	}
	return err
}

// permit says, after a colon, how whoever works here may come to write to at, in or above the
// data folder dir.
func permit(at, dir, other string) string {
	for there := at; ; there = filepath.Dir(there) {
		if _, err := os.Lstat(there); err != nil && there != filepath.Dir(there) {
			continue // not made yet, or hidden: whoever owns the folder above decides
		}
		me, owner := whose(there)
		if owner == "" {
			return ": this user may not write there: " + other
		}
		inside := there == dir || strings.HasPrefix(there, dir+string(filepath.Separator))
		switch {
		case inside && me == owner:
			return fmt.Sprintf(": allow it with: chmod -R u+rwX %s", dir)
		case inside:
			return fmt.Sprintf(": %s belongs to %s, and rasid runs as %s: start it as %s, or, if %s is to run it, chown -R %s %s", there, owner, me, owner, me, me, dir)
		}
		return fmt.Sprintf(": %s belongs to %s, and rasid runs as %s: %s, or start it as %s", there, owner, me, other, owner)
	}
}

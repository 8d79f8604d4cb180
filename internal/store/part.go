package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// part is a copy that is being made, beside the place where it will stand. As
// long as somebody works on it a lock is held on a file next to it; a killed
// process lets go of the lock and leaves both files.
type part struct {
	path string
	lock *fileLock // nil where the disk knows no locks: nobody tidies such a part away
}

// What the lock of a part is called, and what stands in it, so that files of
// other programs are never taken for one.
var partLock = regexp.MustCompile(`\.part-\d+\.lock$`)

const partMark = "rasid makes a copy here\n"

// newPart makes an empty part for a copy to path, which only its owner can read.
func newPart(path string) (*part, error) {
	for {
		f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*.lock")
		if err != nil {
			if wrong, ok := errors.AsType[*fs.PathError](err); ok {
				wrong.Path = filepath.Dir(path) // not a name that nobody gave
			}
			return nil, err
		}
		_, err = f.WriteString(partMark)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, errors.Join(err, os.Remove(f.Name()))
		}
		p := &part{path: strings.TrimSuffix(f.Name(), ".lock")}
		if p.lock, err = lockFile(f.Name()); errors.Is(err, ErrInUse) {
			continue // somebody tidies up, and took it for one that was left
		}
		if p.lock == nil {
			_ = os.Remove(f.Name())
		}
		made, err := os.OpenFile(p.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			err = made.Close()
		}
		if err != nil {
			return nil, errors.Join(err, p.drop())
		}
		return p, nil
	}
}

// drop removes what is left of a part, and lets go of it.
func (p *part) drop() error {
	var errs []error
	for _, path := range []string{p.path, p.path + "-journal"} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if p.lock != nil {
		errs = append(errs, p.lock.Close())
		if err := os.Remove(p.path + ".lock"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Unfinished removes from a folder the copies that backups left there when they
// were killed, and returns their paths. Those that somebody still makes stay,
// and so do files of other programs.
func Unfinished(folder string) (removed []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !partLock.MatchString(e.Name()) {
			continue
		}
		path := filepath.Join(folder, e.Name())
		if mark, err := os.ReadFile(path); err != nil || string(mark) != partMark {
			continue
		}
		lock, err := lockFile(path)
		if err != nil {
			continue // in use, or not ours to touch
		}
		p := part{path: strings.TrimSuffix(path, ".lock"), lock: lock}
		_, there := os.Lstat(p.path)
		if err := p.drop(); err != nil {
			return removed, err
		}
		if there == nil {
			removed = append(removed, p.path)
		}
	}
	return removed, nil
}

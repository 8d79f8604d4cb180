package store

import (
	"errors"
	"fmt"
	"path/filepath"

	"modernc.org/sqlite"
)

// SQLite's primary result codes (sqlite.org/rescode.html) that an operator can
// do something about; the upper bytes tell where it happened.
const (
	sqliteReadOnly = 8
	sqliteIO       = 10
	sqliteCantOpen = 14
	sqliteCorrupt  = 11
	sqliteNotADB   = 26
)

// roomToOpen is below what SQLite needs to open a file and its log.
const roomToOpen = 4 << 20

// plainly adds to an error of SQLite what an operator can do about it.
func (s *Store) plainly(err error) error { return advise(err, s.file, freeBytes) }

// advise is plainly for a file on a disk of which free says how many bytes a
// folder has left.
func advise(err error, file string, free func(dir string) (uint64, bool)) error {
	var from *sqlite.Error
	if file == "" {
		return err
	}
	if !errors.As(err, &from) {
		return Advise(err, filepath.Dir(file))
	}
	name := filepath.Base(file)
	switch from.Code() & 0xff {
	case sqliteReadOnly, sqliteCantOpen:
		if why := writable(file); why != nil {
			return Advise(fmt.Errorf("%w (%w)", why, err), filepath.Dir(file))
		}
	case sqliteIO, sqliteFull:
		if free, ok := free(filepath.Dir(file)); ok && free < roomToOpen {
			return fmt.Errorf("%w: %d kB free: make room and start again (%w)", ErrDiskLow, free>>10, err)
		}
		return fmt.Errorf("%w: the disk of %s, or a limit on the size of files (ulimit -f), does not let it grow: look at the system's log", err, file)
	case sqliteCorrupt:
		return fmt.Errorf("%s is damaged: keep it aside and start with the last backup (docs/operations.md): %w", name, err)
	case sqliteNotADB:
		return fmt.Errorf("%s is no database: name another file under database:, or start with the last backup: %w", name, err)
	}
	return err
}

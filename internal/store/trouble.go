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
	sqliteIO      = 10
	sqliteCorrupt = 11
	sqliteNotADB  = 26
)

// roomToOpen is below what SQLite needs to open a file and its log.
const roomToOpen = 4 << 20

// plainly adds to an error of SQLite what an operator can do about it.
func (s *Store) plainly(err error) error { return advise(err, s.file, freeBytes) }

// advise is plainly for a file on a disk of which free says how many bytes a
// folder has left.
func advise(err error, file string, free func(dir string) (uint64, bool)) error {
	var from *sqlite.Error
	if !errors.As(err, &from) || file == "" {
		return err
	}
	name := filepath.Base(file)
	switch from.Code() & 0xff {
	case sqliteIO, sqliteFull:
		if free, ok := free(filepath.Dir(file)); ok && free < roomToOpen {
			return fmt.Errorf("%w: %d kB free: make room and start again (%w)", ErrDiskLow, free>>10, err)
		}
	case sqliteCorrupt:
		return fmt.Errorf("%s is damaged: keep it aside and start with the last backup (docs/operations.md): %w", name, err)
	case sqliteNotADB:
		return fmt.Errorf("%s is no database: name another file under database:, or start with the last backup: %w", name, err)
	}
	return err
}

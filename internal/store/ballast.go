package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
)

// sqliteFull is SQLITE_FULL: the disk has no room.
const sqliteFull = 13

// keepBallast sets bytes aside at the start: on a full disk even deleting needs
// room. Where there is none to set aside, restock does it later.
func (s *Store) keepBallast() {
	if s.o.Ballast <= 0 {
		return
	}
	if err := s.setAside(); err != nil {
		s.log.Warn("no room for the ballast file", "error", err)
		s.spent.Store(true)
	}
}

// setAside writes the ballast, whole or not at all.
func (s *Store) setAside() error {
	name := s.file + ".ballast"
	if st, err := os.Stat(name); err == nil && st.Size() == s.o.Ballast {
		return nil
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, zeros{}, s.o.Ballast)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	Inherit(name)
	return nil
}

// dropBallast gives the ballast back when err says the disk is full, and
// reports whether there was one to give.
func (s *Store) dropBallast(err error) bool {
	var se *sqlite.Error
	if s.o.Ballast <= 0 || !errors.As(err, &se) || se.Code()&0xff != sqliteFull {
		return false
	}
	if os.Remove(s.file+".ballast") != nil {
		return false
	}
	s.spent.Store(true)
	s.log.Error("disk full, ballast given back", "bytes", s.o.Ballast)
	return true
}

// restock sets the ballast aside again once there is so much room that as much
// is left beyond it before intake stops. Where that fails all the same, by a
// quota for instance, it is left to the next start: every write comes by here.
func (s *Store) restock() {
	if !s.spent.Load() {
		return
	}
	free, ok := freeBytes(filepath.Dir(s.file))
	if !ok || free < uint64(2*s.o.Ballast+s.o.MinFree) || !s.spent.CompareAndSwap(true, false) {
		return
	}
	if err := s.setAside(); err != nil {
		s.log.Warn("the ballast was not set aside again", "error", err)
		return
	}
	s.log.Info("the disk has room again", "ballast", s.o.Ballast)
}

// Room is the gate that stops intake before the disk is full, while decided
// work goes on: what to do when there is too little room to record, or nil.
func (s *Store) Room() error {
	if s.o.MinFree <= 0 || s.file == "" {
		return nil
	}
	free, ok := freeBytes(filepath.Dir(s.file))
	if ok && free < uint64(s.o.MinFree) {
		return fmt.Errorf("%w: %d MB free beside %s, %d MB needed: make room, until then nothing new is recorded", ErrDiskLow, free>>20, s.file, s.o.MinFree>>20)
	}
	return nil
}

// zeros is an endless run of zero bytes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// oldestSQLite is the first release without the WAL-reset bug, which can
	// corrupt a WAL database (sqlite.org, releaselog 3.51.3).
	oldestSQLite = "3.51.3"
	// appID marks the file as ours ("rasd"), so that a wrong path is noticed
	// before anything is written.
	appID = 0x72617364
	// readers is the size of the reading pool; the pages and duties read.
	readers = 4
)

// locate notes where the file is; what is kept beside it goes to the same folder
// unless another is named.
func (s *Store) locate() (file string, err error) {
	if s.file, err = filepath.Abs(s.o.DSN); err == nil && s.o.DataDir == "" {
		s.o.DataDir = filepath.Dir(s.file)
	}
	return s.file, err
}

// openSQLite takes the file for this process alone and opens two pools: one
// connection writes, several read.
func (s *Store) openSQLite(ctx context.Context) error {
	file, err := s.locate()
	if err != nil {
		return err
	}
	for _, dir := range []string{filepath.Dir(file), s.o.DataDir} {
		if err := MakeFolder(dir); err != nil {
			return err
		}
	}
	if s.lock, err = lockFile(file + ".lock"); err != nil {
		return err
	}
	Inherit(file + ".lock")
	s.found = lastChange(file)
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600) // the operator's own path; SQLite would make it readable for others
	if err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o600), f.Close()); err != nil {
		return err
	}
	Inherit(file)
	// busy_timeout comes first: setting WAL may itself have to wait.
	base := "file:" + (&url.URL{Path: file}).EscapedPath() + "?_pragma=busy_timeout(10000)"
	s.w, err = openKept(base + "&_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)")
	if err != nil {
		return err
	}
	s.w.SetMaxOpenConns(1)
	if s.r, err = openKept(base + "&_pragma=query_only(1)"); err != nil {
		return err
	}
	s.r.SetMaxOpenConns(readers)
	s.r.SetMaxIdleConns(readers)
	if err := s.checkSQLite(ctx); err != nil {
		return err
	}
	s.keepBallast()
	return nil
}

// MakeFolder makes a folder for the owner of the one above it, if it is not there.
func MakeFolder(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return os.MkdirAll(dir, 0o700) // which says so when it is a file
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	Inherit(dir)
	return nil
}

// checkSQLite reads back what the promises stand on.
func (s *Store) checkSQLite(ctx context.Context) error {
	version, err := one[string](s.w.QueryRowContext(ctx, `SELECT sqlite_version()`))
	if err != nil {
		return err
	}
	if older(version, oldestSQLite) {
		return fmt.Errorf("SQLite %s can corrupt its log; %s or newer is needed", version, oldestSQLite)
	}
	sync, err := one[int](s.w.QueryRowContext(ctx, `PRAGMA synchronous`))
	if err != nil {
		return err
	}
	if sync != 2 {
		return fmt.Errorf("synchronous is %d instead of 2 (FULL): a power cut could forget a post", sync)
	}
	mode, err := one[string](s.w.QueryRowContext(ctx, `PRAGMA journal_mode`))
	if err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("journal mode is %q instead of \"wal\": is the folder on a network drive?", mode)
	}
	id, err := one[int64](s.w.QueryRowContext(ctx, `PRAGMA application_id`))
	if err != nil {
		return err
	}
	switch id {
	case appID:
		return nil
	case 0:
		return s.claimFile(ctx)
	}
	return fmt.Errorf("%s is the database of another program", filepath.Base(s.file))
}

// claimFile marks an empty file as ours and refuses one that holds tables.
func (s *Store) claimFile(ctx context.Context) error {
	tables, err := one[int](s.w.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master`))
	if err != nil {
		return err
	}
	if tables > 0 {
		return fmt.Errorf("%s is the database of another program", filepath.Base(s.file))
	}
	_, err = s.w.ExecContext(ctx, `PRAGMA application_id = `+strconv.Itoa(appID))
	return err
}

// older reports whether dotted version a comes before b.
func older(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, _ := strconv.Atoi(as[i])
		y, _ := strconv.Atoi(bs[i])
		if x != y {
			return x < y
		}
	}
	return len(as) < len(bs)
}

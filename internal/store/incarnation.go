package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rasid/internal/cases"
)

// Names of meta rows.
const (
	heldMark        = "held"        // why nothing is posted until a person releases it
	incarnationMark = "incarnation" // identity of this database
	backupMark      = "backup"      // the incarnation of every backup: no sidecar ever says it
)

// sidecar is a small file beside the database that a backup does not hold. It
// tells a restored or copied database from the one that posted last.
type sidecar struct {
	path string
	log  func(msg string, args ...any)
	mu   sync.Mutex
	seen marks
}

// marks is what the sidecar says.
type marks struct {
	Incarnation string `json:"incarnation"`
	Claims      int64  `json:"claims"` // how many rows were claimed; the database can be ahead, never behind
	Inode       uint64 `json:"inode"`  // of the SQLite file; a copy has another one
	Born        int64  `json:"born"`   // when that file was made
	Closed      int64  `json:"closed"` // its last change when it was closed in order; 0 while it is open
}

// newSidecar is the one of this database; nil where no folder is known.
func (s *Store) newSidecar() *sidecar {
	switch {
	case s.o.DataDir == "":
		return nil
	case s.file != "":
		return &sidecar{path: s.file + ".marks", log: s.log.Warn}
	}
	return &sidecar{path: filepath.Join(s.o.DataDir, s.o.Owner+".marks"), log: s.log.Warn}
}

// noteOpen says in the sidecar that the file is open, before anything is
// written to it: ended between here and recognise, a start would leave a file
// that looks written over. A file that is strange already stays so.
func (s *Store) noteOpen() error {
	side := s.newSidecar()
	if side == nil {
		return nil
	}
	here, err := side.load()
	if err != nil || here.Closed == 0 || here.Closed != s.found {
		return err
	}
	side.seen = here
	side.seen.Closed = 0
	s.marks = side
	return side.save()
}

// recognise compares the database with its sidecar. When they do not belong
// together, the database is a backup or a copy: what was open in it may have
// been posted since, so everything is held.
func (s *Store) recognise(ctx context.Context) error {
	side := s.newSidecar()
	if side == nil {
		return nil
	}
	here, err := side.load()
	if err != nil {
		return err
	}
	inDB, err := s.present(ctx)
	if err != nil {
		return fmt.Errorf("reading incarnation: %w", err)
	}
	moved, err := s.moved(ctx)
	if err != nil {
		return fmt.Errorf("looking where the records were: %w", err)
	}
	if moved {
		s.log.Warn("database held", "why", whyRestored)
	}
	why := strange(inDB, here, s.pg)
	if why != "" {
		s.log.Warn("database held", "why", why)
	}
	fresh := inDB.Incarnation == ""
	if fresh || why != "" {
		inDB.Incarnation = rand.Text()
		if fresh { // the sidecar first: ended in between, a new database would look copied
			side.seen = inDB
			side.seen.Closed = 0
			if err := side.save(); err != nil {
				return fmt.Errorf("writing incarnation: %w", err)
			}
		}
		if err := s.write(ctx, func(tx *sql.Tx) error {
			if why != "" {
				if err := hold(ctx, tx, why); err != nil {
					return err
				}
			}
			return setMeta(ctx, tx, incarnationMark, inDB.Incarnation)
		}); err != nil {
			return fmt.Errorf("writing incarnation: %w", err)
		}
	}
	inDB.Closed = 0
	side.seen = inDB
	s.marks = side // not before: closing writes the marks, and unread ones would be forgotten
	return side.save()
}

// present is what the database and its file say by now, to be held against the
// sidecar.
func (s *Store) present(ctx context.Context) (m marks, err error) {
	err = s.read(ctx, func(q querier) (err error) {
		if m.Incarnation, err = getMeta(ctx, q, incarnationMark); err != nil {
			return err
		}
		m.Claims, err = one[int64](q.QueryRowContext(ctx, `SELECT value FROM counters WHERE name = 'claim'`))
		return err
	})
	if s.file != "" {
		m.Inode, m.Born = fileID(s.file)
		m.Closed = s.found
	}
	return m, err
}

// whyRestored is why what came out of a backup is held.
const whyRestored = "restored from a backup"

// strange says why a database and a sidecar do not belong together; "" when
// they do.
func strange(inDB, here marks, shared bool) string {
	switch {
	case inDB.Incarnation == "":
		return "" // brand-new
	case inDB.Incarnation == backupMark:
		return whyRestored
	case here.Incarnation == "" && shared:
		return "" // one more instance on a shared database
	case here.Incarnation == "":
		return "copied from elsewhere"
	case here.Claims > inDB.Claims:
		return "older than what this instance sent last"
	case shared:
		return "" // a restore by another instance has been noticed by it
	case here.Incarnation != inDB.Incarnation:
		return "not the database that was here before"
	case here.Inode != inDB.Inode || here.Born != inDB.Born:
		return "a copy of the database that was here before"
	case here.Closed != 0 && here.Closed != inDB.Closed:
		return "written over since it was closed"
	}
	return ""
}

func (f *sidecar) load() (marks, error) {
	var m marks
	b, err := os.ReadFile(f.path)
	if errors.Is(err, os.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	if json.Unmarshal(b, &m) != nil {
		return marks{Incarnation: "unreadable"}, nil // cut off while it was written: be careful
	}
	return m, nil
}

// save replaces the file whole.
func (f *sidecar) save() error {
	b, err := json.Marshal(f.seen)
	if err != nil {
		return err
	}
	tmp := f.path + ".new"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return err
	}
	Inherit(tmp)
	return os.Rename(tmp, f.path)
}

// claimed notes that the n-th row was claimed. It may be lost with the power:
// then the database is ahead, which is no reason to hold.
func (f *sidecar) claimed(n int64) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if n <= f.seen.Claims {
		return // a later claim was written first
	}
	f.seen.Claims = n
	if err := f.save(); err != nil {
		f.log("sidecar not written", "error", err)
	}
}

// closed notes how the file was left. A restore that writes over it, and over
// the sidecar, is noticed by the file's time. What is not noticed is a copy
// taken while the program ran that keeps its times and overwrites every file
// in place: Backup makes copies that say what they are.
func (f *sidecar) closed(file string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen.Closed = lastChange(file)
	return f.save()
}

// settled reports whether the whole log is in the file, so that nobody who
// still reads it will write to it after us.
func (s *Store) settled() bool {
	var busy, logged, done int
	err := s.w.QueryRowContext(context.Background(), `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &logged, &done)
	return err == nil && busy == 0 && logged == done
}

// lastChange is the time of a file's content; 0 when there is none.
func lastChange(file string) int64 {
	st, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return st.ModTime().UnixNano()
}

// HoldAll keeps everything that is ready from leaving, and every reply that is
// approved from now on, until Release.
func (s *Store) HoldAll(ctx context.Context) error {
	err := s.write(ctx, func(tx *sql.Tx) error { return hold(ctx, tx, "held by hand") })
	if err != nil {
		return fmt.Errorf("holding the outbox: %w", err)
	}
	return nil
}

func hold(ctx context.Context, q querier, why string) error {
	if _, err := q.ExecContext(ctx, `UPDATE outbox SET state = 'held' WHERE state = 'ready'`); err != nil {
		return err
	}
	return setMeta(ctx, q, heldMark, why)
}

// Held returns why nothing leaves, "" when nothing is held, and how many rows
// wait for a release.
func (s *Store) Held(ctx context.Context) (why string, waiting int, err error) {
	err = s.read(ctx, func(q querier) error {
		if why, err = getMeta(ctx, q, heldMark); err != nil {
			return err
		}
		waiting, err = one[int](q.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE state = 'held'`))
		return err
	})
	if err != nil {
		return "", 0, fmt.Errorf("reading what is held: %w", err)
	}
	return why, waiting, nil
}

// Release lets everything held leave again; by is the person who looked at it.
// Cases with a held reply get a line in their history.
func (s *Store) Release(ctx context.Context, by string, now time.Time) error {
	if !person(by) {
		return fmt.Errorf("releasing the outbox by %q: %w", by, ErrUnapproved)
	}
	err := s.write(ctx, func(tx *sql.Tx) error {
		ids, err := collect(ctx, tx, one[int64], `SELECT DISTINCT case_id FROM outbox WHERE state = 'held' AND kind = 'reply' ORDER BY case_id`)
		if err != nil {
			return err
		}
		for _, id := range ids {
			c, err := head(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := jot(ctx, tx, c, cases.Change{By: by, At: now, Note: "released"}); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'ready' WHERE state = 'held'`); err != nil {
			return err
		}
		return setMeta(ctx, tx, heldMark, "")
	})
	if err != nil {
		return fmt.Errorf("releasing the outbox: %w", err)
	}
	return nil
}

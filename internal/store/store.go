// Package store keeps everything rasid must not forget: mentions, cases, the
// outbox, who decided what. One SQL text serves SQLite (a file, the default)
// and PostgreSQL (several instances); the package has one file per table.
//
// Three promises are kept here and nowhere else:
//
//   - Mentions and the cursor that covers them are one transaction (Record).
//   - A case moves only by a legal step on the version its caller saw, and
//     everything that must happen with the step is written with it (Apply).
//   - What leaves is marked started on disk before it leaves (Claim), and an
//     attempt nobody can account for becomes in-doubt, never ready again by
//     itself (Settle, CutOff).
//
// Every writing transaction runs alone: SQLite has one writer anyway, and on
// PostgreSQL an advisory lock does the same. The counts that budgets need, the
// chain of the history and "one started reply per target" are then plain
// reads, and no two transactions can lock each other out.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"
)

// Options says where the database is and which limits hold.
type Options struct {
	DSN     string       // path of the SQLite file, or postgres://…
	DataDir string       // folder for the kill-switch file and the sidecars; "" = beside the SQLite file
	Owner   string       // name of this instance, the same after a restart; "" = "rasid"
	Logger  *slog.Logger // nil: nothing is logged

	JoinWindow time.Duration // a customer who writes again within it joins the old case; 0 = 72 h
	Budget     Budget        // how many replies may leave
	Ballast    int64         // bytes kept aside for the day the disk is full; 0 = none (SQLite)
	MinFree    int64         // free bytes below which Record refuses (ErrDiskLow); 0 = no gate (SQLite)
}

// Errors of this package; those about cases are in package cases.
var (
	// ErrInUse says that another process works on the same SQLite file.
	ErrInUse = errors.New("another rasid works on this database")
	// ErrDiskLow says that intake stops so that decided work can still be done.
	ErrDiskLow = errors.New("the disk is almost full")
	// ErrUnapproved says that a public reply was about to leave without the
	// approval of a person or a written rule for exactly these bytes.
	ErrUnapproved = errors.New("not approved")
)

// defaultJoin is the window in which one author's mentions are one problem.
const defaultJoin = 72 * time.Hour

// Store is the database. It is safe for concurrent use.
type Store struct {
	w, r  *sql.DB // the same pool on PostgreSQL
	pg    bool
	o     Options
	log   *slog.Logger
	file  string      // SQLite file; "" on PostgreSQL
	found int64       // the file's last change when it was opened
	lock  *fileLock   // nil on PostgreSQL
	marks *sidecar    // nil where no folder is known, and until what it says is known
	spent atomic.Bool // the ballast was given back, or found no room
}

// Open opens or creates the database, brings its tables up to date, and
// compares it with the marks left beside it: a restored backup is put on hold.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Owner == "" {
		o.Owner = "rasid"
	}
	if o.JoinWindow == 0 {
		o.JoinWindow = defaultJoin
	}
	o.Budget = o.Budget.orDefaults()
	s := &Store{o: o, log: o.Logger}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if isPostgres(o.DSN) {
		err = s.openPostgres(ctx)
	} else {
		err = s.openSQLite(ctx)
	}
	if err == nil {
		err = s.noteOpen()
	}
	if err == nil {
		err = s.migrate(ctx)
	}
	if err == nil {
		err = s.recognise(ctx)
	}
	if err == nil {
		err = s.finishErasures(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening database: %w", s.plainly(err)), s.Close())
	}
	return s, nil
}

// Close closes the database and lets another process have it.
func (s *Store) Close() error {
	var errs []error
	whole := s.marks != nil && s.file != "" && s.settled()
	if s.r != nil && s.r != s.w {
		errs = append(errs, s.r.Close())
	}
	if s.w != nil {
		errs = append(errs, s.w.Close())
	}
	if whole && errors.Join(errs...) == nil {
		errs = append(errs, s.marks.closed(s.file))
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// Shared reports whether several instances may work on a database.
func Shared(dsn string) bool { return isPostgres(dsn) }

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// querier is a pool or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// writerLock is the advisory lock that makes PostgreSQL write one transaction
// at a time; any constant does, as long as nobody else in the database uses it.
const writerLock = 0x7261736964 // "rasid"

// write runs fn in the one writing transaction.
func (s *Store) write(ctx context.Context, fn func(tx *sql.Tx) error) error {
	err := s.writeOnce(ctx, fn)
	if err != nil && s.dropBallast(err) {
		err = s.writeOnce(ctx, fn) // the room that was kept aside for this moment
	}
	if err == nil {
		s.restock()
	}
	return err
}

func (s *Store) writeOnce(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	if s.pg {
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(writerLock)); err != nil {
			return fmt.Errorf("waiting for the writer: %w", err)
		}
	}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// read runs fn on one unchanging view of the database.
func (s *Store) read(ctx context.Context, fn func(q querier) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if s.pg {
		o.Isolation = sql.LevelRepeatableRead
	}
	tx, err := s.r.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("beginning: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return fn(tx)
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// SaveVisit writes down that somebody is in, or when they were seen last. A
// visit that was ended meanwhile stays ended: only a new one is inserted.
func (s *Store) SaveVisit(ctx context.Context, v cases.Visit) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		if !v.Seen.Equal(v.Since) {
			_, err := tx.ExecContext(ctx, `UPDATE visits SET seen = $1 WHERE hash = $2`, micros(v.Seen), v.Hash)
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM visits WHERE ends < $1`, micros(v.Since)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO visits (hash, staff, scope, label, since, seen, ends) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			v.Hash, v.Staff, v.Scope, v.Label, micros(v.Since), micros(v.Seen), micros(v.Ends))
		return err
	})
	if err != nil {
		return fmt.Errorf("saving a visit of %s: %w", v.Staff, err)
	}
	return nil
}

// Visits returns who is in by the hash of a key (none or one), or everybody
// for "".
func (s *Store) Visits(ctx context.Context, hash string) ([]cases.Visit, error) {
	vs, err := collect(ctx, s.r, func(row scanner) (v cases.Visit, err error) {
		var since, seen, ends int64
		err = row.Scan(&v.Hash, &v.Staff, &v.Scope, &v.Label, &since, &seen, &ends)
		v.Since, v.Seen, v.Ends = moment(since), moment(seen), moment(ends)
		return v, err
	}, `SELECT hash, staff, scope, label, since, seen, ends FROM visits WHERE hash = $1 OR $2 = '' ORDER BY since`, hash, hash)
	if err != nil {
		return nil, fmt.Errorf("reading visits: %w", err)
	}
	return vs, nil
}

// EndVisits ends one visit by its hash, or all of a member of staff for "".
func (s *Store) EndVisits(ctx context.Context, staff, hash string) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM visits WHERE staff = $1 AND (hash = $2 OR $3 = '')`, staff, hash, hash)
		return err
	})
	if err != nil {
		return fmt.Errorf("ending visits of %s: %w", staff, err)
	}
	return nil
}

// Password returns the hash of a person's password, "" when none is set.
func (s *Store) Password(ctx context.Context, staff string) (string, error) {
	hash, err := oneOrNone[string](s.r.QueryRowContext(ctx, `SELECT hash FROM passwords WHERE staff = $1`, staff))
	if err != nil {
		return "", fmt.Errorf("reading the password of %s: %w", staff, err)
	}
	return hash, nil
}

// SetPassword keeps the hash of a new password; "" takes it away.
func (s *Store) SetPassword(ctx context.Context, staff, hash string, now time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO passwords (staff, hash, at) VALUES ($1, $2, $3)
			ON CONFLICT (staff) DO UPDATE SET hash = excluded.hash, at = excluded.at`, staff, hash, micros(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("setting the password of %s: %w", staff, err)
	}
	return nil
}

// Pulse changes whenever something that staff see has changed: a cheap question
// for pages that stay open.
func (s *Store) Pulse(ctx context.Context) (string, error) {
	p, err := one[string](s.r.QueryRowContext(ctx, `SELECT
		CAST((SELECT value FROM counters WHERE name = 'history') AS TEXT) || '.' ||
		CAST((SELECT value FROM counters WHERE name = 'mention') AS TEXT) || '.' ||
		CAST((SELECT COALESCE(MAX(at), 0) FROM switch) AS TEXT)`))
	if err != nil {
		return "", fmt.Errorf("feeling the pulse: %w", err)
	}
	return p, nil
}

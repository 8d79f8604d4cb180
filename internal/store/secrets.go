package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// Secret returns the n random bytes kept under name, drawing them at the first
// call. All instances on one database get the same.
func (s *Store) Secret(ctx context.Context, name string, n int) ([]byte, error) {
	b, err := drawn(ctx, s.r, name) // a reader beside a running program can read, not draw
	if errors.Is(err, sql.ErrNoRows) {
		err = s.write(ctx, func(tx *sql.Tx) (err error) {
			b, err = secret(ctx, tx, name, n)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("reading secret %s: %w", name, err)
	}
	return b, nil
}

func secret(ctx context.Context, q querier, name string, n int) ([]byte, error) {
	fresh := make([]byte, n)
	_, _ = rand.Read(fresh) // never fails
	_, err := q.ExecContext(ctx, `INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, hex.EncodeToString(fresh))
	if err != nil {
		return nil, err
	}
	return drawn(ctx, q, name)
}

// drawn reads a secret that was drawn before.
func drawn(ctx context.Context, q querier, name string) ([]byte, error) {
	text, err := one[string](q.QueryRowContext(ctx, `SELECT value FROM secrets WHERE name = $1`, name))
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(text)
}

// UseToken spends a one-time token and reports whether it was unspent.
func (s *Store) UseToken(ctx context.Context, token string, now time.Time) (fresh bool, err error) {
	sum := sha256.Sum256([]byte(token))
	err = s.write(ctx, func(tx *sql.Tx) error {
		n, err := changed(tx.ExecContext(ctx, `INSERT INTO tokens (hash, at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING`, hex.EncodeToString(sum[:]), micros(now)))
		fresh = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("spending token: %w", err)
	}
	return fresh, nil
}

// Decisions returns how many replies a person, or rule, let leave since a
// time; the budget of an approver counts them.
func (s *Store) Decisions(ctx context.Context, by string, since time.Time) (int, error) {
	n, err := one[int](s.r.QueryRowContext(ctx, `SELECT count(*) FROM history WHERE by_whom = $1 AND at >= $2 AND event IN ($3, $4)`,
		by, micros(since), cases.Approve, cases.ByRule))
	if err != nil {
		return 0, fmt.Errorf("counting decisions: %w", err)
	}
	return n, nil
}

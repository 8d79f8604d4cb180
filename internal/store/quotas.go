package store

import (
	"context"
	"database/sql"
	"fmt"

	"rasid/internal/cases"
)

// Spend takes units of a quota, if that leaves at least keep of it, and returns
// how much is left. It is written down before the call that it is for, so that
// neither a crash nor a second instance can spend a unit twice. A quota whose
// Resets is later than the one kept begins anew.
func (s *Store) Spend(ctx context.Context, q cases.Quota, units, keep int64) (left int64, ok bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		if err := openQuota(ctx, tx, q); err != nil {
			return err
		}
		n, err := changed(tx.ExecContext(ctx, `UPDATE quotas SET used = used + $1 WHERE name = $2 AND used + $3 <= most`, units, q.Name, units+keep))
		if err != nil {
			return err
		}
		ok = n == 1
		left, err = one[int64](tx.QueryRowContext(ctx, `SELECT most - used FROM quotas WHERE name = $1`, q.Name))
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("spending of quota %s: %w", q.Name, err)
	}
	return left, ok, nil
}

// Exhaust writes down that nothing is left of a quota, because the platform
// said so: others may spend of it too.
func (s *Store) Exhaust(ctx context.Context, q cases.Quota) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		if err := openQuota(ctx, tx, q); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE quotas SET used = most WHERE name = $1`, q.Name)
		return err
	})
	if err != nil {
		return fmt.Errorf("exhausting quota %s: %w", q.Name, err)
	}
	return nil
}

// openQuota makes the row of a quota, or begins it anew.
func openQuota(ctx context.Context, tx querier, q cases.Quota) error {
	resets := micros(q.Resets)
	if _, err := tx.ExecContext(ctx, `INSERT INTO quotas (name, used, most, resets_at) VALUES ($1, 0, $2, $3) ON CONFLICT (name) DO NOTHING`, q.Name, q.Most, resets); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE quotas SET used = 0, resets_at = $1 WHERE name = $2 AND resets_at < $3`, resets, q.Name, resets); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE quotas SET most = $1 WHERE name = $2`, q.Most, q.Name)
	return err
}

// Quotas lists what was spent of each quota, by name.
func (s *Store) Quotas(ctx context.Context) ([]cases.Quota, error) {
	qs, err := collect(ctx, s.r, func(row scanner) (q cases.Quota, err error) {
		var resets int64
		err = row.Scan(&q.Name, &q.Used, &q.Most, &resets)
		q.Resets = moment(resets)
		return q, err
	}, `SELECT name, used, most, resets_at FROM quotas ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("reading quotas: %w", err)
	}
	return qs, nil
}

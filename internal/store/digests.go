package store

import (
	"context"
	"database/sql"
	"fmt"

	"rasid/internal/cases"
)

// SendStates returns where the rows with these keys stand; keys that were
// never used are left out.
func (s *Store) SendStates(ctx context.Context, keys []string) (map[string]cases.SendState, error) {
	states := map[string]cases.SendState{}
	if len(keys) == 0 {
		return states, nil
	}
	var l list
	rs, err := collect(ctx, s.r, func(row scanner) (cases.Send, error) {
		var m cases.Send
		err := row.Scan(&m.Key, &m.State)
		return m, err
	}, `SELECT o.key, o.state FROM outbox o WHERE o.key IN `+in(&l, keys), l.args...)
	if err != nil {
		return nil, fmt.Errorf("reading outbox: %w", err)
	}
	for _, m := range rs {
		states[m.Key] = m.State
	}
	return states, nil
}

// EnqueueDigest puts a digest into the outbox and reports whether its key was
// new. In the same transaction the digests it takes in are laid to rest, so
// that no clock that goes back can send them any more: what was never sent is
// withdrawn, what left or may have left stays as it is.
func (s *Store) EnqueueDigest(ctx context.Context, m cases.Send, takesIn []string) (added bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		if added, err = insertRow(ctx, tx, m, cases.Mention{}, m.DueAt); err != nil || !added {
			return err
		}
		for _, key := range takesIn {
			old := cases.Send{Key: key, Kind: cases.SendDigest, Target: m.Target, By: m.By, DueAt: m.DueAt}
			if _, err := insertRow(ctx, tx, old, cases.Mention{}, m.DueAt); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `UPDATE outbox SET state = 'withdrawn', last_error = $1 WHERE key = $2 AND kind = 'digest' AND state IN ('ready', 'gave-up')`,
				"taken into "+m.Key, key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("enqueueing %s: %w", m.Key, err)
	}
	return added, nil
}

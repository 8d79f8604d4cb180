package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// prunedAtOnce bounds one transaction of Prune, so that it holds up nobody.
const prunedAtOnce = 200

// Prune takes words and names out of closed cases that nobody touched since a
// time, and forgets spent tokens and raw messages of before it. Counts,
// history and identities stay. It returns how many cases it emptied; call it
// again until that is 0.
func (s *Store) Prune(ctx context.Context, before time.Time) (n int, err error) {
	var l list
	where := `c.updated_at < ` + l.add(micros(before)) + ` AND NOT c.state IN ` + openStates(&l)
	where += ` AND EXISTS (SELECT 1 FROM mentions m WHERE m.case_id = c.id AND NOT m.blank)`
	where += ` AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.case_id = c.id AND o.state IN ('ready', 'held', 'started', 'in-doubt')) ORDER BY c.id LIMIT ` + l.add(prunedAtOnce)
	err = s.write(ctx, func(tx *sql.Tx) error {
		ids, err := collect(ctx, tx, one[int64], `SELECT c.id FROM cases c WHERE `+where, l.args...)
		if err != nil {
			return err
		}
		n = len(ids)
		for _, id := range ids {
			if err := pruneCase(ctx, tx, id); err != nil {
				return err
			}
		}
		for _, stmt := range []string{
			`UPDATE mentions SET author = '', title = '', body = '', url = '', folded = '', score = '', blank = TRUE WHERE case_id = 0 AND seen_at < $1 AND NOT blank`,
			`UPDATE incident_cases SET author = '', print = NULL WHERE seen_at < $1`,
			`DELETE FROM tokens WHERE at < $1`,
			`DELETE FROM inbox WHERE at < $1`,
			`UPDATE outbox SET body = '', attachment = NULL WHERE made_at < $1 AND kind <> 'reply' AND state IN ('delivered', 'gave-up', 'withdrawn')`,
		} {
			if _, err := tx.ExecContext(ctx, stmt, micros(before)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("pruning: %w", err)
	}
	return n, nil
}

func pruneCase(ctx context.Context, q querier, id int64) error {
	nums, err := collect(ctx, q, one[int64], `SELECT num FROM mentions WHERE case_id = $1 AND NOT blank`, id)
	if err != nil {
		return err
	}
	for _, num := range nums {
		if err := blankMention(ctx, q, num, false); err != nil {
			return err
		}
	}
	// The author's id goes with the name: a customer who comes back after so
	// long is a new one.
	return blankCase(ctx, q, id)
}

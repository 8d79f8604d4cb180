package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// aheadFrom is how far ahead of the clock something must have happened to show that
// the clock was wrong, and not that two instances differ by minutes.
const aheadFrom = 2 * time.Hour

// soonest is how far ahead of now a pause, a retry, a lease or a claim lies at
// most: platforms count their quotas by the day.
const soonest = 48 * time.Hour

// PutRight brings back what was written while the clock stood ahead, once it
// stands right again, and reports whether there was something. A case that came
// then would wait for its alarm for as long as the clock was ahead, a reply would
// not leave, and what was posted would spend the budgets for years. What a case
// wakes for is looked at now, and a promise runs from now for as long as it was
// given. The history keeps the times that were seen.
func (s *Store) PutRight(ctx context.Context, now time.Time) (found bool, err error) {
	ahead := micros(now.Add(aheadFrom))
	// Looking is cheap, the writing transaction is not: nearly every look finds nothing.
	n, err := one[int](s.r.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM cases WHERE updated_at > $1 LIMIT 1) x`, ahead))
	if err != nil {
		return false, fmt.Errorf("looking for times ahead of the clock: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	err = s.write(ctx, func(tx *sql.Tx) error { return putRight(ctx, tx, micros(now), ahead) })
	if err != nil {
		return false, fmt.Errorf("putting times right: %w", err)
	}
	return true, nil
}

func putRight(ctx context.Context, q querier, now, ahead int64) error {
	far := now + soonest.Microseconds()
	for _, x := range []struct {
		statement string
		limit     int64
	}{
		{`UPDATE cases SET wake_at = $1 WHERE updated_at > $2 AND wake_at > $1`, ahead},
		{`UPDATE promises SET due_at = due_at - opened_at + $1, wake_at = CASE WHEN wake_at > opened_at THEN wake_at - opened_at + $1 ELSE wake_at END,
			opened_at = $1 WHERE opened_at > $2`, ahead},
		{`UPDATE outbox SET due_at = $1 WHERE due_at > $2`, far},
	} {
		if _, err := q.ExecContext(ctx, x.statement, now, x.limit); err != nil {
			return err
		}
	}
	_, err := q.ExecContext(ctx, `DELETE FROM meta WHERE CASE WHEN name LIKE '`+pauseMark+`%' THEN CAST(value AS BIGINT) > $1 ELSE FALSE END`, far)
	if err != nil {
		return err
	}
	for limit, columns := range map[int64][][2]string{
		// When something happened: never ahead of the clock.
		ahead: {
			{"cases", "opened_at"}, {"cases", "flagged_at"}, {"cases", "acked_at"}, {"cases", "answered_at"}, {"cases", "closed_at"}, {"cases", "told_at"},
			{"cases", "asked_at"}, {"cases", "rated_at"}, {"cases", "updated_at"}, {"outbox", "made_at"}, {"outbox", "first_at"}, {"outbox", "started_at"},
			{"mentions", "seen_at"}, {"incidents", "opened_at"}, {"incidents", "hot_at"}, {"incident_cases", "at"}, {"incident_cases", "seen_at"},
		},
		// When something goes on: soon.
		far: {{"cases", "claimed_until"}, {"outbox", "lease_until"}, {"outbox", "quiet_until"}, {"cards", "retry_at"}, {"incident_cards", "next_at"}},
	} {
		for _, c := range columns {
			if _, err := q.ExecContext(ctx, `UPDATE `+c[0]+` SET `+c[1]+` = $1 WHERE `+c[1]+` > $2`, now, limit); err != nil {
				return err
			}
		}
	}
	return nil
}

package store

import (
	"context"
	"fmt"
	"time"

	"rasid/internal/cases"
)

const promiseCols = `p.case_id, p.draft, p.words, p.opened_at, p.due_at, p.wake_at, p.state, p.settled_at, p.settled_by`

func scanPromise(row scanner) (cases.Promise, error) {
	var p cases.Promise
	var opened, due, wake, settled int64
	err := row.Scan(&p.Case, &p.Draft, &p.Words, &opened, &due, &wake, &p.State, &settled, &p.SettledBy)
	p.OpenedAt, p.DueAt, p.WakeAt, p.SettledAt = moment(opened), moment(due), moment(wake), moment(settled)
	return p, err
}

// savePromises opens or moves the promises of a case. One that was settled
// stays as it was: what is counted is never rewritten.
func savePromises(ctx context.Context, q querier, caseID int64, list []cases.Promise) error {
	for _, p := range list {
		_, err := q.ExecContext(ctx, `INSERT INTO promises (case_id, draft, words, opened_at, due_at, wake_at, state, settled_at, settled_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (case_id, draft) DO UPDATE SET wake_at = excluded.wake_at, state = excluded.state,
				settled_at = excluded.settled_at, settled_by = excluded.settled_by WHERE promises.settled_at = 0`,
			caseID, p.Draft, p.Words, micros(p.OpenedAt), micros(p.DueAt), micros(p.WakeAt), p.State, micros(p.SettledAt), p.SettledBy)
		if err != nil {
			return fmt.Errorf("saving promise: %w", err)
		}
	}
	return nil
}

// voidPromises ends what was promised to a customer who is forgotten.
func voidPromises(ctx context.Context, q querier, caseID int64, now time.Time) error {
	_, err := q.ExecContext(ctx, `UPDATE promises SET state = 'void', wake_at = 0, settled_at = $1, settled_by = 'customer' WHERE case_id = $2 AND settled_at = 0`, micros(now), caseID)
	return err
}

// oweAgain opens what ended because a customer had deleted what was said, and
// now put it back. The program looks at it at once: such a promise ends when it
// must be looked at anyway, and not before.
func oweAgain(ctx context.Context, q querier, caseID int64, now time.Time) error {
	_, err := q.ExecContext(ctx, `UPDATE promises SET state = 'open', wake_at = $1, settled_at = 0, settled_by = '' WHERE case_id = $2 AND state = 'void' AND settled_by = 'customer'`, micros(now), caseID)
	if err != nil {
		return fmt.Errorf("opening promises again: %w", err)
	}
	return nil
}

// PromisesDue returns the promises that must be looked at now, the most overdue
// first.
func (s *Store) PromisesDue(ctx context.Context, now time.Time, limit int) ([]cases.Promise, error) {
	return s.promises(ctx, `p.wake_at > 0 AND p.wake_at <= $1 ORDER BY p.wake_at, p.case_id LIMIT $2`, micros(now), limit)
}

// mostPromises bounds a list of promises.
const mostPromises = 1000

// Promises returns the promises in some states (none: in all), the latest due
// first.
func (s *Store) Promises(ctx context.Context, states ...cases.PromiseState) ([]cases.Promise, error) {
	var l list
	where := `TRUE`
	if len(states) > 0 {
		where = `p.state IN ` + in(&l, states)
	}
	return s.promises(ctx, where+` ORDER BY p.due_at DESC, p.case_id DESC LIMIT `+l.add(mostPromises), l.args...)
}

// PromisesBetween returns the promises that fell due in [from, to), by time.
func (s *Store) PromisesBetween(ctx context.Context, from, to time.Time) ([]cases.Promise, error) {
	return s.promises(ctx, `p.due_at >= $1 AND p.due_at < $2 ORDER BY p.due_at, p.case_id`, micros(from), micros(to))
}

func (s *Store) promises(ctx context.Context, where string, args ...any) ([]cases.Promise, error) {
	ps, err := collect(ctx, s.r, scanPromise, `SELECT `+promiseCols+` FROM promises p WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading promises: %w", err)
	}
	return ps, nil
}

// fillPromises adds their promises to cases.
func fillPromises(ctx context.Context, q querier, at map[int64]*cases.Case, these string, args []any) error {
	ps, err := collect(ctx, q, scanPromise, `SELECT `+promiseCols+` FROM promises p WHERE p.case_id IN `+these+` ORDER BY p.due_at, p.draft`, args...)
	if err != nil {
		return err
	}
	for _, p := range ps {
		c := at[p.Case]
		c.Promises = append(c.Promises, p)
	}
	return nil
}

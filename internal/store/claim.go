package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"rasid/internal/cases"
)

// mostLooks is how many due rows one Claim looks at before it lets others
// write; rows over budget are put off, so that the next call sees others.
const mostLooks = 20

// Claim takes the next due row of a kind for this instance and marks it
// started, on disk, before it returns: from then on a crash leaves it in doubt
// and not ready. targets limits it to some sources or rooms; nil means all.
//
// A reply is checked once more in the same transaction: nobody stopped posting
// or holds it after a restore, its case is still approved for exactly these
// bytes, nothing else is under way to the same place, no budget is spent.
func (s *Store) Claim(ctx context.Context, kind cases.SendKind, targets []string, now time.Time, lease time.Duration) (cases.Send, bool, error) {
	m, ok, err := s.claim(ctx, kind, targets, now, lease)
	if err != nil {
		return cases.Send{}, false, fmt.Errorf("claiming %s: %w", kind, err)
	}
	return m, ok, nil
}

func (s *Store) claim(ctx context.Context, kind cases.SendKind, targets []string, now time.Time, lease time.Duration) (m cases.Send, ok bool, err error) {
	var l list
	due := `o.state = 'ready' AND o.kind = ` + l.add(kind) + ` AND o.due_at <= ` + l.add(micros(now))
	if targets != nil {
		due += ` AND o.target IN ` + in(&l, targets)
	}
	// Looking is cheap, the writing transaction is not: most calls find nothing.
	n, err := one[int](s.r.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM outbox o WHERE `+due+` LIMIT 1) x`, l.args...))
	if err != nil || n == 0 {
		return m, false, err
	}
	due += ` ORDER BY o.due_at, o.key LIMIT ` + strconv.Itoa(mostLooks)
	if s.pg {
		due += ` FOR UPDATE SKIP LOCKED`
	}
	var started int64
	err = s.write(ctx, func(tx *sql.Tx) error {
		m, ok, started = cases.Send{}, false, 0
		if kind.Public() {
			if open, err := s.mayPost(ctx, tx, now); err != nil || !open {
				return err
			}
		}
		rs, err := rows(ctx, tx, due, l.args...)
		if err != nil {
			return err
		}
		var r row
		r, ok, err = s.firstFree(ctx, tx, rs, now)
		if err != nil || !ok {
			return err
		}
		if m, err = s.start(ctx, tx, r, now, lease); err != nil {
			return err
		}
		if started, err = next(ctx, tx, "claim"); err == nil && kind.Public() {
			err = tick(ctx, tx, now)
		}
		return err
	})
	if err == nil && ok {
		s.marks.claimed(started)
	}
	return m, ok && err == nil, err
}

// firstFree finds the first row that may leave now: a reply has more to mind
// than a notice.
func (s *Store) firstFree(ctx context.Context, q querier, rs []row, now time.Time) (row, bool, error) {
	for _, r := range rs {
		if !r.Kind.Public() {
			return r, true, nil
		}
		if free, err := s.mayLeave(ctx, q, r, now); err != nil || free {
			return r, free, err
		}
	}
	return row{}, false, nil
}

// mayPost reports whether anything may be posted at all.
func (s *Store) mayPost(ctx context.Context, q querier, now time.Time) (bool, error) {
	if stop, err := s.stopped(ctx, q); err != nil || stop.On {
		return false, err
	}
	if stands, err := s.clockStands(ctx, q, now); err != nil || !stands {
		return false, err
	}
	held, err := getMeta(ctx, q, heldMark)
	return held == "", err
}

// mayLeave reports whether this reply may leave now; when it may not, it says
// so in the row, so that staff can see why it waits.
func (s *Store) mayLeave(ctx context.Context, q querier, r row, now time.Time) (bool, error) {
	busy, err := one[int](q.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE kind IN ('reply', 'ack', 'ask') AND state = 'started' AND target = $1`, r.Target))
	if err != nil || busy > 0 {
		return false, err
	}
	if over, err := pauseOver(ctx, q, r.Target, now); err != nil || !over {
		return false, err
	}
	c, err := head(ctx, q, r.Case)
	if err != nil {
		return false, err
	}
	decided := stands
	if r.Kind.Aside() {
		decided = standsAside
	}
	switch err := decided(ctx, q, c, r); {
	case errors.Is(err, ErrUnapproved):
		return false, takeBack(ctx, q, c, r, now, err)
	case err != nil:
		return false, err
	}
	why, err := s.o.Budget.over(ctx, q, r, now)
	if err != nil || why == "" {
		return err == nil, err
	}
	_, err = q.ExecContext(ctx, `UPDATE outbox SET due_at = $1, last_error = $2 WHERE key = $3`, micros(now.Add(budgetPause)), why, r.Key)
	if err != nil || r.LastError == why || r.Kind.Aside() {
		return false, err
	}
	// The cards say that the reply waits, and why: it would look stuck.
	return false, step(ctx, q, c, cases.Change{Case: c.ID, Version: c.Version, Event: cases.Note, By: cases.Rasid, At: now, Note: why})
}

// stands returns nil when the decision that made the row still stands for
// exactly its bytes.
func stands(ctx context.Context, q querier, c cases.Case, r row) error {
	d, ok, err := latestDraft(ctx, q, c.ID)
	switch {
	case err != nil:
		return err
	case c.State != cases.Approved:
		return fmt.Errorf("the case is %s: %w", c.State, ErrUnapproved)
	case !ok || d.Version != r.Reply.Draft || d.Text != r.Reply.Text:
		return fmt.Errorf("the draft was changed: %w", ErrUnapproved)
	case r.Hash != cases.HashReply(r.Target, r.Reply.Mention.ID, r.Reply.Text):
		return fmt.Errorf("the bytes are not those approved: %w", ErrUnapproved)
	case r.By == "" || r.By != c.ApprovedBy:
		return fmt.Errorf("approved by %q, sent by %q: %w", c.ApprovedBy, r.By, ErrUnapproved)
	}
	return nil
}

// takeBack withdraws a reply whose decision no longer stands and gives its
// case back to staff.
func takeBack(ctx context.Context, q querier, c cases.Case, r row, now time.Time, why error) error {
	_, err := q.ExecContext(ctx, `UPDATE outbox SET state = 'withdrawn', last_error = $1 WHERE key = $2`, why.Error(), r.Key)
	if err != nil || c.State != cases.Approved || r.Kind.Aside() {
		return err
	}
	err = step(ctx, q, c, cases.Change{
		Case: c.ID, Version: c.Version, Event: cases.Undo, By: cases.Rasid, At: now, Note: why.Error(), WakeAt: &now, WakeFor: "withdrawn",
	})
	return err
}

// start marks a row as being sent by this instance.
func (s *Store) start(ctx context.Context, q querier, r row, now time.Time, lease time.Duration) (cases.Send, error) {
	n, err := changed(q.ExecContext(ctx, `UPDATE outbox SET state = 'started', attempts = attempts + 1,
		first_at = CASE WHEN first_at = 0 THEN $1 ELSE first_at END, started_at = $1, owner = $2, lease_until = $3
		WHERE key = $4 AND state = 'ready'`, micros(now), s.o.Owner, micros(now.Add(lease)), r.Key))
	if err != nil {
		return cases.Send{}, err
	}
	if n != 1 {
		return cases.Send{}, fmt.Errorf("outbox row %s: %w", r.Key, cases.ErrStale)
	}
	if r, err = rowByKey(ctx, q, r.Key); err != nil || !isReply(r.Kind) {
		return r.Send, err
	}
	r.Reply.Earlier, err = collect(ctx, q, one[string], `SELECT body FROM outbox WHERE case_id = $1 AND mention = $2 AND kind = 'reply' AND state = 'delivered' AND body <> ''
		ORDER BY receipt_at DESC, key DESC`, r.Case, r.Reply.Mention.Num)
	return r.Send, err
}

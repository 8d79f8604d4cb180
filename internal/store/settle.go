package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// resendLock is how long after a lost lease nobody may send again: the frozen
// instance that held it could still wake up and post.
const resendLock = 10 * time.Minute

// Settle closes the attempt that Claim began and takes the step of the case
// that follows from it, in one transaction. ch may be nil: the step then
// follows from the outcome. When the case moved on meanwhile, the step is taken
// from where it stands now, because what is in public is never forgotten.
//
// Only the instance that started the row can settle it. When the row was cut
// off before, its owner's word still counts if it says "delivered".
func (s *Store) Settle(ctx context.Context, st cases.Settlement, ch *cases.Change) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		r, err := rowByKey(ctx, tx, st.Key)
		if err != nil {
			return err
		}
		if r.Owner != st.Owner {
			return fmt.Errorf("started by %q: %w", r.Owner, cases.ErrStale)
		}
		if late := r.State != cases.Started; late {
			return settleLate(ctx, tx, r, st, ch)
		}
		if err := closeRow(ctx, tx, r, st); err != nil {
			return err
		}
		return follow(ctx, tx, r, st, ch)
	})
	if err != nil {
		return fmt.Errorf("settling %s: %w", st.Key, err)
	}
	return nil
}

// closeRow writes the outcome into the row.
func closeRow(ctx context.Context, q querier, r row, st cases.Settlement) error {
	state, due := cases.InDoubt, r.DueAt
	switch st.Outcome {
	case cases.WasDelivered:
		state = cases.Delivered
	case cases.WasRefused:
		state = cases.GaveUp
	case cases.WasNotSent:
		state = cases.GaveUp
		if !st.RetryAt.IsZero() {
			state, due = cases.Ready, st.RetryAt
		}
	case cases.WasUnknown:
		if r.Kind == cases.SendNotice { // a doubled notice is harmless, a lost one is not
			state, due = cases.Ready, st.At
			if !st.RetryAt.IsZero() {
				due = st.RetryAt
			}
		}
	}
	if !st.Paused.IsZero() && r.Kind.Public() {
		if err := pause(ctx, q, r.Target, st.Paused); err != nil {
			return err
		}
	}
	rc := cases.Receipt{}
	if state == cases.Delivered {
		rc = receiptOf(st)
	}
	_, err := q.ExecContext(ctx, `UPDATE outbox SET state = $1, due_at = $2, lease_until = 0, last_error = $3, receipt_id = $4, receipt_url = $5, receipt_at = $6 WHERE key = $7`,
		state, micros(due), st.Why, rc.ID, rc.URL, micros(rc.At), r.Key)
	return err
}

func receiptOf(st cases.Settlement) cases.Receipt {
	rc := st.Receipt
	if rc.At.IsZero() {
		rc.At = st.At
	}
	return rc
}

// follow takes the step of the case.
func follow(ctx context.Context, q querier, r row, st cases.Settlement, ch *cases.Change) error {
	if ch == nil {
		if ch = implied(r, st); ch == nil {
			return nil
		}
	}
	c, err := head(ctx, q, ch.Case)
	if err != nil {
		return err
	}
	if c.Version != ch.Version {
		moved := *ch
		// Decisions of the caller were about another version; facts stay.
		moved.Reworded = nil // the source may have read newer words meanwhile
		moved.Score, moved.Scores, moved.Draft, moved.Level, moved.Claim, moved.Reminds = nil, nil, nil, nil, nil, nil
		moved.WakeAt, moved.WakeFor, moved.Withdraw, moved.Version = nil, "", nil, c.Version
		ch = &moved
	}
	return land(ctx, q, c, *ch)
}

// implied is the step that follows from an outcome; nil when the case stays.
func implied(r row, st cases.Settlement) *cases.Change {
	if !isReply(r.Kind) {
		return nil
	}
	ch := &cases.Change{Case: r.Case, Version: -1, By: cases.Rasid, At: st.At, Note: st.Why, DraftNo: r.Reply.Draft}
	switch st.Outcome {
	case cases.WasDelivered:
		rc := receiptOf(st)
		ch.Event, ch.Receipt = cases.Sent, &rc
	case cases.WasRefused:
		ch.Event = cases.Refuse
	case cases.WasUnknown:
		ch.Event = cases.CutOff
	case cases.WasNotSent:
		if !st.RetryAt.IsZero() {
			return nil
		}
		ch.Event = cases.Refuse
	}
	return ch
}

// land takes the step where it is legal, the nearest one where it is not, and
// leaves a note with the receipt where there is none.
func land(ctx context.Context, q querier, c cases.Case, ch cases.Change) error {
	for _, e := range []cases.Event{ch.Event, nearest(ch.Event)} {
		if _, err := cases.Next(c.State, e); err == nil {
			ch.Event = e
			err := step(ctx, q, c, ch)
			return err
		}
	}
	ch.Note = string(ch.Event) + ": " + ch.Note
	ch.Send = nil
	return jot(ctx, q, c, ch)
}

// nearest is another step with the same meaning.
func nearest(e cases.Event) cases.Event {
	if e == cases.Sent {
		return cases.Found // it was in doubt, and now is not
	}
	return e
}

// settleLate hears the owner of a row that was cut off. Only "delivered" is
// news: it ends the doubt, and stops the second attempt a person asked for.
func settleLate(ctx context.Context, q querier, r row, st cases.Settlement, told *cases.Change) error {
	doubted := r.State == cases.InDoubt || r.State == cases.Ready && r.Attempts > 0
	if st.Outcome != cases.WasDelivered || !doubted {
		return fmt.Errorf("row is %s: %w", r.State, cases.ErrStale)
	}
	if err := closeRow(ctx, q, r, st); err != nil {
		return err
	}
	ch := implied(r, st)
	if r.Kind.Aside() {
		ch = told // what stands beside the answer is told by who posted it
	}
	if ch != nil && told != nil {
		ch.Promises = told.Promises // they stand in public now
	}
	return follow(ctx, q, r, st, ch)
}

// CutOff ends the attempts whose lease has passed: their instance died or
// froze. Replies and digests become in-doubt and are never sent again by the
// program; notices are ready again. It returns how many it ended.
func (s *Store) CutOff(ctx context.Context, now time.Time) (int, error) {
	return s.cutOff(ctx, now, now.Add(resendLock), `o.state = 'started' AND o.lease_until <= $1`, micros(now))
}

// CutOffOwn ends every attempt of this instance's name. It is for the start,
// when no attempt of ours can be under way.
func (s *Store) CutOffOwn(ctx context.Context, now time.Time) (int, error) {
	return s.cutOff(ctx, now, zeroTime, `o.state = 'started' AND o.owner = $1`, s.o.Owner)
}

func (s *Store) cutOff(ctx context.Context, now, quiet time.Time, where string, arg any) (n int, err error) {
	var found bool
	if found, err = one[bool](s.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM outbox o WHERE `+where+`)`, arg)); err == nil && found {
		err = s.write(ctx, func(tx *sql.Tx) error {
			rs, err := rows(ctx, tx, where, arg)
			n = len(rs)
			for _, r := range rs {
				if err == nil {
					err = cutRow(ctx, tx, r, now, quiet)
				}
			}
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("cutting off: %w", err)
	}
	return n, nil
}

// cutRow ends one attempt, and moves its case in the same transaction: a row in
// doubt beside a case that is still approved would be lost from sight.
func cutRow(ctx context.Context, q querier, r row, now, quiet time.Time) error {
	state, why := cases.InDoubt, "cut off while sending"
	if r.Kind == cases.SendNotice {
		state = cases.Ready
	}
	_, err := q.ExecContext(ctx, `UPDATE outbox SET state = $1, lease_until = 0, quiet_until = $2, last_error = $3 WHERE key = $4`, state, micros(quiet), why, r.Key)
	if err != nil || !r.Kind.Public() {
		return err
	}
	c, err := head(ctx, q, r.Case)
	if err != nil {
		return err
	}
	if r.Kind.Aside() {
		return jot(ctx, q, c, cases.Change{By: cases.Rasid, At: now, Note: why + ": " + string(r.Kind) + " may or may not stand in public"})
	}
	return land(ctx, q, c, cases.Change{
		Case: c.ID, Version: c.Version, Event: cases.CutOff, By: cases.Rasid, At: now, DraftNo: r.Reply.Draft,
		Note: why + " (" + r.Owner + ")", Urgent: true,
	})
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rasid/internal/cases"
)

// row is an outbox row with what only the store uses.
type row struct {
	cases.Send
	thread, author string
	leaseUntil     time.Time
	quietUntil     time.Time // after a lost lease: its owner may still be about to post
}

const rowCols = `o.key, o.kind, o.case_id, o.target, o.draft, o.mention, o.thread, o.author_id, o.body, o.attachment, o.hash, o.by_whom, o.due_at,
	o.state, o.attempts, o.first_at, o.started_at, o.owner, o.lease_until, o.quiet_until, o.last_error, o.receipt_id, o.receipt_url, o.receipt_at`

func scanRow(sc scanner) (row, error) {
	var r row
	var due, first, started, lease, quiet, receipt int64
	err := sc.Scan(&r.Key, &r.Kind, &r.Case, &r.Target, &r.Reply.Draft, &r.Reply.Mention.Num, &r.thread, &r.author, &r.Text, &r.Body, &r.Hash, &r.By, &due,
		&r.State, &r.Attempts, &first, &started, &r.Owner, &lease, &quiet, &r.LastError, &r.Receipt.ID, &r.Receipt.URL, &receipt)
	r.DueAt, r.StartedAt, r.leaseUntil, r.quietUntil, r.Receipt.At = moment(due), moment(started), moment(lease), moment(quiet), moment(receipt)
	if r.Kind.Public() {
		r.Reply.Key, r.Reply.Case, r.Reply.Text = r.Key, r.Case, r.Text
		r.Reply.Attempt, r.Reply.First = r.Attempts, moment(first)
		r.Text = ""
	}
	return r, err
}

// rows reads outbox rows and the mentions they answer.
func rows(ctx context.Context, q querier, where string, args ...any) ([]row, error) {
	rs, err := collect(ctx, q, scanRow, `SELECT `+rowCols+` FROM outbox o WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	for i := range rs {
		if rs[i].Kind.Public() {
			m, err := mentionOf(ctx, q, rs[i].Case, rs[i].Reply.Mention.Num)
			if err != nil {
				return nil, err
			}
			rs[i].Reply.Mention = m.Mention
		}
	}
	return rs, nil
}

// rowByKey reads one row or returns ErrNotFound.
func rowByKey(ctx context.Context, q querier, key string) (row, error) {
	rs, err := rows(ctx, q, `o.key = $1`, key)
	if err == nil && len(rs) == 0 {
		err = cases.ErrNotFound
	}
	if err != nil {
		return row{}, fmt.Errorf("outbox row %s: %w", key, err)
	}
	return rs[0], nil
}

func sends(rs []row) []cases.Send {
	out := make([]cases.Send, len(rs))
	for i, r := range rs {
		out[i] = r.Send
	}
	return out
}

// Outbox returns everything that left or was to leave for a case.
func (s *Store) Outbox(ctx context.Context, caseID int64) ([]cases.Send, error) {
	return s.sends(ctx, `o.case_id = $1 ORDER BY o.made_at, o.key`, caseID)
}

// InDoubt returns what may or may not stand in public and still waits for a
// look-up or a person, oldest first.
func (s *Store) InDoubt(ctx context.Context, limit int) ([]cases.Send, error) {
	return s.sends(ctx, `o.state = 'in-doubt' AND o.kind NOT IN ('ack', 'ask') AND (o.kind <> 'reply' OR o.case_id IN (SELECT id FROM cases WHERE state = 'unsure')) ORDER BY o.started_at, o.key LIMIT $1`, limit)
}

func (s *Store) sends(ctx context.Context, where string, args ...any) ([]cases.Send, error) {
	var out []cases.Send
	err := s.read(ctx, func(q querier) error {
		rs, err := rows(ctx, q, where, args...)
		out = sends(rs)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading outbox: %w", err)
	}
	return out, nil
}

// Enqueue puts a notice or a digest into the outbox and reports whether its
// key was new; a key is used once for ever.
func (s *Store) Enqueue(ctx context.Context, m cases.Send) (added bool, err error) {
	if m.Kind.Public() {
		return false, fmt.Errorf("enqueueing %s: %w", m.Key, ErrUnapproved)
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		added, err = insertRow(ctx, tx, m, cases.Mention{}, m.DueAt)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("enqueueing %s: %w", m.Key, err)
	}
	return added, nil
}

// insertRow writes a ready row and reports whether its key was new.
func insertRow(ctx context.Context, q querier, m cases.Send, mention cases.Mention, now time.Time) (bool, error) {
	text := m.Text
	if m.Kind.Public() {
		text = m.Reply.Text
	}
	n, err := changed(q.ExecContext(ctx, `INSERT INTO outbox (key, kind, case_id, target, draft, mention, thread, author_id, body, attachment, hash, by_whom, due_at,
		state, attempts, first_at, started_at, owner, lease_until, quiet_until, last_error, receipt_id, receipt_url, receipt_at, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'ready', 0, 0, 0, '', 0, 0, $14, '', '', 0, $15)
		ON CONFLICT (key) DO NOTHING`,
		m.Key, m.Kind, m.Case, m.Target, m.Reply.Draft, mention.Num, mention.Thread, mention.AuthorID, text, m.Body, m.Hash, m.By, micros(m.DueAt), m.LastError, micros(now)))
	return n == 1, err
}

// moveOutbox does to the outbox what a step asks for: takes back, resolves,
// and adds.
func moveOutbox(ctx context.Context, q querier, c cases.Case, to cases.State, ch cases.Change) error {
	for _, key := range ch.Withdraw {
		if err := withdraw(ctx, q, c.ID, key); err != nil {
			return err
		}
	}
	if c.State == cases.Approved && to != cases.Approved {
		if err := leaveApproved(ctx, q, c, ch); err != nil {
			return err
		}
	}
	switch ch.Event {
	case cases.Found:
		if err := found(ctx, q, c, ch); err != nil {
			return err
		}
	case cases.NotThere:
		if err := notThere(ctx, q, c, ch); err != nil {
			return err
		}
	default: // only these two resolve a doubt
	}
	for _, m := range ch.Send {
		if err := addSend(ctx, q, c, ch, m); err != nil {
			return fmt.Errorf("enqueueing %s: %w", m.Key, err)
		}
	}
	return nil
}

// withdraw takes one row back. Started rows cannot be taken back by anybody.
func withdraw(ctx context.Context, q querier, caseID int64, key string) error {
	n, err := changed(q.ExecContext(ctx, `UPDATE outbox SET state = 'withdrawn' WHERE key = $1 AND case_id = $2 AND state IN ('ready', 'held', 'withdrawn')`, key, caseID))
	if err != nil {
		return fmt.Errorf("withdrawing %s: %w", key, err)
	}
	if n == 0 {
		return fmt.Errorf("withdrawing %s: it has left or never was: %w", key, cases.ErrStale)
	}
	return nil
}

// leaveApproved makes sure that a case which is no longer approved has nothing
// left to post. What is under way cannot be stopped: a person is told so, the
// customer's own events go on.
func leaveApproved(ctx context.Context, q querier, c cases.Case, ch cases.Change) error {
	if ch.Event == cases.Undo || ch.Event == cases.Handle {
		busy, err := one[int](q.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE case_id = $1 AND kind = 'reply' AND state = 'started'`, c.ID))
		if err != nil {
			return err
		}
		if busy > 0 {
			return fmt.Errorf("the reply is being posted: %w", cases.ErrStale)
		}
	}
	_, err := q.ExecContext(ctx, `UPDATE outbox SET state = 'withdrawn' WHERE case_id = $1 AND kind = 'reply' AND state IN ('ready', 'held')`, c.ID)
	return err
}

// found settles the reply in doubt: it stands in public.
func found(ctx context.Context, q querier, c cases.Case, ch cases.Change) error {
	rc := cases.Receipt{At: ch.At}
	if ch.Receipt != nil {
		rc = *ch.Receipt
	}
	_, err := q.ExecContext(ctx, `UPDATE outbox SET state = 'delivered', receipt_id = $1, receipt_url = $2, receipt_at = $3
		WHERE case_id = $4 AND kind = 'reply' AND state = 'in-doubt'`, rc.ID, rc.URL, micros(rc.At), c.ID)
	return err
}

// notThere makes the reply in doubt ready again: the one way back, and only a
// person or a look-up goes it.
func notThere(ctx context.Context, q querier, c cases.Case, ch cases.Change) error {
	n, err := changed(q.ExecContext(ctx, `UPDATE outbox SET state = 'ready', due_at = CASE WHEN quiet_until > $1 THEN quiet_until ELSE $1 END
		WHERE case_id = $2 AND kind = 'reply' AND state = 'in-doubt'`, micros(ch.At), c.ID))
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("no reply of case %d is in doubt: %w", c.ID, cases.ErrStale)
	}
	return nil
}

// addSend writes one row of a step. The reply of an approval that was taken
// back is ready again when the same draft is approved again.
func addSend(ctx context.Context, q querier, c cases.Case, ch cases.Change, m cases.Send) error {
	if !m.Kind.Public() {
		m.Case = c.ID
		_, err := insertRow(ctx, q, m, cases.Mention{}, ch.At)
		return err
	}
	mention, err := mentionOf(ctx, q, c.ID, m.Reply.Mention.Num)
	if err != nil {
		return err
	}
	m.Case = c.ID
	added, err := insertRow(ctx, q, m, mention.Mention, ch.At)
	if err != nil || added {
		return err
	}
	n, err := changed(q.ExecContext(ctx, `UPDATE outbox SET state = 'ready', target = $1, mention = $2, hash = $3, by_whom = $4, due_at = $5, last_error = ''
		WHERE key = $6 AND state = 'withdrawn'`, m.Target, mention.Num, m.Hash, m.By, micros(m.DueAt), m.Key))
	if err == nil && n == 0 {
		err = fmt.Errorf("this was sent before: %w", cases.ErrStale)
	}
	return err
}

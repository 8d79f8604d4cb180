package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
)

// checkAside lets words beside the answer into the outbox only by a written
// rule, for exactly their bytes. ErrStale says that the author was told the
// same already, about another case.
func checkAside(ctx context.Context, q querier, c cases.Case, m cases.Send) error {
	mention, err := mentionOf(ctx, q, c.ID, m.Reply.Mention.Num)
	if err != nil {
		return err
	}
	switch {
	case !strings.HasPrefix(m.By, "rule:"):
		return fmt.Errorf("%s by %q: %w", m.Key, m.By, ErrUnapproved)
	case !strings.HasPrefix(m.Key, fmt.Sprintf("%s/%d", m.Kind, c.ID)):
		return fmt.Errorf("%s is not for case %d: %w", m.Key, c.ID, ErrUnapproved)
	case m.Reply.Text == "" || m.Hash != cases.HashReply(m.Target, mention.ID, m.Reply.Text):
		return fmt.Errorf("%s is not what the rule says: %w", m.Key, ErrUnapproved)
	case m.Kind != cases.SendAck:
		return nil
	}
	return untold(ctx, q, row{Send: m, author: mention.AuthorID}, `'ready', 'held', 'started', 'delivered', 'in-doubt'`)
}

// untold returns ErrStale when an author was already acknowledged for the same
// opening: the last part of the key names it.
func untold(ctx context.Context, q querier, r row, states string) error {
	if r.author == "" {
		return nil
	}
	keys, err := collect(ctx, q, one[string], `SELECT key FROM outbox WHERE kind = 'ack' AND author_id = $1 AND target = $2 AND key <> $3 AND state IN (`+states+`)`,
		r.author, r.Target, r.Key)
	if err != nil {
		return err
	}
	opening := r.Key[strings.LastIndex(r.Key, "/"):]
	for _, key := range keys {
		if strings.HasSuffix(key, opening) {
			return fmt.Errorf("the author was told with %s: %w", key, cases.ErrStale)
		}
	}
	return nil
}

// standsAside returns nil when words beside the answer may still leave: an
// acknowledgement while the case waits for its answer, a question while it is
// solved and was not asked before.
func standsAside(ctx context.Context, q querier, c cases.Case, r row) error {
	if r.Reply.Mention.Gone || r.Hash != cases.HashReply(r.Target, r.Reply.Mention.ID, r.Reply.Text) {
		return fmt.Errorf("what it answers was deleted, or the bytes are others: %w", ErrUnapproved)
	}
	if r.Kind == cases.SendAsk {
		if c.State != cases.Resolved || !c.AskedAt.IsZero() {
			return fmt.Errorf("the case is %s: %w", c.State, ErrUnapproved)
		}
		return nil
	}
	if c.State != cases.Waiting || !c.Reply.At.IsZero() {
		return fmt.Errorf("the case is %s: %w", c.State, ErrUnapproved)
	}
	if err := untold(ctx, q, r, `'started', 'delivered', 'in-doubt'`); err != nil {
		return fmt.Errorf("%w: %w", ErrUnapproved, err)
	}
	return nil
}

// rating takes a number for an answer to the satisfaction question when its
// author was asked in that conversation and has not answered; any other words
// are news.
func (in *intake) rating(ctx context.Context, m cases.Mention) (bool, error) {
	n, ok := cases.RatingOf(m.Words())
	if !ok || m.AuthorID == "" {
		return false, nil
	}
	var l list
	c, ok, err := findCase(ctx, in.q, `c.source = `+l.add(m.Source)+` AND c.author_id = `+l.add(m.AuthorID)+` AND c.thread = `+l.add(m.Thread)+
		` AND c.state = `+l.add(cases.Resolved)+` AND c.asked_at > 0 AND c.rating = 0`, l.args)
	if err != nil || !ok {
		return false, err
	}
	if err := in.put(ctx, c.ID, m); err != nil {
		return false, err
	}
	err = step(ctx, in.q, c, cases.Change{
		Case: c.ID, Version: c.Version, Event: cases.Rate, By: customer, At: in.now, Rating: n, Note: strconv.Itoa(n),
	})
	return true, err
}

// Asides counts what was said beside answers by a rule since an instant, also
// what has yet to leave.
func (s *Store) Asides(ctx context.Context, by string, since time.Time) (int, error) {
	n, err := one[int](s.r.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE kind IN ('ack', 'ask') AND by_whom = $1 AND made_at >= $2
		AND state NOT IN ('withdrawn', 'gave-up')`, by, micros(since)))
	if err != nil {
		return 0, fmt.Errorf("counting what was said beside answers: %w", err)
	}
	return n, nil
}

// LowRated returns the solved cases whose customer rated them no higher than
// most after they were solved, and that nobody has opened again, oldest first.
func (s *Store) LowRated(ctx context.Context, most, limit int) ([]cases.Case, error) {
	return s.cases(ctx, "reading low ratings", `SELECT `+caseCols+` FROM cases c
		WHERE c.rating BETWEEN 1 AND $1 AND c.state = 'resolved' AND c.rated_at > c.closed_at ORDER BY c.rated_at, c.id LIMIT $2`, most, limit)
}

package store

import (
	"context"
	"strings"

	"rasid/internal/cases"
)

// mostNote bounds what a colleague's answer leaves in the history, in runes.
const mostNote = 500

// ours records what the business itself wrote. When it answers an open case
// that a person could still answer, the case is handled and nothing of ours
// may follow.
func (in *intake) ours(ctx context.Context, m cases.Mention) error {
	c, ok, err := in.answered(ctx, m)
	if err != nil {
		return err
	}
	if !ok {
		return in.put(ctx, 0, m)
	}
	if err := in.put(ctx, c.ID, m); err != nil {
		return err
	}
	if m.Old || m.Bot {
		return nil
	}
	switch c.State {
	case cases.Flagged, cases.Waiting, cases.Approved:
	default: // settled, or waiting for a look-up
		return nil
	}
	// A reply of ours under way may well be what was just read.
	busy, err := one[int](in.q.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE case_id = $1 AND kind = 'reply' AND state IN ('started', 'in-doubt')`, c.ID))
	if err != nil || busy > 0 {
		return err
	}
	if own, err := in.aside(ctx, c, m); err != nil || own {
		return err
	}
	err = step(ctx, in.q, c, cases.Change{
		Case: c.ID, Version: c.Version, Event: cases.Handle, By: colleague(m), At: in.now, Note: clip(m.Text, mostNote),
	})
	return err
}

// aside reports whether what was read is what we said beside the answer: some
// platforms bring our own posts back, and those answer nothing.
func (in *intake) aside(ctx context.Context, c cases.Case, m cases.Mention) (bool, error) {
	said, err := collect(ctx, in.q, one[string], `SELECT body FROM outbox WHERE case_id = $1 AND kind IN ('ack', 'ask') AND state IN ('started', 'in-doubt', 'delivered')`, c.ID)
	for _, text := range said {
		// A platform may put the name of whom we answer before our words.
		if strings.HasSuffix(strings.Join(strings.Fields(m.Text), " "), strings.Join(strings.Fields(text), " ")) {
			return true, nil
		}
	}
	return false, err
}

// answered finds the case that our own words answer: that of the mention they
// reply to, or the only open one in their thread.
func (in *intake) answered(ctx context.Context, m cases.Mention) (cases.Case, bool, error) {
	if m.AnswerTo != "" {
		to, ok, err := findMention(ctx, in.q, `m.source = $1 AND m.id = $2`, m.Source, m.AnswerTo)
		if err != nil {
			return cases.Case{}, false, err
		}
		if ok && to.Case != 0 {
			c, err := head(ctx, in.q, to.Case)
			return c, err == nil, err
		}
	}
	if m.Thread == "" {
		return cases.Case{}, false, nil
	}
	var l list
	cs, err := collect(ctx, in.q, scanHead, `SELECT `+caseCols+` FROM cases c WHERE c.source = `+l.add(m.Source)+` AND c.thread = `+l.add(m.Thread)+
		` AND c.state IN `+openStates(&l)+` ORDER BY c.id DESC LIMIT 2`, l.args...)
	if err != nil || len(cs) != 1 {
		return cases.Case{}, false, err // several: nobody can tell which one was meant
	}
	return cs[0], true, nil
}

// colleague is the By of an answer read in public: the platform's name of
// the colleague, who may not be on the list of staff.
func colleague(m cases.Mention) string {
	return cases.Colleague + m.AuthorID
}

// clip shortens s to at most n runes.
func clip(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i] + "…"
		}
	}
	return s
}

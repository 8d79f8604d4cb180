package responder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
)

// Reworded is what customers changed after their cases were dealt with. *store.Store
// is one.
type Reworded interface {
	// Reworded returns cases with words that their author changed and nobody judged.
	Reworded(ctx context.Context, limit int) ([]cases.Case, error)
	// Revisions returns what a mention said before, oldest first.
	Revisions(ctx context.Context, mention int64) ([]cases.Revision, error)
}

// Rereader judges what customers change after their case was dealt with. What got
// worse comes back to staff as a new complaint does, with its reason in the
// history; nothing is posted without a new decision. A spelling, a kinder word or
// more stars are written down and disturb nobody.
type Rereader struct {
	Desk    Desk
	Changes Reworded
	Office  *Office
	Score   func(cases.Mention) cases.Score // as the Judge's
	Log     *slog.Logger
}

// Step reads what was changed and reports how many cases moved.
func (r *Rereader) Step(ctx context.Context, now time.Time) (int, error) {
	list, err := r.Changes.Reworded(ctx, batch)
	if err != nil {
		return 0, fmt.Errorf("listing what was reworded: %w", err)
	}
	moved := 0
	for _, c := range list {
		ch, ok, err := r.read(ctx, c, now)
		if err != nil {
			return moved, err
		}
		if !ok {
			continue
		}
		after, err := r.Desk.Apply(ctx, ch)
		switch {
		case errors.Is(err, cases.ErrStale):
		case err != nil:
			return moved, fmt.Errorf("reading case %d again: %w", c.ID, err)
		default:
			moved++
			r.Log.Info("changed words judged", "case", c.ID, "state", after.State)
		}
	}
	return moved, nil
}

// read judges what was changed in a case, and says what follows; false when none
// of it is at hand.
func (r *Rereader) read(ctx context.Context, c cases.Case, now time.Time) (cases.Change, bool, error) {
	ch := cases.Change{Case: c.ID, Version: c.Version, Event: cases.Note, By: cases.Rasid, At: now, Note: "read again: nothing new to answer", Scores: map[int64]cases.Score{}}
	var worst cases.Score
	back := ""
	for _, m := range c.Mentions {
		if !m.Unread {
			continue
		}
		rs, err := r.Changes.Revisions(ctx, m.Num)
		if err != nil {
			return ch, false, fmt.Errorf("reading what case %d said before: %w", c.ID, err)
		}
		s := r.Score(m)
		ch.Scores[m.Num] = s
		why := r.worse(c, m, s, rs, now)
		if why != "" && (back == "" || worse(s, worst)) {
			back, worst = why, s
		}
		if n := len(rs); why == "" && n > 0 && m.Stars > rs[n-1].Stars && rs[n-1].Stars > 0 {
			ch.Note = fmt.Sprintf("better: stars rose from %d to %d", rs[n-1].Stars, m.Stars)
		}
	}
	if back == "" {
		return ch, len(ch.Scores) > 0, nil
	}
	ch.Event, ch.Score, ch.Note = cases.Reopen, &worst, "changed for the worse: "+back
	switch {
	case c.State == cases.Handled && c.Reply.At.IsZero():
		ch.Receipt = &cases.Receipt{At: c.ClosedAt} // a colleague answered: what was said until then has its answer
	case c.Reply.At.IsZero():
		ch.Urgent = true // as after an answer: a new card, not an old one changed
	}
	return ch, true, nil
}

// worse says why changed words must come back to staff; "" when they need not.
func (r *Rereader) worse(c cases.Case, m cases.Mention, s cases.Score, rs []cases.Revision, now time.Time) string {
	if len(rs) == 0 || !r.Office.complaint(s) || !r.Office.Flags(c, s, r.Office.Rule(c, s, now)) {
		return ""
	}
	if most := r.Office.Policy.ExpireAfter; most > 0 && now.Sub(m.EditedAt) > most {
		return "" // a source told of it when the moment for an answer had passed
	}
	was, last := dealtWith(c, m, rs), rs[len(rs)-1].Said
	if why := r.against(was, m, s); why != "" {
		return why
	}
	if last != was && saidAnew(last, wordsOf(m)) && !r.Office.complaint(r.Score(as(m, last))) {
		return calmBefore // won back for a while, and lost again
	}
	return ""
}

// calmBefore is why a complaint comes back that was none.
const calmBefore = "it was no complaint before"

// against compares the words of now with earlier ones.
func (r *Rereader) against(before cases.Said, m cases.Mention, s cases.Score) string {
	was := r.Score(as(m, before))
	switch {
	case !saidAnew(before, wordsOf(m)):
		return ""
	case m.Stars >= 4 && m.Stars > before.Stars && before.Stars > 0 && s.Severity < cases.High:
		return "" // won back, whatever else they say
	case before.Stars > 0 && m.Stars > 0 && m.Stars < before.Stars:
		return fmt.Sprintf("stars fell from %d to %d", before.Stars, m.Stars)
	case !r.Office.complaint(was):
		return calmBefore
	case s.Severity > was.Severity && s.Severity >= cases.High, newSignal(was, s):
		return "it is graver than before"
	case r.addsComplaint(before, m):
		return "another complaint was added"
	}
	return ""
}

// complaint reports whether a score is one of somebody unhappy, whatever the rules
// make of it.
func (o *Office) complaint(s cases.Score) bool {
	return s.Neg >= o.Policy.FlagAt || s.Severity >= cases.High
}

// newSignal reports whether something speaks of more harm that did not before.
func newSignal(was, is cases.Score) bool {
	return slices.ContainsFunc(is.Signals, func(sig string) bool { return sig != "conflict" && !slices.Contains(was.Signals, sig) })
}

// addsComplaint reports whether what is new in the words is a complaint by itself.
func (r *Rereader) addsComplaint(before cases.Said, m cases.Mention) bool {
	unhappy := func(text string) bool {
		return r.Office.complaint(r.Score(as(m, cases.Said{Text: text})))
	}
	added, changed := compare(before.Title+"\n"+before.Text, m.Title+"\n"+m.Words())
	if added != "" && unhappy(added) {
		return true
	}
	return slices.ContainsFunc(changed, func(x reworded) bool {
		return unhappy(strings.TrimSpace(x.now.text)) && (x.before == nil || !unhappy(strings.TrimSpace(x.before.text)))
	})
}

// wordsOf is what a mention says now.
func wordsOf(m cases.Mention) cases.Said {
	return cases.Said{Title: m.Title, Text: m.Text, Stars: m.Stars}
}

// as is a mention as if it said something else.
func as(m cases.Mention, was cases.Said) cases.Mention {
	m.Title, m.Text, m.Stars = was.Title, was.Text, was.Stars
	return m
}

// dealtWith is what a mention said when its case was dealt with last. An edit that
// a source tells of only afterwards was not seen by whoever dealt with it.
func dealtWith(c cases.Case, m cases.Mention, rs []cases.Revision) cases.Said {
	at := c.AnsweredAt
	for _, other := range []time.Time{c.Reply.At, c.ClosedAt} {
		if other.After(at) {
			at = other
		}
	}
	was := rs[len(rs)-1].Said
	if !m.EditedAt.After(at) {
		return was
	}
	for _, v := range rs {
		if !v.EditedAt.After(at) {
			was = v.Said // the last one written by then
		}
	}
	return was
}

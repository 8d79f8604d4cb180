package responder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"rasid/internal/cases"
)

// Posted knows which case a mention is in, and what was posted for it.
// *store.Store is one.
type Posted interface {
	// CaseOf returns the case of a mention; cases.ErrNotFound.
	CaseOf(ctx context.Context, source, mention string) (int64, error)
	Outbox(ctx context.Context, caseID int64) ([]cases.Send, error)
}

// Colleagues closes cases that somebody of the business answered on the platform
// itself, where one answer stands below each mention and its source sees it: staff
// need not be asked, reminded or paged for what has its answer.
type Colleagues struct {
	Desk  Desk
	Where Posted
	Log   *slog.Logger

	mu   sync.Mutex
	seen map[string][]cases.Answer // by source; those of the last look that may still close a case
}

// Take is told what a source saw, at every look that sees it; Step does what
// follows, because what was just read is not judged yet.
func (k *Colleagues) Take(_ context.Context, source string, list []cases.Answer, _ time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seen == nil {
		k.seen = map[string][]cases.Answer{}
	}
	k.seen[source] = list
}

// Step closes what was answered and reports how many cases it closed. An answer
// whose case is not judged yet is looked at again at the next step.
func (k *Colleagues) Step(ctx context.Context, now time.Time) (closed int, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for source, list := range k.seen {
		var left []cases.Answer
		for i, a := range list {
			state, err := k.close(ctx, source, a, now)
			if err != nil && !errors.Is(err, cases.ErrStale) && !errors.Is(err, cases.ErrNotFound) {
				k.seen[source] = append(left, list[i:]...)
				return closed, err
			}
			switch {
			case state == cases.Handled:
				closed++
			case state == cases.New, errors.Is(err, cases.ErrStale):
				left = append(left, a)
			}
		}
		k.seen[source] = left
	}
	return closed, nil
}

// close closes the case of an answer, where that is due, and returns where the
// case stands; Handled only when it was closed now.
func (k *Colleagues) close(ctx context.Context, source string, a cases.Answer, now time.Time) (cases.State, error) {
	id, err := k.Where.CaseOf(ctx, source, a.Mention)
	if err != nil {
		return "", err
	}
	c, err := k.Desk.Case(ctx, id)
	if err != nil {
		return "", err
	}
	switch c.State {
	case cases.Flagged, cases.Waiting, cases.Failed:
	case cases.New:
		return c.State, nil
	default: // settled; or a reply of ours is under way, and who posts it looks
		return "", nil
	}
	last := c.Last()
	if last.ID != a.Mention || !answers(a, last) {
		return "", nil
	}
	sends, err := k.Where.Outbox(ctx, id)
	if err != nil {
		return "", fmt.Errorf("reading what was posted to case %d: %w", id, err)
	}
	if slices.ContainsFunc(sends, func(s cases.Send) bool { return s.Kind == cases.SendReply && SameWords(a.Text, s.Reply.Text) }) {
		return "", nil // ours
	}
	ch := cases.Change{Case: id, Version: c.Version, Event: cases.Handle, By: cases.Colleague, At: now, Note: Excerpt(a.Text, mostAnswer)}
	if _, err := k.Desk.Apply(ctx, ch); err != nil {
		return "", fmt.Errorf("closing case %d, which a colleague answered: %w", id, err)
	}
	k.Log.InfoContext(ctx, "answered by a colleague on the platform", "case", id, "source", source)
	return cases.Handled, nil
}

// mostAnswer bounds what a colleague's answer leaves in the history, in letters.
const mostAnswer = 500

// answers reports whether an answer was written since its mention says what it
// says: what a customer changed afterwards waits for another.
func answers(a cases.Answer, m cases.Mention) bool {
	said := m.PostedAt
	if m.EditedAt.After(said) {
		said = m.EditedAt
	}
	return strings.TrimSpace(a.Text) != "" && !a.At.IsZero() && !a.At.Before(said)
}

// Replaces reports whether a reply to a case would take the place of one of ours.
func (o *Office) Replaces(c cases.Case) bool {
	return c.State == cases.Waiting && o.PlaceOf(c).Single && c.Reply.ID != ""
}

// byColleague is the step of a case that turns out to be answered by a colleague
// while a reply of ours was about to leave; false when err tells of no answer, or
// of one that is older than what the mention says now.
func byColleague(err error, m cases.Mention, ch *cases.Change) bool {
	there, ok := errors.AsType[byHandError](err)
	if !ok || !answers(there.Answer, m) {
		return false
	}
	ch.Event, ch.By, ch.Note = cases.Handle, cases.Colleague, Excerpt(there.Text, mostAnswer)
	return true
}

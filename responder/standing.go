package responder

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rasid/internal/cases"
)

// unfounded says why the decision behind a reply no longer counts: the person
// has left or may not approve any more, the rule was removed, a crisis began.
// Who may decide is asked again at the moment of posting, because the list may
// have changed since.
func (p *Poster) unfounded(ctx context.Context, by string) (string, error) {
	name, isRule := strings.CutPrefix(by, "rule:")
	if !isRule {
		if p.Office.approves(by) {
			return "", nil
		}
		return by + " may not approve replies any more", nil
	}
	if !slices.ContainsFunc(p.Office.Rules, func(r Rule) bool { return r.Name == name && r.Automatic() }) {
		return "the rule " + name + " is no longer in the policy", nil
	}
	return p.crisis(ctx)
}

// crisis says that there is one, in which nothing leaves by a rule; "" when
// there is none.
func (p *Poster) crisis(ctx context.Context) (string, error) {
	if p.Crisis == nil {
		return "", nil
	}
	on, err := p.Crisis.On(ctx)
	if err != nil {
		return "", fmt.Errorf("asking whether there is a crisis: %w", err)
	}
	if on {
		return "there is a crisis", nil
	}
	return "", nil
}

// giveBack puts a reply that may not leave before staff again, as a fresh
// version of the same words: what was decided once is not decided now.
func (p *Poster) giveBack(c cases.Case, set *cases.Settlement, ch *cases.Change, why string) {
	at := p.Clock()
	set.Outcome, set.Why, set.At = cases.WasNotSent, why, at // RetryAt stays zero: give up
	ch.Event, ch.Note, ch.At, ch.Urgent = cases.Undo, why, at, true
	ch.Rooms = p.Office.RoomsFor(c, c.Level)
	wake := at.Add(p.Office.Policy.RemindAfter)
	ch.WakeAt, ch.WakeFor = &wake, WakeRemind
	if d, ok := c.Draft(); ok {
		d.At = at
		ch.Draft = &d
	}
}

package responder

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"rasid/internal/cases"
)

// Aside is one thing the policy lets be said beside the answer, by itself and
// in the name of a person. The zero value is off.
type Aside struct {
	EnabledBy string        // who answers for it; "" = off
	PerDay    int           // how many may leave in 24 hours
	After     time.Duration // of the question: how long after it was solved
}

// The rules under which words beside the answer leave. No rule of the file can
// have such a name.
const (
	RuleAcknowledge  = "rule:policy.acknowledge"
	RuleSatisfaction = "rule:policy.satisfaction"
)

// Hash fixes what was written, as the hash of a rule does.
func (a Aside) Hash() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %s", a.EnabledBy, a.PerDay, a.After))
	return hex.EncodeToString(sum[:6])
}

// aside is what the policy says of an outbox row's kind.
func (p Policy) aside(k cases.SendKind) Aside {
	if k == cases.SendAsk {
		return p.Satisfaction
	}
	return p.Acknowledge
}

// Talker is a Replier in a place where several messages of ours may stand
// under one mention, so that words beside the answer do not take its place.
type Talker interface {
	Replier
	Talks()
}

// asideRow is an outbox row of words beside the answer.
func asideRow(c cases.Case, kind cases.SendKind, key, by, text string, due time.Time) cases.Send {
	m := c.Last()
	return cases.Send{
		Key: key, Kind: kind, Case: c.ID, Target: c.Source, By: by, DueAt: due,
		Hash:  cases.HashReply(c.Source, m.ID, text),
		Reply: cases.Reply{Key: key, Case: c.ID, Mention: m, Text: text},
	}
}

// holdAside says why nothing may be said beside an answer at this moment.
func (w *Writer) holdAside(ctx context.Context, kind cases.SendKind, by string, now time.Time) (string, error) {
	if why, err := w.halted(ctx); why != "" || err != nil {
		return why, err
	}
	if w.Asides == nil {
		return "what it says is not counted", nil
	}
	n, err := w.Asides(ctx, by, now.Add(-24*time.Hour))
	if err != nil {
		return "", fmt.Errorf("counting what left by %s: %w", by, err)
	}
	if most := w.Office.Policy.aside(kind).PerDay; n >= most {
		return fmt.Sprintf("%d of %d in 24 hours", n, most), nil
	}
	return "", nil
}

// asides are the kinds that are posted after the replies, in this order.
var asides = []cases.SendKind{cases.SendAck, cases.SendAsk}

// aside makes one attempt to post words beside the answer. What does not leave
// at once, and was not merely put off, is given up: an unknown outcome is never
// tried again, and the case goes on either way.
func (p *Poster) aside(ctx context.Context, c cases.Case, s cases.Send) (cases.Settlement, *cases.Change) {
	set := cases.Settlement{Key: s.Key, Owner: p.Owner, At: p.Clock(), Outcome: cases.WasNotSent}
	ch := &cases.Change{Case: c.ID, Version: c.Version, Event: cases.Note, By: cases.Rasid, At: set.At}
	place := p.Office.Place(s.Target)
	var err error
	if set.Why, err = p.unsaid(ctx, c, s, set.At); err != nil {
		set.Why = err.Error()
	}
	if set.Why == "" {
		set.Why = p.changed(ctx, place.Replier, s.Reply.Mention)
	}
	if set.Why != "" {
		ch.Note = s.By + " says nothing: " + set.Why
		return set, ch
	}
	receipt, err := p.reply(ctx, place.Replier, s)
	set.At, ch.At = p.Clock(), p.Clock()
	if receipt.At.IsZero() {
		receipt.At = set.At
	}
	switch set.Outcome = cases.OutcomeOf(err); set.Outcome {
	case cases.WasDelivered:
		set.Receipt = receipt
		ch.Event, ch.By, ch.Note = cases.Ack, s.By, s.Reply.Text
		if s.Kind == cases.SendAsk {
			ch.Event = cases.Ask
		}
		return set, ch
	case cases.WasNotSent:
		wait := pauses(&set, err)
		if s.Attempts < maxAttempts {
			set.Why = err.Error()
			set.RetryAt = set.At.Add(max(wait, time.Minute))
			return set, nil
		}
		set.Outcome = cases.WasRefused
	case cases.WasRefused, cases.WasUnknown:
	}
	set.Why = err.Error()
	ch.Note = fmt.Sprintf("%s: %s: %s", s.By, set.Outcome, set.Why)
	return set, ch
}

// unsaid says why words beside the answer are not said after all; "" when they
// are.
func (p *Poster) unsaid(ctx context.Context, c cases.Case, s cases.Send, now time.Time) (string, error) {
	if p.Office.Policy.aside(s.Kind).EnabledBy == "" {
		return "the policy no longer allows it", nil
	}
	if !p.Office.approves(p.Office.Policy.aside(s.Kind).EnabledBy) {
		return p.Office.Policy.aside(s.Kind).EnabledBy + " may not let replies go any more", nil
	}
	if _, ok := p.Office.Place(s.Target).Replier.(Talker); !ok {
		return "this place holds one answer", nil
	}
	if s.Kind == cases.SendAck {
		if _, closed := p.Office.opening(c, now); !closed {
			return "the business is open", nil
		}
	}
	return p.crisis(ctx)
}

// changed says what happened to a mention since, where the platform can be
// asked.
func (p *Poster) changed(ctx context.Context, r Replier, m cases.Mention) string {
	look, ok := r.(Checker)
	if !ok {
		return ""
	}
	st, err := look.Check(ctx, m)
	switch {
	case err != nil:
		p.Log.Warn("mention not checked before posting", "mention", m.ID, "err", err)
	case st.Gone:
		return "deleted meanwhile"
	case st.Colleague != "":
		return "a colleague answered"
	}
	return ""
}

// approves reports whether a person may let replies go.
func (o *Office) approves(id string) bool {
	return slices.ContainsFunc(o.People, func(p Person) bool { return p.ID == id && p.Role >= Approver })
}

package responder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cenkalti/backoff/v4"

	"rasid/internal/cases"
)

// Outbox is what leaves. Claim marks a row started on disk before it returns.
type Outbox interface {
	Claim(ctx context.Context, kind cases.SendKind, targets []string, now time.Time, lease time.Duration) (cases.Send, bool, error)
	Settle(ctx context.Context, s cases.Settlement, ch *cases.Change) error
	CutOff(ctx context.Context, now time.Time) (int, error)
}

const (
	// postDeadline bounds one call to a platform, answer included.
	postDeadline = 30 * time.Second
	// settleDeadline bounds writing the answer down.
	settleDeadline = 10 * time.Second
	// lease is how long an instance may hold a started row. It is well above
	// postDeadline, so a row whose lease ended was really abandoned.
	lease = 3 * time.Minute
	// maxAttempts counts attempts that provably sent nothing.
	maxAttempts = 5
)

// Poster posts what was approved, one at a time: save, act, save the answer.
type Poster struct {
	Desk   Desk
	Outbox Outbox
	Office *Office
	Owner  string // this instance
	Clock  func() time.Time
	Log    *slog.Logger
	Crisis *Crisis       // nil: bursts are not looked for
	Lease  time.Duration // how long a claim holds; 0 = 3 minutes
}

// Step posts the next reply that is due.
func (p *Poster) Step(ctx context.Context, now time.Time) (int, error) {
	if _, err := p.Outbox.CutOff(ctx, now); err != nil {
		return 0, fmt.Errorf("cutting off abandoned posts: %w", err)
	}
	// A claim is on disk before Claim returns: from here on the row says
	// "started". A shutdown must neither cut that off nor leave the answer of a
	// finished call unwritten, so all of it outlives the program's own context.
	work, cancel := outlive(ctx, postDeadline)
	defer cancel()
	s, ok, err := p.claim(work, now)
	if err != nil || !ok {
		return 0, err
	}
	set, ch := p.post(work, s)
	settle, done := context.WithTimeout(context.WithoutCancel(ctx), settleDeadline) // counted from now: the call may have taken its time
	defer done()
	if err := p.Outbox.Settle(settle, set, ch); err != nil {
		return 0, fmt.Errorf("settling %s: %w", s.Key, err)
	}
	p.Log.Info("reply settled", "case", s.Case, "key", s.Key, "outcome", set.Outcome)
	return 1, nil
}

// claim marks the next row that is due as started: replies first.
func (p *Poster) claim(ctx context.Context, now time.Time) (s cases.Send, ok bool, err error) {
	for _, kind := range append([]cases.SendKind{cases.SendReply}, asides...) {
		if s, ok, err = p.Outbox.Claim(ctx, kind, nil, now, cmp.Or(p.Lease, lease)); err != nil {
			return s, false, fmt.Errorf("claiming the next %s: %w", kind, err)
		}
		if ok {
			break
		}
	}
	return s, ok, nil
}

// post makes one attempt with a claimed row; when its case cannot be read,
// nothing has left and it is tried again.
func (p *Poster) post(ctx context.Context, s cases.Send) (cases.Settlement, *cases.Change) {
	c, err := p.Desk.Case(ctx, s.Case)
	if err != nil {
		at := p.Clock()
		return cases.Settlement{
			Key: s.Key, Owner: p.Owner, At: at, Outcome: cases.WasNotSent, RetryAt: at.Add(time.Minute),
			Why: fmt.Sprintf("reading case %d: %v", s.Case, err),
		}, nil
	}
	if s.Kind.Aside() {
		return p.aside(ctx, c, s)
	}
	return p.attempt(ctx, c, s)
}

// attempt makes one attempt and says what is known afterwards.
func (p *Poster) attempt(ctx context.Context, c cases.Case, s cases.Send) (cases.Settlement, *cases.Change) {
	set := cases.Settlement{Key: s.Key, Owner: p.Owner, At: p.Clock()}
	ch := &cases.Change{Case: c.ID, Version: c.Version, By: cases.Rasid, DraftNo: s.Reply.Draft}
	place := p.Office.Place(s.Target)
	if place.Replier == nil {
		return p.refused(set, ch, errors.New("this place takes no replies from programs"))
	}
	why, err := p.unfounded(ctx, s.By)
	if err != nil {
		why = err.Error() // who decided cannot be looked up: a person looks
	}
	if why != "" {
		p.giveBack(c, &set, ch, why)
		return set, ch
	}
	if stop := p.recheck(ctx, place.Replier, s.Reply.Mention, &set, ch); stop {
		return set, ch
	}
	receipt, err := p.reply(ctx, place.Replier, s)
	set.At = p.Clock()
	ch.At = set.At
	set.Outcome = cases.OutcomeOf(err)
	switch set.Outcome {
	case cases.WasDelivered:
		if receipt.At.IsZero() {
			receipt.At = set.At // not every platform says when
		}
		set.Receipt = receipt
		ch.Event, ch.Receipt = cases.Sent, &receipt
		ch.Promises = p.Office.promised(c, s.Reply.Draft, set.At)
		return set, ch
	case cases.WasNotSent:
		return p.later(set, ch, s, err)
	case cases.WasRefused:
		if byColleague(err, s.Reply.Mention, ch) {
			set.Why = err.Error()
			return set, ch
		}
		return p.refused(set, ch, err)
	case cases.WasUnknown:
	}
	set.Why = err.Error()
	ch.Event, ch.Note = cases.CutOff, set.Why
	wake := set.At.Add(max(p.Office.Policy.RemindAfter, time.Minute))
	ch.WakeAt, ch.WakeFor = &wake, WakeRemind
	ch.Urgent = true
	return set, ch
}

// reply posts, unless this instance was frozen since it claimed the row: by now
// another may have ended its lease and asked a person, who may have sent again.
func (p *Poster) reply(ctx context.Context, r Replier, s cases.Send) (cases.Receipt, error) {
	if late := p.Clock().Sub(s.StartedAt); late > cmp.Or(p.Lease, lease)/2 {
		return cases.Receipt{}, fmt.Errorf("frozen for %s before posting: %w", late.Round(time.Second), cases.ErrNotSent)
	}
	if asker, ok := r.(Asker); ok && s.Kind == cases.SendAsk {
		c, err := p.Desk.Case(ctx, s.Case)
		if err != nil {
			return cases.Receipt{}, fmt.Errorf("%w: reading case %d: %w", cases.ErrNotSent, s.Case, err)
		}
		return asker.Ask(ctx, s.Reply, p.Office.Choices(c, p.Clock()))
	}
	return r.Reply(ctx, s.Reply)
}

// recheck looks, where the platform allows it, whether the mention still
// stands as it was when staff approved. A look that fails stops nothing: the
// post itself will say what is wrong.
func (p *Poster) recheck(ctx context.Context, r Replier, m cases.Mention, set *cases.Settlement, ch *cases.Change) (stop bool) {
	look, ok := r.(Checker)
	if !ok {
		return false
	}
	st, err := look.Check(ctx, m)
	if err != nil {
		p.Log.Warn("mention not checked before posting", "case", ch.Case, "err", err)
		return false
	}
	ch.At = p.Clock()
	why := ""
	switch {
	case st.Gone:
		ch.Event, ch.Note = cases.Delete, "deleted before the reply left"
	case st.Colleague != "":
		ch.Event, ch.By, ch.Note, why = cases.Handle, cases.Colleague, st.Colleague, "a colleague answered"
	case st.changed(m):
		ch.Event, ch.Note = cases.Edit, "changed before the reply left"
		ch.Reworded = st.reworded(m)
	default:
		return false
	}
	set.Outcome, set.Why = cases.WasNotSent, cmp.Or(why, ch.Note) // RetryAt stays zero: give up
	return true
}

// changed reports whether the author changed a mention.
func (st Standing) changed(m cases.Mention) bool {
	return st.Edited || st.Text != "" && strings.TrimSpace(st.Text) != strings.TrimSpace(m.Text)
}

// longestHeard bounds what is taken over from a look, as a source bounds what
// it reads.
const longestHeard = 64 << 10

// reworded is what a changed mention says now, so that staff do not see the old
// words until its source is read again; nil where that is not told, or cannot be
// kept as it is.
func (st Standing) reworded(m cases.Mention) *cases.Reworded {
	if st.Text == "" || len(st.Text) > longestHeard || !utf8.ValidString(st.Text) || strings.ContainsRune(st.Text, 0) {
		return nil
	}
	return &cases.Reworded{Num: m.Num, Text: strings.TrimSpace(st.Text)}
}

// later plans another attempt after one that provably sent nothing.
func (p *Poster) later(set cases.Settlement, ch *cases.Change, s cases.Send, err error) (cases.Settlement, *cases.Change) {
	set.Why = err.Error()
	asked := pauses(&set, err)
	if s.Attempts >= maxAttempts {
		set.Outcome = cases.WasRefused
		ch.Event, ch.Note = cases.Refuse, set.Why
		return set, ch
	}
	b := backoff.NewExponentialBackOff(backoff.WithInitialInterval(5*time.Second), backoff.WithMaxInterval(5*time.Minute),
		backoff.WithMaxElapsedTime(0))
	wait := b.NextBackOff()
	for range s.Attempts {
		wait = b.NextBackOff()
	}
	set.RetryAt = set.At.Add(max(wait, asked))
	return set, nil // the case stays approved
}

// pauses keeps everything back from a place that asked for a pause, no longer
// than it asked, and returns how long that is.
func pauses(set *cases.Settlement, err error) time.Duration {
	asked, ok := errors.AsType[*cases.LaterError](err)
	if !ok {
		return 0
	}
	set.Paused = set.At.Add(asked.After)
	return asked.After
}

func (p *Poster) refused(set cases.Settlement, ch *cases.Change, err error) (cases.Settlement, *cases.Change) {
	set.Outcome, set.Why = cases.WasRefused, err.Error()
	p.Office.refusal(ch, set.Why, set.At)
	return set, ch
}

// refusal is the step of a case whose reply the platform refused.
func (o *Office) refusal(ch *cases.Change, why string, at time.Time) {
	ch.Event, ch.Note, ch.At, ch.Urgent = cases.Refuse, why, at, true
	wake := at.Add(max(o.Policy.RemindAfter, time.Minute))
	ch.WakeAt, ch.WakeFor = &wake, WakeRemind
}

// Looker settles unsure posts by looking whether they are there, where a
// platform can be read back.
type Looker struct {
	Desk   Desk
	Office *Office
	Log    *slog.Logger
	Sends  interface {
		Outbox(ctx context.Context, caseID int64) ([]cases.Send, error)
	}
}

// Step looks for every unsure reply that can be looked for.
func (l *Looker) Step(ctx context.Context, now time.Time) (int, error) {
	unsure, err := l.Desk.InState(ctx, cases.Unsure, batch)
	if err != nil {
		return 0, fmt.Errorf("listing unsure cases: %w", err)
	}
	settled := 0
	for _, c := range unsure {
		finder, ok := l.Office.Place(c.Source).Replier.(Finder)
		if !ok {
			continue
		}
		done, err := l.look(ctx, finder, c, now)
		if err != nil {
			l.Log.Warn("looking for an unsure reply", "case", c.ID, "err", err)
			continue
		}
		if done {
			settled++
		}
	}
	return settled, nil
}

func (l *Looker) look(ctx context.Context, finder Finder, c cases.Case, now time.Time) (bool, error) {
	s, ok, err := InDoubt(ctx, l.Sends, c.ID)
	if err != nil || !ok {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, postDeadline)
	defer cancel()
	receipt, found, err := finder.Find(ctx, s.Reply)
	if err != nil {
		return false, err
	}
	ch := cases.Change{Case: c.ID, Version: c.Version, By: cases.Rasid, At: now, DraftNo: s.Reply.Draft}
	switch {
	case found:
		if receipt.At.IsZero() {
			receipt.At = s.StartedAt
		}
		ch.Event, ch.Receipt = cases.Found, &receipt
		ch.Promises = l.Office.promised(c, s.Reply.Draft, receipt.At)
	case now.Sub(s.StartedAt) < l.Office.Policy.ResendLock:
		return false, nil // a slow answer could still arrive
	default:
		ch.Event, ch.Note = cases.NotThere, "looked and did not find it"
	}
	if _, err := l.Desk.Apply(ctx, ch); err != nil && !errors.Is(err, cases.ErrStale) {
		return false, err
	}
	return true, nil
}

// InDoubt finds the outbox row whose outcome is unknown, if a case has one.
func InDoubt(ctx context.Context, sends interface {
	Outbox(ctx context.Context, caseID int64) ([]cases.Send, error)
}, caseID int64) (cases.Send, bool, error) {
	rows, err := sends.Outbox(ctx, caseID)
	if err != nil {
		return cases.Send{}, false, fmt.Errorf("reading the outbox of case %d: %w", caseID, err)
	}
	for _, s := range rows {
		if s.State == cases.InDoubt && s.Kind == cases.SendReply {
			return s, true, nil
		}
	}
	return cases.Send{}, false, nil
}

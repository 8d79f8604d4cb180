package responder

import (
	"context"
	"errors"
	"strings"
	"time"

	"rasid/internal/cases"
)

func (k *Clerk) edit(ctx context.Context, r *request) (Answer, error) {
	text := Clean(r.d.Text)
	if text == "" {
		draft, _ := r.c.Draft()
		return Answer{Text: r.say.Say("answer.empty"), Alert: true, Edit: draft.Text, Ask: ActEdit}, nil
	}
	d := cases.Draft{
		Text: text, By: r.who.ID, Origin: "staff", At: r.d.At,
		Language: r.c.Score.Language, Findings: k.Writer.Look(text, r.c),
	}
	if len(r.c.Score.Topics) > 0 {
		d.Topic = r.c.Score.Topics[0]
	}
	over := r.over()
	ch := r.change(cases.Revise)
	ch.Draft = &d
	k.wakeAfter(r, &ch)
	ans, err := k.apply(ctx, r, ch, Answer{})
	if err != nil {
		return ans, err
	}
	latest, _ := r.c.Draft()
	if d.Blocked() {
		r.d.Draft = latest.Version
		k.twice(r, "findings") // what is wrong is told now: "Send anyway" need not tell it again
		ans = r.refuse("answer.confirm", "what", k.findings(r, d))
	} else {
		ans = r.answer("answer.edited", "n", latest.Version)
	}
	if over.Version > 0 {
		ans.Text += "\n" + r.say.Say("answer.over", "name", Author(r.say, over.By, k.Office.NameOf), "n", over.Version, "text", Excerpt(Visible(over.Text), 200))
	}
	return ans, nil
}

// over is a colleague's draft that came while the form stood open, and that
// these words replace without their writer having seen it. Version 0 is none.
func (r *request) over() cases.Draft {
	latest, ok := r.c.Draft()
	if !ok || r.d.Draft == 0 || latest.Version <= r.d.Draft || latest.By == r.who.ID {
		return cases.Draft{}
	}
	return latest
}

func (k *Clerk) redraft(ctx context.Context, r *request) (Answer, error) {
	d, err := k.Writer.Draft(ctx, r.c, r.d.At)
	if err != nil {
		k.Log.Warn("no other draft", "case", r.c.ID, "err", err)
		return r.refuse("answer.noredraft"), nil
	}
	if used(r.c, d.Text) {
		return r.refuse("answer.noredraft"), nil
	}
	ch := r.change(cases.Revise)
	ch.Draft = &d
	k.wakeAfter(r, &ch)
	return k.apply(ctx, r, ch, r.answer("answer.redrafted"))
}

func (k *Clerk) undo(ctx context.Context, r *request) (Answer, error) {
	ch := r.change(cases.Undo)
	ch.Withdraw = k.ready(r.c)
	k.wakeAfter(r, &ch)
	ans, err := k.apply(ctx, r, ch, r.answer("answer.undone"))
	if errors.Is(err, cases.ErrStale) && r.c.State == cases.Approved {
		return r.refuse("answer.toolate"), nil
	}
	return ans, err
}

// dismiss sets a case aside, which takes a reason; what was promised is broken.
func (k *Clerk) dismiss(ctx context.Context, r *request) (Answer, error) {
	if strings.TrimSpace(r.d.Text) == "" {
		ans := r.refuse("answer.reason")
		ans.Ask = ActDismiss
		return ans, nil
	}
	ch := r.change(cases.Dismiss)
	ch.Note, ch.WakeAt = Clean(r.d.Text), &time.Time{}
	for _, p := range r.c.Owed() {
		ch.Promises = append(ch.Promises, p.Ended(cases.PromiseBroken, r.who.ID, r.d.At))
	}
	return k.apply(ctx, r, ch, r.answer("answer.dismissed"))
}

// handled notes that a person answered elsewhere.
func (k *Clerk) handled(ctx context.Context, r *request) (Answer, error) {
	ch := r.change(cases.Handle)
	ch.WakeAt, ch.Promises = &time.Time{}, settled(r.c, r.who.ID, r.d.At)
	if r.c.State == cases.Approved {
		ch.Withdraw = k.ready(r.c)
	}
	return k.apply(ctx, r, ch, r.answer("answer.handled"))
}

// wakeAfter plans the next step of the chain after a person acted.
func (k *Clerk) wakeAfter(r *request, ch *cases.Change) {
	c := r.c
	c.State = cases.Waiting
	if c.AckedAt.IsZero() {
		c.AckedAt = r.d.At
	}
	wake, why := k.Office.alarm(c, c.Reminds, r.d.At)
	ch.WakeAt, ch.WakeFor = &wake, why
}

// ready names the outbox row of the case's latest draft.
func (k *Clerk) ready(c cases.Case) []string {
	d, ok := c.Draft()
	if !ok {
		return nil
	}
	return []string{cases.ReplyKey(c.ID, d.Version)}
}

// settle is a person's word on an unsure post.
func (k *Clerk) settle(ctx context.Context, r *request) (Answer, error) {
	if r.d.Action == ActThere {
		ch := r.change(cases.Found)
		ch.Receipt = &cases.Receipt{At: r.d.At}
		if d, ok := r.c.Draft(); ok {
			ch.Promises = k.Office.promised(r.c, d.Version, r.d.At)
		}
		ch.WakeAt = &time.Time{}
		return k.apply(ctx, r, ch, r.answer("answer.there"))
	}
	row, ok, err := InDoubt(ctx, k.Sends, r.c.ID)
	if err != nil {
		return Answer{}, err
	}
	if free := row.StartedAt.Add(k.Office.Policy.ResendLock); ok && r.d.At.Before(free) {
		return r.refuse("answer.locked", "time", k.Office.clock(r.say, free, r.d.At)), nil
	}
	ch := r.change(cases.NotThere)
	ch.WakeAt = &time.Time{}
	return k.apply(ctx, r, ch, r.answer("answer.resend"))
}

func (k *Clerk) escalate(ctx context.Context, r *request) (Answer, error) {
	level := NextLevel(k.Office, r.c)
	if level == r.c.Level {
		return r.refuse("answer.top"), nil
	}
	none, up := 0, r.c
	up.Level, up.Reminds, up.AckedAt = level, 0, r.d.At
	wake, why := k.Office.alarm(up, 0, r.d.At)
	ch := r.change(cases.Escalate)
	ch.Level, ch.Reminds, ch.Note = &level, &none, Clean(r.d.Text)
	ch.WakeAt, ch.WakeFor = &wake, why
	ch.Rooms, ch.Urgent = k.Office.RoomsFor(r.c, level), true
	return k.apply(ctx, r, ch, r.answer("answer.escalated", "n", level))
}

func (k *Clerk) snooze(ctx context.Context, r *request) (Answer, error) {
	span := k.Office.Policy.SnoozeFor
	if t := strings.TrimSpace(r.d.Text); t != "" {
		if d, err := time.ParseDuration(t); err == nil && d > 0 && d <= 7*24*time.Hour {
			span = d
		}
	}
	wake := r.d.At.Add(span)
	ch := r.change(cases.Snooze)
	ch.WakeAt, ch.WakeFor = &wake, WakeSnooze
	return k.apply(ctx, r, ch, r.answer("answer.snoozed", "time", k.Office.clock(r.say, wake, r.d.At)))
}

func (k *Clerk) claim(ctx context.Context, r *request) (Answer, error) {
	held := r.c.ClaimedBy != "" && r.c.ClaimedUntil.After(r.d.At)
	if r.d.Action == ActRelease {
		ch := r.change(cases.Release)
		ch.Claim = &cases.Claimed{}
		k.wakeAfter(r, &ch)
		return k.apply(ctx, r, ch, r.answer("answer.released"))
	}
	if held && r.c.ClaimedBy != r.who.ID {
		return r.refuse("card.claimed", "name", k.Office.NameOf(r.c.ClaimedBy)), nil
	}
	until := r.d.At.Add(k.Office.Policy.ClaimFor)
	ch := r.change(cases.Claim)
	ch.Claim = &cases.Claimed{By: r.who.ID, Until: until}
	ch.WakeAt, ch.WakeFor = &until, WakeClaim
	return k.apply(ctx, r, ch, r.answer("answer.claimed", "time", k.Office.clock(r.say, until, r.d.At)))
}

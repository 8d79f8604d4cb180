package responder

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

func (k *Clerk) approve(ctx context.Context, r *request) (Answer, error) {
	draft, ok := r.c.Draft()
	switch {
	case r.c.State != cases.Waiting:
		return k.moved(r), nil
	case !ok:
		return r.refuse("card.nodraft"), nil
	case r.d.Draft != draft.Version:
		return k.stale(r), nil
	case k.Office.PlaceOf(r.c).Replier == nil:
		return r.refuse("answer.noreply"), nil
	case r.d.At.Sub(draft.At) > k.Office.Policy.MaxAge:
		return k.reread(ctx, r, draft)
	case draft.Blocked() && !k.confirmed(r):
		key := "answer.confirm"
		if r.d.Action == ActConfirm {
			key = "answer.confirm.again" // that very button was pressed
		}
		return r.refuse(key, "what", k.findings(r, draft)), nil
	case k.Office.Policy.FourEyes && r.c.Score.Severity >= k.Office.Policy.FourEyesFrom && draft.By == r.who.ID:
		return r.refuse("answer.foureyes"), nil
	}
	if n, err := k.Writer.repeated(ctx, draft.Text, r.d.At); err != nil {
		return Answer{}, err
	} else if n > 0 && !k.twice(r, "same") {
		return r.refuse("answer.same", "n", n), nil
	}
	if no, err := k.tooMany(ctx, r); err != nil || no.Alert {
		return no, err
	}
	ch := r.change(cases.Approve)
	ch.WakeAt = &time.Time{}
	ch.Send = []cases.Send{ReplyRow(r.c, draft, r.who.ID, r.d.At.Add(k.Office.Policy.Undo))}
	then := r.answer("answer.approved", "span", k.Office.Policy.Undo)
	if k.Office.Policy.Undo <= 0 {
		then = r.answer("answer.leaves")
	}
	if k.Over != nil {
		why, err := k.Over(ctx, ch.Send[0], r.d.At)
		if err != nil {
			return Answer{}, err
		}
		if ch.Note, ch.Send[0].LastError = why, why; why != "" { // it would look stuck: nobody sees it leave
			then = r.answer("answer.waits", "why", phrases.Plain(Told(r.say, why, k.Office.NameOf)))
		}
	}
	return k.apply(ctx, r, ch, then)
}

// tooMany refuses whoever approves more than a person can read: so many in an
// hour for good, so many in a minute until pressed again. The zero Answer
// refuses nothing.
func (k *Clerk) tooMany(ctx context.Context, r *request) (Answer, error) {
	limit := k.Office.Policy.ApprovalsHour
	if limit <= 0 || k.Count == nil {
		return Answer{}, nil
	}
	hour, err := k.Count(ctx, r.who.ID, r.d.At.Add(-time.Hour))
	if err != nil {
		return Answer{}, fmt.Errorf("counting approvals of %s: %w", r.who.ID, err)
	}
	if hour >= limit {
		return r.refuse("answer.budget"), nil
	}
	minute, err := k.Count(ctx, r.who.ID, r.d.At.Add(-time.Minute))
	if err != nil {
		return Answer{}, fmt.Errorf("counting approvals of %s: %w", r.who.ID, err)
	}
	if minute >= fastApprovals && !k.twice(r, "fast") {
		return r.refuse("answer.fast", "n", minute), nil
	}
	return Answer{}, nil
}

// ReplyRow is the outbox row of an approved draft: exactly these bytes, under
// exactly this mention.
func ReplyRow(c cases.Case, d cases.Draft, by string, due time.Time) cases.Send {
	m := c.Last()
	key := cases.ReplyKey(c.ID, d.Version)
	return cases.Send{
		Key: key, Kind: cases.SendReply, Case: c.ID, Target: c.Source, By: by, DueAt: due,
		Hash:  cases.HashReply(c.Source, m.ID, d.Text),
		Reply: cases.Reply{Key: key, Case: c.ID, Draft: d.Version, Mention: m, Text: d.Text},
	}
}

// reread puts an old draft before staff again as a new version, so that the
// approval is of something read today.
func (k *Clerk) reread(ctx context.Context, r *request, old cases.Draft) (Answer, error) {
	fresh := old
	fresh.At, fresh.Findings = r.d.At, k.Writer.Look(old.Text, r.c)
	ch := r.change(cases.Revise)
	ch.Draft, ch.Note = &fresh, "too old to approve unread"
	ans := r.refuse("answer.old", "span", k.Office.Policy.MaxAge)
	return k.apply(ctx, r, ch, ans)
}

// confirmed reports whether this person was already told what is wrong with
// this draft and now confirms; the first press only asks.
func (k *Clerk) confirmed(r *request) bool {
	return k.twice(r, "findings") && r.d.Action == ActConfirm
}

// fastApprovals is how many approvals in a minute look like somebody reading
// what they approve; above it each needs a second press.
const fastApprovals = 5

// twice reports whether this person already pressed once for this draft and
// was asked to look again because of something. Any of the two buttons counts
// as the second press.
func (k *Clerk) twice(r *request, because string) bool {
	key := fmt.Sprintf("%s/%d/%d/%s", because, r.c.ID, r.d.Draft, r.who.ID)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.asked[key] {
		return true
	}
	if k.asked == nil || len(k.asked) > 10_000 { // bounded; forgetting only asks again
		k.asked = map[string]bool{}
	}
	k.asked[key] = true
	return false
}

func (k *Clerk) findings(r *request, d cases.Draft) phrases.Plain {
	var parts []string
	for _, f := range d.Findings {
		if f.Block {
			parts = append(parts, r.say.Say("finding."+f.Kind)+" ("+Isolate(Visible(f.Words))+")")
		}
	}
	return phrases.Plain(strings.Join(parts, " · "))
}

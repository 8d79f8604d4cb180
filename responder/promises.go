package responder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// remindPart is the part of a promise's time after which staff are reminded.
const remindPart = 0.75

// grace is how long after its due time, in business hours, a promise is late
// before it counts as broken.
const grace = 2 * time.Hour

// promised are the promises that change when a reply to a case stands in
// public: what is owed is settled by it, and what its words promise is opened.
func (o *Office) promised(c cases.Case, draft int, at time.Time) []cases.Promise {
	list := settled(c, o.answerer(c), at)
	if o.Promises == nil {
		return list
	}
	for _, d := range c.Drafts {
		if d.Version != draft {
			continue
		}
		cal := o.Calendar(c.Source)
		zone := o.Zone
		if cal != nil {
			zone = cal.Zone
		}
		local := at.In(zone)
		found, ok := o.Promises.Find(d.Text, local, func(day time.Time) bool {
			y, m, d := day.Date()
			from := time.Date(y, m, d, 0, 0, 0, 0, zone)
			return cal.Between(from, from.AddDate(0, 0, 1)) > 0
		})
		if !ok || !found.Due.After(at) {
			break
		}
		p := cases.Promise{Case: c.ID, Draft: draft, Words: found.Words, OpenedAt: at, DueAt: found.Due, State: cases.PromiseOpen}
		p.WakeAt = o.remindOf(c, p)
		list = append(list, p)
	}
	return list
}

// answerer is who stands for the reply of a case.
func (o *Office) answerer(c cases.Case) string {
	if c.ApprovedBy != "" {
		return c.ApprovedBy
	}
	return cases.Rasid
}

// remindOf is when staff are reminded of a promise: when three quarters of the
// hours in which they could keep it are gone.
func (o *Office) remindOf(c cases.Case, p cases.Promise) time.Time {
	cal := o.Calendar(c.Source)
	if open := cal.Between(p.OpenedAt, p.DueAt); open > 0 {
		return cal.Add(p.OpenedAt, time.Duration(float64(open)*remindPart))
	}
	return p.OpenedAt.Add(time.Duration(float64(p.DueAt.Sub(p.OpenedAt)) * remindPart))
}

// settled are the promises of a case that a deed settles at an instant.
func settled(c cases.Case, by string, at time.Time) []cases.Promise {
	var list []cases.Promise
	for _, p := range c.Owed() {
		list = append(list, p.Settled(by, at))
	}
	return list
}

// Ledger lists the promises that must be looked at. *store.Store is one.
type Ledger interface {
	PromisesDue(ctx context.Context, now time.Time, limit int) ([]cases.Promise, error)
}

// Keeper keeps what replies promised before staff: it reminds before a promise
// is due, brings the case back with a follow-up draft when it is, and takes it
// one level up when nobody kept it.
type Keeper struct {
	Desk   Desk
	Ledger Ledger
	Office *Office
	Log    *slog.Logger
}

// Step looks at the promises whose time has come.
func (k *Keeper) Step(ctx context.Context, now time.Time) (int, error) {
	due, err := k.Ledger.PromisesDue(ctx, now, batch)
	if err != nil {
		return 0, fmt.Errorf("listing promises due: %w", err)
	}
	moved := 0
	for _, p := range due {
		c, err := k.Desk.Case(ctx, p.Case)
		if err != nil {
			return moved, fmt.Errorf("reading case %d: %w", p.Case, err)
		}
		if c.State == cases.New || c.State == cases.Flagged {
			continue // it is being read and drafted; a second later it stands still
		}
		_, err = k.Desk.Apply(ctx, k.move(c, p, now))
		switch {
		case errors.Is(err, cases.ErrStale):
		case err != nil:
			return moved, fmt.Errorf("moving the promise of case %d: %w", p.Case, err)
		default:
			moved++
			k.Log.Info("promise looked at", "case", p.Case, "draft", p.Draft, "due", p.DueAt)
		}
	}
	return moved, nil
}

// move is the next step of a promise.
func (k *Keeper) move(c cases.Case, p cases.Promise, now time.Time) cases.Change {
	ch := cases.Change{Case: c.ID, Version: c.Version, By: cases.Rasid, At: now, DraftNo: p.Draft, Event: cases.Note}
	switch {
	case c.State == cases.Gone || c.State == cases.Noted || c.Last().Gone:
		ch.Note = "nobody waits for the promise any more"
		ch.Promises = []cases.Promise{p.Ended(cases.PromiseVoid, cases.Customer, now)} // who may put it back
	case now.Before(p.DueAt):
		k.remind(c, p, &ch)
	case p.State == cases.PromiseOpen:
		k.fallDue(c, p, &ch)
	default:
		k.breakIt(c, p, &ch)
	}
	return ch
}

// remind says before the due time what was promised.
func (k *Keeper) remind(c cases.Case, p cases.Promise, ch *cases.Change) {
	p.WakeAt = p.DueAt
	ch.Promises, ch.Note, ch.Urgent = []cases.Promise{p}, "promise: "+p.Words, true
	if _, err := cases.Next(c.State, cases.Remind); err == nil {
		ch.Event = cases.Remind
	}
	ch.Rooms = k.Office.RoomsFor(c, c.Level)
	ch.Send = k.notices(c, p, ch.Rooms, ch.At, "notice.promise")
}

// fallDue brings the case back to staff.
func (k *Keeper) fallDue(c cases.Case, p cases.Promise, ch *cases.Change) {
	p.State = cases.PromiseLate
	p.WakeAt = k.Office.counts(c).Add(later(p.DueAt, ch.At), grace)
	ch.Promises, ch.Note, ch.Urgent = []cases.Promise{p}, "promise due: "+p.Words, true
	if c.State == cases.Answered {
		level := c.Level
		ch.Event, ch.Level = cases.Reopen, &level
	}
	ch.Rooms = k.Office.RoomsFor(c, c.Level)
	ch.Send = k.notices(c, p, ch.Rooms, ch.At, "notice.promise.due")
}

// breakIt counts the promise as broken and takes the case one level up.
func (k *Keeper) breakIt(c cases.Case, p cases.Promise, ch *cases.Change) {
	ch.Promises = []cases.Promise{p.Ended(cases.PromiseBroken, cases.Rasid, ch.At)}
	ch.Note, ch.Urgent = "promise broken: "+p.Words, true
	level, none := NextLevel(k.Office, c), 0
	switch c.State {
	case cases.Waiting, cases.Failed, cases.Unsure:
		if level > c.Level {
			up := c
			up.Level = level
			wake, why := k.Office.alarm(up, 0, ch.At)
			ch.Event, ch.Level, ch.Reminds, ch.WakeAt, ch.WakeFor = cases.Escalate, &level, &none, &wake, why
		}
	case cases.Answered, cases.Handled, cases.Dismissed, cases.Expired:
		ch.Event, ch.Level = cases.Reopen, &level
	default: // nobody can be called any more, and a note stays
	}
	ch.Rooms = k.Office.RoomsFor(c, level)
	ch.Send = k.notices(c, p, ch.Rooms, ch.At, "notice.promise.broken")
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// notices writes a line for every room, once for each step of a promise.
func (k *Keeper) notices(c cases.Case, p cases.Promise, rooms []string, now time.Time, key string) []cases.Send {
	return k.Office.notify(rooms, c.ID, now, func(room Room, say *phrases.Catalogue) (string, string) {
		text := say.Say(key, "case", c.ID, "time", k.Office.clock(say, p.DueAt, now),
			"left", p.DueAt.Sub(now), "span", now.Sub(p.DueAt), "text", Excerpt(Visible(p.Words), 120))
		if who := k.Office.named(c, c.Level, room, now); who != "" {
			text += "\n" + who
		}
		return fmt.Sprintf("promise/%d/%d/%s/%s", c.ID, p.Draft, key, room.Name), text
	})
}

// kept is a person's word that what was promised has been done. A case that
// came back only for the promise is closed by it.
func (k *Clerk) kept(ctx context.Context, r *request) (Answer, error) {
	owed := r.c.Owed()
	if len(owed) == 0 {
		return r.refuse("answer.nopromise"), nil
	}
	ch := r.change(cases.Kept)
	ch.Promises = settled(r.c, r.who.ID, r.d.At)
	ch.Note = owed[0].Words
	if r.c.State == cases.Waiting && !newsSince(r.c, r.c.Reply.At) {
		ch.Event, ch.WakeAt = cases.Handle, &time.Time{}
	}
	ans := r.answer("answer.kept")
	if past := r.d.At.Sub(owed[0].DueAt); past > 0 {
		ans = r.answer("answer.kept.late", "span", past)
	}
	return k.apply(ctx, r, ch, ans)
}

// newsSince reports whether the customer said or changed something after an
// instant.
func newsSince(c cases.Case, at time.Time) bool {
	return slices.ContainsFunc(c.Mentions, func(m cases.Mention) bool {
		return !m.Ours && !m.Gone && (m.PostedAt.After(at) || m.EditedAt.After(at))
	})
}

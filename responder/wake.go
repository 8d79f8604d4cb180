package responder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"rasid/internal/cases"
)

// What a case wakes for.
const (
	WakeRemind = "remind"
	WakeSnooze = "snooze"
)

// maxReminds is how often a room is reminded at one level before silence; the
// pauses double.
const maxReminds = 4

// Alarms are the cases whose time has come. A deadline is a row, so it also
// fires after a restart.
type Alarms interface {
	Awake(ctx context.Context, now time.Time, limit int) ([]cases.Case, error)
}

// Waker reminds, escalates and expires.
type Waker struct {
	Desk   Desk
	Alarms Alarms
	Office *Office
	Log    *slog.Logger
}

// Step acts on the cases whose alarm has passed.
func (w *Waker) Step(ctx context.Context, now time.Time) (int, error) {
	due, err := w.Alarms.Awake(ctx, now, batch)
	if err != nil {
		return 0, fmt.Errorf("listing alarms: %w", err)
	}
	for _, c := range due {
		if _, err := w.Desk.Apply(ctx, w.wake(c, now)); err != nil && !errors.Is(err, cases.ErrStale) {
			return 0, fmt.Errorf("waking case %d: %w", c.ID, err)
		}
	}
	return len(due), nil
}

// wake decides what the alarm of a case means.
func (w *Waker) wake(c cases.Case, now time.Time) cases.Change {
	p := w.Office.Policy
	ch := cases.Change{Case: c.ID, Version: c.Version, By: cases.Rasid, At: now, WakeAt: &time.Time{}}
	waited := now.Sub(c.FlaggedAt)
	switch {
	case c.State != cases.Waiting && c.State != cases.Unsure && c.State != cases.Failed:
		ch.Event = cases.Note // nothing to wake for; the alarm is cleared
		return ch
	case c.State == cases.Waiting && p.ExpireAfter > 0 && waited > p.ExpireAfter:
		ch.Event = cases.Expire
		return ch
	case c.ClaimedBy != "" && c.ClaimedUntil.After(now):
		ch.Event, ch.Note = cases.Note, "claimed; the alarm waits for the claim to end"
		if c.State == cases.Failed || c.State == cases.Waiting || c.State == cases.Unsure {
			until := c.ClaimedUntil
			ch.WakeAt, ch.WakeFor = &until, WakeRemind
		}
		return ch
	}
	if waited >= p.EscalateAfter*time.Duration(c.Level+1) && c.Level < w.Office.TopLevel() {
		return w.escalate(c, ch, now)
	}
	return w.remind(c, ch, now)
}

func (w *Waker) escalate(c cases.Case, ch cases.Change, now time.Time) cases.Change {
	level, none := NextLevel(w.Office, c), 0
	next := now.Add(w.Office.Policy.RemindAfter)
	ch.Event, ch.Level, ch.Reminds = cases.Escalate, &level, &none
	ch.WakeAt, ch.WakeFor, ch.Urgent = &next, WakeRemind, true
	ch.Rooms = w.Office.RoomsAt(c.Source, level)
	ch.Note = fmt.Sprintf("nobody acted for %s", now.Sub(c.FlaggedAt).Round(time.Minute))
	ch.Send = w.notices(c, ch.Rooms, now, "notice.escalated", level)
	return ch
}

func (w *Waker) remind(c cases.Case, ch cases.Change, now time.Time) cases.Change {
	n := c.Reminds + 1
	ch.Event, ch.Reminds, ch.WakeFor = cases.Remind, &n, WakeRemind
	next := now.Add(w.Office.Policy.RemindAfter << min(n, maxReminds))
	// The next alarm is the earlier of the next reminder and the next level.
	if up := c.FlaggedAt.Add(w.Office.Policy.EscalateAfter * time.Duration(c.Level+1)); c.Level < w.Office.TopLevel() && up.After(now) && up.Before(next) {
		next = up
	}
	ch.WakeAt = &next
	if n <= maxReminds {
		ch.Send = w.notices(c, w.Office.RoomsAt(c.Source, c.Level), now, "notice.remind", c.Level)
	}
	return ch
}

// notices writes a line for every room, keyed by case, version and room, so
// that the same step can never say it twice.
func (w *Waker) notices(c cases.Case, rooms []string, now time.Time, key string, level int) []cases.Send {
	var out []cases.Send
	for _, name := range rooms {
		room, ok := w.Office.Room(name)
		if !ok {
			continue
		}
		say := w.Office.words(room.Language)
		text := say.Say(key, "case", c.ID, "n", level, "age", now.Sub(c.FlaggedAt), "text", Excerpt(Visible(c.Last().Text), 80))
		if late := now.Sub(c.WakeAt); late > 5*time.Minute {
			text += "\n" + say.Say("notice.late", "span", late)
		}
		out = append(out, cases.Send{
			Key:  fmt.Sprintf("notice/%d/%d/%s", c.ID, c.Version, name),
			Kind: cases.SendNotice, Case: c.ID, Target: name, Text: text, By: cases.Rasid, DueAt: now,
		})
	}
	return out
}

// NextLevel is the next level above a case's that has a room.
func NextLevel(o *Office, c cases.Case) int {
	for l := c.Level + 1; l <= o.TopLevel(); l++ {
		if len(o.RoomsAt(c.Source, l)) > 0 {
			return l
		}
	}
	return c.Level
}

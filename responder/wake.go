package responder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// What a case wakes for.
const (
	WakeRemind   = "remind"
	WakeSnooze   = "snooze"
	WakeWarn     = "warn"     // three quarters of the time are gone
	WakeEscalate = "escalate" // a level's time is over, or a deadline passed
	WakeClaim    = "claim"    // a claim ends
	WakeOpening  = "opening"  // it rested until the business opens
	WakeExpire   = "expire"   // the moment for an answer has passed
)

const (
	// lateFrom is the delay from which a notice says how late it is.
	lateFrom = 5 * time.Minute
	// mergeFrom is how many late alarms at once become one notice for a room.
	mergeFrom = 4
	// flood is how many alarms are looked at together after a downtime, so
	// that their notice can say how many there are.
	flood = 2000
	// mergedShown is how many cases the merged notice names.
	mergedShown = 5
)

// Alarms are the cases whose time has come. A deadline is a row, so it also
// fires after a restart.
type Alarms interface {
	Awake(ctx context.Context, now time.Time, limit int) ([]cases.Case, error)
}

// Waker reminds, warns, escalates, ends claims and expires.
type Waker struct {
	Desk   Desk
	Alarms Alarms
	Office *Office
	Log    *slog.Logger
}

// Step acts on the cases whose alarm has passed. Each case takes its own step
// with its own line of history; only what the rooms are told of many late ones
// is put together.
func (w *Waker) Step(ctx context.Context, now time.Time) (int, error) {
	due, err := w.Alarms.Awake(ctx, now, batch)
	if err == nil && len(due) == batch && late(due[0], now) {
		due, err = w.Alarms.Awake(ctx, now, flood)
	}
	if err != nil {
		return 0, fmt.Errorf("listing alarms: %w", err)
	}
	steps := make([]cases.Change, len(due))
	for i, c := range due {
		steps[i] = w.wake(c, now)
	}
	merged := map[string][]cases.Send{}
	for _, key := range []string{away, overnight} {
		merged[key] = w.merge(due, steps, key, now)
	}
	for i, ch := range steps {
		key := w.together(due[i], now)
		ch.Send = append(ch.Send, merged[key]...) // with the first step that holds, in one transaction
		_, err := w.Desk.Apply(ctx, ch)
		switch {
		case errors.Is(err, cases.ErrStale):
		case err != nil:
			return 0, fmt.Errorf("waking case %d: %w", ch.Case, err)
		default:
			delete(merged, key)
		}
	}
	return len(due), nil
}

// What rooms are told once of many cases: those whose alarm went while the
// program was away, and those that came while the business was closed.
const (
	away      = "notice.away"
	overnight = "notice.overnight"
)

// together is of what many a step may be one; "" when it is told by itself.
func (w *Waker) together(c cases.Case, now time.Time) string {
	switch {
	case late(c, now):
		return away
	case w.rested(c):
		return overnight
	}
	return ""
}

// rested reports whether a case came while the business was closed and was kept
// for the opening that wakes it.
func (w *Waker) rested(c cases.Case) bool {
	_, closed := w.Office.opening(c, c.FlaggedAt)
	return c.WakeFor == WakeOpening && closed && c.Level == 0 && c.Reminds == 0
}

// late reports whether the alarm of a case should have gone long ago.
func late(c cases.Case, now time.Time) bool { return now.Sub(c.WakeAt) > lateFrom }

// merge takes the notices of many steps away and returns one for each room
// instead; nil when they are few.
func (w *Waker) merge(due []cases.Case, steps []cases.Change, key string, now time.Time) []cases.Send {
	n, longest := map[string]int{}, time.Duration(0)
	worst := map[string][]cases.Case{}
	var rooms []string
	total := 0
	for i, c := range due {
		if w.together(c, now) != key || len(steps[i].Send) == 0 {
			continue
		}
		total++
		longest = max(longest, now.Sub(c.WakeAt))
		for _, s := range steps[i].Send {
			if n[s.Target]++; n[s.Target] == 1 {
				rooms = append(rooms, s.Target)
			}
			worst[s.Target] = append(worst[s.Target], c)
		}
	}
	if total < mergeFrom {
		return nil
	}
	for i, c := range due {
		if w.together(c, now) == key {
			steps[i].Send, steps[i].Urgent = nil, false // one message, not a thousand
		}
	}
	return w.Office.notify(rooms, 0, now, func(room Room, say *phrases.Catalogue) (string, string) {
		these := worst[room.Name]
		return fmt.Sprintf("%s/%d/%d/%s", key, these[0].ID, now.UnixMicro(), room.Name),
			say.Say(key, "n", n[room.Name], "span", longest, "cases", phrases.Plain(numbers(these)))
	})
}

// numbers names the severest of some cases.
func numbers(list []cases.Case) string {
	text, shown := "", 0
	for sev := cases.Critical; sev >= cases.Mild; sev-- {
		for _, c := range list {
			if c.Score.Severity != sev || shown == mergedShown {
				continue
			}
			shown++
			text += fmt.Sprintf(" #%d", c.ID)
		}
	}
	if len(list) > shown {
		text += " …"
	}
	return Isolate(text[min(1, len(text)):])
}

// wake decides what the alarm of a case means.
func (w *Waker) wake(c cases.Case, now time.Time) cases.Change {
	ch := cases.Change{Case: c.ID, Version: c.Version, By: cases.Rasid, At: now, WakeAt: &time.Time{}}
	if c.State != cases.Waiting && c.State != cases.Unsure && c.State != cases.Failed {
		ch.Event = cases.Note // nothing to wake for; the alarm is cleared
		return ch
	}
	if at, ok := w.Office.expires(c); ok && now.After(at) {
		ch.Event = cases.Expire
		return ch
	}
	if c.ClaimedBy != "" {
		return w.claimed(c, ch, now)
	}
	if open, ok := w.Office.opening(c, now); ok && c.State == cases.Waiting && c.Score.Severity < cases.High {
		ch.Event, ch.Note = cases.Note, "rests until opening"
		ch.WakeAt, ch.WakeFor = &open, WakeOpening
		return ch
	}
	if at, ok := w.Office.climbs(c); ok && !at.After(now) {
		return w.escalate(c, ch, now)
	}
	if d, ok := w.Office.Deadline(c); c.WakeFor == WakeEscalate || c.WakeFor == WakeWarn && ok && now.Before(d.Warn) {
		// The clock was set anew meanwhile: somebody acted, or the severity or
		// the policy changed.
		next, why := w.Office.alarm(c, c.Reminds, now)
		ch.Event, ch.Note, ch.WakeAt, ch.WakeFor = cases.Note, "the deadline moved", &next, why
		return ch
	}
	return w.remind(c, ch, now)
}

// claimed waits for the end of a claim, and ends it when its time is over. The
// alarm goes off again at once, for what became due meanwhile.
func (w *Waker) claimed(c cases.Case, ch cases.Change, now time.Time) cases.Change {
	if until := c.ClaimedUntil; until.After(now) {
		ch.Event, ch.Note = cases.Note, "claimed; the alarm waits for the claim to end"
		ch.WakeAt, ch.WakeFor = &until, WakeClaim
		return ch
	}
	ch.Event, ch.Claim = cases.Release, &cases.Claimed{}
	ch.Note = "the claim of " + c.ClaimedBy + " ended"
	again := now
	if at, why := w.Office.alarm(c, c.Reminds, c.ClaimedUntil); !at.IsZero() && at.After(now) {
		ch.WakeAt, ch.WakeFor = &at, why
		return ch
	}
	ch.WakeAt, ch.WakeFor = &again, WakeRemind
	return ch
}

func (w *Waker) escalate(c cases.Case, ch cases.Change, now time.Time) cases.Change {
	level, none := NextLevel(w.Office, c), 0
	ch.Event, ch.Level, ch.Reminds, ch.Urgent = cases.Escalate, &level, &none, true
	ch.Rooms = w.Office.RoomsFor(c, level)
	ch.Note = w.told("nobody acted for "+since(c.FlaggedAt, now), c, now)
	ch.Send = w.notices(c, ch.Rooms, now, "notice.escalated", level)
	up := c
	up.Level = level
	next, why := w.Office.alarm(up, 0, now)
	ch.WakeAt, ch.WakeFor = &next, why
	return ch
}

func (w *Waker) remind(c cases.Case, ch cases.Change, now time.Time) cases.Change {
	n := c.Reminds
	ch.Event = cases.Remind
	if c.WakeFor == WakeRemind {
		n++ // warnings and what a person asked for do not use reminders up
	}
	ch.Reminds = &n
	rooms := w.Office.RoomsFor(c, c.Level)
	if c.WakeFor == WakeOpening {
		ch.Rooms = rooms // a case that came at night is shown now
	}
	key := "notice.remind"
	if w.rested(c) {
		key = "notice.opening"
	}
	if d, ok := w.Office.Deadline(c); ok && c.WakeFor == WakeWarn && d.At.After(now) {
		key = "notice.warn"
	}
	ch.Note = w.told(c.WakeFor, c, now)
	ch.Send = w.notices(c, rooms, now, key, c.Level)
	next, why := w.Office.alarm(c, n, now)
	ch.WakeAt, ch.WakeFor = &next, why
	return ch
}

// told adds to a note how late the step was.
func (w *Waker) told(note string, c cases.Case, now time.Time) string {
	if late(c, now) {
		note += ", " + since(c.WakeAt, now) + " late"
	}
	return note
}

// notices writes a line for every room, keyed by case, version and room, so
// that the same step can never say it twice.
func (w *Waker) notices(c cases.Case, rooms []string, now time.Time, key string, level int) []cases.Send {
	deadline, _ := w.Office.Deadline(c)
	return w.Office.notify(rooms, c.ID, now, func(room Room, say *phrases.Catalogue) (string, string) {
		text := say.Say(key, "case", c.ID, "n", level, "age", now.Sub(c.FlaggedAt), "left", deadline.At.Sub(now), "text", Excerpt(Visible(c.Last().Text), 80))
		if who := w.Office.named(c, level, room, now); who != "" {
			text += "\n" + who
		}
		if late(c, now) {
			text += "\n" + say.Say("notice.late", "span", now.Sub(c.WakeAt))
		}
		return fmt.Sprintf("notice/%d/%d/%s", c.ID, c.Version, room.Name), text
	})
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

package responder

import (
	"fmt"
	"time"

	"rasid/internal/cases"
	"rasid/responder/hours"
)

// Target is how fast the business wants to be; zero is no target.
type Target struct {
	Acknowledge time.Duration // until somebody of staff has taken notice
	Reply       time.Duration // until the reply stands in public
	Resolve     time.Duration // until the problem is solved
}

// Targets are the targets of each severity.
type Targets map[cases.Severity]Target

// DefaultTargets are those of a shop that answers on the same day. A severer
// case never gets more time than a milder one.
func DefaultTargets() Targets {
	calm := Target{Acknowledge: 2 * time.Hour, Reply: 4 * time.Hour, Resolve: 72 * time.Hour}
	return Targets{
		cases.Mild: calm, cases.Low: calm,
		cases.High:     {Acknowledge: time.Hour, Reply: 2 * time.Hour, Resolve: 48 * time.Hour},
		cases.Critical: {Acknowledge: 15 * time.Minute, Reply: time.Hour, Resolve: 24 * time.Hour},
	}
}

// warnAt is the part of a target after which staff are warned.
const warnAt = 0.75

// Deadline is the clock that runs on a case now.
type Deadline struct {
	What string // acknowledge, reply or resolve
	At   time.Time
	Warn time.Time // when three quarters of the time are gone
}

// counts is the calendar by which the clocks of a case run: what is critical
// counts around the clock.
func (o *Office) counts(c cases.Case) *hours.Calendar {
	if c.Score.Severity >= cases.Critical || isGrave(c.Score) {
		return nil
	}
	return o.Calendar(c.Source)
}

// TargetOf is how soon the business wants a case to be dealt with.
func (o *Office) TargetOf(c cases.Case) Target {
	if t := o.Places[c.Source].Targets; t != nil {
		return t[c.Score.Severity]
	}
	return o.Policy.Targets[c.Score.Severity]
}

// Elapsed is the time between two moments as the clocks of a case count it.
func (o *Office) Elapsed(c cases.Case, from, to time.Time) time.Duration {
	return max(0, o.counts(c).Between(from, to))
}

// Deadline is the clock that runs on a case now: acknowledge until a person
// has acted, then reply, and resolve once the reply stands; false when none
// runs.
func (o *Office) Deadline(c cases.Case) (Deadline, bool) {
	t, d := o.TargetOf(c), Deadline{}
	var span time.Duration
	switch {
	case c.FlaggedAt.IsZero():
		return d, false
	case c.State == cases.Answered || c.State == cases.Handled:
		d.What, span = "resolve", t.Resolve
	case !c.State.Open():
		return d, false
	case c.AckedAt.IsZero() && t.Acknowledge > 0:
		d.What, span = "acknowledge", t.Acknowledge
	default:
		d.What, span = "reply", t.Reply
	}
	if span <= 0 {
		return d, false
	}
	cal := o.counts(c)
	d.At = cal.Add(c.FlaggedAt, span)
	d.Warn = cal.Add(c.FlaggedAt, time.Duration(float64(span)*warnAt))
	return d, true
}

// climbs is when a case goes one level up by itself: each level has its time,
// and a deadline that passes in the first room does not wait for it. False when
// there is no level above, or levels have no time.
func (o *Office) climbs(c cases.Case) (time.Time, bool) {
	if NextLevel(o, c) == c.Level {
		return time.Time{}, false
	}
	at := time.Time{}
	if per := o.Policy.EscalateAfter; per > 0 {
		at = o.counts(c).Add(c.FlaggedAt, per*time.Duration(c.Level+1))
	}
	if d, ok := o.Deadline(c); ok && c.Level == 0 && (at.IsZero() || d.At.Before(at)) {
		at = d.At
	}
	return at, !at.IsZero()
}

// expires is when the moment for an answer has passed, in plain time.
func (o *Office) expires(c cases.Case) (time.Time, bool) {
	if o.Policy.ExpireAfter <= 0 || c.FlaggedAt.IsZero() || c.State == cases.Failed || c.State == cases.Unsure {
		return time.Time{}, false
	}
	return c.FlaggedAt.Add(o.Policy.ExpireAfter), true
}

// alarm is the next step of the chain after now, for a case that was reminded n
// times at its level: a reminder, a warning before the deadline, the next
// level, or the end. Zero when nothing is left to do.
func (o *Office) alarm(c cases.Case, n int, now time.Time) (time.Time, string) {
	cal, p := o.counts(c), o.Policy
	var next time.Time
	why := ""
	soonest := func(at time.Time, what string) {
		if at.After(now) && (next.IsZero() || at.Before(next)) {
			next, why = at, what
		}
	}
	if at, ok := o.climbs(c); ok {
		if !at.After(now) {
			// Overdue for more than one level, as after a long downtime: the
			// people it reached now get a chance to act first.
			at = cal.Add(now, max(p.RemindAfter, time.Minute))
		}
		soonest(at, WakeEscalate)
	}
	if d, ok := o.Deadline(c); ok {
		soonest(d.Warn, WakeWarn)
	}
	if n < p.RemindTimes && p.RemindAfter > 0 {
		soonest(cal.Add(now, p.RemindAfter<<min(n, 10)), WakeRemind)
	}
	if at, ok := o.expires(c); ok {
		soonest(at.Add(time.Second), WakeExpire)
	}
	return next, why
}

// opening is when a case that nobody answers now is taken up: false while the
// business is open, or when it does not wait.
func (o *Office) opening(c cases.Case, now time.Time) (time.Time, bool) {
	cal := o.counts(c)
	if cal.Open(now) {
		return time.Time{}, false
	}
	return cal.NextOpen(now)
}

// holds reports whether a new case rests until opening instead of being shown
// at night, and until when.
func (o *Office) holds(c cases.Case, now time.Time) (time.Time, bool) {
	if !o.Policy.Hold || c.Score.Severity > o.Policy.HoldUpTo {
		return time.Time{}, false
	}
	return o.opening(c, now)
}

// since is how long ago something was, for a note of the history.
func since(t, now time.Time) string { return fmt.Sprint(now.Sub(t).Round(time.Minute)) }

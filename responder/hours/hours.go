// Package hours counts in business time: several ranges a day, any weekend,
// holidays, other hours in Ramadan, in the zone of a branch. It is a pure
// function of a calendar and instants; clock changes are the zone's own.
package hours

import (
	"cmp"
	"slices"
	"time"
)

// Clock is a time of day in minutes after midnight, 0..1440.
type Clock int

// At makes a Clock of hours and minutes.
func At(hour, minute int) Clock { return Clock(hour*60 + minute) }

// Range is one stretch of opening. A range whose To is not after its From runs
// into the next day: 18:00–02:00.
type Range struct{ From, To Clock }

// Week holds the ranges of each weekday, indexed by time.Weekday. A day
// without ranges is closed.
type Week [7][]Range

// Date is a calendar day without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the local day of an instant that already carries its zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// Before orders days.
func (d Date) Before(o Date) bool {
	return cmp.Or(cmp.Compare(d.Year, o.Year), cmp.Compare(int(d.Month), int(o.Month)), cmp.Compare(d.Day, o.Day)) < 0
}

// next is the following calendar day. Noon UTC has no clock changes.
func (d Date) next() Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+1, 12, 0, 0, 0, time.UTC))
}

func (d Date) previous() Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day-1, 12, 0, 0, 0, time.UTC))
}

func (d Date) weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).Weekday()
}

// Profile is a season with hours of its own, such as Ramadan: from and to are
// both included.
type Profile struct {
	Name     string
	From, To Date
	Week     Week
}

// Calendar says when a branch is open. A calendar without any range is always
// open: a business that wrote no hours is counted around the clock.
type Calendar struct {
	Zone     *time.Location
	Week     Week
	Profiles []Profile       // the first that fits a day replaces Week
	Holidays map[Date]string // closed all day, whatever Week says
}

// horizon bounds the search for an opening: a calendar that is closed for two
// years is closed for good.
const horizon = 2 * 366

// always reports whether no hours were written at all.
func (c *Calendar) always() bool {
	if c == nil {
		return true
	}
	for _, day := range c.Week {
		if len(day) > 0 {
			return false
		}
	}
	for _, p := range c.Profiles {
		for _, day := range p.Week {
			if len(day) > 0 {
				return false
			}
		}
	}
	return true
}

// span is one stretch of opening as instants, half open.
type span struct{ from, to time.Time }

// spans lists the stretches that begin on a local day, in order and without
// overlap.
func (c *Calendar) spans(d Date) []span {
	if _, closed := c.Holidays[d]; closed {
		return nil
	}
	week := c.Week
	for _, p := range c.Profiles {
		if !d.Before(p.From) && !p.To.Before(d) {
			week = p.Week
			break
		}
	}
	var out []span
	for _, r := range week[d.weekday()] {
		end := d
		if r.To <= r.From {
			end = d.next()
		}
		s := span{c.instant(d, r.From), c.instant(end, r.To)}
		if s.from.Before(s.to) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b span) int { return a.from.Compare(b.from) })
	return out
}

// instant is a local time of day as an instant. A time that a clock change
// skips is the moment of the change; one that comes twice is its first.
func (c *Calendar) instant(d Date, at Clock) time.Time {
	t := time.Date(d.Year, d.Month, d.Day, 0, int(at), 0, 0, c.Zone)
	if want := int(at) % (24 * 60); t.Hour()*60+t.Minute() == want {
		// A time that comes twice: Go may pick either, we take the first.
		if early := t.Add(-time.Hour); early.Hour() == t.Hour() && early.Minute() == t.Minute() {
			return early
		}
		return t
	}
	// Skipped: walk back to the last instant that is still before the wanted
	// time of day, then to the change itself, minute by minute at most 3 hours.
	change := t
	for range 180 {
		before := change.Add(-time.Minute)
		_, a := before.Zone()
		_, b := change.Zone()
		if a != b {
			return change
		}
		change = before
	}
	return t
}

// around lists the merged stretches of opening that touch the days from the
// one before t on, until enough says stop.
func (c *Calendar) around(t time.Time, stop func(span) bool) {
	d := DateOf(t.In(c.Zone)).previous() // a night range of yesterday may still run
	var open *span
	for range horizon {
		for _, s := range c.spans(d) {
			if open != nil && !s.from.After(open.to) {
				if s.to.After(open.to) {
					open.to = s.to
				}
				continue
			}
			if open != nil && stop(*open) {
				return
			}
			open = &s
		}
		d = d.next()
		// What is open can only grow by ranges of the next day.
		if open != nil && open.to.Before(c.instant(d, 0)) {
			if stop(*open) {
				return
			}
			open = nil
		}
	}
	if open != nil {
		stop(*open)
	}
}

// Open reports whether the branch is open at an instant.
func (c *Calendar) Open(t time.Time) bool {
	if c.always() {
		return true
	}
	next, ok := c.NextOpen(t)
	return ok && next.Equal(t)
}

// NextOpen is t itself while open, else the next opening; false when the
// calendar never opens again.
func (c *Calendar) NextOpen(t time.Time) (time.Time, bool) {
	if c.always() {
		return t, true
	}
	var at time.Time
	found := false
	c.around(t, func(s span) bool {
		if !s.to.After(t) {
			return false
		}
		at, found = s.from, true
		if s.from.Before(t) {
			at = t
		}
		return true
	})
	return at, found
}

// Add is the instant at which d of business time has passed since t. With d
// zero or less it is t. A calendar that never opens answers t plus d, so that
// a deadline always exists.
func (c *Calendar) Add(t time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return t
	}
	if c.always() {
		return t.Add(d)
	}
	left, end, found := d, time.Time{}, false
	c.around(t, func(s span) bool {
		from := s.from
		if from.Before(t) {
			from = t
		}
		if !from.Before(s.to) {
			return false
		}
		if open := s.to.Sub(from); left > open {
			left -= open
			return false
		}
		end, found = from.Add(left), true
		return true
	})
	if !found {
		return t.Add(d)
	}
	return end
}

// Between is the business time from a to b; negative when b is before a.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	if c.always() {
		return b.Sub(a)
	}
	var sum time.Duration
	c.around(a, func(s span) bool {
		from, to := s.from, s.to
		if from.Before(a) {
			from = a
		}
		if to.After(b) {
			to = b
		}
		if from.Before(to) {
			sum += to.Sub(from)
		}
		return !s.to.Before(b)
	})
	return sum
}

package digest

import "time"

// Span is what a digest tells of: one local day, or several in a row.
type Span struct {
	From, To time.Time // half open, both the first instant of a local day
}

// Day is the local day that contains t.
func Day(t time.Time) Span { return Days(t, 1) }

// Days is the local day that contains t and those before it, n in all.
func Days(t time.Time, n int) Span {
	last := StartOfDay(t)
	return Span{From: addDays(last, 1-n), To: addDays(last, 1)}
}

// Month is the calendar month that contains t.
func Month(t time.Time) Span {
	y, m, _ := t.Date()
	return Span{From: dayAt(y, m, 1, t.Location()), To: dayAt(y, m+1, 1, t.Location())}
}

// Length is how many local days the span has.
func (s Span) Length() int {
	n := 0
	for d := s.From; d.Before(s.To); d = addDays(d, 1) {
		n++
	}
	return n
}

// Last is the first instant of the last day.
func (s Span) Last() time.Time { return addDays(s.To, -1) }

// has reports whether t is in the span.
func (s Span) has(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// before is the span of as many days just before this one.
func (s Span) before() Span { return Span{From: addDays(s.From, -s.Length()), To: s.From} }

// StartOfDay is the first instant of the local day that contains t. It is not
// always midnight: clocks that go forward at midnight skip it, clocks that go
// back just after it have it twice.
func StartOfDay(t time.Time) time.Time {
	y, m, d := t.Date()
	return dayAt(y, m, d, t.Location())
}

// addDays moves from one start of a day to another.
func addDays(start time.Time, n int) time.Time {
	y, m, d := start.Date()
	return dayAt(y, m, d+n, start.Location())
}

// step is what the differences between time zones are multiples of.
const step = 15 * time.Minute

// dayAt finds the first instant of a date. time.Date picks either side of a
// gap or an overlap, so the instants around its answer are looked at; a date
// that a zone skipped whole begins with the day after it.
func dayAt(y int, m time.Month, d int, zone *time.Location) time.Time {
	noon := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	y, m, d = noon.Date() // 32 January is 1 February
	start := time.Date(y, m, d, 0, 0, 0, 0, zone)
	for earlier(start, y, m, d) {
		start = start.Add(step)
	}
	for prev := start.Add(-step); !earlier(prev, y, m, d); prev = prev.Add(-step) {
		start = prev
	}
	return start
}

// earlier reports whether t lies on a date before the one given.
func earlier(t time.Time, y int, m time.Month, d int) bool {
	ty, tm, td := t.Date()
	switch {
	case ty != y:
		return ty < y
	case tm != m:
		return tm < m
	}
	return td < d
}

// Due is when a digest is due on the local day that contains t: at a time of
// day, or at the first instant of the day when clocks skip that time.
func Due(t time.Time, hour, minute int) time.Time {
	y, m, d := t.Date()
	due := time.Date(y, m, d, hour, minute, 0, 0, t.Location())
	if start := StartOfDay(t); due.Before(start) {
		return start
	}
	return due
}

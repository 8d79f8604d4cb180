package promise

import (
	"strconv"
	"strings"
	"time"
)

// due is the time a clause names: a length from now, or a day, a time of day,
// or both together in either order.
func (f *Finder) due(c clause, now time.Time, working func(time.Time) bool) (time.Time, bool) {
	var day, clock *time.Time
	for i := 0; i < len(c); {
		if t, n := f.length(c, i, now, working); n > 0 {
			return t, true
		}
		if t, n := f.day(c, i, now); n > 0 {
			if day == nil {
				day = &t
			}
			i += n
			continue
		}
		if t, n := f.clock(c, i, now); n > 0 {
			if clock == nil {
				clock = &t
			}
			i += n
			continue
		}
		i++
	}
	switch {
	case day != nil && clock != nil:
		y, m, d := day.Date()
		return time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, now.Location()), true
	case day != nil:
		return *day, true
	case clock != nil:
		if !clock.After(now) { // "by 9" said at ten means tomorrow
			return clock.AddDate(0, 0, 1), true
		}
		return *clock, true
	}
	return time.Time{}, false
}

// endOf is the last second of a day.
func endOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 23, 59, 59, 0, t.Location())
}

// length reads "within N units" at word i.
func (f *Finder) length(c clause, i int, now time.Time, working func(time.Time) bool) (time.Time, int) {
	_, n := f.match("within", c, i)
	if n == 0 {
		return time.Time{}, 0
	}
	at := i + n
	for at < len(c) {
		if _, n := f.match("within", c, at); n > 0 { // في خلال
			at += n
			continue
		}
		if _, n := f.span(c, at); n > 0 {
			break
		}
		_, n := f.match("filler", c, at)
		if n == 0 {
			break
		}
		at += n
	}
	s, n := f.span(c, at)
	if n == 0 {
		return time.Time{}, 0
	}
	at += n
	if s.working {
		return workdays(now, int(s.count), working), at - i
	}
	switch s.unit {
	case "minute":
		return now.Add(time.Duration(s.count * float64(time.Minute))).Truncate(time.Second), at - i
	case "hour":
		return now.Add(time.Duration(s.count * float64(time.Hour))).Truncate(time.Second), at - i
	case "week":
		s.count *= 7
	}
	return now.AddDate(0, 0, int(s.count)), at - i
}

// workdays is the end of the nth working day after today.
func workdays(now time.Time, n int, working func(time.Time) bool) time.Time {
	d := now
	for range 400 { // a business that never works again keeps no promise
		if n <= 0 {
			break
		}
		d = d.AddDate(0, 0, 1)
		if working(d) {
			n--
		}
	}
	return endOf(d)
}

// spanned is a length of time in words.
type spanned struct {
	count   float64
	unit    string
	working bool
}

// span reads a length at word i: "24 hours", "ساعتين", "three working days",
// "ثلاثة أيام عمل", "half an hour", "a week".
func (f *Finder) span(c clause, i int) (spanned, int) {
	s := spanned{count: 1}
	at := i
	if v, n := f.match("span", c, at); n > 0 {
		count, unit, _ := strings.Cut(v, " ")
		s.count, _ = strconv.ParseFloat(count, 64)
		s.unit = unit
		at += n
	} else {
		if count, n := f.number(c, at); n > 0 {
			s.count = count
			at += n
		}
		if _, n := f.match("working", c, at); n > 0 && at > i {
			s.working = true
			at += n
		}
		v, n := f.match("unit", c, at)
		if n == 0 {
			return s, 0
		}
		s.unit = v
		at += n
	}
	if _, n := f.match("working", c, at); n > 0 && s.unit == "day" {
		s.working = true
		at += n
	}
	return s, at - i
}

// maxCount bounds numbers: nobody promises something in a thousand days.
const maxCount = 1000

// number reads a count at word i, in digits or words.
func (f *Finder) number(c clause, i int) (float64, int) {
	if i >= len(c) {
		return 0, 0
	}
	if v, err := strconv.ParseFloat(c[i].text, 64); err == nil && v > 0 && v <= maxCount {
		return v, 1
	}
	v, n := f.match("number", c, i)
	if n == 0 {
		return 0, 0
	}
	count, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return 0, 0
	}
	return count, n
}

// day reads a day at word i and returns its end: "tomorrow", "by Sunday",
// "قبل يوم الأحد", "3 December", "the end of the month".
func (f *Finder) day(c clause, i int, now time.Time) (time.Time, int) {
	if _, n := f.match("monthend", c, i); n > 0 {
		y, m, _ := now.Date()
		return endOf(time.Date(y, m+1, 0, 12, 0, 0, 0, now.Location())), n
	}
	if v, n := f.match("day", c, i); n > 0 {
		ahead, _ := strconv.Atoi(v)
		return endOf(now.AddDate(0, 0, ahead)), n
	}
	at := i
	for at < len(c) { // by the, قبل يوم
		_, n := f.match("by", c, at)
		if n == 0 {
			break
		}
		at += n
	}
	if at == i {
		return time.Time{}, 0
	}
	if v, n := f.match("weekday", c, at); n > 0 {
		want, _ := strconv.Atoi(v)
		ahead := (want-int(now.Weekday())+6)%7 + 1 // strictly after today
		return endOf(now.AddDate(0, 0, ahead)), at + n - i
	}
	if t, n := f.date(c, at, now); n > 0 {
		return t, at + n - i
	}
	return time.Time{}, 0
}

// date reads "3 December" or "December 10": the next one that comes.
func (f *Finder) date(c clause, i int, now time.Time) (time.Time, int) {
	if i+1 >= len(c) {
		return time.Time{}, 0
	}
	dayOf := func(j int) int {
		if j >= len(c) {
			return 0
		}
		text := c[j].text
		for _, th := range []string{"st", "nd", "rd", "th"} {
			text = strings.TrimSuffix(text, th)
		}
		d, err := strconv.Atoi(text)
		if err != nil || d < 1 || d > 31 {
			return 0
		}
		return d
	}
	d := dayOf(i)
	var month string
	var n int
	if d > 0 {
		month, n = f.match("month", c, i+1)
	} else if month, n = f.match("month", c, i); n > 0 {
		d = dayOf(i + n)
	}
	m, err := strconv.Atoi(month)
	if n == 0 || d == 0 || err != nil {
		return time.Time{}, 0
	}
	t := time.Date(now.Year(), time.Month(m), d, 12, 0, 0, 0, now.Location())
	if endOf(t).Before(now) {
		t = t.AddDate(1, 0, 0)
	}
	return endOf(t), n + 1
}

// clock reads a time of day at word i, on today's date: "by 5 pm", "before
// noon", "قبل الساعة ٥ مساء", "قبل الخامسة مساءً", "by 19:00".
func (f *Finder) clock(c clause, i int, now time.Time) (time.Time, int) {
	_, n := f.match("by", c, i)
	if n == 0 {
		return time.Time{}, 0
	}
	at := i + n
	if at < len(c) && (c[at].text == "الساعه" || c[at].text == "ساعه") {
		at++
	}
	if at >= len(c) {
		return time.Time{}, 0
	}
	if _, n := f.match("noon", c, at); n > 0 {
		return onDay(now, 12, 0), at + n - i
	}
	hour, minute, n := f.hour(c, at)
	if n == 0 {
		return time.Time{}, 0
	}
	exact := strings.Contains(c[at].text, ":")
	at += n
	half, n := f.match("half", c, at)
	switch {
	case n == 0 && !exact && !arabic(c[at-1].text):
		return time.Time{}, 0 // "by 5" may be five of anything
	case half == "pm" && hour < 12:
		hour += 12
	case half == "am" && hour == 12:
		hour = 0
	case n == 0 && !exact && hour < 8:
		hour += 12 // "قبل الخامسة" of a shop is in the afternoon
	}
	return onDay(now, hour, minute), at + n - i
}

// hour reads the hour of a time of day.
func (f *Finder) hour(c clause, i int) (hour, minute, n int) {
	if v, n := f.match("clock", c, i); n > 0 {
		hour, _ = strconv.Atoi(v)
		return hour, 0, n
	}
	h, m, timed := strings.Cut(strings.ReplaceAll(c[i].text, ".", ":"), ":")
	hour, err := strconv.Atoi(h)
	if err != nil || hour < 0 || hour > 24 {
		return 0, 0, 0
	}
	if timed {
		if minute, err = strconv.Atoi(m); err != nil || len(m) != 2 || minute > 59 {
			return 0, 0, 0
		}
	}
	return hour, minute, 1
}

func onDay(t time.Time, hour, minute int) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, hour, minute, 0, 0, t.Location())
}

func arabic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x600 && r <= 0x6ff })
}

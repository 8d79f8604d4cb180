package hours

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Bounds of a holiday file: a calendar of public holidays has some hundred
// days; more is another kind of calendar.
const (
	maxICal     = 1 << 20 // bytes
	maxHolidays = 5000    // days
	maxSpan     = 60      // days of one event
	yearsAhead  = 20      // how far a yearly holiday is written out
)

// Holidays reads the whole-day events of an iCalendar file (RFC 5545) as
// closed days with their names. Events with a time of day are no holidays and
// are passed over; so is what was cancelled. A rule of repetition other than
// "every year" is an error, because leaving it out would open a closed day.
func Holidays(r io.Reader) (map[Date]string, error) {
	lines, err := unfold(r)
	if err != nil {
		return nil, err
	}
	p := icalReader{days: map[Date]string{}}
	for i, l := range lines {
		if err := p.line(l); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if !p.calendar {
		return nil, errors.New("no BEGIN:VCALENDAR: this is not an iCal file")
	}
	if len(p.inside) > 0 {
		return nil, fmt.Errorf("the file ends inside %s: it is cut off", p.inside[len(p.inside)-1])
	}
	return p.days, nil
}

// unfold puts long lines together again: a line that begins with a space or a
// tab continues the one before (RFC 5545, 3.1). Line numbers are kept by empty
// lines in place of the continuations.
func unfold(r io.Reader) ([]string, error) {
	limited := &io.LimitedReader{R: r, N: maxICal + 1}
	sc := bufio.NewScanner(limited)
	sc.Buffer(nil, maxICal+1)
	var lines []string
	last := -1
	for sc.Scan() {
		l := strings.TrimSuffix(strings.TrimPrefix(sc.Text(), "\ufeff"), "\r")
		if last >= 0 && (strings.HasPrefix(l, " ") || strings.HasPrefix(l, "\t")) {
			lines[last] += l[1:]
			lines = append(lines, "")
			continue
		}
		lines = append(lines, l)
		last = len(lines) - 1
	}
	if err := sc.Err(); err != nil {
		return nil, err
	}
	if limited.N <= 0 {
		return nil, fmt.Errorf("larger than %d KiB", maxICal>>10)
	}
	return lines, nil
}

// icalReader collects the closed days of one file.
type icalReader struct {
	calendar bool
	inside   []string // components, outermost first
	event    icalEvent
	days     map[Date]string
}

// icalEvent is one VEVENT under way.
type icalEvent struct {
	name                string
	from, to            Date // to is not included
	allDay, ended       bool
	yearly, called, bad bool
	rule                string
}

// line takes one unfolded line.
func (p *icalReader) line(l string) error {
	if strings.TrimSpace(l) == "" {
		return nil
	}
	head, value, ok := strings.Cut(l, ":")
	if !ok {
		return errors.New("no colon: this is not a line of an iCal file")
	}
	name, params, _ := strings.Cut(head, ";")
	name, params = strings.ToUpper(strings.TrimSpace(name)), strings.ToUpper(params)
	switch name {
	case "BEGIN":
		return p.begin(strings.ToUpper(strings.TrimSpace(value)))
	case "END":
		return p.end(strings.ToUpper(strings.TrimSpace(value)))
	}
	if len(p.inside) == 0 || p.inside[len(p.inside)-1] != "VEVENT" {
		return nil
	}
	return p.event.property(name, params, strings.TrimSpace(value))
}

func (p *icalReader) begin(component string) error {
	if len(p.inside) > 8 {
		return errors.New("components inside components without end")
	}
	p.calendar = p.calendar || component == "VCALENDAR"
	p.inside = append(p.inside, component)
	if component == "VEVENT" {
		p.event = icalEvent{}
	}
	return nil
}

func (p *icalReader) end(component string) error {
	if len(p.inside) == 0 || p.inside[len(p.inside)-1] != component {
		return fmt.Errorf("END:%s without its BEGIN", component)
	}
	p.inside = p.inside[:len(p.inside)-1]
	if component != "VEVENT" {
		return nil
	}
	return p.event.into(p.days)
}

func (e *icalEvent) property(name, params, value string) (err error) {
	switch name {
	case "DTSTART":
		if strings.Contains(params, "VALUE=DATE") && !strings.Contains(params, "VALUE=DATE-TIME") || len(value) == 8 {
			e.allDay = true
			e.from, err = icalDate(value)
		}
	case "DTEND":
		if len(value) == 8 {
			e.ended = true
			e.to, err = icalDate(value)
		}
	case "SUMMARY":
		e.name = strings.NewReplacer(`\,`, ",", `\;`, ";", `\n`, " ", `\N`, " ", `\\`, `\`).Replace(value)
	case "STATUS":
		e.called = strings.EqualFold(value, "CANCELLED")
	case "RRULE":
		e.rule = strings.TrimSuffix(strings.ToUpper(value), ";")
		e.yearly = e.rule == "FREQ=YEARLY" || e.rule == "FREQ=YEARLY;INTERVAL=1"
		e.bad = !e.yearly
	case "RDATE", "EXDATE":
		e.rule, e.bad = name, true
	}
	return err
}

func icalDate(s string) (Date, error) {
	t, err := time.Parse("20060102", s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a day like 20261231", s)
	}
	return DateOf(t), nil
}

// into adds the days of a finished event.
func (e *icalEvent) into(days map[Date]string) error {
	if !e.allDay || e.called {
		return nil
	}
	if e.bad {
		return fmt.Errorf("%q repeats by a rule (%s) that is not read here: write its days out", e.name, e.rule)
	}
	if !e.ended || !e.from.Before(e.to) {
		e.to = e.from.next()
	}
	years := 1
	if e.yearly {
		years = yearsAhead
	}
	for y := range years {
		n := 0
		for d := e.from.plusYears(y); d.Before(e.to.plusYears(y)); d = d.next() {
			if n++; n > maxSpan {
				return fmt.Errorf("%q lasts more than %d days", e.name, maxSpan)
			}
			days[d] = e.name
		}
	}
	if len(days) > maxHolidays {
		return fmt.Errorf("more than %d days", maxHolidays)
	}
	return nil
}

func (d Date) plusYears(n int) Date {
	return DateOf(time.Date(d.Year+n, d.Month, d.Day, 12, 0, 0, 0, time.UTC))
}

package config

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rasid/responder/hours"
)

// Hours says when the business answers. Targets, reminders and levels count
// only these hours; left out, they count around the clock.
type Hours struct {
	// Days are the opening ranges of each day, like {sun-thu: ["09:00-12:30",
	// "16:00-22:00"], fri: ["16:00-02:00"]}; a day that is not named is closed.
	Days map[string][]Range `yaml:"days"`
	// Holidays are days that are closed whatever days says.
	Holidays []Day `yaml:"holidays"`
	// HolidaysFile is an iCal file (.ics) whose whole-day events are closed too.
	HolidaysFile string `yaml:"holidays_file"`
	// Seasons are times of the year with other days, such as Ramadan.
	Seasons []Season `yaml:"seasons"`

	closed map[hours.Date]string // from holidays_file
}

// Season is a time of the year with opening ranges of its own.
type Season struct {
	// Name is what the season is called: ramadan.
	Name string `yaml:"name"`
	// From is the first day.
	From Day `yaml:"from"`
	// To is the last day.
	To Day `yaml:"to"`
	// Days are the opening ranges of each day; a day that is not named is
	// closed.
	Days map[string][]Range `yaml:"days"`
}

// Branch is a place of the business with hours or a time zone of its own.
type Branch struct {
	// Name is how sources call the branch.
	Name string `yaml:"name"`
	// Zone is its time zone; left out, business.zone.
	Zone Zone `yaml:"zone"`
	// Hours are its hours; left out, business.hours in the zone of the branch.
	Hours Hours `yaml:"hours"`
}

// Range is one stretch of opening; one that ends before it begins runs into
// the next day.
type Range struct{ From, To hours.Clock }

// UnmarshalText reads HH:MM-HH:MM.
func (g *Range) UnmarshalText(text []byte) error {
	from, to, ok := strings.Cut(strings.ReplaceAll(string(text), "–", "-"), "-")
	a, okFrom := clockOf(from)
	b, okTo := clockOf(to)
	if !ok || !okFrom || !okTo || a == hours.At(24, 0) {
		return wrong(fmt.Sprintf("%q is not a range of hours", text), `two times of 24 hours, like "09:00-17:00"`)
	}
	if a == b {
		return wrong(fmt.Sprintf("%q has no length", text), `"00:00-24:00" for a whole day, or remove the range`)
	}
	g.From, g.To = a, b
	return nil
}

// clockOf reads HH:MM; 24:00 is the end of a day.
func clockOf(s string) (hours.Clock, bool) {
	h, m, ok := strings.Cut(strings.TrimSpace(s), ":")
	hour, err1 := strconv.ParseUint(h, 10, 8)
	minute, err2 := strconv.ParseUint(m, 10, 8)
	c := hours.At(int(hour&0xff), int(minute&0xff))
	return c, ok && len(m) == 2 && err1 == nil && err2 == nil && minute < 60 && c <= hours.At(24, 0)
}

// weekdays are the names of days as keys spell them.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// weekdaysOf reads "fri", "sun-thu" or "fri,sat".
func weekdaysOf(key string) ([]time.Weekday, bool) {
	var days []time.Weekday
	for part := range strings.SplitSeq(strings.ToLower(key), ",") {
		from, to, ranged := strings.Cut(strings.TrimSpace(part), "-")
		a := slices.Index(weekdays, from)
		b := a
		if ranged {
			b = slices.Index(weekdays, to)
		}
		if a < 0 || b < 0 {
			return nil, false
		}
		for d := a; ; d = (d + 1) % 7 {
			days = append(days, time.Weekday(d))
			if d == b {
				break
			}
		}
	}
	return days, true
}

// daysMeant writes the days of a key as this file names them: "sunday-thursday",
// "الأحد-الخميس"; "" when they are no days either.
func daysMeant(key string) string {
	arabic := []string{"حد", "ثنين", "ثلاث", "ربع", "خميس", "جمع", "سبت"}
	short := strings.ReplaceAll(plainly(key), "،", ",")
	short = regexp.MustCompile(`\pL+`).ReplaceAllStringFunc(short, func(word string) string {
		for i, day := range weekdays {
			if strings.HasPrefix(strings.ToLower(word), day) || strings.Contains(word, arabic[i]) {
				return day
			}
		}
		return word
	})
	if _, ok := weekdaysOf(short); !ok {
		return ""
	}
	return short
}

// week turns the days of the file into a week; the check has seen them.
func week(days map[string][]Range) hours.Week {
	var w hours.Week
	for key, ranges := range days {
		list, _ := weekdaysOf(key)
		for _, d := range list {
			for _, g := range ranges {
				w[d] = append(w[d], hours.Range{From: g.From, To: g.To})
			}
		}
	}
	return w
}

// written reports whether any of the section stands in the file.
func (h Hours) written() bool {
	return len(h.Days) > 0 || len(h.Holidays) > 0 || h.HolidaysFile != "" || len(h.Seasons) > 0
}

// Calendar is the hours in a zone; nil when none were written: then every
// hour counts.
func (h Hours) Calendar(zone *time.Location) *hours.Calendar {
	if !h.written() {
		return nil
	}
	c := &hours.Calendar{Zone: zone, Week: week(h.Days), Holidays: map[hours.Date]string{}}
	maps.Copy(c.Holidays, h.closed)
	for _, d := range h.Holidays {
		c.Holidays[hours.DateOf(d.Time)] = "holiday"
	}
	for _, s := range h.Seasons {
		c.Profiles = append(c.Profiles, hours.Profile{Name: s.Name, From: hours.DateOf(s.From.Time), To: hours.DateOf(s.To.Time), Week: week(s.Days)})
	}
	return c
}

// Shift is when a person works; nil is always.
func (p Person) Shift(zone *time.Location) *hours.Calendar {
	if len(p.Shifts) == 0 {
		return nil
	}
	return &hours.Calendar{Zone: zone, Week: week(p.Shifts)}
}

// Calendar is the hours of a branch; "" is the business itself.
func (c *Config) Calendar(branch string) *hours.Calendar {
	for _, b := range c.Branches {
		if b.Name != branch {
			continue
		}
		zone := c.Business.Zone.Location
		if b.Zone.Location != nil {
			zone = b.Zone.Location
		}
		if b.Hours.written() {
			return b.Hours.Calendar(zone)
		}
		return c.Business.Hours.Calendar(zone)
	}
	return c.Business.Hours.Calendar(c.Business.Zone.Location)
}

// checkHours looks over the hours of the business and of each branch.
func (r *reader) checkHours(c *Config) {
	r.checkWeek("business.hours", &c.Business.Hours)
	taken := map[string]int{}
	for i := range c.Branches {
		path := fmt.Sprintf("branches[%d]", i)
		r.named(path+".name", c.Branches[i].Name, taken, i)
		r.checkWeek(path+".hours", &c.Branches[i].Hours)
	}
}

// branchExists looks that a source names a branch there is.
func (r *reader) branchExists(c *Config, path, name string) {
	var names []string
	for _, b := range c.Branches {
		if b.Name == name || name == "" {
			return
		}
		names = append(names, b.Name)
	}
	if name == "" {
		return
	}
	write := orList(names)
	if write == "" {
		write = "the branch under branches: first"
	}
	r.fault(path, fmt.Sprintf("there is no branch %q%s", name, hint(name, names)), write)
}

func (r *reader) checkWeek(path string, h *Hours) {
	r.checkDays(path+".days", h.Days)
	open := anyRange(h.Days)
	for i, s := range h.Seasons {
		at := fmt.Sprintf("%s.seasons[%d]", path, i)
		r.checkSeason(at, s, h.Seasons[:i])
		open = open || anyRange(s.Days)
	}
	if h.written() && !open && !r.has(path) {
		r.fault(path, "no opening hours, so holidays and seasons mean nothing", `days: {sun-thu: ["09:00-17:00"]}`)
	}
	if h.HolidaysFile != "" {
		r.readHolidays(path+".holidays_file", h)
	}
}

func anyRange(days map[string][]Range) bool {
	for _, ranges := range days {
		if len(ranges) > 0 {
			return true
		}
	}
	return false
}

func (r *reader) checkSeason(path string, s Season, earlier []Season) {
	switch {
	case s.From.IsZero():
		r.fault(path+".from", "no first day", "from: 2027-02-08")
	case s.To.IsZero():
		r.fault(path+".to", "no last day", "to: 2027-03-09")
	case s.To.Before(s.From.Time):
		r.fault(path+".to", "the last day is before the first", "a day after "+s.From.Format(time.DateOnly))
	}
	if blank(s.Name) {
		r.fault(path+".name", "no name", "what the season is called, like ramadan")
	}
	for _, e := range earlier {
		if !s.From.After(e.To.Time) && !e.From.After(s.To.Time) {
			r.fault(path, fmt.Sprintf("it overlaps %s, so two sets of hours would hold on one day", e.Name), "days that do not overlap")
		}
	}
	r.checkDays(path+".days", s.Days)
}

// checkDays looks that every key names days, each once, and that the ranges of
// a day do not overlap.
func (r *reader) checkDays(path string, days map[string][]Range) {
	by := map[time.Weekday]string{}
	for _, key := range slices.Sorted(maps.Keys(days)) {
		at := below(path, shown(key))
		list, ok := weekdaysOf(key)
		if !ok {
			r.fault(at, fmt.Sprintf("%q names no days", shown(key)), cmp.Or(daysMeant(key), "sun, mon, tue, wed, thu, fri or sat, a stretch like sun-thu, or several like fri,sat"))
			continue
		}
		for _, d := range list {
			if other, twice := by[d]; twice {
				r.fault(at, fmt.Sprintf("%s stands under %s already", weekdays[d], other), "each day once")
			}
			by[d] = key
		}
		ranges := slices.Clone(days[key])
		slices.SortFunc(ranges, func(a, b Range) int { return int(a.From - b.From) })
		for i := 1; i < len(ranges); i++ {
			if end := ranges[i-1].To; end <= ranges[i-1].From || end > ranges[i].From {
				r.fault(at, "two ranges of the same day overlap", "ranges one after the other")
			}
		}
	}
}

// readHolidays reads the iCal file beside config.yaml.
func (r *reader) readHolidays(path string, h *Hours) {
	name := h.HolidaysFile
	if !filepath.IsAbs(name) {
		name = filepath.Join(r.dir, name)
	}
	const write = "the path of an iCal file (.ics) with whole-day events"
	f, err := os.Open(name)
	if err != nil {
		r.fault(path, "the file cannot be read: "+reason(err), write)
		return
	}
	defer func() { _ = f.Close() }()
	if h.closed, err = hours.Holidays(f); err != nil {
		r.fault(path, "the file cannot be used: "+err.Error(), write)
	}
}

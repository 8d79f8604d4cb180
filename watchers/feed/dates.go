package feed

import (
	_ "embed" // months.tsv
	"regexp"
	"strconv"
	"strings"
	"time"

	"rasid/internal/fold"
	"rasid/internal/lines"
)

//go:embed months.tsv
var monthsTSV string

// ahead is how far in the future a date may lie before it is taken for now:
// clocks differ by minutes, not by hours.
const ahead = 5 * time.Minute

// dates reads the dates of one feed.
type dates struct {
	zone  *time.Location // of dates that name none
	words map[string]string
	pairs [][2]string // two-word names
}

func newDates(zone string) dates {
	loc, err := time.LoadLocation(zone)
	if err != nil { // Check has refused it already
		loc = time.UTC
	}
	d := dates{zone: loc, words: map[string]string{}}
	for _, line := range lines.Of(monthsTSV) {
		from, to, _ := strings.Cut(line, "\t")
		if strings.Contains(from, " ") {
			d.pairs = append(d.pairs, [2]string{from, to})
			continue
		}
		d.words[from] = to
	}
	return d
}

// zones are the abbreviations we believe. RFC 822 defines the American ones.
// AST is also Atlantic time, but here it is Arabia's: this program watches
// Arabic speakers, and a mistake only makes a mention look older.
var zones = map[string]string{
	"GMT": "+0000", "UTC": "+0000", "UT": "+0000", "Z": "+0000", "WET": "+0000",
	"EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600", "PST": "-0800", "PDT": "-0700",
	"CET": "+0100", "WEST": "+0100", "BST": "+0100", "CEST": "+0200", "EET": "+0200", "EEST": "+0300", "MSK": "+0300",
	"AST": "+0300", "KSA": "+0300", "GST": "+0400", "PKT": "+0500", "SGT": "+0800", "JST": "+0900", "AEST": "+1000",
}

var (
	dayFirst  = regexp.MustCompile(`^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})\b`)
	yearFirst = regexp.MustCompile(`^(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b`)
	weekday   = regexp.MustCompile(`(?i)^(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*\s+`)
	zoneWord  = regexp.MustCompile(`\s\(?([A-Z]{1,5})\)?$`)
	spaces    = regexp.MustCompile(`\s+`)
	glued     = regexp.MustCompile(`(?i)(\d)(am|pm)\b`)
	colonZone = regexp.MustCompile(`(?:GMT|UTC)?\s*([+-]\d{2}):?(\d{2})$`)
)

// parse reads a date. It reports false when the text names no real day, and
// leaves it to the caller to fall back to the time of first sight.
func (d dates) parse(s string, now time.Time) (time.Time, bool) {
	s = d.normalize(s)
	if s == "" || len(s) > 80 {
		return time.Time{}, false
	}
	if t, ok := unixTime(s); ok {
		return t, true
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return sane(t)
	}
	s = weekday.ReplaceAllString(s, "")
	if m := dayFirst.FindStringSubmatch(s); m != nil {
		return d.numeric(s[len(m[0]):], m[3], m[2], m[1], now)
	}
	if m := yearFirst.FindStringSubmatch(s); m != nil {
		s = m[1] + "-" + pad(m[2]) + "-" + pad(m[3]) + s[len(m[0]):]
	}
	return d.layouts(s)
}

// numeric reads day/month/year, as the Arab world and Europe write it, unless
// only month/day/year is possible, or only that does not lie in the future.
func (d dates) numeric(rest, year, month, day string, now time.Time) (time.Time, bool) {
	t, ok := d.layouts(year + "-" + pad(month) + "-" + pad(day) + rest)
	if ok && t.Before(now.Add(24*time.Hour)) {
		return t, true
	}
	if us, usOK := d.layouts(year + "-" + pad(day) + "-" + pad(month) + rest); usOK && (!ok || us.Before(now.Add(24*time.Hour))) {
		return us, true
	}
	return t, ok
}

// clocks are the times of day a date may carry, after normalising.
var clocks = []string{"", " 15:04:05", " 15:04", "T15:04:05", "T15:04", " 3:04:05 PM", " 3:04 PM", " 3 PM"}

// days are the ways to write the day itself.
var days = []string{"2 Jan 2006", "Jan 2 2006", "2006-01-02", "2-Jan-2006", "2 January 2006", "January 2 2006", "2 Jan 06", "2006 Jan 2"}

func (d dates) layouts(s string) (time.Time, bool) {
	offset := ""
	if m := zoneWord.FindStringSubmatchIndex(s); m != nil {
		word := s[m[2]:m[3]]
		if word != "AM" && word != "PM" {
			offset = zones[word] // an unknown one counts as none
			s = s[:m[0]]
		}
	}
	if m := colonZone.FindStringSubmatchIndex(s); m != nil && strings.Contains(s[:m[0]], ":") {
		offset = s[m[2]:m[3]] + s[m[4]:m[5]]
		s = strings.TrimSpace(s[:m[0]])
	}
	s = strings.TrimSuffix(s, "Z")
	for _, day := range days {
		for _, clock := range clocks {
			if offset == "" {
				if t, err := time.ParseInLocation(day+clock, s, d.zone); err == nil {
					return sane(t)
				}
			} else if t, err := time.Parse(day+clock+" -0700", s+" "+offset); err == nil {
				return sane(t)
			}
		}
	}
	// Mon Jan 2 15:04:05 2006: the weekday is gone already.
	if t, err := time.ParseInLocation("Jan 2 15:04:05 2006", s, d.zone); err == nil {
		return sane(t)
	}
	return time.Time{}, false
}

// normalize turns digits, month and day names and marks of Arabic into those
// of English, and drops commas, dots after months and direction marks.
func (d dates) normalize(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == 'أ' || r == 'إ' || r == 'آ' || r == 'ٱ':
			return 'ا'
		case r == '،' || r == ',' || r == '|':
			return ' '
		case r >= 0x064B && r <= 0x0652, r == 0x0640, r == 0x200E, r == 0x200F, r == 0x061C, r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return fold.Digit(r)
	}, s)
	s = strings.TrimSpace(spaces.ReplaceAllString(s, " "))
	s = strings.ReplaceAll(s, "ء ", " ") // مساءً
	for _, p := range d.pairs {
		s = strings.ReplaceAll(s, p[0], p[1])
	}
	words := strings.Fields(s)
	out := words[:0]
	for _, w := range words {
		if en, ok := d.words[w]; ok {
			w = en
		} else if en, ok := d.words[strings.TrimSuffix(w, "ء")]; ok {
			w = en
		}
		if w != "" && w != "-" && w != "at" {
			out = append(out, strings.TrimSuffix(w, "."))
		}
	}
	s = glued.ReplaceAllString(strings.Join(out, " "), "$1 $2")
	for _, p := range [][2]string{{" am", " AM"}, {" pm", " PM"}} {
		s = strings.ReplaceAll(s, p[0], p[1])
	}
	return s
}

// unixTime reads seconds, milliseconds or microseconds since 1970.
func unixTime(s string) (time.Time, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	switch len(s) {
	case 9, 10:
		return sane(time.Unix(n, 0))
	case 13:
		return sane(time.UnixMilli(n))
	case 16:
		return sane(time.UnixMicro(n))
	}
	return time.Time{}, false
}

// sane refuses the year 1, the exact epoch (a program's way to say "unknown"),
// and years that are of another calendar or of nobody's.
func sane(t time.Time) (time.Time, bool) {
	if t.Unix() == 0 || t.Year() < 1900 || t.Year() > 2200 {
		return time.Time{}, false
	}
	return t.UTC(), true
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

package config

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rasid/internal/fold"
)

// meantBy is what somebody probably meant by a value that cannot be read: the
// same value in the digits, signs and units this file is written in. It is ""
// when none of the guesses can be read either.
func meantBy(t reflect.Type, text string) string {
	legible := plainly(text)
	guesses := []string{legible}
	switch {
	case t == durationType:
		guesses = append(guesses, spanOf(legible))
	case t == reflect.TypeFor[Zone]():
		guesses = append(guesses, zoneOf(legible))
	case t == reflect.TypeFor[Day]():
		guesses = append(guesses, dayOf(legible))
	case t == reflect.TypeFor[Clock]():
		guesses = append(guesses, clockFace(legible))
	case t == reflect.TypeFor[Range]():
		if from, to, _ := strings.Cut(legible, "-"); !bare.MatchString(from) && !bare.MatchString(to) {
			guesses = append(guesses, clockFace(from)+"-"+clockFace(to)) // of 9-5 nobody knows the halves of the day
		}
	case t.Kind() == reflect.Float32, t.Kind() == reflect.Float64:
		guesses = append(guesses, fractionOf(legible))
	case t.Kind() == reflect.Bool:
		guesses = append(guesses, map[string]string{"نعم": "true", "لا": "false", "صح": "true", "خطأ": "false"}[legible])
	}
	for _, g := range guesses {
		if g != "" && g != text && set(reflect.New(t).Elem(), g) == nil {
			if strings.Contains(g, ":") {
				return strconv.Quote(g)
			}
			return g
		}
	}
	return ""
}

// plainly writes Arabic and Persian digits and signs as YAML reads them, takes
// curly quotes away, and what nobody sees.
func plainly(text string) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		switch {
		case c == '٫':
			return '.'
		case c == '−' || c == '–' || c == '—' || c == '‑':
			return '-'
		case hidden(c), strings.ContainsRune("“”„‟«»", c):
			return -1
		}
		return fold.Digit(c)
	}, text))
}

// hidden reports marks of direction and joining that have no place in a name,
// a number or an address, and that come with copied text.
func hidden(c rune) bool {
	return c == '\ufeff' || c >= '\u200b' && c <= '\u200f' || c >= '\u202a' && c <= '\u202e' || c >= '\u2060' && c <= '\u2069'
}

var (
	spoken = regexp.MustCompile(`^([0-9]+) ?(\pL+)\.?$`)
	dotted = regexp.MustCompile(`^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})$`)
	bare   = regexp.MustCompile(`^[0-9 ]*$`)
	face   = regexp.MustCompile(`(?i)^([0-9]{1,2})(?::([0-9]{2}))? ?(am|pm|ص|م)?$`)
)

// units are the words people write for a unit of time, by their beginning.
var units = []struct{ begins, unit string }{
	{"sec", "s"}, {"min", "m"}, {"hour", "h"}, {"hr", "h"}, {"day", "d"}, {"د", "m"}, {"ثا", "s"}, {"ثو", "s"}, {"سا", "h"}, {"يوم", "d"}, {"اي", "d"}, {"أي", "d"},
}

// spanOf reads "30 minutes" and "٥ دقائق".
func spanOf(text string) string {
	m := spoken.FindStringSubmatch(strings.ToLower(text))
	if m == nil {
		return ""
	}
	for _, u := range units {
		if strings.HasPrefix(m[2], u.begins) {
			return m[1] + u.unit
		}
	}
	return ""
}

// zoneOf finds the zone of a city, whatever its letters.
func zoneOf(text string) string {
	_, city, isPath := strings.Cut(text, "/")
	if !isPath {
		city = text
	}
	return cities[strings.ReplaceAll(strings.ToLower(city), " ", "_")]
}

// cities are names that people write for the zones of the region.
var cities = map[string]string{
	"riyadh": "Asia/Riyadh", "الرياض": "Asia/Riyadh", "jeddah": "Asia/Riyadh", "جدة": "Asia/Riyadh", "dammam": "Asia/Riyadh", "الدمام": "Asia/Riyadh",
	"mecca": "Asia/Riyadh", "مكة": "Asia/Riyadh", "medina": "Asia/Riyadh", "المدينة": "Asia/Riyadh", "saudi": "Asia/Riyadh", "السعودية": "Asia/Riyadh",
	"dubai": "Asia/Dubai", "دبي": "Asia/Dubai", "abu_dhabi": "Asia/Dubai", "أبوظبي": "Asia/Dubai", "sharjah": "Asia/Dubai", "muscat": "Asia/Muscat", "مسقط": "Asia/Muscat",
	"kuwait": "Asia/Kuwait", "الكويت": "Asia/Kuwait", "doha": "Asia/Qatar", "الدوحة": "Asia/Qatar", "qatar": "Asia/Qatar", "قطر": "Asia/Qatar",
	"bahrain": "Asia/Bahrain", "البحرين": "Asia/Bahrain", "manama": "Asia/Bahrain", "baghdad": "Asia/Baghdad", "بغداد": "Asia/Baghdad",
	"amman": "Asia/Amman", "عمان": "Asia/Amman", "beirut": "Asia/Beirut", "بيروت": "Asia/Beirut", "damascus": "Asia/Damascus", "دمشق": "Asia/Damascus",
	"jerusalem": "Asia/Jerusalem", "gaza": "Asia/Gaza", "aden": "Asia/Aden", "عدن": "Asia/Aden", "sanaa": "Asia/Aden", "صنعاء": "Asia/Aden",
	"cairo": "Africa/Cairo", "القاهرة": "Africa/Cairo", "egypt": "Africa/Cairo", "مصر": "Africa/Cairo", "khartoum": "Africa/Khartoum", "الخرطوم": "Africa/Khartoum",
	"tripoli": "Africa/Tripoli", "طرابلس": "Africa/Tripoli", "tunis": "Africa/Tunis", "تونس": "Africa/Tunis", "algiers": "Africa/Algiers", "الجزائر": "Africa/Algiers",
	"casablanca": "Africa/Casablanca", "الدار_البيضاء": "Africa/Casablanca", "rabat": "Africa/Casablanca", "الرباط": "Africa/Casablanca",
	"london": "Europe/London", "istanbul": "Europe/Istanbul", "utc": "UTC", "gmt": "UTC",
}

// dayOf reads 23/09/2026 (day first, as the region writes it) and 23 Sep 2026.
func dayOf(text string) string {
	if m := dotted.FindStringSubmatch(text); m != nil {
		return m[3] + "-" + two(m[2]) + "-" + two(m[1])
	}
	for _, form := range []string{"2 Jan 2006", "2 January 2006", "Jan 2, 2006", "January 2, 2006", "2006/1/2", "2006-1-2"} {
		if t, err := time.Parse(form, text); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}

// clockFace reads 7, 7:30, 9am and ٥ م.
func clockFace(text string) string {
	m := face.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return ""
	}
	hour, _ := strconv.Atoi(m[1])
	switch half := strings.ToLower(m[3]); {
	case (half == "pm" || half == "م") && hour < 12:
		hour += 12
	case (half == "am" || half == "ص") && hour == 12:
		hour = 0
	}
	minute := m[2]
	if minute == "" {
		minute = "00"
	}
	return two(strconv.Itoa(hour)) + ":" + minute
}

func two(digits string) string { return strings.Repeat("0", max(0, 2-len(digits))) + digits }

// fractionOf reads 50% and 0,5.
func fractionOf(text string) string {
	if n, isShare := strings.CutSuffix(strings.ReplaceAll(text, "٪", "%"), "%"); isShare {
		f, err := strconv.ParseFloat(strings.TrimSpace(n), 64)
		if err != nil {
			return ""
		}
		return strconv.FormatFloat(f/100, 'g', -1, 64)
	}
	return strings.Replace(text, ",", ".", 1)
}

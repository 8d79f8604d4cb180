package digest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
)

// speaker writes the numbers and dates of a language.
type speaker struct{ *phrases.Catalogue }

func (s speaker) arabic() bool { return s.Language == "ar" }

// digits writes a number that is already text with the digits of the language.
func (s speaker) digits(text string) phrases.Plain {
	if s.arabic() {
		text = phrases.ArabicDigits(strings.ReplaceAll(text, ".", "٫"))
	}
	return phrases.Plain(text)
}

// mean writes a mean with one decimal.
func (s speaker) mean(sum, n int) phrases.Plain {
	return s.digits(strconv.FormatFloat(float64(sum)/float64(n), 'f', 1, 64))
}

// percent writes a share of 0..1 as whole per cents.
func (s speaker) percent(share float64, signed bool) phrases.Plain {
	n := int(math.Round(share * 100))
	sign := "%"
	if s.arabic() {
		sign = "٪" + alm
	}
	if signed {
		return s.signed(n, sign)
	}
	return s.digits(strconv.Itoa(n) + sign)
}

// alm is the Arabic letter mark: it makes a sign stand before its number where
// reading begins at the right.
const alm = "\u061c"

// signed writes a difference with its sign, and what stands after it.
func (s speaker) signed(n int, after string) phrases.Plain {
	text := strings.Replace(strconv.Itoa(n), "-", "−", 1)
	if n > 0 {
		text = "+" + text
	}
	if s.arabic() {
		text = strings.NewReplacer("+", alm+"+", "−", alm+"−").Replace(text)
	}
	return s.digits(text + after)
}

// change writes a difference as an arrow and a count.
func (s speaker) change(now, before int) phrases.Plain {
	switch d := now - before; {
	case d > 0:
		return phrases.Plain("▲ " + s.Number(d))
	case d < 0:
		return phrases.Plain("▼ " + s.Number(-d))
	}
	return "="
}

// date writes a day in words.
func (s speaker) date(t time.Time) phrases.Plain {
	return phrases.Plain(s.Say("digest.date",
		"weekday", phrases.Plain(s.Say(fmt.Sprintf("digest.weekday.%d", t.Weekday()))), "day", s.digits(strconv.Itoa(t.Day())),
		"month", phrases.Plain(s.Say(fmt.Sprintf("digest.month.%d", t.Month()))), "year", s.digits(strconv.Itoa(t.Year()))))
}

// dates writes a span.
func (s speaker) dates(span Span) phrases.Plain {
	if span.Length() == 1 {
		return s.date(span.From)
	}
	return phrases.Plain(s.Say("digest.dates", "from", s.date(span.From), "to", s.date(span.Last())))
}

// moment writes a time of day, with its date where that is not the only day of
// the span.
func (s speaker) moment(t time.Time, span Span) phrases.Plain {
	clock := s.digits(t.Format("15:04"))
	if span.Length() == 1 && span.has(t) {
		return clock
	}
	return phrases.Plain(s.Say("digest.moment", "day", s.digits(strconv.Itoa(t.Day())), "month", s.plain(fmt.Sprintf("digest.month.%d", t.Month())), "time", clock))
}

// plain is a phrase put into another phrase.
func (s speaker) plain(key string) phrases.Plain { return phrases.Plain(s.Say(key)) }

// hour writes the beginning of an hour of the day.
func (s speaker) hour(h int) phrases.Plain { return s.digits(fmt.Sprintf("%d:00", h%24)) }

// quoted lists words of customers, each isolated and quoted.
func (s speaker) quoted(words []string) phrases.Plain {
	open, end, comma := "“", "”", ", "
	if s.arabic() {
		open, end, comma = "«", "»", "، "
	}
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = open + phrases.FSI + w + phrases.PDI + end
	}
	return phrases.Plain(strings.Join(parts, comma))
}

// topic names a topic.
func (s speaker) topic(t string) phrases.Plain {
	if t == "" || !s.Has("topic."+t) {
		t = "other"
	}
	return phrases.Plain(s.Say("topic." + t))
}

// excerpt is a stranger's text, shortened and made visible.
func excerpt(text string, n int) string { return responder.Excerpt(responder.Visible(text), n) }

// maxLink bounds the links shown; longer ones are traps or tracking.
const maxLink = 300

// link is an address that may be shown, or "".
func link(raw string) string {
	u, ok := cases.WebAddress(raw)
	if !ok || u.User != nil || len(raw) > maxLink {
		return ""
	}
	return u.String()
}

package watchers

import (
	"strings"
	"time"

	"rasid/internal/cases"
)

// CheckPace lists what is wrong with how often a source looks and how far back
// it goes at first. why says in a few words who would mind.
func CheckPace(every, least, maxAge time.Duration, why string) []cases.Fault {
	var faults cases.Faults
	if every < least {
		faults.Add("every", "is too often for "+why, short(least)+" or more")
	}
	if maxAge <= 0 {
		faults.Add("max_age", "must be more than nothing", "a duration such as 168h")
	}
	return faults
}

// short writes 1m0s as 1m and 1h0m0s as 1h.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// CheckAddress lists what is wrong with the address of a server; example is one
// that could stand there.
func CheckAddress(field, address, example string) []cases.Fault {
	var faults cases.Faults
	if u, ok := cases.WebAddress(address); !ok || u.User != nil {
		faults.Add(field, "is not an address", example)
	}
	return faults
}

// Timed brings a mention's times into what can be true, and gives words to one
// that has none, such as a picture.
func Timed(m cases.Mention, now time.Time) cases.Mention {
	m.PostedAt, m.EditedAt = m.PostedAt.UTC(), m.EditedAt.UTC()
	if m.PostedAt.IsZero() || m.PostedAt.After(now) {
		m.PostedAt = now
	}
	if m.EditedAt.After(now) || !m.EditedAt.After(m.PostedAt) {
		m.EditedAt = time.Time{}
	}
	if m.Text == "" {
		m.Title, m.Text = "", m.Title
	}
	if m.Text == "" && m.Stars == 0 && !m.Gone {
		m.Text = "(no words)"
	}
	return m
}

// Link returns an address that a person can open, or "".
func Link(s string) string {
	if _, ok := cases.WebAddress(s); !ok {
		return ""
	}
	return s
}

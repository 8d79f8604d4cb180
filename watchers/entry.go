package watchers

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rasid/internal/cases"
)

// Entry is one mention as other programs and spreadsheets write it: fields by
// name. Values are strings, numbers (json.Number), booleans, or nil. Webhooks
// and imported files share this one shape.
type Entry map[string]any

// entryField reads one field of an Entry into a mention.
type entryField struct {
	name string
	what string // what belongs there, for whoever wrote something else
	read func(m *cases.Mention, v any) bool
}

// entryFields is every field an Entry may hold.
var entryFields = []entryField{
	{"id", "text of 1 to 200 bytes, the same each time the same thing is told", func(m *cases.Mention, v any) bool {
		id, ok := text(v)
		m.ID = Line(id, maxID)
		return ok && m.ID != "" && len(id) <= maxID
	}},
	{"text", "text of at most 64 KiB", func(m *cases.Mention, v any) bool { return long(v, &m.Text) }},
	{"title", "text", func(m *cases.Mention, v any) bool { return line(v, 500, &m.Title) }},
	{"author", "the name to show", func(m *cases.Mention, v any) bool { return line(v, 200, &m.Author) }},
	{"author_id", "text that stays the same when the author changes their name", func(m *cases.Mention, v any) bool { return line(v, maxID, &m.AuthorID) }},
	{"thread", "the name of the conversation", func(m *cases.Mention, v any) bool { return line(v, maxID, &m.Thread) }},
	{"answer_to", "the id of what it answers", func(m *cases.Mention, v any) bool { return line(v, maxID, &m.AnswerTo) }},
	{"reply_to", "whatever the reply needs to find its place", func(m *cases.Mention, v any) bool { return line(v, 1000, &m.ReplyTo) }},
	{"url", "an address that begins with https://", func(m *cases.Mention, v any) bool {
		s, ok := text(v)
		_, web := cases.WebAddress(s)
		m.URL = s
		return ok && web && len(s) <= 2000
	}},
	{"stars", "a whole number from 1 to 5", func(m *cases.Mention, v any) bool {
		n, err := strconv.ParseFloat(fmt.Sprint(v), 64) // spreadsheets write 4 as 4.0
		m.Stars = int(n)
		return err == nil && n == float64(int(n)) && n >= 1 && n <= 5
	}},
	{"language", "ar or en", func(m *cases.Mention, v any) bool {
		s, ok := text(v)
		m.Lang = strings.ToLower(s)
		return ok && (m.Lang == "ar" || m.Lang == "en")
	}},
	{"posted_at", "a time like 2026-11-22T09:30:00Z", func(m *cases.Mention, v any) bool { return moment(v, &m.PostedAt) }},
	{"edited_at", "a time like 2026-11-22T09:30:00Z", func(m *cases.Mention, v any) bool { return moment(v, &m.EditedAt) }},
	{"deleted", "true or false", func(m *cases.Mention, v any) bool {
		b, err := strconv.ParseBool(strings.ToLower(fmt.Sprint(v)))
		m.Gone = b
		return err == nil
	}},
}

const (
	maxID = 200
	// early is how far a clock elsewhere may be ahead of ours.
	early = 5 * time.Minute
)

// EntryFields names the fields an Entry may hold.
func EntryFields() []string {
	names := make([]string, len(entryFields))
	for i, f := range entryFields {
		names[i] = f.name
	}
	return names
}

// Mention reads the entry. What was received at a time counts as said then
// when the entry does not tell; without an id it gets one made of its author,
// time and words. Every mistake is named by its field.
func (e Entry) Mention(received time.Time) (cases.Mention, []cases.Fault) {
	var m cases.Mention
	var faults cases.Faults
	for _, f := range entryFields {
		v := e[f.name]
		if v == nil || v == "" {
			continue
		}
		if !f.read(&m, v) {
			faults.Add(f.name, fmt.Sprintf("cannot be %.40q", fmt.Sprint(v)), f.what)
		}
	}
	for name := range e {
		if !slices.ContainsFunc(entryFields, func(f entryField) bool { return f.name == name }) {
			faults.Add(Line(name, 60), "is not a field", strings.Join(EntryFields(), ", "))
		}
	}
	if m.Text == "" && m.Title == "" && m.Stars == 0 && !m.Gone && len(faults) == 0 {
		faults.Add("text", "is missing", "what was said; or title, or stars")
	}
	for name, t := range map[string]time.Time{"posted_at": m.PostedAt, "edited_at": m.EditedAt} {
		if t.After(received.Add(early)) {
			faults.Add(name, "lies in the future", "the time with its zone, such as 2026-11-22T12:30:00+03:00")
		}
	}
	slices.SortFunc(faults, func(a, b cases.Fault) int { return cmp.Compare(a.Field, b.Field) })
	if m.ID == "" {
		m.ID = e.madeID(m)
	}
	if m.PostedAt.IsZero() {
		m.PostedAt = received
	}
	return m, faults
}

// madeID recognises the same entry when it is told again.
func (e Entry) madeID(m cases.Mention) string {
	h := sha256.New()
	for _, s := range []string{m.AuthorID, m.Author, m.Title, m.Text, strconv.Itoa(m.Stars), m.PostedAt.UTC().Format(time.RFC3339)} {
		_, _ = fmt.Fprintf(h, "%d:%s;", len(s), s)
	}
	return "made-" + hex.EncodeToString(h.Sum(nil)[:12])
}

// text takes strings and numbers: spreadsheets turn ids into numbers.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, utf8.ValidString(v)
	case json.Number:
		return v.String(), true
	}
	return "", false
}

func line(v any, limit int, into *string) bool {
	s, ok := text(v)
	*into = Line(s, limit)
	return ok
}

func long(v any, into *string) bool {
	s, ok := text(v)
	*into = Tidy(s)
	return ok && len(*into) <= MaxText
}

// layouts are the ways in which times are written; those without a zone are
// UTC, because a guess would move complaints by hours.
var layouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly}

func moment(v any, into *time.Time) bool {
	s, ok := text(v)
	if !ok {
		return false
	}
	s = strings.TrimSpace(s)
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			*into = t.UTC()
			return t.Year() >= 1990 && t.Year() < 2200
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 631152000 && n < 7258118400 { // seconds since 1970, as programs write
		*into = time.Unix(n, 0).UTC()
		return true
	}
	return false
}

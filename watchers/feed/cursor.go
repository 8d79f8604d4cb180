package feed

import (
	"encoding/json"
	"strings"

	"rasid/internal/cases"
)

// state is what a cursor of a feed holds.
type state struct {
	V            int      `json:"v"`
	ETag         string   `json:"etag,omitempty"`
	LastModified string   `json:"modified,omitempty"`
	Seen         []string `json:"seen,omitempty"`   // one entry per item, newest look first
	Rolled       int      `json:"rolled,omitempty"` // looks in a row at which nothing was known
	Cut          bool     `json:"cut,omitempty"`    // it was said already that the document is cut
}

// An entry of Seen is four keys of eight letters: guid, link, hash of author,
// text and day, and hash of the text alone, by which an edit is noticed.
const keyLen = 8

// Bounds of Seen.
const (
	minSeen = 200
	maxSeen = 2000
)

// decodeState reads a cursor; an unreadable one counts as never read.
func decodeState(c cases.Cursor) (s state, readable bool) {
	if c == "" {
		return state{V: 1}, true
	}
	if json.Unmarshal([]byte(c), &s) != nil || s.V != 1 {
		return state{V: 1}, false
	}
	return s, true
}

func (s state) encode() cases.Cursor {
	b, err := json.Marshal(s)
	if err != nil { // strings and numbers always marshal
		return ""
	}
	return cases.Cursor(b)
}

// memory answers whether an item was seen.
type memory struct{ guid, link, hash map[string]string } // key → hash of the text then

func remember(seen []string) memory {
	m := memory{map[string]string{}, map[string]string{}, map[string]string{}}
	for _, e := range seen {
		if len(e) != 4*keyLen {
			continue
		}
		text := e[3*keyLen:]
		for i, table := range []map[string]string{m.guid, m.link, m.hash} {
			k := e[i*keyLen : (i+1)*keyLen]
			if _, ok := table[k]; k != none && !ok { // the newest look comes first
				table[k] = text
			}
		}
	}
	return m
}

// find reports whether any key is known, and with which text.
func (m memory) find(k keys) (text string, known bool) {
	if t, ok := m.guid[short(k.guid)]; ok {
		return t, true
	}
	if t, ok := m.link[short(k.link)]; ok {
		return t, true
	}
	// An id in one look may be the link in the next.
	if t, ok := m.link[short(k.guid)]; ok {
		return t, true
	}
	t, ok := m.hash[short(k.hash)]
	return t, ok
}

func entry(k keys, text string) string {
	return short(k.guid) + short(k.link) + short(k.hash) + short(text)
}

// merge puts the entries of this look before the older ones and bounds the
// whole. What left the window long ago is forgotten; the store still knows it.
func merge(now, before []string) []string {
	limit := min(max(4*len(now), minSeen), maxSeen)
	out := make([]string, 0, limit)
	have := map[string]bool{}
	for _, list := range [][]string{now, before} {
		for _, e := range list {
			id := e[:min(len(e), 3*keyLen)]
			if len(out) < limit && !have[id] && strings.Count(id, "~") < 3*keyLen {
				have[id] = true
				out = append(out, e)
			}
		}
	}
	return out
}

package appstore

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"

	"rasid/internal/cases"
)

// cursor is what was seen in each place: Apple's lists know no position, and
// list a review again, under its id, when it was edited.
type cursor struct {
	V      int               `json:"v"`
	Places map[string]memory `json:"places"`
}

// memory is what was seen in one place.
type memory struct {
	// Seen holds, for each review, eight letters of its id and eight of its
	// words, the newest look first.
	Seen []string `json:"seen,omitempty"`
	// Read says that the place was read at least once.
	Read bool `json:"read,omitempty"`
	// Fails counts the looks in a row that brought an error.
	Fails int `json:"fails,omitempty"`
}

const (
	keyLen  = 8
	maxSeen = 1000
)

func readCursor(c cases.Cursor) (cur cursor, readable bool) {
	fresh := cursor{V: 1, Places: map[string]memory{}}
	if c == "" {
		return fresh, true
	}
	if json.Unmarshal([]byte(c), &cur) != nil || cur.V != 1 || cur.Places == nil {
		return fresh, false
	}
	return cur, true
}

// entry is how a review is remembered.
func entry(r review) string {
	return short(r.ID) + short(r.Title+"\x00"+r.Text+"\x00"+strconv.Itoa(r.Stars))
}

// words returns how the words of a review looked last time.
func (m memory) words() map[string]string {
	out := make(map[string]string, len(m.Seen))
	for _, e := range m.Seen {
		if len(e) != 2*keyLen {
			continue
		}
		if _, known := out[e[:keyLen]]; !known { // the newest look comes first
			out[e[:keyLen]] = e[keyLen:]
		}
	}
	return out
}

// with puts a look before what was seen earlier.
func (m memory) with(found []review) memory {
	next := memory{Read: true}
	have := map[string]bool{}
	add := func(e string) {
		if len(e) == 2*keyLen && len(next.Seen) < maxSeen && !have[e[:keyLen]] {
			have[e[:keyLen]] = true
			next.Seen = append(next.Seen, e)
		}
	}
	for _, r := range found {
		add(entry(r))
	}
	for _, e := range m.Seen {
		add(e)
	}
	return next
}

// short is 48 bits of a text, enough among a thousand.
func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

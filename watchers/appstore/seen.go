package appstore

import (
	"encoding/json"

	"rasid/internal/cases"
	"rasid/watchers"
)

// cursor is what was seen in each place: Apple's lists know no position, and
// list a review again, under its id, when it was edited.
type cursor struct {
	V      int               `json:"v"`
	Places map[string]memory `json:"places"`
}

// memory is what was seen in one place.
type memory struct {
	watchers.Known
	// Fails counts the looks in a row that brought an error.
	Fails int `json:"fails,omitempty"`
}

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

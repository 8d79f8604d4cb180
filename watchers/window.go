package watchers

import (
	"encoding/json"
	"slices"
	"time"

	"rasid/internal/cases"
)

// Window is the cursor of a place that lists the newest first and knows no
// cursor of its own: how far it was read, and what was seen near that edge.
// Searches index late, so each look overlaps the one before.
type Window struct {
	V     int       `json:"v"`
	Until time.Time `json:"until"`          // of the newest mention seen
	Seen  []string  `json:"seen,omitempty"` // ids within the overlap before Until
}

// overlap is how late a search may index what was said.
const overlap = time.Hour

// maxWindow bounds Seen: what one hour of a busy name brings.
const maxWindow = 2000

// readWindow reads a cursor. An unreadable one is as if nothing was ever read.
func readWindow(c cases.Cursor) (w Window, readable bool) {
	if c == "" {
		return Window{V: 1}, true
	}
	if json.Unmarshal([]byte(c), &w) != nil || w.V != 1 {
		return Window{V: 1}, false
	}
	return w, true
}

// From returns the time from which to ask: a little before the edge, or at the
// first look no further back than reach before now.
func (w Window) From(now time.Time, reach time.Duration) time.Time {
	if w.Until.IsZero() {
		return now.Add(-reach)
	}
	return w.Until.Add(-overlap)
}

// Take returns what is new among the mentions that a look from the time from
// brought, oldest first, and the cursor that covers them.
func (w Window) Take(all []cases.Mention, from time.Time) ([]cases.Mention, cases.Cursor) {
	known := map[string]bool{}
	for _, id := range w.Seen {
		known[id] = true
	}
	next := Window{V: 1, Until: w.Until}
	var fresh []cases.Mention
	for _, m := range all {
		if known[m.ID] || m.PostedAt.Before(from) {
			continue
		}
		known[m.ID] = true
		fresh = append(fresh, m)
		if m.PostedAt.After(next.Until) {
			next.Until = m.PostedAt
		}
	}
	OldestFirst(fresh)
	next.Seen = slices.Clone(w.Seen)
	for _, m := range fresh {
		if !m.PostedAt.Before(next.Until.Add(-overlap)) { // From includes its own moment
			next.Seen = append(next.Seen, m.ID)
		}
	}
	next.Seen = next.Seen[max(0, len(next.Seen)-maxWindow):]
	b, err := json.Marshal(next)
	if err != nil { // strings and times always marshal
		return fresh, ""
	}
	return fresh, cases.Cursor(b)
}

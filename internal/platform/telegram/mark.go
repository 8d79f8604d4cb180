package telegram

import (
	"encoding/json"
	"fmt"
	"time"
)

// kept is how long Telegram keeps updates that nobody fetches.
const kept = 24 * time.Hour

// mark is what the connection remembers between runs. It is saved in the same
// transaction as the updates it covers.
type mark struct {
	Offset int64           `json:"offset"`          // first update not yet handled
	OK     int64           `json:"ok,omitempty"`    // Unix time of the last good poll
	Moved  map[int64]int64 `json:"moved,omitempty"` // basic groups that became supergroups
}

func parseMark(s string) (mark, error) {
	var m mark
	if s == "" {
		return m, nil
	}
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		return m, fmt.Errorf("reading the connection's mark: %w", err)
	}
	return m, nil
}

func (m mark) String() string {
	b, _ := json.Marshal(m) // numbers alone always encode
	return string(b)
}

// lost says why updates may be missing after silence from last until now, or
// "" when Telegram still kept them.
func lost(last, now time.Time) string {
	if last.IsZero() || now.Sub(last) <= kept {
		return ""
	}
	return fmt.Sprintf("Telegram was not read from %s to %s and keeps messages for 24 hours",
		last.UTC().Format("2006-01-02 15:04"), now.UTC().Format("2006-01-02 15:04"))
}

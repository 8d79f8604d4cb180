package outbound

import (
	"strconv"
	"time"
)

// Moment is a time as a platform's JSON writes it; where the zone is missing,
// UTC is meant.
type Moment struct{ time.Time }

// UnmarshalJSON takes null and nonsense as no time.
func (m *Moment) UnmarshalJSON(b []byte) error {
	text, err := strconv.Unquote(string(b))
	if err != nil {
		return nil // null: no time
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil {
			m.Time = t.UTC()
			break
		}
	}
	return nil
}

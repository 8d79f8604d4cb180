package outbound

import (
	"encoding/json"
	"testing"
	"time"
)

func TestAMomentWithoutAZoneIsUTCAndNonsenseIsNoTime(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 5000, time.UTC)
	for text, want := range map[string]time.Time{
		`"2026-11-22T12:00:00.000005"`: at, `"2026-11-22T15:00:00.000005+03:00"`: at, `"2026-11-22T12:00:00.000005Z"`: at,
		`null`: {}, `"yesterday"`: {}, `7`: {},
	} {
		var got Moment
		if err := json.Unmarshal([]byte(text), &got); err != nil || got.Time != want {
			t.Errorf("%s is read as %v, %v; want %v", text, got.Time, err, want)
		}
	}
}

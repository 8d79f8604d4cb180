package responder_test

import (
	"testing"
	"time"

	"rasid/responder"
)

func TestAReportIsAskedForByDateOrByWord(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Riyadh")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 1, 30, 0, 0, zone)
	for text, want := range map[string]string{
		"":                      "2026-11-22 day",
		"today":                 "2026-11-22 day",
		"Yesterday":             "2026-11-21 day",
		"أمس":                   "2026-11-21 day",
		"2026-11-20":            "2026-11-20 day",
		"week":                  "2026-11-22 week",
		"الأسبوع":               "2026-11-22 week",
		"week 2026-11-20":       "2026-11-20 week",
		"2026-10-31 month":      "2026-10-31 month",
		"شهر 2026-10-31":        "2026-10-31 month",
		"tomorrow":              "",
		"2026-13-01":            "",
		"2026-11-20 2026-11-21": "",
		"week month":            "",
		"2026-11-20 yesterday":  "",
		"the week was hard":     "",
	} {
		day, period, ok := responder.ReadPeriod(text, now)
		got := ""
		if ok {
			got = day.In(zone).Format(time.DateOnly) + " " + string(period)
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

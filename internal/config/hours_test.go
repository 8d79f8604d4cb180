package config_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"rasid/internal/config"
)

const shopHours = `business:
  name: {en: Noor}
  zone: Asia/Riyadh
  hours:
    days: {sun-thu: ["09:00-12:30", "16:00-22:00"], fri: ["16:00-02:00"]}
    holidays: [2026-12-31]
    holidays_file: holidays.ics
    seasons:
      - {name: ramadan, from: 2027-02-08, to: 2027-03-09, days: {"sun-thu,sat": ["21:00-02:00"]}}
branches:
  - {name: london, zone: Europe/London, hours: {days: {mon-fri: ["09:00-17:00"]}}}
  - {name: cairo, zone: Africa/Cairo}
sources: [{name: f, kind: feed, url: x, dedicated: true, branch: london}]
rooms: [{name: desk, kind: console}]
staff: [{id: mona, role: approver}]
`

const shopHolidays = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261201\nSUMMARY:Founding day\nEND:VEVENT\nEND:VCALENDAR\n"

func TestAShopIsOpenWhenItsFileSaysSo(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"config.yaml": shopHours, "holidays.ics": shopHolidays} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(filepath.Join(dir, "config.yaml"), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		branch, at string
		open       bool
	}{
		{"", "2026-11-22T10:00:00+03:00", true},
		{"", "2026-11-22T13:00:00+03:00", false}, // between the two ranges
		{"", "2026-11-21T10:00:00+03:00", false}, // Saturday
		{"", "2026-11-28T01:30:00+03:00", true},  // Friday's night runs into Saturday
		{"", "2026-12-31T10:00:00+03:00", false}, // a holiday by list
		{"", "2026-12-01T10:00:00+03:00", false}, // a holiday by file
		{"", "2027-02-09T10:00:00+03:00", false}, // Ramadan has other hours
		{"", "2027-02-09T23:00:00+03:00", true},
		{"london", "2026-11-20T16:30:00Z", true},
		{"london", "2026-11-22T10:00:00Z", false},
		{"cairo", "2026-11-22T10:00:00+02:00", true}, // the business's hours on its own clock
		{"cairo", "2026-11-22T08:30:00+02:00", false},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.Calendar(c.branch).Open(at); got != c.open {
			t.Errorf("branch %q at %s: open %v, want %v", c.branch, c.at, got, c.open)
		}
	}
}

func TestABusinessWithoutHoursIsCountedAroundTheClock(t *testing.T) {
	if c := config.Defaults().Calendar(""); c != nil || !c.Open(time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)) {
		t.Errorf("a calendar appeared from nothing: %+v", c)
	}
}

package hours

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const icalFile = "\ufeffBEGIN:VCALENDAR\r\nVERSION:2.0\r\n" +
	"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260923\r\nSUMMARY:Nation\r\n al\r\n  Day\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270310\r\nDTEND;VALUE=DATE:20270313\r\nSUMMARY:Eid\\, first days\r\n" +
	"BEGIN:VALARM\r\nDTSTART;VALUE=DATE:20200101\r\nEND:VALARM\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nDTSTART:20261201T090000Z\r\nSUMMARY:A meeting\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261202\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

func TestWholeDayEventsOfACalendarFileAreClosedDays(t *testing.T) {
	got, err := Holidays(strings.NewReader(icalFile))
	if err != nil {
		t.Fatal(err)
	}
	want := map[Date]string{
		{2027, time.March, 10}: "Eid, first days", {2027, time.March, 11}: "Eid, first days", {2027, time.March, 12}: "Eid, first days",
	}
	for y := 2026; y < 2046; y++ {
		want[Date{y, time.September, 23}] = "National Day"
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("closed days (-want +got):\n%s", d)
	}
}

func TestACalendarFileThatCannotBeReadWholeIsRefused(t *testing.T) {
	event := func(lines string) string {
		return "BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + lines + "\nEND:VEVENT\nEND:VCALENDAR\n"
	}
	for name, c := range map[string]struct{ file, says string }{
		"a web page":            {"<!doctype html>\n", "no colon"},
		"nothing":               {"", "not an iCal file"},
		"cut off":               {"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "cut off"},
		"no day":                {event("DTSTART;VALUE=DATE:2026-12"), "not a day"},
		"a rule of repetition":  {event("DTSTART;VALUE=DATE:20261231\nRRULE:FREQ=MONTHLY"), "repeats by a rule"},
		"a holiday of a year":   {event("DTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20270101"), "more than 60 days"},
		"an end without begin":  {"BEGIN:VCALENDAR\nEND:VEVENT\n", "without its BEGIN"},
		"more than a mebibyte":  {"BEGIN:VCALENDAR\n" + strings.Repeat("X:"+strings.Repeat("y", 1000)+"\n", 1100), "larger than"},
		"a nest without bottom": {strings.Repeat("BEGIN:VEVENT\n", 20), "without end"},
	} {
		t.Run(name, func(t *testing.T) {
			days, err := Holidays(strings.NewReader(c.file))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, %v; want an error that says %q", days, err, c.says)
			}
		})
	}
}

func FuzzHolidays(f *testing.F) {
	f.Add(icalFile)
	f.Fuzz(func(t *testing.T, file string) {
		if days, err := Holidays(strings.NewReader(file)); err == nil && len(days) > maxHolidays {
			t.Errorf("%d days", len(days))
		}
	})
}

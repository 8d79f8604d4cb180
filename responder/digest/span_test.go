package digest_test

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // zones are the same on every machine

	"rasid/responder/digest"
)

// zones are those of the region and of customers abroad: with and without
// summer time, with changes at midnight, and half-hour offsets.
var zones = []string{
	"Africa/Cairo", "Asia/Beirut", "Africa/Casablanca", "Asia/Riyadh", "Asia/Gaza", "Europe/London", "America/New_York", "America/Havana",
}

func TestADayBeginsAtItsFirstInstant(t *testing.T) {
	for _, c := range []struct {
		zone, day, start string
		hours            float64
	}{
		{"Africa/Cairo", "2027-04-30", "2027-04-30T01:00:00+03:00", 23}, // no midnight
		{"Africa/Cairo", "2027-10-28", "2027-10-28T00:00:00+03:00", 25}, // 23:00 twice
		{"Asia/Beirut", "2027-03-28", "2027-03-28T01:00:00+03:00", 23},  // no midnight
		{"Asia/Beirut", "2027-10-30", "2027-10-30T00:00:00+03:00", 25},  // 23:00 twice
		{"Africa/Casablanca", "2027-02-07", "2027-02-07T00:00:00+01:00", 25},
		{"Africa/Casablanca", "2027-03-14", "2027-03-14T00:00:00Z", 23},
		{"Asia/Riyadh", "2027-03-28", "2027-03-28T00:00:00+03:00", 24},
		{"America/Havana", "2027-11-07", "2027-11-07T00:00:00-04:00", 25}, // midnight twice
		{"Australia/Lord_Howe", "2027-04-04", "2027-04-04T00:00:00+11:00", 24.5},
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00", 0}, // a day that never was
	} {
		zone := place(t, c.zone)
		day, err := time.ParseInLocation(time.DateTime, c.day+" 12:00:00", zone)
		if err != nil {
			t.Fatal(err)
		}
		span := digest.Day(day)
		if c.hours == 0 {
			continue // noon of such a day is another day already; it must only end
		}
		if got := span.From.Format(time.RFC3339); got != c.start {
			t.Errorf("%s %s begins at %s, want %s", c.zone, c.day, got, c.start)
		}
		if got := span.To.Sub(span.From).Hours(); got != c.hours {
			t.Errorf("%s %s has %v hours, want %v", c.zone, c.day, got, c.hours)
		}
	}
}

func TestDaysFollowEachOtherWithoutGapsInEveryZone(t *testing.T) {
	for _, name := range zones {
		zone := place(t, name)
		span := digest.Day(time.Date(2024, 1, 1, 12, 0, 0, 0, zone))
		for date := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); date.Year() < 2029; date = date.AddDate(0, 0, 1) {
			if got := span.From.Format(time.DateOnly); got != date.Format(time.DateOnly) {
				t.Fatalf("%s: the day of %s is called %s", name, date.Format(time.DateOnly), got)
			}
			if before := span.From.Add(-time.Second); before.Format(time.DateOnly) == span.From.Format(time.DateOnly) {
				t.Fatalf("%s: %s is not the first instant of its day", name, span.From)
			}
			if h := span.To.Sub(span.From).Hours(); h < 23 || h > 25 {
				t.Fatalf("%s: %s has %v hours", name, span.From, h)
			}
			next := digest.Day(span.To)
			if !next.From.Equal(span.To) {
				t.Fatalf("%s: %s ends at %s, the next day begins at %s", name, span.From, span.To, next.From)
			}
			span = next
		}
	}
}

func TestWeeksAndMonthsAreWholeDays(t *testing.T) {
	zone := place(t, "Africa/Cairo")
	at := time.Date(2027, 4, 30, 3, 0, 0, 0, zone)
	for _, c := range []struct {
		span digest.Span
		want string
	}{
		{digest.Days(at, 7), "2027-04-24 2027-05-01 7"},
		{digest.Month(at), "2027-04-01 2027-05-01 30"},
		{digest.Month(time.Date(2027, 12, 31, 3, 0, 0, 0, zone)), "2027-12-01 2028-01-01 31"},
	} {
		if got := fmt.Sprint(c.span.From.Format(time.DateOnly), " ", c.span.To.Format(time.DateOnly), " ", c.span.Length()); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestADigestIsDueOnItsOwnDayAlsoWhenTheHourIsSkipped(t *testing.T) {
	cairo := place(t, "Africa/Cairo")
	noMidnight := time.Date(2027, 4, 30, 12, 0, 0, 0, cairo)
	for _, c := range []struct {
		hour, minute int
		want         string
	}{
		{0, 0, "2027-04-30T01:00:00+03:00"},
		{0, 30, "2027-04-30T01:00:00+03:00"},
		{7, 0, "2027-04-30T07:00:00+03:00"},
	} {
		got := digest.Due(noMidnight, c.hour, c.minute)
		if got.Format(time.DateOnly) != "2027-04-30" || got.Sub(digest.StartOfDay(noMidnight)) > 6*time.Hour {
			t.Errorf("%02d:%02d is due at %s, want about %s", c.hour, c.minute, got.Format(time.RFC3339), c.want)
		}
	}
}

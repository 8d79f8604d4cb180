package hours

import (
	"testing"
	"time"
	_ "time/tzdata" // the test must not depend on the machine's zones

	"pgregory.net/rapid"
)

// zones are those of the region and its customers, with and without clock
// changes; Cairo, Beirut and Casablanca change on days of their own.
var zones = []string{"Asia/Riyadh", "Africa/Cairo", "Asia/Beirut", "Africa/Casablanca", "Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"}

// shop is open Sunday to Thursday in two shifts, Friday evening into the
// night, and closed on Saturday.
func shop(t testing.TB, zone string) *Calendar {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	c := &Calendar{Zone: loc, Holidays: map[Date]string{{2026, time.September, 23}: "National Day"}}
	for d := time.Sunday; d <= time.Thursday; d++ {
		c.Week[d] = []Range{{At(9, 0), At(12, 30)}, {At(16, 0), At(22, 0)}}
	}
	c.Week[time.Friday] = []Range{{At(16, 0), At(2, 0)}}
	var nights Week
	for d := range nights {
		nights[d] = []Range{{At(21, 0), At(3, 0)}}
	}
	c.Profiles = []Profile{{Name: "Ramadan", From: Date{2026, time.February, 18}, To: Date{2026, time.March, 19}, Week: nights}}
	return c
}

func at(t testing.TB, c *Calendar, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, c.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAWeekInTheLifeOfAShop(t *testing.T) {
	c := shop(t, "Asia/Riyadh")
	for _, tc := range []struct{ name, from, add, want string }{
		{"inside a shift", "2026-11-22 10:00", "1h", "2026-11-22 11:00"},
		{"over the noon break", "2026-11-22 12:00", "1h", "2026-11-22 16:30"},
		{"into the next day", "2026-11-22 21:30", "1h", "2026-11-23 09:30"},
		{"before opening", "2026-11-22 06:00", "30m", "2026-11-22 09:30"},
		{"Thursday night waits for Friday evening", "2026-11-26 22:00", "1h", "2026-11-27 17:00"},
		{"Friday runs into Saturday", "2026-11-27 23:00", "2h", "2026-11-28 01:00"},
		{"Saturday is closed", "2026-11-28 10:00", "30m", "2026-11-29 09:30"},
		{"a holiday is skipped", "2026-09-22 21:00", "2h", "2026-09-24 10:00"},
		{"Ramadan has nights", "2026-02-20 10:00", "1h", "2026-02-20 22:00"},
		{"the last night of Ramadan runs into the day after", "2026-03-19 22:00", "4h", "2026-03-20 02:00"},
		{"exactly to closing time", "2026-11-22 11:30", "1h", "2026-11-22 12:30"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := time.ParseDuration(tc.add)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := c.Add(at(t, c, tc.from), d), at(t, c, tc.want); !got.Equal(want) {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestOpenAndNextOpenAgree(t *testing.T) {
	c := shop(t, "Africa/Cairo")
	for _, tc := range []struct {
		when, next string
		open       bool
	}{
		{"2026-11-22 09:00", "2026-11-22 09:00", true},
		{"2026-11-22 12:30", "2026-11-22 16:00", false},
		{"2026-11-28 01:59", "2026-11-28 01:59", true},
		{"2026-11-28 02:00", "2026-11-29 09:00", false},
	} {
		next, ok := c.NextOpen(at(t, c, tc.when))
		if want := at(t, c, tc.next); !ok || !next.Equal(want) {
			t.Errorf("%s: next opening %s, want %s", tc.when, next, want)
		}
		if got := c.Open(at(t, c, tc.when)); got != tc.open {
			t.Errorf("%s: open %v, want %v", tc.when, got, tc.open)
		}
	}
}

func TestACalendarWithoutHoursIsAlwaysOpen(t *testing.T) {
	for _, c := range []*Calendar{nil, {Zone: time.UTC}} {
		now := time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC)
		if !c.Open(now) || !c.Add(now, time.Hour).Equal(now.Add(time.Hour)) || c.Between(now, now.Add(time.Hour)) != time.Hour {
			t.Errorf("%+v does not count around the clock", c)
		}
	}
}

func TestAShopThatNeverOpensStillHasDeadlines(t *testing.T) {
	c := shop(t, "Asia/Riyadh")
	c.Profiles = []Profile{{From: Date{2026, 1, 1}, To: Date{2040, 1, 1}}}
	now := at(t, c, "2026-11-22 10:00")
	if _, ok := c.NextOpen(now); ok {
		t.Error("it opens")
	}
	if got := c.Add(now, time.Hour); !got.Equal(now.Add(time.Hour)) {
		t.Errorf("deadline %s", got)
	}
}

// Cairo skips 00:00–00:59 on 24 April 2026 and repeats 23:00–23:59 on 29
// October 2026.
func TestNightsOfAClockChangeHaveTheirTrueLength(t *testing.T) {
	c := shop(t, "Africa/Cairo")
	c.Profiles = nil
	for d := range c.Week {
		c.Week[d] = []Range{{At(22, 0), At(2, 0)}}
	}
	for _, tc := range []struct {
		from, to string
		want     time.Duration
	}{
		{"2026-04-23 12:00", "2026-04-24 12:00", 3 * time.Hour},
		{"2026-10-29 12:00", "2026-10-30 12:00", 5 * time.Hour},
		{"2026-11-10 12:00", "2026-11-11 12:00", 4 * time.Hour},
	} {
		if got := c.Between(at(t, c, tc.from), at(t, c, tc.to)); got != tc.want {
			t.Errorf("night of %s: %v, want %v", tc.from, got, tc.want)
		}
	}
}

func TestBusinessTimeKeepsItsLaws(t *testing.T) {
	var calendars []*Calendar
	for _, z := range zones {
		calendars = append(calendars, shop(t, z))
	}
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	const fiveYears = 5 * 366 * 24 * 60
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(calendars).Draw(t, "zone")
		a := start.Add(time.Duration(rapid.IntRange(0, fiveYears).Draw(t, "a")) * time.Minute)
		d := time.Duration(rapid.IntRange(1, 14*24*60).Draw(t, "d")) * time.Minute
		e := time.Duration(rapid.IntRange(1, 7*24*60).Draw(t, "e")) * time.Minute
		b := c.Add(a, d)
		if b.Before(a.Add(d)) {
			t.Fatalf("%v of business time passed in %v", d, b.Sub(a))
		}
		if got := c.Between(a, b); got != d {
			t.Fatalf("Between(a, Add(a, %v)) = %v", d, got)
		}
		if got := c.Add(b, e); !got.Equal(c.Add(a, d+e)) {
			t.Fatalf("Add is not additive: %v, %v", got, c.Add(a, d+e))
		}
		next, ok := c.NextOpen(a)
		if !ok || next.Before(a) || !c.Open(next) || c.Between(a, next) != 0 {
			t.Fatalf("NextOpen(%v) = %v", a, next)
		}
		if c.Between(b, a) != -d {
			t.Fatalf("Between is not antisymmetric")
		}
	})
}

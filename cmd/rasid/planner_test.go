package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/digest"
)

// digestZones are those of the region and of owners abroad: with and without
// summer time, and with days that have no midnight or have it twice.
var digestZones = []string{
	"Africa/Cairo", "Asia/Beirut", "Africa/Casablanca", "Asia/Riyadh", "Asia/Gaza", "Europe/London", "America/New_York", "America/Havana",
}

func plannerStore(t *testing.T) *store.Store {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(dir, "rasid.db"), DataDir: dir, Owner: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// told is what recipients were told: for each date, how.
type told map[string][]string

// prompt is an outbox whose digests leave at once.
type prompt struct{ *store.Store }

// SendStates says that what is ready has left.
func (p prompt) SendStates(ctx context.Context, keys []string) (map[string]cases.SendState, error) {
	states, err := p.Store.SendStates(ctx, keys)
	for k, s := range states {
		if s == cases.Ready {
			states[k] = cases.Delivered
		}
	}
	return states, err
}

// memory is the same without a disk, for the zones that only differ in time.
type memory map[string]cases.SendState

// SendStates looks keys up.
func (m memory) SendStates(_ context.Context, keys []string) (map[string]cases.SendState, error) {
	states := map[string]cases.SendState{}
	for _, k := range keys {
		if s, ok := m[k]; ok {
			states[k] = s
		}
	}
	return states, nil
}

// EnqueueDigest remembers keys.
func (m memory) EnqueueDigest(_ context.Context, s cases.Send, takesIn []string) (bool, error) {
	if _, known := m[s.Key]; known {
		return false, nil
	}
	m[s.Key] = cases.Delivered
	for _, k := range takesIn {
		m[k] = cases.Withdrawn
	}
	return true, nil
}

// plans is a planner that writes down what it plans.
func plans(s *store.Store, zone *time.Location, at config.Clock, out told) planner {
	return planner{records: s, at: at, zone: zone, write: func(_ context.Context, r recipient, day digest.Span, missed []time.Time) (string, []byte, error) {
		key := r.target + " " + day.From.Format(time.DateOnly)
		out[key] = append(out[key], "own")
		text := day.From.Format(time.DateOnly)
		for _, m := range missed {
			key := r.target + " " + m.Format(time.DateOnly)
			out[key] = append(out[key], "later")
			text += " " + m.Format(time.DateOnly)
		}
		return text, nil, nil
	}}
}

// TestEachDayIsToldOnceForFiveYearsInEightZones lets a clock run with outages,
// restarts and clock changes. Every day must be told exactly once: in time, or
// with the next digest that was.
func TestEachDayIsToldOnceForFiveYearsInEightZones(t *testing.T) {
	const years = 5
	s := plannerStore(t)
	for i, name := range digestZones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		// Also hours that some days do not have, and late evenings whose twelve
		// hours reach into the next day.
		at := []config.Clock{{Hour: 7}, {Hour: 0, Minute: 30}, {Hour: 18}, {Hour: 2, Minute: 30}}[i%4]
		r, out := recipient{target: name, zone: zone}, told{}
		p := plans(s, zone, at, out)
		p.records = prompt{s}
		if i > 0 {
			p.records = memory{}
		}
		dice := rand.New(rand.NewPCG(uint64(i), 15))
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
		end := now.AddDate(years, 0, 0)
		outages := 0
		for now.Before(end) {
			if err := p.plan(t.Context(), r, now); err != nil {
				t.Fatal(err)
			}
			switch dice.IntN(60) {
			case 0: // down for up to four days
				outages++
				now = now.Add(time.Duration(1+dice.IntN(96)) * time.Hour)
			default:
				now = now.Add(time.Duration(20+dice.IntN(400)) * time.Minute)
			}
		}
		own, later := 0, 0
		first, last := digest.Day(time.Date(2026, 1, 2, 12, 0, 0, 0, zone)), digest.Day(end.AddDate(0, 0, -6))
		for d := first; !d.From.After(last.From); d = digest.Day(d.To) {
			switch how := out[name+" "+d.From.Format(time.DateOnly)]; {
			case len(how) != 1:
				t.Errorf("%s: %s was told %d times: %v", name, d.From.Format(time.DateOnly), len(how), how)
			case how[0] == "own":
				own++
			default:
				later++
			}
		}
		if own < 200*years || later == 0 || outages == 0 {
			t.Errorf("%s: %d told in time, %d later, %d outages: the walk tests nothing", name, own, later, outages)
		}
	}
}

func TestADigestIsPlannedInItsTwelveHoursOnly(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Riyadh")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		now  string
		want string
	}{
		{"2026-11-21 06:59", ""},
		{"2026-11-21 07:00", "2026-11-20"},
		{"2026-11-21 18:59", "2026-11-20"},
		{"2026-11-21 19:00", ""},
		{"2026-11-22 06:59", ""},
		{"2026-11-22 07:00", "2026-11-21"},
	} {
		out := told{}
		p := plans(plannerStore(t), zone, config.Clock{Hour: 7}, out)
		now, err := time.ParseInLocation("2006-01-02 15:04", c.now, zone)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.plan(t.Context(), recipient{target: "r", zone: zone}, now); err != nil {
			t.Fatal(err)
		}
		got := strings.TrimPrefix(fmt.Sprint(out), "map[")
		if c.want == "" && len(out) != 0 || c.want != "" && !strings.HasPrefix(got, "r "+c.want) {
			t.Errorf("at %s planned %v, want %q", c.now, out, c.want)
		}
	}
}

func TestTheHourIsThatOfTheRecipientAndTheDayThatOfTheBusiness(t *testing.T) {
	riyadh, err := time.LoadLocation("Asia/Riyadh")
	if err != nil {
		t.Fatal(err)
	}
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	out := told{}
	p := plans(plannerStore(t), riyadh, config.Clock{Hour: 7}, out)
	for now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC); now.Day() < 24; now = now.Add(15 * time.Minute) {
		before := len(out)
		if err := p.plan(t.Context(), recipient{target: "mail:owner@noor.example", zone: york}, now); err != nil {
			t.Fatal(err)
		}
		if len(out) > before && now.In(york).Format("15:04") != "07:00" && before > 0 {
			t.Errorf("planned at %s of the recipient", now.In(york))
		}
	}
	if len(out) < 3 {
		t.Errorf("planned %v", out)
	}
}

// flaky is a room that cannot always be reached, or whose answer is lost.
type flaky struct {
	page
	said []string
	err  error
}

// Say hears a digest.
func (f *flaky) Say(_ context.Context, _, text string, _ []byte) error {
	if f.err == nil || cases.OutcomeOf(f.err) == cases.WasUnknown {
		f.said = append(f.said, text)
	}
	return f.err
}

func TestADigestThatWaitedTooLongIsTakenIntoTheNext(t *testing.T) {
	zone, err := time.LoadLocation("Africa/Cairo")
	if err != nil {
		t.Fatal(err)
	}
	s, room := plannerStore(t), &flaky{}
	now := time.Date(2027, 4, 26, 7, 0, 0, 0, zone)
	p := plans(s, zone, config.Clock{Hour: 7}, told{})
	say := &responder.Speaker{
		Outbox: s, Room: responder.Room{Name: "owners", Chat: room}, Kind: cases.SendDigest, Owner: "test", Clock: func() time.Time { return now },
	}
	step := func(to time.Time) {
		t.Helper()
		now = to
		if _, err := say.Step(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if err := p.plan(t.Context(), recipient{target: "owners", zone: zone}, now); err != nil {
			t.Fatal(err)
		}
		if _, err := say.Step(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	at := func(day, hour int) time.Time { return time.Date(2027, 4, day, hour, 0, 0, 0, zone) }
	step(at(26, 7)) // tells the 25th
	room.err = fmt.Errorf("no way: %w", cases.ErrNotSent)
	step(at(27, 7)) // the 26th waits in the outbox
	// Down for two days: neither the 26th nor the 27th may come late.
	room.err = nil
	step(at(29, 6))
	step(at(29, 7)) // tells the 28th
	room.err = errors.New("the answer was lost")
	step(at(30, 7)) // a day without midnight; the 29th may have arrived
	room.err = nil
	for h := 8; h < 20; h++ {
		step(at(30, h))
	}
	// A clock that goes back tells nothing twice.
	step(at(27, 8))
	step(at(29, 8))
	step(at(31, 7))
	want := []string{"2027-04-25", "2027-04-28 2027-04-27 2027-04-26", "2027-04-29", "2027-04-30"}
	if !slices.Equal(room.said, want) {
		t.Errorf("the room was told %q, want %q", room.said, want)
	}
}

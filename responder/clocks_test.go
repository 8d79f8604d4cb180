package responder_test

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/hours"
)

// nineToFive opens the shop from Sunday to Thursday. The story begins on
// Sunday, 22 November 2026.
func (s *shop) nineToFive() {
	s.t.Helper()
	cal := &hours.Calendar{Zone: time.UTC}
	for d := time.Sunday; d <= time.Thursday; d++ {
		cal.Week[d] = []hours.Range{{From: hours.At(9, 0), To: hours.At(17, 0)}}
	}
	p := s.office.Places["reviews"]
	p.Hours = cal
	s.office.Hours, s.office.Places["reviews"] = cal, p
}

// at moves the clock to an instant and lets everything that is due happen.
func (s *shop) at(when string) {
	s.t.Helper()
	t, err := time.Parse("2006-01-02 15:04", when)
	s.must(err)
	s.now = t
	s.work()
}

// tick walks to an instant in steps of a minute, as a running program does.
func (s *shop) tick(when string) {
	s.t.Helper()
	end, err := time.Parse("2006-01-02 15:04", when)
	s.must(err)
	for s.now.Before(end) {
		s.now = s.now.Add(time.Minute)
		for range 100 {
			n, err := s.waker.Step(s.t.Context(), s.now)
			s.must(err)
			if n == 0 {
				break
			}
		}
	}
	s.work()
}

// events lists what happened to a case of one kind.
func (s *shop) events(c cases.Case, kind cases.Event) []cases.Entry {
	s.t.Helper()
	all, err := s.store.History(s.t.Context(), c.ID)
	s.must(err)
	var out []cases.Entry
	for _, e := range all {
		if e.Event == kind {
			out = append(out, e)
		}
	}
	return out
}

func (s *shop) saidIn(room string, want ...string) {
	s.t.Helper()
	got := s.rooms[room].said
	if len(got) != len(want) {
		s.t.Fatalf("%s heard %d notices, want %d: %q", room, len(got), len(want), got)
	}
	for i, w := range want {
		if !strings.Contains(got[i], w) {
			s.t.Errorf("notice %d in %s is %q, want %q in it", i+1, room, got[i], w)
		}
	}
}

func TestNobodyIsRemindedAtNight(t *testing.T) {
	s := newShop(t)
	s.nineToFive()
	s.at("2026-11-22 16:50")
	c := s.say("1", "Sara", "bad coffee")
	if d, ok := s.office.Deadline(c); !ok || d.What != "acknowledge" || d.At.Format("2006-01-02 15:04") != "2026-11-23 10:50" {
		t.Errorf("the deadline is %+v, want two open hours later", d)
	}
	s.tick("2026-11-23 09:19")
	s.saidIn("desk")
	s.tick("2026-11-23 09:21")
	s.saidIn("desk", "still waits")
	if got := s.reread(c).Level; got != 0 {
		t.Errorf("it climbed to level %d overnight", got)
	}
	s.tick("2026-11-23 10:51")
	if got := s.reread(c).Level; got != 1 {
		t.Errorf("level %d after two open hours, want 1", got)
	}
}

func TestWhatIsCriticalCountsAroundTheClock(t *testing.T) {
	s := newShop(t)
	s.nineToFive()
	s.judge.Score = func(cases.Mention) cases.Score {
		return cases.Score{Label: "neg", Neg: 1, Severity: cases.Critical, Language: "en", Topics: []string{"safety"}}
	}
	s.at("2026-11-22 23:00")
	c := s.say("1", "Sara", "bad food poisoned my child")
	s.tick("2026-11-22 23:12")
	s.saidIn("desk", "is due in")
	s.tick("2026-11-22 23:16")
	if got := s.reread(c).Level; got != 1 {
		t.Errorf("level %d after a quarter of an hour at night, want 1", got)
	}
}

func TestStaffAreWarnedBeforeADeadlineAndTheCaseClimbsAfterIt(t *testing.T) {
	s := newShop(t)
	s.office.Policy.EscalateAfter = 0 // deadlines alone
	s.office.Policy.RemindTimes = 0
	c := s.say("1", "Sara", "bad coffee")
	s.tick("2026-11-22 11:29")
	s.saidIn("desk")
	s.tick("2026-11-22 11:31")
	s.saidIn("desk", "is due in 30 min")
	s.press(c, "adam", responder.ActEdit, "We are sorry about the coffee, Sara.") // somebody acted: the reply's clock runs
	s.tick("2026-11-22 12:59")
	if got := s.reread(c); got.Level != 0 {
		t.Errorf("level %d although somebody acted in time", got.Level)
	}
	s.tick("2026-11-22 14:01")
	if got := s.reread(c); got.Level != 1 {
		t.Errorf("level %d after the reply's deadline, want 1", got.Level)
	}
	s.saidIn("desk", "is due in", "is due in")
	s.saidIn("owners", "reached level")
}

func TestRemindersBackOffAndStop(t *testing.T) {
	s := newShop(t)
	s.office.Policy.Targets, s.office.Policy.EscalateAfter = nil, 0
	c := s.say("1", "Sara", "bad coffee")
	s.tick("2026-11-24 10:00")
	var gaps []time.Duration
	last := c.FlaggedAt
	for _, e := range s.events(c, cases.Remind) {
		gaps = append(gaps, e.At.Sub(last))
		last = e.At
	}
	if d := cmp.Diff([]time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour}, gaps); d != "" {
		t.Errorf("the pauses between reminders (-want +got):\n%s", d)
	}
}

func TestACaseOfTheNightIsShownWhenTheShopOpens(t *testing.T) {
	for _, c := range []struct {
		severity cases.Severity
		shown    bool
	}{{cases.Low, false}, {cases.High, true}} {
		t.Run(c.severity.String(), func(t *testing.T) {
			s := newShop(t)
			s.nineToFive()
			s.office.Policy.Hold, s.office.Policy.HoldUpTo = true, cases.Low
			s.judge.Score = func(cases.Mention) cases.Score {
				return cases.Score{Label: "neg", Neg: 1, Severity: c.severity, Language: "en", Topics: []string{"other"}}
			}
			s.at("2026-11-22 23:00")
			said := s.state(s.say("1", "Sara", "bad coffee"), cases.Waiting)
			if _, shown := s.rooms["desk"].cards[said.ID]; shown != c.shown {
				t.Errorf("shown at night: %v, want %v", shown, c.shown)
			}
			if rests := strings.Contains(s.history(said), "propose by rasid: rests until opening"); rests == c.shown {
				t.Errorf("the history says that it rests: %v, shown: %v\n%s", rests, c.shown, s.history(said))
			}
			s.tick("2026-11-23 09:01")
			if _, shown := s.rooms["desk"].cards[said.ID]; !shown {
				t.Error("the desk has no card in the morning")
			}
			if !c.shown {
				s.saidIn("desk", "came while we were closed, 10 h ago")
			}
		})
	}
}

func TestManyCasesOfTheNightAreOneNoticeAtTheOpening(t *testing.T) {
	s := newShop(t)
	s.nineToFive()
	s.office.Policy.Hold, s.office.Policy.HoldUpTo = true, cases.Low
	s.at("2026-11-22 23:00")
	for i := range 12 {
		s.say(fmt.Sprint(i), fmt.Sprint("author", i), "bad coffee")
	}
	s.saidIn("desk")
	s.tick("2026-11-23 09:01")
	s.saidIn("desk", "12 cases came while we were closed. First: \u2068#1 #2 #3 #4 #5 …")
	if n := len(s.rooms["desk"].cards); n != 12 {
		t.Errorf("%d cards in the morning, want one for each", n)
	}
	s.tick("2026-11-23 09:29")
	s.saidIn("desk", "came while we were closed")
	s.tick("2026-11-23 09:32")
	if said := s.rooms["desk"].said[1:]; len(said) != 12 || !strings.Contains(said[0], "still waits") {
		t.Errorf("half an hour later the desk heard %q", said)
	}
}

func TestAClaimThatEndsGivesTheCaseBack(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "adam", responder.ActClaim, "")
	s.tick("2026-11-22 10:59")
	s.saidIn("desk")
	s.tick("2026-11-22 11:31")
	released := s.events(c, cases.Release)
	if len(released) != 1 || released[0].By != cases.Rasid || released[0].At.Format("15:04") != "11:00" {
		t.Fatalf("the claim was not released at eleven: %+v", released)
	}
	if got := s.reread(c); got.ClaimedBy != "" {
		t.Errorf("still claimed by %s", got.ClaimedBy)
	}
	s.saidIn("desk", "still waits")
}

func TestManyAlarmsAfterADowntimeAreOneNoticeForEachRoom(t *testing.T) {
	s := newShop(t)
	var all []cases.Case
	for i := range 12 {
		all = append(all, s.say(fmt.Sprint(i), fmt.Sprint("author", i), "bad coffee"))
	}
	s.later(72 * time.Hour) // nobody ran
	s.saidIn("owners", "12 cases waited")
	s.saidIn("desk")
	for _, c := range all {
		if up := s.events(c, cases.Escalate); len(up) != 1 || !strings.Contains(up[0].Note, "late") {
			t.Errorf("case %d: the history holds %+v, want one step that says how late", c.ID, up)
		}
		if _, ok := s.rooms["owners"].cards[c.ID]; !ok {
			t.Errorf("the owners have no card of case %d", c.ID)
		}
	}
}

func TestAnAlarmMissedByARestartFiresOnceAndSaysHowLate(t *testing.T) {
	for _, late := range []time.Duration{time.Second, time.Minute, 10 * time.Minute, time.Hour, 30 * time.Hour, 30 * 24 * time.Hour} {
		t.Run(late.String(), func(t *testing.T) {
			s := newShop(t)
			s.office.Policy.ExpireAfter = 0
			c := s.say("1", "Sara", "bad coffee")
			s.now = c.WakeAt.Add(late)
			s.work()
			s.work() // and nothing is left
			got := s.reread(c)
			steps := append(s.events(c, cases.Remind), s.events(c, cases.Escalate)...)
			if len(steps) != 1 {
				t.Fatalf("%d steps after the restart, want 1: %+v", len(steps), steps)
			}
			said := append(s.rooms["desk"].said, s.rooms["owners"].said...)
			if len(said) != 1 || strings.Contains(said[0], "I was not running") != (late > 5*time.Minute) {
				t.Errorf("staff heard %q", said)
			}
			if !got.WakeAt.After(s.now) {
				t.Errorf("the next alarm is %v, not after %v", got.WakeAt, s.now)
			}
		})
	}
}

var tries = flag.Int("tries", 100, "how often a person and an alarm act at the same moment")

// TestADecisionStopsTheChain lets a person and the alarm act at the same
// moment, again and again: whoever wins, nothing of the chain comes after the
// decision, and the decision is never lost. `make crash` tries it a thousand
// times.
func TestADecisionStopsTheChain(t *testing.T) {
	tries := *tries
	s := newShop(t)
	s.office.Policy.ApprovalsHour = 0
	m := make([]cases.Mention, tries)
	for i := range m {
		who := fmt.Sprint("author", i)
		m[i] = cases.Mention{Source: "reviews", ID: who, AuthorID: who, Author: who, Thread: who, Text: "bad coffee", PostedAt: s.now, Direct: true}
	}
	_, err := s.store.Record(t.Context(), "reviews", cases.Page{Mentions: m}, s.now)
	s.must(err)
	for range 2 * tries / 50 {
		_, err := s.judge.Step(t.Context(), s.now)
		s.must(err)
		_, err = s.writer.Step(t.Context(), s.now)
		s.must(err)
	}
	waiting, err := s.store.InState(t.Context(), cases.Waiting, tries)
	s.must(err)
	if len(waiting) != tries {
		t.Fatalf("%d cases wait, want %d", len(waiting), tries)
	}
	s.now = s.now.Add(31 * time.Minute)
	for _, c := range waiting {
		var both sync.WaitGroup
		both.Go(func() {
			w := responder.Waker{Desk: s.store, Alarms: onlyCase{c}, Office: s.office, Log: s.poster.Log}
			if _, err := w.Step(t.Context(), s.now); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			d := responder.Decision{Action: responder.ActApprove, Case: c.ID, Draft: 1, Room: "desk", At: s.now, By: responder.Actor{Platform: "telegram", ID: "11"}}
			if a, err := s.clerk.Decide(t.Context(), d); err != nil || a.Alert {
				t.Errorf("case %d: the approval was not taken: %q, %v", c.ID, a.Text, err)
			}
		})
		both.Wait()
	}
	first := 0
	for _, c := range waiting {
		history, err := s.store.History(t.Context(), c.ID)
		s.must(err)
		decided := false
		for _, e := range history {
			if decided && (e.Event == cases.Remind || e.Event == cases.Escalate) {
				t.Errorf("case %d: %s after the approval", c.ID, e.Event)
			}
			if e.Event == cases.Remind && !decided {
				first++
			}
			decided = decided || e.Event == cases.Approve
		}
		if got := s.reread(c); got.State != cases.Approved || !got.WakeAt.IsZero() {
			t.Errorf("case %d is %s and wakes at %v", c.ID, got.State, got.WakeAt)
		}
	}
	t.Logf("the alarm was faster in %d of %d", first, tries)
}

// onlyCase is an alarm clock with one case on it, as it was when it was read.
type onlyCase struct{ c cases.Case }

// Awake returns the case.
func (o onlyCase) Awake(context.Context, time.Time, int) ([]cases.Case, error) {
	return []cases.Case{o.c}, nil
}

func TestACaseGoesToTheRoomsThatAskForIt(t *testing.T) {
	o := &responder.Office{Places: map[string]responder.Place{}, Rooms: []responder.Room{
		{Name: "desk"},
		{Name: "kitchen", Wants: responder.Wants{Topics: []string{"quality", "cleanliness"}}},
		{Name: "english", Wants: responder.Wants{Languages: []string{"en"}}},
		{Name: "alarm", Level: 1, Wants: responder.Wants{Severity: cases.Critical}},
		{Name: "refunds", Level: 1, Wants: responder.Wants{Topics: []string{"refund"}}},
	}}
	for name, c := range map[string]struct {
		score cases.Score
		level int
		want  []string
	}{
		"an Arabic complaint about delivery": {cases.Score{Language: "ar", Topics: []string{"delivery"}}, 0, []string{"desk"}},
		"an English one about quality":       {cases.Score{Language: "en", Topics: []string{"quality"}}, 0, []string{"desk", "kitchen", "english"}},
		"a refund, one level up":             {cases.Score{Language: "ar", Topics: []string{"refund"}, Severity: cases.High}, 1, []string{"refunds"}},
		"a critical refund":                  {cases.Score{Language: "ar", Topics: []string{"refund"}, Severity: cases.Critical}, 1, []string{"alarm", "refunds"}},
		"nobody asks for it":                 {cases.Score{Language: "ar", Topics: []string{"price"}}, 1, []string{"alarm", "refunds"}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, o.RoomsFor(cases.Case{Score: c.score}, c.level)); d != "" {
				t.Errorf("rooms (-want +got):\n%s", d)
			}
		})
	}
}

func TestANoticeNamesWhoIsOnShiftAndKnowsTheTopic(t *testing.T) {
	morning, evening := &hours.Calendar{Zone: time.UTC}, &hours.Calendar{Zone: time.UTC}
	for d := range 7 {
		morning.Week[d] = []hours.Range{{From: hours.At(8, 0), To: hours.At(14, 0)}}
		evening.Week[d] = []hours.Range{{From: hours.At(14, 0), To: hours.At(22, 0)}}
	}
	o := &responder.Office{People: []responder.Person{
		{ID: "mona", Role: responder.Approver, Shift: morning},
		{ID: "adam", Role: responder.Agent, Shift: morning, Skills: []string{"payment"}},
		{ID: "sami", Role: responder.Agent, Shift: evening, Skills: []string{"payment"}},
		{ID: "huda", Role: responder.Manager},
		{ID: "john", Role: responder.Supervisor, Languages: []string{"en"}},
	}}
	at := func(hour int) time.Time { return time.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		topic, language string
		level, hour     int
		want            []string
	}{
		"the one who knows payments":        {"payment", "ar", 0, 10, []string{"adam"}},
		"the other one in the evening":      {"payment", "ar", 0, 15, []string{"sami"}},
		"whoever is there when nobody does": {"delivery", "ar", 0, 10, []string{"mona", "adam", "huda"}},
		"supervisors one level up":          {"payment", "en", 1, 10, []string{"huda", "john"}},
		"not one who does not answer in it": {"payment", "ar", 1, 10, []string{"huda"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range o.OnDuty(cases.Case{Score: cases.Score{Topics: []string{c.topic}, Language: c.language}}, c.level, at(c.hour)) {
				got = append(got, p.ID)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("named (-want +got):\n%s", d)
			}
		})
	}
}

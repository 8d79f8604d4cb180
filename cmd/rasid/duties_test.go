package main

import (
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

func TestWhatAsksAPlatformOrTakesLongIsDueInItsTimeAndNotWheneverSomethingHappens(t *testing.T) {
	h := houseOf(t, muteHouse)
	for name, every := range map[string]time.Duration{"look": 15 * time.Second, "learn": learnEvery} {
		now := h.now()
		for _, d := range h.duties() {
			if d.name != name {
				continue
			}
			if _, err := d.step(t.Context(), now); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if d.hears != nil || d.next == nil || !d.next().Equal(now.Add(every)) {
				t.Errorf("%q is woken early", name)
			}
			now = time.Time{}
		}
		if !now.IsZero() {
			t.Errorf("there is no duty %q", name)
		}
	}
}

// TestALeapOfTheClockDeletesNothingForADay: `keep:` would take every word from a
// shop whose clock is ten years ahead for an hour.
func TestALeapOfTheClockDeletesNothingForADay(t *testing.T) {
	clock := fromNoon()
	h := houseAt(t, muteHouse+"keep: 30d\n", clock.now)
	m := cases.Mention{Source: "app", ID: "1", AuthorID: "1", Text: "The coffee was cold and nobody answers, terrible", PostedAt: h.now(), Direct: true}
	if _, err := h.store.Record(t.Context(), "app", cases.Page{Mentions: []cases.Mention{m}}, h.now()); err != nil {
		t.Fatal(err)
	}
	h.doing(t, "judge", "draft")
	d := responder.Decision{Action: responder.ActDismiss, Case: 1, Draft: 1, Text: "spam", By: responder.Actor{Platform: "console", ID: "mona"}, Room: "desk", At: h.now()}
	if ans, err := h.clerk.Decide(t.Context(), d); err != nil || ans.Alert {
		t.Fatalf("dismissing: %+v %v", ans, err)
	}
	words := func() string {
		c, err := h.store.Case(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		return c.Last().Text
	}
	h.doing(t, "prune")
	for _, x := range []struct {
		what  string
		after time.Duration
		want  string
	}{
		{"after the leap", 10 * 365 * 24 * time.Hour, m.Text},
		{"an hour after the leap", time.Hour, m.Text},
		{"after the clock was put right", -10 * 365 * 24 * time.Hour, m.Text},
		{"after six weeks without power", 42 * 24 * time.Hour, m.Text},
		{"a day later", 24 * time.Hour, ""},
	} {
		clock.forward(x.after)
		h.doing(t, "prune")
		if got := words(); got != x.want {
			t.Errorf("%s the case says %q, want %q", x.what, got, x.want)
		}
	}
	told := 0
	for {
		s, found, err := h.store.Claim(t.Context(), cases.SendNotice, []string{"desk"}, h.now().AddDate(11, 0, 0), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if !found {
			break
		}
		if strings.Contains(s.Text, "قفزت ساعة هذا الجهاز") {
			told++
		}
	}
	if told != 2 {
		t.Errorf("staff were told of %d leaps, want 2", told)
	}
}

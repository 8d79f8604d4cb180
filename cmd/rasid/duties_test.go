package main

import (
	"testing"
	"time"
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

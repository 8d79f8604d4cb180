package responder_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"rasid/internal/cases"
)

// TestFiftyThousandOneStarItemsInAnHourAreElevenCards is the full scale of the
// abuse case: every item is recorded, becomes a case and is counted, and no room
// sees more than ten cards of single cases beside the one of the incident. What
// a case costs after that does not depend on how many there are.
func TestFiftyThousandOneStarItemsInAnHourAreElevenCards(t *testing.T) {
	n := 50_000
	if testing.Short() || os.Getenv("RASID_SCALE") == "" {
		n = 1_000 // make scale runs the whole
	}
	s := watchful(t)
	const page = 500
	cards, incident := 0, int64(0)
	for i := 0; i < n; i += page {
		var ms []cases.Mention
		for j := i; j < min(i+page, n); j++ {
			ms = append(ms, cases.Mention{ID: fmt.Sprint(j), AuthorID: fmt.Sprint("a", j), Author: "A", Thread: fmt.Sprint(j), Text: complaint(j), Stars: 1,
				PostedAt: s.now.Add(time.Duration(j-i) * time.Hour / time.Duration(n))})
		}
		s.now = s.now.Add(page * time.Hour / time.Duration(n))
		s.hear(ms...)
		for j := i; j < min(i+page, n); j++ {
			c, err := s.store.Case(t.Context(), int64(j+1)) // each author is a case of its own, numbered in turn
			s.must(err)
			c.Score = cases.Score{Label: "neg", Neg: 0.95, Severity: cases.Low, Language: "en"}
			shown, in, err := s.crisis.Enrol(t.Context(), c, s.now)
			s.must(err)
			if shown {
				cards++
			}
			incident = max(incident, in)
		}
	}
	open := s.incidents()
	if len(open) != 1 || open[0].ID != incident || open[0].Count != n {
		t.Fatalf("incidents %+v, want one that counts all %d", open, n)
	}
	if cards > 10 {
		t.Errorf("%d cards of single cases, want at most 10 beside the incident's", cards)
	}
	for _, r := range s.office.Rooms {
		for range 2 {
			_, err := s.bulletin(r).Step(t.Context(), s.now)
			s.must(err)
		}
	}
	for name, r := range s.rooms {
		if r.fresh != 1 {
			t.Errorf("%s saw %d messages of the incident, want one that is changed in place", name, r.fresh)
		}
	}
}

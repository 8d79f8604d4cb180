package watcherstest

import (
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/watchers"
)

// Reviews is a fake place of reviews with one source on it.
type Reviews struct {
	Source watchers.Source
	// Say writes a review at a time and returns its id on the platform.
	Say func(text string, at time.Time) (id string)
	// Edit changes the words of a review at a time.
	Edit func(id, text string, at time.Time)
	// Answer lets a colleague answer a review at a time.
	Answer func(id, text string, at time.Time)
	// Now is the time of the source.
	Now time.Time
}

// ExerciseReviews checks what every source of reviews must keep besides what
// every source must: all pages are read, an edit comes again, and every look says
// which answers of the business it saw. open starts a
// fresh place each time it is called.
func ExerciseReviews(t *testing.T, open func(t *testing.T) Reviews) {
	t.Helper()
	t.Run("many pages are read to the end", func(t *testing.T) {
		const many = 230
		r := open(t)
		for i := range many {
			r.Say("coffee", r.Now.Add(-time.Hour+time.Duration(i)*time.Second))
		}
		if p := Poll(t, r.Source, ""); len(p.Mentions) != many || p.Gap != "" {
			t.Errorf("%d mentions, gap %q", len(p.Mentions), p.Gap)
		}
	})
	t.Run("an edit comes again under the same id", func(t *testing.T) {
		r := open(t)
		id := r.Say("cold", r.Now.Add(-2*time.Hour))
		first := Poll(t, r.Source, "")
		if len(first.Mentions) != 1 {
			t.Fatalf("%+v", first)
		}
		r.Edit(id, "warm after all", r.Now.Add(-time.Minute))
		again := Poll(t, r.Source, first.Next).Mentions
		if len(again) != 1 || again[0].ID != first.Mentions[0].ID || again[0].Text != "warm after all" {
			t.Errorf("%+v", again)
		}
	})
	t.Run("an answer of the business is told at every look that sees it", func(t *testing.T) {
		r, at := open(t), cases.Cursor("")
		id := r.Say("cold", r.Now.Add(-2*time.Hour))
		r.Say("warm", r.Now.Add(-time.Hour))
		if p := Poll(t, r.Source, at); len(p.Answers) != 0 {
			t.Errorf("before anybody answered: %+v", p.Answers)
		}
		r.Answer(id, "We are sorry.", r.Now.Add(-time.Minute))
		for range 2 {
			p := Poll(t, r.Source, at)
			if len(p.Answers) != 1 || p.Answers[0].Text != "We are sorry." || !p.Answers[0].At.Equal(r.Now.Add(-time.Minute)) || at == "" && p.Answers[0].Mention != p.Mentions[0].ID {
				t.Errorf("%+v to %+v", p.Answers, p.Mentions)
			}
			at = p.Next
		}
	})
}

package main

import (
	"testing"

	"rasid/internal/cases"
	"rasid/sentiment"
)

func TestTheCurveCountsWhatEachThresholdWouldHaveFlagged(t *testing.T) {
	s, err := sentiment.New()
	if err != nil {
		t.Fatal(err)
	}
	say := func(num int64, text string) cases.Scored {
		return cases.Scored{Mention: cases.Mention{Num: num, Text: text}}
	}
	ours := say(9, "terrible")
	ours.Mention.Ours = true
	said := []cases.Scored{
		say(1, "terrible service, rude staff, never again"), say(2, "خدمة سيئة جدا ولا انصح فيه"),
		say(3, "lovely place, thank you"), say(4, "where are you?"), ours, say(5, " "),
	}
	taught := []cases.Taught{
		{Lesson: cases.Lesson{Mention: 1, Label: "neu"}}, {Lesson: cases.Lesson{Mention: 1, Label: "neg"}}, // the later word counts
		{Lesson: cases.Lesson{Mention: 2, Label: "neu"}}, {Lesson: cases.Lesson{Mention: 3, Label: "neg"}},
	}
	points, n := curveOf(s, naming{}, said, taught, 0.45)
	if n != 4 {
		t.Errorf("%d mentions counted, want 4: our own words and empty ones are none", n)
	}
	last := n + 1
	for _, c := range points {
		if c.flagged > last {
			t.Errorf("at %.2f %d are flagged, more than at the threshold below", c.at, c.flagged)
		}
		last = c.flagged
		if c.policy != (c.at == 0.45) {
			t.Errorf("%.2f is taken for the policy's", c.at)
		}
		if c.policy && (c.flagged != 2 || c.right != 1 || c.wrong != 1 || c.missed != 1) {
			t.Errorf("at the policy's threshold: %+v", c)
		}
	}
}

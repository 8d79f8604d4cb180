package sentiment

import (
	"testing"

	"rasid/sentiment/sentences"
)

func TestComplaintsAboutOthersAreToldFromComplaintsAboutUs(t *testing.T) {
	rows, err := sentences.Targets()
	if err != nil {
		t.Fatal(err)
	}
	s := scorer(t)
	type tally struct{ hit, false, miss int }
	var sure, likely tally
	var complaints tally // P(neg) and target together, what a rule acts on
	n := 0
	for _, a := range rows {
		if a.Split != "test" {
			continue
		}
		n++
		res := s.Quick(Input{Text: a.Text, Brand: []string{a.Brand}})
		us := a.About == "us"
		note := func(c *tally, says, is bool) {
			switch {
			case says && is:
				c.hit++
			case says:
				c.false++
			case is:
				c.miss++
			}
		}
		note(&likely, res.Target >= 0.5, us)
		note(&sure, res.Target >= 0.7, us)
		note(&complaints, res.Target >= 0.5 && res.Neg >= flagged, us && a.Label == "neg")
	}
	for name, c := range map[string]tally{"target ≥ 0.5": likely, "target ≥ 0.7": sure, "complaint about us": complaints} {
		t.Logf("%s on %d test texts: precision %.3f, recall %.3f", name, n, float64(c.hit)/float64(c.hit+c.false), float64(c.hit)/float64(c.hit+c.miss))
	}
	floor := func(name string, c tally, precision, recall float64) {
		if float64(c.hit) < precision*float64(c.hit+c.false) || float64(c.hit) < recall*float64(c.hit+c.miss) {
			t.Errorf("%s: %+v, want precision %v and recall %v", name, c, precision, recall)
		}
	}
	floor("target ≥ 0.5", likely, 0.6, 0.5)
	floor("target ≥ 0.7", sure, 0.8, 0.2) // from here on a rule may act by itself
}

func TestOurOwnPageIsAboutUs(t *testing.T) {
	s := scorer(t)
	if got := s.Quick(Input{Text: "slow and rude", AboutUs: true, Brand: []string{"Noran"}}).Target; got < 0.9 {
		t.Errorf("a complaint on our own page is about us with %v", got)
	}
	if got := s.Quick(Input{Text: "the bank kept me waiting", Brand: []string{"Noran"}}).Target; got > 0.3 {
		t.Errorf("a complaint that never names us is about us with %v", got)
	}
}

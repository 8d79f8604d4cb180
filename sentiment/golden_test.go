package sentiment

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rasid/sentiment/sentences"
)

// Both sets kept apart have a floor per language; the hard groups are printed one by one.
func TestOurOwnMentionsKeptApartAreJudgedWell(t *testing.T) {
	judgeKeptApart(t, mentions(t), map[string]float64{"language ar": 0.72, "language en": 0.55})
}

func TestTalkKeptApartIsJudgedWell(t *testing.T) {
	talk, err := sentences.Talk()
	if err != nil {
		t.Fatal(err)
	}
	judgeKeptApart(t, talk, map[string]float64{"language ar": 0.55, "language en": 0.55})
}

// judgeKeptApart prints how well the sentences of the test split are judged, and wants the F1 of complaints given.
func judgeKeptApart(t *testing.T, ss []sentences.Sentence, floors map[string]float64) {
	t.Helper()
	s := scorer(t)
	type tally struct{ n, right, tp, fp, fn int }
	by := map[string]*tally{}
	for _, m := range ss {
		if m.Split != "test" {
			continue
		}
		got := s.Quick(Input{Text: m.Text})
		lang := m.Lang
		for _, name := range []string{"language " + lang, "group " + m.Group} {
			c := by[name]
			if c == nil {
				c = &tally{}
				by[name] = c
			}
			c.n++
			c.right += b2i(string(got.Label) == m.Label)
			neg, said := m.Label == "neg", got.Label == Negative
			c.tp += b2i(neg && said)
			c.fp += b2i(!neg && said)
			c.fn += b2i(neg && !said)
		}
	}
	var lines []string
	for name, c := range by {
		f1 := 2 * float64(c.tp) / float64(max(2*c.tp+c.fp+c.fn, 1))
		lines = append(lines, fmt.Sprintf("%-28s n=%4d accuracy %.3f, complaints F1 %.3f", name, c.n, float64(c.right)/float64(c.n), f1))
		if want, ok := floors[name]; ok && f1 < want {
			t.Errorf("%s: F1 of complaints %.3f, want %.2f", name, f1, want)
		}
	}
	slices.Sort(lines)
	t.Logf("kept apart:\n%s", strings.Join(lines, "\n"))
}

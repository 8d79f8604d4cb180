package sentiment

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestOurOwnMentionsKeptApartAreJudgedWell has a floor per language and prints the hard groups one by one.
func TestOurOwnMentionsKeptApartAreJudgedWell(t *testing.T) {
	s := scorer(t)
	type tally struct{ n, right, tp, fp, fn int }
	by := map[string]*tally{}
	for _, m := range mentions(t) {
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
		if want, ok := map[string]float64{"language ar": 0.72, "language en": 0.55}[name]; ok && f1 < want {
			t.Errorf("%s: F1 of complaints %.3f, want %.2f", name, f1, want)
		}
	}
	slices.Sort(lines)
	t.Logf("own mentions kept apart:\n%s", strings.Join(lines, "\n"))
}

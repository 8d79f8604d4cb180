package promise_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"rasid/responder/promise"
)

// row is one reply of the evaluation set.
type row struct {
	id, lang, text string
	now            time.Time
	due            time.Time // zero: nothing is promised
}

// rows reads the evaluation set. Odd rows were used to choose the words; even ones
// only measure, though whoever chose the words had read them all once.
func rows(t *testing.T) []row {
	t.Helper()
	b, err := os.ReadFile("../testdata/promises.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []row
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(line, "\t")
		if len(c) != 5 {
			t.Fatalf("promises.tsv:%d: %d columns", i+1, len(c))
		}
		r := row{id: c[0], lang: c[1], text: c[4]}
		if r.now, err = time.Parse(time.RFC3339, c[2]); err != nil {
			t.Fatal(err)
		}
		if c[3] != "-" {
			if r.due, err = time.Parse(time.RFC3339, c[3]); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, r)
	}
	return all
}

// weekend is that of the evaluation set.
func weekend(d time.Time) bool { return d.Weekday() != time.Friday && d.Weekday() != time.Saturday }

// tally counts what was found.
type tally struct{ right, exact, missed, invented, quiet int }

func (s tally) String() string {
	found := s.right + s.exact
	return fmt.Sprintf("precision %.3f  recall %.3f  exact due %.3f  (%d promises, %d without)",
		part(found, found+s.invented), part(found, found+s.missed), part(s.exact, found+s.missed), found+s.missed, s.invented+s.quiet)
}

func part(a, b int) float64 {
	if b == 0 {
		return 1
	}
	return float64(a) / float64(b)
}

func TestPromisesAreFoundWithTheirTime(t *testing.T) {
	f, err := promise.New()
	if err != nil {
		t.Fatal(err)
	}
	score := map[string]*tally{}
	for i, r := range rows(t) {
		half := "seen"
		if i%2 == 1 {
			half = "unseen"
		}
		key := half + " " + r.lang
		if score[key] == nil {
			score[key] = &tally{}
		}
		s := score[key]
		p, ok := f.Find(r.text, r.now, weekend)
		switch {
		case ok && r.due.IsZero():
			s.invented++
		case !ok && r.due.IsZero():
			s.quiet++
		case !ok:
			s.missed++
		case p.Due.Equal(r.due):
			s.exact++
		default:
			s.right++
		}
		if os.Getenv("SHOW") != "" && (ok == r.due.IsZero() || ok && !p.Due.Equal(r.due)) {
			t.Logf("%s %s: got %v %v, want %v: %s", half, r.id, ok, p.Due, r.due, r.text)
		}
	}
	for _, key := range []string{"seen en", "seen ar", "unseen en", "unseen ar"} {
		s := score[key]
		t.Logf("%-9s  %s", key, s)
		found := s.right + s.exact
		if part(found, found+s.invented) < 0.9 || part(found, found+s.missed) < 0.9 || part(s.exact, found+s.missed) < 0.9 {
			t.Errorf("%s is below 0.9: %s", key, s)
		}
	}
}

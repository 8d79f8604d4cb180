package guard

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

// row is one line of the evaluation set.
type row struct {
	id         string
	held       bool // even rows: nobody tunes on them
	lang, kind string
	text       string
}

func rows(t testing.TB) []row {
	t.Helper()
	b, err := os.ReadFile("../testdata/guard.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []row
	for line := range strings.SplitSeq(string(b), "\n") {
		f := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(f) != 4 {
			continue
		}
		n, err := strconv.Atoi(strings.TrimPrefix(f[0], "guard-"))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row{id: f[0], held: n%2 == 0, lang: f[1], kind: f[2], text: f[3]})
	}
	if len(all) < 2500 {
		t.Fatalf("only %d rows read", len(all))
	}
	return all
}

// family groups the kinds that share a floor.
func family(kind string) string {
	name, _, _ := strings.Cut(kind, "-")
	return name
}

// tally counts one half of the set.
type tally struct{ rows, caught, exact int }

func (n tally) share(of int) float64 {
	if n.rows == 0 {
		return 1
	}
	return float64(of) / float64(n.rows)
}

// TestTheGuardFindsWhatPeopleWroteByHand prints what the guard catches, and holds
// it to floors. A row is caught when something of its family blocks it; exact
// when the kind is the one that was written beside it.
func TestTheGuardFindsWhatPeopleWroteByHand(t *testing.T) {
	t.Parallel()
	g := newGuard(t, Policy{Times: []time.Duration{24 * time.Hour}})
	counts := map[string]*[2]tally{}
	for _, r := range rows(t) {
		found := g.Check(r.text, cases.Case{Score: cases.Score{Language: r.lang}})
		for _, name := range []string{r.kind, family(r.kind)} {
			if counts[name] == nil {
				counts[name] = &[2]tally{}
			}
		}
		caught, exact := judge(r, found)
		if !r.held && os.Getenv("GUARD_SHOW") != "" && caught == (r.kind == "-") {
			t.Logf("%s %s %s %q: %+v", r.id, r.lang, r.kind, r.text, found)
		}
		half := 0
		if r.held {
			half = 1
		}
		for name := range map[string]bool{r.kind: true, family(r.kind): true} {
			n := &counts[name][half]
			n.rows++
			if caught {
				n.caught++
			}
			if exact {
				n.exact++
			}
		}
	}
	var table strings.Builder
	fmt.Fprintf(&table, "\n%-20s %21s %21s\n%-20s %5s %7s %7s %5s %7s %7s\n", "", "odd rows (tuned on)", "even rows (held out)", "kind", "rows", "caught", "exact", "rows", "caught", "exact")
	for _, name := range []string{
		"privacy-email", "privacy-phone", "privacy-card", "privacy-iban", "privacy-id", "privacy-order", "privacy",
		"tone-blame", "tone-condescension", "tone-sarcasm", "tone-shouting", "tone-argument", "tone-command", "tone", "liability",
	} {
		n := counts[name]
		if n == nil {
			t.Fatalf("no row of kind %s", name)
		}
		fmt.Fprintf(&table, "%-20s %5d %7.3f %7.3f %5d %7.3f %7.3f\n", name, n[0].rows, n[0].share(n[0].caught), n[0].share(n[0].exact), n[1].rows, n[1].share(n[1].caught), n[1].share(n[1].exact))
	}
	clean := counts["-"]
	fmt.Fprintf(&table, "%-20s %5d %7d         %5d %7d\n", "clean, but stopped", clean[0].rows, clean[0].caught, clean[1].rows, clean[1].caught)
	t.Log(table.String())
	floors(t, counts)
}

// judge says whether a row is caught at all, and by its own kind. Of a clean
// row, any finding that blocks is a false alarm.
func judge(r row, found []cases.Finding) (caught, exact bool) {
	for _, f := range found {
		if f.Block && (r.kind == "-" || family(f.Kind) == family(r.kind)) {
			caught = true
		}
		if f.Block && f.Kind == r.kind {
			exact = true
		}
	}
	return caught, exact
}

func floors(t *testing.T, counts map[string]*[2]tally) {
	t.Helper()
	both := func(name string) tally {
		n := counts[name]
		return tally{n[0].rows + n[1].rows, n[0].caught + n[1].caught, n[0].exact + n[1].exact}
	}
	if p := both("privacy"); p.share(p.caught) < 0.99 {
		t.Errorf("recall on private data is %.4f, want at least 0.99", p.share(p.caught))
	}
	if c := both("-"); c.share(c.caught) > 0.005 {
		t.Errorf("%d of %d clean rows are stopped, want at most 0.5 %%", c.caught, c.rows)
	}
	for _, name := range []string{"tone", "liability"} {
		for half, floor := range []float64{0.9, 0.8} {
			if n := counts[name][half]; n.share(n.caught) < floor {
				t.Errorf("recall on %s, rows %s, is %.3f, want at least %.1f", name, []string{"odd", "even"}[half], n.share(n.caught), floor)
			}
		}
	}
}

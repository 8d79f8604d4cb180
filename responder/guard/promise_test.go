package guard

import (
	"os"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

// TestTimesThatThePolicyDoesNotKnowAreFound reads the replies of the promise set (it was tuned on them)
// under a policy whose only time is one nobody promises.
func TestTimesThatThePolicyDoesNotKnowAreFound(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../testdata/promises.tsv")
	if err != nil {
		t.Fatal(err)
	}
	g := newGuard(t, Policy{Times: []time.Duration{997 * time.Hour}})
	var promised, found, silent, wrong int
	for line := range strings.SplitSeq(string(b), "\n") {
		f := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(f) != 5 {
			continue
		}
		hit := false
		for _, x := range g.Check(f[4], cases.Case{}) {
			hit = hit || x.Kind == "promise"
		}
		if f[3] == "-" {
			if silent++; hit {
				wrong++
				t.Logf("nothing is promised: %s %s", f[0], f[4])
			}
			continue
		}
		if promised++; hit {
			found++
		} else {
			t.Logf("missed: %s %s", f[0], f[4])
		}
	}
	t.Logf("promises: %d of %d found; without a promise: %d of %d stopped", found, promised, wrong, silent)
	if promised < 200 || silent < 80 {
		t.Fatalf("only %d and %d replies read", promised, silent)
	}
	if found*100 < promised*90 {
		t.Errorf("%d of %d promised times found, want at least 90 %%", found, promised)
	}
	if wrong*100 > silent*10 {
		t.Errorf("%d of %d replies without a promise are stopped, want at most 10 %%", wrong, silent)
	}
}

package guard

import (
	"os"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

// hearing counts what the guard makes of one set of edits.
type hearing struct{ rude, caught, polite, stopped int }

func (h hearing) recall() float64 { return float64(h.caught) / float64(max(h.rude, 1)) }

// hear runs the guard over a file of edits. A rude one counts as caught when
// anything of tone blocks it; of a polite one any block is a false alarm.
func hear(t *testing.T, g *Guard, file, look string) map[string]hearing {
	t.Helper()
	b, err := os.ReadFile("../testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]hearing{}
	for line := range strings.SplitSeq(string(b), "\n") {
		f := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(f) != 4 {
			continue
		}
		half := "odd"
		if strings.ContainsAny(f[0][len(f[0])-1:], "02468") {
			half = "even"
		}
		block := ""
		for _, x := range g.Check(f[3], cases.Case{Score: cases.Score{Language: f[1]}}) {
			if x.Block && (f[2] == "-" || family(x.Kind) == "tone") {
				block = x.Kind + " " + x.Words
			}
		}
		for _, key := range []string{half, f[1], "all"} {
			h := all[key]
			if f[2] == "-" {
				h.polite++
				h.stopped += min(len(block), 1)
			} else {
				h.rude++
				h.caught += min(len(block), 1)
			}
			all[key] = h
		}
		if half == look && os.Getenv("GUARD_SHOW") != "" && (block != "") == (f[2] == "-") {
			t.Logf("%s %q %s", f[2], f[3], block)
		}
	}
	t.Logf("%-14s %-5s %6s %7s %8s %8s", file, "", "rude", "caught", "polite", "stopped")
	for _, key := range []string{"odd", "even", "ar", "en", "all"} {
		h := all[key]
		t.Logf("%-14s %-5s %6d %7.3f %8d %8d", "", key, h.rude, h.recall(), h.polite, h.stopped)
	}
	return all
}

// TestTheToneOfEditsIsHeardBeyondTheTunedOnes measures the guard on edits that
// were written after its lists. Of tone.tsv the odd rows have been looked at
// since; its even rows are by the same hand in the same hour, so they flatter.
// tone-late.tsv was written when the lists were done: that is the honest figure,
// and it is held to what it was, not to what one would wish.
func TestTheToneOfEditsIsHeardBeyondTheTunedOnes(t *testing.T) {
	t.Parallel()
	g := New(Policy{Times: []time.Duration{24 * time.Hour}})
	first := hear(t, g, "tone.tsv", "odd")
	if h := first["all"]; h.rude < 150 || h.polite < 300 {
		t.Fatalf("%d rude and %d polite edits, want at least 150 and 300", h.rude, h.polite)
	}
	if got := first["odd"].recall(); got < 0.95 {
		t.Errorf("%.3f of the tuned rows are caught, want 0.95", got)
	}
	if got := first["even"].recall(); got < 0.8 {
		t.Errorf("%.3f of the even rows are caught, want 0.8", got)
	}
	if h := first["all"]; h.stopped*50 > h.polite {
		t.Errorf("%d of %d polite edits are stopped, want at most one in fifty", h.stopped, h.polite)
	}
	if got := hear(t, g, "tone-late.tsv", "")["all"].recall(); got < lateFloor {
		t.Errorf("%.3f of the late rows are caught, want %.2f", got, lateFloor)
	}
}

// lateFloor is a little below what was measured when the late rows were
// written.
const lateFloor = 0.12

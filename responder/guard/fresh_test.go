package guard

import (
	"os"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

// hearing counts what the guard makes of one set of edits.
type hearing struct{ rude, caught, warned, polite, stopped, told int }

func (h hearing) recall() float64 { return float64(h.caught) / float64(max(h.rude, 1)) }

// heard is the share that staff are warned of, whether or not it is stopped.
func (h hearing) heard() float64 { return float64(h.warned) / float64(max(h.rude, 1)) }

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
		block, said := "", 0
		for _, x := range g.Check(f[3], cases.Case{Score: cases.Score{Language: f[1], Label: "neg"}}) {
			if x.Block && (f[2] == "-" || family(x.Kind) == "tone") {
				block = x.Kind + " " + x.Words
			}
			if family(x.Kind) == "tone" {
				said = 1
			}
		}
		for _, key := range []string{half, f[1], "all"} {
			h := all[key]
			if f[2] == "-" {
				h.polite++
				h.told += said
				h.stopped += min(len(block), 1)
			} else {
				h.rude++
				h.warned += said
				h.caught += min(len(block), 1)
			}
			all[key] = h
		}
		if half == look && os.Getenv("GUARD_SHOW") != "" && (block != "") == (f[2] == "-") {
			t.Logf("%s %q %s", f[2], f[3], block)
		}
	}
	t.Logf("%-14s %-5s %6s %7s %7s %8s %8s %6s", file, "", "rude", "caught", "warned", "polite", "stopped", "told")
	for _, key := range []string{"odd", "even", "ar", "en", "all"} {
		h := all[key]
		t.Logf("%-14s %-5s %6d %7.3f %7.3f %8d %8d %6d", "", key, h.rude, h.recall(), h.heard(), h.polite, h.stopped, h.told)
	}
	return all
}

// TestTheToneOfEditsIsHeardBeyondTheTunedOnes measures the guard on edits that
// nobody tuned on. Of tone.tsv the odd rows have been looked at since; its even
// rows are by the same hand in the same hour, so they flatter, and so does
// tone-fresh.tsv, which the author of the last patterns had just written.
// tone-late.tsv was written when the lists were done, creatively: that is the
// honest figure. What is caught is stopped and needs a second press; what is
// warned of has the finding on its card, as advice where nothing but courtesy is
// missing. tone-polite.tsv holds single sentences of polite replies, where courtesy
// is hardest to see; it is by the same hand, minutes before the words of courtesy
// were extended. The floors are what was measured, not what one would wish.
func TestTheToneOfEditsIsHeardBeyondTheTunedOnes(t *testing.T) {
	t.Parallel()
	g := newGuard(t, Policy{Times: []time.Duration{24 * time.Hour}})
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
	if h := first["all"]; h.told*7 > h.polite {
		t.Errorf("%d of %d polite edits are advised against, want at most one in seven", h.told, h.polite)
	}
	for file, floor := range map[string]struct{ caught, warned float64 }{"tone-late.tsv": {0.37, 0.81}, "tone-fresh.tsv": {0.9, 0.95}} {
		if h := hear(t, g, file, "")["all"]; h.recall() < floor.caught || h.heard() < floor.warned {
			t.Errorf("%s: %.3f of the rows are caught and %.3f warned of, want %.2f and %.2f", file, h.recall(), h.heard(), floor.caught, floor.warned)
		}
	}
	if h := hear(t, g, "tone-polite.tsv", "")["all"]; h.polite < 60 || h.stopped > 0 || h.told*3 > h.polite {
		t.Errorf("of %d polite sentences %d are stopped and %d advised against, want none and at most a third", h.polite, h.stopped, h.told)
	}
}

// TestSharpEditsAreToldFromPlainOnes measures the guard where rude and polite are
// hardest to tell apart: in sentences without a word of courtesy. The clean rows of
// guard.tsv, which nobody wrote as answers to a complaint, are read as such here.
func TestSharpEditsAreToldFromPlainOnes(t *testing.T) {
	t.Parallel()
	g := newGuard(t, Policy{Times: []time.Duration{24 * time.Hour}})
	all := hear(t, g, "tone-sharp.tsv", "odd")
	for half, floor := range map[string]float64{"odd": 0.75, "even": 0.85} {
		if h := all[half]; h.rude < 40 || h.recall() < floor || h.stopped*20 > h.polite {
			t.Errorf("of the %s rows %.3f of %d rude ones are caught, want %.2f; %d of %d polite ones are stopped", half, h.recall(), h.rude, floor, h.stopped, h.polite)
		}
	}
	if h := hear(t, g, "guard.tsv", "")["all"]; h.polite < 2000 || h.stopped*500 > h.polite {
		t.Errorf("%d of %d clean rows are stopped as answers to a complaint, want at most one in 500", h.stopped, h.polite)
	}
}

func TestAnAnswerToAComplaintWithoutCourtesyOrHelpIsAdvisedAgainst(t *testing.T) {
	t.Parallel()
	g := newGuard(t, Policy{})
	for text, want := range map[string]bool{
		"There is a door, use it.": true, "كل الناس تأكلها هكذا من سنين": true,
		"We are sorry about the soup.": false, "Your new lamp is on its way, we will write.": false, "ونعتذر عن الشوربة الباردة اليوم": false,
		"Open on Friday.": false, // too short to tell
	} {
		var cold []cases.Finding
		for _, f := range g.Check(text, cases.Case{Score: cases.Score{Label: "neg"}}) {
			if f.Kind == "tone-cold" {
				cold = append(cold, f)
			}
		}
		if (len(cold) > 0) != want || want && cold[0].Block {
			t.Errorf("%q: %+v, want advice %v", text, cold, want)
		}
		if want && len(g.Check(text, cases.Case{Score: cases.Score{Label: "pos"}})) > 0 {
			t.Errorf("%q is advised against where nobody complained", text)
		}
	}
}

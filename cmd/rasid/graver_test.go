package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/sentiment"
)

// warning is one row of signals.tsv.
type warning struct {
	held         bool // even rows: nobody looks at them
	signal, text string
	is           bool // the text raises the signal
}

func signalRows(t *testing.T, file string) []warning {
	t.Helper()
	b, err := os.ReadFile("../../responder/testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all []warning
	for line := range strings.SplitSeq(string(b), "\n") {
		f := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(f) != 4 {
			continue
		}
		signal, not := strings.CutPrefix(f[2], "-")
		all = append(all, warning{held: strings.ContainsAny(f[0][len(f[0])-1:], "02468"), signal: signal, text: f[3], is: !not})
	}
	return all
}

// heard counts how the rows of one signal are read.
type heard struct{ is, found, isnt, wrong int }

func (h heard) recall() float64 { return float64(h.found) / float64(max(h.is, 1)) }

func (h heard) precision() float64 {
	if h.found+h.wrong == 0 {
		return 0
	}
	return float64(h.found) / float64(h.found+h.wrong)
}

func (h *heard) count(row warning, signals []string) {
	has := slices.Contains(signals, row.signal)
	switch {
	case row.is && has:
		h.is, h.found = h.is+1, h.found+1
	case row.is:
		h.is++
	case has:
		h.isnt, h.wrong = h.isnt+1, h.wrong+1
	default:
		h.isnt++
	}
}

// TestThreatsAreToldFromWhatOnlyLooksLikeThem prints how many threats to go to the
// press or to court, told harm and farewells are heard, and how many of those taken
// for one are: by the scorer alone, and with the signs of the responder. The rows
// were set down before the first sign, by the same hand, which flatters; floors are
// a little below what was measured.
func TestThreatsAreToldFromWhatOnlyLooksLikeThem(t *testing.T) {
	h := judging(t)
	rows := signalRows(t, "signals.tsv")
	t.Logf("%-8s %-5s %9s %15s %15s", "", "", "", "scorer alone", "with the signs")
	t.Logf("%-8s %-5s %4s %4s %7s %7s %7s %7s", "signal", "rows", "is", "not", "found", "right", "found", "right")
	for _, signal := range spared {
		for half, held := range map[string]bool{"odd": false, "even": true} {
			var alone, with heard
			for _, row := range rows {
				if row.signal != signal || row.held != held {
					continue
				}
				alone.count(row, h.scorer.Score(sentiment.Input{Text: row.text, AboutUs: true}).Signals)
				score := h.score(cases.Mention{Text: row.text, Direct: true})
				with.count(row, score.Signals)
				if !held && os.Getenv("SIGNS_SHOW") != "" && slices.Contains(score.Signals, signal) != row.is {
					t.Logf("%s %v %s %v", signal, row.is, row.text, score.Signals)
				}
			}
			t.Logf("%-8s %-5s %4d %4d %7.2f %7.2f %7.2f %7.2f", signal, half, with.is, with.isnt, alone.recall(), alone.precision(), with.recall(), with.precision())
			if with.is+with.isnt < 50 || with.recall() < 0.92 || with.precision() < 0.9 {
				t.Errorf("of the %s rows of %s %.2f are found, %.2f rightly; want .92 and .90", half, signal, with.recall(), with.precision())
			}
		}
	}
}

// TestAThreatComesBeforeStaffWhateverItsMood shows what a sign changes: how grave a
// mention is, and that a look-alike of the scorer's words is none.
func TestAThreatComesBeforeStaffWhateverItsMood(t *testing.T) {
	h := judging(t)
	for text, want := range map[string]struct {
		signals  string
		severity cases.Severity
	}{
		"Channel 9 would love this story.":                                      {"press", cases.High},
		"سأتصل بالصحافة":                                                        {"press", cases.High},
		"There was a nail in the sole, my foot is bleeding.":                    {"safety", cases.Critical},
		"My cousin is a lawyer and she loves your coffee.":                      {"", cases.Mild},
		"I told all my 20,000 followers how wonderful you are, simply the best": {"", cases.Mild},
		"آخر مرة زرتكم كان كل شيء رائعا":                                        {"", cases.Mild},
	} {
		s := h.score(cases.Mention{Text: text, Direct: true})
		if got := strings.Join(s.Signals, " "); got != want.signals || s.Severity != want.severity {
			t.Errorf("%q raises %q and is %s, want %q and %s", text, got, s.Severity, want.signals, want.severity)
		}
	}
}

// TestEveryReaderIsToldTheSameSignals has one text after another judged in the
// running program, by "rasid score" and as a line of many.
func TestEveryReaderIsToldTheSameSignals(t *testing.T) {
	h := judging(t)
	var lines strings.Builder
	var want []string
	for _, row := range append(signalRows(t, "signals.tsv")[:150:150], warning{text: "La livraison a du retard, c'est nul"}) {
		fmt.Fprintf(&lines, "{\"text\": %q}\n", row.text)
		s := h.score(cases.Mention{Text: row.text, Direct: true})
		want = append(want, fmt.Sprint(s.Signals, int(s.Severity)))
	}
	judged := func(in string, args ...string) (all []string) {
		var out strings.Builder
		p := &program{in: strings.NewReader(in), out: &out, err: &out, now: time.Now, env: func(string) (string, bool) { return "", false }}
		if code := p.run(t.Context(), append([]string{"score"}, args...)); code != 0 {
			t.Fatalf("rasid score %v ended with %d:\n%s", args, code, out.String())
		}
		for d := json.NewDecoder(strings.NewReader(out.String())); d.More(); {
			var l sentiment.Line
			if err := d.Decode(&l); err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprint(l.Signals, l.Severity))
		}
		return all
	}
	for _, args := range [][]string{{"--jsonl"}, {"--jsonl", "--no-reasons"}} {
		if d := gocmp.Diff(want, judged(lines.String(), args...)); d != "" {
			t.Errorf("rasid score %v differs from the running program:\n%s", args, d)
		}
	}
	for text, want := range map[string]string{"Channel 9 would love this story.": "[press] 2", "سأتصل بالصحافة": "[press] 2", "My cousin is a lawyer and she loves your coffee.": "[] 0"} {
		if got := judged("", "--json", text); got[0] != want {
			t.Errorf("rasid score says %s of %q, want %s", got[0], text, want)
		}
	}
}

package responder

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sentence is one row of testdata/topics.tsv.
type sentence struct{ id, lang, topic, text string }

func sentences(t *testing.T) []sentence {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "topics.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []sentence
	for line := range strings.SplitSeq(string(b), "\n") {
		if cols := strings.Split(line, "\t"); len(cols) == 4 && !strings.HasPrefix(line, "#") {
			rows = append(rows, sentence{cols[0], cols[1], cols[2], cols[3]})
		}
	}
	return rows
}

// The word lists were written looking at odd rows only; even rows are the
// honest figure.
func TestTopicsAreRecognisedInBothLanguages(t *testing.T) {
	topics, err := NewTopics()
	if err != nil {
		t.Fatal(err)
	}
	right, all := map[string]int{}, map[string]int{}
	confused := map[string]map[string]int{}
	var names []string
	for i, s := range sentences(t) {
		got := topics.Of(s.text)[0]
		half := []string{"even", "odd"}[i%2]
		for _, k := range []string{half, half + " " + s.lang, s.topic} {
			all[k]++
			if got == s.topic {
				right[k]++
			}
		}
		if confused[s.topic] == nil {
			confused[s.topic] = map[string]int{}
			names = append(names, s.topic)
		}
		confused[s.topic][got]++
		if half == "odd" && got != s.topic && testing.Verbose() {
			t.Logf("odd %s is %s, read as %s: %s", s.id, s.topic, got, s.text)
		}
	}
	slices.Sort(names)
	for _, k := range []string{"odd", "even", "odd ar", "odd en", "even ar", "even en"} {
		t.Logf("%-8s %3d of %3d right (%.3f)", k, right[k], all[k], ratio(right[k], all[k]))
	}
	head := fmt.Sprintf("%-12s", "is \\ read as")
	for _, n := range names {
		head += fmt.Sprintf("%6.5s", n)
	}
	t.Log(head)
	for _, n := range names {
		row := fmt.Sprintf("%-12s", n)
		for _, m := range names {
			row += fmt.Sprintf("%6d", confused[n][m])
		}
		t.Log(row)
	}
	if got := ratio(right["even"], all["even"]); got < 0.75 {
		t.Errorf("%.3f of the held-out sentences are right, want at least 0.75", got)
	}
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

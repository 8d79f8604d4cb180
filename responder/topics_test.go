package responder

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sentence is one row of testdata/topics.tsv.
type sentence struct{ id, lang, topic, text string }

func sentences(t *testing.T, file string) []sentence {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", file))
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

// The word lists may be changed looking at topics.tsv. The others were set down
// before the lists were last changed, and nobody looks at what is wrong in them:
// topics-fresh.tsv as customers write, topics-hard.tsv with the topic between the
// lines ("Medium rare, I said. It came well done."), which word lists hardly hear.
// Both have the same author as the lists, so strangers' texts will do worse. The
// floors are a little below what was measured; they are no aim.
func TestTopicsAreRecognisedInBothLanguages(t *testing.T) {
	topics, err := NewTopics()
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []struct {
		file        string
		rows        int
		floor, each float64 // for all, and for each language
	}{{"topics.tsv", 600, 0.95, 0.95}, {"topics-fresh.tsv", 140, 0.82, 0.80}, {"topics-hard.tsv", 160, 0.63, 0.57}} {
		t.Run(set.file, func(t *testing.T) {
			rows := sentences(t, set.file)
			if len(rows) < set.rows {
				t.Fatalf("%d sentences, want at least %d", len(rows), set.rows)
			}
			right := tabulate(t, topics, rows, set.file == "topics.tsv")
			for key, floor := range map[string]float64{"all": set.floor, "ar": set.each, "en": set.each} {
				if right[key] < floor {
					t.Errorf("%.3f of the sentences (%s) are right, want at least %.2f", right[key], key, floor)
				}
			}
		})
	}
}

// tabulate prints what is read as what, and returns the shares that are right:
// of all and of each language. Wrong ones are shown only where one may look.
func tabulate(t *testing.T, topics *Topics, rows []sentence, look bool) map[string]float64 {
	t.Helper()
	right, all := map[string]int{}, map[string]int{}
	confused := map[string]map[string]int{}
	for _, s := range rows {
		got := topics.Of(s.text)[0]
		for _, k := range []string{"all", s.lang, s.topic} {
			all[k]++
			if got == s.topic {
				right[k]++
			}
		}
		if confused[s.topic] == nil {
			confused[s.topic] = map[string]int{}
		}
		confused[s.topic][got]++
		if look && got != s.topic && testing.Verbose() {
			t.Logf("%s is %s, read as %s: %s", s.id, s.topic, got, s.text)
		}
	}
	names := slices.Sorted(maps.Keys(confused))
	head := fmt.Sprintf("%-12s", "is \\ read as")
	for _, n := range names {
		head += fmt.Sprintf("%6.5s", n)
	}
	t.Log(head + " right")
	for _, n := range names {
		row := fmt.Sprintf("%-12s", n)
		for _, m := range names {
			row += fmt.Sprintf("%6d", confused[n][m])
		}
		t.Logf("%s %5.2f", row, ratio(right[n], all[n]))
	}
	shares := map[string]float64{}
	for _, k := range []string{"ar", "en", "all"} {
		shares[k] = ratio(right[k], all[k])
		t.Logf("%-4s %3d of %3d right (%.3f)", k, right[k], all[k], shares[k])
	}
	return shares
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func TestAPhraseMayHaveAClassOfWordsWithWhatIsAttachedToThem(t *testing.T) {
	topics := newTopics()
	for _, cols := range [][]string{{"<who>", "wait* موظف"}, {"<n>", "# two"}, {"staff", "4", "<who> .. shout*"}, {"staff", "4", "صرخ <who>"}, {"waiting", "4", "after <n> hours"}} {
		if err := topics.read(cols); err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]string{
		"The waitress suddenly shouted at us": "staff", "صرخ الموظف": "staff", "After 3 hours": "waiting", "after two hours": "waiting",
		"Somebody shouted": TopicOther, "The waitress smiled": TopicOther, "after some hours": TopicOther,
		"The waiter who had been there for a long time shouted": TopicOther, // too far apart
	} {
		if got := topics.Of(text)[0]; got != want {
			t.Errorf("%q is about %s, want %s", text, got, want)
		}
	}
	if err := topics.read([]string{"staff", "4", "<nobody> shouted"}); err == nil {
		t.Error("a phrase with a class that nobody named is accepted")
	}
}

package patterns_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/fold"
	"rasid/internal/patterns"
)

const words = `# the kinds of a test
<pet>	(cat|dog|القط)
-	hot dog*
lost	<pet> (is )?(gone|lost)
lost	ضاع <pet>
told	^told you .. before
number	room #
mild?	perhap+
`

// found lists what the lists find in a text, kind by kind.
func found(t *testing.T, text string) string {
	t.Helper()
	lists, err := patterns.Read(words)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	folded := fold.Text(text)
	lists.Find(folded, func(l patterns.List, from, to int) { out = append(out, l.Kind+":"+folded[from:to]) })
	return strings.Join(out, "|")
}

func TestPatternsAreFoundAsTheNotationSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"My CAT is gone":         "lost:cat is gone",
		"the dog, lost":          "lost:dog, lost", // anything but the end of a sentence may stand between
		"the dog. Lost":          "",
		"wildcat gone":           "", // not within a word
		"cat gonedola":           "", // a whole word
		"وضاع القط":              "lost:ضاع القط",
		"two hot dogs":           "-:hot dogs",
		"Told you once before":   "told:told you once before",
		"I told you once before": "",
		"Told you one two three four five before.": "",
		"room 12": "number:room 12",
		"perhaps": "mild:perhaps",
		"perhap":  "",
	} {
		if got := found(t, text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestALineThatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"# a\nkind only", "# a\nkind\t(open", "# a\nkind\t"} {
		if _, err := patterns.Read(text); err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAnErrorNamesTheFileItIsIn(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"good.tsv": {Data: []byte("a\tword")}, "bad.tsv": {Data: []byte("# a\nkind only")}}
	if lists, err := patterns.ReadFiles(files, "good.tsv"); err != nil || len(lists.All()) != 1 {
		t.Errorf("good.tsv: %v, %v", lists, err)
	}
	for name, want := range map[string]string{"bad.tsv": "bad.tsv: line 2: ", "none.tsv": "reading patterns: open none.tsv: "} {
		if _, err := patterns.ReadFiles(files, "good.tsv", name); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s…", name, err, want)
		}
	}
}

// TestWhatIsLeftUntriedWouldNotHaveBeenFound looks for the patterns of the house
// with and without asking first whether the letters they need are there.
func TestWhatIsLeftUntriedWouldNotHaveBeenFound(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../responder/testdata/signals.tsv")
	if err != nil {
		t.Fatal(err)
	}
	texts := strings.Split(fold.Text(string(b)), "\n")
	for _, pattern := range []string{"signs", "guard/words"} {
		for _, language := range []string{"ar", "en"} {
			b, err := os.ReadFile(filepath.Join("../../responder", pattern, language+".tsv"))
			if err != nil {
				t.Fatal(err)
			}
			lists, err := patterns.Read(string(b))
			if err != nil {
				t.Fatal(err)
			}
			for n := 3; n < len(texts); n += 17 {
				var quick, slow []string
				note := func(in *[]string) func(l patterns.List, from, to int) {
					return func(l patterns.List, from, to int) { *in = append(*in, fmt.Sprint(l.Kind, from, to)) }
				}
				lists.Find(texts[n], note(&quick))
				lists.FindAnyway(texts[n], note(&slow))
				if d := cmp.Diff(slow, quick); d != "" {
					t.Errorf("%s in %q (-when everything is tried +found):\n%s", language, texts[n], d)
				}
			}
		}
	}
}

package train

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// twoTongues writes texts of readers, to whom a word says nothing, and of another source, where it alone tells complaints.
func twoTongues(t *testing.T, lang, source string) string {
	t.Helper()
	var b strings.Builder
	for i := range 600 {
		from, mark, label, verdict := "readers", "zorbal", "pos", "warm"
		if i%2 == 0 {
			label, verdict = "neg", "cold"
		}
		if i%3 == 0 {
			from, verdict = source, "usual"
			if label == "pos" {
				mark = "some"
			}
		}
		fmt.Fprintf(&b, "t-%d\t%s\t%s\tfood\t%s\t%s tea %s %d\n", i, lang, from, label, mark, verdict, i)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "two.tsv"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// evenly counts every text once.
func evenly(s *school) []float32 {
	out := make([]float32, len(s.corpus.Rows))
	for i := range out {
		out[i] = 1
	}
	return out
}

func TestWhatIsPeculiarToASetIsFollowedInPart(t *testing.T) {
	for _, c := range []struct {
		lang, source string
		least, most  float64 // of what the word weighs when the source is one like others
	}{
		{"en", ownSource, 0.75, 0.95}, // .67 with a factor of 0, 1.47 with a factor of 1
		{"en", talkSource, 0.75, 0.95},
		{"ar", "motaz_emoji", 0.5, 0.75},
		{"ar", ownSource, 1, 1},
	} {
		like := leanAt(t, twoTongues(t, c.lang, "others"), "zorbal", false, evenly)
		if like < 0.3 {
			t.Fatalf("the word weighs %.2f when nothing is set apart: the test shows nothing", like)
		}
		if got := leanAt(t, twoTongues(t, c.lang, c.source), "zorbal", false, evenly) / like; got < c.least || got > c.most {
			t.Errorf("of %s, %s: the table follows the word by %.2f, want %.2f to %.2f", c.source, c.lang, got, c.least, c.most)
		} else {
			t.Logf("of %s, %s: followed by %.2f", c.source, c.lang, got)
		}
	}
}

package train

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rasid/sentiment/internal/features"
)

// twoPlaces writes texts of a source that nearly always complains and of one that hardly does. Each has a word of its
// own, in a third of its texts, that says nothing; "cold" and "warm", in half of them, mean the same in both.
func twoPlaces(t *testing.T, lang string) string {
	t.Helper()
	var b strings.Builder
	for i := range 600 {
		source, mark, grumbles := "grumblers", "zorbal", i%10 != 0
		if i%2 == 1 {
			source, mark, grumbles = "fans", "quintel", i%10 == 1
		}
		if i/2%3 > 0 {
			mark = "some"
		}
		label, verdict := "pos", "warm"
		if grumbles {
			label, verdict = "neg", "cold"
		}
		if i/20%2 == 0 {
			verdict = "usual"
		}
		fmt.Fprintf(&b, "t-%d\t%s\t%s\tfood\t%s\t%s tea %s %d\n", i, lang, source, label, mark, verdict, i)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "two.tsv"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// leanOf is how much more the word speaks for a complaint than for praise after one learner has read the texts of dir.
func leanOf(t *testing.T, dir, word string, bySource bool) float64 {
	t.Helper()
	return leanAt(t, dir, word, bySource, func(s *school) []float32 { return weigh(s.corpus.Rows, s.known, nil) })
}

// leanAt is leanOf with weights of the caller's.
func leanAt(t *testing.T, dir, word string, bySource bool, weigh func(*school) []float32) float64 {
	t.Helper()
	o := small(dir)
	s, err := enrol(context.Background(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	weight := weigh(s)
	h := o.Hyper
	h.BySource, h.Epochs = bySource, 5
	l := newLearner(s.corpus, s.apart, weight, h, len(s.slots))
	if err := l.run(context.Background(), s.corpus, weight, nil); err != nil {
		t.Fatal(err)
	}
	at := map[uint32]int{}
	for i, slot := range s.slots {
		at[slot] = i
	}
	var p features.Page
	s.reader.Read(&p, word, false)
	p.Extract(1<<o.Bits - 1)
	w, sum := l.weights(), 0.0
	for _, f := range p.Feats {
		if i, ok := at[f.Hash]; ok && (f.Kind == features.WordFeat || f.Kind == features.LettersFeat) {
			sum += float64(w.W[i][0] - w.W[i][2])
		}
	}
	return sum
}

func TestWhatASourceLeansToIsNotPutDownToItsWords(t *testing.T) {
	dir := twoPlaces(t, "en")
	plain, own := leanOf(t, dir, "zorbal", false), leanOf(t, dir, "zorbal", true)
	if plain < 0.5 {
		t.Fatalf("without biases of sources the mark of the grumblers weighs %.2f: the test shows nothing", plain)
	}
	if own > plain/2 {
		t.Errorf("with biases of sources the mark of the grumblers still weighs %.2f of %.2f", own, plain)
	}
	if cold := leanOf(t, dir, "cold", true); cold < plain {
		t.Errorf("a word that means the same in both sources weighs only %.2f", cold)
	}
}

func TestArabicSourcesHaveNoBiasesOfTheirOwn(t *testing.T) {
	dir := twoPlaces(t, "ar")
	if plain, own := leanOf(t, dir, "zorbal", false), leanOf(t, dir, "zorbal", true); plain != own {
		t.Errorf("the mark of the grumblers weighs %.3f, with biases of English sources %.3f", plain, own)
	}
}

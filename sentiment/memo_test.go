package sentiment

import (
	"sync"
	"testing"

	"rasid/sentiment/internal/text"
	"rasid/sentiment/sentences"
)

func TestWhatAWordSaysIsPackedWithoutLoss(t *testing.T) {
	const most = 511 * 127
	for _, s := range []said{{}, {1, -1, 1}, {511, most, -most}, {511, -most, most}, {37, 0, -200}} {
		if got := unpack(s.pack()); got != s {
			t.Errorf("%v comes back as %v", s, got)
		}
	}
}

func TestWhatIsRememberedChangesNoScore(t *testing.T) {
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	ms, err := sentences.Mentions()
	if err != nil {
		t.Fatal(err)
	}
	fresh, kept := *s, *s
	kept.memo = new(memo)
	for i, m := range ms {
		if i%5 != 0 {
			continue
		}
		fresh.memo = new(memo)
		if got, want := kept.Quick(Input{Text: m.Text}), fresh.Quick(Input{Text: m.Text}); got.Neg != want.Neg || got.Pos != want.Pos {
			t.Fatalf("%q: %v %v with a memory of other texts, without %v %v", m.Text, got.Neg, got.Pos, want.Neg, want.Pos)
		}
	}
}

func TestWordsThatShareAPlaceAreNotTakenForEachOther(t *testing.T) {
	m := new(memo)
	signs := make([]uint64, 64)
	for i := range signs {
		signs[i] = text.Mix(uint64(i)) / memoSize * memoSize // all on the first place
	}
	m.put(signs[0], said{n: 1})
	if got, ok := m.get(signs[0]); !ok || got.n != 1 {
		t.Fatalf("what was just put is got as %v, %v", got, ok)
	}
	var wg sync.WaitGroup
	for _, sign := range signs {
		wg.Go(func() {
			n := int(sign >> 46)
			for range 2000 {
				m.put(sign, said{n: n})
				if got, ok := m.get(sign); ok && got.n != n {
					t.Errorf("the word of %d is told what says %d", n, got.n)
					return
				}
			}
		})
	}
	wg.Wait()
}

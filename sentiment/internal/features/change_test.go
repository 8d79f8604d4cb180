package features

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rasid/sentiment/internal/text"
	"rasid/sentiment/lexicon"
)

func reader(t *testing.T) *Reader {
	t.Helper()
	f := text.NewFolder()
	lex, err := lexicon.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	return &Reader{Folder: f, Lex: lex}
}

// slotsOf are the slots of the features of a page, sorted.
func slotsOf(p *Page) []uint32 {
	var out []uint32
	for i := range p.Feats {
		out = append(out, p.Feats[i].Hash)
	}
	slices.Sort(out)
	return out
}

func TestAChangeIsWhatReadingTheOtherTextFromItsBeginningTells(t *testing.T) {
	r := reader(t)
	const mask = 1<<14 - 1 // small, so that features of different words share slots
	var p, q, whole Page
	for _, s := range []string{
		"The soup was not good but the very very friendly staff were great!! 😡😡 never again, I am going to sue :( 12 or 1234",
		"الخدمة سيئة جدا ومو زينة لكن الموظفين متعاونين والخدمة الثانية ممتازة؟! 😡 والله مو زين ابد",
		"good good good bad bad, GOOD @some_one http://a.b/c good... tеrriblе &amp; good",
	} {
		r.Read(&p, s)
		p.Extract(mask)
		was := slices.Clone(p.Feats)
		for from := range s {
			for n := range s[from:min(len(s), from+30)] {
				if n%8 != from%8 {
					continue // every length at some place is enough
				}
				cut := s[:from] + s[from+n:]
				r.ReadWithout(&q, &p, from, from+n)
				gone, came := p.Change(&q)
				slices.Sort(gone)
				got := slices.DeleteFunc(slotsOf(&p), func(slot uint32) bool {
					_, found := slices.BinarySearch(gone, slot)
					return found
				})
				got = append(got, came...)
				slices.Sort(got)
				r.Read(&whole, cut)
				whole.Extract(mask)
				if d := cmp.Diff(slotsOf(&whole), got); d != "" {
					t.Fatalf("%q: the slots (-read from its beginning +as a change):\n%s", cut, d)
				}
			}
		}
		if d := cmp.Diff(was, p.Feats); d != "" {
			t.Errorf("%q: its features (-before its changes +after):\n%s", s, d)
		}
	}
}

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

// slotsOf are the slots of features, sorted.
func slotsOf(parts ...[]Feat) []uint32 {
	var out []uint32
	for _, fs := range parts {
		for i := range fs {
			out = append(out, fs[i].Hash)
		}
	}
	slices.Sort(out)
	return out
}

func TestTextsThatAreMuchTheSameDifferInWhatIsNotCommon(t *testing.T) {
	r := reader(t)
	const mask = 1<<20 - 1
	var p, q, whole Page
	for _, s := range []string{
		"The soup was not good but the very very friendly staff were great!! 😡😡 never again, I am going to sue :( 12 or 1234",
		"الخدمة سيئة جدا ومو زينة لكن الموظفين متعاونين والخدمة الثانية ممتازة؟! 😡 والله مو زين ابد",
		"good good good bad bad, GOOD @some_one http://a.b/c good... tеrriblе &amp; good",
		"good soup 😡 والله good", // without one word it is a text without Arabic
		"Four counters, one open again. Menu says 40, bill says 55; third visit, same fault",
	} {
		r.Read(&p, s, false)
		p.Begin(mask)
		p.Join(0, p.Len())
		of := coupled(&p)
		for from := range s {
			for n := range s[from:min(len(s), from+30)] {
				if n%8 != from%8 {
					continue // every length at some place is enough
				}
				cut := s[:from] + s[from+n:]
				r.ReadWithout(&q, &p, from, from+n, false)
				q.Begin(mask)
				head, tail := Common(&p, &q)
				q.Join(head, q.Len()-tail)
				parts := p.Joined(head, p.Len()-tail)
				pairs, ends := p.Feats[parts[0][0]:parts[0][1]], p.Feats[parts[1][0]:parts[1][1]]
				gone, came := p.Couples(&q, head, tail)
				r.Read(&whole, cut, false)
				whole.Begin(mask)
				whole.Join(0, whole.Len())
				got := slices.Sorted(slices.Values(slices.Concat(slotsOf(p.Feats, q.Feats), of, slotsOfCouples(came, &q))))
				want := slices.Sorted(slices.Values(slices.Concat(slotsOf(whole.Feats, pairs, ends), coupled(&whole), slotsOfCouples(gone, &p))))
				if d := cmp.Diff(want, got); d != "" {
					t.Fatalf("%q: the slots (-read from its beginning +as a change):\n%s", cut, d)
				}
				whole.Extract(mask)
				if got, want := slotsOf(apart(&q)), slotsOf(apart(&whole)); !slices.Equal(got, want) {
					t.Fatalf("%q: its words by themselves have other features as a change", cut)
				}
			}
		}
	}
}

// coupled are the slots of the couples of letters of a page that has begun.
func coupled(p *Page) []uint32 {
	var ids []int32
	for _, c := range p.Couple() {
		ids = append(ids, c.ID)
	}
	return slotsOfCouples(ids, p)
}

func slotsOfCouples(ids []int32, p *Page) []uint32 {
	var out []uint32
	for _, id := range ids {
		out = append(out, CoupleSlot(int(id), p.Arabic, p.mask))
	}
	return out
}

// apart are the features of the words of a page that has begun, each word once.
func apart(p *Page) []Feat {
	var out []Feat
	for k := range p.Len() {
		if p.Alone(k); !p.Again(k) {
			out = append(out, p.Feats...)
		}
	}
	return out
}

func TestWhatIsTakenApartIsWhatIsExtracted(t *testing.T) {
	r := reader(t)
	const mask = 1<<20 - 1
	var p, q Page
	s := "Bad bad soup, BAD 😡😡 service!! 😡 not bad, 12 of 12 @me"
	r.Read(&p, s, false)
	p.Extract(mask)
	r.Read(&q, s, false)
	q.Begin(mask)
	count := 0
	for k := range q.Len() {
		q.Alone(k)
		count += len(q.Feats)
	}
	words := apart(&q)
	q.Join(0, q.Len())
	couples := coupled(&q)
	if d := cmp.Diff(slotsOf(p.Feats), slices.Sorted(slices.Values(append(slotsOf(words, q.Feats), couples...)))); d != "" {
		t.Errorf("slots (-extracted +apart):\n%s", d)
	}
	if got := count + len(q.Feats) + len(couples); got != p.Count || p.Count <= len(p.Feats) {
		t.Errorf("%d features, extracted %d, of which %d are told", got, p.Count, len(p.Feats))
	}
}

package train

import (
	"cmp"
	"context"
	"io"
	"maps"
	"slices"
	"strconv"

	"rasid/sentiment/internal/features"
	"rasid/sentiment/model"
)

// school holds the texts of one training, read once; tables can be learned from all of them or from a part.
type school struct {
	o      Options
	reader *features.Reader
	known  map[string]Source
	corpus *Corpus
	slots  []uint32
	apart  *apart
	desks  chan struct{} // one for each learner that may be at work: more than cores would only take memory
}

// enrol reads the texts of o and keeps the features that occur often enough.
func enrol(ctx context.Context, o Options, w io.Writer) (*school, error) {
	reader, err := newReader()
	if err != nil {
		return nil, err
	}
	known, err := Sources()
	if err != nil {
		return nil, err
	}
	c, err := load(ctx, o, reader, w)
	if err != nil {
		return nil, err
	}
	s := &school{o: o, reader: reader, known: known, corpus: c, desks: make(chan struct{}, max(o.Workers, 1))}
	s.slots = c.prune(weigh(c.Rows, known, setOf(o.Leave)), 1<<o.Bits, o.AtLeast)
	s.apart = c.setApart(known, len(s.slots))
	return s, nil
}

// teach learns a table from all texts but those of the sources and families in leave.
func (s *school) teach(ctx context.Context, leave []string, w io.Writer) (*model.Table, error) {
	o := s.o
	weight := weigh(s.corpus.Rows, s.known, setOf(append(slices.Clone(o.Leave), leave...)))
	bar := newBar(w, "learning", o.Hyper.Epochs*max(o.Seeds, 1)*(len(s.corpus.Rows)/tickEvery+1))
	ws, err := s.fit(ctx, weight, bar.tick)
	if err != nil {
		return nil, err
	}
	bar.done()
	t, err := shrink(ws, s.slots, o)
	if err != nil {
		return nil, err
	}
	t.Lexicon = strconv.FormatUint(s.reader.Lex.Fingerprint(), 16)
	t.Rows, t.Sources = counted(s.corpus.Rows, weight)
	t.Heat, t.LeanEn = 1, leanEnglish
	return t, nil
}

// LeaveOut learns one table after the other, each without some families of sources, and hands it to yield with their
// names: what the table then says of these families is what a text of an unknown kind gets. The families are those of
// the texts in o; o.Workers tables are learned side by side. To halve the work, a family of Arabic texts and one of
// English texts are left out at a time; the two languages share hardly a word. Texts of our own stay.
func LeaveOut(ctx context.Context, o Options, w io.Writer, yield func(families []string, t *model.Table) error) error {
	o.Seeds = max(o.Seeds, 2) // a learner of each kind
	s, err := enrol(ctx, o, w)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	groups := s.pairs()
	bar := newBar(w, "learning", len(groups))
	type lesson struct {
		t   *model.Table
		err error
	}
	learned := make([]chan lesson, len(groups))
	desks := make(chan struct{}, max(o.Workers, 1))
	for i, fs := range groups {
		learned[i] = make(chan lesson, 1)
		go func() {
			desks <- struct{}{}
			defer func() { <-desks }()
			t, err := s.teach(ctx, fs, nil)
			learned[i] <- lesson{t, err}
		}()
	}
	for i, fs := range groups {
		l := <-learned[i] // every lesson ends: teach looks at ctx
		if l.err != nil {
			return l.err
		}
		bar.tick()
		if err := yield(fs, l.t); err != nil {
			return err
		}
	}
	bar.done()
	return nil
}

// pairs lists the families, the largest first, an Arabic and an English one side by side as long as there are both.
func (s *school) pairs() [][]string {
	by := map[string]map[string]int{} // rows by language and family
	for i := range s.corpus.Rows {
		r := &s.corpus.Rows[i]
		if f := s.known[r.Source].Family; f != "" && !isOwn(r.Source) {
			if by[r.Lang] == nil {
				by[r.Lang] = map[string]int{}
			}
			by[r.Lang][f]++
		}
	}
	var out [][]string
	for _, lang := range slices.Sorted(maps.Keys(by)) {
		fs := slices.Sorted(maps.Keys(by[lang]))
		slices.SortStableFunc(fs, func(a, b string) int { return cmp.Compare(by[lang][b], by[lang][a]) })
		for i, f := range fs {
			if i == len(out) {
				out = append(out, nil)
			}
			out[i] = append(out[i], f)
		}
	}
	return out
}

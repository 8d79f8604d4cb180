package sentiment

import (
	_ "embed" // the word classes are part of the program
	"math"
	"slices"
	"strings"

	"rasid/sentiment/internal/features"
	"rasid/sentiment/internal/text"
	"rasid/sentiment/sentences"
)

// What is known without reading: a review page is about its owner; a text that never names us seldom is; where we
// gave no names, nothing is known.
const (
	targetOurPage = 0.97
	targetUnknown = 0.5
	targetUnnamed = 0.15
	targetMax     = 0.95 // brand chatter is never surer than this
)

const (
	targetBits   = 14
	targetRate   = 0.3
	targetRounds = 12
	targetDecay  = 0.0005
	// targetCaution damps the log odds; chosen where the precision from .7 on is best over five parts of the sentences to
	// learn from, each judged by a model of the others (.86 instead of .83).
	targetCaution = 0.75
)

// targetModel estimates whether a complaint in a text that names us is about us: logistic regression over the words
// around the name and where the bad words stand, learned from our own invented brand chatter when the scorer is built.
type targetModel struct {
	w     []float64
	class map[uint64]uint64 // class of a word, by the hash of its stem
}

//go:embed aim.tsv
var aimWords string

// aimClasses reads the word classes.
func aimClasses(f *text.Folder) map[uint64]uint64 {
	out := map[uint64]uint64{}
	var p features.Page
	for l := range strings.Lines(aimWords) {
		name, list, ok := strings.Cut(strings.TrimRight(l, "\n"), "\t")
		if !ok || name[0] == '#' {
			continue
		}
		f.Parse(&p.Doc, list)
		for i := range p.Doc.Tok {
			out[stemHash(&p, i)] = text.HashRunes([]rune(name))
		}
	}
	return out
}

func newTargetModel(r *features.Reader) (*targetModel, error) {
	rows, err := sentences.Targets()
	if err != nil {
		return nil, err
	}
	return learnTarget(r, slices.DeleteFunc(rows, func(a sentences.Aimed) bool { return a.Split != "train" })), nil
}

func learnTarget(r *features.Reader, rows []sentences.Aimed) *targetModel {
	m := &targetModel{w: make([]float64, 1<<targetBits), class: aimClasses(r.Folder)}
	type lesson struct {
		slots []uint32
		y     float64
	}
	var ls []lesson
	var p features.Page
	for _, a := range rows {
		r.Read(&p, a.Text, NamesOnly(a.Text))
		y := 0.0
		if a.About == "us" {
			y = 1
		}
		if slots, ok := m.shapes(r, &p, []string{a.Brand}); ok {
			ls = append(ls, lesson{slots, y})
		}
	}
	sums := make([]float64, len(m.w))
	for range targetRounds {
		for n := range ls {
			l := &ls[n*7919%len(ls)]
			x := 1 / math.Sqrt(float64(len(l.slots)))
			d := (m.predict(l.slots) - l.y) * x
			for _, s := range l.slots {
				g := d + targetDecay*m.w[s]
				sums[s] += g * g
				m.w[s] -= targetRate * g / math.Sqrt(sums[s]+1e-2)
			}
		}
	}
	return m
}

func (m *targetModel) predict(slots []uint32) float64 {
	z := 0.0
	for _, s := range slots {
		z += m.w[s]
	}
	return logistic(z / math.Sqrt(float64(max(len(slots), 1))))
}

func logistic(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// about is the damped probability that the text is about us.
func (m *targetModel) about(slots []uint32) float64 {
	p := m.predict(slots)
	return min(logistic(targetCaution*math.Log(p/(1-p))), targetMax)
}

func (s *Scorer) target(p *features.Page, in Input) float64 {
	switch {
	case in.AboutUs:
		return targetOurPage
	case len(in.Brand) == 0:
		return targetUnknown
	}
	slots, ok := s.aim.shapes(s.reader, p, in.Brand)
	if !ok {
		return targetUnnamed
	}
	return s.aim.about(slots)
}

// Named says whether one of the names stands in the text, as Input.Brand is looked for.
func (s *Scorer) Named(text string, names []string) bool {
	if len(names) == 0 {
		return false
	}
	d := s.desks.Get().(*desk)
	defer s.desks.Put(d)
	s.reader.Read(&d.page, text, false)
	_, n := findBrand(s.reader, &d.page, names)
	return n > 0
}

// Shapes of the words around a name.
const (
	shapeNear = iota + 1
	shapePair
	shapeBag
	shapePlace
	shapeMood
	shapeBias
	shapeClass
)

// nearWords is how far from the name a word's place is told apart.
const nearWords = 3

// shapes describes a text around the first place that names us; ok is false when no brand is named.
func (m *targetModel) shapes(r *features.Reader, p *features.Page, brands []string) (out []uint32, ok bool) {
	from, n := findBrand(r, p, brands)
	if n == 0 {
		return nil, false
	}
	emit := func(kind int, a, b uint64) {
		h := text.Step(text.Step(text.Step(uint64(kind), a), b), 0x9e37) // kinds are small
		out = append(out, uint32(text.Mix(h))&(1<<targetBits-1))         // the low bits are wanted
	}
	toks := p.Doc.Tok
	start, end := clauseOf(toks, from, n)
	emit(shapeBias, 0, 0)
	emit(shapePlace, uint64(min(from, 4)), 0)                            // never negative
	emit(shapePlace, uint64(min(len(toks)-from-n, 4)), 1)                // never negative
	emit(shapePlace, uint64(b2i(start == 0)+2*b2i(end == len(toks))), 2) // never negative
	emit(shapePlace, prefixOf(p, from), 3)
	for i := range toks {
		if toks[i].Kind != text.Word || i >= from && i < from+n {
			continue
		}
		h, d := stemHash(p, i), i-from
		side := uint64(b2i(i > from))
		near := d < 0 && d >= -nearWords || d > 0 && d-n+1 <= nearWords
		emit(shapeBag, h, side)
		if near {
			emit(shapeNear, h, uint64(d+16)) // never negative
		}
		if c := m.class[h]; c != 0 {
			emit(shapeClass, c, side)
			emit(shapeClass, c, 2+uint64(b2i(i >= start && i < end)))
			if near {
				emit(shapeClass, c, uint64(d+16)) // never negative
			}
		}
	}
	if from > 1 {
		emit(shapePair, stemHash(p, from-1), stemHash(p, from-2))
	}
	if k := from + n; k+1 < len(toks) {
		emit(shapePair, stemHash(p, k), stemHash(p, k+1)+1)
	}
	moods(p, from, n, start, end, emit)
	return out, true
}

// moodFrom is the valence from which a word tells where the feeling stands, for the many weak ones stand everywhere; chosen
// with each business judged by a model of the others (surely about us: 26 of 27 right, with the weak ones 30 of 32).
const moodFrom = 1.3

// moods tells where the good and the bad words stand: before or after the name, inside its clause or outside.
func moods(p *features.Page, from, n, start, end int, emit func(int, uint64, uint64)) {
	var inside, outside, before, after float32
	for i := range p.Hits {
		h := &p.Hits[i]
		if h.Value > -moodFrom && h.Value < moodFrom {
			continue
		}
		if h.Tok >= start && h.Tok < end {
			inside += h.Value
			if h.Tok < from {
				before += h.Value
			} else if h.Tok >= from+n {
				after += h.Value
			}
		} else {
			outside += h.Value
		}
	}
	for k, v := range [...]float32{inside, outside, before, after} {
		emit(shapeMood, uint64(min(max(int(v), -4), 4)+8), uint64(k)) // never negative
	}
}

// findBrand finds the first place where one of the names stands, whole or behind an Arabic prefix.
func findBrand(r *features.Reader, p *features.Page, brands []string) (from, n int) {
	var d text.Doc
	for _, b := range brands {
		r.Folder.Parse(&d, b)
		if len(d.Tok) == 0 {
			continue
		}
		for i := 0; i+len(d.Tok) <= len(p.Doc.Tok); i++ {
			if namesAt(p, i, &d) && (n == 0 || i < from) {
				from, n = i, len(d.Tok)
				break
			}
		}
	}
	return from, n
}

// namesAt compares the words; the first may carry one of و ب ل ف ك ال and their compounds, or an English 's at the end.
func namesAt(p *features.Page, i int, d *text.Doc) bool {
	for k := range d.Tok {
		t, b := &p.Doc.Tok[i+k], &d.Tok[k]
		if t.Hash == b.Hash {
			continue
		}
		got, want := p.Doc.R[t.From:t.To], d.R[b.From:b.To]
		if len(got) <= len(want) || len(got) > len(want)+3 {
			return false
		}
		tail := string(got[len(got)-len(want):]) == string(want)
		head := string(got[:len(want)]) == string(want)
		switch {
		case k == 0 && tail && t.Script == text.Arabic:
		case k == len(d.Tok)-1 && head && t.Script == text.Latin && (got[len(want)] == '\'' || got[len(want)] == 's'):
		default:
			return false
		}
	}
	return true
}

// prefixOf is the letter before the name inside its word, 0 when there is none: "لنوران" (to), "بنوران" (in).
func prefixOf(p *features.Page, from int) uint64 {
	t := &p.Doc.Tok[from]
	if t.Script != text.Arabic {
		return 1
	}
	switch r := p.Doc.R[t.From]; r {
	case 'ل', 'ب', 'و', 'ف', 'ك':
		return text.Code(r)
	}
	return 0
}

func stemHash(p *features.Page, i int) uint64 {
	t := &p.Doc.Tok[i]
	if t.Kind != text.Word {
		return uint64(t.Kind)
	}
	w := p.Doc.R[t.From:t.To]
	if t.Script == text.Arabic {
		w, _ = text.Stem(w)
	}
	return text.HashRunes(w)
}

// clauseOf is the stretch of tokens between marks around the name.
func clauseOf(toks []text.Token, from, n int) (start, end int) {
	start, end = from, from+n
	for start > 0 && toks[start-1].Kind != text.Mark && toks[start-1].Kind != text.Comma {
		start--
	}
	for end < len(toks) && toks[end].Kind != text.Mark && toks[end].Kind != text.Comma {
		end++
	}
	return start, end
}

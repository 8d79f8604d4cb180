package sentiment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"

	"rasid/sentiment/internal/features"
	"rasid/sentiment/internal/text"
	"rasid/sentiment/lexicon"
	"rasid/sentiment/model"
)

// Scorer judges mentions. It is safe for concurrent use.
type Scorer struct {
	reader  *features.Reader
	table   *model.Table
	memo    *memo           // of what the table says of words
	letters [2][]model.Cell // of couples of letters, in texts without Arabic words and with
	layer   *Layer
	tongue  func() *dialectModel // learns when it is first asked
	aim     *targetModel
	desks   *sync.Pool
}

// desk is the working memory of one call.
type desk struct {
	page    features.Page // the text
	both    bool          // it has Arabic letters and Latin ones
	sum     sum           // of its features
	alone   []sum         // of those of each word by itself
	joined  sum           // of all others: pairs, the whole text, couples
	cells   []model.Cell  // of the first two, one by one
	couples []features.Couple
	share   []float64 // of the raw score, per token
	votes   []votes   // for the dialects, per token
	pieces  []piece
	reasons []Reason
	trial   features.Page // the text without a reason
}

// embedded holds the scorer of the program's own files, built once for everybody: that takes half a second of one
// core, and nothing changes it afterwards.
var embedded = sync.OnceValues(func() (*Scorer, error) {
	t, err := model.Embedded()
	if err != nil {
		return nil, err
	}
	return With(t)
})

// New returns the scorer over the embedded lexicon and the embedded learned table, the same one at every call.
func New() (*Scorer, error) { return embedded() }

// With builds a scorer around another table, such as one trained on other texts.
func With(t *model.Table) (*Scorer, error) {
	f := text.NewFolder()
	lex, err := lexicon.Load(f)
	if err != nil {
		return nil, fmt.Errorf("loading the lexicon: %w", err)
	}
	tongue, err := dialectLessons()
	if err != nil {
		return nil, fmt.Errorf("reading what the dialects are learned from: %w", err)
	}
	r := &features.Reader{Folder: f, Lex: lex}
	aim, err := newTargetModel(r)
	if err != nil {
		return nil, fmt.Errorf("learning whom a complaint is about: %w", err)
	}
	return &Scorer{
		reader:  r,
		table:   t,
		memo:    new(memo),
		letters: [2][]model.Cell{couplesOf(t, false), couplesOf(t, true)},
		tongue:  sync.OnceValue(func() *dialectModel { return newDialectModel(f, tongue) }),
		aim:     aim,
		desks:   &sync.Pool{New: func() any { return new(desk) }},
	}, nil
}

// couplesOf are the cells of all couples of letters: most features of a text are couples, and few of these are common.
func couplesOf(t *model.Table, arabic bool) []model.Cell {
	out := make([]model.Cell, features.Couples)
	for id := range out {
		out[id] = t.At(features.CoupleSlot(id, arabic, t.Mask()))
	}
	return out
}

// Fingerprint names the scorer: a layer fitted on one belongs on no other.
func (s *Scorer) Fingerprint() string {
	h := s.reader.Lex.Fingerprint()
	for _, v := range []float64{s.table.Scale, s.table.Bias[0], s.table.Bias[1], s.table.ShiftEn[0], s.table.ShiftEn[1], s.table.Heat, float64(s.table.Bits)} {
		h = text.Step(h, math.Float64bits(v))
	}
	for slot, c := range s.table.All() {
		h = text.Step(h, uint64(slot)<<16|uint64(uint8(c.Neg))<<8|uint64(uint8(c.Pos))) // the bytes as they are
	}
	return strconv.FormatUint(text.Mix(h), 16)
}

// Score judges one mention and gives its reasons.
func (s *Scorer) Score(in Input) Result {
	d := s.desks.Get().(*desk)
	defer s.desks.Put(d)
	res := s.judge(d, in)
	res.Dialect, res.DialectCues = s.tongue().find(d, res.Lang)
	s.explain(d, in, &res)
	return res
}

// Quick judges like Score but leaves out the reasons and the dialect, for long runs.
func (s *Scorer) Quick(in Input) Result {
	d := s.desks.Get().(*desk)
	defer s.desks.Put(d)
	return s.judge(d, in)
}

func (s *Scorer) judge(d *desk, in Input) Result {
	var res Result
	res.Lang = s.read(d, in.Text)
	zn, zp := s.logits(&d.sum, &d.page, in.Stars)
	res.Raw = zp - zn
	res.Neg, res.Neu, res.Pos = softmax(zn*s.table.Heat, zp*s.table.Heat)
	s.finish(&res, &d.page, in)
	return res
}

// read reads a text, adds up what is known of its features and gives its language.
func (s *Scorer) read(d *desk, text string) string {
	p := &d.page
	var c count
	c.read(unescaped(text))
	lang := c.language()
	d.both = c.ar > 0 && c.la > 0
	s.reader.Read(p, text, c.arWords > 0 && lang == "en")
	p.Begin(s.table.Mask())
	d.alone = slices.Grow(d.alone[:0], p.Len())[:p.Len()]
	d.sum = sum{}
	some := s.recall(p)
	for k := range d.alone {
		d.alone[k] = s.alone(p, k, some)
		d.sum.add(&d.alone[k], p.Again(k))
	}
	p.Join(0, p.Len())
	d.joined = s.look(d, p.Feats)
	d.couples = p.Couple()
	for _, c := range d.couples {
		s.couple(&d.joined, c.ID, p.Arabic)
	}
	d.sum.add(&d.joined, false)
	return lang
}

// logits is the whole model: sums over the features, divided by the root of their number, plus biases and stars. P is
// the text that the sum is of.
func (s *Scorer) logits(t *sum, p *features.Page, stars int) (zn, zp float64) {
	sn, sp := starLogits(stars)
	if p.Mute {
		return sn - silence, sp - silence
	}
	root := math.Sqrt(float64(max(t.n, 1)))
	x := s.table.Scale / root
	zn = s.table.Bias[0] + float64(t.neg)*x + sn
	zp = s.table.Bias[1] + float64(t.pos)*x + sp
	if p.Latin() {
		zn, zp = zn+s.table.ShiftEn[0], zp+s.table.ShiftEn[1]
	}
	if s.layer != nil {
		ln, lp := s.layer.logits(t, root, zn, zp)
		zn, zp = zn+ln, zp+lp
	}
	return zn, zp
}

// silence is how much likelier "neither" is than each other class where a text says nothing.
const silence = 1.5

// finish fills what follows from the probabilities and the words.
func (s *Scorer) finish(res *Result, p *features.Page, in Input) {
	res.Score = res.Pos - res.Neg
	res.Label = pick(res.Neg*s.lean(p), res.Neu, res.Pos)
	res.Signals = signals(p)
	res.Severity = Severity(res.Signals, res.Neg)
	res.Target = s.target(p, in)
}

// lean is how many times P(neg) counts when a text gets its label.
func (s *Scorer) lean(p *features.Page) float64 {
	lean := 1.0
	if p.Latin() {
		lean = max(s.table.LeanEn, 1)
	}
	if s.layer != nil {
		lean *= s.layer.Lean
	}
	return lean
}

func softmax(zn, zp float64) (neg, neu, pos float64) {
	m := max(zn, zp, 0)
	a, b, c := math.Exp(zn-m), math.Exp(-m), math.Exp(zp-m)
	t := a + b + c
	return a / t, b / t, c / t
}

func pick(neg, neu, pos float64) Label {
	switch {
	case neg >= neu && neg >= pos:
		return Negative
	case pos >= neu:
		return Positive
	}
	return Neutral
}

package sentiment

import (
	"fmt"
	"math"
	"sync"

	"rasid/sentiment/internal/features"
	"rasid/sentiment/internal/text"
	"rasid/sentiment/lexicon"
)

// Scorer judges mentions. It is safe for concurrent use.
type Scorer struct {
	reader *features.Reader
	desks  sync.Pool
}

// desk is the working memory of one call.
type desk struct {
	page features.Page
	dn   []float64 // per token: share of log(neg/neu)
	dp   []float64 // per token: share of log(pos/neu)
}

// New loads the embedded lexicon.
func New() (*Scorer, error) {
	f := text.NewFolder()
	lex, err := lexicon.Load(f)
	if err != nil {
		return nil, fmt.Errorf("loading the lexicon: %w", err)
	}
	s := &Scorer{reader: &features.Reader{Folder: f, Lex: lex}}
	s.desks.New = func() any { return new(desk) }
	return s, nil
}

// Weights of the rules: half a logit per point of valence, and a modest prior for "neither".
const (
	perValence = 0.55
	neuPrior   = 0.2
)

// Score judges one mention.
func (s *Scorer) Score(in Input) Result {
	d := s.desks.Get().(*desk)
	defer s.desks.Put(d)
	s.reader.Read(&d.page, in.Text)
	var res Result
	zn, zp := -neuPrior, -neuPrior
	for i := range d.page.Hits {
		h := &d.page.Hits[i]
		w := float64(h.Value) * perValence
		zn -= w / 2
		zp += w / 2
		if w != 0 {
			res.Reasons = append(res.Reasons, hitReason(&d.page, h, w))
		}
	}
	sn, sp := starLogits(in.Stars)
	zn, zp = zn+sn, zp+sp
	if in.Stars >= 1 && in.Stars <= 5 {
		res.Reasons = append(res.Reasons, starReason(in.Stars, sp-sn, res.Reasons))
	}
	res.Raw = zp - zn
	res.Neg, res.Neu, res.Pos = softmax(zn, zp)
	s.finish(&res, &d.page, in)
	return res
}

// finish fills what follows from the probabilities and the words.
func (s *Scorer) finish(res *Result, p *features.Page, in Input) {
	res.Label = pick(res.Neg, res.Neu, res.Pos)
	res.Score = res.Pos - res.Neg
	res.Lang = Language(in.Text)
	res.Dialect, res.DialectCues = dialect(p, res.Lang)
	res.Signals = signals(p)
	res.Severity = severity(res)
	res.Target = target(p, in, res)
	sortReasons(res.Reasons)
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

// Package local learns from a shop's own staff: each decision that implies a label becomes an example, and a small
// bounded layer over the embedded table is fitted to them. A layer is offered only when cross-validation says that it
// judges the shop's mentions better than the embedded table alone.
package local

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"maps"
	"math"
	"slices"

	"rasid/sentiment"
)

// Example is one mention that staff have judged.
type Example struct {
	Text   string
	Stars  int
	Label  sentiment.Label
	By     string // who judged it; labels of one person alone count less
	Author string // who wrote the mention; a flood by one author counts as a few
}

// Options of the fit.
type Options struct {
	Version   int     // of the new layer
	Limit     float64 // the most the layer may add to a logit
	Folds     int     // of the cross-validation
	MinLabels int     // below this nothing is learned
	PerPerson int     // examples of one person that count in full
	PerAuthor int     // examples of one author that count at all
	Keep      int     // the newest examples that are looked at
	MinEach   int     // complaints, and others, below which a layer is not offered: it could only learn to lean
}

// Defaults are the measured options.
func Defaults() Options {
	return Options{Version: 1, Limit: 3, Folds: 5, MinLabels: 40, PerPerson: 400, PerAuthor: 5, Keep: 4000, MinEach: 8}
}

// Figures of a scorer on held-out examples.
type Figures struct {
	Acc, MacroF1, NegF1, NegAP, LogLoss float64
}

// Report tells what was learned from and what it brought, for the digest and the log.
type Report struct {
	Given, Used   int // examples; those left after repeats, floods and unreliable labellers
	Before, After Figures
	Gain, Noise   float64  // of log loss per example, and its standard error over the examples
	Fair, FairNow float64  // F1 of complaints to be expected of the labels by the table alone, and with the layer
	Doubted       []string // persons whose labels disagree with everyone else's
	Better        bool     // the layer is worth switching on
	Strength      string   // which of the tried strengths won
	Share         float64  // of it that counts
	Complaints    int      // of the used
	Own, OwnAfter float64  // average precision on our own sentences kept apart, before and with the layer

	Complaint []string // words that speak of a complaint in this shop and elsewhere do not; each used by several customers
	Calm      []string // and those that elsewhere do and here do not
}

// ErrTooFew says that there is not enough to learn from yet.
var ErrTooFew = errors.New("learning from staff: too few labelled mentions")

// item is an example ready for fitting.
type item struct {
	cells  []int   // its words, numbered over all items
	zn, zp float64 // of the embedded table
	x      float64 // 1/√(number of features)
	lean   float64 // how many times a complaint counts when the embedded table chooses the label
	label  int
	weight float64
	by     string
	fold   int

	text, author string

	doubted bool // its labeller mostly contradicts everyone else
}

// Fit learns a layer from examples, oldest first. The layer is returned even when it is not better, so that it can be
// looked at; only Report.Better says whether to use it. The result depends on nothing but the arguments.
func Fit(ctx context.Context, base *sentiment.Scorer, examples []Example, o Options) (*sentiment.Layer, Report, error) {
	rep := Report{Given: len(examples)}
	items, names := prepare(base, examples, o)
	rep.Used = len(items)
	if len(items) < o.MinLabels {
		return nil, rep, ErrTooFew
	}
	rep.Doubted = doubt(items, len(names), o)
	for i := range items {
		if items[i].label == 0 {
			rep.Complaints++
		}
	}
	tries, err := ranked(ctx, items, len(names), o)
	if err != nil {
		return nil, rep, err
	}
	var first *sentiment.Layer
	told := rep
	fits := map[strength]*fit{}
	for i, t := range tries {
		lean := bestLean(t.hs)
		if fits[t.st] == nil {
			fits[t.st] = fitLayer(items, len(names), t.st, o.Limit, -1)
		}
		l := fits[t.st].part(t.share).layer(names, lean, o)
		l.Examples = len(items)
		r := rep
		r.Gain, r.Noise = gained(untaught(t.hs, o), t.hs)
		r.Fair, r.FairNow = fair(t.hs, lean, o)
		r.Strength, r.Share = t.st.name, t.share
		r.Before, r.After = figures(untaught(t.hs, o), 1), figures(t.hs, lean)
		if r.Own, r.OwnAfter, err = anchor(base, l); err != nil {
			return nil, rep, err
		}
		if r.Better = r.worth(o); r.Better {
			if provesWords(t, tries) {
				r.Complaint, r.Calm = learned(base, l, items)
			}
			return l, r, nil
		}
		if i == 0 {
			first, told = l, r
		}
	}
	return first, told, nil
}

// provesWords says whether a try is surely better than the best of those that leave words alone: if not, it was perhaps by
// chance that words went with labels, and nobody is told so.
func provesWords(t try, ranked []try) bool {
	for i := range ranked {
		if ranked[i].st.sigma == 0 {
			gain, noise := gained(ranked[i].hs, t.hs)
			return gain > beyond*noise
		}
	}
	return true
}

// try is a share of one strength and what such layers say of items they have not seen.
type try struct {
	st    strength
	share float64
	hs    []held
}

// ranked puts the tries in order, the one that judges best first: where that one forgets too much of what holds in every
// shop, or is no gain for certain, the next may not.
func ranked(ctx context.Context, items []item, words int, o Options) ([]try, error) {
	var out []try
	for _, st := range strengths {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out = append(out, crossValidate(items, words, st, o)...)
	}
	slices.SortStableFunc(out, func(a, b try) int { return cmp.Compare(logLoss(a.hs), logLoss(b.hs)) })
	return out, nil
}

// worth says whether a layer that measures so is to be switched on.
func (rep *Report) worth(o Options) bool {
	a, b := rep.After, rep.Before
	return rep.Gain > max(minGain, beyond*rep.Noise) && rep.FairNow >= rep.Fair && a.NegF1 >= b.NegF1-tolerance && a.NegAP >= b.NegAP-tolerance &&
		min(rep.Complaints, rep.Used-rep.Complaints) >= o.MinEach && rep.OwnAfter >= rep.Own-drift
}

const (
	minGain   = 0.005 // of log loss per example that a layer must bring …
	beyond    = 1.5   // … and so many standard errors of it: with less, sources that lose were among those switched on
	tolerance = 0.02  // by which it may lose in counted F1 and average precision: on some hundred labels that much is noise
)

// prepare drops repeats and floods, and weighs persons. The names are the cells of a layer that the words of the items
// fall into, by their number.
func prepare(base *sentiment.Scorer, examples []Example, o Options) (items []item, names []uint32) {
	if n := len(examples) - o.Keep; n > 0 {
		examples = examples[n:]
	}
	last := map[uint64]int{} // the newest judgement of a text counts
	perAuthor, perPerson := map[string]int{}, map[string]int{}
	number := map[uint32]int{}
	for i := len(examples) - 1; i >= 0; i-- {
		e := &examples[i]
		label := slices.Index([]sentiment.Label{sentiment.Negative, sentiment.Neutral, sentiment.Positive}, e.Label)
		if label < 0 {
			continue
		}
		ev := base.Evidence(sentiment.Input{Text: e.Text, Stars: e.Stars})
		key := same(ev.Slots)
		if _, dup := last[key]; dup {
			continue
		}
		if e.Author != "" {
			if perAuthor[e.Author]++; perAuthor[e.Author] > o.PerAuthor {
				continue
			}
		}
		last[key] = i
		perPerson[e.By]++
		it := item{zn: ev.Neg, zp: ev.Pos, lean: ev.Lean, x: invRoot(ev.Count), label: label, weight: 1, by: e.By, text: e.Text, author: e.Author}
		it.fold = int(key % uint64(max(o.Folds, 2)))
		for _, s := range ev.Slots {
			cell := sentiment.LayerSlot(s)
			n, ok := number[cell]
			if !ok {
				n = len(names)
				number[cell] = n
				names = append(names, cell)
			}
			it.cells = append(it.cells, n)
		}
		items = append(items, it)
	}
	for i := range items {
		if n := perPerson[items[i].by]; n > o.PerPerson && len(perPerson) > 1 {
			items[i].weight = float64(o.PerPerson) / float64(n)
		}
	}
	slices.Reverse(items)
	return items, common(items, names)
}

// seenIn is how many examples must share a cell for it to be learned: what a single mention says teaches no word.
const seenIn = 2

// common leaves the items only the cells that seenIn of them share, numbered anew, and returns the names of those.
func common(items []item, names []uint32) []uint32 {
	seen, last := make([]int, len(names)), make([]int, len(names))
	for i := range items {
		for _, c := range items[i].cells {
			if last[c] != i+1 {
				last[c] = i + 1
				seen[c]++
			}
		}
	}
	var kept []uint32
	for c, n := range seen {
		if seen[c] = -1; n >= seenIn {
			seen[c] = len(kept)
			kept = append(kept, names[c])
		}
	}
	for i := range items {
		cells := items[i].cells[:0]
		for _, c := range items[i].cells {
			if seen[c] >= 0 {
				cells = append(cells, seen[c])
			}
		}
		items[i].cells = cells
	}
	return kept
}

func invRoot(n int) float64 { return 1 / math.Sqrt(float64(max(n, 1))) }

// same is equal for texts with the same features: copies, and copies with other spacing, letters or digits.
func same(slots []uint32) uint64 {
	s := slices.Clone(slots)
	slices.Sort(s)
	h := fnv.New64a()
	for _, v := range s {
		_, _ = h.Write([]byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)}) // never fails
	}
	return h.Sum64()
}

// trusted is the share of agreement with everyone else below which a person's labels hardly count.
const (
	trusted     = 0.5
	doubtWeight = 0.1
	minToJudge  = 15 // labels of a person before we judge the person
)

// doubt compares each person's labels with a layer fitted to everyone else's, and takes weight from those who mostly
// contradict it: the worst one first, so that a careless labeller does not make the careful ones look careless.
func doubt(items []item, words int, o Options) []string {
	count := map[string]int{}
	for i := range items {
		count[items[i].by]++
	}
	people := slices.Sorted(maps.Keys(count))
	var out []string
	for len(out) < len(people)-1 {
		worst, low := "", trusted
		for _, by := range people {
			if count[by] < minToJudge || slices.Contains(out, by) {
				continue
			}
			if a := agreement(items, words, by, out, o); a < low {
				worst, low = by, a
			}
		}
		if worst == "" {
			break
		}
		out = append(out, worst)
	}
	if len(out) == len(people)-1 && len(out) > 1 {
		return nil // everybody contradicts everybody: nobody can be singled out
	}
	for i := range items {
		if slices.Contains(out, items[i].by) {
			items[i].weight *= doubtWeight
			items[i].doubted = true
		}
	}
	slices.Sort(out)
	return out
}

// agreement is how often a person says what a layer says that was fitted to the others but the doubted; 1 when there
// are too few others.
func agreement(items []item, words int, by string, doubted []string, o Options) float64 {
	var own, others []item
	for i := range items {
		switch {
		case items[i].by == by:
			own = append(own, items[i])
		case !slices.Contains(doubted, items[i].by):
			others = append(others, items[i])
		}
	}
	if len(others) < o.MinLabels/2 {
		return 1
	}
	f := fitLayer(others, words, strengths[usual], o.Limit, -1)
	agree := 0
	for i := range own {
		if labelOf(f.predict(&own[i]), own[i].lean) == own[i].label {
			agree++
		}
	}
	return float64(agree) / float64(len(own))
}

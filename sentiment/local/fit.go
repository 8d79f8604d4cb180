package local

import (
	"math"

	"rasid/sentiment"
	"rasid/sentiment/eval"
)

// strength is how freely a layer may follow the examples.
type strength struct {
	name   string
	rate   float64 // of the steps on words; 0 moves the biases only
	l2     float64
	epochs int
}

// strengths are tried in this order; cross-validation picks one.
var strengths = []strength{
	{"bias", 0, 0.02, 12},
	{"careful", 0.6, 0.02, 8},
	{"usual", 1.5, 0.005, 10},
	{"bold", 3, 0.002, 14},
}

// fit is a layer being learned: softmax regression on top of fixed logits, with AdaGrad steps.
type fit struct {
	st    strength
	limit float64
	bias  [2]float64
	bsum  [2]float64
	cells map[uint32]*cell
}

type cell struct {
	w   [2]float64
	sum [2]float64
}

func newFit(st strength, limit float64) *fit {
	return &fit{st: st, limit: limit, cells: map[uint32]*cell{}}
}

func invRoot(n int) float64 { return 1 / math.Sqrt(float64(max(n, 1))) }

// fitLayer learns from all items but those of one fold.
func fitLayer(items []item, st strength, limit float64, without int) *fit {
	f := newFit(st, limit)
	for range st.epochs {
		for k := range items {
			// A stride that shares no factor with most lengths walks the examples in a mixed but fixed order.
			it := &items[k*7919%len(items)]
			if len(items)%7919 == 0 {
				it = &items[k]
			}
			if it.fold != without {
				f.step(it)
			}
		}
	}
	return f
}

func (f *fit) add(it *item) (neg, pos float64) {
	for _, c := range it.cells {
		if w := f.cells[c]; w != nil {
			neg += w.w[0]
			pos += w.w[1]
		}
	}
	return bound(f.bias[0]+neg*it.x, f.limit), bound(f.bias[1]+pos*it.x, f.limit)
}

func bound(v, limit float64) float64 { return min(max(v, -limit), limit) }

func (f *fit) predict(it *item) [3]float64 {
	n, p := f.add(it)
	return softmax(it.zn+n, it.zp+p)
}

func softmax(zn, zp float64) [3]float64 {
	m := max(zn, zp, 0)
	a, b, c := math.Exp(zn-m), math.Exp(-m), math.Exp(zp-m)
	t := a + b + c
	return [3]float64{a / t, b / t, c / t}
}

func argmax(p [3]float64) int {
	switch {
	case p[0] >= p[1] && p[0] >= p[2]:
		return 0
	case p[2] >= p[1]:
		return 2
	}
	return 1
}

const biasRate = 0.3

func (f *fit) step(it *item) {
	p := f.predict(it)
	g := [2]float64{p[0], p[2]}
	switch it.label {
	case 0:
		g[0]--
	case 2:
		g[1]--
	}
	for k := range 2 {
		d := g[k]*it.weight + f.st.l2*f.bias[k]
		f.bsum[k] += d * d
		f.bias[k] -= biasRate * d / math.Sqrt(f.bsum[k]+1)
	}
	if f.st.rate == 0 {
		return
	}
	for _, id := range it.cells {
		c := f.cells[id]
		if c == nil {
			c = &cell{}
			f.cells[id] = c
		}
		for k := range 2 {
			d := g[k]*it.weight*it.x + f.st.l2*c.w[k]*it.x
			c.sum[k] += d * d
			c.w[k] -= f.st.rate * d / math.Sqrt(c.sum[k]+1e-2)
		}
	}
}

// maxCells bounds a stored layer to about 300 kB; the weakest cells go first.
const maxCells = 30_000

func (f *fit) layer(o Options) *sentiment.Layer {
	l := &sentiment.Layer{Version: o.Version, Limit: o.Limit, Bias: f.bias, Cells: map[uint32][2]float32{}}
	floor := 0.0
	for n := len(f.cells); n > maxCells; {
		floor = floor*1.3 + 1e-4
		n = 0
		for _, c := range f.cells {
			if max(math.Abs(c.w[0]), math.Abs(c.w[1])) >= floor {
				n++
			}
		}
	}
	for id, c := range f.cells {
		if max(math.Abs(c.w[0]), math.Abs(c.w[1])) >= floor {
			l.Cells[id] = [2]float32{float32(c.w[0]), float32(c.w[1])}
		}
	}
	return l
}

// crossValidate judges every item by a layer that has not seen it. What the doubted say is no measure.
func crossValidate(items []item, st strength, o Options) (before, after Figures) {
	var base, with []eval.Item
	none := newFit(st, o.Limit)
	for fold := range max(o.Folds, 2) {
		f := fitLayer(items, st, o.Limit, fold)
		for i := range items {
			if items[i].fold != fold || items[i].doubted {
				continue
			}
			p, q := none.predict(&items[i]), f.predict(&items[i])
			base = append(base, eval.Item{Gold: items[i].label, Pred: eval.Pred{Label: argmax(p), P: p, HasP: true}})
			with = append(with, eval.Item{Gold: items[i].label, Pred: eval.Pred{Label: argmax(q), P: q, HasP: true}})
		}
	}
	return figures(base), figures(with)
}

func figures(items []eval.Item) Figures {
	rep, _ := eval.Measure(items, eval.Options{})
	out := Figures{Acc: rep.Acc, NegF1: rep.Label[0].F1, NegAP: rep.NegAP}
	if math.IsNaN(out.NegAP) {
		out.NegAP = 0
	}
	for _, it := range items {
		out.LogLoss -= math.Log(max(it.Pred.P[it.Gold], 1e-9)) / float64(len(items))
	}
	return out
}

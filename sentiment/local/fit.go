package local

import (
	"math"

	"rasid/sentiment"
)

// strength is how freely a layer may follow the examples on single words.
type strength struct {
	name  string
	sigma float64 // standard deviation expected of a word's weight before any example; 0 leaves words alone
	trust float64 // and of the trust in the embedded table; 0 leaves it at 1
}

// strengths are tried in this order; cross-validation picks one.
var strengths = []strength{
	{"bias", 0, 0.3}, {"careful", 0.5, 0.3}, {"usual", 1, 0.3}, {"bold", 2, 0.3}, {"boldest", 4, 0.3}, {"words", 1, 0},
}

// usual is the strength by which people are compared with each other.
const usual = 2

// biasSigma is what is expected of the biases before any example: how often each label is given differs much from shop
// to shop.
const biasSigma = 1.5

// biasShare is how much of the biases learned counts. At their full size labels go to the classes that are given often,
// and a place where few complain loses its complaints.
const biasShare = 0.75

// The steps of the fit.
const (
	rounds   = 50
	rate     = 0.1
	slowDown = 0.3 // of the steps on trust
	keepMean = 0.9
	keepSize = 0.99
	steady   = 1e-3 // keeps the first steps on rare words from being large
)

// fit is a layer being learned: the likeliest softmax regression on top of given logits, words and biases near 0 and
// trust near 1 being expected.
type fit struct {
	limit float64
	theta []float64 // two biases, trust, then two weights for each word
}

// Places in theta.
const (
	atTrust = 2
	atWords = 3
)

func (f *fit) trust() float64 { return f.theta[atTrust] }

// nothing is a layer that changes nothing.
func nothing(limit float64) *fit { return &fit{limit: limit, theta: []float64{0, 0, 1}} }

// fitLayer learns from all items but those of one fold; words is the number of different cells of the items. It takes
// whole steps over all items (Adam), so the order of the items does not matter.
func fitLayer(items []item, words int, st strength, limit float64, without int) *fit {
	f := nothing(limit)
	if st.sigma > 0 {
		f.theta = append(f.theta, make([]float64, 2*words)...)
	}
	grad, mean, size := make([]float64, len(f.theta)), make([]float64, len(f.theta)), make([]float64, len(f.theta))
	for n := 1; n <= rounds; n++ {
		f.gradient(items, st, without, grad)
		step := rate * (1 - float64(n)/(rounds+1))
		fixMean, fixSize := 1-math.Pow(keepMean, float64(n)), 1-math.Pow(keepSize, float64(n))
		for i, g := range grad {
			mean[i] = keepMean*mean[i] + (1-keepMean)*g
			size[i] = keepSize*size[i] + (1-keepSize)*g*g
			d := step * (mean[i] / fixMean) / (math.Sqrt(size[i]/fixSize) + steady)
			if i == atTrust {
				d *= slowDown
			}
			f.theta[i] -= d
		}
	}
	f.theta[atTrust] = min(max(f.theta[atTrust], 0), sentiment.MaxTrust)
	f.theta[0], f.theta[1] = f.theta[0]*biasShare, f.theta[1]*biasShare
	return f
}

// shares of a layer that are tried: where a whole one is more than the examples bear out, a part of it may not be.
var shares = []float64{1, 0.75, 0.5}

// part is the fit of which only a share counts: halfway between nothing and f, for a half.
func (f *fit) part(share float64) *fit {
	out := nothing(f.limit)
	out.theta = make([]float64, len(f.theta))
	for i, v := range f.theta {
		out.theta[i] = share * v
	}
	out.theta[atTrust] = 1 + share*(f.trust()-1)
	return out
}

// gradient of the weighted log loss and of what was expected beforehand.
func (f *fit) gradient(items []item, st strength, without int, grad []float64) {
	for i := range grad {
		switch {
		case i < atTrust:
			grad[i] = f.theta[i] / (biasSigma * biasSigma)
		case i == atTrust && st.trust > 0:
			grad[i] = (f.theta[i] - 1) / (st.trust * st.trust)
		case i == atTrust:
			grad[i] = 0
		default:
			grad[i] = f.theta[i] / (st.sigma * st.sigma)
		}
	}
	for k := range items {
		it := &items[k]
		if it.fold == without {
			continue
		}
		p := f.predict(it)
		d := [2]float64{p[0], p[2]}
		switch it.label {
		case 0:
			d[0]--
		case 2:
			d[1]--
		}
		d[0], d[1] = d[0]*it.weight, d[1]*it.weight
		grad[0] += d[0]
		grad[1] += d[1]
		if st.trust > 0 {
			grad[atTrust] += d[0]*it.zn + d[1]*it.zp
		}
		if st.sigma == 0 {
			continue
		}
		d[0], d[1] = d[0]*it.x, d[1]*it.x
		for _, c := range it.cells {
			grad[atWords+2*c] += d[0]
			grad[atWords+2*c+1] += d[1]
		}
	}
}

// predict is the same sum as the one of sentiment.Layer.
func (f *fit) predict(it *item) [3]float64 {
	var n, p float64
	if len(f.theta) > atWords {
		for _, c := range it.cells {
			n += f.theta[atWords+2*c]
			p += f.theta[atWords+2*c+1]
		}
	}
	n = bound((f.trust()-1)*it.zn+f.theta[0]+n*it.x, f.limit)
	p = bound((f.trust()-1)*it.zp+f.theta[1]+p*it.x, f.limit)
	return softmax(it.zn+n, it.zp+p)
}

func bound(v, limit float64) float64 { return min(max(v, -limit), limit) }

func softmax(zn, zp float64) [3]float64 {
	m := max(zn, zp, 0)
	a, b, c := math.Exp(zn-m), math.Exp(-m), math.Exp(zp-m)
	t := a + b + c
	return [3]float64{a / t, b / t, c / t}
}

// labelOf is the class that p is given when a complaint counts lean times.
func labelOf(p [3]float64, lean float64) int {
	n := p[0] * lean
	switch {
	case n >= p[1] && n >= p[2]:
		return 0
	case p[2] >= p[1]:
		return 2
	}
	return 1
}

// maxCells bounds a stored layer to about 300 kB; the weakest cells go first.
const maxCells = 30_000

// layer turns the fit into what is stored; names are the cells of the words.
func (f *fit) layer(names []uint32, lean float64, o Options) *sentiment.Layer {
	l := &sentiment.Layer{
		Version: o.Version, Limit: o.Limit, Bias: [2]float64{f.theta[0], f.theta[1]}, Trust: f.trust(), Lean: lean,
		Cells: map[uint32][2]float32{},
	}
	ws := f.theta[atWords:]
	weight := func(c int) float64 { return max(math.Abs(ws[2*c]), math.Abs(ws[2*c+1])) }
	floor := 0.0
	for n := len(ws) / 2; n > maxCells; {
		floor = floor*1.3 + 1e-4
		n = 0
		for c := range len(ws) / 2 {
			if weight(c) >= floor {
				n++
			}
		}
	}
	for c := range len(ws) / 2 {
		if weight(c) >= floor {
			l.Cells[names[c]] = [2]float32{float32(ws[2*c]), float32(ws[2*c+1])}
		}
	}
	return l
}

// Package eval measures a scorer on labelled texts. Every figure is defined exactly as in the reference evaluation
// that comes with the labelled data, to the last digit, so figures from both can stand in one table.
package eval

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Labels are the classes, in the order of Pred.P.
var Labels = [3]string{"neg", "neu", "pos"}

// None is the label of a text that has no prediction; it counts as an error.
const None = 3

// Pred is one prediction.
type Pred struct {
	Label int        // 0 neg, 1 neu, 2 pos, or None
	P     [3]float64 // sums to 1
	HasP  bool
}

// Item is one text: what it is, and what was said.
type Item struct {
	Gold int
	Pred Pred
}

// PRF is precision, recall, F1 and the number of texts of one class.
type PRF struct {
	P, R, F1 float64
	N        int
}

// Report holds the measures of one group of texts.
type Report struct {
	N, Missing                      int
	Acc, MacroF1, MacroRecall, F1PN float64
	Label                           [3]PRF
	Confusion                       [3][4]int // gold, predicted (the last column is None)
	HasP                            bool
	NegAP, ECETop, ECENeg           float64
	ECEChance                       float64 // the ECETop that chance alone would give if every probability were true
	RecallAtP95, TauAtP95           float64
	RecallAtP90, TauAtP90           float64
	Flag                            PRF // of the flag P(neg) >= Tau
	Tau                             float64
}

// Options choose what is measured.
type Options struct {
	Tau    float64 // threshold of the negative flag; 0 leaves it out
	Bins   int     // of the calibration error, 15 when 0
	Binary bool    // leave neutral texts out and choose between neg and pos
}

type point struct {
	s float64
	y bool
}

// Measure computes the report of the items; ok is false when there are none.
func Measure(items []Item, o Options) (rep Report, ok bool) {
	var top, negc []point
	var tp, fp, fn, right int
	for _, it := range items {
		if o.Binary && it.Gold == 1 {
			continue
		}
		q, lab := it.Pred.P, it.Pred.Label
		if lab == None {
			rep.Missing++
		}
		if o.Binary && it.Pred.HasP {
			q, lab = forced(q)
		}
		rep.N++
		if lab == it.Gold {
			right++
		}
		rep.Confusion[it.Gold][lab]++
		if !it.Pred.HasP {
			continue
		}
		rep.HasP = true
		isNeg := it.Gold == 0
		top = append(top, point{q[lab], lab == it.Gold})
		negc = append(negc, point{q[0], isNeg})
		if o.Tau > 0 {
			f := q[0] >= o.Tau
			tp += b2i(f && isNeg)
			fp += b2i(f && !isNeg)
			fn += b2i(!f && isNeg)
		}
	}
	if rep.N == 0 {
		return rep, false
	}
	rep.Acc = float64(right) / float64(rep.N)
	rep.classes()
	if rep.HasP {
		rep.ranks(top, negc, cmp.Or(o.Bins, 15))
		if o.Tau > 0 {
			rep.Tau, rep.Flag = o.Tau, prf(tp, fp, fn)
		}
	}
	return rep, true
}

// forced chooses between neg and pos alone.
func forced(q [3]float64) (p [3]float64, label int) {
	label = 2
	if q[0] >= q[2] {
		label = 0
	}
	s := cmp.Or(q[0]+q[2], 1)
	return [3]float64{q[0] / s, 0, q[2] / s}, label
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (rep *Report) classes() {
	present := 0
	for l := range 3 {
		tp := rep.Confusion[l][l]
		fp, fn := 0, 0
		for g := range 3 {
			if g != l {
				fp += rep.Confusion[g][l]
			}
		}
		for p := range 4 {
			if p != l {
				fn += rep.Confusion[l][p]
			}
		}
		rep.Label[l] = prf(tp, fp, fn)
		if tp+fn > 0 {
			present++
			rep.MacroF1 += rep.Label[l].F1
			rep.MacroRecall += rep.Label[l].R
		}
	}
	rep.MacroF1 /= float64(present)
	rep.MacroRecall /= float64(present)
	rep.F1PN = (rep.Label[0].F1 + rep.Label[2].F1) / 2
}

func (rep *Report) ranks(top, negc []point, bins int) {
	rep.ECETop, rep.ECENeg = ece(top, bins), ece(negc, bins)
	rep.ECEChance = chance(top, bins)
	slices.SortStableFunc(negc, func(a, b point) int { return cmp.Compare(b.s, a.s) })
	tot := 0
	for _, p := range negc {
		tot += b2i(p.y)
	}
	rep.NegAP = averagePrecision(negc, tot)
	rep.RecallAtP95, rep.TauAtP95 = coverage(negc, 0.95, tot)
	rep.RecallAtP90, rep.TauAtP90 = coverage(negc, 0.90, tot)
}

func prf(tp, fp, fn int) PRF {
	out := PRF{N: tp + fn}
	if tp+fp > 0 {
		out.P = float64(tp) / float64(tp+fp)
	}
	if tp+fn > 0 {
		out.R = float64(tp) / float64(tp+fn)
	}
	if s := out.P + out.R; s > 0 {
		out.F1 = 2 * out.P * out.R / s
	}
	return out
}

// ece is the expected calibration error over equally wide bins of confidence.
func ece(ps []point, bins int) float64 {
	n, conf, hit := make([]int, bins), make([]float64, bins), make([]int, bins)
	for _, p := range ps {
		i := min(int(p.s*float64(bins)), bins-1)
		n[i]++
		conf[i] += p.s
		hit[i] += b2i(p.y)
	}
	sum := 0.0
	for i := range bins {
		if n[i] > 0 {
			sum += math.Abs(conf[i] - float64(hit[i]))
		}
	}
	return sum / float64(len(ps))
}

// draws are enough to know the mean of chance to the third digit.
const draws = 40

// chance is the calibration error to expect of true probabilities: with a few hundred texts in many bins even they
// miss the shares found. It is the mean over draws of labels from the probabilities themselves.
func chance(ps []point, bins int) float64 {
	rnd := rand.New(rand.NewPCG(1, uint64(len(ps)))) // the same figure every time
	drawn := make([]point, len(ps))
	sum := 0.0
	for range draws {
		for i, p := range ps {
			drawn[i] = point{p.s, rnd.Float64() < p.s}
		}
		sum += ece(drawn, bins)
	}
	return sum / draws
}

// averagePrecision takes points sorted from high to low and treats equal scores as one block; NaN without positives.
func averagePrecision(ps []point, tot int) float64 {
	if tot == 0 {
		return math.NaN()
	}
	ap, tp := 0.0, 0
	for i := 0; i < len(ps); {
		j, dt := i, 0
		for j < len(ps) && ps[j].s == ps[i].s {
			dt += b2i(ps[j].y)
			j++
		}
		tp += dt
		// The explicit conversion forbids fusing the product with the sum, which would round differently on some machines.
		ap += float64((float64(dt) / float64(tot)) * (float64(tp) / float64(j)))
		i = j
	}
	return ap
}

// coverage is the largest recall of the negative class at a precision of at least want, and its threshold.
func coverage(ps []point, want float64, tot int) (recall, tau float64) {
	tau = math.NaN()
	tp := 0
	for i, p := range ps {
		tp += b2i(p.y)
		if (i+1 == len(ps) || ps[i+1].s != p.s) && float64(tp)/float64(i+1) >= want && tot > 0 {
			recall, tau = float64(tp)/float64(tot), p.s
		}
	}
	return recall, tau
}

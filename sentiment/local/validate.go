package local

import (
	"math"

	"rasid/sentiment/eval"
)

// held is what a layer that has not seen an item says of it.
type held struct {
	it *item
	p  [3]float64
}

// crossValidate judges every item by shares of a layer that has not seen it. What the doubted say is no measure.
func crossValidate(items []item, words int, st strength, o Options) []try {
	out := make([]try, len(shares))
	for fold := range max(o.Folds, 2) {
		whole := fitLayer(items, words, st, o.Limit, fold)
		for k, share := range shares {
			out[k].st, out[k].share = st, share
			f := whole.part(share)
			for i := range items {
				if items[i].fold == fold && !items[i].doubted {
					out[k].hs = append(out[k].hs, held{&items[i], f.predict(&items[i])})
				}
			}
		}
	}
	return out
}

// untaught is what the embedded table alone says of the same items.
func untaught(hs []held, o Options) []held {
	out := make([]held, len(hs))
	none := nothing(o.Limit)
	for i, h := range hs {
		out[i] = held{h.it, none.predict(h.it)}
	}
	return out
}

// leans are tried for how many times a complaint counts when the label is chosen, on top of what the table says. The
// first of equals wins.
var leans = []float64{1, 1.1, 0.9, 1.25, 0.8, 1.4, 1.6, 1.8, 2, 2.3}

// bestLean is the lean whose labels are best: the F1 of complaints, and a quarter of the mean F1 of all classes, as they
// are to be expected.
func bestLean(hs []held) float64 {
	var given [3]bool // a place where nobody is ever neutral has no F1 of that
	for _, h := range hs {
		given[h.it.label] = true
	}
	best, worth := 1.0, -1.0
	for _, lean := range leans {
		f := expected(hs, labelsOf(hs, lean))
		sum, classes := 0.0, 0.0
		for class, v := range f {
			if given[class] {
				sum, classes = sum+v, classes+1
			}
		}
		if v := f[0] + sum/classes/4; v > worth {
			best, worth = lean, v
		}
	}
	return best
}

// fair compares the labels that the table alone gives with those of a layer by the F1 of complaints to be expected.
func fair(hs []held, lean float64, o Options) (before, after float64) {
	return expected(hs, labelsOf(untaught(hs, o), 1))[0], expected(hs, labelsOf(hs, lean))[0]
}

// believed is how much a label that staff gave says of what an item is; the rest is what the layer thinks that has not
// seen the item. Among 200 labels there may be 20 complaints: whether 14 or 16 of them are found is chance, how likely
// each was is less so.
const believed = 0.3

// expected is the F1 of each class to be expected of labels given to items.
func expected(hs []held, labels []int) (f1 [3]float64) {
	var both, total [3]float64
	for i, h := range hs {
		total[labels[i]]++
		for class, p := range h.p {
			is := (1 - believed) * p
			if h.it.label == class {
				is += believed
			}
			total[class] += is
			if labels[i] == class {
				both[class] += is
			}
		}
	}
	for class := range f1 {
		f1[class] = 2 * both[class] / max(total[class], 1e-9)
	}
	return f1
}

func labelsOf(hs []held, lean float64) []int {
	out := make([]int, len(hs))
	for i, h := range hs {
		out[i] = labelOf(h.p, h.it.lean*lean)
	}
	return out
}

func judgements(hs []held, lean float64) []eval.Item {
	out := make([]eval.Item, len(hs))
	for i, label := range labelsOf(hs, lean) {
		out[i] = eval.Item{Gold: hs[i].it.label, Pred: eval.Pred{Label: label, P: hs[i].p, HasP: true}}
	}
	return out
}

func figures(hs []held, lean float64) Figures {
	rep, _ := eval.Measure(judgements(hs, lean), eval.Options{})
	out := Figures{Acc: rep.Acc, MacroF1: rep.MacroF1, NegF1: rep.Label[0].F1, NegAP: rep.NegAP, LogLoss: logLoss(hs)}
	if math.IsNaN(out.NegAP) {
		out.NegAP = 0
	}
	return out
}

// gained is by how much the log loss of an example falls from one judgement of the same items to another, and the standard
// error of that.
func gained(from, to []held) (gain, noise float64) {
	var sum, squares float64
	for i := range from {
		d := logLoss(from[i:i+1]) - logLoss(to[i:i+1])
		sum += d
		squares += d * d
	}
	n := float64(max(len(from), 1))
	gain = sum / n
	return gain, math.Sqrt(max(squares/n-gain*gain, 0) / n)
}

func logLoss(hs []held) float64 {
	sum := 0.0
	for _, h := range hs {
		sum -= math.Log(max(h.p[h.it.label], 1e-9))
	}
	return sum / float64(max(len(hs), 1))
}

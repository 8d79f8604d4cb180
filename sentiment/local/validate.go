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

// crossValidate judges every item by a layer that has not seen it. What the doubted say is no measure.
func crossValidate(items []item, words int, st strength, o Options) []held {
	var out []held
	for fold := range max(o.Folds, 2) {
		f := fitLayer(items, words, st, o.Limit, fold)
		for i := range items {
			if items[i].fold == fold && !items[i].doubted {
				out = append(out, held{&items[i], f.predict(&items[i])})
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

// leans are tried for how many times a complaint counts when the label is chosen, on top of what the table says.
var leans = []float64{1, 0.8, 1.25, 1.5, 2}

// leanGain is what another lean must bring in the figure below: it is chosen on the few labels there are.
const leanGain = 0.004

// bestLean is the lean whose labels are best: the F1 of complaints, and half the mean F1 of all classes.
func bestLean(hs []held) float64 {
	best, worth := 1.0, -1.0
	for _, lean := range leans {
		rep, _ := eval.Measure(judgements(hs, lean), eval.Options{})
		if v := rep.Label[0].F1 + rep.MacroF1/2; v > worth+leanGain {
			best, worth = lean, v
		}
	}
	return best
}

func judgements(hs []held, lean float64) []eval.Item {
	out := make([]eval.Item, len(hs))
	for i, h := range hs {
		out[i] = eval.Item{Gold: h.it.label, Pred: eval.Pred{Label: labelOf(h.p, h.it.lean*lean), P: h.p, HasP: true}}
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

// gained is by how much the log loss of an example falls, and the standard error of that.
func gained(hs []held, o Options) (gain, noise float64) {
	var sum, squares float64
	for i, u := range untaught(hs, o) {
		d := logLoss([]held{u}) - logLoss(hs[i:i+1])
		sum += d
		squares += d * d
	}
	n := float64(max(len(hs), 1))
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

package local

import (
	"slices"

	"rasid/sentiment"
	"rasid/sentiment/eval"
	"rasid/sentiment/sentences"
)

// drift is by how much a layer may worsen the order of our own sentences, which say the same in every shop. Labels
// given by mistake, or on purpose, turn words that mean the same everywhere; a shop's own habits do not.
const drift = 0.05

// anchor measures the average precision of complaints on our own sentences kept apart, without and with a layer.
func anchor(base *sentiment.Scorer, l *sentiment.Layer) (before, after float64, err error) {
	all, err := sentences.Mentions()
	if err != nil {
		return 0, 0, err
	}
	with := base.WithLayer(l)
	var a, b []eval.Item
	for _, s := range all {
		gold := slices.Index(eval.Labels[:], s.Label)
		if s.Split == "train" || gold < 0 {
			continue
		}
		in := sentiment.Input{Text: s.Text}
		a, b = append(a, judged(base, in, gold)), append(b, judged(with, in, gold))
	}
	x, _ := eval.Measure(a, eval.Options{})
	y, _ := eval.Measure(b, eval.Options{})
	return x.NegAP, y.NegAP, nil
}

func judged(s *sentiment.Scorer, in sentiment.Input, gold int) eval.Item {
	r := s.Quick(in)
	p := [3]float64{r.Neg, r.Neu, r.Pos}
	return eval.Item{Gold: gold, Pred: eval.Pred{Label: slices.Index(eval.Labels[:], string(r.Label)), P: p, HasP: true}}
}

package train

import (
	"math"

	"rasid/sentiment/internal/text"
)

const (
	folds      = 40 // a learner keeps one of so many English texts back
	shiftTurns = 20 // of Newton's method; it stands still after five or six
	sourceRows = 50 // texts kept back of a source: with more they share what so many count
	shiftCalm  = 10 // texts that say that nothing is off: a handful of others must not shift much
)

// split leaves out of weight the English texts of fold k, which a learner keeps back, and lists them. Which ones hangs on
// the text alone, so that it does not matter how often a source repeats itself. Our own sentences are never kept back.
func (c *Corpus) split(weight []float32, k uint64) (rest []float32, back []int) {
	rest = make([]float32, len(weight))
	for i, w := range weight {
		if w > 0 && c.english[i] && !isOwn(c.Rows[i].Source) && c.fold(i) == k%folds {
			back = append(back, i)
			continue
		}
		rest[i] = w
	}
	return rest, back
}

// fold is the part of the texts that row i belongs to.
func (c *Corpus) fold(i int) uint64 {
	h := uint64(len(c.Feats(i)))
	for _, f := range c.Feats(i) {
		h = text.Step(h, uint64(f))
	}
	return text.Mix(h) % folds
}

// blind says of each source whether it knows no neutral text.
func (c *Corpus) blind(weight []float32) []bool {
	out := make([]bool, len(c.names))
	for i := range out {
		out[i] = true
	}
	for i, w := range weight {
		if w > 0 && c.Rows[i].Label == neutral {
			out[c.source[i]] = false
		}
	}
	return out
}

// neutral is the label that half of the sources do not know.
const neutral = 1

// unseeing are the probabilities p as far as a source counts that knows no neutral text: how likely the other two are
// beside each other.
func unseeing(p [3]float64) [3]float64 {
	both := max(p[0]+p[2], math.SmallestNonzeroFloat64)
	return [3]float64{p[0] / both, 0, p[2] / both}
}

// shift is what to add to the biases of w in English texts to be right on the mean of the texts kept back, which it has
// not learned from: while learning, English sources had biases of their own. Each source counts the same there, for nobody
// knows which kind of text a place will see; one of noisy labels does not count, and one that knows no neutral text
// tells nothing of how likely neutral ones are. Arabic biases stay as they were learned: fitted in the same way they
// brought the calibration error from .065 to .062 and cost average precision.
func (c *Corpus) shift(w *Weights, known map[string]Source, weight []float32, back []int) [2]float64 {
	blind, count := c.blind(weight), make([]int, len(c.names))
	for _, i := range back {
		count[c.source[i]]++
	}
	var hs []held
	for _, i := range back {
		r, s := &c.Rows[i], c.source[i]
		if k, ok := known[r.Source]; ok && k.isNoisy() {
			continue
		}
		zn, zp := c.logits(w, i)
		hs = append(hs, held{zn, zp, sourceRows / float64(max(count[s], sourceRows)), r.Label, blind[s]})
	}
	return shiftOf(hs)
}

// logits are log(neg/neu) and log(pos/neu) of row i.
func (c *Corpus) logits(w *Weights, i int) (zn, zp float64) {
	var z [3]float32
	for _, f := range c.Feats(i) {
		for y := range 3 {
			z[y] += w.W[f][y]
		}
	}
	for y := range 3 {
		z[y] = z[y]*c.norm[i] + w.Bias[y]
	}
	return float64(z[0] - z[neutral]), float64(z[2] - z[neutral])
}

// held is a text kept back: its logits, weight and label.
type held struct {
	zn, zp, weight float64
	label          uint8
	blind          bool
}

// shiftOf finds the biases of the smallest loss.
func shiftOf(hs []held) (b [2]float64) {
	for range shiftTurns {
		g := [2]float64{shiftCalm * b[0], shiftCalm * b[1]}
		hnn, hpp, hnp := float64(shiftCalm), float64(shiftCalm), 0.0
		for _, h := range hs {
			p := softmax3(h.zn+b[0], 0, h.zp+b[1])
			if h.blind {
				p = unseeing(p)
			}
			n, q := p[0], p[2]
			hnn += h.weight * n * (1 - n)
			hpp += h.weight * q * (1 - q)
			hnp -= h.weight * n * q
			switch h.label {
			case 0:
				n--
			case 2:
				q--
			}
			g[0] += h.weight * n
			g[1] += h.weight * q
		}
		det := hnn*hpp - hnp*hnp
		b[0] -= (hpp*g[0] - hnp*g[1]) / det
		b[1] -= (hnn*g[1] - hnp*g[0]) / det
	}
	return b
}

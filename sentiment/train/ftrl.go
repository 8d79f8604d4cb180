package train

import (
	"context"
	"math"
	"math/rand/v2"
)

// Hyper holds the settings of the learner.
type Hyper struct {
	Alpha, Beta, L2 float64
	Epochs          int
	NBSmooth        float64 // added to each count of the Naive-Bayes log-count ratio that scales the inputs
	NBPower         float64 // and the power the ratio is taken to: 1 as it is, 0 no scaling
	Seed            uint64
	BySource        bool // each source has biases of its own while learning
}

// DefaultHyper is the setting that measured best.
func DefaultHyper() Hyper {
	return Hyper{Alpha: 2, Beta: 1, L2: 0.2, Epochs: 5, NBSmooth: 1, NBPower: 0.7, Seed: 1, BySource: true}
}

// cell is the state of one slot: for each class the weight, FTRL's z, the root of the summed squared gradients, and the
// scale of the input.
type cell struct {
	w, z, s, r [3]float32
}

// learner is a three-class softmax regression trained by FTRL-proximal, one example at a time.
type learner struct {
	h     Hyper
	cells []cell
	bias  cell

	// With h.BySource: what each source leans to, so that no word has to explain it, and its share of the weight. Only
	// English sources have a lean of their own: half of the Arabic ones know no neutral text, and when no word has to
	// explain that, the table expects neutral texts nowhere or everywhere.
	homes  []cell
	shares []float32

	apart *apart
	sets  [sets]peculiar // what is learned of each beside the common weights
}

// Weights are the learned weights per slot and class, times the input scale, so that a score is a plain sum.
type Weights struct {
	W     [][3]float32
	Bias  [3]float32
	Shift [2]float64 // what log(neg/neu) and log(pos/neu) are short of in English texts
}

// ratios computes the log-count ratios of the weighted examples.
func ratios(c *Corpus, weight []float32, h Hyper, size int) [][3]float32 {
	counts := make([][3]float32, size)
	var tot [3]float64
	for i := range c.Rows {
		y, w := c.Rows[i].Label, weight[i]
		if w == 0 {
			continue
		}
		fs := c.Feats(i)
		tot[y] += float64(w) * float64(len(fs))
		for _, f := range fs {
			counts[f][y] += w
		}
	}
	all := tot[0] + tot[1] + tot[2]
	sm := h.NBSmooth
	n := float64(len(counts))
	for j := range counts {
		k := counts[j]
		sum := float64(k[0]) + float64(k[1]) + float64(k[2])
		if sum == 0 {
			counts[j] = [3]float32{}
			continue
		}
		for y := range 3 {
			in := (float64(k[y]) + sm) / (tot[y] + sm*n)
			out := (sum - float64(k[y]) + sm) / (all - tot[y] + sm*n)
			v := math.Log(in / out)
			counts[j][y] = float32(math.Copysign(math.Pow(math.Abs(v), h.NBPower), v))
		}
	}
	return counts
}

func newLearner(c *Corpus, a *apart, weight []float32, h Hyper, size int) *learner {
	l := &learner{h: h, cells: make([]cell, size), apart: a}
	for s := range sets {
		l.sets[s] = a.weights(s)
	}
	if h.BySource {
		l.shares = c.shares(weight, "en")
		l.homes = make([]cell, len(l.shares))
	}
	for i, r := range ratios(c, weight, h, size) {
		l.cells[i].r = r
	}
	return l
}

// tickEvery is how many examples pass between two looks at the context.
const tickEvery = 4096

// run goes over the examples Epochs times, each time in another but fixed order.
func (l *learner) run(ctx context.Context, c *Corpus, weight []float32, tick func()) error {
	var use []int
	for i, w := range weight {
		if w > 0 {
			use = append(use, i)
		}
	}
	rnd := rand.New(rand.NewPCG(l.h.Seed, 0x7261736964)) // the order must be the same every time
	for range l.h.Epochs {
		rnd.Shuffle(len(use), func(a, b int) { use[a], use[b] = use[b], use[a] })
		for k, i := range use {
			if k%tickEvery == 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
				l.level()
				if tick != nil {
					tick()
				}
			}
			l.step(c.Feats(i), l.homeOf(c, i), l.peculiarTo(i), c.Rows[i].Label, weight[i], c.norm[i])
		}
	}
	l.level()
	return nil
}

// homeOf is the lean of the source of row i; nil where it has none of its own.
func (l *learner) homeOf(c *Corpus, i int) *cell {
	if s := c.source[i]; s < len(l.shares) && c.Rows[i].Lang == "en" {
		return &l.homes[s]
	}
	return nil
}

// peculiarTo is what is learned of the set of row i; nil where it belongs to none.
func (l *learner) peculiarTo(i int) *peculiar {
	if s := l.apart.of[i]; s != common {
		return &l.sets[s]
	}
	return nil
}

// level takes the mean lean of the sources out of the leans of each. Done again and again while learning, it leaves
// them what a source differs in from the others: a text to judge comes from none of them.
func (l *learner) level() {
	pace := l.h.pace()
	for k := range 3 {
		mean := float32(0)
		for i := range l.homes {
			mean += l.shares[i] * l.homes[i].w[k]
		}
		for i := range l.homes {
			pace.set(&l.homes[i], k, l.homes[i].w[k]-mean)
		}
	}
}

func (l *learner) step(fs []uint32, home *cell, own *peculiar, y uint8, weight, x float32) {
	var z [3]float32
	for _, f := range fs {
		c := &l.cells[f]
		z[0] += c.w[0] * c.r[0]
		z[1] += c.w[1] * c.r[1]
		z[2] += c.w[2] * c.r[2]
	}
	if own != nil {
		own.score(&z, fs, l.cells)
	}
	b := l.bias.w
	if home != nil {
		for k := range 3 {
			b[k] += home.w[k]
		}
	}
	var g [3]float32
	p := softmax3(float64(z[0]*x+b[0]), float64(z[1]*x+b[1]), float64(z[2]*x+b[2]))
	for k := range 3 {
		g[k] = float32(p[k]) * weight
	}
	g[y] -= weight
	pace := l.h.pace()
	for k := range 3 {
		pace.move(&l.bias, k, g[k])
		if home != nil {
			pace.move(home, k, g[k])
		}
		g[k] *= x
	}
	for _, f := range fs {
		c := &l.cells[f]
		pace.move(c, 0, g[0]*c.r[0])
		pace.move(c, 1, g[1]*c.r[1])
		pace.move(c, 2, g[2]*c.r[2])
	}
	if own != nil {
		own.learn(g, fs, l.cells, pace)
	}
}

// pace is how fast weights move: one over α, and β/α + L2.
type pace struct{ perAlpha, floor float32 }

func (h *Hyper) pace() pace {
	return pace{float32(1 / h.Alpha), float32(h.Beta/h.Alpha + h.L2)}
}

// move is one step of FTRL-proximal: this is where training spends its time, so it divides once.
func (p pace) move(c *cell, k int, g float32) {
	s := c.s[k]
	n := float32(math.Sqrt(float64(s*s + g*g)))
	z := c.z[k] + g - (n-s)*p.perAlpha*c.w[k]
	c.z[k], c.s[k], c.w[k] = z, n, -z/(n*p.perAlpha+p.floor)
}

// set gives a weight another value and keeps how fast it moves.
func (p pace) set(c *cell, k int, w float32) {
	c.w[k], c.z[k] = w, -w*(c.s[k]*p.perAlpha+p.floor)
}

func softmax3(a, b, c float64) [3]float64 {
	m := max(a, b, c)
	x, y, z := math.Exp(a-m), math.Exp(b-m), math.Exp(c-m)
	t := x + y + z
	return [3]float64{x / t, y / t, z / t}
}

// weights adds what is followed of the sets to the common weights and folds the input scale into them.
func (l *learner) weights() *Weights {
	out := &Weights{W: make([][3]float32, len(l.cells)), Bias: l.bias.w}
	for i := range l.cells {
		w := l.cells[i].w
		for s := range l.sets {
			p, much := &l.sets[s], follow(set(s))
			for k, v := range p.cells[p.place[i]].w {
				w[k] += much * v
			}
		}
		for k := range 3 {
			out.W[i][k] = w[k] * l.cells[i].r[k]
		}
	}
	return out
}

package train

import (
	"context"
	"errors"
	"sync"
)

// fit trains one learner per seed, as many side by side as there are desks, and averages them: the mean of linear models is a linear model, so
// it costs nothing later. Each learner keeps other texts back and judges them in the end, which tells how far its biases
// are off in English texts. The result depends only on the texts, the weights and the settings.
func (s *school) fit(ctx context.Context, weight []float32, tick func()) (*Weights, error) {
	h := s.o.Hyper
	ws := make([]*Weights, max(s.o.Seeds, 1))
	errs := make([]error, len(ws))
	var wg sync.WaitGroup
	for k := range ws {
		hk := h
		hk.Seed += uint64(k)
		hk.BySource = h.BySource && k%2 == 1
		wg.Go(func() {
			s.desks <- struct{}{}
			defer func() { <-s.desks }()
			ws[k], errs[k] = s.study(ctx, weight, hk, tick)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return mean(ws), nil
}

// study lets a learner learn from what it does not keep back; its seed says what that is.
func (s *school) study(ctx context.Context, weight []float32, h Hyper, tick func()) (*Weights, error) {
	c := s.corpus
	rest, back := c.split(weight, h.Seed)
	l := newLearner(c, s.apart, rest, h, len(s.slots))
	if err := l.run(ctx, c, rest, tick); err != nil {
		return nil, err
	}
	w := l.weights()
	c.scale(w, s.slots)
	w.Shift = c.shift(w, s.known, weight, back)
	return w, nil
}

// mean is the mean of ws; it takes the place of the first.
func mean(ws []*Weights) *Weights {
	out, n := ws[0], float32(len(ws))
	average := func(of func(*Weights) *[3]float32) {
		var sum [3]float32
		for _, w := range ws {
			for y, v := range of(w) {
				sum[y] += v
			}
		}
		*of(out) = [3]float32{sum[0] / n, sum[1] / n, sum[2] / n}
	}
	for i := range out.W {
		average(func(w *Weights) *[3]float32 { return &w.W[i] })
	}
	average(func(w *Weights) *[3]float32 { return &w.Bias })
	var shift [2]float64
	for _, w := range ws {
		shift[0] += w.Shift[0]
		shift[1] += w.Shift[1]
	}
	out.Shift = [2]float64{shift[0] / float64(n), shift[1] / float64(n)}
	return out
}

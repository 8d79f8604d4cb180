package train

import (
	"context"
	"errors"
	"sync"
)

// fit trains one learner per seed, side by side, and averages them: the mean of linear models is a linear model, so
// it costs nothing later. The result depends only on the corpus, the weights and h.
func fit(ctx context.Context, c *Corpus, weight []float32, h Hyper, size, seeds int, tick func()) (*Weights, error) {
	r := ratios(c, weight, h, size)
	ls := make([]*learner, max(seeds, 1))
	errs := make([]error, len(ls))
	var wg sync.WaitGroup
	for k := range ls {
		hk := h
		hk.Seed += uint64(k)
		ls[k] = newLearner(hk, r, size)
		wg.Go(func() { errs[k] = ls[k].run(ctx, c, weight, tick) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	out := ls[0].weights()
	for _, l := range ls[1:] {
		w := l.weights()
		for i := range out.W {
			for y := range 3 {
				out.W[i][y] += w.W[i][y]
			}
		}
		for y := range 3 {
			out.Bias[y] += w.Bias[y]
		}
	}
	n := float32(len(ls))
	for i := range out.W {
		for y := range 3 {
			out.W[i][y] /= n
		}
	}
	for y := range 3 {
		out.Bias[y] /= n
	}
	return out, nil
}

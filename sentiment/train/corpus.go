package train

import (
	"context"
	"math"
	"sync"

	"rasid/sentiment"
	"rasid/sentiment/internal/features"
)

// Corpus holds the features of many texts in two flat slices, far smaller than the texts' feature objects would be.
type Corpus struct {
	Rows    []Row // Text is dropped once read
	slots   []uint32
	starts  []int     // of row i in slots; one more than rows
	norm    []float32 // 1/√(number of features) of row i
	english []bool    // whether the scorer takes row i for English
	source  []int     // of row i, counted in the order of their first rows
	names   map[string]int
	made    []origin // of each slot: what its features are made of; the last one counts where several share the slot
}

// Feats returns the slots of row i.
func (c *Corpus) Feats(i int) []uint32 { return c.slots[c.starts[i]:c.starts[i+1]] }

// chunk is how many texts one worker takes at a time.
const chunk = 2048

// part is what one worker makes of a chunk of rows.
type part struct {
	slots   []uint32
	from    []origin
	lens    []int
	norm    []float32
	english []bool
}

// Add extracts the features of rows with the given number of workers and appends them in the order of rows, so the
// result does not depend on the number of workers.
func (c *Corpus) Add(ctx context.Context, r *features.Reader, mask uint32, rows []Row, workers int) error {
	if len(c.starts) == 0 {
		c.starts = append(c.starts, 0)
	}
	if c.made == nil {
		c.made = make([]origin, int(mask)+1)
	}
	parts := make([]chan part, (len(rows)+chunk-1)/chunk)
	for i := range parts {
		parts[i] = make(chan part, 1)
	}
	next := make(chan int)
	var wg sync.WaitGroup
	defer wg.Wait()
	for range max(workers, 1) {
		wg.Go(func() {
			var p features.Page
			for k := range next {
				parts[k] <- extract(&p, r, mask, rows[k*chunk:min((k+1)*chunk, len(rows))])
			}
		})
	}
	go func() {
		defer close(next)
		for k := range parts {
			select {
			case next <- k:
			case <-ctx.Done():
				return
			}
		}
	}()
	for k := range parts {
		select {
		case p := <-parts[k]:
			c.add(p)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for _, row := range rows {
		row.Text = ""
		c.Rows = append(c.Rows, row)
		c.source = append(c.source, c.sourceOf(row.Source))
	}
	return nil
}

// extract reads the features of some rows; p is the worker's own page.
func extract(p *features.Page, r *features.Reader, mask uint32, rows []Row) (out part) {
	for _, row := range rows {
		r.Read(p, row.Text, sentiment.NamesOnly(row.Text))
		p.Extract(mask)
		out.english = append(out.english, sentiment.Language(row.Text) == "en")
		for _, f := range p.Feats {
			out.slots = append(out.slots, f.Hash)
			out.from = append(out.from, originOf(p, f))
		}
		out.lens = append(out.lens, len(p.Feats))
		out.norm = append(out.norm, float32(1/math.Sqrt(float64(max(p.Count, 1)))))
	}
	return out
}

// add appends the features of the next rows.
func (c *Corpus) add(p part) {
	for i, s := range p.slots {
		c.made[s] = p.from[i]
	}
	c.slots = append(c.slots, p.slots...)
	c.english = append(c.english, p.english...)
	c.norm = append(c.norm, p.norm...)
	for _, n := range p.lens {
		c.starts = append(c.starts, c.starts[len(c.starts)-1]+n)
	}
}

// shares is how much each source has of the weight of all texts in lang.
func (c *Corpus) shares(weight []float32, lang string) []float32 {
	sum := make([]float64, len(c.names))
	total := 0.0
	for i, w := range weight {
		if c.Rows[i].Lang == lang {
			sum[c.source[i]] += float64(w)
			total += float64(w)
		}
	}
	out := make([]float32, len(sum))
	for i, v := range sum {
		out[i] = float32(v / max(total, 1))
	}
	return out
}

// sourceOf numbers a source.
func (c *Corpus) sourceOf(name string) int {
	n, ok := c.names[name]
	if !ok {
		if c.names == nil {
			c.names = map[string]int{}
		}
		n = len(c.names)
		c.names[name] = n
	}
	return n
}

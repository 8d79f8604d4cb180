package train

import "math"

// prune keeps the slots that at least min weighted rows use and renumbers them, so that the learner's memory holds
// nothing that could not be learned. It returns the slot of each new number. The norm of a row still counts all its
// features, as the scorer does.
func (c *Corpus) prune(weight []float32, size, atLeast int) []uint32 {
	count := make([]uint32, size)
	for i := range c.Rows {
		if weight[i] == 0 {
			continue
		}
		for _, f := range c.Feats(i) {
			count[f]++
		}
	}
	id := make([]int32, size)
	var slots []uint32
	for i, k := range count {
		id[i] = -1
		if k >= uint32(max(atLeast, 1)) { //nolint:gosec // a small setting
			id[i] = int32(len(slots)) //nolint:gosec // below 2^24
			slots = append(slots, uint32(i))
		}
	}
	c.norm = make([]float32, len(c.Rows))
	at, from := 0, 0
	for i := range c.Rows {
		fs := c.slots[from:c.starts[i+1]]
		from = c.starts[i+1]
		c.norm[i] = float32(1 / math.Sqrt(float64(max(len(fs), 1))))
		for _, f := range fs {
			if k := id[f]; k >= 0 {
				c.slots[at] = uint32(k)
				at++
			}
		}
		c.starts[i+1] = at
	}
	c.slots = c.slots[:at]
	return slots
}

package train

import (
	"cmp"
	"slices"
)

// prune keeps the slots that at least atLeast weighted rows use and renumbers them, the commonest first: the learner's
// memory then holds nothing that could not be learned, and what is touched all the time lies close together. It returns
// the slot of each new number.
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
		if k >= uint32(max(atLeast, 1)) { // a small setting
			slots = append(slots, uint32(i)) // below 2^24
		}
	}
	slices.SortStableFunc(slots, func(a, b uint32) int { return cmp.Compare(count[b], count[a]) })
	for n, s := range slots {
		id[s] = int32(n) // below 2^24
	}
	at, from := 0, 0
	for i := range c.Rows {
		fs := c.slots[from:c.starts[i+1]]
		from = c.starts[i+1]
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

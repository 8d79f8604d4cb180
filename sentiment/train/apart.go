package train

// A set is a group of texts that are labelled in another way than most. While it is learned from, it has weights of its
// own beside the common ones, so that these need not explain what is peculiar to it (Daumé III, "Frustratingly Easy Domain
// Adaptation", 2007); the table then follows the set as far as follow says.
type set int

// The sets. Which figures each brings, and what happens with other factors: docs/sentiment-experiments.md.
const (
	ownEnglish set = iota // our own English sentences: many tell a failure as plain facts, which others would call neutral
	noisy                 // labelled by a rule instead of by readers
	sets
	common set = -1 // all others
)

// follow is how far the table follows what is peculiar to a set: 1 wholly, as if it had been learned like the others, 0 not.
func follow(of set) float32 {
	if of == ownEnglish {
		return 0.2
	}
	return 0
}

// setOfRow is the set that a text belongs to.
func setOfRow(r *Row, known map[string]Source) set {
	if isOwn(r.Source) {
		if r.Lang == "en" {
			return ownEnglish
		}
		return common
	}
	if s, ok := known[r.Source]; ok && s.isNoisy() {
		return noisy
	}
	return common
}

// isNoisy says whether the labels of a source are those of a rule: its texts count less one by one.
func (s Source) isNoisy() bool { return s.Weight < 1 }

// apart tells which texts belong to which set and where the weights of their features are.
type apart struct {
	of    []set       // of each row
	place [sets][]int // of each slot among the weights of a set
	size  [sets]int   // how many weights a set has
}

// setApart finds the sets of all texts, once they have their last slots.
func (c *Corpus) setApart(known map[string]Source, slots int) *apart {
	a := &apart{of: make([]set, len(c.Rows))}
	for i := range a.place {
		a.place[i] = make([]int, slots)
	}
	for i := range c.Rows {
		s := setOfRow(&c.Rows[i], known)
		if a.of[i] = s; s == common {
			continue
		}
		for _, f := range c.Feats(i) {
			if a.place[s][f] == 0 {
				a.size[s]++
				a.place[s][f] = a.size[s]
			}
		}
	}
	return a
}

// peculiar holds the weights of one set: those of slot f at place[f], which is 0 where the set has no such feature.
type peculiar struct {
	cells []cell
	place []int
}

// weights are those of a set before anything is learned.
func (a *apart) weights(s set) peculiar {
	return peculiar{make([]cell, a.size[s]+1), a.place[s]}
}

// score adds to z what the set says of a text, scaled as the common weights are.
func (p *peculiar) score(z *[3]float32, fs []uint32, shared []cell) {
	for _, f := range fs {
		own, r := &p.cells[p.place[f]], &shared[f].r
		for k := range z {
			z[k] += own.w[k] * r[k]
		}
	}
}

// learn moves the weights of the set against the gradient g of a text.
func (p *peculiar) learn(g [3]float32, fs []uint32, shared []cell, by pace) {
	for _, f := range fs {
		own, r := &p.cells[p.place[f]], &shared[f].r
		for k := range g {
			by.move(own, k, g[k]*r[k])
		}
	}
}

package sentiment

import (
	"slices"

	"rasid/sentiment/internal/features"
	"rasid/sentiment/model"
)

// said is what the table says of some features together.
type said struct{ n, neg, pos int }

// sum is what some features add up to.
type sum struct {
	said
	local [2]float64
}

// add adds v; of what is told again only the number counts.
func (t *sum) add(v *sum, again bool) {
	t.n += v.n
	if again {
		return
	}
	t.neg, t.pos = t.neg+v.neg, t.pos+v.pos
	t.local[0], t.local[1] = t.local[0]+v.local[0], t.local[1]+v.local[1]
}

// take takes v away.
func (t *sum) take(v *sum) {
	t.n, t.neg, t.pos = t.n-v.n, t.neg-v.neg, t.pos-v.pos
	t.local[0], t.local[1] = t.local[0]-v.local[0], t.local[1]-v.local[1]
}

// alone is what the features of word k by itself add up to; p.Feats is lost.
func (s *Scorer) alone(p *features.Page, k int) sum {
	sign, ok := p.Sign(k)
	if ok = ok && s.layer == nil; ok {
		if v, ok := s.memo.get(sign); ok {
			return sum{said: v}
		}
	}
	p.Alone(k)
	t := s.add(p.Feats)
	if ok {
		s.memo.put(sign, t.said)
	}
	return t
}

// look is add, and keeps what is known of each feature in d.cells.
func (s *Scorer) look(d *desk, fs []features.Feat) sum {
	t := sum{said: said{n: len(fs)}}
	cells := slices.Grow(d.cells[:0], len(fs))[:len(fs)]
	for i := range fs {
		c := s.table.At(fs[i].Hash)
		cells[i] = c
		t.neg += int(c.Neg)
		t.pos += int(c.Pos)
	}
	d.cells = cells
	if s.layer != nil {
		for i := range fs {
			s.layer.add(&t, fs[i].Hash)
		}
	}
	return t
}

// addCells is add for features whose cells are known.
func (s *Scorer) addCells(fs []features.Feat, cells []model.Cell) sum {
	t := sum{said: said{n: len(fs)}}
	for _, c := range cells {
		t.neg += int(c.Neg)
		t.pos += int(c.Pos)
	}
	if s.layer != nil {
		for i := range fs {
			s.layer.add(&t, fs[i].Hash)
		}
	}
	return t
}

// add adds up what is known of features.
func (s *Scorer) add(fs []features.Feat) sum {
	t := sum{said: said{n: len(fs)}}
	for i := range fs {
		s.count(&t, fs[i].Hash)
	}
	return t
}

// addSlots is add for the slots of features.
func (s *Scorer) addSlots(slots []uint32) sum {
	t := sum{said: said{n: len(slots)}}
	for _, slot := range slots {
		s.count(&t, slot)
	}
	return t
}

// count adds what is known of one feature.
func (s *Scorer) count(t *sum, slot uint32) {
	c := s.table.At(slot)
	t.neg += int(c.Neg)
	t.pos += int(c.Pos)
	if s.layer != nil {
		s.layer.add(t, slot)
	}
}

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

// recall asks the memory for all words at once, as fetch asks the table. It gives false where none is remembered.
func (s *Scorer) recall(p *features.Page) bool {
	some := uint64(0)
	for k := range p.Len() {
		sign, _ := p.Sign(k)
		some |= s.memo.near(sign)
	}
	return some != 0
}

// worth is how far it moves the raw score, where a step of the stored bytes is worth step and one of the layer x.
func (t *sum) worth(step, x float64) float64 {
	return float64(t.pos-t.neg)*step + (t.local[1]-t.local[0])*x
}

// alone is what the features of word k by itself add up to, which may be remembered; p.Feats is lost.
func (s *Scorer) alone(p *features.Page, k int, maybe bool) sum {
	sign, ok := p.Sign(k)
	if ok = ok && s.layer == nil; ok && maybe {
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
	d.cells = cells
	if !s.fetch(fs) {
		clear(cells)
		return t
	}
	for i := range fs {
		c := s.table.At(fs[i].Hash)
		cells[i] = c
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
	if !s.fetch(fs) {
		return t
	}
	for i := range fs {
		s.count(&t, fs[i].Hash)
	}
	return t
}

// fetch asks for what is known of all features at once, and then waits for it once: they stand all over a table that no
// near cache holds. It gives false where nothing can be known of any.
func (s *Scorer) fetch(fs []features.Feat) bool {
	near := uint64(0)
	for i := range fs {
		near |= s.table.Near(fs[i].Hash)
	}
	return near != 0 || s.layer != nil
}

// addCouples adds what is known of couples of letters in a text with Arabic words, or without.
func (s *Scorer) addCouples(t *sum, ids []int32, arabic bool) {
	for _, id := range ids {
		s.couple(t, id, arabic)
	}
}

// couple adds what is known of one couple of letters.
func (s *Scorer) couple(t *sum, id int32, arabic bool) {
	c := s.letters[b2i(arabic)][id]
	t.n++
	t.neg += int(c.Neg)
	t.pos += int(c.Pos)
	if s.layer != nil {
		s.layer.add(t, features.CoupleSlot(int(id), arabic, s.table.Mask()))
	}
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

package features

import "rasid/sentiment/internal/text"

// Couple adds to p.Feats every two letters in a row of the words, each couple once, for most of them stand in many words:
// counted as often as words have them, as longer groups are, they say less (docs/sentiment-experiments.md).
func (p *Page) Couple() {
	p.couples = len(p.Feats)
	p.slots.reset(len(p.Doc.R) + len(p.words))
	for k := range p.words {
		if p.words[k].again {
			continue
		}
		for _, slot := range p.coupled(k) {
			if c, found := p.slots.find(slot); found {
				*c++
			} else {
				*c = p.slots.first(slot)
				p.Feats = append(p.Feats, Feat{slot, p.words[k].tok, -1, p.kind})
			}
		}
	}
}

// coupled are the slots of the couples of word k with its borders, none if it is no word; they are good until it is asked
// again.
func (p *Page) coupled(k int) []uint32 {
	t := &p.Doc.Tok[p.words[k].tok]
	if t.Kind != text.Word {
		return nil
	}
	kind := LettersFeat
	if t.Neg {
		kind = NegLettersFeat
	}
	base, last, out := p.seed(kind), uint64(edge), p.two[:0]
	w := p.Doc.R[t.From:t.To]
	for _, r := range w[:min(len(w), maxWord-1)] {
		c := text.Code(r)
		out = append(out, slotOf(text.Step(text.Step(base, last), c))&p.mask)
		last = c
	}
	p.two = append(out, slotOf(text.Step(text.Step(base, last), edge))&p.mask)
	return p.two
}

// Couples gives the slots of the couples that p has and q has not, and of those that q has and p has not, where q is a
// text of which head words at the beginning and tail words at the end are those of p. P has its couples; what is given is
// good until it is asked again.
func (p *Page) Couples(q *Page, head, tail int) (gone, came []uint32) {
	p.gone, p.came, p.moved = p.gone[:0], p.came[:0], p.moved[:0]
	q.slots.reset(len(q.Doc.R))
	for k := range q.words {
		if q.words[k].again || p.has(q, k, head, tail) {
			continue
		}
		for _, slot := range q.coupled(k) {
			p.comes(q, slot)
		}
	}
	up := len(p.moved)
	for k := head; k < len(p.words)-tail; k++ {
		if p.words[k].again {
			continue
		}
		for _, slot := range p.coupled(k) {
			p.goes(slot)
		}
	}
	for i, c := range p.moved { // as it was
		if i < up {
			*c--
		} else {
			*c++
		}
	}
	return p.gone, p.came
}

// has says whether p has word k of q as well, and there, too, it had not been before.
func (p *Page) has(q *Page, k, head, tail int) bool {
	switch {
	case k < head:
	case k >= len(q.words)-tail:
		k += len(p.words) - len(q.words)
	default:
		return false
	}
	return !p.words[k].again
}

// comes counts a couple of q that p has from fewer words.
func (p *Page) comes(q *Page, slot uint32) {
	if c, found := p.slots.find(slot); found {
		*c++
		p.moved = append(p.moved, c)
	} else if c, found := q.slots.find(slot); !found {
		*c = q.slots.first(slot)
		p.came = append(p.came, slot)
	}
}

// goes counts a couple of p that q has from fewer words.
func (p *Page) goes(slot uint32) {
	c, _ := p.slots.find(slot)
	if *c--; *c&counted == 0 {
		p.gone = append(p.gone, slot)
	}
	p.moved = append(p.moved, c)
}

package features

import "rasid/sentiment/internal/text"

// Codes of letters in a couple: the border of a word, a to z, the digits, the Arabic block from hamza to yeh, the
// apostrophe, and one for all others, which are rare after folding.
const (
	codeA      = 1
	codeDigit  = codeA + 26
	codeArabic = codeDigit + 10
	codeApos   = codeArabic + 'ي' - 'ء' + 1
	codeOther  = codeApos + 1
	codes      = codeOther + 1
)

func codeOf(r rune) int {
	switch {
	case r >= 'a' && r <= 'z':
		return int(r-'a') + codeA
	case r >= 'ء' && r <= 'ي':
		return int(r-'ء') + codeArabic
	case r >= '0' && r <= '9':
		return int(r-'0') + codeDigit
	case r == '\'':
		return codeApos
	}
	return codeOther
}

// Couples is how many different couples there are: those of words, then those of negated words.
const Couples = 2 * codes * codes

// Couple is two letters in a row, and the token of the first word that has them.
type Couple struct{ ID, Tok int32 }

// couples counts how often a text has each couple.
type couples struct {
	count []uint32
	found []Couple // each once, as they came

	gone, came, moved []int32 // for Couples
}

func (c *couples) reset() {
	if c.count == nil {
		c.count = make([]uint32, Couples)
	}
	for _, f := range c.found {
		c.count[f.ID] = 0
	}
	c.found = c.found[:0]
}

// Couple finds every two letters in a row of the words, each couple once, for most of them stand in many words: counted as
// often as words have them, as longer groups are, they say less (docs/sentiment-experiments.md). They are good until it is
// asked again.
func (p *Page) Couple() []Couple {
	c := &p.couples
	c.reset()
	for k := range p.words {
		if p.words[k].again {
			continue
		}
		tok := p.words[k].tok
		for _, id := range p.coupled(k) {
			if c.count[id]++; c.count[id] == 1 {
				c.found = append(c.found, Couple{id, tok})
			}
		}
	}
	return c.found
}

// couple adds the couples to p.Feats.
func (p *Page) couple() {
	for _, c := range p.Couple() {
		slot := CoupleSlot(int(c.ID), p.Arabic, p.mask)
		p.Feats = append(p.Feats, Feat{slot, c.Tok, -1, coupleKind(int(c.ID))})
	}
}

func coupleKind(id int) Kind {
	if id >= Couples/2 {
		return NegCoupleFeat
	}
	return CoupleFeat
}

// CoupleSlot is the slot of a couple in a text with Arabic words, or without.
func CoupleSlot(id int, arabic bool, mask uint32) uint32 {
	return slotOf(text.Step(seedOf(coupleKind(id), saltOf(arabic)), uint64(id))) & mask // never negative
}

// coupled are the couples of word k with its borders, none if it is no word; they are good until it is asked again.
func (p *Page) coupled(k int) []int32 {
	t := &p.Doc.Tok[p.words[k].tok]
	if t.Kind != text.Word {
		return nil
	}
	last, base, out := 0, 0, p.two[:0]
	if t.Neg {
		base = Couples / 2
	}
	w := p.Doc.R[t.From:t.To]
	for _, r := range w[:min(len(w), maxWord-1)] {
		c := codeOf(r)
		out = append(out, int32(base+last*codes+c))
		last = c
	}
	p.two = append(out, int32(base+last*codes))
	return p.two
}

// Couples gives the couples that p has and q has not, and those that q has and p has not, where q is a text of which head
// words at the beginning and tail words at the end are those of p. P has its couples; what is given is good until it is
// asked again.
func (p *Page) Couples(q *Page, head, tail int) (gone, came []int32) {
	c := &p.couples
	c.gone, c.came, c.moved = c.gone[:0], c.came[:0], c.moved[:0]
	if p.salt != q.salt { // they say other things there
		return idsOf(c.gone, c.found), idsOf(c.came, q.Couple())
	}
	for k := range q.words {
		if q.words[k].again || p.has(q, k, head, tail) {
			continue
		}
		for _, id := range q.coupled(k) {
			if c.count[id]++; c.count[id] == 1 {
				c.came = append(c.came, id)
			}
			c.moved = append(c.moved, id)
		}
	}
	up := len(c.moved)
	for k := head; k < len(p.words)-tail; k++ {
		if p.words[k].again {
			continue
		}
		for _, id := range p.coupled(k) {
			if c.count[id]--; c.count[id] == 0 {
				c.gone = append(c.gone, id)
			}
			c.moved = append(c.moved, id)
		}
	}
	for i, id := range c.moved { // as it was
		if i < up {
			c.count[id]--
		} else {
			c.count[id]++
		}
	}
	return c.gone, c.came
}

func idsOf(ids []int32, cs []Couple) []int32 {
	for i := range cs {
		ids = append(ids, cs[i].ID)
	}
	return ids
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

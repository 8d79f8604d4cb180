package lexicon

import (
	"math/bits"

	"rasid/sentiment/internal/text"
)

// span bounds the tokens that an entry with slots can take.
const span = 16

// efforts bounds the paths tried from one word.
const efforts = 64

// walk looks for entries with slots that begin at token from.
type walk struct {
	*Set
	words *Words
	from  int
	tries int
	f     *Found
}

// aboutWord is how slots go with a word by itself.
func (s *Set) aboutWord(w *Words, i int) (a about) {
	if n := s.tree.numbered(w.nodes[i]); n != nil && n.about > 0 {
		a = s.slots[n.about-1]
	}
	if w.Tok[i].Kind == text.Number {
		a.fills |= aNumber.bit()
	}
	return a
}

// at takes what is known where a path has come to before token j.
func (w *walk) at(h uint64, j int, last worth) {
	n := w.tree.find(h)
	if n == nil {
		return
	}
	w.takeAll(w.f, n, uint8(j-w.from), true) // span at most
	w.after(n, h, j, last, true)
}

// after follows what continues behind a node, words too if it is told so. Commas and full stops between are passed.
func (w *walk) after(n *node, h uint64, j int, last worth, words bool) {
	toks := w.words.Tok
	if n.valued&(goesOn|opens) == 0 || w.tries >= efforts {
		return
	}
	w.tries++
	j = w.pass(j)
	w.f.seen = max(w.f.seen, uint8(min(j+1, len(toks))-w.from)) // span and one at most
	if j >= len(toks) || j-w.from >= span || !Joins(toks[j].Kind) {
		return
	}
	if words && n.valued&goesOn != 0 {
		w.at(text.Step(h, toks[j].Hash), j+1, last)
	}
	if n.valued&opens == 0 {
		return
	}
	open := w.slots[n.about-1].open
	w.fill(h, j, last, open, w.aboutWord(w.words, j))
	if open&gap.bit() == 0 {
		return
	}
	g := gap.step(h)
	n = w.tree.find(g)
	for skipped := 0; skipped <= 3 && j < len(toks) && Joins(toks[j].Kind); skipped++ {
		w.after(n, g, j, last, true)
		j = w.pass(j + 1)
	}
}

// fill follows those of the open slots that word j fills: first the ones that compare.
func (w *walk) fill(h uint64, j int, last worth, open slots, a about) {
	open &= filled(a.fills, last, a.worth)
	next := last
	if a.fills&(aNumber.bit()|aDay.bit()) != 0 {
		next = a.worth
	}
	const kinds = 1<<maxKinds - 1
	for _, part := range [...]slots{open &^ kinds, open & kinds} {
		for ; part != 0; part &= part - 1 {
			w.at(slot(bits.TrailingZeros64(uint64(part))).step(h), j+1, next)
		}
	}
}

// pass is the first token from j on that is no comma and no full stop, or the one where the span ends.
func (w *walk) pass(j int) int {
	toks := w.words.Tok
	for j < len(toks) && j-w.from < span && (toks[j].Kind == text.Comma || toks[j].Kind == text.Mark && toks[j].Hash == text.Dot) {
		j++
	}
	return j
}

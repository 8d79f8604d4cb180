package lexicon

import (
	"slices"

	"rasid/sentiment/internal/text"
)

// Found is what begins at a token: the longest entry of each role, and how many tokens it takes.
type Found struct {
	entry [roles]uint32 // index+1
	n     [roles]uint8
	seen  uint8
}

// Seen is how many tokens were looked at: where these are the same, the same is found.
func (f *Found) Seen() int { return int(f.seen) }

// N is how many tokens the entry of a role takes, 0 when there is none.
func (f *Found) N(r Role) int { return int(f.n[r]) }

// take notes an entry of n tokens, by its index+1, unless a longer one was found, or one as long that has no slots.
func (f *Found) take(r Role, k uint32, n uint8, slots bool) {
	if k > 0 && (n > f.n[r] || n == f.n[r] && !slots) {
		f.entry[r], f.n[r] = k, n
	}
}

// takeAll notes the entries that end at a node.
func (s *Set) takeAll(f *Found, nd *node, n uint8, slots bool) {
	f.take(Valued, nd.valued&index, n, slots)
	if nd.other > 0 {
		k := s.others[nd.other-1]
		f.take(s.entries[k-1].Role, k, n, slots)
	}
}

// Entry is the entry of a role that was found, nil when there is none.
func (s *Set) Entry(f *Found, r Role) *Entry { return s.numbered(f.entry[r]) }

// numbered is the entry of an index+1.
func (s *Set) numbered(k uint32) *Entry {
	if k == 0 {
		return nil
	}
	return &s.entries[k-1]
}

// Words are tokens and the nodes of the tree that they are by themselves.
type Words struct {
	Tok   []text.Token
	nodes []uint32 // numbers of tree
}

// Know looks up all tokens by themselves, in a loop that does nothing else: so the processor reads many far places at once.
func (s *Set) Know(w *Words, toks []text.Token) {
	w.Tok, w.nodes = toks, slices.Grow(w.nodes[:0], len(toks))[:len(toks)]
	for i := range toks {
		w.nodes[i] = s.tree.number(text.Step(0, toks[i].Hash))
	}
}

// KnowAgain is Know for words that are those of o but some before the word at.
func (w *Words) KnowAgain(o *Words, toks []text.Token, at int) {
	cut := len(o.Tok) - len(toks)
	w.Tok, w.nodes = toks, append(append(w.nodes[:0], o.nodes[:at]...), o.nodes[at+cut:]...)
}

// Find finds what begins at word i, with slots and without.
func (s *Set) Find(ws *Words, i int, f *Found) {
	*f = Found{}
	f.seen = 1
	toks := ws.Tok
	if !Joins(toks[i].Kind) {
		return
	}
	nd, h := s.tree.numbered(ws.nodes[i]), text.Step(0, toks[i].Hash)
	w := walk{Set: s, words: ws, from: i, f: f}
	a := s.aboutWord(ws, i)
	begins := s.begins&filled(a.fills, 0, a.worth) != 0
	if nd == nil && begins {
		w.fill(0, i, 0, s.begins, a)
	}
	for j := i; nd != nil; {
		n := uint8(j - i + 1) // maxPhrase at most
		s.takeAll(f, nd, n, false)
		if nd.valued&opens != 0 {
			w.tries = 0
			w.after(nd, h, j+1, 0, false)
		}
		if j == i && begins {
			w.tries = 0
			w.fill(0, i, 0, s.begins, a)
		}
		j++
		if nd.valued&goesOn == 0 || j >= len(toks) || j-i >= maxPhrase {
			return
		}
		f.seen = max(f.seen, n+1)
		if !Joins(toks[j].Kind) {
			return
		}
		h = text.Step(h, toks[j].Hash)
		nd = s.tree.find(h)
	}
}

// ByStem finds the valued Arabic word that shares the light stem, or the word itself is the stem of.
func (s *Set) ByStem(stem uint64) *Entry {
	if n := s.tree.find(text.Step(0, stem)); n != nil && n.valued&index > 0 {
		return s.numbered(n.valued & index)
	}
	return s.numbered(s.stems[stem])
}

package features

// Change compares p, which is extracted, with another text that is much the same and only read: it gives the slots of
// the features that p has and q has not, and of those that q has and p has not. It works on the words that differ, and
// what it gives is good until it is asked again. It leaves the features of p as they are, and those of q undefined.
func (p *Page) Change(q *Page) (gone, came []uint32) {
	q.mask = p.mask
	q.list()
	head, tail := common(p, q)
	q.draft(head, len(q.words)-tail)
	q.slots.reset(len(q.drafted))
	p.gone, p.came, p.counted = p.gone[:0], p.came[:0], p.counted[:0]
	for i := range q.drafted {
		slot := q.drafted[i].Hash
		if c, found := p.slots.find(slot); found {
			*c++
			p.counted = append(p.counted, c)
		} else if c, found := q.slots.find(slot); !found {
			*c = q.slots.first(slot)
			p.came = append(p.came, slot)
		}
	}
	more := len(p.counted)
	for _, fs := range p.parts(head, len(p.words)-tail) {
		for i := range fs {
			c, _ := p.slots.find(fs[i].Hash)
			if *c--; *c&drafts == 0 {
				p.gone = append(p.gone, fs[i].Hash)
			}
			p.counted = append(p.counted, c)
		}
	}
	p.recount(more)
	return p.gone, p.came
}

// parts are what draft gives for the words from..to, out of the draft of all words.
func (p *Page) parts(from, to int) [3][]Feat {
	first, last := max(from, 1), min(to+2, len(p.words))
	alone, paired := p.drafted[:p.paired], p.drafted[:p.whole]
	if to < len(p.words) {
		alone = alone[:p.words[to].alone]
	}
	if last < len(p.words) {
		paired = paired[:p.words[last].paired]
	}
	out := [3][]Feat{2: p.drafted[p.whole:]}
	if from < to {
		out[0] = alone[p.words[from].alone:]
	}
	if first < last {
		out[1] = paired[p.words[first].paired:]
	}
	return out
}

// recount takes back what Change counted: first it counted so many up, then the others down.
func (p *Page) recount(up int) {
	for _, c := range p.counted[:up] {
		*c--
	}
	for _, c := range p.counted[up:] {
		*c++
	}
}

// common counts the words that p and q begin with alike, and those they end with alike: none where their features are
// salted in different ways.
func common(p, q *Page) (head, tail int) {
	if p.salt != q.salt {
		return 0, 0
	}
	n := min(len(p.words), len(q.words))
	for head < n && alike(p, q, head, head) {
		head++
	}
	for tail < n-head && alike(p, q, len(p.words)-1-tail, len(q.words)-1-tail) {
		tail++
	}
	return head, tail
}

// alike says whether word i of p has the features of word j of q; equal hashes are equal words, here as in the lexicon.
func alike(p, q *Page, i, j int) bool {
	a, b := &p.words[i], &q.words[j]
	s, t := &p.Doc.Tok[a.tok], &q.Doc.Tok[b.tok]
	return s.Hash == t.Hash && s.Kind == t.Kind && s.Script == t.Script && s.Neg == t.Neg && a.repeated == b.repeated
}

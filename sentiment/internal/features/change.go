package features

// Common counts the words that p and q begin with alike, and those they end with alike: none where their features are
// salted in different ways. Both have begun.
func Common(p, q *Page) (head, tail int) {
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
	return a.key == b.key && a.repeated == b.repeated && p.Doc.Tok[a.tok].Script == q.Doc.Tok[b.tok].Script
}

// Joined says from where to where in p.Feats, when all words are joined, those features stand that Join gives
// for the words from..to: of pairs, and of the whole text.
func (p *Page) Joined(from, to int) [2][2]int {
	first, last := max(from, 1), min(to+2, len(p.words))
	out := [2][2]int{1: {p.whole, len(p.Feats)}}
	if first < last {
		out[0] = [2]int{p.words[first].paired, p.whole}
		if last < len(p.words) {
			out[0][1] = p.words[last].paired
		}
	}
	return out
}

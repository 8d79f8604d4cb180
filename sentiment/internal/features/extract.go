package features

import "rasid/sentiment/internal/text"

// Feat is one hashed feature and the tokens it comes from.
type Feat struct {
	Hash uint32
	A, B int32 // tokens; B is -1 for a feature of one token; A is one of the owners below for features of the whole text
	Kind Kind
}

// Owners of features that belong to no single token.
const (
	OwnerPos  = -2 // the positive lexicon hits
	OwnerNeg  = -3 // the negative lexicon hits
	OwnerHits = -4 // all lexicon hits
	OwnerNone = -5 // nothing in particular
)

const (
	fnvBasis  = 14695981039346656037
	edge      = 0x110000 // the border of a word, outside Unicode
	minGram   = 2
	maxGram   = 6
	negatedBy = 0x110001
)

// Extract fills p.Feats with the features of a text that Read has read. Mask gives the size of the table; features
// that share a slot are one feature.
func (p *Page) Extract(mask uint32) {
	p.Feats = p.Feats[:0]
	p.words, p.stems = p.words[:0], p.stems[:0]
	p.seen.reset(len(p.Doc.R)*6 + 64)
	p.seen.mask = mask
	toks := p.Doc.Tok
	for i := range toks {
		t := &toks[i]
		switch t.Kind {
		case text.Word:
			p.stems = append(p.stems, 0)
			p.wordFeats(int32(i), t)
		case text.Number:
			p.emit(text.Step(p.seed(NumberFeat), uint64(min(t.To-t.From, 7))), int32(i), -1)
		case text.EmojiTok:
			p.emit(text.Step(p.seed(EmojiFeat), t.Hash), int32(i), -1)
		case text.EmojiRepeat:
			p.emit(p.seed(RepeatFeat), int32(i), -1)
			continue
		case text.Mark:
			if t.Hash == text.Dot {
				continue
			}
			p.emit(text.Step(p.seed(MarkFeat), t.Hash), int32(i), -1)
		case text.URL:
			p.emit(p.seed(LinkFeat), int32(i), -1)
		case text.User:
			p.emit(p.seed(UserFeat), int32(i), -1)
		case text.Happy, text.Sad:
			p.emit(text.Step(p.seed(FaceFeat), uint64(t.Kind)), int32(i), -1)
		default:
			continue
		}
		p.words = append(p.words, int32(i))
		if t.Kind != text.Word {
			p.stems = append(p.stems, 0)
		}
	}
	p.pairs()
	p.ends()
	p.counts()
	p.sums()
	p.hits()
}

// seed begins the hash of a feature of kind k; what is emitted next counts as that kind.
func (p *Page) seed(k Kind) uint64 {
	p.kind = k
	return text.Step(fnvBasis, uint64(k)+firstSalt)
}

// emit adds a feature of the kind that p.kind says, once.
func (p *Page) emit(h uint64, a, b int32) {
	x := uint32(text.Mix(h))
	if p.seen.add(x & p.seen.mask) {
		p.Feats = append(p.Feats, Feat{x & p.seen.mask, a, b, p.kind})
	}
}

// key is the hash of a token as a word of a feature: a negated word is another word.
func key(t *text.Token) uint64 {
	h := t.Hash ^ uint64(t.Kind)<<56
	if t.Kind == text.Number {
		h = uint64(min(t.To-t.From, 7)) | uint64(t.Kind)<<56
	}
	if t.Neg {
		return text.Step(h, negatedBy)
	}
	return h
}

func (p *Page) wordFeats(i int32, t *text.Token) {
	w := p.Doc.R[t.From:t.To]
	p.emit(text.Step(p.seed(WordFeat), key(t)), i, -1)
	stem := uint64(0)
	if t.Script == text.Arabic {
		st, cut := text.Stem(w)
		stem = text.HashRunes(st)
		if t.Neg {
			stem = text.Step(stem, negatedBy)
		}
		if cut {
			p.emit(text.Step(p.seed(StemFeat), stem), i, -1)
		}
		p.frame(i, t, w)
	}
	p.stems[len(p.stems)-1] = stem
	kind := LettersFeat
	if t.Neg {
		kind = NegLettersFeat
	}
	base := p.seed(kind)
	n := min(len(w)+2, maxWord)
	for s := range n - 1 {
		h := base
		for l := 1; l <= maxGram && s+l <= n; l++ {
			c := uint64(edge)
			if k := s + l - 1; k > 0 && k <= len(w) {
				c = uint64(uint32(w[k-1]))
			}
			h = text.Step(h, c)
			if l >= minGram {
				p.emit(h, i, -1)
			}
		}
	}
}

// frame emits the word without its weak letters: dialects and hasty writers change those first (كويس, كويييس, كوايس).
func (p *Page) frame(i int32, t *text.Token, w []rune) {
	h := p.seed(FrameFeat)
	for _, r := range w {
		if r != 'ا' && r != 'و' && r != 'ي' {
			h = text.Step(h, uint64(uint32(r))) //nolint:gosec // a letter
		}
	}
	if t.Neg {
		h = text.Step(h, negatedBy)
	}
	p.emit(h, i, -1)
}

// maxWord bounds the letters looked at in one "word", so that a megabyte without a space stays cheap.
const maxWord = 64

// pairs emits neighbours and pairs with one token between them.
func (p *Page) pairs() {
	toks := p.Doc.Tok
	for k := 1; k < len(p.words); k++ {
		b := p.words[k]
		hb := key(&toks[b])
		a := p.words[k-1]
		p.emit(text.Step(text.Step(p.seed(PairFeat), key(&toks[a])), hb), a, b)
		if k > 1 {
			c := p.words[k-2]
			p.emit(text.Step(text.Step(p.seed(SkipFeat), key(&toks[c])), hb), c, b)
		}
		p.seam(a, b)
		if sa, sb := p.stems[k-1], p.stems[k]; sa != 0 && sb != 0 {
			p.emit(text.Step(text.Step(p.seed(StemPairFeat), sa), sb), a, b)
		}
	}
}

// seams are the numbers of letters taken from the end of a word and the start of the next.
var seams = [3][2]int{{3, 3}, {2, 4}, {4, 2}}

// seam joins the end of one word with the start of the next: neighbours whatever their endings and prefixes.
func (p *Page) seam(a, b int32) {
	ta, tb := &p.Doc.Tok[a], &p.Doc.Tok[b]
	if ta.Kind != text.Word || tb.Kind != text.Word {
		return
	}
	wa, wb := p.Doc.R[ta.From:ta.To], p.Doc.R[tb.From:tb.To]
	for _, q := range seams {
		x, y := wa[max(0, len(wa)-q[0]):], wb[:min(len(wb), q[1])]
		p.emit(text.Step(text.Step(p.seed(SeamFeat), text.HashRunes(x)), text.HashRunes(y)), a, b)
	}
}

// ends marks the first and the last word: a review often begins or closes with its verdict.
func (p *Page) ends() {
	if len(p.words) == 0 {
		return
	}
	a, b := p.words[0], p.words[len(p.words)-1]
	p.emit(text.Step(p.seed(FirstFeat), key(&p.Doc.Tok[a])), a, -1)
	p.emit(text.Step(p.seed(LastFeat), key(&p.Doc.Tok[b])), b, -1)
}

// counts tells the table how many good and bad words the lexicon knows in the text.
func (p *Page) counts() {
	p.emit(text.Step(p.seed(GoodFeat), uint64(min(p.Pos, 4))), OwnerPos, -1)
	p.emit(text.Step(p.seed(BadFeat), uint64(min(p.NegN, 4))), OwnerNeg, -1)
	p.emit(text.Step(p.seed(DiffFeat), uint64(int64(min(max(p.Pos-p.NegN, -3), 3)+8))), OwnerHits, -1)
}

// sums tells the table what the rules make of all entries together, of the first and of the last.
func (p *Page) sums() {
	s := float32(0)
	for i := range p.Hits {
		s += p.Hits[i].Value
	}
	p.emit(text.Step(p.seed(SumFeat), step(s, 10)), OwnerHits, -1)
	if n := len(p.Hits); n > 0 {
		p.emit(text.Step(p.seed(FirstHitFeat), step(p.Hits[0].Value, 4)), OwnerHits, -1)
		p.emit(text.Step(p.seed(LastHitFeat), step(p.Hits[n-1].Value, 4)), OwnerHits, -1)
	}
}

// hits tells the table about each entry by itself: its tags, its strength after the rules, its predecessor.
func (p *Page) hits() {
	for i := range p.Hits {
		h := &p.Hits[i]
		tok, v := int32(h.Tok), step(h.Value, 5) //nolint:gosec // tokens are counted in int32
		for _, t := range h.Entry.TagHashes {
			p.emit(text.Step(p.seed(TagFeat), t), tok, -1)
		}
		p.emit(text.Step(p.seed(HitFeat), v), tok, -1)
		if h.N > 1 {
			p.emit(text.Step(p.seed(PhraseFeat), v), tok, -1)
		}
		if i > 0 {
			p.emit(text.Step(text.Step(p.seed(HitPairFeat), step(p.Hits[i-1].Value, 5)), v), tok, int32(p.Hits[i-1].Tok)) //nolint:gosec // as above
		}
	}
	if n := len(p.words); n > 0 {
		p.emit(text.Step(p.seed(DensityFeat), step(float32(p.Pos-p.NegN)*20/float32(n), 10)), OwnerHits, -1)
	}
}

// step rounds a value to a whole step between -limit and limit.
func step(v float32, limit int) uint64 { return uint64(min(max(int(v), -limit), limit) + 64) } //nolint:gosec // never negative

// seen is a small set that empties itself by counting generations.
type seen struct {
	slots []uint64 // generation<<32 | value
	gen   uint32
	mask  uint32 // of the values, kept here for emit
}

func (s *seen) reset(n int) {
	size := 1024
	for size < 2*n && size < 1<<22 {
		size <<= 1
	}
	if size > len(s.slots) {
		s.slots, s.gen = make([]uint64, size), 0
	}
	s.gen++
	if s.gen == 0 {
		clear(s.slots)
		s.gen = 1
	}
}

func (s *seen) add(v uint32) bool {
	m := uint32(len(s.slots) - 1)
	want := uint64(s.gen)<<32 | uint64(v)
	for i := v * 2654435761 & m; ; i = (i + 1) & m {
		switch x := s.slots[i]; {
		case uint32(x>>32) != s.gen:
			s.slots[i] = want
			return true
		case x == want:
			return false
		}
	}
}

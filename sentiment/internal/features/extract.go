package features

import (
	"rasid/sentiment/internal/text"
)

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
)

const (
	fnvBasis  = 14695981039346656037
	edge      = 0x110000 // the border of a word, outside Unicode
	minGram   = 3
	maxGram   = 6
	negatedBy = 0x110001
)

// Extract fills p.Feats with all features of a text that Read has read, and p.Count with their number, those of words said
// again included, which are not among them: a word tells the same however often it stands there. Mask gives the size of
// the table.
func (p *Page) Extract(mask uint32) {
	p.Begin(mask)
	p.Count = 0
	for k := range p.words {
		at := len(p.Feats)
		p.token(&p.words[k])
		if p.words[k].again {
			p.Count += len(p.Feats) - at
			p.Feats = p.Feats[:at]
		}
	}
	p.join(0, len(p.words))
	p.couple()
	p.Count += len(p.Feats)
}

// Alone fills p.Feats with the features of word k by itself.
func (p *Page) Alone(k int) {
	p.Feats = p.Feats[:0]
	p.token(&p.words[k])
}

// Join fills p.Feats with the features of the pairs that the words from..to are part of, and with those of the whole text.
func (p *Page) Join(from, to int) {
	p.Feats = p.Feats[:0]
	p.join(from, to)
}

func (p *Page) join(from, to int) {
	for k := max(from, 1); k < min(to+2, len(p.words)); k++ {
		p.words[k].paired = len(p.Feats)
		p.pair(k)
	}
	p.whole = len(p.Feats)
	p.ends()
	p.counts()
	p.sums()
	p.hits()
}

// member is a token that features are made of.
type member struct {
	tok      int32
	repeated bool   // an emoji that is repeated
	again    bool   // it stood before
	cut      bool   // the stem is shorter than the word
	key      uint64 // the token as a word of a feature
	stem     uint64 // of an Arabic word, otherwise 0
	paired   int    // where the features of it with the words before begin in p.Feats
}

// Begin finds the words of a text that Read has read, which features are made of. Mask gives the size of the table.
func (p *Page) Begin(mask uint32) {
	p.Feats, p.words, p.mask, p.salt = p.Feats[:0], p.words[:0], mask, saltOf(p.Arabic)
	toks := p.Doc.Tok
	p.seen.reset(len(toks))
	for i := int32(0); int(i) < len(toks); i++ {
		t := &toks[i]
		m := member{tok: i, key: key(t)}
		switch t.Kind {
		case text.Word:
			if t.Script == text.Arabic {
				m.stem, m.cut = stem(p.Doc.R[t.From:t.To], t.Neg)
			}
		case text.EmojiTok:
			m.repeated = int(i)+1 < len(toks) && toks[i+1].Kind == text.EmojiRepeat
		case text.Mark:
			if t.Hash == text.Dot {
				continue
			}
		case text.Number, text.URL, text.User, text.Happy, text.Sad:
		default:
			continue
		}
		m.again = p.seen.put(text.Mix(m.key))
		p.words = append(p.words, m)
	}
}

// Len is how many words there are.
func (p *Page) Len() int { return len(p.words) }

// Again says whether word k stood before.
func (p *Page) Again(k int) bool { return p.words[k].again }

// Tok is the token of word k.
func (p *Page) Tok(k int) int { return int(p.words[k].tok) }

// Sign is the same wherever a word has the same features by itself; ok is false for what has too few of them to be worth
// a sign.
func (p *Page) Sign(k int) (sign uint64, ok bool) {
	m := &p.words[k]
	t := &p.Doc.Tok[m.tok]
	return text.Mix(text.Step(m.key, p.salt<<8|uint64(t.Script))), t.Kind == text.Word
}

func stem(w []rune, negated bool) (h uint64, cut bool) {
	st, cut := text.Stem(w)
	h = text.HashRunes(st)
	if negated {
		h = text.Step(h, negatedBy)
	}
	return h, cut
}

// token emits the features of a single token.
func (p *Page) token(m *member) {
	i, t := m.tok, &p.Doc.Tok[m.tok]
	switch t.Kind {
	case text.Word:
		p.word(m, t)
	case text.Number:
		p.emit(text.Step(p.seed(NumberFeat), uint64(min(t.To-t.From, 7))), i, -1)
	case text.EmojiTok:
		p.emit(text.Step(p.seed(EmojiFeat), t.Hash), i, -1)
		if m.repeated {
			p.emit(p.seed(RepeatFeat), i, -1)
		}
	case text.Mark:
		p.emit(text.Step(p.seed(MarkFeat), t.Hash), i, -1)
	case text.URL:
		p.emit(p.seed(LinkFeat), i, -1)
	case text.User:
		p.emit(p.seed(UserFeat), i, -1)
	default: // an emoticon
		p.emit(text.Step(p.seed(FaceFeat), uint64(t.Kind)), i, -1)
	}
}

// seed begins the hash of a feature of kind k; what is emitted next counts as that kind.
func (p *Page) seed(k Kind) uint64 {
	p.kind = k
	return seedOf(k, p.salt)
}

func seedOf(k Kind, salt uint64) uint64 { return text.Step(fnvBasis, uint64(k)+salt) }

// emit adds a feature of the kind that p.kind says.
func (p *Page) emit(h uint64, a, b int32) {
	p.Feats = append(p.Feats, Feat{slotOf(h) & p.mask, a, b, p.kind})
}

// slotOf turns a hash, whose low bits know little of the first letters, into one whose bits know all (Knuth, The Art of
// Computer Programming, 6.4: multiplication by the golden ratio).
func slotOf(h uint64) uint32 { return uint32(h * 0x9e3779b97f4a7c15 >> 32) }

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

func (p *Page) word(m *member, t *text.Token) {
	w := p.Doc.R[t.From:t.To]
	p.emit(text.Step(p.seed(WordFeat), m.key), m.tok, -1)
	if t.Script == text.Arabic {
		if m.cut {
			p.emit(text.Step(p.seed(StemFeat), m.stem), m.tok, -1)
		}
		p.frame(m.tok, t, w)
	}
	kind := LettersFeat
	if t.Neg {
		kind = NegLettersFeat
	}
	p.letters(kind, m.tok, w)
}

// letters emits the groups of minGram to maxGram letters of a word between its borders: those that begin at one letter
// are one hash that grows.
func (p *Page) letters(k Kind, tok int32, w []rune) {
	ls, n := &p.letter, 1
	ls[0] = edge
	for _, r := range w[:min(len(w), maxWord-1)] {
		ls[n] = text.Code(r)
		n++
	}
	if n < maxWord {
		ls[n] = edge
		n++
	}
	base, mask := p.seed(k), p.mask
	for s := range n - minGram + 1 {
		h := base
		for _, c := range ls[s : s+minGram-1] {
			h = text.Step(h, c)
		}
		for _, c := range ls[s+minGram-1 : min(s+maxGram, n)] {
			h = text.Step(h, c)
			p.Feats = append(p.Feats, Feat{slotOf(h) & mask, tok, -1, k})
		}
	}
}

// frame emits the word without its weak letters: dialects and hasty writers change those first (كويس, كويييس, كوايس).
func (p *Page) frame(i int32, t *text.Token, w []rune) {
	h := p.seed(FrameFeat)
	for _, r := range w {
		if r != 'ا' && r != 'و' && r != 'ي' {
			h = text.Step(h, text.Code(r))
		}
	}
	if t.Neg {
		h = text.Step(h, negatedBy)
	}
	p.emit(h, i, -1)
}

// maxWord bounds the letters looked at in one "word", so that a megabyte without a space stays cheap.
const maxWord = 64

// pair emits word k with its neighbour before, and with the one before that.
func (p *Page) pair(k int) {
	a, b := &p.words[k-1], &p.words[k]
	if k > 1 {
		c := &p.words[k-2]
		p.emit(text.Step(text.Step(p.seed(SkipFeat), c.key), b.key), c.tok, b.tok)
	}
	p.emit(text.Step(text.Step(p.seed(PairFeat), a.key), b.key), a.tok, b.tok)
	p.seam(a.tok, b.tok)
	if a.stem != 0 && b.stem != 0 {
		p.emit(text.Step(text.Step(p.seed(StemPairFeat), a.stem), b.stem), a.tok, b.tok)
	}
}

// seam joins the end of one word with the start of the next: neighbours whatever their endings and prefixes. Three and
// three letters are taken, two and four, four and two, or as many as there are.
func (p *Page) seam(a, b int32) {
	ta, tb := &p.Doc.Tok[a], &p.Doc.Tok[b]
	if ta.Kind != text.Word || tb.Kind != text.Word {
		return
	}
	x, y := p.Doc.R[ta.From:ta.To], p.Doc.R[tb.From:tb.To]
	y2 := text.HashRunes(y[:min(2, len(y))])
	y3 := text.More(y2, y[min(2, len(y)):min(3, len(y))])
	y4 := text.More(y3, y[min(3, len(y)):min(4, len(y))])
	h := p.seed(SeamFeat)
	p.emit(text.Step(text.Step(h, text.HashRunes(x[max(0, len(x)-3):])), y3), a, b)
	p.emit(text.Step(text.Step(h, text.HashRunes(x[max(0, len(x)-2):])), y4), a, b)
	p.emit(text.Step(text.Step(h, text.HashRunes(x[max(0, len(x)-4):])), y2), a, b)
}

// ends marks the first and the last word: a review often begins or closes with its verdict.
func (p *Page) ends() {
	if len(p.words) == 0 {
		return
	}
	a, b := &p.words[0], &p.words[len(p.words)-1]
	p.emit(text.Step(p.seed(FirstFeat), a.key), a.tok, -1)
	p.emit(text.Step(p.seed(LastFeat), b.key), b.tok, -1)
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
		tok, v := int32(h.Tok), step(h.Value, 5) // tokens are counted in int32
		for _, t := range h.Entry.TagHashes() {
			p.emit(text.Step(p.seed(TagFeat), t), tok, -1)
		}
		p.emit(text.Step(p.seed(HitFeat), v), tok, -1)
		if h.N > 1 {
			p.emit(text.Step(p.seed(PhraseFeat), v), tok, -1)
		}
		if i > 0 {
			p.emit(text.Step(text.Step(p.seed(HitPairFeat), step(p.Hits[i-1].Value, 5)), v), tok, int32(p.Hits[i-1].Tok)) // as above
		}
	}
	if n := len(p.words); n > 0 {
		p.emit(text.Step(p.seed(DensityFeat), step(float32(p.Pos-p.NegN)*20/float32(n), 10)), OwnerHits, -1)
	}
}

// step rounds a value to a whole step between -limit and limit.
func step(v float32, limit int) uint64 { return uint64(min(max(int(v), -limit), limit) + 64) } // never negative

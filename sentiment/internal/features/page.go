// Package features reads a normalised text: which words are negated, which lexicon entries it holds and with what
// sign, and the hashed features that a learned table sums. The trainer and the scorer share it, so they cannot differ.
package features

import (
	"slices"

	"rasid/sentiment/internal/text"
	"rasid/sentiment/lexicon"
)

// Windows of negation in words, measured on labelled texts: Arabic negators reach less far.
const (
	windowLatin  = 3
	windowArabic = 2
)

// Factors of the lexicon rules.
const (
	negatedPositive = -0.75 // "not good" is weaker than "bad"
	negatedNegative = -0.4  // "not bad" is faint praise
	beforeContrast  = 0.5   // what stands before "but" counts less …
	afterContrast   = 1.25  // … than what follows
	shout           = 1.15  // capitals, or an exclamation mark that ends the clause
)

// Reader holds what all texts share; it is only read.
type Reader struct {
	Folder *text.Folder
	Lex    *lexicon.Set
}

// Hit is one lexicon entry found in a text.
type Hit struct {
	Entry     *lexicon.Entry
	Tok, N    int     // first token and number of tokens
	Value     float32 // valence after negation, intensity and contrast
	Negator   int     // token that negates it, or -1
	Intensity int     // token that intensifies or weakens it, or -1
	Stemmed   bool    // found by its stem only
}

// Page is one text being read; it is reused.
type Page struct {
	Doc     text.Doc
	Hits    []Hit
	Feats   []Feat // as Extract, Alone or Join left them
	Count   int    // of all features, those of words said again too, by Extract
	Pos     int    // number of hits above and below zero
	NegN    int
	Caps    bool // the whole text is written in capitals
	Mute    bool // there is no word, emoji, emoticon or mark out of ten to judge by
	Words   int  // how many words there are
	Names   bool // those in Arabic letters only name something in English sentences
	Arabic  bool // one of them is in Arabic letters and no such name
	known   lexicon.Words
	roles   []roles
	words   []member
	seen    seen            // of words
	couples couples         // of letters
	two     []int32         // the couples of one word
	whole   int             // where the features of the whole text begin, after those of pairs
	mask    uint32          // of a slot
	salt    uint64          // of the features: of texts with Arabic words, or without
	kind    Kind            // of the features emitted now
	letter  [maxWord]uint64 // of the word being read, with its borders
}

// roles are what the lexicon says of a token.
type roles struct {
	lexicon.Found         // what begins here
	intensity     float32 // multiplier, 0 when the token is no intensifier
}

// Read parses s and finds negation and lexicon entries; it leaves the hashed features to others. It is told whether the words
// in Arabic letters only name something in English sentences.
func (r *Reader) Read(p *Page, s string, names bool) {
	p.Names = names
	r.Folder.Parse(&p.Doc, s)
	r.look(p)
	r.mark(p)
	r.find(p)
}

// ReadWithout reads the text of o without the bytes start..end, told the same as Read.
func (r *Reader) ReadWithout(p, o *Page, start, end int, names bool) {
	p.Names = names
	if at, ok := p.Doc.Cut(&o.Doc, start, end); ok {
		r.lookAgain(p, o, at)
	} else {
		r.Folder.Parse(&p.Doc, o.Doc.Source[:start]+o.Doc.Source[end:])
		r.look(p)
	}
	r.mark(p)
	r.find(p)
}

// look looks up what begins at the tokens.
func (r *Reader) look(p *Page) {
	r.Lex.Know(&p.known, p.Doc.Tok)
	n := len(p.Doc.Tok)
	p.roles = slices.Grow(p.roles[:0], n)[:n]
	for i := range p.roles {
		r.lookAt(p, i)
	}
}

func (r *Reader) lookAt(p *Page, i int) {
	p.roles[i].intensity = 0
	r.Lex.Find(&p.known, i, &p.roles[i].Found)
}

// lookAgain does what look does for a page whose tokens are those of o but some before the token at: only what was seen
// before the cut and beyond it is looked up.
func (r *Reader) lookAgain(p, o *Page, at int) {
	p.known.KnowAgain(&o.known, p.Doc.Tok, at)
	cut := len(o.Doc.Tok) - len(p.Doc.Tok)
	p.roles = append(append(p.roles[:0], o.roles[:at]...), o.roles[at+cut:]...)
	for i := range p.roles {
		p.roles[i].intensity = 0
		if i < at && i+p.roles[i].Seen() > at {
			r.lookAt(p, i)
		}
	}
}

// mark finds negators, intensifiers and turning words, and opens the negation windows.
func (r *Reader) mark(p *Page) {
	toks := p.Doc.Tok
	left, by, caps, words := 0, int32(-1), 0, 0
	p.Mute, p.Arabic = true, false
	for i := range toks {
		t, f := &toks[i], &p.roles[i].Found
		switch t.Kind {
		case text.Mark:
			left = 0
			continue
		case text.Word:
			words++
			p.Mute = false
			p.Arabic = p.Arabic || t.Script == text.Arabic && !p.Names
			if t.Caps {
				caps++
			}
		case text.EmojiTok, text.Happy, text.Sad:
			p.Mute = false
			continue
		case text.Number:
			p.Mute = p.Mute && f.N(lexicon.Valued) == 0 // a mark out of ten
		default:
			continue
		}
		if e := r.Lex.Entry(f, lexicon.Intensifier); e != nil {
			for k := range f.N(lexicon.Intensifier) {
				p.roles[i+k].intensity = e.Valence
			}
		}
		if n := f.N(lexicon.Negator); n > 0 || negatedForm(&p.Doc, t) {
			left, by = windowLatin, int32(i)
			if t.Script == text.Arabic {
				left = windowArabic
			}
			left += max(n, 1) - 1
			continue
		}
		if left > 0 {
			t.Neg, t.NegBy = true, by
			left--
		}
	}
	p.Words, p.Caps = words, words > 0 && caps*10 >= words*7
}

// Latin says whether the text has words and none in Arabic letters: English, or what is judged like it. Unlike the language
// it does not hang on how the letters are disguised.
func (p *Page) Latin() bool { return p.Words > 0 && !p.Arabic }

// negatedForm recognises every n't form, written or typed with any apostrophe.
func negatedForm(d *text.Doc, t *text.Token) bool {
	n := t.To - t.From
	return t.Kind == text.Word && n > 3 && d.R[t.To-1] == 't' && d.R[t.To-2] == '\'' && d.R[t.To-3] == 'n'
}

// find fills Hits: the longest entry at each place, then, for an unknown Arabic word, its light stem.
func (r *Reader) find(p *Page) {
	p.Hits, p.Pos, p.NegN = p.Hits[:0], 0, 0
	toks := p.Doc.Tok
	for i := 0; i < len(toks); {
		e, n := r.Lex.Entry(&p.roles[i].Found, lexicon.Valued), p.roles[i].N(lexicon.Valued)
		stemmed := false
		if e == nil && toks[i].Script == text.Arabic {
			if st, ok := text.Stem(p.Doc.R[toks[i].From:toks[i].To]); ok {
				e, n, stemmed = r.Lex.ByStem(text.HashRunes(st)), 1, true
			}
		}
		if e == nil || p.Names && e.Arabic && e.Valence > 0 { // a name means no praise
			i++
			continue
		}
		p.hit(e, i, n, stemmed)
		i += n
	}
	p.turn()
}

func (p *Page) hit(e *lexicon.Entry, i, n int, stemmed bool) {
	h := Hit{Entry: e, Tok: i, N: n, Value: e.Valence, Negator: -1, Intensity: -1, Stemmed: stemmed}
	toks := p.Doc.Tok
	if k := p.intensifier(i, n); k >= 0 {
		h.Intensity = k
		h.Value *= p.roles[k].intensity
	}
	if toks[i].Caps && !p.Caps {
		h.Value *= shout
	}
	if toks[i].Neg && int(toks[i].NegBy) < i && h.Value != 0 {
		h.Negator = int(toks[i].NegBy)
		if h.Value > 0 {
			h.Value *= negatedPositive
		} else {
			h.Value *= negatedNegative
		}
	}
	switch {
	case h.Value > 0:
		p.Pos++
	case h.Value < 0:
		p.NegN++
	}
	p.Hits = append(p.Hits, h)
}

// intensifier looks two tokens back and one ahead ("very good", "حلو مرة").
func (p *Page) intensifier(i, n int) int {
	for k := i - 1; k >= 0 && k >= i-2; k-- {
		if p.Doc.Tok[k].Kind == text.Mark {
			break
		}
		if p.roles[k].intensity != 0 {
			return k
		}
	}
	if k := i + n; k < len(p.Doc.Tok) && p.roles[k].intensity != 0 && p.Doc.Tok[k].Script == text.Arabic {
		return k
	}
	return -1
}

// turn weakens what stands before the last turning word and strengthens what follows.
func (p *Page) turn() {
	at := -1
	for i := range p.roles {
		if p.roles[i].N(lexicon.Contrast) > 0 && i > 0 {
			at = i
		}
	}
	if at < 0 {
		return
	}
	for i := range p.Hits {
		if p.Hits[i].Tok < at {
			p.Hits[i].Value *= beforeContrast
		} else {
			p.Hits[i].Value *= afterContrast
		}
	}
}

package text

// FNV-1a over code points: one step per rune is as good as one per byte here and twice as fast.
const (
	fnvBasis = 14695981039346656037
	fnvPrime = 1099511628211
)

// HashRunes is the hash of a normalised word.
func HashRunes(rs []rune) uint64 { return More(fnvBasis, rs) }

// More extends a hash by letters.
func More(h uint64, rs []rune) uint64 {
	for _, r := range rs {
		h = Step(h, Code(r))
	}
	return h
}

// Code is a letter as Step takes it.
func Code(r rune) uint64 {
	if r < 0 {
		return 0 // no letter is
	}
	return uint64(r)
}

// Step extends a hash by one value.
func Step(h, v uint64) uint64 { return (h ^ v) * fnvPrime }

// Mix is murmur3's finaliser; it spreads a hash over all its bits.
func Mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

func (d *Doc) tokenise() {
	d.Tok, d.knit = d.Tok[:0], false
	n, line, masked := len(d.R), 0, false
	for i := 0; i < n; {
		switch c := d.from[i].class; c {
		case Letter, Digit:
			var mixed bool
			i, mixed = d.word(i)
			masked = masked || mixed
		case Emoji:
			i = d.emoji(i)
		case Punct, Apostrophe:
			i = d.punct(i)
		default:
			if d.R[i] == '\n' {
				d.knit = true
				if len(d.Tok) > line+1 { // a word for a line is a way of setting, not of saying
					d.add(Comma, i, i+1)
				}
				line = len(d.Tok)
			}
			i++
		}
	}
	if masked {
		d.unmaskWhole()
	}
}

func (d *Doc) add(k Kind, i, j int) { d.hashed(k, i, j, HashRunes(d.R[i:j])) }

// hashed adds a token whose hash is known.
func (d *Doc) hashed(k Kind, i, j int, hash uint64) *Token {
	d.Tok = append(d.Tok, Token{From: int32(i), To: int32(j), Start: d.from[i].start, End: d.from[j-1].end, Hash: hash, Kind: k, NegBy: -1})
	return &d.Tok[len(d.Tok)-1]
}

// word reads a run of letters and digits with inner apostrophes, a number, or a web address; mixed says that it was a
// Latin word with imitated letters.
func (d *Doc) word(i int) (end int, mixed bool) {
	if j := d.url(i); j > 0 {
		d.add(URL, i, j)
		return j, false
	}
	if d.from[i].class == Digit {
		if j := d.number(i); j > 0 {
			d.add(Number, i, j)
			return j, false
		}
	}
	j, w := d.run(i)
	if w.latin+w.arabic+w.other == 0 {
		d.hashed(Number, i, j, w.hash)
		return j, false
	}
	if mixed = w.other > 0 && w.latin > 0; mixed {
		d.unmask(i, j)
		w.hash = HashRunes(d.R[i:j])
	}
	t := d.hashed(Word, i, j, w.hash)
	t.Script = w.script()
	letters := w.latin + w.arabic + w.other
	t.Caps = letters >= 3 && w.caps*10 >= letters*8
	return j, mixed
}

// written is what a word is made of: letters of each script and those that are capitals.
type written struct {
	latin, arabic, other, caps int
	hash                       uint64
}

func (w *written) script() Script {
	switch {
	case w.arabic > 0 && w.arabic >= w.latin:
		return Arabic
	case w.latin > 0:
		return Latin
	}
	return OtherScript
}

// run reads the letters and digits from i on, and apostrophes between letters; end is behind them.
func (d *Doc) run(i int) (end int, w written) {
	w.hash = fnvBasis
	rs, from := d.R, d.from[:len(d.R)]
	for j, r := range rs[i:] {
		j += i
		switch from[j].class {
		case Letter:
			switch {
			case r < 0x250:
				w.latin++
			case r >= 0x600 && r < 0x780:
				w.arabic++
			default:
				w.other++
			}
			if from[j].caps {
				w.caps++
			}
		case Digit:
		case Apostrophe:
			if j+1 >= len(rs) || from[j+1].class != Letter || w.latin+w.arabic+w.other == 0 {
				return j, w
			}
		default:
			return j, w
		}
		w.hash = Step(w.hash, Code(r))
	}
	return len(rs), w
}

// number is where the number ends whose first digit is at i, with the signs inside that part its digits (2.5, 10:30, 1,200,
// 9/10), or 0 where a letter follows.
func (d *Doc) number(i int) int {
	digit := func(j int) bool { return j < len(d.R) && d.from[j].class == Digit }
	j := i + 1
	for digit(j) || j < len(d.R) && parts(d.R[j]) && digit(j+1) {
		j++
	}
	if j < len(d.R) && d.from[j].class == Letter {
		return 0
	}
	return j
}

// parts says whether a sign may stand between the digits of one number.
func parts(r rune) bool { return r == '.' || r == ',' || r == ':' || r == '/' }

// unmaskWhole does what unmask does with words of which every letter is imitated: who hides some letters of a text hides
// whole words of it, whereas these words alone may be Russian or Greek.
func (d *Doc) unmaskWhole() {
	d.knit = true
	for i := range d.Tok {
		t := &d.Tok[i]
		if w := d.R[t.From:t.To]; t.Kind == Word && t.Script == OtherScript && allImitate(w) {
			d.unmask(int(t.From), int(t.To))
			t.Script, t.Hash = Latin, HashRunes(w)
		}
	}
}

func allImitate(w []rune) bool {
	for _, r := range w {
		if lookalike(r) == 0 {
			return false
		}
	}
	return true
}

// unmask replaces Cyrillic and Greek letters that imitate Latin ones inside a Latin word.
func (d *Doc) unmask(i, j int) {
	for k := i; k < j; k++ {
		if m := lookalike(d.R[k]); m != 0 {
			d.R[k] = m
		}
	}
}

func lookalike(r rune) rune {
	const from = "аесорхуіјѕԁһӏвкмнтοαενικρτυχωɡɑ"
	const to = "aecopxyijsdhlbkmhtoaevikptuxwga"
	k := 0
	for _, c := range from {
		if c == r {
			return rune(to[k])
		}
		k++
	}
	return 0
}

// url recognises http://…, https://… and www.… (whose third w the squeezing has taken) and returns where it ends, or 0.
func (d *Doc) url(i int) int {
	if r := d.R[i]; r != 'h' && r != 'w' || !d.has(i, "http://") && !d.has(i, "https://") && !d.has(i, "ww.") {
		return 0
	}
	j := i
	for j < len(d.R) && d.from[j].class != Space && d.from[j].class != Emoji && d.R[j] < 0x250 && d.R[j] != '"' && d.R[j] != '<' {
		j++
	}
	return j
}

func (d *Doc) has(i int, s string) bool {
	if i+len(s) > len(d.R) {
		return false
	}
	for k := range len(s) {
		if d.R[i+k] != rune(s[k]) {
			return false
		}
	}
	return true
}

// emoji makes one token of an emoji and one mark for any number of repeats.
func (d *Doc) emoji(i int) int {
	j := i + 1
	for j < len(d.R) && d.R[j] == d.R[i] && d.from[j].class == Emoji {
		j++
	}
	d.add(EmojiTok, i, i+1)
	if j > i+1 {
		d.add(EmojiRepeat, i+1, j)
	}
	return j
}

func (d *Doc) punct(i int) int {
	if k, j := d.emoticon(i); j > 0 {
		d.add(k, i, j)
		return j
	}
	switch d.R[i] {
	case '@':
		j := i + 1
		for j < len(d.R) && (d.from[j].class == Letter || d.from[j].class == Digit) || j < len(d.R) && d.from[j].start+1 == d.from[j].end && d.Source[d.from[j].start] == '_' {
			j++
		}
		if j > i+1 {
			d.add(User, i, j)
			return j
		}
	case '!', '?', '.':
		j := i
		for j < len(d.R) && (d.R[j] == '!' || d.R[j] == '?' || d.R[j] == '.') {
			j++
		}
		d.hashed(Mark, i, j, d.markClass(i, j))
		return j
	case ',', ';', ':', '-', '(', ')', '"', '/', '|':
		d.add(Comma, i, i+1)
	}
	return i + 1
}

// Mark classes, in Token.Hash of a Mark.
const (
	Bang = iota + 1
	Bangs
	Quest
	Quests
	BangQuest
	Dot
	Dots
)

func (d *Doc) markClass(i, j int) uint64 {
	b, q := 0, 0
	for _, r := range d.R[i:j] {
		switch r {
		case '!':
			b++
		case '?':
			q++
		}
	}
	switch {
	case b > 0 && q > 0:
		return BangQuest
	case b > 1:
		return Bangs
	case b == 1:
		return Bang
	case q > 1:
		return Quests
	case q == 1:
		return Quest
	case j-i > 1:
		return Dots
	}
	return Dot
}

// emoticon recognises :) :-) ;) :D =) and their sad mirror images; it returns the end, or 0.
func (d *Doc) emoticon(i int) (Kind, int) {
	r := d.R[i]
	if r == '<' && i+1 < len(d.R) && d.R[i+1] == '3' {
		return Happy, i + 2
	}
	if r != ':' && r != ';' && r != '=' {
		return 0, 0
	}
	j := i + 1
	if j < len(d.R) && (d.R[j] == '-' || d.R[j] == '\'' || d.R[j] == 'o') {
		j++
	}
	if j >= len(d.R) {
		return 0, 0
	}
	alone := j+1 >= len(d.R) || d.from[j+1].class != Letter && d.from[j+1].class != Digit
	k := Happy
	switch d.R[j] {
	case ')', ']', '*':
	case 'd', 'p', '3':
		if !alone {
			return 0, 0
		}
	case '(', '[', '|', '\\', '/':
		if d.R[j] == '/' && j+1 < len(d.R) && d.R[j+1] == '/' {
			return 0, 0
		}
		k = Sad
	default:
		return 0, 0
	}
	j++
	for j < len(d.R) && (d.R[j] == d.R[j-1]) && d.from[j].class == Punct {
		j++
	}
	return k, j
}

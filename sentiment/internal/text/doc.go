package text

import (
	"html"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is the kind of a token.
type Kind uint8

// The kinds of tokens.
const (
	Word Kind = iota
	Number
	EmojiTok
	EmojiRepeat // marks that the emoji before it was repeated
	Mark        // ! !! ? ?? !? ..
	Comma       // , ; : and line ends: only clause borders
	URL
	User
	Happy // an emoticon such as :)
	Sad
)

// Token is one token: a range of normalised runes and the bytes of the original it stands for.
type Token struct {
	From, To   int32 // in Doc.R
	Start, End int32 // bytes of the original text
	Hash       uint64
	Kind       Kind
	Script     Script
	Caps       bool  // written in capitals
	Neg        bool  // inside a negation window; NegBy tells whose
	NegBy      int32 // index of the negating token, or -1
}

// Script is the writing of a word.
type Script uint8

// The scripts that matter here.
const (
	NoScript Script = iota
	Latin
	Arabic
	OtherScript
)

// Doc is a normalised, tokenised text. It is reused: every slice is a buffer.
type Doc struct {
	Source string
	R      []rune   // normalised runes
	from   []origin // of R
	Tok    []Token
	knit   bool // what a token is may hang on tokens far from it: lines, disguised words

	raw []rawRune
}

// origin tells where a normalised rune comes from and what it is.
type origin struct {
	start, end int32 // its bytes of the original text, end is one past the last
	class      Class
	caps       bool // it was written as a capital
}

// rawRune is a rune before it is normalised, and its bytes of the original text.
type rawRune struct {
	r          rune
	start, end int32
}

// Parse fills d from s. It is linear in the length of s.
func (f *Folder) Parse(d *Doc, s string) {
	d.Source = s
	d.R, d.from = slices.Grow(d.R[:0], len(s)), slices.Grow(d.from[:0], len(s))
	if escaped := strings.IndexByte(s, '&') >= 0; escaped || strings.IndexByte(s, firstMojibake) >= 0 {
		f.foldRepaired(d, escaped)
	} else {
		f.foldPlain(d)
	}
	d.tokenise()
}

// Cut fills d with the tokens of o but those of the bytes start..end, as Parse would find them in the text without these
// bytes; their places stay those in the text of o. It can tell only where a token begins and one ends, and nothing before
// can run together with what follows: at the start of the text and after a space, where no token hangs on others. Elsewhere
// ok is false. The first token after the cut is at.
func (d *Doc) Cut(o *Doc, start, end int) (at int, ok bool) {
	if start > 0 && o.Source[start-1] != ' ' || o.knit {
		return 0, false
	}
	d.Source, d.R, d.Tok = o.Source, append(d.R[:0], o.R...), d.Tok[:0]
	begun, ended, inside := false, false, false
	for i := range o.Tok {
		t := &o.Tok[i]
		from, to := int(t.Start), int(t.End)
		if to <= start || from >= end {
			if inside && t.Kind == EmojiRepeat {
				return 0, false // without the emoji before it, it is one itself
			}
			kept := *t
			kept.Neg, kept.NegBy, inside = false, -1, false
			d.Tok = append(d.Tok, kept)
			continue
		}
		if from < start || to > end {
			return 0, false
		}
		begun, ended, inside = begun || from == start, ended || to == end, true
		at = len(d.Tok)
	}
	return at, begun && ended
}

// foldPlain folds a text as it stands.
func (f *Folder) foldPlain(d *Doc) {
	s, rs, from := d.Source, d.R, d.from
	ascii := f.bmp[:utf8.RuneSelf]
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf && ascii[b]>>24 < uint32(Drop) { // most letters, and the whole of most English texts
			c, r := unpack(ascii[b])
			rs, from = put(rs, from, r, origin{int32(i), int32(i + 1), c, b >= 'A' && b <= 'Z'})
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		rs, from = f.foldInto(rs, from, r, int32(i), int32(i+n)) // no text is 2 GB
		i += n
	}
	d.R, d.from = rs, from
}

// foldRepaired folds a text whose letters may stand for others.
func (f *Folder) foldRepaired(d *Doc, escaped bool) {
	d.decode()
	if escaped {
		d.unescape()
		d.unescape()
	}
	d.repairMojibake()
	for i := range d.raw {
		d.R, d.from = f.foldInto(d.R, d.from, d.raw[i].r, d.raw[i].start, d.raw[i].end)
	}
}

func (d *Doc) decode() {
	raw := slices.Grow(d.raw[:0], len(d.Source))
	for i, r := range d.Source {
		if n := len(raw); n > 0 {
			raw[n-1].end = int32(i)
		}
		raw = append(raw, rawRune{r, int32(i), int32(len(d.Source))}) // no text is 2 GB
	}
	d.raw = raw
}

// maxEntity is longer than every named character reference of HTML ("&CounterClockwiseContourIntegral;").
const maxEntity = 34

// unescape replaces character references in place; the result is never longer than the input.
func (d *Doc) unescape() {
	w := 0
	for i := 0; i < len(d.raw); i++ {
		if d.raw[i].r == '&' {
			if j, out := d.entity(i); j > 0 {
				for _, r := range out {
					d.raw[w] = rawRune{r, d.raw[i].start, d.raw[j].end}
					w++
				}
				i = j
				continue
			}
		}
		d.raw[w] = d.raw[i]
		w++
	}
	d.raw = d.raw[:w]
}

// entity returns the index of the closing ';' and what the reference at i stands for, or 0.
func (d *Doc) entity(i int) (int, string) {
	for j := i + 1; j < len(d.raw) && j-i < maxEntity; j++ {
		r := d.raw[j].r
		if r == ';' {
			src := spelled(d.raw[i : j+1])
			out := html.UnescapeString(src)
			if out == src || utf8.RuneCountInString(out) > j-i {
				return 0, ""
			}
			return j, out
		}
		if r != '#' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return 0, ""
		}
	}
	return 0, ""
}

func spelled(raw []rawRune) string {
	var b strings.Builder
	for i := range raw {
		b.WriteRune(raw[i].r)
	}
	return b.String()
}

// cp1252 gives the byte that Windows-1252 writes for the runes U+0152…U+2122, for undoing "Ø§Ù„" and "â€™".
func cp1252(r rune) (byte, bool) {
	if r >= 0x80 && r <= 0xFF {
		return byte(r), true
	}
	const hi = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
	b := byte(0x80)
	for _, c := range hi {
		if c == r {
			return b, true
		}
		b++
	}
	return 0, false
}

// firstMojibake is the byte that every letter from which mojibake begins, Â to ô, begins with itself.
const firstMojibake = 0xC3

// repairMojibake undoes UTF-8 that was once read as Windows-1252.
func (d *Doc) repairMojibake() {
	if !d.mojibake() {
		return
	}
	w := 0
	for i := 0; i < len(d.raw); {
		n, r := d.moji(i)
		d.raw[w] = rawRune{r, d.raw[i].start, d.raw[i+n-1].end}
		w++
		i += n
	}
	d.raw = d.raw[:w]
}

// mojibake says whether two runes in a row look like the first bytes of a letter.
func (d *Doc) mojibake() bool {
	for i := range d.raw[:max(len(d.raw)-1, 0)] {
		if r := d.raw[i].r; r < 0xC2 || r > 0xF4 {
			continue
		}
		if next := d.raw[i+1].r; next >= 0x80 {
			if b, ok := cp1252(next); ok && b < 0xC0 {
				return true
			}
		}
	}
	return false
}

func (d *Doc) moji(i int) (int, rune) {
	r := d.raw[i].r
	if r < 0xC2 || r > 0xF4 {
		return 1, r
	}
	var buf [4]byte
	buf[0] = byte(r)
	for n := 1; n < 4 && i+n < len(d.raw); n++ {
		b, ok := cp1252(d.raw[i+n].r)
		if !ok || b < 0x80 || b > 0xBF {
			break
		}
		buf[n] = b
		if got, size := utf8.DecodeRune(buf[:n+1]); size == n+1 && got != utf8.RuneError {
			return n + 1, got
		}
	}
	return 1, r
}

// foldInto appends the normal form of a letter: folded, or nothing for a mark.
func (f *Folder) foldInto(rs []rune, from []origin, r rune, start, end int32) ([]rune, []origin) {
	switch c, to := unpack(f.fold(r)); c {
	case Drop:
	case Expand:
		for _, x := range f.expand[to] {
			rs, from = put(rs, from, x, origin{start, end, classOf(x), false})
		}
	default:
		return put(rs, from, to, origin{start, end, c, c == Letter && to != r && isUpper(r)})
	}
	return rs, from
}

func isUpper(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 0xC0 && r <= 0xDE }

// put appends a rune, or only where it ends if it is the third of its kind in a row.
func put(rs []rune, from []origin, r rune, o origin) ([]rune, []origin) {
	if n := len(rs); o.class == Letter && n >= 2 && rs[n-1] == r && rs[n-2] == r {
		from[n-1].end = o.end
		return rs, from
	}
	return append(rs, r), append(from, o)
}

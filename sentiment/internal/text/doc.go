package text

import (
	"html"
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
	R      []rune  // normalised runes
	Class  []Class // of R
	start  []int32 // first original byte of each rune of R
	end    []int32 // one past the last
	caps   []bool
	Tok    []Token

	raw        []rune
	rawS, rawE []int32
}

// Parse fills d from s. It is linear in the length of s.
func (f *Folder) Parse(d *Doc, s string) {
	d.Source = s
	d.decode(s)
	if strings.IndexByte(s, '&') >= 0 {
		d.unescape()
		d.unescape()
	}
	d.repairMojibake()
	f.foldInto(d)
	d.tokenise()
}

func (d *Doc) decode(s string) {
	d.raw, d.rawS, d.rawE = d.raw[:0], d.rawS[:0], d.rawE[:0]
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		d.raw = append(d.raw, r)
		d.rawS = append(d.rawS, int32(i))
		i += n
		d.rawE = append(d.rawE, int32(i))
	}
}

// maxEntity is longer than every named character reference of HTML ("&CounterClockwiseContourIntegral;").
const maxEntity = 34

// unescape replaces character references in place; the result is never longer than the input.
func (d *Doc) unescape() {
	w := 0
	for i := 0; i < len(d.raw); i++ {
		if d.raw[i] == '&' {
			if j, out := d.entity(i); j > 0 {
				for _, r := range out {
					d.raw[w], d.rawS[w], d.rawE[w] = r, d.rawS[i], d.rawE[j]
					w++
				}
				i = j
				continue
			}
		}
		d.raw[w], d.rawS[w], d.rawE[w] = d.raw[i], d.rawS[i], d.rawE[i]
		w++
	}
	d.raw, d.rawS, d.rawE = d.raw[:w], d.rawS[:w], d.rawE[:w]
}

// entity returns the index of the closing ';' and what the reference at i stands for, or 0.
func (d *Doc) entity(i int) (int, string) {
	for j := i + 1; j < len(d.raw) && j-i < maxEntity; j++ {
		r := d.raw[j]
		if r == ';' {
			src := string(d.raw[i : j+1])
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

// repairMojibake undoes UTF-8 that was once read as Windows-1252.
func (d *Doc) repairMojibake() {
	found := false
	for i, r := range d.raw {
		if r >= 0xC2 && r <= 0xF4 && i+1 < len(d.raw) && d.raw[i+1] >= 0x80 {
			if b, ok := cp1252(d.raw[i+1]); ok && b < 0xC0 {
				found = true
				break
			}
		}
	}
	if !found {
		return
	}
	w := 0
	for i := 0; i < len(d.raw); {
		n, r := d.moji(i)
		d.raw[w], d.rawS[w], d.rawE[w] = r, d.rawS[i], d.rawE[i+n-1]
		w++
		i += n
	}
	d.raw, d.rawS, d.rawE = d.raw[:w], d.rawS[:w], d.rawE[:w]
}

func (d *Doc) moji(i int) (int, rune) {
	r := d.raw[i]
	if r < 0xC2 || r > 0xF4 {
		return 1, r
	}
	var buf [4]byte
	buf[0] = byte(r)
	for n := 1; n < 4 && i+n < len(d.raw); n++ {
		b, ok := cp1252(d.raw[i+n])
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

// foldInto writes the normal form: folded letters, dropped marks, runs of three or more squeezed to two.
func (f *Folder) foldInto(d *Doc) {
	d.R, d.Class, d.start, d.end, d.caps = d.R[:0], d.Class[:0], d.start[:0], d.end[:0], d.caps[:0]
	for i, r := range d.raw {
		c, o := f.fold(r)
		if c == Drop {
			continue
		}
		s, e := d.rawS[i], d.rawE[i]
		if c == Expand {
			for _, x := range f.expand[o] {
				d.put(classOf(x), x, s, e, false)
			}
			continue
		}
		d.put(c, o, s, e, o != r && c == Letter && r != o && isUpper(r))
	}
}

func isUpper(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 0xC0 && r <= 0xDE }

func (d *Doc) put(c Class, r rune, s, e int32, up bool) {
	if n := len(d.R); c == Letter && n >= 2 && d.R[n-1] == r && d.R[n-2] == r {
		d.end[n-1] = e
		return
	}
	d.R = append(d.R, r)
	d.Class = append(d.Class, c)
	d.start = append(d.start, s)
	d.end = append(d.end, e)
	d.caps = append(d.caps, up)
}

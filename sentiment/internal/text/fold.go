// Package text turns untrusted Arabic and English text into normalised letters and tokens, and remembers
// for every letter which bytes of the original it came from, so that a reason can point at the original.
package text

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Class says what a normalised rune is for the tokeniser.
type Class uint8

// The classes of runes; Drop and Expand never reach the output.
const (
	Space Class = iota
	Letter
	Digit
	Punct
	Emoji
	Drop
	Expand
	Apostrophe
)

// Folder maps every rune to its normal form. It is built once and only read afterwards.
type Folder struct {
	bmp    []uint32 // class<<24 | rune, or class Expand and an index into expand
	expand [][]rune
}

// NewFolder builds the table for the basic plane; higher planes are folded on demand.
func NewFolder() *Folder {
	f := &Folder{bmp: make([]uint32, 0x10000)}
	for r := range rune(0x10000) {
		if r >= 0xD800 && r < 0xE000 {
			f.bmp[r] = pack(Drop, 0)
			continue
		}
		if r >= 0x3400 && r < 0xD7A4 { // CJK and Hangul fold to themselves; asking NFKD 40,000 times costs start-up time
			f.bmp[r] = pack(Letter, r)
			continue
		}
		out := foldSlow(r)
		switch len(out) {
		case 0:
			f.bmp[r] = pack(Drop, 0)
		case 1:
			f.bmp[r] = pack(classOf(out[0]), out[0])
		default:
			f.bmp[r] = pack(Expand, rune(len(f.expand)))
			f.expand = append(f.expand, out)
		}
	}
	return f
}

func pack(c Class, r rune) uint32 { return uint32(c)<<24 | uint32(r)&0xFFFFFF }

func unpack(v uint32) (Class, rune) { return Class(v >> 24), rune(v & 0xFFFFFF) }

// fold returns the class and the folded rune, or for Expand the index of the replacement, packed.
func (f *Folder) fold(r rune) uint32 {
	if uint(r) < uint(len(f.bmp)) {
		return f.bmp[r]
	}
	return foldHigh(r)
}

// foldHigh folds a rune of the higher planes.
func foldHigh(r rune) uint32 {
	switch {
	case r >= 0x1F3FB && r <= 0x1F3FF, r >= 0xE0000 && r <= 0xE0FFF: // skin tones, tag characters
		return pack(Drop, 0)
	case r >= 0x1F000 && r <= 0x1FAFF && (r < 0x1F100 || r > 0x1F1E5):
		return pack(Emoji, r)
	}
	out := foldSlow(r)
	if len(out) == 0 {
		return pack(Drop, 0)
	}
	return pack(classOf(out[0]), out[0])
}

// foldSlow is the definition; the table only remembers its answers.
func foldSlow(r rune) []rune {
	if isDropped(r) {
		return nil
	}
	if isEmoji(r) {
		return []rune{r}
	}
	var out []rune
	for _, d := range norm.NFKD.String(string(r)) {
		if unicode.Is(unicode.Mn, d) || isDropped(d) {
			continue
		}
		d = unicode.ToLower(d)
		if m, ok := letterFold[d]; ok {
			d = m
		}
		if n, ok := digitFold(d); ok {
			d = n
		}
		out = append(out, d)
	}
	return out
}

func isDropped(r rune) bool {
	switch {
	case r == 0x0640, // tatweel
		r >= 0x064B && r <= 0x065F, r == 0x0670, r >= 0x0610 && r <= 0x061A, r >= 0x06D6 && r <= 0x06ED && r != 0x06DD,
		r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x206F,
		r == 0x00AD, r == 0xFEFF, r == 0x061C, r == 0x180E, r == 0x034F, r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0,
		r >= 0xFE00 && r <= 0xFE0F, // variation selectors
		r == 0x20E3,                // keycap
		r == 0x2640, r == 0x2642,   // gender signs in emoji sequences
		r == 0xFFFD, r == 0xFFFC: // broken bytes say nothing
		return true
	}
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r'
}

func isEmoji(r rune) bool {
	return r >= 0x2600 && r <= 0x27BF || r >= 0x2B1B && r <= 0x2B55 || r >= 0x231A && r <= 0x23FF || r >= 0x2194 && r <= 0x21AA ||
		r >= 0x1F000 && r <= 0x1FAFF && (r < 0x1F100 || r > 0x1F1E5)
}

// letterFold unifies the letters that writers of Arabic interchange.
var letterFold = map[rune]rune{
	'أ': 'ا', 'إ': 'ا', 'آ': 'ا', 'ٱ': 'ا', 'ى': 'ي', 'ئ': 'ي', 'ی': 'ي', 'ې': 'ي', 'ؤ': 'و', 'ة': 'ه', 'ہ': 'ه', 'ھ': 'ه', 'ە': 'ه', 'ۀ': 'ه', 'ۃ': 'ه',
	'گ': 'ك', 'ک': 'ك', 'ڪ': 'ك', 'چ': 'ج', 'پ': 'ب', 'ڤ': 'ف', 'ڨ': 'ق', 'ڭ': 'ك', 'ٮ': 'ب', 'ں': 'ن',
	'’': '\'', '‘': '\'', 'ʼ': '\'', '`': '\'', '´': '\'', '′': '\'', 'ʻ': '\'',
	'؟': '?', '،': ',', '؛': ';', '٪': '%', '“': '"', '”': '"', '«': '"', '»': '"', '—': '-', '–': '-', '‑': '-', '−': '-', '٫': '.', '٬': ',', '۔': '.',
	'_': ' ', '…': '.', 'ı': 'i', 'ł': 'l', 'ø': 'o', 'ß': 's', 'æ': 'a', 'œ': 'o', 'đ': 'd',
}

func digitFold(r rune) (rune, bool) {
	switch {
	case r >= 0x0660 && r <= 0x0669:
		return '0' + r - 0x0660, true
	case r >= 0x06F0 && r <= 0x06F9:
		return '0' + r - 0x06F0, true
	}
	return r, false
}

func classOf(r rune) Class {
	switch {
	case r >= 'a' && r <= 'z':
		return Letter
	case r >= '0' && r <= '9':
		return Digit
	case r == '\'':
		return Apostrophe
	case isEmoji(r):
		return Emoji
	case unicode.IsSpace(r):
		return Space
	case unicode.IsLetter(r):
		return Letter
	case unicode.IsDigit(r) || unicode.IsNumber(r):
		return Digit
	}
	return Punct
}

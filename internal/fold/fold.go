// Package fold brings different spellings of the same words together, for
// matching and searching only: what people see is never folded. Arabic letter
// variants, diacritics, tatweel, invisible characters, case, digits and
// look-alike Latin, Cyrillic and Greek letters all fold to one form.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Text returns s folded. Folding again changes nothing, but for the order of
// marks in scripts that keep theirs.
func Text(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	each(s, func(r rune, _, _ int) { b.WriteRune(r) })
	return b.String()
}

// Mapped is a folded text that remembers where each byte came from.
type Mapped struct {
	Text string
	from []int32 // start in the source of the character behind each byte
	to   []int32 // its end
}

// Map folds s and keeps the offsets, so that a hit can be shown in the text
// as it was written.
func Map(s string) Mapped {
	var b strings.Builder
	b.Grow(len(s))
	m := Mapped{from: make([]int32, 0, len(s)), to: make([]int32, 0, len(s))}
	each(s, func(r rune, start, end int) {
		n, _ := b.WriteRune(r)
		for range n {
			m.from = append(m.from, int32(start)) // texts are capped far below 2 GiB
			m.to = append(m.to, int32(end))
		}
	})
	m.Text = b.String()
	return m
}

// Source returns the byte range of the source behind Text[start:end].
func (m Mapped) Source(start, end int) (int, int) {
	if start < 0 || end > len(m.from) || start >= end {
		return 0, 0
	}
	return int(m.from[start]), int(m.to[end-1])
}

// each calls yield for every folded rune with the byte range it stands for. Nearly
// all that people write is plain and needs no decomposition; what is not is taken
// together with the plain character before it, on which marks may sit.
func each(s string, yield func(r rune, start, end int)) {
	r, n := utf8.DecodeRuneInString(s)
	to, ok := plain(r)
	for at := 0; at < len(s); {
		next := at + n
		r, n = utf8.DecodeRuneInString(s[next:])
		after, plainly := plain(r)
		if ok && (plainly || next == len(s)) {
			yield(to, at, next)
			at, to, ok = next, after, plainly
			continue
		}
		for next < len(s) && !plainly {
			next += n
			r, n = utf8.DecodeRuneInString(s[next:])
			after, plainly = plain(r)
		}
		decompose(s[:next], at, yield)
		at, to, ok = next, after, plainly
	}
}

// plain folds a character that no other joins, and whose decomposition is a letter
// and marks that are dropped; ok is false for all others.
func plain(r rune) (to rune, ok bool) {
	switch {
	case r < utf8.RuneSelf:
		return lower(r), true
	case r < 'ء' || r > '٩':
		return 0, false
	case r <= 'ي':
		return letters[r-'ء'], letters[r-'ء'] != 0
	default:
		return Digit(r), r >= '٠'
	}
}

// letters are what the Arabic ones fold to, from ء to ي; 0 is one that folds to
// more than a letter, or to nothing.
var letters = [...]rune{
	'ء', 'ا', 'ا', 'و', 'ا', 'ي', 'ا', 'ب', 'ه', 'ت', 'ث', 'ج', 'ح', 'خ', 'د', 'ذ', 'ر', 'ز', 'س', 'ش', 'ص', 'ض', 'ط', 'ظ', 'ع', 'غ',
	0, 0, 0, 0, 0, 0, 'ف', 'ق', 'ك', 'ل', 'م', 'ن', 'ه', 'و', 'ي', 'ي',
}

// decompose is each for the end of a text, of any characters.
// It decomposes (NFKD) rather than composes: a hamza seat then becomes a letter
// and a mark, and dropping marks folds all of them at once.
func decompose(s string, from int, yield func(r rune, start, end int)) {
	var it norm.Iter
	it.InitString(norm.NFKD, s[from:])
	for !it.Done() {
		start := from + it.Pos()
		seg := it.Next()
		end := from + it.Pos()
		if end == start { // one character that becomes several: the iterator waits on it
			_, n := utf8.DecodeRuneInString(s[start:])
			end = start + n
		}
		for len(seg) > 0 {
			r, n := utf8.DecodeRune(seg)
			seg = seg[n:]
			if r = one(r); r >= 0 {
				yield(r, start, end)
			}
		}
	}
}

// Digit returns the Latin digit for an Arabic-Indic one (٠ to ٩) or a Persian
// one (۰ to ۹), and any other character as it is.
func Digit(r rune) rune {
	switch {
	case r >= '٠' && r <= '٩':
		return r - '٠' + '0'
	case r >= '۰' && r <= '۹':
		return r - '۰' + '0'
	}
	return r
}

// one folds one decomposed rune; -1 drops it.
func one(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return lower(r)
	case dropped(r):
		return -1
	}
	r = unicode.ToLower(Digit(r))
	if to, ok := variants(r); ok {
		return to
	}
	return r
}

func lower(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// dropped reports marks and characters nobody sees. Marks of other scripts
// (Devanagari vowels and the like) are letters to their readers and stay.
func dropped(r rune) bool {
	switch {
	case r >= 0x0300 && r <= 0x036F, // Latin, Greek and Cyrillic accents
		r >= 0x0610 && r <= 0x061A, // Arabic honorifics
		r == 0x0640,                // tatweel
		r >= 0x064B && r <= 0x065F, // Arabic diacritics, hamza and madda above and below
		r == 0x0670,                // superscript alef
		r >= 0x06D6 && r <= 0x06DC,
		r >= 0x06DF && r <= 0x06E4,
		r == 0x06E7, r == 0x06E8,
		r >= 0x06EA && r <= 0x06ED,
		r >= 0x08D3 && r <= 0x08FF,
		r >= 0xFE00 && r <= 0xFE0F,                         // variation selectors
		r >= 0xE0100 && r <= 0xE01EF,                       // the same, supplement
		r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, // Hangul fillers, shown as nothing
		r == 0x180B, r == 0x180C, r == 0x180D, r == 0x180F,
		r == 0x2800,         // empty braille
		r == utf8.RuneError: // bytes that are not text
		return true
	}
	return unicode.Is(unicode.Cf, r) // zero width, direction marks, soft hyphen, tags
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

package responder

import (
	"strings"
	"unicode"

	"rasid/internal/phrases"
)

// marks names the characters that hide or turn text around; staff see the name
// instead (Trojan Source, CVE-2021-42574, and the tags block).
var marks = map[rune]string{
	'\u200B': "[ZWSP]", '\u200E': "[LRM]", '\u200F': "[RLM]", '\u061C': "[ALM]",
	'\u202A': "[LRE]", '\u202B': "[RLE]", '\u202C': "[PDF]", '\u202D': "[LRO]", '\u202E': "[RLO]",
	'\u2066': "[LRI]", '\u2067': "[RLI]", '\u2068': "[FSI]", '\u2069': "[PDI]",
	'\u2060': "[WJ]", '\uFEFF': "[BOM]", '\u00AD': "[SHY]", '\u180E': "[MVS]",
	'\u2028': "[LS]", '\u2029': "[PS]",
}

// Visible shows untrusted text to staff as it is: characters that hide or turn
// text around become visible marks, control characters a box. Joiners stay
// where letters or emoji need them for their shape.
func Visible(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		if name, ok := marks[r]; ok {
			b.WriteString(name)
			continue
		}
		switch {
		case r == '\u200C' || r == '\u200D': // ZWNJ, ZWJ
			if shapes(runes, i) {
				b.WriteRune(r)
			} else {
				b.WriteString("[ZW]")
			}
		case r >= 0xE0000 && r <= 0xE007F:
			if !flagTag(runes, i) {
				b.WriteString("[TAG]")
			} else {
				b.WriteRune(r)
			}
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case unicode.IsControl(r):
			b.WriteRune('␣')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Clean prepares words for going out: the characters that Visible would mark
// are dropped, everything else stays byte for byte.
func Clean(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		_, hidden := marks[r]
		switch {
		case hidden,
			(r == '\u200C' || r == '\u200D') && !shapes(runes, i),
			r >= 0xE0000 && r <= 0xE007F && !flagTag(runes, i),
			unicode.IsControl(r) && r != '\n':
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

// shapes reports whether a joiner stands where it changes how letters or emoji
// are drawn: between Arabic-script letters, or between emoji parts.
func shapes(runes []rune, i int) bool {
	if i == 0 || i+1 >= len(runes) {
		return false
	}
	before, after := runes[i-1], runes[i+1]
	joined := func(r rune) bool {
		return unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Devanagari, unicode.Bengali) || r >= 0x1F000 || r == 0xFE0F ||
			(r >= 0x2600 && r <= 0x27BF) || r == 0x2640 || r == 0x2642
	}
	return joined(before) && joined(after)
}

// flagTag reports whether a tag character belongs to a flag emoji (England,
// Scotland, Wales are spelled with tags after a black flag).
func flagTag(runes []rune, i int) bool {
	for j := i - 1; j >= 0; j-- {
		if runes[j] == 0x1F3F4 {
			return true
		}
		if runes[j] < 0xE0000 || runes[j] > 0xE007F {
			return false
		}
	}
	return false
}

// Isolate puts untrusted text between isolates, so that its direction cannot
// spill into the line around it.
func Isolate(s string) string { return phrases.FSI + s + phrases.PDI }

// Excerpt shortens a text to at most n letters on a word boundary, on one line.
func Excerpt(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	cut := n
	for cut > n/2 && runes[cut] != ' ' {
		cut--
	}
	return strings.TrimSpace(string(runes[:cut])) + "…"
}

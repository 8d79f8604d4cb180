package text

// Affixes of the light stemmer, in normalised letters, longest first.
var (
	prefixes = [][]rune{[]rune("وال"), []rune("بال"), []rune("فال"), []rune("كال"), []rune("لل"), []rune("ال"), []rune("و"), []rune("ب"), []rune("ف"), []rune("ل"), []rune("ك")}
	suffixes = [][]rune{[]rune("هما"), []rune("كم"), []rune("هم"), []rune("هن"), []rune("نا"), []rune("ها"), []rune("ين"), []rune("ون"), []rune("ات"), []rune("ان"), []rune("وا"), []rune("تي"), []rune("يه"), []rune("ه"), []rune("ي"), []rune("ك"), []rune("ت")}
)

// minStem is the number of letters a stem keeps: two-letter stems join unrelated words.
const minStem = 3

// Stem removes at most one prefix and one suffix of a normalised Arabic word; ok is false when nothing came off.
func Stem(w []rune) (stem []rune, ok bool) {
	s := w
	for _, p := range prefixes {
		if len(s)-len(p) >= minStem && hasPrefix(s, p) {
			s = s[len(p):]
			break
		}
	}
	for _, x := range suffixes {
		if n := len(s) - len(x); n >= minStem && hasPrefix(s[n:], x) {
			s = s[:n]
			break
		}
	}
	return s, len(s) < len(w)
}

func hasPrefix(s, p []rune) bool {
	for i, r := range p {
		if s[i] != r {
			return false
		}
	}
	return true
}

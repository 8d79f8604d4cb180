package responder

import "unicode"

// disguised reports whether a text is not what it looks like: signs that hide
// or turn text, or letters that imitate others. The scorer sees through most of
// it, but who writes so does not want to be read by a program.
func disguised(s string) bool {
	return Visible(s) != s || imitates(s)
}

// imitates looks for words of mixed alphabets (Latin with Cyrillic or Greek
// letters) and for letters made for mathematics or for Chinese type.
func imitates(s string) bool {
	var word struct{ latin, twin bool }
	for _, r := range s {
		switch {
		case r >= 0x1D400 && r <= 0x1D7FF, r >= 0xFF21 && r <= 0xFF3A, r >= 0xFF41 && r <= 0xFF5A:
			return true
		case unicode.Is(unicode.Latin, r):
			word.latin = true
		case unicode.Is(unicode.Cyrillic, r), unicode.Is(unicode.Greek, r):
			word.twin = true
		case !unicode.IsMark(r):
			word.latin, word.twin = false, false
		}
		if word.latin && word.twin {
			return true
		}
	}
	return false
}

package digest

import "testing"

// TestTheTypefaceHasTheSignsOfNumbers: what it lacks is left out of a drawing,
// and a fall would read as a rise.
func TestTheTypefaceHasTheSignsOfNumbers(t *testing.T) {
	for _, language := range []string{"ar", "en"} {
		l, err := newLetters(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, sign := range "+−0٠%٪" {
			if _, ok := l.face.NominalGlyph(sign); !ok {
				t.Errorf("the typeface of %s lacks %c", language, sign)
			}
		}
	}
}

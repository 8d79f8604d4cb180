package digest

import (
	"sort"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
)

// A name has at most nameLines lines of nameSize pixels; what does not fit ends
// with an ellipsis.
const (
	nameSize  = 28
	nameStep  = 38
	nameLines = 2
	nameMost  = 400 // letters; the narrowest would not fill more
	ellipsis  = "…"
)

// name writes whose report it is. Every line is read in the direction of the
// name, which need not be that of the report.
func (c *chart) name(business string) {
	dir := direction(business)
	for _, line := range c.letters.lines(cutoff(business, nameMost), nameSize, inner, nameLines) {
		c.y += nameStep
		glyphs, width := c.letters.layFrom(dir, line, nameSize)
		c.put(glyphs, width, nameSize, margin, c.y, start, ink)
	}
}

// direction is that of the first letter of a text.
func direction(s string) di.Direction {
	for _, r := range s {
		if unicode.IsLetter(r) && unicode.In(r, unicode.Arabic, unicode.Hebrew) {
			return di.DirectionRTL
		} else if unicode.IsLetter(r) {
			break
		}
	}
	return di.DirectionLTR
}

// cutoff is at most the first n letters.
func cutoff(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n])
	}
	return s
}

// lines breaks a text between words so that no line is wider than width, in
// pixels. What is left after most lines, and the end of a word that is wider
// than a line, gives way to an ellipsis.
func (l *letters) lines(s string, size, width float64, most int) []string {
	fits := func(s string) bool { _, w := l.lay(s, size); return w <= width }
	var out []string
	words := strings.Fields(l.drawable(s))
	for len(words) > 0 {
		n := 1
		for n < len(words) && fits(strings.Join(words[:n+1], " ")) {
			n++
		}
		if len(out) == most-1 && n < len(words) || !fits(words[0]) {
			return append(out, l.cut(strings.Join(words, " "), fits))
		}
		out = append(out, strings.Join(words[:n], " "))
		words = words[n:]
	}
	return out
}

// cut shortens a text to the longest beginning that fits with an ellipsis. It
// parts no letter from its marks.
func (l *letters) cut(s string, fits func(string) bool) string {
	if fits(s) {
		return s
	}
	runes := []rune(s)
	short := func(n int) string { return strings.TrimRight(string(runes[:n]), " ") + ellipsis }
	n := sort.Search(len(runes)-1, func(n int) bool { return !fits(short(n + 1)) })
	for n > 0 && unicode.Is(unicode.Mn, runes[n]) {
		n--
	}
	return short(n)
}

// drawable is what the typeface can draw of a text.
func (l *letters) drawable(s string) string {
	return strings.Map(func(r rune) rune {
		if _, ok := l.face.NominalGlyph(r); ok || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return r
		}
		return -1
	}, s)
}

package digest

import (
	"bytes"
	_ "embed"
	"fmt"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// typeface is Vazirmatn 33.0.3: Arabic and Latin letters in one small file,
// under the SIL Open Font Licence (font/OFL.txt).
//
//go:embed font/Vazirmatn-Regular.ttf
var typeface []byte

// letters lays text out: Arabic letters are joined, runs are put in the order
// in which they are seen.
type letters struct {
	face  *font.Face
	split shaping.Segmenter
	shape shaping.HarfbuzzShaper
	dir   di.Direction
	tag   language.Language
}

func newLetters(lang string) (*letters, error) {
	face, err := font.ParseTTF(bytes.NewReader(typeface))
	if err != nil {
		return nil, fmt.Errorf("reading the typeface: %w", err)
	}
	l := &letters{face: face, dir: di.DirectionLTR, tag: language.NewLanguage(lang)}
	if lang == "ar" {
		l.dir = di.DirectionRTL
	}
	return l, nil
}

// ResolveFace answers the segmenter; there is one face.
func (l *letters) ResolveFace(rune) *font.Face { return l.face }

// glyph is one shape of the typeface and where its origin stands.
type glyph struct {
	id   font.GID
	x, y float64
}

// lay places the glyphs of a line that begins at 0,0 and returns its width.
// What the typeface cannot draw, emoji above all, is left out.
func (l *letters) lay(text string, size float64) ([]glyph, float64) {
	return l.layFrom(l.dir, text, size)
}

// layFrom places the glyphs of a line that is read in a direction of its own.
func (l *letters) layFrom(dir di.Direction, text string, size float64) ([]glyph, float64) {
	var runes []rune
	for _, r := range text {
		if _, ok := l.face.NominalGlyph(r); ok || unicode.Is(unicode.Cf, r) {
			runes = append(runes, r)
		}
	}
	if len(runes) == 0 {
		return nil, 0
	}
	in := shaping.Input{
		Text: runes, RunEnd: len(runes), Direction: dir, Face: l.face, Size: fixed.Int26_6(size * 64), Language: l.tag,
	}
	var runs []shaping.Output
	for _, part := range l.split.Split(in, l) {
		runs = append(runs, l.shape.Shape(part))
	}
	var wrap shaping.LineWrapper
	lines, _ := wrap.WrapParagraph(shaping.WrapConfig{Direction: dir}, 1<<20, runes, shaping.NewSliceIterator(runs))
	if len(lines) == 0 {
		return nil, 0
	}
	seen := make([]shaping.Output, len(lines[0]))
	for _, run := range lines[0] {
		seen[run.VisualIndex] = run
	}
	var out []glyph
	x := 0.0
	for _, run := range seen {
		for _, g := range run.Glyphs {
			if !unicode.Is(unicode.Cf, runes[min(g.TextIndex(), len(runes)-1)]) {
				out = append(out, glyph{id: g.GlyphID, x: x + float64(g.XOffset)/64, y: -float64(g.YOffset) / 64})
			}
			x += float64(g.Advance) / 64
		}
	}
	return out, x
}

// outline is the shape of a glyph in units of the typeface, y upwards.
func (l *letters) outline(id font.GID) font.GlyphOutline {
	o, _ := l.face.GlyphData(id).(font.GlyphOutline) // a space has none
	return o
}

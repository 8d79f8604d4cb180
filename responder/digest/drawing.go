package digest

import (
	"encoding/xml"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
)

// Drawing is a picture made of shapes, for a page that writes them itself and
// chooses the colours: each shape names its paint (ink, faint, grid, angry,
// calm, glad). All measures are in pixels.
type Drawing struct {
	Width, Height int
	Shapes        []Shape // the letters that Texts use, each once
	Boxes         []Box
	Texts         []Text
}

// Shape is the outline of one letter, in the units of the typeface.
type Shape struct {
	ID   int
	Path string
}

// Box is a filled rectangle.
type Box struct {
	X, Y, W, H int
	Paint      string
}

// Text is a line of letters.
type Text struct {
	Paint string
	Place string // transform of its letters
	Uses  []Use
}

// Use is one letter at its place.
type Use struct {
	ID   int
	X, Y string
}

// drawing turns the picture into shapes: no typeface of the reader's machine is
// needed.
func (p *picture) drawing() Drawing {
	d := Drawing{Width: p.width, Height: p.height}
	for _, id := range p.used() {
		d.Shapes = append(d.Shapes, Shape{int(id), path(p.letters.outline(id))})
	}
	for _, x := range p.boxes {
		d.Boxes = append(d.Boxes, Box{x.at.Min.X, x.at.Min.Y, x.at.Dx(), x.at.Dy(), x.fill.String()})
	}
	for _, t := range p.texts {
		scale := t.size / float64(p.letters.face.Upem())
		out := Text{Paint: t.fill.String(), Place: fmt.Sprintf("translate(%.1f %.1f) scale(%.5f -%.5f)", t.x, t.y, scale, scale)}
		for _, g := range t.glyphs {
			if len(p.letters.outline(g.id).Segments) > 0 {
				out.Uses = append(out.Uses, Use{int(g.id), fmt.Sprintf("%.0f", g.x/scale), fmt.Sprintf("%.0f", -g.y/scale)})
			}
		}
		d.Texts = append(d.Texts, out)
	}
	return d
}

// SVG writes the picture with shapes alone: no script, no style, no link, no
// typeface of the reader's machine. The words are there for those who hear
// pages.
func (p *picture) SVG(title, words string) string {
	d, hex := p.drawing(), map[string]string{}
	for _, c := range paints() {
		hex[c.name] = hexOf(c.rgb)
	}
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">`, d.Width, d.Height, d.Width, d.Height)
	b.WriteString("\n<title>" + escaped(title) + "</title>\n<desc>" + escaped(words) + "</desc>\n<defs>\n")
	for _, s := range d.Shapes {
		b.WriteString(`<path id="rasid-g` + strconv.Itoa(s.ID) + `" d="` + s.Path + "\"/>\n")
	}
	b.WriteString("</defs>\n")
	_, _ = fmt.Fprintf(&b, "<rect width=\"%d\" height=\"%d\" rx=\"12\" fill=\"%s\"/>\n", d.Width, d.Height, hex[paper.String()])
	for _, x := range d.Boxes {
		_, _ = fmt.Fprintf(&b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n", x.X, x.Y, x.W, x.H, hex[x.Paint])
	}
	for _, t := range d.Texts {
		_, _ = fmt.Fprintf(&b, `<g fill="%s" transform="%s">`, hex[t.Paint], t.Place)
		for _, u := range t.Uses {
			_, _ = fmt.Fprintf(&b, `<use href="#rasid-g%d" x="%s" y="%s"/>`, u.ID, u.X, u.Y)
		}
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// escaped is text for XML, where what no XML may hold is replaced.
func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}

// used lists the glyphs that have a shape, each once.
func (p *picture) used() []font.GID {
	var ids []font.GID
	for _, t := range p.texts {
		for _, g := range t.glyphs {
			if len(p.letters.outline(g.id).Segments) > 0 {
				ids = append(ids, g.id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func path(o font.GlyphOutline) string {
	var b strings.Builder
	for i, s := range o.Segments {
		if s.Op == ot.SegmentOpMoveTo && i > 0 {
			b.WriteByte('Z')
		}
		b.WriteByte("MLQC"[s.Op])
		for k, a := range s.Args[:[]int{1, 1, 2, 3}[s.Op]] {
			if k > 0 {
				b.WriteByte(' ')
			}
			_, _ = fmt.Fprintf(&b, "%d %d", int(math.Round(float64(a.X))), int(math.Round(float64(a.Y))))
		}
	}
	return b.String() + "Z"
}

func hexOf(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

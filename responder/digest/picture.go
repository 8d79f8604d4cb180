package digest

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/vector"
)

// The colours stay apart for people who see red and green alike, and on paper.
var (
	paper = color.RGBA{0xff, 0xff, 0xff, 0xff}
	ink   = color.RGBA{0x1f, 0x29, 0x33, 0xff}
	faint = color.RGBA{0x5b, 0x66, 0x75, 0xff}
	grid  = color.RGBA{0xe4, 0xe7, 0xec, 0xff}
	angry = color.RGBA{0xd1, 0x49, 0x2e, 0xff}
	calm  = color.RGBA{0xc3, 0xca, 0xd4, 0xff}
	glad  = color.RGBA{0x1f, 0x8a, 0x7d, 0xff}
)

// anchor is which point of a text stands at its place.
type anchor int

const (
	start anchor = iota // where reading begins: left in English, right in Arabic
	middle
	end
)

// picture is a drawing in pixels that can be written as PNG and as SVG. It is
// drawn as for English; in a language that is read from the right everything
// is mirrored but the letters.
type picture struct {
	width, height int
	mirrored      bool
	letters       *letters
	boxes         []box
	texts         []text
}

type box struct {
	at   image.Rectangle
	fill color.RGBA
}

type text struct {
	glyphs      []glyph
	x, y, width float64
	size        float64
	fill        color.RGBA
}

// box draws a filled rectangle.
func (p *picture) box(x, y, w, h float64, fill color.RGBA) {
	if p.mirrored {
		x = float64(p.width) - x - w
	}
	r := image.Rect(int(math.Round(x)), int(math.Round(y)), int(math.Round(x+w)), int(math.Round(y+h)))
	if !r.Empty() {
		p.boxes = append(p.boxes, box{r, fill})
	}
}

// write puts a line of text with its base line at y and returns its width.
func (p *picture) write(s string, size, x, y float64, at anchor, fill color.RGBA) float64 {
	glyphs, width := p.letters.lay(s, size)
	if p.mirrored {
		x = float64(p.width) - x
		at = end - at
	}
	x -= width * float64(at) / 2
	p.texts = append(p.texts, text{glyphs: glyphs, x: x, y: y, width: width, size: size, fill: fill})
	return width
}

// PNG rasters the picture.
func (p *picture) PNG() ([]byte, error) {
	im := image.NewRGBA(image.Rect(0, 0, p.width, p.height))
	draw.Draw(im, im.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	for _, b := range p.boxes {
		draw.Draw(im, b.at, image.NewUniform(b.fill), image.Point{}, draw.Src)
	}
	for _, t := range p.texts {
		p.raster(im, t)
	}
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&out, im); err != nil {
		return nil, fmt.Errorf("writing the picture: %w", err)
	}
	return out.Bytes(), nil
}

// raster fills the outlines of one line of text.
func (p *picture) raster(im *image.RGBA, t text) {
	// The rasterizer works on the part of the picture that the line covers.
	left, top := math.Floor(t.x-t.size), math.Floor(t.y-1.5*t.size)
	area := image.Rect(0, 0, int(t.width+2*t.size)+1, int(2.5*t.size)+1)
	ras := vector.NewRasterizer(area.Dx(), area.Dy())
	scale := t.size / float64(p.letters.face.Upem())
	for _, g := range t.glyphs {
		at := func(a ot.SegmentPoint) (float32, float32) {
			return float32(t.x + g.x - left + float64(a.X)*scale), float32(t.y + g.y - top - float64(a.Y)*scale)
		}
		for _, s := range p.letters.outline(g.id).Segments {
			x, y := at(s.Args[0])
			switch s.Op {
			case ot.SegmentOpMoveTo:
				ras.ClosePath()
				ras.MoveTo(x, y)
			case ot.SegmentOpLineTo:
				ras.LineTo(x, y)
			case ot.SegmentOpQuadTo:
				bx, by := at(s.Args[1])
				ras.QuadTo(x, y, bx, by)
			case ot.SegmentOpCubeTo:
				bx, by := at(s.Args[1])
				cx, cy := at(s.Args[2])
				ras.CubeTo(x, y, bx, by, cx, cy)
			}
		}
		ras.ClosePath()
	}
	ras.Draw(im, area.Add(image.Pt(int(left), int(top))).Intersect(im.Bounds()), image.NewUniform(t.fill), image.Point{})
}

// SVG writes the picture with shapes alone: no script, no style, no link, no
// typeface of the reader's machine. The words are there for those who hear
// pages.
func (p *picture) SVG(title, words string) string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">`, p.width, p.height, p.width, p.height)
	b.WriteString("\n<title>" + html.EscapeString(title) + "</title>\n<desc>" + html.EscapeString(words) + "</desc>\n<defs>\n")
	for _, id := range p.used() {
		b.WriteString(`<path id="rasid-g` + strconv.Itoa(int(id)) + `" d="` + path(p.letters.outline(id)) + "\"/>\n")
	}
	b.WriteString("</defs>\n")
	_, _ = fmt.Fprintf(&b, "<rect width=\"%d\" height=\"%d\" rx=\"12\" fill=\"%s\"/>\n", p.width, p.height, hex(paper))
	for _, x := range p.boxes {
		_, _ = fmt.Fprintf(&b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n", x.at.Min.X, x.at.Min.Y, x.at.Dx(), x.at.Dy(), hex(x.fill))
	}
	for _, t := range p.texts {
		scale := t.size / float64(p.letters.face.Upem())
		_, _ = fmt.Fprintf(&b, `<g fill="%s" transform="translate(%.1f %.1f) scale(%.5f -%.5f)">`, hex(t.fill), t.x, t.y, scale, scale)
		for _, g := range t.glyphs {
			if len(p.letters.outline(g.id).Segments) > 0 {
				_, _ = fmt.Fprintf(&b, `<use href="#rasid-g%d" x="%.0f" y="%.0f"/>`, g.id, g.x/scale, -g.y/scale)
			}
		}
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
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

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

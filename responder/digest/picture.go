package digest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	ot "github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/vector"
)

// paint is a colour by what it stands for.
type paint int

const (
	paper paint = iota
	ink
	faint
	grid
	angry
	calm
	glad
)

// paints are the names of the colours, and what they look like where nobody
// chooses others. They stay apart for people who see red and green alike, and
// on paper.
func paints() []struct {
	name string
	rgb  color.RGBA
} {
	return []struct {
		name string
		rgb  color.RGBA
	}{
		paper: {"paper", color.RGBA{0xff, 0xff, 0xff, 0xff}}, ink: {"ink", color.RGBA{0x1f, 0x29, 0x33, 0xff}},
		faint: {"faint", color.RGBA{0x5b, 0x66, 0x75, 0xff}}, grid: {"grid", color.RGBA{0xe4, 0xe7, 0xec, 0xff}},
		angry: {"angry", color.RGBA{0xd1, 0x49, 0x2e, 0xff}}, calm: {"calm", color.RGBA{0xc3, 0xca, 0xd4, 0xff}},
		glad: {"glad", color.RGBA{0x1f, 0x8a, 0x7d, 0xff}},
	}
}

func (p paint) String() string { return paints()[p].name }

func (p paint) rgb() color.RGBA { return paints()[p].rgb }

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
	fill paint
}

type text struct {
	glyphs      []glyph
	x, y, width float64
	size        float64
	fill        paint
}

// box draws a filled rectangle.
func (p *picture) box(x, y, w, h float64, fill paint) {
	if p.mirrored {
		x = float64(p.width) - x - w
	}
	r := image.Rect(int(math.Round(x)), int(math.Round(y)), int(math.Round(x+w)), int(math.Round(y+h)))
	if !r.Empty() {
		p.boxes = append(p.boxes, box{r, fill})
	}
}

// write puts a line of text with its base line at y and returns its width.
func (p *picture) write(s string, size, x, y float64, at anchor, fill paint) float64 {
	glyphs, width := p.letters.lay(s, size)
	p.put(glyphs, width, size, x, y, at, fill)
	return width
}

// put puts glyphs of that width where write would put their text.
func (p *picture) put(glyphs []glyph, width, size, x, y float64, at anchor, fill paint) {
	if p.mirrored {
		x = float64(p.width) - x
		at = end - at
	}
	x -= width * float64(at) / 2
	p.texts = append(p.texts, text{glyphs: glyphs, x: x, y: y, width: width, size: size, fill: fill})
}

// PNG rasters the picture.
func (p *picture) PNG() ([]byte, error) {
	im := image.NewRGBA(image.Rect(0, 0, p.width, p.height))
	draw.Draw(im, im.Bounds(), image.NewUniform(paper.rgb()), image.Point{}, draw.Src)
	for _, b := range p.boxes {
		draw.Draw(im, b.at, image.NewUniform(b.fill.rgb()), image.Point{}, draw.Src)
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
	ras.Draw(im, area.Add(image.Pt(int(left), int(top))).Intersect(im.Bounds()), image.NewUniform(t.fill.rgb()), image.Point{})
}

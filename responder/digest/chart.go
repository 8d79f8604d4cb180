package digest

import (
	"fmt"
	"strconv"

	"rasid/internal/phrases"
)

// Measures of the picture, in pixels.
const (
	chartWidth = 900
	margin     = 36
	inner      = chartWidth - 2*margin
	moodHeight = 230
	hourHeight = 150
	topicRow   = 40
	topicsMost = 6
)

// PNG draws the figures of a business as a picture for a chat.
func (f Figures) PNG(say *phrases.Catalogue, business string) ([]byte, error) {
	p, err := f.picture(speaker{say}, business)
	if err != nil {
		return nil, err
	}
	return p.PNG()
}

// SVG draws the same picture for a page. It is made of safe elements alone and
// may stand inside a page as it is.
func (f Figures) SVG(say *phrases.Catalogue, business string) (string, error) {
	p, err := f.picture(speaker{say}, business)
	if err != nil {
		return "", err
	}
	return p.SVG(f.title(say, business), say.Say("digest.total", "n", f.Total, "neg", f.Neg, "neu", f.Neu, "pos", f.Pos)), nil
}

// chart draws one picture from the top down.
type chart struct {
	*picture
	speaker
	y float64
}

// DaysDrawing draws the row of days for a page that writes the heading itself.
func (f Figures) DaysDrawing(say *phrases.Catalogue) (Drawing, error) {
	return f.alone(say, func(c *chart) { c.days(f.Days) })
}

// HoursDrawing draws the hours of the day for a page that writes the heading
// itself.
func (f Figures) HoursDrawing(say *phrases.Catalogue) (Drawing, error) {
	return f.alone(say, func(c *chart) { c.day(f.Hours) })
}

// alone draws one part.
func (f Figures) alone(say *phrases.Catalogue, draw func(*chart)) (Drawing, error) {
	c, err := newChart(speaker{say})
	if err != nil {
		return Drawing{}, err
	}
	draw(c)
	c.height = int(c.y) + 8
	return c.drawing(), nil
}

func newChart(s speaker) (*chart, error) {
	l, err := newLetters(s.Language)
	if err != nil {
		return nil, err
	}
	return &chart{picture: &picture{width: chartWidth, mirrored: s.arabic(), letters: l}, speaker: s}, nil
}

func (f Figures) picture(s speaker, business string) (*picture, error) {
	c, err := newChart(s)
	if err != nil {
		return nil, err
	}
	c.y = 16
	c.name(business)
	c.y += 36
	c.write(string(s.dates(f.Span)), 20, margin, c.y, start, ink)
	c.y += 32
	c.write(s.Say("digest.total", "n", f.Total, "neg", f.Neg, "neu", f.Neu, "pos", f.Pos), 17, margin, c.y, start, faint)
	c.heading("digest.chart.mood", true)
	c.y += 12
	c.days(f.Days)
	c.heading("digest.chart.hours", false)
	c.day(f.Hours)
	c.topics(f.Topics)
	c.height = int(c.y) + margin
	return c.picture, nil
}

// heading begins a part, with the colours told once at the far end.
func (c *chart) heading(key string, legend bool) {
	c.y += 58
	c.write(c.Say(key), 20, margin, c.y, start, ink)
	x := float64(chartWidth - margin)
	if !legend {
		return
	}
	for _, part := range []struct {
		key  string
		fill paint
	}{{"pos", glad}, {"neu", calm}, {"neg", angry}} {
		x -= c.write(c.Say("digest.chart."+part.key), 15, x, c.y, end, faint)
		x -= 22
		c.box(x, c.y-12, 14, 14, part.fill)
		x -= 20
	}
}

// column is one stacked bar: unhappy at the bottom, where it is compared best.
func (c *chart) column(x, base, width, unit float64, m Mood) {
	for _, part := range []struct {
		n    int
		fill paint
	}{{m.Neg, angry}, {m.Neu + m.Unread, calm}, {m.Pos, glad}} {
		h := float64(part.n) * unit
		base -= h
		c.box(x, base, width, h, part.fill)
	}
}

// scale draws the lines behind columns and returns the pixels of one mention.
func (c *chart) scale(top, height float64, most int) float64 {
	step := tick(most)
	high := max(step, (most+step-1)/step*step)
	unit := height / float64(high)
	for v := 0; v <= high; v += step {
		y := top + height - float64(v)*unit
		c.box(margin+34, y, inner-34, 1, grid)
		c.write(string(c.digits(strconv.Itoa(v))), 13, margin+26, y+5, end, faint)
	}
	return unit
}

// tick is a round step that gives at most four lines.
func tick(most int) int {
	for step := 1; ; step *= 10 {
		for _, s := range []int{step, 2 * step, 5 * step} {
			if most <= 4*s {
				return s
			}
		}
	}
}

// days draws the row of days.
func (c *chart) days(days []Dawn) {
	most := 0
	for _, d := range days {
		most = max(most, d.Total)
	}
	top := c.y + 22
	unit := c.scale(top, moodHeight, most)
	pitch := (inner - 34) / float64(len(days))
	width := min(pitch*0.62, 40)
	every := (len(days) + 15) / 16 // a month has more days than labels
	for i, d := range days {
		x := margin + 34 + pitch*(float64(i)+0.5)
		c.column(x-width/2, top+moodHeight, width, unit, d.Mood)
		if d.Total > 0 && every == 1 {
			c.write(string(c.digits(strconv.Itoa(d.Total))), 13, x, top+moodHeight-float64(d.Total)*unit-6, middle, faint)
		}
		if (len(days)-1-i)%every == 0 {
			c.write(string(c.digits(strconv.Itoa(d.Day.Day()))), 15, x, top+moodHeight+22, middle, ink)
		}
		if i == 0 || d.Day.Day() == 1 {
			c.write(c.Say(fmt.Sprintf("digest.month.%d", d.Day.Month())), 13, x-width/2, top+moodHeight+42, start, faint)
		}
	}
	c.y = top + moodHeight + 42
}

// day draws the day by the hour.
func (c *chart) day(hours [24]Mood) {
	most := 0
	for _, h := range hours {
		most = max(most, h.Total)
	}
	top := c.y + 22
	unit := c.scale(top, hourHeight, most)
	pitch := (inner - 34) / 24.0
	for h, m := range hours {
		x := margin + 34 + pitch*(float64(h)+0.5)
		c.column(x-pitch*0.31, top+hourHeight, pitch*0.62, unit, m)
		if h%3 == 0 {
			c.write(string(c.hour(h)), 13, x, top+hourHeight+20, middle, faint)
		}
	}
	c.y = top + hourHeight + 20
}

// topics draws what people complained of, most first.
func (c *chart) topics(topics []Count) {
	c.heading("digest.chart.topics", false)
	c.y += 8
	if len(topics) == 0 {
		c.y += 30
		c.write(c.Say("digest.chart.none"), 16, margin, c.y, start, faint)
		return
	}
	const labels, numbers = 190, 110
	topics = topics[:min(len(topics), topicsMost)]
	for _, t := range topics {
		c.y += topicRow
		c.write(string(c.topic(t.Topic)), 16, margin+labels-14, c.y, end, ink)
		length := (inner - labels - numbers) * float64(t.N) / float64(topics[0].N)
		c.box(margin+labels, c.y-18, length, 24, angry)
		at := margin + labels + length + 10
		at += c.write(string(c.digits(strconv.Itoa(t.N))), 16, at, c.y, start, ink) + 10
		if d := t.N - t.Before; d != 0 { // the typeface has no arrows
			c.write(string(c.signed(d, "")), 13, at, c.y, start, faint)
		}
	}
}

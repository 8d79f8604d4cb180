package console

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
	"rasid/responder/digest"
)

// periods are the ways to look at a digest; the first is the default.
func periods() []responder.Period {
	return []responder.Period{responder.OneDay, responder.OneWeek, responder.OneMonth}
}

// period reads ?span=, a day when there is none.
func period(r *http.Request) (responder.Period, bool) {
	text := r.URL.Query().Get("span")
	if text == "" {
		return responder.OneDay, true
	}
	return responder.Period(text), slices.Contains(periods(), responder.Period(text))
}

// figures counts what a request asks for.
func (c *Console) figures(r *http.Request) (f digest.Figures, day time.Time, span responder.Period, err error) {
	day, ok := c.day(r)
	span, known := period(r)
	if !ok || !known {
		return f, day, span, cases.ErrNotFound
	}
	f, err = c.Digest(r.Context(), day, span)
	return f, day, span, err
}

// digestView is the digest as a page.
type digestView struct {
	dayView
	digest.Figures
	Tiles       []digest.Tile
	Report      []digest.Section
	Periods     []responder.Period
	Days, Hours digest.Drawing
	Summary     string // the picture of the days in words
	Busiest     string // that of the hours
}

func (c *Console) showDigest(w http.ResponseWriter, r *http.Request) {
	f, day, span, err := c.figures(r)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	say := c.words[c.languageOf(r)]
	v := digestView{
		dayView: dayOf(day), Figures: f, Tiles: f.Tiles(say), Report: f.Report(say), Periods: periods(),
		Summary: say.Say("digest.total", "n", f.Total, "neg", f.Neg, "neu", f.Neu, "pos", f.Pos),
	}
	v.Period, v.Title = span, digest.Dates(say, f.Span)
	slices.SortStableFunc(v.Report, func(a, b digest.Section) int { return place(a) - place(b) })
	v.Prev, v.Next = neighbours(day, span)
	if hour, ok := f.Peak(); ok {
		v.Busiest = say.Say("digest.peak", "from", phrases.Plain(say.Digits(fmt.Sprintf("%d:00", hour))), "to", phrases.Plain(say.Digits(fmt.Sprintf("%d:00", (hour+1)%24))), "n", f.Hours[hour].Total)
	}
	if v.Days, err = f.DaysDrawing(say); err == nil {
		v.Hours, err = f.HoursDrawing(say)
	}
	if err != nil {
		c.problem(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, "digest", v)
}

// place orders the parts for a page: what is short stands side by side, what is
// long comes after it.
func place(s digest.Section) int {
	return slices.Index([]string{"incidents", "spoken", "answers", "waiting", "sources", "complaints", "worst"}, s.Name)
}

// neighbours are the dates of the period before and after.
func neighbours(day time.Time, span responder.Period) (prev, next string) {
	move := func(n int) string {
		switch span {
		case responder.OneWeek:
			return day.AddDate(0, 0, 7*n).Format(time.DateOnly)
		case responder.OneMonth: // by its first day: the thirty-first is not in every month
			return day.AddDate(0, n, 1-day.Day()).Format(time.DateOnly)
		case responder.OneDay:
		}
		return day.AddDate(0, 0, n).Format(time.DateOnly)
	}
	return move(-1), move(1)
}

// showChart draws the period as a picture of its own, in the language of the
// visitor.
func (c *Console) showChart(w http.ResponseWriter, r *http.Request) {
	f, _, _, err := c.figures(r)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	language := c.languageOf(r)
	svg, err := f.SVG(c.words[language], c.Name(language))
	if err != nil {
		c.problem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(svg)) // a visitor who left needs none
}

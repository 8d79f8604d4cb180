package console

import (
	"net/http"

	"rasid/internal/cases"
)

// showChart draws the day as a picture for the page of the digest, in the
// language of the visitor.
func (c *Console) showChart(w http.ResponseWriter, r *http.Request) {
	day, ok := c.day(r)
	if !ok {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	f, err := c.Digest(r.Context(), day)
	if err != nil {
		c.problem(w, r, err)
		return
	}
	svg, err := f.SVG(c.words[c.languageOf(r)])
	if err != nil {
		c.problem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(svg)) // a visitor who left needs none
}

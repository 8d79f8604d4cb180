package responder

import (
	"cmp"
	"slices"

	"rasid/internal/cases"
)

// Note is one thing the business wrote down for whoever answers: hours, refund
// rules, what the warranty covers.
type Note struct {
	Topics []string          // what it is good for; none: everything
	Text   map[string]string // by language; one of them may be missing
}

// mostNotes bounds what a card shows; the page shows them all.
const mostNotes = 3

// NotesFor lists what one should know to answer a case, in a language where it
// is written in it, those for its topics before those for everything.
func (o *Office) NotesFor(c cases.Case, language string) []string {
	var fitting, general []string
	for _, n := range o.Notes {
		text := cmp.Or(n.Text[language], n.Text["ar"], n.Text["en"])
		switch {
		case text == "":
		case len(n.Topics) == 0:
			general = append(general, text)
		case slices.ContainsFunc(c.Score.Topics, func(t string) bool { return slices.Contains(n.Topics, t) }):
			fitting = append(fitting, text)
		}
	}
	return append(fitting, general...)
}

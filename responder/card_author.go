package responder

import (
	"fmt"
	"strings"

	"rasid/internal/phrases"
)

// resting reports whether nobody is reminded of a case any more, as of praise
// that a rule leaves to a person.
func (w *cardWriter) resting() bool {
	end, ok := w.o.expires(w.c)
	return w.c.Score.Label == "pos" && (w.c.WakeAt.IsZero() || ok && w.c.WakeAt.After(end))
}

func (w *cardWriter) author() {
	history := w.say.Say("card.first")
	if n := len(w.c.Past); n > 0 {
		history = w.say.Say("card.earlier", "n", n, "list", phrases.Plain(w.earlier()))
	}
	place := Isolate(Visible(w.o.Place(w.c.Source).Title))
	given := ""
	if n := w.c.Last().Stars; n > 0 {
		given = Stars(n)
	}
	name := w.say.Say("card.nameless") // Google, webhooks and files have authors without a name
	if shown := Excerpt(Visible(w.c.Author), 60); shown != "" {
		name = Isolate(shown)
	}
	if w.c.Source == ReportSource {
		w.line(w.say.Say("card.reported", "name", phrases.Plain(name))) // a colleague: no customer with a history
		return
	}
	w.line("👤 "+name+" ("+history+")", place, given)
}

// earlierShown is how many earlier cases of an author a card names; the page has
// them all.
const earlierShown = 3

// earlier names the author's last cases and how each ended.
func (w *cardWriter) earlier() string {
	var list []string
	for _, p := range w.c.Past[:min(len(w.c.Past), earlierShown)] {
		list = append(list, Isolate(fmt.Sprintf("#%d", p.Case))+" "+w.say.Say("state."+string(p.State)))
	}
	if len(w.c.Past) > earlierShown {
		list = append(list, "…")
	}
	return strings.Join(list, " · ")
}

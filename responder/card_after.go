package responder

import (
	"fmt"
	"strings"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// answered says who let the answer go, and what the customer made of it since.
func (w *cardWriter) answered() {
	c, say := w.c, w.say
	if rule, ok := strings.CutPrefix(c.ApprovedBy, "rule:"); ok {
		w.line(say.Say("card.answered.rule", "name", rule, "time", w.o.clock(say, c.AnsweredAt, w.now)))
	} else {
		w.line(say.Say("card.answered", "name", w.o.NameOf(c.ApprovedBy), "time", w.o.clock(say, c.AnsweredAt, w.now)))
	}
	w.since()
}

// changed reports whether the customer changed the words after the answer. The
// score of the case stays that of the words that were answered, unless they got
// worse and the case came back.
func (w *cardWriter) changed() bool {
	c := w.c
	return (c.State == cases.Answered || c.State == cases.Resolved) && !c.AnsweredAt.IsZero() && c.Last().EditedAt.After(c.AnsweredAt)
}

// since says what the customer did to the words after the case was dealt with.
func (w *cardWriter) since() {
	switch m := w.c.Last(); {
	case m.Gone:
		w.line(w.say.Say("card.gone"))
	case w.changed():
		w.line(w.say.Say("card.changed"))
		w.difference(m)
	}
}

// cameBack shows, of a case that is open again, what the customer changed since
// it was answered; the words themselves too where the card shows others.
func (w *cardWriter) cameBack() {
	for _, m := range w.c.Mentions {
		if m.Before == nil || m.Gone {
			continue
		}
		words := ""
		if m.Num != w.c.Last().Num {
			words = "«" + Isolate(Excerpt(Visible(m.Words()), 300)) + "»"
		}
		w.line(w.say.Say("card.changed"), words)
		w.difference(m)
	}
}

// difference shows what a mention said when it was answered, beside what it
// says now.
func (w *cardWriter) difference(m cases.Mention) {
	b := m.Before
	if b == nil {
		return
	}
	stars, better := "", ""
	if b.Stars != m.Stars {
		stars = Isolate(fmt.Sprintf("%d★ → %d★", b.Stars, m.Stars))
	}
	if m.Recovered() {
		better = w.say.Say("card.recovered")
	}
	w.line(stars, better)
	if b.Text != m.Text {
		w.line(w.say.Say("card.before", "text", Excerpt(Visible(b.Text), 200)))
	}
}

// links lead to where it all stands: what the customer said, as long as it
// waits, and our reply to it; where the platform gives a reply no address of its
// own, what it answers.
func links(c cases.Case, say *phrases.Catalogue) [][]Button {
	var row []Button
	answered := c.State == cases.Answered || c.State == cases.Handled || c.State == cases.Resolved
	reply, said := linkable(c.Reply.URL), linkable(c.Last().URL)
	if reply {
		row = append(row, Button{Label: say.Say("button.reply"), URL: c.Reply.URL})
	}
	if said && c.Last().URL != c.Reply.URL && (c.State.Open() || answered) {
		row = append(row, Button{Label: say.Say("button.open"), URL: c.Last().URL})
	}
	if len(row) == 0 {
		return nil
	}
	return [][]Button{row}
}

// longestLink is the longest address that a button may carry on Discord, in
// letters; a longer one would keep the whole card from being shown.
// https://discord.com/developers/docs/components/reference#button.
const longestLink = 512

// linkable reports whether a button may lead to an address.
func linkable(address string) bool {
	_, ok := cases.WebAddress(address)
	return ok && len(address) <= longestLink
}

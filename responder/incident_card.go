package responder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// editPause is how often an incident's card may change in a room: rooms allow
// few messages a minute, and nobody reads faster.
const editPause = 30 * time.Second

// IncidentCards are the cards of incidents that rooms must show again.
type IncidentCards interface {
	DueIncidentCards(ctx context.Context, room string, now time.Time) ([]cases.IncidentCard, error)
	IncidentCardShown(ctx context.Context, c cases.IncidentCard, version int, nextAt time.Time) error
}

// Bulletin keeps one card for each incident in one room, always the same
// message.
type Bulletin struct {
	Cards  IncidentCards
	Tally  Tally
	Desk   Desk
	Office *Office
	Room   Room
	Clock  func() time.Time
	Log    *slog.Logger
}

// Step shows the incidents that changed.
func (b *Bulletin) Step(ctx context.Context, now time.Time) (int, error) {
	due, err := b.Cards.DueIncidentCards(ctx, b.Room.Name, now)
	if err != nil {
		return 0, fmt.Errorf("listing incident cards due in %s: %w", b.Room.Name, err)
	}
	for _, d := range due {
		card, err := b.Render(ctx, d.Incident, now)
		if err != nil {
			return 0, err
		}
		show, cancel := context.WithTimeout(ctx, postDeadline)
		ref, err := b.Room.Chat.Show(show, b.Room.Name, card, d.Ref)
		cancel()
		shown, pause := d.Incident.Version, editPause
		if err != nil {
			shown, pause, ref = 0, time.Minute, d.Ref
			if asked, ok := errors.AsType[*cases.LaterError](err); ok {
				pause = max(asked.After, editPause)
			}
			b.Log.Warn("incident card not shown", "incident", d.Incident.ID, "room", b.Room.Name, "err", err)
		}
		d.Ref = ref
		if err := b.Cards.IncidentCardShown(ctx, d, shown, b.Clock().Add(pause)); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

// IncidentDetail is an incident with what is told of it on a card or a page.
type IncidentDetail struct {
	cases.Incident
	cases.IncidentFacts
	Said      []cases.Case // the first cases of it
	Statement string       // what a supervisor may let staff copy, in the language of the first case; "" when it is over
}

// Look reads what is told of an incident.
func (b *Bulletin) Look(ctx context.Context, i cases.Incident, now time.Time) (IncidentDetail, error) {
	d := IncidentDetail{Incident: i}
	var err error
	if d.IncidentFacts, err = b.Tally.IncidentFacts(ctx, i.ID, now); err != nil {
		return d, err
	}
	language := ""
	for _, id := range d.Samples {
		c, err := b.Desk.Case(ctx, id)
		if err != nil {
			return d, fmt.Errorf("reading case %d: %w", id, err)
		}
		language = cmp.Or(language, c.Score.Language)
		d.Said = append(d.Said, c)
	}
	if i.Open() {
		d.Statement = b.Office.Statement(language)
	}
	return d, nil
}

// Render is the card of an incident in the room's language.
func (b *Bulletin) Render(ctx context.Context, i cases.Incident, now time.Time) (Card, error) {
	d, err := b.Look(ctx, i, now)
	if err != nil {
		return Card{}, err
	}
	o, say := b.Office, b.Office.words(b.Room.Language)
	lines := []string{o.incidentHead(d, say, now)}
	for _, c := range d.Said {
		m := c.Last()
		lines = append(lines, say.Say("incident.sample", "case", c.ID, "text", Excerpt(Visible(m.Title+" "+m.Text), 90)))
	}
	lines = append(lines, o.incidentStanding(d, say, now)...)
	card := Card{Version: i.Version, Language: b.Room.Language, Text: strings.Join(lines, "\n"), Urgent: i.Version == 1}
	if i.Open() && i.StatementBy == "" {
		card.Buttons = [][]Button{{{
			Action: ActStatement, Label: say.Say("button.statement"),
			Data: o.Signer.Sign(b.Room.Name, ActStatement, i.ID, 0, now.Add(tokenLife)),
		}}}
	}
	return card, nil
}

// incidentHead is the first line: what, where, how many, since when, and which
// way it goes.
func (o *Office) incidentHead(i IncidentDetail, say *phrases.Catalogue, now time.Time) string {
	return say.Say("incident.head", "id", i.ID, "kind", phrases.Plain(say.Say("incident."+string(i.Kind))), "source", Visible(o.Place(i.Source).Title),
		"n", i.Count, "time", o.clock(say, i.OpenedAt, now)) + " " + Isolate(trend(i.Trend))
}

// trend draws six stretches of ten minutes, oldest first.
func trend(counts [6]int) string {
	most := 1
	for _, n := range counts {
		most = max(most, n)
	}
	bars := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, n := range counts {
		b.WriteRune(bars[n*(len(bars)-1)/most])
	}
	return b.String()
}

// incidentStanding is what staff must know and the statement they may use.
func (o *Office) incidentStanding(i IncidentDetail, say *phrases.Catalogue, now time.Time) []string {
	lines := []string{say.Say("incident.waiting", "n", i.Waiting, "command", "/case N")}
	if !i.Open() {
		return append(lines, say.Say("incident.over", "time", o.clock(say, i.ClosedAt, now)))
	}
	lines = append(lines, say.Say("incident.held"))
	lines = append(lines, "✍️ "+Isolate(i.Statement))
	if i.StatementBy == "" {
		return append(lines, say.Say("incident.ask"))
	}
	return append(lines, say.Say("incident.statement", "name", o.NameOf(i.StatementBy), "time", o.clock(say, i.StatementAt, now)))
}

// Statement is the holding statement in a customer's language. It promises
// nothing but to look, and names nobody.
func (o *Office) Statement(language string) string {
	if language != "en" {
		language = "ar"
	}
	return o.words(language).Say("statement.holding", "business", phrases.Plain(o.Business[language])) // staff copy it: no marks of ours
}

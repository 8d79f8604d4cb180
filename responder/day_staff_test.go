package responder_test

import (
	"slices"
	"strings"

	"rasid/internal/cases"
	"rasid/internal/platform/discord/fakediscord"
	telegramwire "rasid/internal/platform/telegram"
	"rasid/internal/platform/telegram/faketelegram"
	"rasid/responder"
)

// badges are the numbers of the staff on both platforms.
var badges = map[string]struct {
	telegram int64
	discord  string
}{"mona": {11, "600000000000000011"}, "adam": {12, "600000000000000012"}, "huda": {13, "600000000000000013"}}

// tap presses a button on a card, as a person does in the program of the
// platform, and waits until the decision is recorded. Nothing else happens
// meanwhile.
func (d *day) tap(c cases.Case, who, room string, a responder.Action) {
	d.t.Helper()
	data := buttonOf(d.rooms[room].cards[c.ID], a)
	if data == "" {
		d.t.Fatalf("the card of case %d in %s has no button to %s:\n%s", c.ID, room, a, d.rooms[room].cards[c.ID].Text)
	}
	before := d.reread(c).Version
	d.pressData(room, c.ID, who, data)
	d.await(func() bool { return d.reread(c).Version != before }, who+" pressed "+string(a))
}

func buttonOf(card responder.Card, a responder.Action) string {
	for _, b := range slices.Concat(card.Buttons...) {
		if b.Action == a {
			return b.Data
		}
	}
	return ""
}

// pressData presses what a button of a card carries; 0 is the incident's card.
func (d *day) pressData(room string, id int64, who, data string) {
	d.t.Helper()
	ref := d.world.refs[room][id]
	if room == "desk" {
		at, err := telegramwire.ParseRef(ref)
		d.must(err)
		d.world.tg.Press(deskChat, at.Message, badges[who].telegram, data)
		return
	}
	_, message, _ := strings.Cut(ref, "/")
	press := d.world.dc.Press(fakediscord.Person{ID: badges[who].discord, Name: who}, d.world.owners, message, data)
	if d.world.dc.AwaitAnswer(patience, press) == 0 {
		d.t.Fatal("a press of staff on Discord was never answered")
	}
}

// await waits until a deed of staff was taken.
func (d *day) await(taken func() bool, deed string) {
	d.t.Helper()
	if !d.world.tg.Eventually(patience, taken) {
		d.t.Fatalf("%s, and nothing came of it", deed)
	}
	d.work() // the next person sees the cards as they are now
}

// write answers a card of the desk in own words: an edit.
func (d *day) write(c cases.Case, who, words string) {
	d.t.Helper()
	before := d.reread(c).Version
	at, err := telegramwire.ParseRef(d.world.refs["desk"][c.ID])
	d.must(err)
	d.world.tg.ReplyTo(deskChat, at.Message, badges[who].telegram, words)
	d.await(func() bool { return d.reread(c).Version != before }, who+" wrote own words")
}

// setAside presses Ignore, waits for the question why, and answers it in
// writing.
func (d *day) setAside(c cases.Case, who, why string) {
	d.t.Helper()
	data := buttonOf(d.rooms["desk"].cards[c.ID], responder.ActDismiss)
	d.pressData("desk", c.ID, who, data)
	var question int64
	asked := d.world.tg.Eventually(patience, func() bool {
		for _, m := range d.world.tg.Posted(deskChat) {
			for _, b := range slices.Concat(m.Buttons...) {
				if data != "" && strings.HasPrefix(b.Data, data+".") {
					question = m.ID
				}
			}
		}
		return question != 0
	})
	if !asked {
		d.t.Fatalf("%s set case %d aside and was not asked why", who, c.ID)
	}
	before := d.reread(c).Version
	d.world.tg.ReplyTo(deskChat, question, badges[who].telegram, why)
	d.await(func() bool { return d.reread(c).Version != before }, who+" said why")
}

// statement lets Huda approve the holding statement of an incident.
func (d *day) statement() {
	d.t.Helper()
	d.pressData("owners", 0, "huda", d.rooms["owners"].cards[0].Buttons[0][0].Data)
	d.await(func() bool {
		for _, i := range d.incidents() {
			if i.StatementBy != "" {
				return true
			}
		}
		return false
	}, "Huda approved the statement")
}

// enrol makes the staff known to the fake Telegram.
func (w *world) enrol() {
	for name, b := range badges {
		w.tg.AddUser(faketelegram.User{ID: b.telegram, First: strings.ToUpper(name[:1]) + name[1:]})
	}
}

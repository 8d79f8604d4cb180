package discord

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"rasid/internal/phrases"
	"rasid/internal/platform/discord"
	"rasid/responder"
)

const (
	// formWithin is how long a decision may take when its answer is a form: a
	// form can only be the first answer, and that is due in three seconds.
	formWithin = 2 * time.Second
	// takeWithin bounds every other decision, tries included. Discord does not
	// bring a press again, so we try again while the person waits.
	takeWithin = 10 * time.Second
	firstPause = 200 * time.Millisecond
	// field is the one field of our forms.
	field = "words"
	// maxField is the most a form's field takes.
	maxField = 4000
	// reportForm is the id of the form that no button opened.
	reportForm = "report"
)

// ear hears one person's action after another.
type ear struct {
	*Chat
	take func(context.Context, responder.Decision) (responder.Answer, error)
}

// hear answers one interaction. Only the channels of our rooms are heard: a
// card copied elsewhere, another server, a direct message stay without any
// answer, so that the bot says nothing among strangers.
func (e *ear) hear(ctx context.Context, i discord.Interaction) {
	var room Room
	for _, r := range e.rooms {
		if r.Channel == i.ChannelID && i.GuildID != "" {
			room = r
		}
	}
	who, known := i.Who()
	if room.Name == "" || !known || who.Bot {
		e.log.Info("discord interaction left alone", "guild", i.GuildID, "channel", i.ChannelID, "user", who.ID)
		return
	}
	h := hearing{ear: e, i: i, room: room, words: e.say(room.Language)}
	d := responder.Decision{
		Room: room.Name, At: e.now(),
		By: responder.Actor{Platform: "discord", ID: who.ID, Name: who.Name()},
	}
	var err error
	switch i.Type {
	case discord.InteractionComponent:
		err = h.press(ctx, d)
	case discord.InteractionForm:
		err = h.form(ctx, d)
	case discord.InteractionCommand:
		err = h.command(ctx, d)
	}
	if err != nil {
		e.log.Warn("discord interaction not answered", "room", room.Name, "user", who.ID, "err", err)
	}
}

// hearing is one interaction on its way.
type hearing struct {
	*ear
	i     discord.Interaction
	room  Room
	words *phrases.Catalogue
}

// open reads what a button or its form carries. It comes from the program of
// whoever pressed it: only a token that opens is believed. One that does not is
// passed on with nothing but itself, to be refused and counted.
func (h *hearing) open(d *responder.Decision) {
	token := h.i.Data.CustomID
	d.Token = token
	var err error
	if d.Action, d.Case, d.Draft, err = h.tokens.Open(h.room.Name, token, d.At); err != nil {
		d.Action, d.Case, d.Draft, d.Token = "", 0, 0, "x"+token // an empty one would stand for a typed command
	}
}

// press is a button. Those that need words are answered with a form, all
// others are acknowledged before any work.
func (h *hearing) press(ctx context.Context, d responder.Decision) error {
	h.open(&d)
	if d.Action == responder.ActEdit || d.Action == responder.ActDismiss {
		return h.askWords(ctx, d)
	}
	// A quiet acknowledgement that fails does not stop the decision: the
	// person pressed, and the card will show what came of it.
	acked := h.client.Respond(ctx, h.i, discord.AnswerQuiet, nil)
	ans, err := h.decide(ctx, d, takeWithin)
	if acked != nil {
		return errors.Join(acked, err)
	}
	return errors.Join(err, h.tell(ctx, ans, false))
}

// askWords shows the form of a button that needs words. Whoever may not act,
// or is late, is told so instead.
func (h *hearing) askWords(ctx context.Context, d responder.Decision) error {
	ans, err := h.decide(ctx, d, formWithin)
	if err == nil && ans.Ask == "" && ans.Edit == "" {
		o := h.message(ans)
		return h.client.Respond(ctx, h.i, discord.AnswerMessage, &o)
	}
	// Too slow to say what the draft is: the form comes empty, and what is
	// sent with it is decided like any other.
	ask := d.Action
	if ans.Ask != "" {
		ask = ans.Ask
	}
	return errors.Join(err, h.client.Ask(ctx, h.i, h.sheet(ask, h.i.Data.CustomID, ans.Edit)))
}

// sheet is the form for an action.
func (h *hearing) sheet(a responder.Action, id, value string) discord.Form {
	f := discord.Form{ID: id, Field: field, Value: value, Max: maxField, Long: true}
	switch a {
	case responder.ActDismiss:
		f.Title, f.Label, f.Max = h.words.Say("form.aside"), h.words.Say("form.reason"), 300
	case responder.CmdReport:
		f.Title, f.Label = h.words.Say("form.report"), h.words.Say("form.heard")
	default:
		f.Title, f.Label = h.words.Say("button.edit"), h.words.Say("form.words")
	}
	return f
}

// form is a filled form.
func (h *hearing) form(ctx context.Context, d responder.Decision) error {
	if h.i.Data.CustomID == reportForm {
		d.Action = responder.CmdReport
	} else {
		h.open(&d)
	}
	d.Text = h.i.Data.Field(field)
	return h.whisper(ctx, d)
}

// command is a slash command.
func (h *hearing) command(ctx context.Context, d responder.Decision) error {
	name, ok := commandNames()[h.i.Data.Name]
	if !ok {
		o := h.message(responder.Answer{Text: h.words.Say("answer.unknown")})
		return h.client.Respond(ctx, h.i, discord.AnswerMessage, &o)
	}
	d.Action = name
	switch name {
	case responder.CmdCase:
		n, err := strconv.ParseInt(h.i.Data.Option("number"), 10, 64)
		if err != nil || n < 0 {
			n = 0
		}
		d.Case = n
	case responder.CmdDigest:
		d.Text = h.i.Data.Option("date")
	default:
		d.Text = h.i.Data.Option("text")
	}
	if name == responder.CmdReport && strings.TrimSpace(d.Text) == "" {
		return h.client.Ask(ctx, h.i, h.sheet(name, reportForm, ""))
	}
	return h.whisper(ctx, d)
}

// whisper says "is thinking…" to the person alone, decides, and puts the
// answer there.
func (h *hearing) whisper(ctx context.Context, d responder.Decision) error {
	acked := h.client.Respond(ctx, h.i, discord.AnswerLater, &discord.Outgoing{Whisper: true})
	ans, err := h.decide(ctx, d, takeWithin)
	if acked != nil {
		return errors.Join(acked, err)
	}
	return errors.Join(err, h.tell(ctx, ans, true))
}

// decide takes the decision, again after an error. What cannot be recorded is
// told as such; the error comes back for the log.
func (h *hearing) decide(ctx context.Context, d responder.Decision, within time.Duration) (responder.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for wait := firstPause; ; wait *= 2 {
		ans, err := h.take(ctx, d)
		if err == nil {
			return ans, nil
		}
		if !pause(ctx, wait) {
			return responder.Answer{Text: h.words.Say("answer.error"), Alert: true}, err
		}
	}
}

// message is an answer for the person who acted alone.
func (h *hearing) message(ans responder.Answer) discord.Outgoing {
	o := discord.Outgoing{PNG: ans.PNG, Whisper: true, NoPreview: true}
	discord.Fit(&o, ans.Text)
	return o
}

// tell gives the answer after the acknowledgement; first says that "is
// thinking…" waits to be replaced.
func (h *hearing) tell(ctx context.Context, ans responder.Answer, first bool) error {
	var errs []error
	put := func(o discord.Outgoing) {
		if first {
			first = false
			o.Whisper = false // it is already; the flag cannot be set on an edit
			errs = append(errs, h.client.Complete(ctx, h.i, o))
			return
		}
		errs = append(errs, h.client.Follow(ctx, h.i, o))
	}
	if ans.Text != "" || ans.PNG != nil {
		put(h.message(ans))
	}
	for _, card := range ans.Cards {
		o := face(card)
		o.Whisper = true
		put(o)
	}
	if first { // nothing to say, but something must replace "is thinking…"
		put(discord.Outgoing{Content: "✅"})
	}
	return errors.Join(errs...)
}

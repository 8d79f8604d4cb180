package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/phrases"
	"rasid/internal/platform/discord"
	"rasid/responder"
)

// Room is one channel where staff work.
type Room struct {
	Name     string // as config.yaml calls it; buttons are signed for it
	Channel  string // id on Discord
	Language string // ar or en
}

// Check lists every mistake in r.
func (r Room) Check() []cases.Fault {
	if discord.Snowflake(r.Channel) < 1<<22 {
		return []cases.Fault{{Field: "chat", Problem: fmt.Sprintf("%q is no id of a channel", r.Channel),
			Write: "the channel's id, like 1100000000000000001 (in Discord: User Settings, Advanced, Developer Mode on; then right-click the channel, Copy Channel ID)"}}
	}
	return nil
}

// Opener reads the tokens behind buttons; responder.Signer is one.
type Opener interface {
	Open(room, token string, now time.Time) (a responder.Action, caseID int64, draft int, err error)
}

// Chat is the staff rooms of one connection. Make it with NewChat.
type Chat struct {
	client *discord.Client
	rooms  []Room
	tokens Opener
	words  map[string]*phrases.Catalogue
	now    func() time.Time
	log    *slog.Logger
}

// NewChat makes the staff rooms of a connection.
func NewChat(client *discord.Client, tokens Opener, now func() time.Time, log *slog.Logger, rooms ...Room) (*Chat, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c := &Chat{client: client, rooms: rooms, tokens: tokens, words: map[string]*phrases.Catalogue{}, now: now, log: log}
	for _, language := range []string{"ar", "en"} {
		w, err := phrases.Load(language)
		if err != nil {
			return nil, fmt.Errorf("reading phrases: %w", err)
		}
		c.words[language] = w
	}
	return c, nil
}

func (c *Chat) room(name string) (Room, error) {
	for _, r := range c.rooms {
		if r.Name == name {
			return r, nil
		}
	}
	return Room{}, fmt.Errorf("finding room %s: not one of this connection: %w", name, cases.ErrRefused)
}

func (c *Chat) say(language string) *phrases.Catalogue {
	if w := c.words[language]; w != nil {
		return w
	}
	return c.words["en"]
}

// Show puts a card into the room. A card that stands is changed in place; one
// that was deleted, or is urgent, is shown as a new message.
func (c *Chat) Show(ctx context.Context, room string, card responder.Card, ref string) (string, error) {
	r, err := c.room(room)
	if err != nil {
		return "", err
	}
	o := face(card)
	if at, ok := discord.ParseRef(ref); ok {
		shown := o
		if card.Urgent {
			shown = face(card.Superseded(c.say(r.Language)))
			shown.Components = []any{}
		}
		_, err := c.client.Edit(ctx, at.Channel, at.Message, shown)
		gone := discord.IsCode(err, discord.CodeUnknownMessage)
		switch {
		case err == nil && !card.Urgent:
			return ref, nil
		case err != nil && !gone && !card.Urgent:
			return "", fmt.Errorf("changing a card: %w", err)
		}
	}
	// The nonce keeps a retry after a lost answer from showing the card twice.
	o.Nonce = discord.NonceOf("card", room, fmt.Sprint(card.Case, card.Version), ref, card.Text)
	m, err := c.client.Send(ctx, r.Channel, o)
	if err != nil {
		return "", fmt.Errorf("showing a card: %w", err)
	}
	return discord.Ref{Channel: r.Channel, Message: m.ID}.String(), nil
}

// face is a card as Discord shows it. Its text is shown literally: what a
// customer wrote must not become a ping, a link or formatting.
func face(card responder.Card) discord.Outgoing {
	o := discord.Outgoing{Components: rows(card.Buttons), NoPreview: true}
	discord.Fit(&o, card.Text)
	return o
}

// Say puts a plain message into the room, as several when it is long. Once a
// part stands, an error is never "not sent": saying all of it again would
// double that part.
func (c *Chat) Say(ctx context.Context, room, text string, png []byte) error {
	r, err := c.room(room)
	if err != nil {
		return err
	}
	parts := discord.Pieces(text)
	if len(parts) == 0 {
		parts = []string{""}
	}
	for i, part := range parts {
		o := discord.Outgoing{Content: part, NoPreview: true}
		if i == len(parts)-1 {
			o.PNG = png
		}
		err := c.patiently(ctx, i > 0, func() error { _, err := c.client.Send(ctx, r.Channel, o); return err })
		switch {
		case err != nil && i == 0:
			return fmt.Errorf("saying it in %s: %w", room, err)
		case err != nil:
			return fmt.Errorf("saying part %d of %d in %s: %s", i+1, len(parts), room, err.Error())
		}
	}
	return nil
}

// patiently does what may have to wait, as long as ctx allows.
func (c *Chat) patiently(ctx context.Context, wait bool, do func() error) error {
	for {
		err := do()
		var later *cases.LaterError
		if !wait || !errors.As(err, &later) || !pause(ctx, later.After) {
			return err
		}
	}
}

// pause waits; false says that ctx ended, or would.
func pause(ctx context.Context, d time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return false
	}
	return outbound.Pause(ctx, d) == nil
}

// Discord's limits on buttons.
const (
	maxRows  = 5
	maxInRow = 5
	maxLabel = 80
)

// Styles of buttons.
const (
	stylePlain = 2
	styleGood  = 3
	styleLink  = 5
)

// rows lays the buttons out; never nil, so that an edit removes what is gone.
func rows(in [][]responder.Button) []any {
	out := []any{}
	for _, row := range in {
		var buttons []any
		for _, b := range row {
			if one := button(b); one != nil && len(buttons) < maxInRow {
				buttons = append(buttons, one)
			}
		}
		if len(buttons) > 0 && len(out) < maxRows {
			out = append(out, map[string]any{"type": 1, "components": buttons})
		}
	}
	return out
}

func button(b responder.Button) map[string]any {
	label := []rune(b.Label)
	one := map[string]any{"type": 2, "label": string(label[:min(len(label), maxLabel)])}
	switch {
	case b.Label == "":
		return nil
	case b.URL != "":
		one["style"], one["url"] = styleLink, b.URL
	case b.Data == "":
		return nil
	default:
		one["style"], one["custom_id"] = stylePlain, b.Data
		if b.Action == responder.ActApprove || b.Action == responder.ActThere {
			one["style"] = styleGood
		}
	}
	return one
}

// Doctor looks at the token and at what the bot may do in each room.
func (c *Chat) Doctor(ctx context.Context) []cases.Advice {
	out := advice(c.client.InspectToken(ctx))
	if !out[0].OK {
		return out
	}
	for _, r := range c.rooms {
		out = append(out, advice(c.client.InspectChannel(ctx, r.Channel, discord.PermSend, discord.PermEmbed, discord.PermAttach))...)
	}
	return out
}

// Listen hears buttons, forms and slash commands until ctx ends.
func (c *Chat) Listen(ctx context.Context, take func(context.Context, responder.Decision) (responder.Answer, error)) error {
	e := &ear{Chat: c, take: take}
	defer c.client.Hear(e.hear)()
	c.register(ctx)
	<-ctx.Done()
	return ctx.Err()
}

// register makes the slash commands of every server that holds a room, and
// keeps trying: the rooms' buttons work without them.
func (c *Chat) register(ctx context.Context) {
	done := map[string]bool{}
	for _, r := range c.rooms {
		wait := 5 * time.Second
		for {
			ch, err := c.client.Channel(ctx, r.Channel)
			if err == nil && !done[ch.GuildID] {
				err = c.client.SetCommands(ctx, ch.GuildID, c.commands())
			}
			if err == nil {
				done[ch.GuildID] = true
				break
			}
			if ctx.Err() != nil {
				return
			}
			c.log.Warn("slash commands not registered", "room", r.Name, "err", err)
			if errors.Is(err, cases.ErrRefused) {
				break
			}
			if later, ok := errors.AsType[*cases.LaterError](err); ok {
				wait = max(wait, later.After)
			}
			if !pause(ctx, wait) {
				return
			}
			wait = min(2*wait, 10*time.Minute)
		}
	}
}

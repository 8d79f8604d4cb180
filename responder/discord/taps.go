package discord

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"rasid/internal/platform/discord"
	"rasid/responder"
)

// tapped is how the id of a button begins that a customer may press.
const tapped = "tap."

// taps lays choices out as one row of buttons that a customer may press; nil
// for none, which a message without buttons has.
func taps(choices []responder.Button) []any {
	if len(choices) == 0 {
		return nil
	}
	row := make([]responder.Button, 0, len(choices))
	for _, b := range choices {
		b.Data = tapped + b.Data
		row = append(row, b)
	}
	return rows([][]responder.Button{row})
}

// Taps hears what customers press under our questions in the channels that one
// connection watches.
type Taps struct {
	client *discord.Client
	now    func() time.Time
	log    *slog.Logger
}

// NewTaps makes the ears of a connection for customers.
func NewTaps(client *discord.Client, now func() time.Time, log *slog.Logger) *Taps {
	return &Taps{client: client, now: now, log: log}
}

// Listen hears presses until ctx ends. Whoever pressed is told what came of it,
// and nobody else; once the question is answered, its buttons go.
func (t *Taps) Listen(ctx context.Context, take func(context.Context, responder.Decision) (responder.Answer, error)) error {
	defer t.client.Hear(func(ctx context.Context, i discord.Interaction) {
		who, known := i.Who()
		if i.Type != discord.InteractionComponent || i.GuildID == "" || !known || who.Bot || !strings.HasPrefix(i.Data.CustomID, tapped) {
			return
		}
		// Discord wants the first answer within three seconds; the decision is
		// one short transaction.
		ans, err := take(ctx, responder.Decision{
			Action: responder.ActRate, Token: strings.TrimPrefix(i.Data.CustomID, tapped), At: t.now(),
			By: responder.Actor{Platform: "discord", ID: who.ID, Name: who.Name()},
		})
		if err != nil {
			t.log.Warn("a customer's answer was not taken", "channel", i.ChannelID, "err", err)
			return // Discord says that the interaction failed, and they press again
		}
		o := discord.Outgoing{Whisper: true, NoPreview: true}
		discord.Fit(&o, ans.Text)
		if err := t.client.Respond(ctx, i, discord.AnswerMessage, &o); err != nil {
			t.log.Warn("a customer's press was not answered", "channel", i.ChannelID, "err", err)
		}
		if on := i.Message; !ans.Alert && on != nil {
			if _, err := t.client.Edit(ctx, i.ChannelID, on.ID, discord.Outgoing{Content: on.Content, Components: []any{}, NoPreview: true}); err != nil {
				t.log.Debug("buttons of a question stay", "err", err)
			}
		}
	})()
	<-ctx.Done()
	return ctx.Err()
}

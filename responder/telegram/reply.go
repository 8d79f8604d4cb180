// Package telegram speaks on Telegram: Replier answers customers in public,
// Chat is a staff room with cards, buttons and commands.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rasid/internal/cases"
	"rasid/internal/platform/telegram"
	"rasid/responder"
)

// Replier posts real replies under the customer's message, in its topic.
// Telegram knows no idempotency key and bots cannot read their own messages,
// so a lost answer stays unknown until a person looks.
type Replier struct {
	Client *telegram.Client
}

// Reply posts exactly r.Text under exactly r.Mention.
func (p Replier) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	return p.Ask(ctx, r, nil)
}

// Ask posts a question with choices under r.Mention.
func (p Replier) Ask(ctx context.Context, r cases.Reply, choices []responder.Button) (cases.Receipt, error) {
	ref, err := telegram.ParseRef(r.Mention.ReplyTo)
	if err == nil {
		err = p.fitFor(r)
	}
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("replying to %s: %w: %w", r.Mention.ID, cases.ErrRefused, err)
	}
	sent, err := p.Client.SendMessage(ctx, telegram.Post{
		Chat: ref.Chat, Topic: ref.Topic, ReplyTo: ref.Message, Text: r.Text, Buttons: taps(choices), Public: true,
	})
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("replying to %s: %w", r.Mention.ID, err)
	}
	chat := telegram.Chat{ID: sent.Chat, Username: sent.Username}
	return cases.Receipt{
		ID:  telegram.Ref{Chat: sent.Chat, Topic: sent.Topic, Message: sent.ID}.String(),
		URL: telegram.Link(chat, sent.Topic, sent.ID),
		At:  sent.At,
	}, nil
}

// fitFor refuses, before anything is sent, what must not or cannot be posted
// as it was approved.
func (p Replier) fitFor(r cases.Reply) error {
	switch {
	case r.Mention.Bot:
		return errors.New("the author is a program")
	case strings.TrimSpace(r.Text) == "":
		return errors.New("the text is empty")
	}
	if err := p.Fits(r.Text); err != nil {
		return err
	}
	return telegram.Literal(r.Text)
}

// Talks says that several replies may stand under one message.
func (Replier) Talks() {}

// Fits returns nil, or by how many UTF-16 units text is too long.
func (Replier) Fits(text string) error { return telegram.Fits(text) }

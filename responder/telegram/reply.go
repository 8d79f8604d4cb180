// Package telegram speaks on Telegram: Replier answers customers in public,
// Chat is a staff room with cards, buttons and commands.
package telegram

import (
	"context"
	"fmt"
	"strconv"

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
	post, err := p.under(r)
	if err != nil {
		return cases.Receipt{}, err
	}
	return p.send(ctx, r, post)
}

// Ask asks the author of r.Mention, with choices: in private where they have
// written to the bot there and not blocked it, with their words above; else
// under their message. Telegram alone knows, and a refusal sends nothing.
func (p Replier) Ask(ctx context.Context, r cases.Reply, choices []responder.Button) (cases.Receipt, error) {
	post, err := p.under(r)
	if err != nil {
		return cases.Receipt{}, err
	}
	post.Buttons = taps(choices)
	if author, err := strconv.ParseInt(r.Mention.AuthorID, 10, 64); err == nil && author > 0 && author != post.Chat {
		alone := post
		alone.Chat, alone.Topic, alone.ReplyChat = author, 0, post.Chat
		receipt, err := p.send(ctx, r, alone)
		if cases.OutcomeOf(err) != cases.WasRefused {
			return receipt, err
		}
	}
	return p.send(ctx, r, post)
}

// under is a post of exactly r.Text under exactly r.Mention.
func (p Replier) under(r cases.Reply) (telegram.Post, error) {
	ref, err := telegram.ParseRef(r.Mention.ReplyTo)
	if err == nil {
		err = p.fitFor(r)
	}
	if err != nil {
		return telegram.Post{}, fmt.Errorf("replying to %s: %w: %w", r.Mention.ID, cases.ErrRefused, err)
	}
	return telegram.Post{Chat: ref.Chat, Topic: ref.Topic, ReplyTo: ref.Message, Text: r.Text, Public: true}, nil
}

func (p Replier) send(ctx context.Context, r cases.Reply, post telegram.Post) (cases.Receipt, error) {
	sent, err := p.Client.SendMessage(ctx, post)
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
	if err := responder.Postable(r); err != nil {
		return err
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

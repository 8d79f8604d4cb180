package telegram

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/telegram"
	"rasid/responder"
)

// leave marks the button that takes a question back.
const leave = "x"

// reasons are the ready answers to "why is it set aside?". Each is a phrase.
var reasons = []string{"spam", "notus", "answered", "private", "nothing", "calm"}

// patience bounds how long an answer waits for a room that must not be
// written to yet. The decision itself is recorded; only the words wait.
const patience = 70 * time.Second

// tell passes an answer on without holding up the next decision.
func (c *Chat) tell(ctx context.Context, p place, a responder.Answer) {
	select {
	case c.slots <- struct{}{}:
	default:
		c.log.Warn("too many answers under way, one is dropped", "room", p.room.Name, "case", p.caseID)
		return
	}
	c.telling.Go(func() {
		defer func() { <-c.slots }()
		c.answer(ctx, p, a)
	})
}

func (c *Chat) answer(ctx context.Context, p place, a responder.Answer) {
	err := c.reply(ctx, p, a, c.toast(ctx, p, a))
	if err == nil && p.settles != 0 && !a.Alert {
		err = c.client.EditButtons(ctx, p.message.Chat.ID, p.settles, nil)
	}
	for _, card := range a.Cards {
		err = errors.Join(err, c.retry(ctx, func() error {
			_, err := c.Show(ctx, p.room.Name, card, "")
			return err
		}))
	}
	if err != nil {
		c.log.Warn("answer not passed on", "room", p.room.Name, "case", p.caseID, "error", err)
	}
}

// toast answers the press itself and reports whether that told everything. A
// press that was heard late, or answered before the decision, and words that
// do not fit, need a message.
func (c *Chat) toast(ctx context.Context, p place, a responder.Answer) bool {
	if p.press == "" || p.early {
		return false
	}
	told, err := c.client.AnswerCallback(ctx, p.press, a.Text, a.Alert && a.Ask == "")
	if err != nil {
		c.log.Debug("press not answered", "error", err)
	}
	return told && telegram.Units(a.Text) <= telegram.MaxAnswer
}

// reply says or asks what is still to be said.
func (c *Chat) reply(ctx context.Context, p place, a responder.Answer, told bool) error {
	switch {
	case p.token != "" && (a.Ask == responder.ActEdit || a.Edit != ""):
		return c.retry(ctx, func() error { return c.askWords(ctx, p, a.Edit) })
	case p.token != "" && a.Ask != "":
		return c.retry(ctx, func() error { return c.askReason(ctx, p) })
	case p.prompt && !a.Alert:
		// The question is settled; it reads as its answer from now on.
		return c.client.EditMessage(ctx, p.message.Chat.ID, p.message.ID, telegram.Cut(a.Text, telegram.MaxText), nil, nil)
	case told && a.PNG == nil, a.Text == "" && a.PNG == nil:
		return nil
	}
	return c.retry(ctx, func() error { return c.say(ctx, p.post(), a.Text, a.PNG) })
}

// post is a message under what somebody wrote or pressed.
func (p place) post() telegram.Post {
	return telegram.Post{Chat: p.message.Chat.ID, Topic: p.message.Topic(), ReplyTo: p.message.ID}
}

// retry waits where the room asks for a pause.
func (c *Chat) retry(ctx context.Context, send func() error) error {
	for waited := time.Duration(0); ; {
		err := send()
		later, ok := errors.AsType[*cases.LaterError](err)
		if !ok || waited+later.After > patience {
			return err
		}
		waited += later.After
		if outbound.Pause(ctx, later.After) != nil {
			return err
		}
	}
}

// askReason asks why a case is set aside. The question carries the token of
// the button that was pressed, so that it survives a restart.
func (c *Chat) askReason(ctx context.Context, p place) error {
	words := c.words[p.room.Language]
	post := p.post()
	post.Text = words.Say("ask.reason", "case", p.caseID)
	for _, why := range reasons {
		post.Buttons = append(post.Buttons, []telegram.Button{{Text: words.Say("why." + why), Data: p.token + "." + why}})
	}
	post.Buttons = append(post.Buttons, []telegram.Button{{Text: words.Say("ask.leave"), Data: p.token + "." + leave}})
	return c.send(ctx, post)
}

// askWords asks for a new wording and shows the old one ready to copy:
// Telegram cannot fill the reply box of a person.
func (c *Chat) askWords(ctx context.Context, p place, draft string) error {
	words := c.words[p.room.Language]
	post := p.post()
	head := words.Say("ask.edit", "case", p.caseID) + "\n"
	draft = telegram.Cut(strings.TrimSpace(draft), telegram.MaxText-telegram.Units(head))
	post.Text = head + draft
	if draft != "" {
		// A tap on code copies it.
		post.Entities = []telegram.Entity{{Type: "code", Offset: telegram.Units(head), Length: telegram.Units(draft)}}
	}
	if n := utf8.RuneCountInString(draft); n > 0 && n <= maxCopy {
		post.Buttons = append(post.Buttons, []telegram.Button{{Text: words.Say("ask.copy"), Copy: &telegram.CopyText{Text: draft}}})
	}
	post.Buttons = append(post.Buttons, []telegram.Button{{Text: words.Say("ask.leave"), Data: p.token + "." + leave}})
	return c.send(ctx, post)
}

// send posts one message, without its reply mark where the message it answers
// is gone.
func (c *Chat) send(ctx context.Context, p telegram.Post) error {
	_, err := c.client.SendMessage(ctx, p)
	if p.ReplyTo != 0 && telegram.Says(err, "message to be replied not found") {
		p.ReplyTo = 0
		_, err = c.client.SendMessage(ctx, p)
	}
	return err
}

// maxCopy is how much a button can put into the clipboard.
const maxCopy = 256

// split cuts text into parts of at most limit units, between lines where it
// can.
func split(text string, limit int) []string {
	var parts []string
	for telegram.Units(text) > limit {
		n, end, line := 0, 0, 0
		for i, r := range text {
			if n += telegram.Units(string(r)); n > limit {
				break
			}
			end = i + utf8.RuneLen(r)
			if r == '\n' {
				line = end
			}
		}
		if line > 0 {
			end = line
		}
		parts = append(parts, text[:end])
		text = text[end:]
	}
	if strings.TrimSpace(text) != "" {
		parts = append(parts, text)
	}
	return parts
}

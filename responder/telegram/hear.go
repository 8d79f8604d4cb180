package telegram

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/telegram"
	"rasid/responder"
)

// early is after how long a press is answered although nothing is decided yet:
// Telegram shows a waiting mark until then and forgets the press soon after.
const early = 700 * time.Millisecond

// hintPause is how often people who hide their name are asked for it.
const hintPause = time.Hour

type taker = func(context.Context, responder.Decision) (responder.Answer, error)

// hear takes one update of a staff room. An error brings it again.
func (c *Chat) hear(ctx context.Context, u telegram.Update, take taker) error {
	c.hearing.RLock()
	defer c.hearing.RUnlock()
	switch {
	case u.Callback != nil && u.Callback.Message != nil:
		return c.pressed(ctx, u.Callback, take)
	case u.Message != nil:
		return c.said(ctx, u.Message, take)
	case u.Edited != nil:
		return c.corrected(ctx, u.Edited, take)
	}
	return nil
}

// place is where an answer goes.
type place struct {
	room    Room
	message *telegram.Message // the message to answer: what somebody wrote, or the card they pressed
	press   string            // the callback query; "" when nothing was pressed
	early   bool              // the press was answered before the decision
	prompt  bool              // message is a question of ours and will read as its answer
	settles int64             // question of ours that somebody answered in writing; it loses its buttons
	caseID  int64
	token   string // of the button that was pressed; a question of ours carries it on
}

// pressed takes a press of a button. What the button carries comes from the
// presser's program: only a token that opens is believed.
func (c *Chat) pressed(ctx context.Context, q *telegram.Callback, take taker) error {
	room, ok := c.at(q.Message)
	if !ok {
		return nil
	}
	now := c.client.Now()
	token, why, isPrompt := strings.Cut(q.Data, ".")
	d := responder.Decision{Token: token, By: actor(&q.From), Room: room.Name, At: now}
	p := place{room: room, message: q.Message, press: q.ID, prompt: isPrompt}
	words := c.words[room.Language]
	var err error
	if d.Action, d.Case, d.Draft, err = c.tokens.Open(room.Name, token, now); err != nil {
		// The desk refuses it, counts it and finds the words. An empty token
		// would stand for a typed command.
		d = responder.Decision{Token: "x" + token, By: d.By, Room: room.Name, At: now}
	}
	p.caseID, p.token = d.Case, d.Token
	if isPrompt && err == nil {
		if why == leave {
			c.tell(ctx, p, responder.Answer{Text: words.Say("ask.left")})
			return nil
		}
		if !words.Has("why." + why) {
			d.Token = "x" + token
		} else {
			d.Text = words.Say("why." + why)
		}
	}
	settle := c.soothe(ctx, q.ID)
	ans, err := take(ctx, d)
	p.early = settle()
	if err != nil {
		return fmt.Errorf("taking a press on case %d: %w", d.Case, err)
	}
	c.tell(ctx, p, ans)
	return nil
}

// soothe answers a press after a while although nothing is decided yet. The
// function it returns ends the wait and reports whether that happened.
func (c *Chat) soothe(ctx context.Context, press string) (settle func() bool) {
	decided, answered := make(chan struct{}), make(chan bool, 1)
	go func() {
		t := time.NewTimer(early)
		defer t.Stop()
		select {
		case <-decided:
			answered <- false
		case <-ctx.Done():
			answered <- false
		case <-t.C:
			if _, err := c.client.AnswerCallback(ctx, press, "", false); err != nil {
				c.log.Debug("press not answered", "error", err)
			}
			answered <- true
		}
	}()
	return func() bool {
		close(decided)
		return <-answered
	}
}

// said takes a message: an answer to a card or a question, or a command.
func (c *Chat) said(ctx context.Context, m *telegram.Message, take taker) error {
	room, ok := c.at(m)
	if !ok || m.From == nil {
		return nil
	}
	d, found := parseCommand(m.Text, c.botName(ctx))
	answers := m.ReplyTo != nil && m.ReplyTo.From != nil && m.ReplyTo.From.ID == c.client.BotID()
	if m.From.Bot || m.SenderChat != nil || m.ViaBot != nil {
		if found || answers {
			c.hint(ctx, room, m)
		}
		return nil
	}
	p := place{room: room, message: m}
	if answers && !strings.HasPrefix(m.Text, "/") {
		reply, isPrompt, err := c.answered(ctx, room, m)
		if err != nil {
			return err
		}
		if reply.Action != "" {
			d, found = reply, true
		}
		if isPrompt {
			p.settles = m.ReplyTo.ID
		}
	}
	if !found {
		return nil
	}
	d.By, d.Room, d.At = actor(m.From), room.Name, c.client.Now()
	p.caseID = d.Case
	c.gave(m, d)
	ans, err := take(ctx, d)
	if err != nil {
		return fmt.Errorf("taking %s: %w", d.Action, err)
	}
	c.tell(ctx, p, ans)
	return nil
}

// answered reads a reply to one of our messages: a card, or a question of
// ours. The buttons of that message, which Telegram repeats, say what it was;
// when they are gone, the store knows which case it showed. The zero Decision
// stands for talk.
func (c *Chat) answered(ctx context.Context, room Room, m *telegram.Message) (d responder.Decision, isPrompt bool, err error) {
	text := strings.TrimSpace(m.Words())
	if text == "" {
		return d, false, nil
	}
	if markup := m.ReplyTo.Markup; markup != nil {
		for _, b := range slices.Concat(markup.Rows...) {
			token, _, isPrompt := strings.Cut(b.Data, ".")
			a, id, draft, err := c.tokens.Open(room.Name, token, c.client.Now())
			if err == nil && (isPrompt || a == responder.ActEdit) {
				return responder.Decision{Action: a, Case: id, Draft: draft, Text: text, Token: token}, isPrompt, nil
			}
		}
	}
	id, err := c.cards.CardByRef(ctx, room.Name, cardRef(m.ReplyTo.Chat.ID, m.ReplyTo.ID))
	switch {
	case errors.Is(err, cases.ErrNotFound):
		return d, false, nil
	case err != nil:
		return d, false, fmt.Errorf("finding the case of a card: %w", err)
	}
	return responder.Decision{Action: responder.ActEdit, Case: id, Text: text}, false, nil
}

// hint asks somebody who hides their name to show it, now and then.
func (c *Chat) hint(ctx context.Context, room Room, m *telegram.Message) {
	now := c.client.Now()
	c.mu.Lock()
	due := now.Sub(c.hinted[room.Name]) >= hintPause
	if due {
		c.hinted[room.Name] = now
	}
	c.mu.Unlock()
	c.log.Warn("decision without a person ignored", "room", room.Name, "sender", m.From.ID)
	if due {
		c.tell(ctx, place{room: room, message: m}, responder.Answer{Text: c.words[room.Language].Say("ask.anonymous")})
	}
}

// botName is our own user name, asked for once; "" while Telegram cannot be
// asked.
func (c *Chat) botName(ctx context.Context) string {
	if me := c.client.Self(); me.Username != "" {
		return me.Username
	}
	me, err := c.client.GetMe(ctx)
	if err != nil {
		return ""
	}
	return me.Username
}

func actor(u *telegram.User) responder.Actor {
	return responder.Actor{Platform: "telegram", ID: strconv.FormatInt(u.ID, 10), Name: u.Name()}
}

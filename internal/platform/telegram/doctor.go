package telegram

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"rasid/internal/cases"
)

// Examine asks whether the bot can work at all: it returns the bot, and one
// line of advice each on the token and on being its only reader.
func (c *Client) Examine(ctx context.Context) (me User, advice []cases.Advice) {
	me, err := c.GetMe(ctx)
	if err != nil {
		return User{}, []cases.Advice{{What: "token", Fix: tokenFix(err)}}
	}
	advice = []cases.Advice{{OK: true, What: "token of @" + me.Username}}
	if c.Status().Conflict {
		advice = append(advice, cases.Advice{What: "only reader of the token", Fix: "another program reads this bot's messages: stop it, or get a new token from @BotFather (/revoke) if you do not know it"})
	}
	return me, advice
}

func tokenFix(err error) string {
	switch {
	case errors.Is(err, ErrToken):
		return "Telegram does not know this token: copy it anew from @BotFather (/mybots, then API Token)"
	case errors.Is(err, cases.ErrNotSent):
		return fmt.Sprintf("the Bot API server cannot be reached (%v): check the network, the firewall and api_url", err)
	}
	return fmt.Sprintf("the Bot API server did not answer as expected (%v): check api_url", err)
}

// ExamineChat asks whether the bot can work in a chat, and says what to switch
// where. With all, it must see every message and not only what is said to it.
func (c *Client) ExamineChat(ctx context.Context, id int64, me User, all bool) cases.Advice {
	a := cases.Advice{What: "chat " + strconv.FormatInt(id, 10)}
	if now := c.Current(id); now != id {
		a.Fix = fmt.Sprintf("the group became a supergroup: write chat: %d", now)
		return a
	}
	chat, err := c.GetChat(ctx, id)
	if err != nil {
		a.Fix = c.notFound(ctx, id, me, err)
		return a
	}
	a.What += " " + strconv.Quote(chat.Title)
	member, err := c.GetChatMember(ctx, id, me.ID)
	if err != nil {
		a.Fix = fmt.Sprintf("asking how the bot belongs to the chat did not work: %v", err)
		return a
	}
	a.Fix = memberFix(chat, member, me, all)
	a.OK = a.Fix == ""
	return a
}

func memberFix(chat Chat, m Member, me User, all bool) string {
	admin := m.Status == "administrator" || m.Status == "creator"
	switch {
	case m.Status == "left" || m.Status == "kicked":
		return "@" + me.Username + " is not in the chat: add it (in a channel, as an administrator)"
	case m.Status == "restricted" && m.CanSend != nil && !*m.CanSend:
		return "@" + me.Username + " may not write here: allow it to send messages, or what it says will be refused"
	case chat.Type == "channel" && !admin:
		return "bots read channels only as administrators: make @" + me.Username + " one"
	case chat.Type != "channel" && all && !admin && !me.ReadsAll:
		return "@" + me.Username + " sees only commands and replies to itself. Either make it an administrator of the group, or switch privacy off: @BotFather, /setprivacy, choose the bot, Disable; then remove it from the group and add it again"
	}
	return ""
}

// notFound says why a chat cannot be looked up, and tries the number that was
// probably meant.
func (c *Client) notFound(ctx context.Context, id int64, me User, err error) string {
	if !Says(err, "chat not found") {
		return fmt.Sprintf("@%s cannot look the chat up: %v. Add it to the chat again", me.Username, err)
	}
	digits := strings.TrimPrefix(strconv.FormatInt(id, 10), "-")
	if full, e := strconv.ParseInt("-100"+digits, 10, 64); e == nil && !strings.HasPrefix(digits, "100") {
		if chat, e := c.GetChat(ctx, full); e == nil {
			return fmt.Sprintf("the number lacks its beginning: write chat: %d for %q", full, chat.Title)
		}
	}
	return "there is no such chat for @" + me.Username + ": check the number, and add the bot to the chat"
}

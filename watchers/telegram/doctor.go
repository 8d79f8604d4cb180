package telegram

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rasid/internal/cases"
	"rasid/internal/platform/telegram"
	"rasid/watchers"
)

// Doctor asks Telegram whether the bot can read every chat of the source, and
// says what to switch where. It changes nothing.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	me, err := s.Client.GetMe(ctx)
	if err != nil {
		return []watchers.Advice{tokenAdvice(err)}
	}
	advice := []watchers.Advice{{OK: true, What: "token of @" + me.Username}}
	if st := s.Client.Status(); st.Conflict {
		advice = append(advice, watchers.Advice{What: "only reader of the token", Fix: "another program reads this bot's messages: stop it, or get a new token from @BotFather (/revoke) if you do not know it"})
	}
	for _, chat := range s.Config.All() {
		advice = append(advice, s.chatAdvice(ctx, chat, me))
	}
	return append(advice, s.strangers()...)
}

func tokenAdvice(err error) watchers.Advice {
	a := watchers.Advice{What: "token"}
	switch {
	case errors.Is(err, telegram.ErrToken):
		a.Fix = "Telegram does not know this token: copy it anew from @BotFather (/mybots, then API Token)"
	case errors.Is(err, cases.ErrNotSent):
		a.Fix = fmt.Sprintf("the Bot API server cannot be reached (%v): check the network, the firewall and api_url", err)
	default:
		a.Fix = fmt.Sprintf("the Bot API server did not answer as expected (%v): check api_url", err)
	}
	return a
}

func (s *Source) chatAdvice(ctx context.Context, id int64, me telegram.User) watchers.Advice {
	a := watchers.Advice{What: "chat " + strconv.FormatInt(id, 10)}
	if now := s.Client.Current(id); now != id {
		a.Fix = fmt.Sprintf("the group became a supergroup: write chat: %d", now)
		return a
	}
	chat, err := s.Client.GetChat(ctx, id)
	if err != nil {
		a.Fix = s.notFound(ctx, id, me, err)
		return a
	}
	a.What += " " + strconv.Quote(chat.Title)
	member, err := s.Client.GetChatMember(ctx, id, me.ID)
	switch {
	case err != nil:
		a.Fix = fmt.Sprintf("asking how the bot belongs to the chat did not work: %v", err)
	case member.Status == "left" || member.Status == "kicked":
		a.Fix = "@" + me.Username + " is not in the chat: add it (in a channel, as an administrator)"
	case member.Status == "restricted" && member.CanSend != nil && !*member.CanSend:
		a.Fix = "@" + me.Username + " may not write here: allow it to send messages, or replies will be refused"
	case chat.Type == "channel" && member.Status != "administrator":
		a.Fix = "bots read channels only as administrators: make @" + me.Username + " one"
	case member.Status != "administrator" && member.Status != "creator" && !me.ReadsAll && chat.Type != "channel":
		a.Fix = "@" + me.Username + " sees only commands and replies to itself. Either make it an administrator of the group, or switch privacy off: @BotFather, /setprivacy, choose the bot, Disable; then remove it from the group and add it again"
	default:
		a.OK = true
	}
	return a
}

// notFound says why a chat cannot be looked up, and tries the id that was
// probably meant.
func (s *Source) notFound(ctx context.Context, id int64, me telegram.User, err error) string {
	if !telegram.Says(err, "chat not found") {
		return fmt.Sprintf("@%s cannot look the chat up: %v. Add it to the chat again", me.Username, err)
	}
	digits := strings.TrimPrefix(strconv.FormatInt(id, 10), "-")
	if full, e := strconv.ParseInt("-100"+digits, 10, 64); e == nil && !strings.HasPrefix(digits, "100") {
		if chat, e := s.Client.GetChat(ctx, full); e == nil {
			return fmt.Sprintf("the number lacks its beginning: write chat: %d for %q", full, chat.Title)
		}
	}
	return "there is no such chat for @" + me.Username + ": check the number, and add the bot to the chat"
}

// strangers shows the numbers of chats that the bot has met, which is where a
// new chat's number is found.
func (s *Source) strangers() []watchers.Advice {
	if s.Strangers == nil {
		return nil
	}
	var out []watchers.Advice
	met := s.Strangers()
	ids := make([]int64, 0, len(met))
	for id := range met {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		out = append(out, watchers.Advice{OK: true, What: fmt.Sprintf("chat %d %q is not configured and is ignored", id, met[id])})
	}
	return out
}

package faketelegram

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Effect is something the server accepted from the bot.
type Effect struct {
	Method    string
	Chat, ID  int64
	Topic     int64
	ReplyTo   int64
	ReplyChat int64
	Text      string // text or caption
	Buttons   [][]Button
	Photo     bool
	Alert     bool   // of answerCallbackQuery
	Callback  string // of answerCallbackQuery
	At        time.Time
}

type callback struct {
	id       string
	at       time.Time
	answered bool
}

func (s *Server) accept(e Effect) {
	e.At = s.now()
	s.effects = append(s.effects, e)
}

// target finds the chat of a request and checks that the bot may write there.
func (s *Server) target(r *http.Request, writes bool) (*chat, reply, bool) {
	id := number(r, "chat_id")
	c := s.chats[id]
	if c == nil {
		u, known := s.users[id]
		switch {
		case known && u.Blocked && writes:
			return nil, refuse(http.StatusForbidden, "Forbidden: bot was blocked by the user"), false
		case known && writes:
			return nil, refuse(http.StatusForbidden, "Forbidden: bot can't initiate conversation with a user"), false
		}
		return nil, badRequest("chat not found"), false
	}
	kind := map[string]string{"group": "group", "supergroup": "supergroup", "channel": "channel"}[c.kind]
	switch {
	case !writes:
	case c.movedTo != 0:
		a := badRequest("group chat was upgraded to a supergroup chat")
		a.Parameters = map[string]any{"migrate_to_chat_id": c.movedTo}
		return nil, a, false
	case c.kind == "private" && s.users[c.id].Blocked:
		return nil, refuse(http.StatusForbidden, "Forbidden: bot was blocked by the user"), false
	case c.members[BotID] == "kicked":
		return nil, refuse(http.StatusForbidden, "Forbidden: bot was kicked from the "+kind+" chat"), false
	case c.members[BotID] == "left" || c.members[BotID] == "":
		return nil, refuse(http.StatusForbidden, "Forbidden: bot is not a member of the "+kind+" chat"), false
	case c.members[BotID] == "restricted" || c.kind == "channel" && c.members[BotID] != "administrator":
		return nil, badRequest("not enough rights to send text messages to the chat"), false
	}
	return c, reply{}, true
}

func (s *Server) sendMessage(r *http.Request) reply {
	text, bad, fine := checkText(r.Form.Get("text"), 4096, "message is too long")
	if !fine {
		return bad
	}
	return s.send(r, "sendMessage", &Message{Text: text})
}

func (s *Server) sendPhoto(r *http.Request) reply {
	caption := clean(r.Form.Get("caption"))
	if units(caption) > 1024 {
		return badRequest("message caption is too long")
	}
	if r.MultipartForm == nil || len(r.MultipartForm.File["photo"]) == 0 {
		return badRequest("there is no photo in the request")
	}
	f, err := r.MultipartForm.File["photo"][0].Open()
	if err != nil {
		return badRequest("IMAGE_PROCESS_FAILED")
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 8)
	if _, err := f.Read(head); err != nil || string(head[1:4]) != "PNG" && (head[0] != 0xff || head[1] != 0xd8) {
		return badRequest("IMAGE_PROCESS_FAILED")
	}
	return s.send(r, "sendPhoto", &Message{Caption: caption, Photo: true})
}

func (s *Server) send(r *http.Request, method string, m *Message) reply {
	c, bad, fine := s.target(r, true)
	if !fine {
		return bad
	}
	if bad, fine = checkEntities(r.Form.Get("entities"), m.Text); !fine {
		return bad
	}
	if m.Buttons, m.Ask, bad, fine = markup(r.Form.Get("reply_markup")); !fine {
		return bad
	}
	m.Topic = number(r, "message_thread_id")
	if _, known := c.topics[m.Topic]; m.Topic != 0 && !known {
		return badRequest("message thread not found")
	}
	if c.closed[m.Topic] {
		return badRequest("TOPIC_CLOSED")
	}
	if bad, fine = s.replyTarget(r, c, m); !fine {
		return bad
	}
	if bad, fine = s.limit(c); !fine {
		return bad
	}
	m.From = BotID
	s.add(c, m)
	s.accept(Effect{Method: method, Chat: c.id, ID: m.ID, Topic: m.Topic, ReplyTo: m.ReplyTo, ReplyChat: m.ReplyChat, Text: m.Words(), Buttons: m.Buttons, Photo: m.Photo})
	return ok(s.messageJSON(m, true))
}

// replyTarget reads reply_parameters.
func (s *Server) replyTarget(r *http.Request, c *chat, m *Message) (reply, bool) {
	raw := r.Form.Get("reply_parameters")
	if raw == "" {
		return reply{}, true
	}
	var p struct {
		Message int64 `json:"message_id"`
		Chat    int64 `json:"chat_id"`
		Without bool  `json:"allow_sending_without_reply"`
	}
	if json.Unmarshal([]byte(raw), &p) != nil {
		return badRequest("can't parse reply parameters JSON object"), false
	}
	from := c
	if p.Chat != 0 && p.Chat != c.id {
		if from = s.chats[p.Chat]; from == nil {
			return badRequest("chat not found"), false
		}
		m.ReplyChat = p.Chat
	}
	switch t := from.messages[p.Message]; {
	case t != nil && !t.Deleted:
		m.ReplyTo = p.Message
	case !p.Without:
		return badRequest("message to be replied not found"), false
	}
	return reply{}, true
}

// limit counts posts per group and minute.
func (s *Server) limit(c *chat) (reply, bool) {
	if s.GroupMinute <= 0 || c.kind == "private" {
		return reply{}, true
	}
	now := s.now()
	kept := c.posted[:0]
	for _, at := range c.posted {
		if now.Sub(at) < time.Minute {
			kept = append(kept, at)
		}
	}
	c.posted = kept
	if len(kept) >= s.GroupMinute {
		return tooMany(int(kept[0].Add(time.Minute).Sub(now)/time.Second) + 1), false
	}
	c.posted = append(c.posted, now)
	return reply{}, true
}

func (s *Server) editMessage(r *http.Request, withText bool) reply {
	method := "editMessageReplyMarkup"
	c, bad, fine := s.target(r, true)
	if !fine {
		return bad
	}
	m := c.messages[number(r, "message_id")]
	switch {
	case m == nil || m.Deleted:
		return badRequest("message to edit not found")
	case m.From != BotID:
		return badRequest("message can't be edited")
	case withText && m.Photo:
		return badRequest("there is no text in the message to edit")
	}
	text := m.Text
	if withText {
		method = "editMessageText"
		if text, bad, fine = checkText(r.Form.Get("text"), 4096, "message is too long"); !fine {
			return bad
		}
		if bad, fine = checkEntities(r.Form.Get("entities"), text); !fine {
			return bad
		}
	}
	buttons, _, bad, fine := markup(r.Form.Get("reply_markup"))
	if !fine {
		return bad
	}
	if text == m.Text && same(buttons, m.Buttons) {
		return badRequest("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	m.Text, m.Buttons, m.EditedAt = text, buttons, s.now()
	s.accept(Effect{Method: method, Chat: c.id, ID: m.ID, Text: m.Words(), Buttons: buttons})
	return ok(s.messageJSON(m, true))
}

func (s *Server) answerCallback(r *http.Request) reply {
	window := s.AnswerWindow
	if window <= 0 {
		window = 15 * time.Second
	}
	text := r.Form.Get("text")
	if utf8.RuneCountInString(text) > 200 {
		return badRequest("MESSAGE_TOO_LONG")
	}
	q := s.callbacks[r.Form.Get("callback_query_id")]
	if q == nil || q.answered || s.now().Sub(q.at) > window {
		return badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	q.answered = true
	s.accept(Effect{Method: "answerCallbackQuery", Text: text, Alert: r.Form.Get("show_alert") == "true", Callback: q.id})
	return ok(true)
}

func (s *Server) getChat(r *http.Request) reply {
	c, bad, fine := s.target(r, false)
	if !fine {
		return bad
	}
	if st := c.members[BotID]; c.username == "" && (st == "left" || st == "kicked") {
		return refuse(http.StatusForbidden, "Forbidden: bot was kicked from the "+c.kind+" chat")
	}
	return ok(c.json())
}

func (s *Server) getChatMember(r *http.Request) reply {
	c, bad, fine := s.target(r, false)
	if !fine {
		return bad
	}
	u, known := s.users[number(r, "user_id")]
	if !known {
		return badRequest("member not found")
	}
	status := c.members[u.ID]
	if status == "" {
		status = "left"
	}
	m := map[string]any{"user": u.json(), "status": status}
	if status == "restricted" {
		m["can_send_messages"] = false
	}
	return ok(m)
}

var commandName = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)

func (s *Server) setCommands(r *http.Request) reply {
	var list []struct{ Command, Description string }
	if json.Unmarshal([]byte(r.Form.Get("commands")), &list) != nil {
		return badRequest("can't parse commands JSON object")
	}
	s.commands = map[string]string{}
	for _, c := range list {
		if !commandName.MatchString(c.Command) {
			return badRequest("BOT_COMMAND_INVALID")
		}
		if n := utf8.RuneCountInString(c.Description); n < 1 || n > 256 {
			return badRequest("BOT_COMMAND_DESCRIPTION_INVALID")
		}
		s.commands[c.Command] = c.Description
	}
	s.accept(Effect{Method: "setMyCommands"})
	return ok(true)
}

// checkText applies what the server does to a text before it counts it.
func checkText(raw string, limit int, tooLong string) (string, reply, bool) {
	if !utf8.ValidString(raw) {
		return "", badRequest("text must be encoded in UTF-8"), false
	}
	if raw == "" {
		return "", badRequest("message text is empty"), false
	}
	text := clean(raw)
	if text == "" {
		return "", badRequest("text must be non-empty"), false
	}
	if units(text) > limit {
		return "", badRequest(tooLong), false
	}
	return text, reply{}, true
}

// clean is the server's tidying: control characters become spaces, carriage
// returns and U+2028 to U+202E vanish, white space around the text is cut.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r', r >= 0x2028 && r <= 0x202e:
			return -1
		case r < ' ', r == 0x7f:
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

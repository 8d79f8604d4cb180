package faketelegram

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// User is an account.
type User struct {
	ID       int64
	First    string
	Last     string
	Username string
	Bot      bool
	Blocked  bool // has blocked our bot
}

func (u User) json() map[string]any {
	m := map[string]any{"id": u.ID, "is_bot": u.Bot, "first_name": u.First}
	if u.Last != "" {
		m["last_name"] = u.Last
	}
	if u.Username != "" {
		m["username"] = u.Username
	}
	return m
}

// Button is one button under a message.
type Button struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`
	Copy *struct {
		Text string `json:"text"`
	} `json:"copy_text,omitempty"`
}

// Message is one message as the server keeps it.
type Message struct {
	Chat, ID   int64
	Topic      int64 // forum topic
	Thread     int64 // root of the reply chain in a supergroup
	From       int64
	SenderChat int64 // anonymous administrator, channel, linked channel
	ViaBot     int64
	Linked     bool // forwarded by itself from the linked channel
	ReplyTo    int64
	ReplyChat  int64
	Text       string
	Caption    string
	Photo      bool
	Buttons    [][]Button
	Ask        bool // force_reply
	At         time.Time
	EditedAt   time.Time
	Deleted    bool
}

// Words returns the text, or the caption.
func (m Message) Words() string { return m.Text + m.Caption }

type chat struct {
	id       int64
	kind     string // group, supergroup, channel, private
	title    string
	username string
	forum    bool
	topics   map[int64]string
	closed   map[int64]bool
	members  map[int64]string
	movedTo  int64
	messages map[int64]*Message
	posted   []time.Time
}

func (c *chat) json() map[string]any {
	m := map[string]any{"id": c.id, "type": c.kind}
	if c.kind == "private" {
		m["first_name"] = c.title
	} else {
		m["title"] = c.title
	}
	if c.username != "" {
		m["username"] = c.username
	}
	if c.forum {
		m["is_forum"] = true
	}
	return m
}

// AddUser makes an account known.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = u
}

// AddChat makes a group, supergroup or channel with our bot as an ordinary
// member. Topics make it a forum.
func (s *Server) AddChat(id int64, kind, title string, topics ...int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &chat{id: id, kind: kind, title: title, topics: map[int64]string{}, closed: map[int64]bool{},
		members: map[int64]string{BotID: "member"}, messages: map[int64]*Message{}, forum: len(topics) > 0}
	for _, t := range topics {
		c.topics[t] = fmt.Sprintf("topic %d", t)
	}
	s.chats[id] = c
}

// SetUsername makes a chat public.
func (s *Server) SetUsername(id int64, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chats[id].username = name
}

// SetMember sets how somebody belongs to a chat: administrator, member,
// restricted (may not write), left, kicked.
func (s *Server) SetMember(id, user int64, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[id]
	c.members[user] = status
	if user == BotID {
		s.push("my_chat_member", map[string]any{
			"chat": c.json(), "from": map[string]any{"id": 1, "is_bot": false, "first_name": "Owner"}, "date": s.now().Unix(),
			"old_chat_member": map[string]any{"user": s.users[BotID].json(), "status": "left"},
			"new_chat_member": map[string]any{"user": s.users[BotID].json(), "status": status},
		})
	}
}

// CloseTopic closes a forum topic for writing.
func (s *Server) CloseTopic(id, topic int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chats[id].closed[topic] = true
}

// Migrate turns a basic group into a supergroup, as Telegram does when a group
// grows: the old id answers with the new one, and both chats say so.
func (s *Server) Migrate(from, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.chats[from]
	s.chats[to] = &chat{id: to, kind: "supergroup", title: old.title, topics: map[int64]string{}, closed: map[int64]bool{},
		members: old.members, messages: map[int64]*Message{}}
	old.movedTo = to
	for _, side := range []struct {
		c     *chat
		key   string
		other int64
	}{{old, "migrate_to_chat_id", to}, {s.chats[to], "migrate_from_chat_id", from}} {
		m := s.add(side.c, &Message{From: AnonymousAdmin})
		body := s.messageJSON(m, true)
		body[side.key] = side.other
		s.push("message", body)
	}
}

// AnonymousAdmin is the account that stands for hidden administrators.
const AnonymousAdmin = 1087968824

// Said says how a message was written, beyond chat, author and text.
type Said struct {
	Topic, ReplyTo, SenderChat, ViaBot int64
	Caption, Linked                    bool
	At                                 time.Time
}

// Say lets somebody write in a chat and returns the message's number.
func (s *Server) Say(id, user int64, text string) int64 { return s.SayAs(id, user, text, Said{}) }

// ReplyTo lets somebody answer a message.
func (s *Server) ReplyTo(id, message, user int64, text string) int64 {
	return s.SayAs(id, user, text, Said{ReplyTo: message})
}

// SayAs lets somebody write in a particular way.
func (s *Server) SayAs(id, user int64, text string, how Said) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[id]
	m := &Message{Topic: how.Topic, From: user, SenderChat: how.SenderChat, ViaBot: how.ViaBot, Linked: how.Linked, ReplyTo: how.ReplyTo, At: how.At}
	if how.Caption {
		m.Caption, m.Photo = text, true
	} else {
		m.Text = text
	}
	s.add(c, m)
	if s.delivers(c, m) {
		s.push(kindOf(c, false), s.messageJSON(m, true))
	}
	return m.ID
}

// Edit lets the author change a message.
func (s *Server) Edit(id, message int64, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[id]
	m := c.messages[message]
	if m.Photo {
		m.Caption = text
	} else {
		m.Text = text
	}
	m.EditedAt = s.now()
	if s.delivers(c, m) {
		s.push(kindOf(c, true), s.messageJSON(m, true))
	}
}

// Delete removes a message. Telegram tells bots nothing about it.
func (s *Server) Delete(id, message int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chats[id].messages[message].Deleted = true
}

// Press lets somebody press whatever their program sends as data: the server
// does not check that the message has such a button. It returns the id of the
// callback query.
func (s *Server) Press(id, message, user int64, data string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := &callback{id: fmt.Sprintf("%d", 4_000_000+len(s.callbacks)), at: s.now()}
	s.callbacks[q.id] = q
	body := map[string]any{"id": q.id, "from": s.users[user].json(), "chat_instance": "1", "data": data}
	if m := s.chats[id].messages[message]; m != nil {
		body["message"] = s.messageJSON(m, true)
	}
	s.push("callback_query", body)
	return q.id
}

// PressLabel presses the first button of a message whose label contains part.
// It reports false when there is none.
func (s *Server) PressLabel(id, message, user int64, part string) (string, bool) {
	m, found := s.Message(id, message)
	if found {
		for _, b := range slices.Concat(m.Buttons...) {
			if b.Data != "" && strings.Contains(b.Text, part) {
				return s.Press(id, message, user, b.Data), true
			}
		}
	}
	return "", false
}

// add puts a message into a chat; s.mu is held.
func (s *Server) add(c *chat, m *Message) *Message {
	s.nextID[c.id]++
	m.Chat, m.ID = c.id, s.nextID[c.id]
	if m.At.IsZero() {
		m.At = s.now()
	}
	if target := c.messages[m.ReplyTo]; target != nil && c.kind == "supergroup" && m.ReplyChat == 0 {
		if m.Topic == 0 {
			m.Topic = target.Topic
		}
		if m.Thread = target.Thread; m.Thread == 0 {
			m.Thread = target.ID
		}
	}
	c.messages[m.ID] = m
	return m
}

// delivers reports whether our bot is told of a message.
func (s *Server) delivers(c *chat, m *Message) bool {
	status := c.members[BotID]
	if m.From == BotID || status == "left" || status == "kicked" {
		return false
	}
	if u := s.users[m.From]; u.Bot && u.ID != AnonymousAdmin && !s.BotToBot {
		return false
	}
	if !s.Privacy || status == "administrator" || c.kind == "private" || c.kind == "channel" {
		return true
	}
	target := c.messages[m.ReplyTo]
	return strings.HasPrefix(m.Text, "/") || strings.Contains(m.Words(), "@"+BotName) || target != nil && target.From == BotID
}

func kindOf(c *chat, edited bool) string {
	switch {
	case c.kind == "channel" && edited:
		return "edited_channel_post"
	case c.kind == "channel":
		return "channel_post"
	case edited:
		return "edited_message"
	}
	return "message"
}

// messageJSON renders a message as the API does; the message it answers comes
// along once, without its own target.
func (s *Server) messageJSON(m *Message, withTarget bool) map[string]any {
	c := s.chats[m.Chat]
	out := map[string]any{"message_id": m.ID, "date": m.At.Unix(), "chat": c.json()}
	if u, known := s.users[m.From]; known && c.kind != "channel" {
		out["from"] = u.json()
	} else if m.From == AnonymousAdmin {
		out["from"] = map[string]any{"id": AnonymousAdmin, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"}
	}
	if sender := s.chats[m.SenderChat]; sender != nil {
		out["sender_chat"] = sender.json()
	}
	if m.ViaBot != 0 {
		out["via_bot"] = s.users[m.ViaBot].json()
	}
	if m.Linked {
		out["is_automatic_forward"] = true
	}
	switch {
	case m.Topic != 0:
		out["message_thread_id"], out["is_topic_message"] = m.Topic, true
	case m.Thread != 0:
		out["message_thread_id"] = m.Thread
	}
	if m.Photo {
		out["photo"] = []any{map[string]any{"file_id": "p", "file_unique_id": "p", "width": 90, "height": 90}}
	}
	if m.Text != "" {
		out["text"] = m.Text
	}
	if m.Caption != "" {
		out["caption"] = m.Caption
	}
	if !m.EditedAt.IsZero() {
		out["edit_date"] = m.EditedAt.Unix()
	}
	if len(m.Buttons) > 0 {
		out["reply_markup"] = map[string]any{"inline_keyboard": m.Buttons}
	}
	if target := c.messages[m.ReplyTo]; withTarget && target != nil && m.ReplyChat == 0 && !target.Deleted {
		out["reply_to_message"] = s.messageJSON(target, false)
	}
	return out
}

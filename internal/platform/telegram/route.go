package telegram

import (
	"strings"

	"rasid/internal/cases"
)

// maxStrangers bounds what is remembered of chats nobody configured.
const maxStrangers = 1000

// sort separates what goes to the inbox from what staff did.
func (c *Connection) sort(updates []Update) (items []cases.InboxItem, events []Update) {
	now := c.client.Now()
	for _, u := range updates {
		if u.Undecodable != nil {
			c.log.Warn("update cannot be read and is kept as it came", "update", u.ID, "error", u.Undecodable)
			items = append(items, c.itemOf(u, now))
			continue
		}
		c.follow(u)
		switch c.route(u) {
		case toInbox:
			items = append(items, c.itemOf(u, now))
		case toRoom:
			events = append(events, u)
		case toNobody:
		}
	}
	return items, events
}

type destination int

const (
	toNobody destination = iota
	toInbox
	toRoom
)

// route decides by the chat and topic alone who an update is for.
func (c *Connection) route(u Update) destination {
	switch {
	case u.Callback != nil:
		if u.Callback.Message == nil { // too old for Telegram to know; the card is shown again anyway
			return toNobody
		}
		if strings.HasPrefix(u.Callback.Data, Tapped) {
			return c.tapped(u.Callback.Message.Chat)
		}
		return c.known(u.Callback.Message.Chat, u.Callback.Message.Topic(), toRoom, toNobody)
	case u.Member != nil:
		c.log.Info("membership changed", "chat", u.Member.Chat.ID, "status", u.Member.New.Status)
		return c.known(u.Member.Chat, 0, toNobody, toInbox)
	}
	m := u.Said()
	if m == nil {
		return toNobody
	}
	inRoom := toNobody
	if u.Message != nil && c.addressed(m) || u.Edited != nil && c.answersUs(m) {
		inRoom = toRoom
	}
	return c.known(m.Chat, m.Topic(), inRoom, toInbox)
}

// tapped is where a customer's press goes: to whoever asks customers, and only
// from a chat that is watched, or from the bot's own chat with them.
func (c *Connection) tapped(chat Chat) destination {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taps != nil && (chat.Type == "private" || c.watches(chat.ID)) {
		return toRoom
	}
	return toNobody
}

// known looks up a chat among rooms and watched chats. A chat that is both is
// a room for whatever a room can use, and watched for the rest.
func (c *Connection) known(chat Chat, topic int64, inRoom, inWatched destination) destination {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, room := c.spot(chat.ID, topic)
	switch {
	case room && inRoom != toNobody:
		return inRoom
	case c.watches(chat.ID):
		return inWatched
	case room || chat.Type == "private" || c.hasRooms(chat.ID):
		return toNobody
	}
	if _, noted := c.strange[chat.ID]; !noted && len(c.strange) < maxStrangers {
		c.strange[chat.ID] = chat.Title
		c.log.Warn("somebody added the bot to a chat that is not configured; it stays silent there", "chat", chat.ID)
	}
	return toNobody
}

// spot finds the room of a topic: its own, or its group's. Chats may have moved
// since they were configured.
func (c *Connection) spot(chat, topic int64) (Spot, bool) {
	var found Spot
	ok := false
	for s := range c.rooms {
		if s.Chat != chat && c.client.Current(s.Chat) != chat {
			continue
		}
		if s.Topic == topic {
			return s, true
		}
		if s.Topic == 0 {
			found, ok = s, true
		}
	}
	return found, ok
}

func (c *Connection) hasRooms(chat int64) bool {
	for s := range c.rooms {
		if s.Chat == chat || c.client.Current(s.Chat) == chat {
			return true
		}
	}
	return false
}

func (c *Connection) watches(chat int64) bool {
	if c.watched[chat] {
		return true
	}
	for configured := range c.watched {
		if c.client.Current(configured) == chat {
			return true
		}
	}
	return false
}

func (c *Connection) listener(u Update) Listener {
	m := u.Said()
	if u.Callback != nil {
		m = u.Callback.Message
	}
	if m == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if u.Callback != nil && strings.HasPrefix(u.Callback.Data, Tapped) {
		return c.taps
	}
	s, _ := c.spot(m.Chat.ID, m.Topic())
	return c.rooms[s]
}

// addressed reports whether a message in a staff room may be meant for the
// bot: an answer to one of its messages, a command, or a word that the
// listener may know as one.
func (c *Connection) addressed(m *Message) bool {
	return c.answersUs(m) || strings.TrimSpace(m.Text) != ""
}

// answersUs reports whether a message answers one of the bot's. What its writer
// corrects there is heard as well.
func (c *Connection) answersUs(m *Message) bool {
	return m.ReplyTo != nil && m.ReplyTo.From != nil && m.ReplyTo.From.ID == c.client.BotID()
}

// follow learns new ids of chats from the two service messages of a migration.
func (c *Connection) follow(u Update) {
	m := u.Message
	if m == nil {
		return
	}
	moved := c.client.Move(m.Chat.ID, m.MovedTo)
	if c.client.Move(m.MovedFrom, m.Chat.ID) || moved {
		c.log.Info("group became a supergroup", "chat", m.Chat.ID, "to", m.MovedTo, "from", m.MovedFrom)
	}
}

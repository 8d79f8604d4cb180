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

// route decides by the chat's id alone who an update is for.
func (c *Connection) route(u Update) destination {
	switch {
	case u.Callback != nil:
		if u.Callback.Message == nil { // too old for Telegram to know; the card is shown again anyway
			return toNobody
		}
		return c.known(u.Callback.Message.Chat, toRoom, toNobody)
	case u.Member != nil:
		c.log.Info("membership changed", "chat", u.Member.Chat.ID, "status", u.Member.New.Status)
		return c.known(u.Member.Chat, toNobody, toInbox)
	}
	m := u.Said()
	if m == nil {
		return toNobody
	}
	inRoom := toNobody
	if u.Message != nil && c.addressed(m) {
		inRoom = toRoom
	}
	return c.known(m.Chat, inRoom, toInbox)
}

// known looks up a chat among rooms and watched chats. A chat that is both is
// a room for whatever a room can use, and watched for the rest.
func (c *Connection) known(chat Chat, inRoom, inWatched destination) destination {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, room := c.rooms[c.origin(chat.ID)]
	watched := c.watched[c.origin(chat.ID)]
	switch {
	case room && inRoom != toNobody:
		return inRoom
	case watched:
		return inWatched
	case room || chat.Type == "private":
		return toNobody
	}
	if _, noted := c.strange[chat.ID]; !noted && len(c.strange) < maxStrangers {
		c.strange[chat.ID] = chat.Title
		c.log.Warn("somebody added the bot to a chat that is not configured; it stays silent there", "chat", chat.ID)
	}
	return toNobody
}

// origin returns the configured id of a chat that may have moved since.
func (c *Connection) origin(chat int64) int64 {
	if c.watched[chat] {
		return chat
	}
	if _, ok := c.rooms[chat]; ok {
		return chat
	}
	for configured := range c.watched {
		if c.client.Current(configured) == chat {
			return configured
		}
	}
	for configured := range c.rooms {
		if c.client.Current(configured) == chat {
			return configured
		}
	}
	return chat
}

func (c *Connection) listener(u Update) Listener {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case u.Callback != nil:
		return c.rooms[c.origin(u.Callback.Message.Chat.ID)]
	case u.Message != nil:
		return c.rooms[c.origin(u.Message.Chat.ID)]
	}
	return nil
}

// addressed reports whether a message in a staff room may be meant for the
// bot: an answer to one of its messages, a command, or a word that the
// listener may know as one.
func (c *Connection) addressed(m *Message) bool {
	if m.ReplyTo != nil && m.ReplyTo.From != nil && m.ReplyTo.From.ID == c.client.BotID() {
		return true
	}
	return strings.TrimSpace(m.Text) != ""
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

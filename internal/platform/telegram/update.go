package telegram

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// AnonymousAdmin is the account behind administrators who hide their name.
const AnonymousAdmin = 1087968824

// Update is one thing that happened, as far as rasid cares. The types here
// name only the fields that are read: what Telegram adds or changes elsewhere
// cannot make an update unreadable.
type Update struct {
	ID          int64       `json:"update_id"`
	Message     *Message    `json:"message"`
	Edited      *Message    `json:"edited_message"`
	Post        *Message    `json:"channel_post"`
	EditedPost  *Message    `json:"edited_channel_post"`
	Callback    *Callback   `json:"callback_query"`
	Member      *Membership `json:"my_chat_member"`
	Lost        string      `json:"rasid_lost,omitempty"` // written by the connection itself: why updates may be missing
	Raw         []byte      `json:"-"`
	Undecodable error       `json:"-"`
}

// Message is one message.
type Message struct {
	ID           int64    `json:"message_id"`
	Thread       int64    `json:"message_thread_id"`
	TopicMessage bool     `json:"is_topic_message"`
	From         *User    `json:"from"`
	SenderChat   *Chat    `json:"sender_chat"`
	Chat         Chat     `json:"chat"`
	Date         int64    `json:"date"`
	EditDate     int64    `json:"edit_date"`
	ReplyTo      *Message `json:"reply_to_message"`
	ViaBot       *User    `json:"via_bot"`
	AutoForward  bool     `json:"is_automatic_forward"`
	Text         string   `json:"text"`
	Caption      string   `json:"caption"`
	MovedTo      int64    `json:"migrate_to_chat_id"`
	MovedFrom    int64    `json:"migrate_from_chat_id"`
	Markup       *Markup  `json:"reply_markup"`
}

// User is an account. Only its ID can be trusted.
type User struct {
	ID        int64  `json:"id"`
	Bot       bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Username  string `json:"username"`
	ReadsAll  bool   `json:"can_read_all_group_messages"` // of a bot: privacy mode is off
}

// Chat is a place: private, group, supergroup or channel.
type Chat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	Title     string `json:"title"`
	Username  string `json:"username"`
	FirstName string `json:"first_name"`
}

// Member says how somebody belongs to a chat: creator, administrator, member,
// restricted, left or kicked.
type Member struct {
	User    User   `json:"user"`
	Status  string `json:"status"`
	CanSend *bool  `json:"can_send_messages"` // of a restricted member
}

// Membership says that the bot itself was added, promoted or removed.
type Membership struct {
	Chat Chat   `json:"chat"`
	From User   `json:"from"`
	Date int64  `json:"date"`
	New  Member `json:"new_chat_member"`
}

// Callback is a press of a button. Its Data comes from the presser's own
// program and may be anything.
type Callback struct {
	ID      string   `json:"id"`
	From    User     `json:"from"`
	Message *Message `json:"message"`
	Data    string   `json:"data"`
}

// ParseUpdate reads one update. What cannot be read comes back with its id,
// its raw bytes and the reason, so that it can be kept and passed over.
func ParseUpdate(raw []byte) Update {
	var u Update
	if err := json.Unmarshal(raw, &u); err != nil {
		var id struct {
			ID int64 `json:"update_id"`
		}
		_ = json.Unmarshal(raw, &id) // without an id the update still is kept
		u = Update{ID: id.ID, Undecodable: fmt.Errorf("reading update %d: %w", id.ID, err)}
	}
	u.Raw = raw
	return u
}

// Said returns the message of an update, new or edited, or nil.
func (u Update) Said() *Message {
	for _, m := range []*Message{u.Message, u.Edited, u.Post, u.EditedPost} {
		if m != nil {
			return m
		}
	}
	return nil
}

// Words returns the text of a message, or its caption.
func (m *Message) Words() string {
	if m.Text != "" {
		return m.Text
	}
	return m.Caption
}

// Topic returns the forum topic a message stands in, or 0. The general topic
// has no number that could be written to.
func (m *Message) Topic() int64 {
	if m.TopicMessage {
		return m.Thread
	}
	return 0
}

// Name is the name to show for an account.
func (u *User) Name() string {
	if name := strings.TrimSpace(u.FirstName + " " + u.LastName); name != "" {
		return name
	}
	if u.Username != "" {
		return "@" + u.Username
	}
	return strconv.FormatInt(u.ID, 10)
}

// Link returns the address under which members can open a message: public
// chats by name, supergroups and channels by number, "" for basic groups and
// private chats, which have none: a person's name leads to no message.
func Link(chat Chat, topic, message int64) string {
	if chat.ID > 0 {
		return ""
	}
	place := chat.Username
	if place == "" {
		rest, ok := strings.CutPrefix(strconv.FormatInt(chat.ID, 10), "-100")
		if !ok {
			return ""
		}
		place = "c/" + rest
	}
	if topic != 0 {
		return fmt.Sprintf("https://t.me/%s/%d/%d", place, topic, message)
	}
	return fmt.Sprintf("https://t.me/%s/%d", place, message)
}

// At returns when a message was written.
func (m *Message) At() time.Time { return time.Unix(m.Date, 0).UTC() }

// EditedAt returns when a message was last changed; the zero time when never.
func (m *Message) EditedAt() time.Time {
	if m.EditDate == 0 {
		return time.Time{}
	}
	return time.Unix(m.EditDate, 0).UTC()
}

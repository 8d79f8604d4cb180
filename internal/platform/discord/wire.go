package discord

import (
	"encoding/json"
	"strconv"
	"time"
)

// User is who wrote or pressed something.
type User struct {
	ID         string `json:"id"`
	Username   string `json:"username"`
	GlobalName string `json:"global_name"`
	Bot        bool   `json:"bot"`
	System     bool   `json:"system"`
}

// Name is the name to show: the display name, or the user name.
func (u User) Name() string {
	if u.GlobalName != "" {
		return u.GlobalName
	}
	return u.Username
}

// Message is what we read of a message. Components, embeds and whatever else
// Discord invents stay raw: an unknown kind must not hide the text.
type Message struct {
	ID          string            `json:"id"`
	ChannelID   string            `json:"channel_id"`
	GuildID     string            `json:"guild_id"` // on the gateway only
	Type        int               `json:"type"`
	Content     string            `json:"content"`
	Author      *User             `json:"author"`
	Member      *Member           `json:"member"`
	WebhookID   string            `json:"webhook_id"`
	Timestamp   time.Time         `json:"timestamp"`
	Edited      *time.Time        `json:"edited_timestamp"`
	Mentions    []User            `json:"mentions"`
	Attachments []json.RawMessage `json:"attachments"`
	Embeds      []json.RawMessage `json:"embeds"`
	Stickers    []json.RawMessage `json:"sticker_items"`
	Components  []json.RawMessage `json:"components"`
	Poll        json.RawMessage   `json:"poll"`
	Snapshots   []Snapshot        `json:"message_snapshots"` // of a forwarded message
	Reference   *Reference        `json:"message_reference"`
	Answered    *Answered         `json:"referenced_message"`
}

// Answered is the message another one answers, as far as we read it.
type Answered struct {
	ID     string `json:"id"`
	Author *User  `json:"author"`
}

// Snapshot is the copy of a forwarded message.
type Snapshot struct {
	Message struct {
		Content string `json:"content"`
	} `json:"message"`
}

// Reference points at the message another one answers.
type Reference struct {
	Type            int    `json:"type,omitempty"` // 0 = reply, 1 = forward
	MessageID       string `json:"message_id"`
	ChannelID       string `json:"channel_id,omitempty"`
	GuildID         string `json:"guild_id,omitempty"`
	FailIfNotExists *bool  `json:"fail_if_not_exists,omitempty"`
}

// Member is a user within a guild.
type Member struct {
	Nick  string   `json:"nick"`
	User  *User    `json:"user"`
	Roles []string `json:"roles"`
}

// Kinds of messages that people write (message types).
const (
	TypeDefault = 0
	TypeReply   = 19
)

// Kinds of channels we tell apart.
const (
	ChannelForum = 15
	ChannelMedia = 16
)

// Channel is what we need to know of a channel or thread.
type Channel struct {
	ID            string `json:"id"`
	Type          int    `json:"type"`
	GuildID       string `json:"guild_id"`
	ParentID      string `json:"parent_id"`
	Name          string `json:"name"`
	LastMessageID string `json:"last_message_id"`
	Overwrites    []struct {
		ID    string `json:"id"`
		Type  int    `json:"type"` // 0 = role, 1 = member
		Allow string `json:"allow"`
		Deny  string `json:"deny"`
	} `json:"permission_overwrites"`
}

// IsThread reports whether it is a thread.
func (c Channel) IsThread() bool { return c.Type >= 10 && c.Type <= 12 }

// Holds reports whether messages can stand in it directly.
func (c Channel) Holds() bool { return c.Type != ChannelForum && c.Type != ChannelMedia }

// Kinds of interactions.
const (
	InteractionCommand   = 2
	InteractionComponent = 3
	InteractionForm      = 5
)

// Interaction is a button press, a filled form or a slash command.
type Interaction struct {
	ID            string          `json:"id"`
	ApplicationID string          `json:"application_id"`
	Type          int             `json:"type"`
	Token         string          `json:"token"`
	GuildID       string          `json:"guild_id"`
	ChannelID     string          `json:"channel_id"`
	Member        *Member         `json:"member"`
	User          *User           `json:"user"` // in direct messages
	Message       *Message        `json:"message"`
	Data          InteractionData `json:"data"`
}

// InteractionData is what was pressed, filled or typed.
type InteractionData struct {
	CustomID string `json:"custom_id"`
	Name     string `json:"name"`
	Options  []struct {
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value"`
	} `json:"options"`
	Components []json.RawMessage `json:"components"`
}

// Who is the person who acted, or false when Discord did not say.
func (i Interaction) Who() (User, bool) {
	switch {
	case i.Member != nil && i.Member.User != nil && i.Member.User.ID != "":
		return *i.Member.User, true
	case i.User != nil && i.User.ID != "":
		return *i.User, true
	}
	return User{}, false
}

// Option is the value of a slash command's option, as text.
func (d InteractionData) Option(name string) string {
	for _, o := range d.Options {
		if o.Name != name {
			continue
		}
		var s string
		if json.Unmarshal(o.Value, &s) == nil {
			return s
		}
		return string(o.Value)
	}
	return ""
}

// Field is the value of a form's field, wherever in the form it stands.
func (d InteractionData) Field(id string) string {
	return field(d.Components, id, 0)
}

func field(list []json.RawMessage, id string, depth int) string {
	if depth > 4 {
		return ""
	}
	for _, raw := range list {
		var n struct {
			CustomID   string            `json:"custom_id"`
			Value      string            `json:"value"`
			Components []json.RawMessage `json:"components"`
			Component  json.RawMessage   `json:"component"` // of a label
		}
		if json.Unmarshal(raw, &n) != nil {
			continue
		}
		if n.CustomID == id && n.Value != "" {
			return n.Value
		}
		inner := n.Components
		if n.Component != nil {
			inner = append(inner, n.Component)
		}
		if v := field(inner, id, depth+1); v != "" {
			return v
		}
	}
	return ""
}

// epoch is the first second of 2015, where snowflakes count from.
const epoch = 1420070400000

// Snowflake reads an id as a number; 0 when it is none.
func Snowflake(id string) uint64 {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// SnowflakeTime is when an id was made.
func SnowflakeTime(id string) time.Time {
	return time.UnixMilli(int64(Snowflake(id)>>22) + epoch) // 42 bits of milliseconds fit
}

// newer reports whether id a was made after id b.
func newer(a, b string) bool { return Snowflake(a) > Snowflake(b) }

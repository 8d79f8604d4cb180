package discord

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"
)

// Outgoing is a message to send, or the new face of one that stands.
type Outgoing struct {
	Content    string
	Reply      string // id of the message it answers; sending fails when that is gone
	Nonce      string // Discord gives back the earlier message when it saw the nonce within a few minutes
	Components []any  // nil on an edit leaves them; an empty list removes them
	Embeds     []any
	PNG        []byte // a picture
	Whisper    bool   // answers to interactions: only the person who acted sees it
	NoPreview  bool   // no previews of links
}

// Flags of messages.
const (
	flagNoPreview = 1 << 2
	flagWhisper   = 1 << 6
)

// nobody is the allowed_mentions of everything we send: no text, ours or a
// customer's, may ever ring anyone. Discord's default rings even @everyone.
func nobody() map[string]any {
	return map[string]any{"parse": []string{}, "replied_user": false}
}

// body is the JSON of a message. Every send path goes through it.
func (o Outgoing) body() map[string]any {
	b := map[string]any{"content": o.Content, "allowed_mentions": nobody()}
	if o.Reply != "" {
		b["message_reference"] = map[string]any{"message_id": o.Reply, "fail_if_not_exists": true}
	}
	if o.Nonce != "" {
		b["nonce"], b["enforce_nonce"] = o.Nonce, true
	}
	if o.Components != nil {
		b["components"] = o.Components
	}
	if o.Embeds != nil {
		b["embeds"] = o.Embeds
	}
	flags := 0
	if o.NoPreview {
		flags |= flagNoPreview
	}
	if o.Whisper {
		flags |= flagWhisper
	}
	if flags != 0 {
		b["flags"] = flags
	}
	if o.PNG != nil {
		b["attachments"] = []any{map[string]any{"id": 0, "filename": "rasid.png"}}
	}
	return b
}

// fill puts the message into a call, as JSON or, with a picture, as a form.
func (o Outgoing) fill(r call) (call, error) {
	if o.PNG == nil {
		r.body = o.body()
		return r, nil
	}
	kind, raw, err := discordgo.MultipartBodyWithJSON(o.body(), []*discordgo.File{
		{Name: "rasid.png", ContentType: "image/png", Reader: bytes.NewReader(o.PNG)}})
	if err != nil {
		return r, fmt.Errorf("encoding a picture: %w", err)
	}
	r.raw, r.kind = raw, kind
	return r, nil
}

// NonceOf derives a nonce from an outbox key and whatever else must be the same
// for it to be the same message: 25 characters, the most Discord takes, hold
// 150 bits of their hash.
func NonceOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s,", len(p), p)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))[:25]
}

// Send puts a new message into a channel or thread.
func (c *Client) Send(ctx context.Context, channel string, o Outgoing) (Message, error) {
	r, err := o.fill(call{method: "POST", path: "channels/" + id(channel) + "/messages", lane: "send/" + channel, once: true})
	if err != nil {
		return Message{}, notSent(err)
	}
	var m Message
	if err := c.do(ctx, r, &m); err != nil {
		return Message{}, err
	}
	if Snowflake(m.ID) == 0 || m.ChannelID != channel {
		return Message{}, errors.New("sending to Discord: the answer names no message in that channel")
	}
	return m, nil
}

// Edit changes a message of ours.
func (c *Client) Edit(ctx context.Context, channel, message string, o Outgoing) (Message, error) {
	r, err := o.fill(call{method: "PATCH", path: "channels/" + id(channel) + "/messages/" + id(message), lane: "edit/" + channel})
	if err != nil {
		return Message{}, err
	}
	var m Message
	err = c.do(ctx, r, &m)
	return m, err
}

// Message reads one message.
func (c *Client) Message(ctx context.Context, channel, message string) (Message, error) {
	var m Message
	err := c.do(ctx, call{method: "GET", path: "channels/" + id(channel) + "/messages/" + id(message), lane: "message/" + channel}, &m)
	return m, err
}

// page is the most messages Discord gives at once.
const page = 100

// After reads up to 100 messages that follow an id, oldest first. next is the
// id to go on from, "" at the end of the channel.
func (c *Client) After(ctx context.Context, channel, after string) (list []Message, next string, err error) {
	raw, err := c.rawPage(ctx, channel, "after", after, page)
	if err != nil {
		return nil, "", fmt.Errorf("reading a channel: %w", err)
	}
	if len(raw) == page {
		next = raw[page-1].id()
	}
	return decodeAll(raw), next, nil
}

// rawPage reads one page of a channel, oldest first, undecoded: one message of
// a shape we do not know must not cost the whole page.
func (c *Client) rawPage(ctx context.Context, channel, where, ref string, limit int) ([]rawMessage, error) {
	q := url.Values{"limit": {strconv.Itoa(limit)}}
	if ref != "" {
		q.Set(where, ref)
	}
	var list []rawMessage
	err := c.do(ctx, call{method: "GET", path: "channels/" + id(channel) + "/messages?" + q.Encode(), lane: "history/" + channel}, &list)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(m rawMessage) bool { return Snowflake(m.id()) == 0 })
	slices.SortFunc(list, func(a, b rawMessage) int {
		switch {
		case newer(a.id(), b.id()):
			return 1
		case newer(b.id(), a.id()):
			return -1
		}
		return 0
	})
	return list, nil
}

// Channel reads what Discord tells about a channel or thread.
func (c *Client) Channel(ctx context.Context, channel string) (Channel, error) {
	var ch Channel
	if err := c.do(ctx, call{method: "GET", path: "channels/" + id(channel), lane: "channel"}, &ch); err != nil {
		return Channel{}, err
	}
	c.learn(ch)
	return ch, nil
}

// Me reads the bot's own user: the cheapest proof that the token works.
func (c *Client) Me(ctx context.Context) (User, error) {
	var u User
	if err := c.do(ctx, call{method: "GET", path: "users/@me", lane: "me"}, &u); err != nil {
		return User{}, err
	}
	if u.ID == "" {
		return User{}, errors.New("asking Discord who we are: the answer names nobody")
	}
	c.self.Store(&u)
	return u, nil
}

// MessageURL is the link a person can open.
func MessageURL(guild, channel, message string) string {
	if guild == "" {
		guild = "@me"
	}
	return "https://discord.com/channels/" + guild + "/" + channel + "/" + message
}

// id keeps whatever came from a configuration or a mention from becoming part
// of a path.
func id(s string) string { return url.PathEscape(s) }

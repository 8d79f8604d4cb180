package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v4"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// What happened to a message, as the inbox holds it.
const (
	Said    = "said"    // written, or read back later
	Changed = "changed" // edited
	Removed = "removed" // deleted
	Missed  = "missed"  // nothing happened: messages may be missing, Note says why
)

// Item is the body of one inbox item.
type Item struct {
	Event   string          `json:"event"`
	Guild   string          `json:"guild,omitempty"`
	Channel string          `json:"channel"`          // where the message stands: a channel or a thread
	Parent  string          `json:"parent,omitempty"` // the channel of the thread
	Old     bool            `json:"old,omitempty"`    // read as history when the channel was first watched
	Note    string          `json:"note,omitempty"`
	Message json.RawMessage `json:"message,omitempty"` // as Discord sent it
}

// Root is the watched channel: the thread's parent, or the channel itself.
func (i Item) Root() string {
	if i.Parent != "" {
		return i.Parent
	}
	return i.Channel
}

// rawMessage is a message kept as it came, of which only the head is read.
type rawMessage json.RawMessage

// UnmarshalJSON keeps the bytes.
func (m *rawMessage) UnmarshalJSON(b []byte) error {
	*m = bytes.Clone(b)
	return nil
}

// head is what we must know of a message to file it.
type head struct {
	ID        string     `json:"id"`
	ChannelID string     `json:"channel_id"`
	GuildID   string     `json:"guild_id"`
	Edited    *time.Time `json:"edited_timestamp"`
}

func (m rawMessage) head() head {
	var h head
	_ = json.Unmarshal(m, &h) // what cannot be read has no id and is left out
	return h
}

func (m rawMessage) id() string { return m.head().ID }

func decodeAll(list []rawMessage) []Message {
	var out []Message
	for _, raw := range list {
		var m Message
		if json.Unmarshal(raw, &m) == nil {
			out = append(out, m)
		}
	}
	return out
}

// file makes an inbox item. The key is the same however often, and on
// whichever way, Discord tells the same thing.
func (c *Client) file(what string, at Channel, m rawMessage, old bool) cases.InboxItem {
	h := m.head()
	key := "said/" + h.ID
	switch {
	case what == Removed:
		key = "removed/" + h.ID
	case h.Edited != nil:
		key = fmt.Sprintf("said/%s/%d", h.ID, h.Edited.UnixMicro())
	}
	body, _ := json.Marshal(Item{Event: what, Guild: at.GuildID, Channel: at.ID, Parent: parentOf(at), Old: old, Message: json.RawMessage(m)})
	return cases.InboxItem{Account: c.cfg.Account, Key: key, Body: body, At: time.Now()}
}

func parentOf(at Channel) string {
	if at.IsThread() {
		return at.ParentID
	}
	return ""
}

// missed files that messages of a channel may be missing.
func (c *Client) missed(channel Channel, why string) cases.InboxItem {
	body, _ := json.Marshal(Item{Event: Missed, Guild: channel.GuildID, Channel: channel.ID, Parent: parentOf(channel), Note: why})
	now := time.Now()
	return cases.InboxItem{Account: c.cfg.Account, Key: fmt.Sprintf("missed/%s/%s/%s", channel.ID, now.UTC().Format(time.DateOnly), why), Body: body, At: now}
}

// work handles events in order until ctx ends. One goroutine writes the inbox
// and its mark, so a mark never runs ahead of what is written.
func (c *Client) work(ctx context.Context, q *queue) {
	for {
		batch, ok := q.take(ctx)
		if !ok {
			return
		}
		var items []cases.InboxItem
		marks := map[string]string{}
		for _, e := range batch {
			if e.name == "READY" || e.name == auditEvent { // they read the marks
				c.put(ctx, items, marks)
				items, marks = nil, map[string]string{}
			}
			func() {
				defer c.recovered(e.name)
				items = append(items, c.handle(ctx, e, marks)...)
			}()
		}
		c.put(ctx, items, marks)
	}
}

// handle reads one event and returns what it adds to the inbox.
func (c *Client) handle(ctx context.Context, e event, marks map[string]string) []cases.InboxItem {
	switch e.name {
	case "READY":
		var r ready
		if json.Unmarshal(e.data, &r) == nil && r.User.ID != "" {
			c.self.Store(&r.User)
			c.app.Store(&r.Application.ID)
		}
		c.backfill(ctx)
	case auditEvent:
		c.audit(ctx)
	case "GUILD_CREATE":
		var g struct {
			ID       string    `json:"id"`
			Channels []Channel `json:"channels"`
			Threads  []Channel `json:"threads"`
		}
		if json.Unmarshal(e.data, &g) == nil {
			for _, ch := range append(g.Channels, g.Threads...) {
				ch.GuildID = g.ID
				c.learn(ch)
			}
		}
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE":
		var ch Channel
		if json.Unmarshal(e.data, &ch) == nil {
			c.learn(ch)
		}
	case "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE":
		return c.message(ctx, e, marks)
	case "MESSAGE_DELETE_BULK":
		var b struct {
			IDs       []string `json:"ids"`
			ChannelID string   `json:"channel_id"`
		}
		if json.Unmarshal(e.data, &b) != nil {
			return nil
		}
		var items []cases.InboxItem
		for _, one := range b.IDs {
			raw, _ := json.Marshal(map[string]string{"id": one, "channel_id": b.ChannelID})
			items = append(items, c.message(ctx, event{"MESSAGE_DELETE", raw}, marks)...)
		}
		return items
	}
	return nil
}

// message files one message event of a watched channel.
func (c *Client) message(ctx context.Context, e event, marks map[string]string) []cases.InboxItem {
	raw := rawMessage(e.data)
	h := raw.head()
	if Snowflake(h.ID) == 0 || h.ChannelID == "" {
		return nil
	}
	at, ok := c.watched(ctx, h.ChannelID)
	if !ok {
		return nil
	}
	switch e.name {
	case "MESSAGE_DELETE":
		return []cases.InboxItem{c.file(Removed, at, raw, false)}
	case "MESSAGE_UPDATE":
		if h.Edited == nil { // a preview was added, or a pin: nobody changed a word
			return nil
		}
		return []cases.InboxItem{c.file(Changed, at, raw, false)}
	}
	if newer(h.ID, marks[at.ID]) {
		marks[at.ID] = h.ID
	}
	return c.said(at, raw, false)
}

// said files a message, and an alarm with it when too many come without text.
func (c *Client) said(at Channel, raw rawMessage, old bool) []cases.InboxItem {
	items := []cases.InboxItem{c.file(Said, at, raw, old)}
	if c.hollow(raw) {
		items = append(items, c.missed(at, "messages arrive without their text: switch on Message Content Intent (Developer Portal, Bot)"))
	}
	return items
}

// hollowAlarm is how many messages of people in a row may come without any
// content before it is called a fault: without the intent all of them do.
const hollowAlarm = 5

// hollow counts messages that came without content, and reports once when they
// are too many. A message counts once and in its turn: what the gateway repeats
// and what reading the missed ones brings again says nothing new.
func (c *Client) hollow(raw rawMessage) bool {
	var m Message
	if json.Unmarshal(raw, &m) != nil || m.Author == nil || m.Author.Bot || m.WebhookID != "" {
		return false
	}
	if m.Type != TypeDefault && m.Type != TypeReply {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !newer(m.ID, c.weighed) {
		return false
	}
	c.weighed = m.ID
	if m.Content != "" || len(m.Attachments)+len(m.Embeds)+len(m.Stickers)+len(m.Snapshots)+len(m.Components) > 0 || len(m.Poll) > 0 {
		c.blank, c.blankSet = 0, false
		return false
	}
	c.blank++
	if c.blank < hollowAlarm || c.blankSet {
		return false
	}
	c.blankSet = true
	return true
}

// Hollow reports whether messages come without their text.
func (c *Client) Hollow() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.blankSet
}

// learn remembers where a channel or thread belongs.
func (c *Client) learn(ch Channel) {
	if ch.ID == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.places) > 50_000 { // a bot in very large servers: start over, REST knows
		clear(c.places)
	}
	c.places[ch.ID] = ch
}

// watched finds the channel a message stands in, if we watch it or its parent.
func (c *Client) watched(ctx context.Context, channel string) (Channel, bool) {
	c.mu.Lock()
	_, root := c.watch[channel]
	at, known := c.places[channel]
	parents := slices.Contains(slices.Collect(maps.Values(c.watch)), true)
	c.mu.Unlock()
	if !known && (root || parents) {
		var err error
		if at, err = c.Channel(ctx, channel); err != nil {
			at = Channel{ID: channel}
			if errors.Is(err, cases.ErrRefused) {
				c.learn(at) // do not ask again
			}
		}
	}
	if root {
		return at, true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return at, at.IsThread() && c.watch[at.ParentID]
}

// put writes items and how far the channels were read, in one transaction. It
// does not give up before ctx ends: what is not written was not received.
func (c *Client) put(ctx context.Context, items []cases.InboxItem, marks map[string]string) {
	if c.cfg.Inbox == nil || (len(items) == 0 && len(marks) == 0) {
		return
	}
	c.insist(ctx, "writing the inbox", func() error {
		if err := c.loadMarks(ctx); err != nil {
			return err
		}
		next := maps.Clone(c.marks)
		for ch, m := range marks {
			if newer(m, next[ch]) {
				next[ch] = m
			}
		}
		prune(next)
		raw, err := json.Marshal(next)
		if err != nil {
			return err
		}
		if err := c.cfg.Inbox.PutInbox(ctx, c.cfg.Account, items, string(raw)); err != nil {
			return err
		}
		c.marks = next
		return nil
	})
}

// loadMarks reads, once, how far each channel was read. Only the worker
// touches marks.
func (c *Client) loadMarks(ctx context.Context) error {
	if c.marks != nil {
		return nil
	}
	raw, err := c.cfg.Inbox.Mark(ctx, c.cfg.Account)
	if err != nil {
		return err
	}
	marks := map[string]string{}
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &marks); err != nil {
			return fmt.Errorf("reading the mark of %s: %w", c.cfg.Account, err)
		}
	}
	c.marks = marks
	return nil
}

// maxMarks bounds the mark; threads come and go for years.
const maxMarks = 2000

// prune forgets the threads whose last message is oldest.
func prune(marks map[string]string) {
	if len(marks) <= maxMarks {
		return
	}
	ids := slices.Collect(maps.Keys(marks))
	slices.SortFunc(ids, func(a, b string) int {
		if newer(marks[a], marks[b]) {
			return 1
		}
		return -1
	})
	for _, old := range ids[:len(ids)-maxMarks] {
		delete(marks, old)
	}
}

// insist repeats do until it works or ctx ends.
func (c *Client) insist(ctx context.Context, doing string, do func() error) {
	pause := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(c.cfg.Times.Pause), backoff.WithMaxInterval(time.Minute), backoff.WithMaxElapsedTime(0))
	for {
		err := do()
		if err == nil || ctx.Err() != nil {
			return
		}
		wait := pause.NextBackOff()
		if later, ok := errors.AsType[*cases.LaterError](err); ok {
			wait = max(later.After, wait)
		}
		c.cfg.Log.Warn("discord will try again", "account", c.cfg.Account, "doing", doing, "err", err, "wait", wait)
		if outbound.Pause(ctx, wait) != nil {
			return
		}
	}
}

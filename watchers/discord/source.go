// Package discord watches Discord channels, forums and their threads. It reads
// what the bot's one connection has put into the inbox, so polling it asks
// nothing of Discord.
package discord

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rasid/internal/cases"
	"rasid/internal/platform/discord"
	"rasid/watchers"
)

// perPage bounds one page.
const perPage = 200

// Source is one watched place on Discord. Make it with New.
type Source struct {
	Name   string // of the source in config.yaml
	Config Config
	Inbox  watchers.Inbox
	Client *discord.Client
	Staff  []string // user ids of our people: what they say is ours
}

// New makes a source and tells the connection what to write down. The
// connection must not run yet.
func New(c Config, name string, client *discord.Client, inbox watchers.Inbox, staff []string) *Source {
	for _, id := range c.All() {
		client.Watch(id, c.Threads)
	}
	return &Source{Name: name, Config: c, Inbox: inbox, Client: client, Staff: staff}
}

// Poll returns what was said after the cursor, a position in the inbox.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	var at int64
	if after != "" {
		n, err := strconv.ParseInt(string(after), 10, 64)
		if err != nil || n < 0 {
			return cases.Page{}, fmt.Errorf("reading the cursor of %s: %q is no position in the inbox", s.Name, shorten(string(after)))
		}
		at = n
	}
	items, err := s.Inbox.Inbox(ctx, s.Client.Account(), at, perPage)
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading the inbox of %s: %w", s.Client.Account(), err)
	}
	cases.Hear(ctx, s.Client.Allowance())
	page := cases.Page{More: len(items) == perPage}
	for _, it := range items {
		at = it.Seq
		var i discord.Item
		if json.Unmarshal(it.Body, &i) != nil {
			page.Gap = "a message could not be read; its raw form is kept in the inbox"
			continue
		}
		if !s.ours(i) {
			continue
		}
		if i.Event == discord.Missed {
			page.Gap = i.Note
			continue
		}
		m, ok, err := s.mention(i)
		if err != nil {
			page.Gap = "a message could not be read; its raw form is kept in the inbox"
		}
		if ok {
			page.Mentions = append(page.Mentions, m)
		}
	}
	page.Next = cases.Cursor(strconv.FormatInt(at, 10))
	return page, nil
}

func shorten(s string) string { return s[:min(len(s), 40)] }

// ours reports whether an item stands in a channel of this source; another
// source may share the connection.
func (s *Source) ours(i discord.Item) bool {
	all := s.Config.All()
	return slices.Contains(all, i.Channel) || s.Config.Threads && slices.Contains(all, i.Root())
}

// mention turns a message into a mention. It reports false for what has no
// words: joins, pins, pictures alone.
func (s *Source) mention(i discord.Item) (cases.Mention, bool, error) {
	var m discord.Message
	if err := json.Unmarshal(i.Message, &m); err != nil {
		return cases.Mention{}, false, fmt.Errorf("reading a message: %w", err)
	}
	out := cases.Mention{
		Source:  s.Name,
		ID:      m.ID,
		Thread:  i.Channel,
		ReplyTo: discord.Ref{Channel: i.Channel, Message: m.ID}.String(),
		URL:     discord.MessageURL(i.Guild, i.Channel, m.ID),
		Direct:  s.Config.Dedicated,
		Old:     i.Old,
	}
	if i.Event == discord.Removed {
		out.Gone = true
		return out, m.ID != "", nil
	}
	out.Text = m.Words()
	if strings.TrimSpace(out.Text) == "" || !m.Said() {
		return cases.Mention{}, false, nil
	}
	out.PostedAt = discord.SnowflakeTime(m.ID)
	if m.Edited != nil {
		out.EditedAt = *m.Edited
	}
	s.author(m, &out)
	s.addressed(m, &out)
	if slices.Contains(s.Config.All(), i.Channel) {
		// A channel is a place where many people speak; only a thread, or what
		// answers the same message, is one conversation.
		out.Thread = i.Channel + "/" + cmp.Or(out.AnswerTo, m.ID)
	}
	return out, true, nil
}

// author says who wrote a message; only ids are believed.
func (s *Source) author(m discord.Message, out *cases.Mention) {
	out.Author = m.AuthorName()
	switch {
	case m.WebhookID != "":
		out.AuthorID, out.Bot = "webhook:"+m.WebhookID, true
	case m.Author == nil || m.Author.ID == "":
		out.AuthorID, out.Bot = "unknown", true // nobody we could answer
	default:
		out.AuthorID = m.Author.ID
		out.Bot = m.Author.Bot || m.Author.System
		out.Ours = s.isOurs(m.Author.ID)
	}
}

// addressed looks whether the message answers something or calls the bot.
func (s *Source) addressed(m discord.Message, out *cases.Mention) {
	if r := m.Reference; r != nil && r.Type == 0 {
		out.AnswerTo = r.MessageID
		if a := m.Answered; a != nil && a.Author != nil && s.isOurs(a.Author.ID) {
			out.Direct = true
		}
	}
	me, known := s.Client.Self()
	for _, u := range m.Mentions {
		if known && u.ID == me.ID {
			out.Direct = true
		}
	}
}

func (s *Source) isOurs(id string) bool {
	me, known := s.Client.Self()
	return slices.Contains(s.Staff, id) || known && id == me.ID
}

// Doctor asks Discord whether the bot can read every channel of the source,
// and says what to switch where. It changes nothing.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	var out []watchers.Advice
	add := func(list []discord.Finding) {
		for _, f := range list {
			out = append(out, watchers.Advice{OK: f.OK, What: f.What, Fix: f.Fix})
		}
	}
	token := s.Client.InspectToken(ctx)
	add(token)
	if !token[0].OK {
		return out
	}
	for _, id := range s.Config.All() {
		needs := []discord.Permission{discord.PermSend}
		if s.Config.Threads {
			needs = append(needs, discord.PermSendInThreads)
		}
		add(s.Client.InspectChannel(ctx, id, needs...))
	}
	add(s.Client.InspectServers(ctx, s.Config.All()...))
	return out
}

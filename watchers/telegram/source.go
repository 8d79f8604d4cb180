// Package telegram watches Telegram groups, supergroups with their forum
// topics, and channels. It reads what the bot's one connection has put into
// the inbox, so polling it asks nothing of Telegram.
//
// Bots are not told of deleted messages; a mention from here may be gone
// without anybody noticing.
package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"rasid/internal/cases"
	"rasid/internal/platform/telegram"
	"rasid/watchers"
)

// perPage bounds one page.
const perPage = 200

// Source is one watched place on Telegram.
type Source struct {
	Name    string // of the source in config.yaml
	Account string // of the connection that fills the inbox
	Config  Config
	Inbox   watchers.Inbox
	Client  *telegram.Client
	Staff   []int64 // user ids of our people: what they say is ours

	// Strangers lists chats the bot is in without their being configured; the
	// doctor shows them. It may be nil.
	Strangers func() map[int64]string
}

// cursor is what a source remembers: a position in the inbox, and the new ids
// of its chats, which the inbox tells only once.
type cursor struct {
	Seq   int64           `json:"seq"`
	Moved map[int64]int64 `json:"moved,omitempty"`
}

// Poll returns what was said after the cursor.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	var at cursor
	if after != "" {
		if err := json.Unmarshal([]byte(after), &at); err != nil {
			return cases.Page{}, fmt.Errorf("reading the cursor of %s: %w", s.Name, err)
		}
	}
	items, err := s.Inbox.Inbox(ctx, s.Account, at.Seq, perPage)
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading the inbox of %s: %w", s.Account, err)
	}
	if len(items) == 0 {
		if err := s.down(); err != nil {
			return cases.Page{}, err
		}
	}
	page := cases.Page{More: len(items) == perPage}
	for _, it := range items {
		at.Seq = it.Seq
		u := telegram.ParseUpdate(it.Body)
		switch {
		case u.Undecodable != nil:
			page.Gap = "an update could not be read; its raw form is kept in the inbox"
		case u.Lost != "":
			page.Gap = u.Lost
		case u.Member != nil && s.ours(u.Member.Chat.ID, at.Moved) && (u.Member.New.Status == "left" || u.Member.New.Status == "kicked"):
			page.Gap = fmt.Sprintf("the bot was removed from chat %d on %s", u.Member.Chat.ID, time.Unix(u.Member.Date, 0).UTC().Format("2006-01-02 15:04"))
		}
		m := u.Said()
		if m == nil || !s.ours(m.Chat.ID, at.Moved) {
			continue
		}
		if m.MovedTo != 0 {
			if at.Moved == nil {
				at.Moved = map[int64]int64{}
			}
			at.Moved[m.Chat.ID] = m.MovedTo
			continue
		}
		if mention, ok := s.mention(m); ok {
			page.Mentions = append(page.Mentions, mention)
		}
	}
	return watchers.EndAt(page, s.Name, at)
}

// silence is how long the connection may fail before the source counts as
// failing: a poll alone may take 50 seconds. One whose token is not valid fails
// at once, for nobody polls any more.
const silence = 90 * time.Second

// down returns an error while the connection cannot read Telegram: an empty
// inbox then says nothing about what people say.
func (s *Source) down() error {
	if s.Client == nil {
		return nil
	}
	st := s.Client.Status()
	if st.LastError == "" || !st.Over && s.Client.Now().Sub(st.LastOK) < silence {
		return nil
	}
	return &cases.LaterError{After: 15 * time.Second, Err: fmt.Errorf("reading telegram as %s: %s", s.Account, st.LastError)}
}

// ours reports whether a chat is one of the source's, perhaps under a newer
// id.
func (s *Source) ours(chat int64, moved map[int64]int64) bool {
	for _, id := range s.Config.All() {
		if id == chat || s.Client != nil && s.Client.Current(id) == chat {
			return true
		}
		for range len(moved) {
			if next, ok := moved[id]; ok {
				id = next
			}
		}
		if id == chat {
			return true
		}
	}
	return false
}

// mention turns a message into a mention. It reports false for what has no
// words: joins, pins, pictures without a caption.
func (s *Source) mention(m *telegram.Message) (cases.Mention, bool) {
	text := plain(m.Words())
	if strings.TrimSpace(text) == "" || !s.inTopics(m) {
		return cases.Mention{}, false
	}
	out := cases.Mention{
		Source:   s.Name,
		ID:       ID(m.Chat.ID, m.ID),
		Thread:   thread(m),
		ReplyTo:  telegram.Ref{Chat: m.Chat.ID, Topic: m.Topic(), Message: m.ID}.String(),
		URL:      telegram.Link(m.Chat, m.Topic(), m.ID),
		Text:     text,
		PostedAt: m.At(),
		Direct:   s.Config.Dedicated,
	}
	out.EditedAt = m.EditedAt()
	s.author(m, &out)
	if t := m.ReplyTo; t != nil && !opensTopic(m) {
		out.AnswerTo = ID(t.Chat.ID, t.ID)
		if t.From != nil && (s.staff(t.From.ID) || s.Client != nil && t.From.ID == s.Client.BotID()) {
			out.Direct = true
		}
	}
	return out, true
}

// author says who wrote a message. An account id is the only thing believed;
// whoever hides it is either us or nobody we answer.
func (s *Source) author(m *telegram.Message, out *cases.Mention) {
	switch {
	case m.SenderChat != nil && m.Chat.Type == "channel": // a watched channel speaks with its own name
		out.AuthorID, out.Author = "chat:"+strconv.FormatInt(m.SenderChat.ID, 10), m.SenderChat.Title
	case m.SenderChat != nil:
		out.AuthorID, out.Author = "chat:"+strconv.FormatInt(m.SenderChat.ID, 10), m.SenderChat.Title
		// The group itself: an administrator who hides. A post forwarded by
		// itself: the group's own channel. Both are the business.
		out.Ours = m.SenderChat.ID == m.Chat.ID || m.AutoForward
		out.Bot = !out.Ours
	case m.From != nil:
		out.AuthorID, out.Author = strconv.FormatInt(m.From.ID, 10), m.From.Name()
		out.Ours = s.staff(m.From.ID) || m.From.ID == telegram.AnonymousAdmin
		out.Bot = m.From.Bot && !out.Ours
	default: // a channel without a name of its own
		out.AuthorID, out.Author = "chat:"+strconv.FormatInt(m.Chat.ID, 10), m.Chat.Title
	}
	if m.ViaBot != nil {
		out.Bot = true
	}
	out.Author = plain(out.Author)
}

// plain drops what databases and terminals choke on and no person writes.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

func (s *Source) staff(id int64) bool { return slices.Contains(s.Staff, id) }

func (s *Source) inTopics(m *telegram.Message) bool {
	return len(s.Config.Topics) == 0 || slices.Contains(s.Config.Topics, m.Topic())
}

// opensTopic reports whether the "answer" is only how Telegram ties a message
// to its forum topic.
func opensTopic(m *telegram.Message) bool {
	return m.TopicMessage && m.ReplyTo.ID == m.Thread
}

// opensOrNone reports whether a message of a topic answers no other.
func opensOrNone(m *telegram.Message) bool { return m.ReplyTo == nil || opensTopic(m) }

// thread is the conversation of a message: what began the chain of replies. A
// forum topic is a place where many people speak, not one conversation.
func thread(m *telegram.Message) string {
	root := m.ID
	switch {
	case m.TopicMessage && opensOrNone(m):
	case m.TopicMessage:
		root = m.ReplyTo.ID
	case m.Thread != 0:
		root = m.Thread
	case m.ReplyTo != nil && m.ReplyTo.Thread != 0:
		root = m.ReplyTo.Thread
	case m.ReplyTo != nil:
		root = m.ReplyTo.ID
	}
	return ID(m.Chat.ID, root)
}

// ID is the id of a message within a source. Numbers are unique in a chat
// only.
func ID(chat, message int64) string { return fmt.Sprintf("%d/%d", chat, message) }

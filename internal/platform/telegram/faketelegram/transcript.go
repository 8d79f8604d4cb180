package faketelegram

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Effects returns everything the server accepted from the bot, in order.
func (s *Server) Effects() []Effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.effects)
}

// Posted returns the messages the bot has put into a chat, in order, deleted
// ones included.
func (s *Server) Posted(chat int64) []Message {
	var out []Message
	for _, m := range s.Messages(chat) {
		if m.From == BotID {
			out = append(out, m)
		}
	}
	return out
}

// Messages returns every message of a chat, in order.
func (s *Server) Messages(chat int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chat]
	if c == nil {
		return nil
	}
	out := make([]Message, 0, len(c.messages))
	for id := int64(1); id <= s.nextID[chat]; id++ {
		if m := c.messages[id]; m != nil {
			out = append(out, *m)
		}
	}
	return out
}

// Message returns one message.
func (s *Server) Message(chat, id int64) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[chat]; c != nil && c.messages[id] != nil {
		return *c.messages[id], true
	}
	return Message{}, false
}

// Answers returns what people who pressed buttons were told, in order.
func (s *Server) Answers() []Effect {
	var out []Effect
	for _, e := range s.Effects() {
		if e.Method == "answerCallbackQuery" {
			out = append(out, e)
		}
	}
	return out
}

// Transcript renders a chat the way a reader would see it, one message after
// the other. Times are left out unless a layout is given.
func (s *Server) Transcript(chat int64, layout string) string {
	var b strings.Builder
	for _, m := range s.Messages(chat) {
		if m.Words() == "" && !m.Photo {
			continue
		}
		fmt.Fprintf(&b, "#%d ", m.ID)
		if layout != "" {
			b.WriteString(m.At.Format(layout) + " ")
		}
		b.WriteString(s.name(m))
		if m.Topic != 0 {
			fmt.Fprintf(&b, " [topic %d]", m.Topic)
		}
		if m.ReplyTo != 0 {
			fmt.Fprintf(&b, " → #%d", m.ReplyTo)
		}
		b.WriteString(marks(m) + ":\n")
		for line := range strings.SplitSeq(m.Words(), "\n") {
			b.WriteString("    " + line + "\n")
		}
		for _, row := range m.Buttons {
			b.WriteString("   ")
			for _, button := range row {
				b.WriteString(" [" + button.Text + "]")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func marks(m Message) string {
	var out string
	if m.Photo {
		out += " (picture)"
	}
	if !m.EditedAt.IsZero() {
		out += " (edited)"
	}
	if m.Deleted {
		out += " (deleted)"
	}
	return out
}

func (s *Server) name(m Message) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[m.SenderChat]; c != nil {
		return c.title
	}
	if u, known := s.users[m.From]; known {
		return strings.TrimSpace(u.First + " " + u.Last)
	}
	return "somebody"
}

// Eventually calls holds until it reports true, the tests' way to wait for
// another goroutine. It reports false after d.
func (s *Server) Eventually(d time.Duration, holds func() bool) bool {
	end := time.Now().Add(d)
	for {
		if holds() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
		t := time.NewTimer(2 * time.Millisecond)
		select {
		case <-t.C:
		case <-s.closed:
			t.Stop()
			return holds()
		}
	}
}

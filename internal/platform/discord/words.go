package discord

import (
	"regexp"
	"strings"
	"unicode"
)

// tokens is Discord's syntax for people, roles, channels, commands and emoji
// inside a text.
var tokens = regexp.MustCompile(`<(@!?|@&|#|a?:[A-Za-z0-9_~]{1,64}:)(\d{1,20})>|</([^:<>\n]{1,100}):\d{1,20}>`)

// Words is the text of a message as a person reads it: names instead of ids. A
// forwarded message has the words of what it forwards.
func (m Message) Words() string {
	text := m.Content
	if text == "" && len(m.Snapshots) > 0 {
		text = m.Snapshots[0].Message.Content
	}
	return tidy(tokens.ReplaceAllStringFunc(text, func(s string) string {
		p := tokens.FindStringSubmatch(s)
		switch {
		case p[3] != "":
			return "/" + p[3]
		case strings.HasSuffix(p[1], ":"):
			return strings.TrimPrefix(p[1], "a")
		case p[1] == "#":
			return "#channel"
		case p[1] == "@&":
			return "@role"
		}
		for _, u := range m.Mentions {
			if u.ID == p[2] && u.Name() != "" {
				return "@" + u.Name()
			}
		}
		return "@user"
	}))
}

// maxWords bounds a text; Discord itself takes 4000 characters at most.
const maxWords = 60 << 10

// tidy drops control characters, which no person types, and what is beyond the
// bound.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if len(s) > maxWords {
		s = strings.ToValidUTF8(s[:maxWords], "")
	}
	return s
}

// Said reports whether people write messages of this type; joins, pins and
// boosts are messages too.
func (m Message) Said() bool { return m.Type == TypeDefault || m.Type == TypeReply }

// AuthorName is the name shown on the server.
func (m Message) AuthorName() string {
	switch {
	case m.Member != nil && m.Member.Nick != "":
		return tidy(m.Member.Nick)
	case m.Author != nil:
		return tidy(m.Author.Name())
	}
	return ""
}

// Ref is where a message stands; it is the ReplyTo of a mention.
type Ref struct{ Channel, Message string }

// String writes a Ref as "channel/message".
func (r Ref) String() string { return r.Channel + "/" + r.Message }

// ParseRef reads "channel/message".
func ParseRef(s string) (Ref, bool) {
	ch, m, ok := strings.Cut(s, "/")
	return Ref{ch, m}, ok && Snowflake(ch) != 0 && Snowflake(m) != 0
}

package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"

	"rasid/internal/cases"
	"rasid/internal/patterns"
	"rasid/internal/platform/mail"
	"rasid/watchers"
)

const (
	maxHeader = 256 << 10 // bytes of a letter's header that are looked at
	maxLines  = 2000      // of it
	maxSaid   = watchers.MaxText - 2<<10
)

// mention turns a letter into a mention. Letters come from strangers: whatever
// is in them, this ends with a mention or an error, never with a panic.
func (s *Source) mention(l mail.Letter) (m cases.Mention, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it broke its reader: %.80s", watchers.Line(fmt.Sprint(r), 80))
		}
	}()
	e, err := message.Read(bytes.NewReader(mended(l.Raw)))
	if e == nil {
		return m, fmt.Errorf("it is no letter: %w", err)
	}
	from := addressIn(header(e, "From"))
	subject := watchers.Line(header(e, "Subject"), 500)
	said := said(e)
	fresh, rest := split(said.text())
	m = cases.Mention{
		Source: s.name, ID: id(e, l), Title: subject, Text: joinQuoted(fresh, rest), Direct: s.cfg.Dedicated,
		AuthorID: strings.ToLower(from.address), Author: watchers.Line(from.name, 200),
		PostedAt: l.Arrived.UTC(), Old: s.now().Sub(l.Arrived) > s.cfg.MaxAge,
	}
	if m.Author == "" {
		m.Author = watchers.Line(from.address, 200)
	}
	if now := s.now(); m.PostedAt.IsZero() || m.PostedAt.After(now) {
		m.PostedAt = now
	}
	if m.Text == "" && m.Title == "" {
		m.Text = "(no words)" // a picture
	}
	refs := ids(e, "References")
	before := ids(e, "In-Reply-To")
	if len(before) > 0 {
		m.AnswerTo = before[0]
	}
	m.Thread = m.ID
	if all := slices.Concat(refs, before); len(all) > 0 {
		m.Thread = all[0]
	}
	m.Ours = s.cfg.own(m.AuthorID)
	m.Bot = !m.Ours && s.automatic(e, m.AuthorID) != ""
	if a, ok := alert(e, m, said); ok {
		return a, nil
	}
	if !m.Ours && !m.Bot {
		m.ReplyTo = s.target(e, from.address, refs, before)
	}
	return m, nil
}

// target is where an answer goes: to the address the writer asks for, if it is
// one, or else to the writer. "" when nobody would read it.
func (s *Source) target(e *message.Entity, from string, refs, before []string) string {
	to := from
	if list := addressesIn(header(e, "Reply-To")); len(list) == 1 {
		to = list[0].address
	}
	own := ids(e, "Message-ID")
	if len(own) == 0 || to == "" || mail.Machine(to) || s.cfg.own(to) {
		return ""
	}
	if len(refs) == 0 {
		refs = before
	}
	t := mail.Target{To: to, ID: own[0], Refs: refs}.String()
	if _, err := mail.ParseTarget(t); err != nil || len(t) > 4<<10 {
		return ""
	}
	return t
}

// joinQuoted keeps what is quoted behind what is said.
func joinQuoted(fresh, rest string) string {
	fresh = watchers.Shorten(fresh, maxSaid)
	if room := maxSaid - len(fresh); rest != "" && room > 200 {
		return fresh + cases.QuoteMark + watchers.Shorten(rest, room)
	}
	return fresh
}

// id names the letter as its writer's program did, or by its words.
func id(e *message.Entity, l mail.Letter) string {
	if own := ids(e, "Message-ID"); len(own) > 0 && len(own[0]) <= 200 {
		return own[0]
	}
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\n%d\n", l.Arrived.UTC(), l.Size) // a hash does not fail
	h.Write(l.Raw)
	return "made-" + hex.EncodeToString(h.Sum(nil)[:12])
}

var inAngles = patterns.Later(`<([^<>\s]{1,250})>`)

// ids lists the Message-IDs in a header.
func ids(e *message.Entity, name string) (list []string) {
	for _, m := range inAngles().FindAllStringSubmatch(e.Header.Get(name), 200) {
		if mail.IsID(m[1]) {
			list = append(list, m[1])
		}
	}
	return list
}

// header is a header's text, decoded as far as that is possible.
func header(e *message.Entity, name string) string {
	raw := e.Header.Get(name)
	text, err := (&mime.WordDecoder{CharsetReader: charset.Reader}).DecodeHeader(raw)
	if err != nil {
		text = raw
	}
	return readable(text)
}

// readable makes UTF-8 of bytes that say nothing, or the wrong thing, about
// how they are written: in Arabic mail that is windows-1256.
func readable(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	if t, err := charmap.Windows1256.NewDecoder().String(s); err == nil {
		return t
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// person is a name and an address.
type person struct{ name, address string }

var bareAddress = patterns.Later(`[^\s<>"(),:;@]{1,100}@[^\s<>"(),:;@]{1,190}`)

func addressIn(s string) person {
	if all := addressesIn(s); len(all) > 0 {
		return all[0]
	}
	return person{}
}

// addressesIn reads a list of addresses; where it is not written as the
// standard asks, it takes what looks like one.
func addressesIn(s string) (list []person) {
	s = strings.Join(strings.Fields(watchers.Tidy(s)), " ")
	if a, err := mail.Address(s); err == nil {
		return []person{{a.Name, a.Address}}
	}
	for _, at := range bareAddress().FindAllStringIndex(s, 50) {
		list = append(list, person{strings.Trim(s[:at[0]], ` "<'`), s[at[0]:at[1]]})
	}
	if len(list) > 1 {
		for i := range list {
			list[i].name = ""
		}
	}
	return list
}

// mended drops header lines that are none, so that one bad line does not hide
// a letter.
func mended(raw []byte) []byte {
	var out bytes.Buffer
	rest, lines, kept := raw, 0, false
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		rest = after
		line = bytes.TrimSuffix(line, []byte("\r"))
		if lines++; len(line) == 0 || lines > maxLines || out.Len() > maxHeader {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if !kept {
				continue
			}
		} else if kept = field().Match(line); !kept {
			continue
		}
		out.Write(bytes.ReplaceAll(line, []byte{0}, nil))
		out.WriteString("\r\n")
	}
	out.WriteString("\r\n")
	out.Write(rest)
	return out.Bytes()
}

var field = patterns.Later(`^[!-9;-~]{1,100}[ \t]*:`)

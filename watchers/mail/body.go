package mail

import (
	"errors"
	"io"
	"strings"

	"github.com/emersion/go-message"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"rasid/watchers"
)

// Bounds of one letter's body.
const (
	maxDepth = 16        // parts inside parts
	maxParts = 200       // of one letter
	maxPart  = 512 << 10 // bytes of one part that are looked at
)

// body is what a letter says, without what is attached to it.
type body struct {
	plain, page strings.Builder
	parts       int
}

// said collects the texts of a letter. What cannot be read is left out: a
// letter that was cut or is broken still says what came before.
func said(e *message.Entity) *body {
	b := &body{}
	b.gather(e, 0)
	return b
}

func (b *body) gather(e *message.Entity, depth int) {
	if b.parts++; b.parts > maxParts || depth > maxDepth {
		return
	}
	if parts := e.MultipartReader(); parts != nil {
		for b.parts < maxParts {
			p, err := parts.NextPart()
			if p != nil {
				b.gather(p, depth+1)
			}
			if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
				return // io.EOF, or nothing more can be found
			}
			if p == nil {
				return
			}
		}
		return
	}
	if how, _, _ := e.Header.ContentDisposition(); strings.EqualFold(how, "attachment") {
		return
	}
	kind, _, err := e.Header.ContentType()
	if err != nil {
		kind = "text/plain" // as RFC 2045 asks
	}
	var into *strings.Builder
	switch strings.ToLower(kind) {
	case "text/plain":
		into = &b.plain
	case "text/html":
		into = &b.page
	default:
		return
	}
	text, err := io.ReadAll(io.LimitReader(e.Body, maxPart))
	if err != nil && len(text) == 0 && !errors.Is(err, io.ErrUnexpectedEOF) {
		return
	}
	if into.Len() > 0 {
		into.WriteByte('\n')
	}
	into.WriteString(readable(string(text)))
}

// text is the plain part, or the page as plain text.
func (b *body) text() string {
	plain := strings.ReplaceAll(b.plain.String(), "\r\n", "\n")
	if strings.TrimSpace(plain) != "" {
		return plain
	}
	return watchers.Plain(b.page.String())
}

// link is an address in a page with the words on it.
type link struct{ address, words string }

// look lists the links of the page, and the words that stand for pictures.
func (b *body) look() (links []link, pictures string) {
	var alts strings.Builder
	z := html.NewTokenizer(strings.NewReader(b.page.String()))
	open := -1
	for len(links) < 500 {
		switch z.Next() {
		case html.ErrorToken:
			return links, alts.String()
		case html.TextToken:
			if open >= 0 {
				links[open].words += string(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := atom.Lookup(name)
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				switch {
				case tag == atom.A && string(k) == "href":
					links, open = append(links, link{address: string(v)}), len(links)
				case tag == atom.Img && string(k) == "alt" && alts.Len() < 4<<10:
					alts.WriteString(string(v) + "\n")
				}
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == atom.A {
				open = -1
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
	return links, alts.String()
}

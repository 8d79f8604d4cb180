package watchers

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits on one text, in bytes.
const (
	// MaxText is the longest text of a mention.
	MaxText   = 64 << 10
	maxMarkup = 1 << 20 // of HTML that is looked at for one text
	cutMark   = " […]"
)

// Plain turns HTML into plain text: br and blocks become line breaks, entities
// their characters, scripts and styles nothing. It works on tokens and never
// builds a tree, so that deep nesting costs nothing.
func Plain(src string) string {
	if len(src) > maxMarkup {
		src = src[:validEnd(src, maxMarkup)]
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(src))
	skip := atom.Atom(0)
	for b.Len() < 4*MaxText {
		switch z.Next() {
		case html.ErrorToken:
			return Tidy(b.String())
		case html.TextToken:
			if skip == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			a := atom.Lookup(name)
			switch {
			case skip != 0:
			case dropped[a]:
				skip = a
			case a == atom.Img:
				b.WriteString(emojiAlt(z, more))
			default:
				b.WriteString(breaks[a])
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			a := atom.Lookup(name)
			switch {
			case skip != 0 && a == skip:
				skip = 0
			case skip == 0 && a != atom.Br:
				b.WriteString(breaks[a])
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
	return Tidy(b.String())
}

// dropped are elements whose content is not text for people.
var dropped = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Iframe: true, atom.Object: true,
	atom.Textarea: true, atom.Select: true, atom.Head: true, atom.Noembed: true, atom.Noframes: true, atom.Svg: true, atom.Math: true,
}

// breaks is what an element's edge becomes.
var breaks = map[atom.Atom]string{
	atom.Br: "\n", atom.P: "\n\n", atom.Div: "\n", atom.Li: "\n", atom.Ul: "\n", atom.Ol: "\n", atom.Tr: "\n", atom.Table: "\n", atom.Td: " ", atom.Th: " ",
	atom.H1: "\n\n", atom.H2: "\n\n", atom.H3: "\n\n", atom.H4: "\n\n", atom.H5: "\n\n", atom.H6: "\n\n", atom.Blockquote: "\n\n", atom.Pre: "\n",
	atom.Section: "\n", atom.Article: "\n", atom.Header: "\n", atom.Footer: "\n", atom.Figure: "\n", atom.Figcaption: "\n", atom.Dt: "\n", atom.Dd: "\n", atom.Hr: "\n",
}

// emojiAlt returns the character that blogs show as a picture.
func emojiAlt(z *html.Tokenizer, more bool) string {
	alt, emoji := "", false
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "alt":
			alt = string(v)
		case "class":
			emoji = strings.Contains(strings.ToLower(string(v)), "emoji")
		}
	}
	if !emoji || utf8.RuneCountInString(alt) > 12 {
		return ""
	}
	return alt
}

// Tidy makes plain text of any text: valid UTF-8, one space between words, at
// most one empty line, no control characters.
func Tidy(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	var b strings.Builder
	b.Grow(min(len(s), MaxText))
	space, lines := false, 0
	for _, r := range s {
		switch {
		case r == '\n' || r == '\u2028' || r == '\u2029' || r == '\u0085' || r == '\v' || r == '\f':
			lines++
			continue
		case unicode.IsSpace(r) || r == '\u00a0':
			space = true
			continue
		case unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF:
			continue
		}
		switch {
		case b.Len() == 0:
		case lines > 0:
			b.WriteString("\n\n"[:min(lines, 2)])
		case space:
			b.WriteByte(' ')
		}
		space, lines = false, 0
		b.WriteRune(r)
	}
	return b.String()
}

// Line makes one line of any text, as Tidy does, of at most limit bytes.
func Line(s string, limit int) string {
	return Shorten(strings.Join(strings.Fields(Tidy(s)), " "), limit)
}

// Shorten cuts s to limit bytes with a mark, never inside a character as
// people see it. One that is itself longer is cut between code points.
func Shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	room := limit - len(cutMark)
	end := 0
	for g := graphemes.FromString(s[:validEnd(s, limit)]); g.Next(); {
		if g.End() > room {
			break
		}
		end = g.End()
	}
	if end == 0 {
		end = validEnd(s, room)
	}
	return strings.TrimRightFunc(s[:end], unicode.IsSpace) + cutMark
}

// validEnd returns the last rune boundary of s at or before n.
func validEnd(s string, n int) int {
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

package discord

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// MaxLength is how long a message may be. Discord counts Unicode code points:
// "the API calculates length based on the number of codepoints in the string"
// (its staff, discord-api-docs issue 1315). Clients that count UTF-16 units
// only ever allow less.
const MaxLength = 2000

// maxEmbed is the most an embed's description holds, and maxEmbeds the most
// all embeds of a message hold together.
const (
	maxEmbed  = 4096
	maxEmbeds = 6000
)

// Length is the length of a text in Discord's unit.
func Length(s string) int { return utf8.RuneCountInString(s) }

// zero separates a token of Discord's syntax without showing: ZERO WIDTH SPACE.
const zero = "\u200b"

// Everything Discord would make into a ping, a link to a person, channel, role
// or command, an emoji, a live time or an invitation.
var (
	everyone   = regexp.MustCompile(`(?i)@([\x{200b}-\x{200d}\x{2060}\x{feff}]*)(everyone|here)`)
	reference  = regexp.MustCompile(`<(@[!&$]?|#|a?:|t:|id:|/)`)
	invitation = regexp.MustCompile(`(?i)(discord(?:app)?)(\.)(gg|com/invite|me|io)\b`)
	markup     = strings.NewReplacer(
		`\`, `\\`, "*", `\*`, "_", `\_`, "~", `\~`, "`", "\\`", "|", `\|`, ">", `\>`, "#", `\#`, "-", `\-`, "[", `\[`, "]", `\]`)
)

// Plain makes untrusted text show literally: no formatting, no ping, no link
// to a person, channel or command, no invitation. Staff see that it is there.
func Plain(s string) string {
	s = reference.ReplaceAllString(s, "<"+zero+"$1")
	s = everyone.ReplaceAllString(s, "@"+zero+"$2")
	s = invitation.ReplaceAllString(s, "$1$2"+zero+"$3")
	var b strings.Builder
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(escape(line))
	}
	return b.String()
}

var address = regexp.MustCompile(`https?://[^\s<>]+`)

// escape takes the markup out of a line. Addresses stay as they are, in angle
// brackets, so that they can be followed and have no preview.
func escape(line string) string {
	var b strings.Builder
	at := 0
	for _, m := range address.FindAllStringIndex(line, -1) {
		b.WriteString(markup.Replace(line[at:m[0]]))
		b.WriteString("<" + line[m[0]:m[1]] + ">")
		at = m[1]
	}
	b.WriteString(markup.Replace(line[at:]))
	return b.String()
}

// Fit puts a text into a message, shown literally: as its content, or, when it
// is too long for that, into embeds. What does not fit there either is cut,
// with a mark.
func Fit(o *Outgoing, text string) {
	if shown := Plain(text); Length(shown) <= MaxLength {
		o.Content, o.Embeds = shown, []any{}
		return
	}
	o.Content, o.Embeds = "", nil
	for left := maxEmbeds; text != "" && left > minPiece; {
		var head string
		head, text = piece(text, min(maxEmbed, left)-1)
		left -= Length(head)
		if text != "" && left <= minPiece {
			head += "…"
		}
		o.Embeds = append(o.Embeds, map[string]any{"description": head})
	}
}

// minPiece is the shortest rest of a message worth another piece.
const minPiece = 200

// Pieces cuts a text into messages, shown literally.
func Pieces(text string) []string {
	var out []string
	for text != "" {
		var head string
		head, text = piece(text, MaxLength)
		if strings.TrimSpace(head) != "" {
			out = append(out, head)
		}
	}
	return out
}

// piece takes as much of a text as fits into n characters once it is shown
// literally, which makes it longer.
func piece(text string, n int) (shown, rest string) {
	take := n
	for {
		head, tail := split(text, take)
		if shown = Plain(head); Length(shown) <= n {
			return shown, tail
		}
		take = max(1, min(take, Length(head))*3/4)
	}
}

// split cuts a text at the last line end that fits into n characters.
func split(s string, n int) (head, tail string) {
	if Length(s) <= n {
		return s, ""
	}
	r := []rune(s)
	cut := n
	for i := n; i > n/2; i-- {
		if r[i-1] == '\n' {
			cut = i
			break
		}
	}
	return string(r[:cut]), string(r[cut:])
}

// clip shortens a text to n characters, with a mark.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// Fits says by how much a text is too long for one message.
func Fits(text string) error {
	if n := Length(text); n > MaxLength {
		return fmt.Errorf("%d characters too long for Discord: %d of %d", n-MaxLength, n, MaxLength)
	}
	return nil
}

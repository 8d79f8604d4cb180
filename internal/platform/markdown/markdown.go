// Package markdown writes plain text so that places which read Markdown show
// it as it is: Reddit (snudown) and Lemmy (CommonMark).
package markdown

import (
	"errors"
	"regexp"
	"strings"
)

// ErrIndent says that a line begins with white space, which Markdown drops or
// takes for code.
var ErrIndent = errors.New("a line begins with spaces, which would not be shown")

// inline may be markup anywhere. Both dialects take a backslash before it.
const inline = "\\`*_[]<>&~^|"

// address is left as it is: a backslash would become a part of it.
var address = regexp.MustCompile(`https?://[^\s<>"'` + "`" + `|\\*\[\]]+`)

var (
	atStart = regexp.MustCompile(`^[#+:-]|^=+$`)     // headings, lists, rules, containers
	number  = regexp.MustCompile(`^(\d{1,9})([.)])`) // numbered lists
)

// Escape returns text as Markdown that shows it literally. A single line break
// becomes a hard one.
func Escape(text string) (string, error) {
	text = strings.TrimSpace(text)
	if strings.ContainsRune(text, '\r') {
		return "", errors.New("the text holds carriage returns")
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.TrimRight(line, " \t")
		if line != strings.TrimLeft(line, " \t\u00a0") {
			return "", ErrIndent
		}
		lines[i] = escapeLine(line)
		if i+1 < len(lines) && line != "" && strings.TrimSpace(lines[i+1]) != "" {
			lines[i] += "  "
		}
	}
	return strings.Join(lines, "\n"), nil
}

func escapeLine(line string) string {
	var b strings.Builder
	at := 0
	for _, span := range address.FindAllStringIndex(line, -1) {
		escapeWords(&b, line[at:span[0]])
		b.WriteString(line[span[0]:span[1]])
		at = span[1]
	}
	escapeWords(&b, line[at:])
	out := b.String()
	if atStart.MatchString(out) {
		return `\` + out
	}
	return number.ReplaceAllString(out, `$1\$2`)
}

func escapeWords(b *strings.Builder, s string) {
	for _, r := range s {
		if r < 0x80 && strings.ContainsRune(inline, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
}

// Unescape returns the text that Escape wrote so.
func Unescape(source string) string {
	var lines []string
	for line := range strings.SplitSeq(source, "\n") {
		var b strings.Builder
		line = strings.TrimRight(line, " ")
		for len(line) > 0 {
			if at := address.FindStringIndex(line); at != nil && at[0] == 0 {
				b.WriteString(line[:at[1]])
				line = line[at[1]:]
				continue
			}
			if line[0] == '\\' && len(line) > 1 && strings.ContainsRune(inline+"#+:-=.)", rune(line[1])) {
				line = line[1:]
			}
			b.WriteByte(line[0])
			line = line[1:]
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

package faketest

import (
	"regexp"
	"strings"
)

// inline may be markup anywhere.
const inline = "\\`*_[]<>&~^|"

// address is left as it is.
var address = regexp.MustCompile(`https?://[^\s<>"'` + "`" + `|\\*\[\]]+`)

// entity is what would be shown as another character.
var entity = regexp.MustCompile(`&(#\d+|#x[0-9a-fA-F]+|\w+);`)

// markup is what Shown takes away where no backslash stands before it.
var markup = regexp.MustCompile("\\*+|`+|~~|\\|\\||\\^|<[^>\n]*>|\\[|\\]\\([^)]*\\)|\\]|_+")

// Shown returns roughly what people see of a Markdown text: markup is taken
// away, hard breaks stay, soft ones become spaces. It is for fakes, which must
// notice when something was not escaped.
func Shown(source string) string {
	var out []string
	for _, para := range regexp.MustCompile(`\n{2,}`).Split(source, -1) {
		lines := strings.Split(para, "\n")
		var shown strings.Builder
		for i, line := range lines {
			hard := strings.HasSuffix(line, "  ")
			shown.WriteString(showLine(strings.TrimSpace(line)))
			switch {
			case i+1 == len(lines):
			case hard:
				shown.WriteByte('\n')
			default:
				shown.WriteByte(' ')
			}
		}
		out = append(out, shown.String())
	}
	return strings.Join(out, "\n\n")
}

var leading = regexp.MustCompile(`^(#+ *|[-+] +|> ?|\d+[.)] +|=+$|-+$|:::.*)`)

func showLine(line string) string {
	line = leading.ReplaceAllString(line, "")
	var b strings.Builder
	for len(line) > 0 {
		if at := address.FindStringIndex(line); at != nil && at[0] == 0 {
			b.WriteString(line[:at[1]])
			line = line[at[1]:]
			continue
		}
		if line[0] == '\\' && len(line) > 1 && strings.ContainsRune(inline+"#+-.!:(){}=>", rune(line[1])) {
			b.WriteByte(line[1])
			line = line[2:]
			continue
		}
		if at := entity.FindStringIndex(line); at != nil && at[0] == 0 {
			b.WriteString("?")
			line = line[at[1]:]
			continue
		}
		if at := markup.FindStringIndex(line); at != nil && at[0] == 0 {
			line = line[at[1]:]
			continue
		}
		b.WriteByte(line[0])
		line = line[1:]
	}
	return b.String()
}

package guard

import (
	"embed"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"rasid/internal/fold"
)

//go:embed words/*.tsv iban.tsv
var files embed.FS

// harmless is the kind of words that only look like a fault; they are taken out
// before the faults are looked for.
const harmless = "-"

// list is all patterns of one kind in one language, as one expression: group 1
// holds the words.
type list struct {
	kind   string
	advice bool // does not block
	re     *regexp.Regexp
}

// readLists reads the patterns of one language. The order of kinds is that of
// the file.
func readLists(language string) ([]list, error) {
	b, err := files.ReadFile("words/" + language + ".tsv")
	if err != nil {
		return nil, fmt.Errorf("reading words of %s: %w", language, err)
	}
	parts := map[string]string{}
	words, starts := map[string][]string{}, map[string][]string{}
	var kinds []string
	for i, line := range strings.Split(string(b), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		kind, pattern, ok := strings.Cut(line, "\t")
		if !ok || pattern == "" {
			return nil, fmt.Errorf("words of %s, line %d: kind, tab, pattern wanted", language, i+1)
		}
		if strings.HasPrefix(kind, "<") {
			parts[kind] = "(?:" + expression(pattern, parts) + ")"
			continue
		}
		if words[kind] == nil && starts[kind] == nil {
			kinds = append(kinds, kind)
		}
		for _, p := range alternatives(pattern) {
			rest, atStart := strings.CutPrefix(p, "^")
			expr := expression(rest, parts)
			// One bad line shall be named by its number, not by a page of expression.
			if _, err := regexp.Compile(expr); err != nil {
				return nil, fmt.Errorf("words of %s, line %d: %w", language, i+1, err)
			}
			if atStart {
				starts[kind] = append(starts[kind], expr)
			} else {
				words[kind] = append(words[kind], expr)
			}
		}
	}
	var lists []list
	for _, kind := range kinds {
		re, err := regexp.Compile(joined(words[kind], starts[kind]))
		if err != nil {
			return nil, fmt.Errorf("words of %s, kind %s: %w", language, kind, err)
		}
		name, advice := strings.CutSuffix(kind, "?")
		lists = append(lists, list{kind: name, advice: advice, re: re})
	}
	return lists, nil
}

const (
	// gap is what stands between two words of one sentence; taken marks what
	// was found harmless and is no gap either.
	gap  = `(?:[^\pL\pN.!?;\n\x01]+)`
	some = `(?:` + gap + `[\pL\pN']+)?` // a word that may stand between
)

// joined puts together the patterns of a kind: words anywhere in group 1, words that
// begin a sentence in group 2. Expressions of this dialect cannot look behind,
// so the character before is part of the match and the group is not.
func joined(words, starts []string) string {
	never := []string{`\x00\x00`}
	if len(words) == 0 {
		words = never
	}
	if len(starts) == 0 {
		starts = never
	}
	return `(?:(?:^|[^\pL\pN])[وف]?(` + strings.Join(words, "|") + `)|(?:^|[.!?;:\n][\s"'-]*)(` + strings.Join(starts, "|") + `))(?:$|[^\pL\pN])`
}

// alternatives splits a pattern at the bars that stand outside parentheses.
func alternatives(pattern string) []string {
	var parts []string
	depth, from := 0, 0
	for i := range len(pattern) {
		switch pattern[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				parts = append(parts, pattern[from:i])
				from = i + 1
			}
		}
	}
	return append(parts, pattern[from:])
}

// expression turns the notation of the files into an expression over folded
// text.
func expression(pattern string, parts map[string]string) string {
	var b strings.Builder
	p := fold.Text(pattern)
	for i := 0; i < len(p); i++ {
		switch {
		case strings.HasPrefix(p[i:], " .. "):
			b.WriteString(strings.Repeat(some, 4) + gap)
			i += 3
		case p[i] == '<' && strings.IndexByte(p[i:], '>') > 0:
			end := i + strings.IndexByte(p[i:], '>')
			b.WriteString(parts[p[i:end+1]])
			i = end
		default:
			if p[i] < utf8.RuneSelf {
				b.WriteString(notation(p[i]))
			} else {
				b.WriteByte(p[i])
			}
		}
	}
	return b.String()
}

// find lists the byte ranges of a folded text that the list knows.
func (l list) find(text string) [][2]int {
	var found [][2]int
	for _, m := range l.re.FindAllStringSubmatchIndex(text, -1) {
		start, end := m[2], m[3]
		if start < 0 {
			start, end = m[4], m[5]
		}
		if start < end {
			found = append(found, [2]int{start, end})
		}
	}
	return found
}

// notation is what the signs of the files stand for.
func notation(sign byte) string {
	switch sign {
	case ' ':
		return gap
	case '(':
		return "(?:"
	case '*':
		return `\pL*`
	case '+':
		return `\pL+`
	case '#':
		return `[0-9]+`
	case '\'':
		return `'?`
	}
	return string(rune(sign))
}

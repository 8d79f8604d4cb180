package guard

import (
	"embed"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"rasid/internal/fold"
)

//go:embed words/*.tsv iban.tsv
var files embed.FS

// harmless is the kind of words that only look like a fault; they are taken out
// before the faults are looked for.
const harmless = "-"

// list is all patterns of one kind in one language.
type list struct {
	kind     string
	advice   bool // does not block
	patterns []pattern
	begins   map[rune][]int // patterns by the first rune that they may begin with
	anything []int          // patterns that may begin with anything
}

// pattern is one alternative of one line, anchored where a word begins; group 1
// holds the words.
type pattern struct {
	re      *regexp.Regexp
	opening bool // only where a sentence begins
}

// built holds the lists of both languages, compiled once for all guards.
var built = sync.OnceValue(func() map[string][]list {
	lists := map[string][]list{}
	for _, language := range []string{"ar", "en"} {
		l, err := readLists(language)
		if err != nil {
			panic(err) //nolint:forbidigo // the lists are built into the program; its tests exclude it
		}
		lists[language] = l
	}
	return lists
})

// readLists reads the patterns of one language. The order of kinds is that of
// the file.
func readLists(language string) ([]list, error) {
	b, err := files.ReadFile("words/" + language + ".tsv")
	if err != nil {
		return nil, fmt.Errorf("reading words of %s: %w", language, err)
	}
	parts := map[string]string{}
	var lists []list
	for i, line := range strings.Split(string(b), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		kind, text, ok := strings.Cut(line, "\t")
		if !ok || text == "" {
			return nil, fmt.Errorf("words of %s, line %d: kind, tab, pattern wanted", language, i+1)
		}
		if strings.HasPrefix(kind, "<") {
			parts[kind] = "(?:" + expression(text, parts) + ")"
			continue
		}
		name, advice := strings.CutSuffix(kind, "?")
		at := slices.IndexFunc(lists, func(l list) bool { return l.kind == name && l.advice == advice })
		if at < 0 {
			at = len(lists)
			lists = append(lists, list{kind: name, advice: advice, begins: map[rune][]int{}})
		}
		if err := lists[at].add(text, parts); err != nil {
			return nil, fmt.Errorf("words of %s, line %d: %w", language, i+1, err)
		}
	}
	return lists, nil
}

// add compiles a line: its opening alternatives one by one, the others as one.
func (l *list) add(text string, parts map[string]string) error {
	var anywhere []string
	for _, a := range alternatives(text) {
		rest, opening := strings.CutPrefix(a, "^")
		if !opening {
			anywhere = append(anywhere, expression(rest, parts))
			continue
		}
		if err := l.compile(expression(rest, parts), true); err != nil {
			return err
		}
	}
	if len(anywhere) == 0 {
		return nil
	}
	return l.compile(strings.Join(anywhere, "|"), false)
}

func (l *list) compile(expr string, opening bool) error {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return fmt.Errorf("reading the pattern: %w", err)
	}
	re, err := regexp.Compile(`\A(` + expr + `)(?:$|[^a-zء-ي0-9])`)
	if err != nil {
		return fmt.Errorf("compiling the pattern: %w", err)
	}
	n := len(l.patterns)
	l.patterns = append(l.patterns, pattern{re: re, opening: opening})
	runes := map[rune]bool{}
	if empty, anything := firsts(tree, runes); empty || anything {
		l.anything = append(l.anything, n)
		return nil
	}
	for r := range runes {
		l.begins[r] = append(l.begins[r], n)
	}
	return nil
}

// firsts gathers the runes that a match may begin with. It says whether the
// expression may match nothing, and whether it may begin with anything.
func firsts(re *syntax.Regexp, runes map[rune]bool) (empty, anything bool) {
	switch re.Op { //nolint:exhaustive // the notation makes no others; they are answered below
	case syntax.OpLiteral:
		runes[re.Rune[0]] = true
		return false, re.Flags&syntax.FoldCase != 0
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			if re.Rune[i+1]-re.Rune[i] > 64 {
				return false, true
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				runes[r] = true
			}
		}
		return false, false
	case syntax.OpCapture, syntax.OpPlus:
		return firsts(re.Sub[0], runes)
	case syntax.OpStar, syntax.OpQuest:
		_, anything = firsts(re.Sub[0], runes)
		return true, anything
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			e, a := firsts(sub, runes)
			empty, anything = empty || e, anything || a
		}
		return empty, anything
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if empty, anything = firsts(sub, runes); !empty || anything {
				return empty, anything
			}
		}
		return true, anything
	}
	return true, true // what the notation does not make
}

const (
	// gap is what stands between two words of one sentence; taken marks what
	// was found harmless and is no gap either.
	gap  = `(?:[^a-zء-ي0-9.!?;\n\x01]+)`
	some = `(?:` + gap + `[a-zء-ي0-9']+)?` // a word that may stand between
	// anyLetter is one letter. Folded text of the two languages has no others,
	// and the class of all letters of the world takes most of the time of
	// compiling.
	anyLetter = `[a-zء-ي]`
)

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

// reach bounds how far one pattern looks, so that the work for a text grows
// with its length alone; the longest pattern has about fifteen words.
const reach = 400

// find lists the byte ranges of a folded text that the list knows.
func (l *list) find(text string) [][2]int {
	var found [][2]int
	opening, last := true, ' '
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		end := 0
		if r != ' ' && !letter(last) {
			end = l.match(text, at, r, opening)
			if next := at + n; end == 0 && (r == 'و' || r == 'ف') && next < len(text) {
				first, _ := utf8.DecodeRuneInString(text[next:])
				if end = l.match(text, next, first, opening); end > 0 {
					at = next
				}
			}
		}
		switch {
		case strings.ContainsRune(".!?;:\n", r):
			opening = true
		case !unicode.IsSpace(r) && r != '"' && r != '\'' && r != '-':
			opening = false
		}
		if end > at {
			found = append(found, [2]int{at, end})
			at, last, opening = end, 'x', false // a word ended here
			continue
		}
		at, last = at+n, r
	}
	return found
}

// match tries what may begin with the rune at a place and returns where the
// words end; 0 for none.
func (l *list) match(text string, at int, first rune, opening bool) int {
	window := text[at:min(len(text), at+reach)]
	for _, some := range [][]int{l.begins[first], l.anything} {
		for _, i := range some {
			p := l.patterns[i]
			if p.opening && !opening {
				continue
			}
			if m := p.re.FindStringSubmatchIndex(window); m != nil && m[3] > 0 {
				return at + m[3]
			}
		}
	}
	return 0
}

// notation is what the signs of the files stand for.
func notation(sign byte) string {
	switch sign {
	case ' ':
		return gap
	case '(':
		return "(?:"
	case '*':
		return anyLetter + `*`
	case '+':
		return anyLetter + `+`
	case '#':
		return `[0-9]+`
	case '\'':
		return `'?`
	}
	return string(rune(sign))
}

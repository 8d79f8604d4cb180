// Package patterns reads files of words that are looked for in folded text, and
// finds them: at the beginnings of words, in time linear in the text.
//
// A line of a file is: kind, tab, pattern. Both sides are folded (letters, digits,
// case).
//
//	a|b (x )?    alternatives and optional parts        *   the rest of a word
//	..           up to four words between               +   one or more letters
//	#            a number                               ^   a sentence begins here
//	<name>       a part defined by a line of that name
//
// A kind that ends in "?" is advice. In Arabic a leading و or ف is allowed before
// every pattern.
package patterns

import (
	"fmt"
	"io/fs"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"rasid/internal/fold"
	"rasid/internal/lines"
)

// Harmless is the kind of words that only look like another; they are taken out
// before the others are looked for.
const Harmless = "-"

// Taken stands in the place of words that need no second look. It is neither a
// letter nor a gap between words.
const Taken = '\x01'

// List is all patterns of one kind in one file.
type List struct {
	Kind     string
	Advice   bool // the kind was written with a "?"
	patterns []pattern
	begins   map[rune][]int // patterns by the first rune that they may begin with
	anything []int          // patterns that may begin with anything
	index    index          // the letters that patterns need
}

// pattern is one alternative of one line, anchored where a word begins; group 1
// holds the words.
type pattern struct {
	re      func() *regexp.Regexp // compiled when a text first has what it needs: few ever are
	opening bool                  // only where a sentence begins
	needs   []int                 // groups of letters of the index, of each of which one stands in every match
}

// Read reads the text of a file. The order of kinds is that of the file; an error
// names the line.
func Read(text string) ([]List, error) {
	parts := map[string]string{}
	var lists []List
	for n, line := range lines.Of(text) {
		kind, pattern, ok := strings.Cut(line, "\t")
		if !ok || pattern == "" {
			return nil, fmt.Errorf("line %d: kind, tab, pattern wanted", n)
		}
		if strings.HasPrefix(kind, "<") {
			parts[kind] = "(?:" + expression(pattern, parts) + ")"
			continue
		}
		name, advice := strings.CutSuffix(kind, "?")
		at := slices.IndexFunc(lists, func(l List) bool { return l.Kind == name && l.Advice == advice })
		if at < 0 {
			at = len(lists)
			lists = append(lists, List{Kind: name, Advice: advice, begins: map[rune][]int{}})
		}
		if err := lists[at].add(pattern, parts); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return lists, nil
}

// ReadFiles reads files one after the other; an error names the file and the line.
func ReadFiles(files fs.FS, names ...string) ([]List, error) {
	var all []List
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading patterns: %w", err)
		}
		lists, err := Read(string(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, lists...)
	}
	return all, nil
}

// add compiles the alternatives of a line one by one: small expressions are quick
// to try, and most of them never are.
func (l *List) add(text string, parts map[string]string) error {
	for _, a := range alternatives(text) {
		rest, opening := strings.CutPrefix(a, "^")
		if err := l.compile(expression(rest, parts), opening); err != nil {
			return err
		}
	}
	return nil
}

func (l *List) compile(expr string, opening bool) error {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return fmt.Errorf("reading the pattern: %w", err)
	}
	re := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\A(` + expr + `)(?:$|[^a-zء-ي0-9])`) })
	n := len(l.patterns)
	l.patterns = append(l.patterns, pattern{re: re, opening: opening, needs: l.index.add(needs(tree))})
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
	switch re.Op {
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
	default: // what the notation does not make
		return true, true
	}
}

const (
	// gap is what stands between two words of one sentence; Taken marks what
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

// Find lists the byte ranges of a folded text that the list knows.
func (l *List) Find(text string) [][2]int {
	var found [][2]int
	live := l.present(text)
	if live == nil {
		return nil
	}
	opening, last := true, ' '
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		end := 0
		if r != ' ' && !Letter(last) {
			end = l.match(text, at, r, opening, live)
			if next := at + n; end == 0 && (r == 'و' || r == 'ف') && next < len(text) {
				first, _ := utf8.DecodeRuneInString(text[next:])
				if end = l.match(text, next, first, opening, live); end > 0 {
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
func (l *List) match(text string, at int, first rune, opening bool, live []bool) int {
	window := text[at:min(len(text), at+reach)]
	for _, some := range [][]int{l.begins[first], l.anything} {
		for _, i := range some {
			p := l.patterns[i]
			if !live[i] || p.opening && !opening {
				continue
			}
			if m := p.re().FindStringSubmatchIndex(window); m != nil && m[3] > 0 {
				return at + m[3]
			}
		}
	}
	return 0
}

// Letter reports what words are made of.
func Letter(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r))
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

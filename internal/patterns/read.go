package patterns

import (
	"cmp"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"rasid/internal/fold"
	"rasid/internal/lines"
)

// reading is what is known while files are read.
type reading struct {
	lists []List
	rows  [][]row             // of each list
	seen  map[string][]string // beginnings
}

// row is a pattern and the groups of letters of which one stands in every match.
type row struct {
	pattern
	loose bool // it is tried after the others
	needs [][]string
}

// file reads the text of one file.
func (r *reading) file(text string) error {
	parts, own := map[string]string{}, len(r.lists)
	for n, line := range lines.Of(text) {
		kind, pattern, ok := strings.Cut(line, "\t")
		if !ok || pattern == "" {
			return fmt.Errorf("line %d: kind, tab, pattern wanted", n)
		}
		if strings.HasPrefix(kind, "<") {
			if parts[kind] != "" {
				return fmt.Errorf("line %d: %s is there already", n, kind)
			}
			parts[kind] = "(?:" + expression(pattern, parts) + ")"
			continue
		}
		if err := r.line(r.list(kind, own), pattern, parts); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return nil
}

// list is the place of the list of a kind among those of a file, the first of which
// is at own.
func (r *reading) list(kind string, own int) int {
	var l List
	l.Kind, l.Advice = strings.CutSuffix(kind, "?")
	if at := slices.Index(r.lists[own:], l); at >= 0 {
		return own + at
	}
	r.lists, r.rows = append(r.lists, l), append(r.rows, nil)
	return len(r.lists) - 1
}

// line adds the alternatives of a line one by one: small expressions are quick to
// try, and most of them never are. What they are spelt out as is not kept.
func (r *reading) line(list int, text string, parts map[string]string) error {
	for _, a := range alternatives(text) {
		rest, opening := strings.CutPrefix(a, "^")
		tree, err := syntax.Parse(expression(rest, parts), syntax.Perl)
		if err != nil {
			return fmt.Errorf("reading the pattern: %w", err)
		}
		begins, loose := beginnings(tree)
		p := pattern{list: list, opening: opening, begins: r.same(begins), re: sync.OnceValue(func() *regexp.Regexp {
			return regexp.MustCompile(`\A(` + expression(rest, parts) + `)(?:$|[^a-zء-ي0-9])`)
		})}
		r.rows[list] = append(r.rows[list], row{p, loose, needs(ended(tree))})
	}
	return nil
}

// ended is an expression and what stands behind a word.
func ended(tree *syntax.Regexp) *syntax.Regexp {
	parts := []*syntax.Regexp{tree}
	if tree.Op == syntax.OpConcat {
		parts = slices.Clone(tree.Sub)
	}
	sign := &syntax.Regexp{Op: syntax.OpCharClass, Rune: []rune{0, ' '}} // as in gap, of which a space is enough
	return &syntax.Regexp{Op: syntax.OpConcat, Sub: append(parts, &syntax.Regexp{Op: syntax.OpPlus, Sub: []*syntax.Regexp{sign}})}
}

// beginnings are letters of which a match begins with some, nil for any. It is loose
// where that hangs on parts that may be missing or come again.
func beginnings(tree *syntax.Regexp) (words []string, loose bool) {
	var f first
	empty := f.look(tree)
	loose = empty || f.loose
	parts := []*syntax.Regexp{tree}
	if tree.Op == syntax.OpConcat {
		parts = tree.Sub
	}
	words, _ = spelt(parts)
	for i, w := range words {
		words[i], _, _ = strings.Cut(w, " ")
	}
	if shortest(words) == 0 {
		words = f.words
	}
	if shortest(words) == 0 || empty || f.unknown {
		return nil, loose
	}
	slices.Sort(words)
	return slices.Compact(words), loose
}

// same keeps the same words once.
func (r *reading) same(words []string) []string {
	if r.seen == nil {
		r.seen = map[string][]string{}
	}
	name := strings.Join(words, "\x00")
	if was, ok := r.seen[name]; ok {
		return was
	}
	r.seen[name] = slices.Clip(words)
	return words
}

// done puts the lists together. The loose patterns of a list come last.
func (r *reading) done() *Lists {
	s := &Lists{lists: r.lists}
	var all [][][]string
	for _, rows := range r.rows {
		slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b2i(a.loose), b2i(b.loose)) })
		for _, row := range rows {
			s.patterns, all = append(s.patterns, row.pattern), append(all, row.needs)
		}
	}
	s.index = indexOf(all)
	return s
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// first is what a match begins with.
type first struct {
	words   []string
	unknown bool // or anything else
	loose   bool // or what comes after a part that may come several times
}

// look gathers what a match of an expression begins with, and says whether that may
// be nothing.
func (f *first) look(re *syntax.Regexp) (empty bool) {
	switch re.Op {
	case syntax.OpLiteral:
		f.words = append(f.words, string(re.Rune))
		return false
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			if re.Rune[i+1]-re.Rune[i] > 64 {
				f.unknown, f.loose = true, true
				return false
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				f.words = append(f.words, string(r))
			}
		}
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return f.look(re.Sub[0])
	case syntax.OpStar, syntax.OpQuest:
		f.look(re.Sub[0])
		return true
	case syntax.OpRepeat:
		f.loose = true
		return f.look(re.Sub[0]) || re.Min == 0
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			empty = f.look(sub) || empty
		}
		return empty
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if !f.look(sub) {
				return false
			}
		}
		return true
	default: // what the notation does not make
		f.unknown, f.loose = true, true
		return true
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

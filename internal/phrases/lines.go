package phrases

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// line is one sentence that the program says in English, with {1}, {2} … for
// what is not known before it runs, and what it is in another language. There,
// {1#} is a count, in the digits of that language.
type line struct {
	pattern *regexp.Regexp
	first   int // 0 for a whole sentence, 1 for one that says what was being done before why it failed, 2 for others
	known   int // letters of the sentence that are known
	text    string
}

// place is where a value stands in a line: {1} or {name}.
var place = regexp.MustCompile(`\\\{([a-z]+|\d)\\\}`)

// doing is how a line begins that says what was being done.
var doing = regexp.MustCompile(`^[^{]+(?:\{\d\}[^{]*)*: \{\d\}`)

// pattern finds a whole line again; each place becomes a group of its name,
// which holds what matches value. The name of a rule is one word: what others
// say and begins alike rarely is.
func pattern(english, value string) *regexp.Regexp {
	whole := place.ReplaceAllString(regexp.QuoteMeta(english), `(?P<$1>`+value+`)`)
	return regexp.MustCompile(`(?s)\A` + strings.ReplaceAll(whole, `(?P<rule>`+value+`)`, `(?P<rule>[^\s:]+)`) + `\z`)
}

// readLines makes the lines of a catalogue, the most telling first. What was
// being done comes before why it failed: in "opening x: y is damaged" the second
// is a value of the first, not the other way round.
func readLines(words map[string]string) []line {
	lines := make([]line, 0, len(words))
	for english, text := range words {
		quoted := regexp.QuoteMeta(english)
		known, first := len(place.ReplaceAllString(quoted, "")), 2
		switch {
		case !place.MatchString(quoted):
			first = 0
		case doing.MatchString(english):
			first = 1
		}
		lines = append(lines, line{pattern: pattern(english, `.*?`), first: first, known: known, text: text})
	}
	slices.SortFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(b.known, a.known), cmp.Compare(a.text, b.text))
	})
	return lines
}

// deepest is how often a value in a line may itself be a line.
const deepest = 3

// Line says in this language what doctor or check found, where it is known;
// otherwise, and in English, it stays as it is. Values are isolated.
func (c *Catalogue) Line(english string) string {
	text, _ := c.Known(english)
	return text
}

// Found is Line for what may also be the words of a server or a platform, which
// are told as Why tells them.
func (c *Catalogue) Found(english string) string {
	text, known := c.Known(english)
	if !known {
		return c.Why(english)
	}
	return text
}

// Known is Line, and reports whether the line is known in this language.
func (c *Catalogue) Known(english string) (string, bool) {
	if c.said == nil {
		return english, c.Language == "en"
	}
	c.reading.Do(func() { c.lines = readLines(c.said) })
	return c.known(english, deepest)
}

func (c *Catalogue) known(english string, deep int) (string, bool) {
	for _, l := range c.lines {
		values := l.pattern.FindStringSubmatch(english)
		if values == nil {
			continue
		}
		filled := map[string]string{}
		for i, v := range values[1:] {
			text, known := v, false
			if deep > 0 && strings.Contains(v, " ") { // a word alone is a name
				text, known = c.known(v, deep-1)
			}
			if !known && text != "" {
				text = c.Why(v)
			}
			filled[fmt.Sprint(i+1)] = text
			filled[fmt.Sprint(i+1)+"#"] = c.Digits(v)
		}
		return fill(l.text, filled), true
	}
	return english, false
}

// Row puts the known words of a row of a table, with tabs between its fields,
// into this language.
func (c *Catalogue) Row(english string) string {
	fields := strings.Split(english, "\t")
	for i := range fields {
		fields[i] = c.Line(fields[i])
	}
	return strings.Join(fields, "\t")
}

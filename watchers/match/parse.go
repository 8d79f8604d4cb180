package match

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error is a mistake in a query.
type Error struct {
	Column  int    // counted in characters, from 1
	Problem string // what is wrong
	Write   string // what to write instead
}

// Error says where the mistake is and what to write.
func (e *Error) Error() string {
	return fmt.Sprintf("column %d: %s; %s", e.Column, e.Problem, e.Write)
}

const (
	// longest is the most characters a query may have: it is written by hand.
	longest = 4000
	// deepest is how far parentheses may nest.
	deepest = 50
)

// Parse reads a query. An error is an *Error.
func Parse(query string) (*Query, error) {
	if n := utf8.RuneCountInString(query); n > longest {
		return nil, &Error{longest, fmt.Sprintf("the query has %d characters", n), fmt.Sprintf("write at most %d", longest)}
	}
	lexed, err := lex(query)
	if err != nil {
		return nil, err
	}
	p := parser{in: lexed, end: utf8.RuneCountInString(query) + 1}
	if len(lexed) == 0 {
		return nil, &Error{1, "the query is empty", `write words to look for, such as "Noor Coffee" OR "قهوة نور"`}
	}
	root, err := p.any(0)
	if err != nil {
		return nil, err
	}
	if t, ok := p.peek(); ok { // only a closing parenthesis stops the parser early
		return nil, &Error{t.column, "this ) closes nothing", "remove it, or write a ( before it"}
	}
	if root.match(&look{}) {
		return nil, &Error{1, "the query fits almost everything", "write at least one word that must be there, and NOT only beside it with AND"}
	}
	q := &Query{root: root}
	q.gather(root)
	return q, nil
}

// gather collects the terms of a node, without those behind NOT.
func (q *Query) gather(n node) {
	switch n := n.(type) {
	case every:
		for _, c := range n {
			q.gather(c)
		}
	case either:
		for _, c := range n {
			q.gather(c)
		}
	case has:
		q.terms = append(q.terms, n.p.raw)
	}
}

// kind says what a lexeme is.
type kind int

const (
	text    kind = iota // a word or a phrase
	field               // author:x
	and                 // AND
	or                  // OR
	negate              // NOT
	opening             // (
	closing             // )
)

// lexeme is one piece of a query.
type lexeme struct {
	kind   kind
	column int
	name   string // of a field
	value  string
}

// lexer walks a query.
type lexer struct {
	runes []rune
	at    int
}

// closers pairs the quotes people type. ” also opens where keyboards have no “.
func closers(r rune) string {
	switch r {
	case '"', '“', '”', '„':
		return `"“”`
	case '«':
		return "»"
	}
	return ""
}

func lex(query string) ([]lexeme, error) {
	l := lexer{runes: []rune(query)}
	var out []lexeme
	for l.at < len(l.runes) {
		r := l.runes[l.at]
		column := l.at + 1
		switch {
		case unicode.IsSpace(r):
			l.at++
		case r == '(':
			l.at++
			out = append(out, lexeme{kind: opening, column: column})
		case r == ')':
			l.at++
			out = append(out, lexeme{kind: closing, column: column})
		case closers(r) != "":
			v, err := l.quote()
			if err != nil {
				return nil, err
			}
			out = append(out, lexeme{kind: text, column: column, value: v})
		default:
			t, err := l.bare()
			if err != nil {
				return nil, err
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// quote reads a phrase; the lexer stands on its opening quote.
func (l *lexer) quote() (string, error) {
	open := l.at
	ends := closers(l.runes[open])
	for l.at++; l.at < len(l.runes); l.at++ {
		if strings.ContainsRune(ends, l.runes[l.at]) {
			v := string(l.runes[open+1 : l.at])
			l.at++
			return v, nil
		}
	}
	return "", &Error{open + 1, "this quote is not closed", `write a " after the phrase`}
}

// bare reads a word, an operator, or a field with its value.
func (l *lexer) bare() (lexeme, error) {
	start := l.at
	for ; l.at < len(l.runes); l.at++ {
		r := l.runes[l.at]
		if unicode.IsSpace(r) || r == '(' || r == ')' || closers(r) != "" {
			break
		}
		if r == ':' {
			if name := string(l.runes[start:l.at]); letters(name) {
				return l.field(start, strings.ToLower(name))
			}
		}
	}
	v := string(l.runes[start:l.at])
	t := lexeme{kind: text, column: start + 1, value: v}
	switch v {
	case "AND":
		t.kind = and
	case "OR":
		t.kind = or
	case "NOT":
		t.kind = negate
	}
	if t.kind == text && len(v) > 1 && v[0] == '-' {
		return t, &Error{start + 1, "a minus does not exclude", "write NOT " + v[1:]}
	}
	return t, nil
}

// field reads the value behind name and colon; the lexer stands on the colon.
func (l *lexer) field(start int, name string) (lexeme, error) {
	t := lexeme{kind: field, column: start + 1, name: name}
	switch name {
	case "author", "site", "lang":
	case "http", "https":
		return t, &Error{start + 1, "a link is not a word", "write site:example.com, or the words in quotes"}
	default:
		return t, &Error{start + 1, "there is no field " + name + ":", `fields are author:, site: and lang:; put "` + name + `:…" in quotes to look for the words`}
	}
	if l.at++; l.at < len(l.runes) && closers(l.runes[l.at]) != "" {
		var err error
		if t.value, err = l.quote(); err != nil {
			return t, err
		}
	} else {
		from := l.at
		for l.at < len(l.runes) && !unicode.IsSpace(l.runes[l.at]) && l.runes[l.at] != '(' && l.runes[l.at] != ')' {
			l.at++
		}
		t.value = string(l.runes[from:l.at])
	}
	if strings.TrimSpace(t.value) == "" {
		return t, &Error{start + 1, name + ": has no value", "write it without a space: " + example(name)}
	}
	return t, nil
}

func example(field string) string {
	switch field {
	case "site":
		return "site:example.com"
	case "lang":
		return "lang:ar"
	}
	return `author:"Noor Coffee"`
}

func letters(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return s != ""
}

// quoted writes a value so that Parse reads it back.
func quoted(s string) string {
	plain := s != "" && s != "AND" && s != "OR" && s != "NOT" && s[0] != '-'
	for _, r := range s {
		if unicode.IsSpace(r) || strings.ContainsRune(`():`, r) || closers(r) != "" {
			plain = false
		}
	}
	switch {
	case plain:
		return s
	case strings.ContainsAny(s, `"“”`):
		return "«" + s + "»"
	}
	return `"` + s + `"`
}

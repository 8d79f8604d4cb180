// Package match finds the mentions that are about the business. A query is
// words, "phrases", AND, OR, NOT and parentheses; words beside each other must
// all be there. author:, site: and lang: look elsewhere than in the text.
//
//	("Noor Coffee" OR "قهوة نور") NOT author:noor_official
//
// Words are found in any spelling: case, diacritics, tatweel, letter variants,
// invisible characters and look-alike letters make no difference, English words
// may carry 's, and Arabic words the particles that are written onto them
// (و ف ب ك ل ال and their combinations). A word is never found inside another.
package match

import (
	"net/url"
	"strings"
	"unicode"

	"rasid/internal/cases"
	"rasid/internal/fold"
)

// Query is a parsed query. It is safe for concurrent use.
type Query struct {
	root  node
	terms []string
}

// Match reports whether a mention fits the query.
func (q *Query) Match(m cases.Mention) bool {
	return q.root.match(&look{m: m})
}

// String returns the query in its plainest form, with every AND written out.
func (q *Query) String() string { return q.root.String() }

// Terms returns the words and phrases that the query looks for in the text, as
// they were written, without those behind NOT.
func (q *Query) Terms() []string { return q.terms }

// node is a part of a query.
type node interface {
	match(l *look) bool
	String() string
}

// look is one mention under a query; what is costly is made once.
type look struct {
	m      cases.Mention
	tokens []string
	ready  bool
}

// words returns the folded words of title and text. An empty word between the
// two keeps phrases from running across.
func (l *look) words() []string {
	if !l.ready {
		l.tokens = append(append(tokens(l.m.Title), ""), tokens(l.m.Text)...)
		l.ready = true
	}
	return l.tokens
}

type (
	every  []node             // AND
	either []node             // OR
	not    struct{ of node }  // NOT
	has    struct{ p phrase } // a word or phrase
)

func (a every) match(l *look) bool {
	for _, n := range a {
		if !n.match(l) {
			return false
		}
	}
	return true
}

func (a either) match(l *look) bool {
	for _, n := range a {
		if n.match(l) {
			return true
		}
	}
	return false
}

func (n not) match(l *look) bool { return !n.of.match(l) }
func (h has) match(l *look) bool { return h.p.in(l.words()) }

func (a every) String() string  { return join(a, " AND ") }
func (a either) String() string { return join(a, " OR ") }
func (n not) String() string    { return "NOT " + inner(n.of) }
func (h has) String() string    { return h.p.String() }

func join(ns []node, by string) string {
	parts := make([]string, len(ns))
	for i, n := range ns {
		parts[i] = inner(n)
	}
	return strings.Join(parts, by)
}

// inner writes a node that stands inside another.
func inner(n node) string {
	switch n.(type) {
	case every, either:
		return "(" + n.String() + ")"
	}
	return n.String()
}

// author is the author's id, or words of the author's name.
type author struct {
	id   string
	name phrase
}

func (a author) match(l *look) bool {
	return l.m.AuthorID == a.id || a.name.in(tokens(l.m.Author))
}

func (a author) String() string { return "author:" + quoted(a.id) }

// site is the host of the mention's link, or a domain above it.
type site string

func (s site) match(l *look) bool {
	u, err := url.Parse(l.m.URL)
	if err != nil {
		return false
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	return host == string(s) || strings.HasSuffix(host, "."+string(s))
}

func (s site) String() string { return "site:" + string(s) }

// lang is the language the platform claims; where it claims none, the script
// most letters are written in: Arabic is ar, Latin is en.
type lang string

func (a lang) match(l *look) bool {
	claimed := strings.ToLower(l.m.Lang)
	if claimed == "" {
		claimed = script(l.m.Title + " " + l.m.Text)
	}
	base, _, _ := strings.Cut(strings.ReplaceAll(claimed, "_", "-"), "-")
	return base == string(a)
}

func (a lang) String() string { return "lang:" + string(a) }

func script(s string) string {
	var ar, en int
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Arabic, r):
			ar++
		case unicode.Is(unicode.Latin, r):
			en++
		}
	}
	switch {
	case ar+en == 0:
		return ""
	case ar >= en:
		return "ar"
	}
	return "en"
}

// folded is short for the spelling in which everything is compared.
func folded(s string) string { return fold.Text(s) }

// Package guard looks at words before they go out in public: private data,
// tone, admissions, promises the policy does not know, names, hidden
// characters. It looks at the program's drafts and at every staff edit alike,
// and names the words exactly as they were written.
//
// Everything is matched on folded text (package fold), so that another spelling,
// Arabic-Indic digits or invisible characters do not hide words, and by
// expressions that take time linear in the text. What is looked for stands in
// words/*.tsv.
package guard

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"rasid/internal/cases"
	"rasid/internal/fold"
	"rasid/internal/patterns"
)

// Policy is what the business allows words to say.
type Policy struct {
	Contacts    []string        // the business's own addresses, numbers and wording of private channels: never a finding
	Offers      []string        // wordings of the only offers that replies may make
	Times       []time.Duration // the only times replies may promise; empty: times are not looked at
	Competitors []string        // names that must not appear
	Names       []string        // other customers' names; the one who is answered may be named
	Jargon      []string        // words a customer would not understand
	// Secrecy is for health and finance: words that confirm that a person is a
	// customer or a patient block.
	Secrecy bool
}

// Guard checks texts against a policy. It is safe for concurrent use.
type Guard struct {
	policy   Policy
	lists    lists
	contacts []string // folded
	numbers  []string // digits of the business's own telephones
	offers   []string // folded
}

// New makes a guard for a policy. The error is of a list of words built into the
// program that cannot be read.
func New(p Policy) (*Guard, error) {
	known, err := built()
	if err != nil {
		return nil, fmt.Errorf("reading the words that no reply may say: %w", err)
	}
	g := &Guard{policy: p, lists: known}
	for _, c := range p.Contacts {
		if f := strings.TrimSpace(fold.Text(c)); len(f) >= 4 {
			g.contacts = append(g.contacts, f)
		}
		for _, n := range long.FindAllString(fold.Text(c), -1) {
			g.numbers = append(g.numbers, digitsOf(n))
		}
	}
	for _, o := range p.Offers {
		if f := strings.TrimSpace(fold.Text(o)); f != "" {
			g.offers = append(g.offers, f)
		}
	}
	return g, nil
}

// look is one check of one text. Kinds are looked for in turn, and what one
// kind found is taken out of buf so that another does not find it again.
type look struct {
	text   string // as written
	folded fold.Mapped
	buf    []byte // the folded text, less what was taken
	found  []cases.Finding
}

// Check lists what is wrong with a text that answers a case; nothing when it
// may go out.
func (g *Guard) Check(text string, c cases.Case) []cases.Finding {
	l := &look{text: text, folded: fold.Map(text)}
	l.buf = []byte(l.folded.Text)
	if !strings.ContainsFunc(l.folded.Text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) }) {
		return []cases.Finding{{Kind: "empty", Block: true}}
	}
	l.invisible()
	for _, contact := range g.contacts {
		l.takeAll(contact)
	}
	g.private(l)
	l.shouting()
	g.names(l, c)
	g.words(l)
	g.promises(l)
	l.plain()
	g.cold(l, c)
	l.wrongLanguage(c.Score.Language)
	return l.found
}

// words looks for everything that the lists know.
func (g *Guard) words(l *look) {
	whole := string(l.buf) // promises are read from the text as it was
	for _, o := range g.offers {
		l.takeAll(o)
	}
	for _, language := range []string{"ar", "en"} {
		if !strings.ContainsFunc(l.folded.Text, scripts[language]) {
			continue
		}
		g.lists.of[language].Find(string(l.buf), func(list patterns.List, from, to int) {
			switch {
			case list.Kind == patterns.Harmless:
				l.take(from, to)
			case list.Kind != "secrecy" || g.policy.Secrecy:
				l.tell(list.Kind, from, to, !list.Advice)
			}
		})
	}
	l.buf = []byte(whole)
}

var scripts = map[string]func(rune) bool{
	"ar": func(r rune) bool { return unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r) },
	"en": func(r rune) bool { return unicode.Is(unicode.Latin, r) },
}

// tell adds a finding for a range of the folded text, once for the same words.
func (l *look) tell(kind string, start, end int, block bool) {
	from, to := l.folded.Source(start, end)
	l.add(cases.Finding{Kind: kind, Words: strings.TrimSpace(l.text[from:to]), Block: block})
}

func (l *look) add(f cases.Finding) {
	if !slices.Contains(l.found, f) {
		l.found = append(l.found, f)
	}
}

// take removes a range from what is looked at further.
func (l *look) take(start, end int) {
	for i := start; i < end; i++ {
		l.buf[i] = patterns.Taken
	}
}

// takeAll removes every whole occurrence of folded words.
func (l *look) takeAll(words string) {
	for at := range occurrences(string(l.buf), words) {
		l.take(at, at+len(words))
	}
}

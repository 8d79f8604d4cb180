package promise

import (
	"strings"
	"unicode"

	"rasid/internal/fold"
)

// word is one folded word and where it stands in the source.
type word struct {
	text       string
	start, end int
}

// clause is the words between two marks of punctuation.
type clause []word

// text joins some words of a clause.
func (c clause) text(from, to int) string {
	parts := make([]string, 0, to-from)
	for _, w := range c[from:to] {
		parts = append(parts, w.text)
	}
	return strings.Join(parts, " ")
}

// source is the clause as it was written.
func (c clause) source(text string) string {
	return strings.TrimSpace(text[c[0].start:c[len(c)-1].end])
}

// split cuts a text into sentences, and sentences into clauses.
func split(text string) [][]clause {
	m := fold.Map(text)
	var sentences [][]clause
	var sentence []clause
	var c clause
	start := -1
	flush := func(end int) {
		if start >= 0 {
			a, b := m.Source(start, end)
			c = append(c, word{strings.Trim(strings.ReplaceAll(m.Text[start:end], "’", "'"), "'"), a, b})
			start = -1
		}
	}
	endClause := func() {
		if len(c) > 0 {
			sentence, c = append(sentence, c), nil
		}
	}
	endSentence := func() {
		endClause()
		if len(sentence) > 0 {
			sentences, sentence = append(sentences, sentence), nil
		}
	}
	runes := []rune(m.Text)
	at := 0
	for i, r := range runes {
		inNumber := (r == ':' || r == '.') && i > 0 && i+1 < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1])
		inWord := unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || inNumber || (r == '\'' || r == '’') && start >= 0
		switch {
		case inWord && start < 0:
			start = at
		case inWord && unicode.IsDigit(r) != unicode.IsDigit(runes[i-1]) && !inNumber && !numeric(runes[i-1]) && unicode.IsDigit(r):
			flush(at)
			start = at
		case inWord && unicode.IsLetter(r) && unicode.IsDigit(runes[i-1]): // 5pm
			flush(at)
			start = at
		case inWord:
		default:
			flush(at)
			switch r {
			case '.', '!', '?', '؟', '\n', ';', '؛':
				endSentence()
			case ',', '،', ':', '(', ')', '—', '–':
				endClause()
			}
		}
		at += len(string(r))
	}
	flush(len(m.Text))
	endSentence()
	return sentences
}

func numeric(r rune) bool { return r == ':' || r == '.' }

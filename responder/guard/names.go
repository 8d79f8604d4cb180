package guard

import (
	"iter"
	"strings"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/fold"
	"rasid/internal/patterns"
)

// names looks for competitors, other customers and jargon, as whole words; in
// Arabic a name may carry a particle in front.
func (g *Guard) names(l *look, c cases.Case) {
	author := fold.Text(c.Author)
	for _, part := range []struct {
		kind  string
		names []string
		block bool
	}{{"competitor", g.policy.Competitors, true}, {"name", g.policy.Names, true}, {"jargon", g.policy.Jargon, false}} {
		for _, name := range part.names {
			f := strings.TrimSpace(fold.Text(name))
			if f == "" || part.kind == "name" && author != "" && whole(author, f) {
				continue
			}
			for at := range occurrences(l.folded.Text, f) {
				l.tell(part.kind, at, at+len(f), part.block)
			}
		}
	}
}

// whole reports whether words occur in a folded text.
func whole(text, words string) bool {
	for range occurrences(text, words) {
		return true
	}
	return false
}

// occurrences yields where words stand in a folded text, on their own or behind
// an Arabic particle (و ف ب ل ك, and ال after it).
func occurrences(text, words string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for from := 0; words != ""; {
			i := strings.Index(text[from:], words)
			if i < 0 {
				return
			}
			at := from + i
			after, _ := utf8.DecodeRuneInString(text[at+len(words):])
			if !patterns.Letter(after) && starts(text[:at]) && !yield(at) {
				return
			}
			from = at + len(words)
		}
	}
}

// starts reports whether a word may begin behind what stands before it.
func starts(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	if !patterns.Letter(r) {
		return true
	}
	before = strings.TrimSuffix(before, "ال")
	for range 2 {
		r, n := utf8.DecodeLastRuneInString(before)
		if !patterns.Letter(r) {
			return true
		}
		if !strings.ContainsRune("وفبلك", r) {
			return false
		}
		before = before[:len(before)-n]
	}
	r, _ = utf8.DecodeLastRuneInString(before)
	return !patterns.Letter(r)
}

package guard

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/fold"
	"rasid/internal/lines"
	"rasid/internal/patterns"
)

// A particle of the future is a short stem: what follows must be a whole verb
// ("سنتابع", not "سنين"). Both are in letters.
const shortStem, wholeVerb = 2, 5

// fewWords is the length below which an answer is too short to be cold.
const fewWords = 4

// cold tells of an answer to a complaint that has no word of courtesy, of regret
// or of help. Rudeness has more shapes than a list of words can know; what it
// lacks is the same in all of them. It is advice: facts alone may be an answer.
func (g *Guard) cold(l *look, c cases.Case) {
	if c.Score.Label != "neg" {
		return
	}
	words := strings.FieldsFunc(l.folded.Text, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
	if len(words) < fewWords {
		return
	}
	if slices.ContainsFunc(words, courteous().has) || courteous().says(words) {
		return
	}
	if l.sharp(g.lists.sharp) {
		return
	}
	l.add(cases.Finding{Kind: "tone-cold", Words: first(l.text, 6)})
}

// Of the cues of sharpness a cut is enough, of hints it takes some.
const (
	cut       = "cut"
	someHints = 2
)

// sharp blocks an answer that is cold and cuts: it asks what one expected for that
// price, or tells of the others who liked it. Such words alone may be harmless, and
// without courtesy they seldom are.
func (l *look) sharp(cues *patterns.Lists) bool {
	var first [2]int
	hints := 0
	cues.Find(l.folded.Text, func(list patterns.List, from, to int) {
		if hints == 0 {
			first = [2]int{from, to}
		}
		if hints++; list.Kind == cut {
			hints += someHints
		}
	})
	if hints < someHints {
		return false
	}
	l.tell("tone-sharp", first[0], first[1], true)
	return true
}

// courtesy is a set of words and of beginnings of words.
type courtesy struct {
	words   map[string]bool
	stems   []string
	phrases []string // between spaces, " our mistake "
}

// says reports whether the words hold a phrase of the set.
func (c courtesy) says(words []string) bool {
	text := " " + strings.Join(words, " ") + " "
	return slices.ContainsFunc(c.phrases, func(p string) bool { return strings.Contains(text, p) })
}

// has reports whether a word is one of the set, also behind Arabic particles.
func (c courtesy) has(word string) bool {
	for _, particle := range []string{"", "و", "ف", "ل", "ب", "ال", "وال", "بال", "لل"} {
		w, ok := strings.CutPrefix(word, particle)
		if !ok {
			continue
		}
		if c.words[w] {
			return true
		}
		for _, stem := range c.stems {
			if strings.HasPrefix(w, stem) && (utf8.RuneCountInString(stem) > shortStem || utf8.RuneCountInString(w) >= wholeVerb) {
				return true
			}
		}
	}
	return false
}

//go:embed words/courtesy.tsv
var courtesyWords string

// courteous reads the list once for all guards.
var courteous = sync.OnceValue(func() courtesy {
	c := courtesy{words: map[string]bool{}}
	for _, line := range lines.Of(courtesyWords) {
		_, words, _ := strings.Cut(line, "\t")
		for word := range strings.FieldsSeq(words) {
			stem, open := strings.CutSuffix(word, "*")
			switch phrase := strings.ReplaceAll(stem, "_", " "); {
			case phrase != stem && open:
				c.phrases = append(c.phrases, " "+fold.Text(phrase))
			case phrase != stem:
				c.phrases = append(c.phrases, " "+fold.Text(phrase)+" ")
			case open:
				c.stems = append(c.stems, fold.Text(stem))
			default:
				c.words[fold.Text(word)] = true
			}
		}
	}
	return c
})

package responder

import (
	"embed"
	"slices"
	"sync"

	"rasid/internal/fold"
	"rasid/internal/patterns"
)

//go:embed signs
var signFiles embed.FS

// Signs finds what makes a mention graver than its words, where the scorer's
// lists of words hear nothing: "wait till the papers hear of this". Of the
// opposite kind is what only looks so: "my brother, the lawyer, loves your
// coffee". What is looked for stands in signs/*.tsv, in the notation of package
// patterns.
type Signs struct{ lists *patterns.Lists }

// NewSigns reads the lists of both languages.
func NewSigns() (*Signs, error) {
	lists, err := signLists()
	return &Signs{lists: lists}, err
}

// signLists reads the signs once for all.
var signLists = sync.OnceValues(func() (*patterns.Lists, error) { return patterns.ReadFiles(signFiles, "signs/ar.tsv", "signs/en.tsv") })

// Of lists the signals of a text, each once, and gives the text without what
// only looks like one; nothing is taken from a text that has none.
func (s *Signs) Of(text string) (found []string, rest string) { return kindsIn(s.lists, text) }

// kindsIn lists the kinds of words that lists find in a text, each once, and gives
// the text without the harmless ones.
func kindsIn(lists *patterns.Lists, text string) (found []string, rest string) {
	folded := fold.Map(text)
	var kept []byte
	lists.Find(folded.Text, func(l patterns.List, from, to int) {
		if l.Kind != patterns.Harmless {
			if !slices.Contains(found, l.Kind) {
				found = append(found, l.Kind)
			}
			return
		}
		if kept == nil {
			kept = []byte(text)
		}
		for from, to := folded.Source(from, to); from < to; from++ {
			kept[from] = ' '
		}
	})
	if kept == nil {
		return found, text
	}
	return found, string(kept)
}

package responder

import (
	"embed"
	"fmt"
	"slices"

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
type Signs struct{ lists []patterns.List }

// NewSigns reads the lists of both languages.
func NewSigns() (*Signs, error) {
	s := &Signs{}
	for _, name := range []string{"signs/ar.tsv", "signs/en.tsv"} {
		b, err := signFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading signs: %w", err)
		}
		lists, err := patterns.Read(string(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.lists = append(s.lists, lists...)
	}
	return s, nil
}

// Of lists the signals of a text, each once, and gives the text without what
// only looks like one; nothing is taken from a text that has none.
func (s *Signs) Of(text string) (found []string, rest string) {
	folded := fold.Map(text)
	left, kept := []byte(folded.Text), []byte(text)
	for i := range s.lists {
		l := &s.lists[i]
		for _, at := range l.Find(string(left)) {
			if l.Kind != patterns.Harmless {
				if !slices.Contains(found, l.Kind) {
					found = append(found, l.Kind)
				}
				continue
			}
			for n := at[0]; n < at[1]; n++ {
				left[n] = patterns.Taken
			}
			for from, to := folded.Source(at[0], at[1]); from < to; from++ {
				kept[from] = ' '
			}
		}
	}
	return found, string(kept)
}

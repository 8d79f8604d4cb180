package guard

import (
	"embed"
	"fmt"
	"sync"

	"rasid/internal/patterns"
)

//go:embed words/ar.tsv words/en.tsv
var files embed.FS

// built holds the lists of both languages, compiled once for all guards.
var built = sync.OnceValue(func() map[string][]patterns.List {
	lists := map[string][]patterns.List{}
	for _, language := range []string{"ar", "en"} {
		l, err := readLists(language)
		if err != nil {
			panic(err) //nolint:forbidigo // the lists are built into the program; its tests exclude it
		}
		lists[language] = l
	}
	return lists
})

// readLists reads the patterns of one language.
func readLists(language string) ([]patterns.List, error) {
	b, err := files.ReadFile("words/" + language + ".tsv")
	if err != nil {
		return nil, fmt.Errorf("reading words of %s: %w", language, err)
	}
	lists, err := patterns.Read(string(b))
	if err != nil {
		return nil, fmt.Errorf("words of %s: %w", language, err)
	}
	return lists, nil
}

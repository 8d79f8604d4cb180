package guard

import (
	"embed"
	"fmt"
	"sync"

	"rasid/internal/patterns"
)

//go:embed words/ar.tsv words/en.tsv words/sharp.tsv
var files embed.FS

// built holds the lists of both languages, compiled once for all guards.
var built = sync.OnceValue(func() map[string][]patterns.List {
	return map[string][]patterns.List{"ar": listsOf("ar"), "en": listsOf("en")}
})

// listsOf reads one of the files of patterns.
func listsOf(name string) []patterns.List {
	lists, err := readLists(name)
	if err != nil {
		panic(err) //nolint:forbidigo // the lists are built into the program; its tests exclude it
	}
	return lists
}

func readLists(name string) ([]patterns.List, error) {
	b, err := files.ReadFile("words/" + name + ".tsv")
	if err != nil {
		return nil, fmt.Errorf("reading the words of %s: %w", name, err)
	}
	lists, err := patterns.Read(string(b))
	if err != nil {
		return nil, fmt.Errorf("reading the words of %s: %w", name, err)
	}
	return lists, nil
}

package guard

import (
	"embed"
	"sync"

	"rasid/internal/patterns"
)

//go:embed words/ar.tsv words/en.tsv words/sharp.tsv
var files embed.FS

// lists are the words that every guard looks for.
type lists struct {
	of    map[string]*patterns.Lists // by language
	sharp *patterns.Lists            // the cues of sharpness, in both languages
}

// built reads the lists once for all guards.
var built = sync.OnceValues(func() (l lists, err error) {
	l.of = map[string]*patterns.Lists{}
	for _, language := range []string{"ar", "en"} {
		if l.of[language], err = patterns.ReadFiles(files, "words/"+language+".tsv"); err != nil {
			return lists{}, err
		}
	}
	l.sharp, err = patterns.ReadFiles(files, "words/sharp.tsv")
	return l, err
})

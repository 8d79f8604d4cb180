package lexicon

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"rasid/sentiment/internal/text"
)

// knownTags are the tags that README.md explains.
var knownTags = strings.Fields(`msa gulf egyptian levantine maghrebi iraqi sudanese fact churn boycott threat legal press
	safety selfharm abuse pious irony count state kept`)

func load(t *testing.T) (*text.Folder, *Set) {
	t.Helper()
	f := text.NewFolder()
	s, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	return f, s
}

// texts are what the entries of a set say in its files, in the order of Entries.
func texts(t *testing.T, fsys fs.FS) (out []string) {
	t.Helper()
	err := eachFile(fsys, formerFile, func(name string, body []byte) error {
		for _, line := range lines(string(body)) {
			if words, _, _ := strings.Cut(line, "\t"); path.Base(name) != classesFile {
				out = append(out, strings.TrimSpace(words))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheLexiconHoldsEnoughJudgedEntriesInEachLanguage(t *testing.T) {
	_, s := load(t)
	n := map[bool]int{}
	for _, e := range s.Entries() {
		if e.Role == Valued && e.Valence != 0 {
			n[e.Arabic]++
		}
	}
	t.Logf("%d Arabic, %d others (English and emoji)", n[true], n[false])
	if n[true] < 6000 || n[false] < 4300 {
		t.Errorf("got %d Arabic and %d other entries, want 6000 and 4300", n[true], n[false])
	}
}

func TestEveryTagIsKnown(t *testing.T) {
	_, s := load(t)
	texts := texts(t, files)
	for i, e := range s.Entries() {
		for _, tag := range e.Tags() {
			if !slices.Contains(knownTags, tag) {
				t.Errorf("%q carries the unknown tag %q", texts[i], tag)
			}
		}
		if e.Role == Intensifier && (e.Valence < 0.3 || e.Valence > 2) {
			t.Errorf("intensifier %q multiplies by %v, want 0.3 to 2", texts[i], e.Valence)
		}
	}
}

func TestNoWordIsJudgedTwice(t *testing.T) {
	f, s := load(t)
	type key struct {
		words  string
		role   Role
		arabic bool
	}
	seen := map[key]string{}
	var doc text.Doc
	texts := texts(t, files)
	for i, e := range s.Entries() {
		f.Parse(&doc, texts[i])
		var words []string
		emoticon := false
		for _, tok := range doc.Tok {
			emoticon = emoticon || tok.Kind == text.Happy || tok.Kind == text.Sad // all faces of a mood are one token
			if Joins(tok.Kind) {
				words = append(words, string(doc.R[tok.From:tok.To]))
			}
		}
		k := key{strings.Join(words, " "), e.Role, e.Arabic}
		if first, dup := seen[k]; dup && !emoticon {
			t.Errorf("%q repeats %q", texts[i], first)
		}
		seen[k] = texts[i]
	}
}

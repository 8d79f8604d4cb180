package lexicon

import (
	"strings"
	"testing"
	"testing/fstest"

	"rasid/sentiment/internal/text"
)

func TestTheLexiconHoldsEnoughOfBothLanguages(t *testing.T) {
	s, err := Load(text.NewFolder())
	if err != nil {
		t.Fatal(err)
	}
	ar, en := 0, 0
	for _, e := range s.Entries() {
		if e.Arabic {
			ar++
		} else {
			en++
		}
	}
	t.Logf("%d Arabic entries, %d English ones and emoji", ar, en)
	if ar < 6000 || en < 4000 {
		t.Errorf("%d Arabic and %d English entries, want 6000 and 4000", ar, en)
	}
}

func TestEntriesThatCameAfterTheTableAreFoundButNotLearned(t *testing.T) {
	all, err := Load(text.NewFolder())
	if err != nil {
		t.Fatal(err)
	}
	taught, err := Taught(text.NewFolder())
	if err != nil {
		t.Fatal(err)
	}
	count := func(file string) (n int) {
		for _, language := range []string{"ar", "en"} {
			body, err := files.ReadFile(language + "/" + file)
			if err != nil {
				t.Fatal(err)
			}
			for range lines(string(body)) {
				n++
			}
		}
		return n
	}
	later, former := count(laterFile), count(formerFile)
	if got := len(all.Entries()) - len(taught.Entries()); later == 0 || former == 0 || got != later-former {
		t.Errorf("%d entries more are found than learned with, want the %d that came later without the %d that went", got, later, former)
	}
}

func TestABadLineNamesItsFileAndNumber(t *testing.T) {
	for body, want := range map[string]string{
		"# remark\nawful\t-3\n":         "en/bad.tsv:2: 2 columns",
		"awful\tminus three\t-\n":       "en/bad.tsv:1: valence",
		"awful\t-5\t-\n":                "en/bad.tsv:1: valence",
		"...\t-1\t-\n":                  "en/bad.tsv:1: entry",
		"a b c d e f g h i j\t-1\t-\tx": "en/bad.tsv:1: entry",
	} {
		fsys := fstest.MapFS{"en/bad.tsv": {Data: []byte(body)}, "emoji.tsv": {Data: []byte("# none\n")}}
		_, err := LoadFS(text.NewFolder(), fsys)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", body, err, want)
		}
	}
}

func TestTheLongestEntryWins(t *testing.T) {
	fsys := fstest.MapFS{"en/a.tsv": {Data: []byte("good\t2\t-\nnever good\t-2\tfact\nnever good again\t-3\tchurn,fact\n")}}
	f := text.NewFolder()
	s, err := LoadFS(f, fsys)
	if err != nil {
		t.Fatal(err)
	}
	var d text.Doc
	f.Parse(&d, "NEVER  good again!")
	var ws Words
	s.Know(&ws, d.Tok)
	valued := func(i int) (*Entry, int) {
		var found Found
		s.Find(&ws, i, &found)
		return s.Entry(&found, Valued), found.N(Valued)
	}
	e, n := valued(0)
	if n != 3 || e == nil || e.Valence != -3 || !e.Tagged("churn") {
		t.Errorf("found %+v of %d words, want the phrase of three", e, n)
	}
	if e, n := valued(1); n != 1 || e.Valence != 2 {
		t.Errorf("found %+v of %d words, want good", e, n)
	}
}

func TestWhatDoesTwoThingsIsRefused(t *testing.T) {
	fsys := fstest.MapFS{"en/contrast.tsv": {Data: []byte("but\t0\t-\n")}, "en/negators.tsv": {Data: []byte("never\t0\t-\nbut\t0\t-\n")}}
	if _, err := LoadFS(text.NewFolder(), fsys); err == nil || !strings.Contains(err.Error(), "en/negators.tsv:2") {
		t.Errorf("loading ends with %v, want an error that names the second line of the negators", err)
	}
}

package responder

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"rasid/internal/cases"
	"rasid/internal/fold"
)

//go:embed courtesy
var courtesyFiles embed.FS

// courtesySalam lets a reply return the greeting of a customer who wrote
// "peace be upon you"; nothing religious is said to anybody else.
const courtesySalam = "salam"

// Courtesies lists what a policy may allow: a greeting and closing in a dialect,
// or the return of a salam.
func Courtesies() []string {
	return []string{"gulf", "egyptian", "levantine", "maghrebi", courtesySalam}
}

// readCourtesies reads the courtesy of each dialect into the sections of the
// templates: "gulf.greet" and so on.
func (t *Templates) readCourtesies() error {
	for _, dialect := range Courtesies() {
		if dialect == courtesySalam {
			continue
		}
		b, err := courtesyFiles.ReadFile(path.Join("courtesy", dialect+".txt"))
		if err != nil {
			return fmt.Errorf("reading courtesy: %w", err)
		}
		if err := t.read("ar", dialect, string(b)); err != nil {
			return fmt.Errorf("courtesy %s: %w", dialect, err)
		}
		t.cues[dialect] = map[string]bool{}
		for _, line := range t.sections["ar"][dialect+".cues"] {
			for word := range strings.FieldsSeq(line) {
				t.cues[dialect][fold.Text(word)] = true
			}
		}
	}
	return nil
}

// dialect is the dialect in which a reply may greet; "" for the formal tone. It
// takes three things: the policy allows it, the judgement is sure of it, and a
// word that hardly anybody else uses stands in the text, without one of another
// dialect beside it.
func (t *Templates) dialect(c cases.Case) string {
	is := c.Score.Dialect
	if !slices.Contains(t.Courtesy, is) || LanguageOf(c) != "ar" || c.Score.Language != "ar" || c.Score.Severity >= cases.High || t.Discreet {
		return ""
	}
	var heard []string
	for _, w := range strings.FieldsFunc(fold.Text(c.Last().Words()), func(r rune) bool { return !unicode.IsLetter(r) }) {
		for _, d := range Courtesies() {
			if t.cues[d][w] && !t.shared(w) && !slices.Contains(heard, d) {
				heard = append(heard, d)
			}
		}
	}
	if len(heard) != 1 || heard[0] != is {
		return ""
	}
	return is
}

// shared reports whether a word is a cue of more than one dialect; then it is
// none.
func (t *Templates) shared(word string) bool {
	n := 0
	for _, words := range t.cues {
		if words[word] {
			n++
		}
	}
	return n > 1
}

// salam is the answer to a salam; "" when the customer wrote none.
func (t *Templates) salam(c cases.Case) string {
	if !slices.Contains(t.Courtesy, courtesySalam) || LanguageOf(c) != "ar" || c.Score.Severity >= cases.High || t.Discreet {
		return ""
	}
	if !strings.Contains(fold.Text(c.Last().Words()), "سلام عليكم") {
		return ""
	}
	return "وعليكم السلام ورحمة الله"
}

// courteous puts the dialect's greeting in place of the formal one, and returns
// the closing that goes with it.
func (t *Templates) courteous(c cases.Case, greet, name string, n int) (greeting, closing string) {
	said := t.sections["ar"]
	if d := t.dialect(c); d != "" {
		greet, closing = pick(said[d+".greet"], n), pick(said[d+".close"], n)
		if name != "" {
			greet = pick(said[d+".greet-name"], n)
		}
	}
	if salam := t.salam(c); salam != "" {
		greet = salam + "."
		if name != "" {
			greet = salam + "، {name}."
		}
	}
	return greet, closing
}

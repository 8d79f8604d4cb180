package guard

import (
	"embed"
	"strings"
	"unicode"

	"rasid/internal/cases"
)

//go:embed tone.tsv
var toneFile embed.FS

// tone finds words that blame, look down, mock, argue or command, and
// shouting. A person may still send them after a second look; a rule may not.
func tone(text string) []cases.Finding {
	var found []cases.Finding
	lower := strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, t := range tones() {
		if strings.Contains(lower, t.words) {
			found = append(found, cases.Finding{Kind: t.kind, Words: t.words, Block: true})
		}
	}
	if words, ok := shouting(text); ok {
		found = append(found, cases.Finding{Kind: "tone-shouting", Words: words, Block: true})
	}
	return found
}

type toneWords struct{ kind, words string }

func tones() []toneWords {
	b, err := toneFile.ReadFile("tone.tsv")
	if err != nil {
		return nil // embedded: cannot be missing
	}
	var out []toneWords
	for line := range strings.SplitSeq(string(b), "\n") {
		if kind, words, ok := strings.Cut(line, "\t"); ok && !strings.HasPrefix(line, "#") {
			out = append(out, toneWords{kind, words})
		}
	}
	return out
}

// shouting finds capital words in a row and piles of exclamation marks.
func shouting(text string) (string, bool) {
	if found := strings.Contains(text, "!!"); found {
		return "!!", true
	}
	run := []string{}
	for w := range strings.FieldsSeq(text) {
		letters, upper := 0, 0
		for _, r := range w {
			if unicode.Is(unicode.Latin, r) {
				letters++
				if unicode.IsUpper(r) {
					upper++
				}
			}
		}
		if letters >= 3 && upper == letters {
			if run = append(run, w); len(run) == 3 {
				return strings.Join(run, " "), true
			}
			continue
		}
		run = run[:0]
	}
	return "", false
}

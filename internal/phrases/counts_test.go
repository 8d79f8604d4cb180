package phrases

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// glued is a value and the words after it, as far as they may be what it counts.
var glued = regexp.MustCompile(`\{([a-z]+)\}((?: [\pL\pM]+){1,3})`)

// named are the values that are names and count nothing.
var named = []string{"aside", "case", "id", "key", "name", "other", "rule", "source", "state", "who", "why"}

// many are counts that are never one, and why.
var many = map[string]string{
	"answer.fast":   "fewer approvals are not fast",
	"digest.silent": "nine for each who complained",
	"local.none":    "lessons by the dozen",
}

// counts lists the phrases with a value that is glued to words which counted
// says to follow the number.
func counts(c *Catalogue, counted func(place string, words []string) bool) map[string]string {
	found := map[string]string{}
	texts := maps.Clone(c.words)
	for _, p := range c.kept {
		texts[p[0]] = p[1]
	}
	for k, text := range texts {
		for _, m := range glued.FindAllStringSubmatch(text, -1) {
			if many[k] == "" && counted(m[1], strings.Fields(m[2])) {
				found[k] = m[0]
			}
		}
	}
	return found
}

// TestWordsFollowTheirCount: "1 complaints" is what a machine says. A count
// before a noun has a form for one, also for few in Arabic; any other count
// stands behind its noun: "complaints 1".
func TestWordsFollowTheirCount(t *testing.T) {
	for _, test := range []struct {
		language string
		counted  func(string, []string) bool
		forms    []string
	}{
		{"en", severalThings, []string{"one"}},
		{"ar", func(place string, words []string) bool { return place == "n" && !slices.Contains(besides, words[0]) }, []string{"one", "few"}},
	} {
		c := load(t, test.language)
		found := counts(c, test.counted)
		for key, words := range found {
			for _, form := range test.forms {
				if _, ok := c.counted[key+"."+form]; !ok || !strings.HasPrefix(words, "{n}") {
					t.Errorf("%s: %s says %q of every count: give {n} the form %s.%s, or put the count behind its noun", test.language, key, words, key, form)
				}
			}
		}
		if len(found) < 5 {
			t.Errorf("%s: %d phrases count something, fewer than there are", test.language, len(found))
		}
	}
}

// besides are the Arabic words after which a count governs no noun.
var besides = []string{"من", "في", "منذ", "غيرها", "على", "إلى", "بعد", "فأكثر"}

// severalThings reports whether a plural noun stands among English words that
// follow a number.
func severalThings(place string, words []string) bool {
	if slices.Contains(named, place) {
		return false
	}
	for _, w := range words {
		if slices.Contains([]string{"from", "by", "to", "in", "at"}, w) {
			return false
		}
		if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") || slices.Contains([]string{"are", "wait"}, w) {
			return true
		}
	}
	return false
}

// TestFormsAreOfPhrasesThatCount: a form for one of a phrase without {n} would
// never be said.
func TestFormsAreOfPhrasesThatCount(t *testing.T) {
	for _, language := range []string{"ar", "en"} {
		c := load(t, language)
		for form := range c.counted {
			if key := form[:strings.LastIndexByte(form, '.')]; !strings.Contains(c.words[key], "{n}") {
				t.Errorf("%s: %s has the form %s and counts nothing", language, key, form)
			}
		}
	}
}

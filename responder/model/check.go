package model

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/responder"
)

// longest is how many letters the sentence may have: twice what was asked for.
const longest = 400

// tidy takes off what models like to put around their words.
func tidy(said string) string {
	said = strings.TrimSpace(responder.Clean(said))
	for _, pair := range []string{`""`, `''`, "«»", "“”"} {
		open, size := utf8.DecodeRuneInString(pair)
		end := pair[size:]
		if strings.HasPrefix(said, string(open)) && strings.HasSuffix(said, end) && len(said) > len(pair) {
			said = strings.TrimSpace(said[size : len(said)-len(end)])
		}
	}
	if r, _ := utf8.DecodeLastRuneInString(said); unicode.IsLetter(r) {
		said += "."
	}
	return said
}

var (
	foreign = regexp.MustCompile("(?i)https?:|www\\.|[@#{}<>\\[\\]|`*_=…\\\\]|\\p{N}")
	lists   = regexp.MustCompile(`(?m)^\s*[-•]`)
)

// wrong says why the model's sentence cannot be used; "" when it can. The guard
// must find nothing in it, not even what it only advises against: a person's
// edit may weigh advice, a program cannot.
func (d *Drafter) wrong(words string, c cases.Case, language string) string {
	switch {
	case strings.EqualFold(strings.Trim(words, ". "), "none"):
		return "it had none"
	case utf8.RuneCountInString(words) > longest:
		return "too long"
	case foreign.MatchString(words), lists.MatchString(words), strings.Contains(words, "\n"):
		return "numbers, links or markup"
	case !written(words, language):
		return "another language"
	}
	asked := c
	asked.Score.Language = language
	if found := d.Guard.Check(words, asked); len(found) > 0 {
		return fmt.Sprintf("the guard found %s", found[0].Kind)
	}
	topics := c.Score.Topics
	if len(topics) > 0 && topics[0] != responder.TopicOther && !slices.ContainsFunc(topics, func(t string) bool { return d.Speaks(words, t) }) {
		return "it does not speak of the problem"
	}
	return ""
}

// written reports whether most letters are of a language's script and hardly
// any of the other.
func written(words, language string) bool {
	arabic, latin := 0, 0
	for _, r := range words {
		switch {
		case unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r):
			arabic++
		case unicode.IsLetter(r):
			latin++
		}
	}
	if language == "ar" {
		return arabic > 4*latin
	}
	return latin > 4*arabic
}

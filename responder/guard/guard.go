// Package guard looks at words before they go out in public: private data,
// tone, promises the policy does not know, hidden characters. It looks at the
// program's drafts and at every staff edit alike, and names the words.
package guard

import (
	"strings"
	"unicode"

	"rasid/internal/cases"
)

// Policy is what the business allows words to say.
type Policy struct {
	Allowed     []string // contacts and offers of the business itself: never a finding
	Competitors []string // names that must not appear
	Jargon      []string // words a customer would not understand
}

// Guard checks texts against a policy.
type Guard struct {
	policy Policy
}

// New makes a guard for a policy.
func New(p Policy) *Guard { return &Guard{policy: p} }

// Check lists what is wrong with a text that answers a case; nothing when it
// may go out.
func (g *Guard) Check(text string, c cases.Case) []cases.Finding {
	if strings.TrimSpace(text) == "" {
		return []cases.Finding{{Kind: "empty", Block: true}}
	}
	bare := text
	for _, a := range g.policy.Allowed {
		bare = strings.ReplaceAll(bare, a, " ")
	}
	var found []cases.Finding
	found = append(found, privacy(bare)...)
	found = append(found, tone(bare)...)
	found = append(found, g.names(bare)...)
	if f, ok := wrongLanguage(text, c.Score.Language); ok {
		found = append(found, f)
	}
	return found
}

func (g *Guard) names(text string) []cases.Finding {
	var found []cases.Finding
	lower := strings.ToLower(text)
	for _, n := range g.policy.Competitors {
		if n != "" && strings.Contains(lower, strings.ToLower(n)) {
			found = append(found, cases.Finding{Kind: "competitor", Words: n, Block: true})
		}
	}
	for _, j := range g.policy.Jargon {
		if j != "" && strings.Contains(lower, strings.ToLower(j)) {
			found = append(found, cases.Finding{Kind: "jargon", Words: j})
		}
	}
	return found
}

// wrongLanguage compares scripts: an Arabic speaker answered in English, or
// the reverse.
func wrongLanguage(text, language string) (cases.Finding, bool) {
	arabic, latin := 0, 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Arabic, r):
			arabic++
		case unicode.Is(unicode.Latin, r):
			latin++
		}
	}
	wrong := (language == "ar" && latin > arabic) || (language == "en" && arabic > latin)
	return cases.Finding{Kind: "language", Words: language}, wrong && arabic+latin > 10
}

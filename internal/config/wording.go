package config

import (
	"fmt"
	"slices"
	"strings"

	"rasid/internal/cases"
	"rasid/internal/fold"
)

// Wording is what replies may not say beside what no reply should: the names
// and words of this business's own world. What is found is shown on the card
// with its words, asks for a second confirmation, and never leaves by a rule.
type Wording struct {
	// Competitors are names that replies must not mention, in every spelling
	// that may be typed. A customer who complains and names one, or goes there,
	// counts as about to leave.
	Competitors []string `yaml:"competitors"`
	// Customers are names of customers that must not appear in a reply to
	// somebody else.
	Customers []string `yaml:"customers"`
	// Jargon are words of the trade that customers do not know; staff are told
	// when a reply uses one.
	Jargon []string `yaml:"jargon"`
	// Secrecy is for health and finance: no reply may confirm that somebody is
	// a customer or a patient, and drafts do not.
	Secrecy bool `yaml:"secrecy"`
	// SameText is to how many customers the very same words may go in an hour;
	// each further one asks for a second press, and none leaves by a rule. 0 is
	// for no limit.
	SameText int `yaml:"same_text"`
}

// Note is one thing staff should know when they answer: hours, refund rules,
// what the warranty covers. It stands on the card, in the room's language.
type Note struct {
	// Topics are what the note is good for, like [refund, warranty]; left out,
	// it stands on every card.
	Topics []Topic `yaml:"topics"`
	// AR is the note in Arabic.
	AR string `yaml:"ar"`
	// EN is the note in English; where a language is left out, the other is
	// shown.
	EN string `yaml:"en"`
}

// longestNote is what a card still shows whole.
const longestNote = 400

// checkWording looks at the names and words that replies may not say.
func (r *reader) checkWording(c *Config) {
	w := c.Policy.Words
	for _, l := range []struct {
		key   string
		words []string
	}{{"competitors", w.Competitors}, {"customers", w.Customers}, {"jargon", w.Jargon}} {
		seen := map[string]int{}
		for i, word := range l.words {
			path := fmt.Sprintf("policy.words.%s[%d]", l.key, i)
			folded := strings.TrimSpace(fold.Text(word))
			first, twice := seen[folded]
			switch {
			case blank(word) || folded == "":
				r.fault(path, "nothing is written here", "a name or word, or remove the line")
			case len([]rune(folded)) < 2:
				r.fault(path, fmt.Sprintf("%q would be found in many words that mean something else", word), "at least two letters")
			case twice:
				r.fault(path, fmt.Sprintf("the same as number %d of the list (spelling, vowel signs and capitals make no difference)", first+1), "it once")
			case l.key == "competitors" && c.named(folded):
				r.fault(path, "this is the business's own name", "the name of another business")
			case c.granted(folded):
				r.fault(path, "policy.offers or policy.contacts lets replies say it", "another word, or change the offer or contact")
			}
			if !twice {
				seen[folded] = i
			}
		}
	}
	if w.SameText < 0 || w.SameText > 1000 {
		r.fault("policy.words.same_text", fmt.Sprintf("%d is out of bounds", w.SameText), "a number from 1 to 1000, or 0 for no limit")
	}
}

// named reports whether folded words are a name of the business itself.
func (c *Config) named(folded string) bool {
	return folded != "" && slices.ContainsFunc([]string{c.Business.Name.AR, c.Business.Name.EN}, func(own string) bool {
		return strings.TrimSpace(fold.Text(own)) == folded
	})
}

// granted reports whether an offer or contact is made of just these words.
func (c *Config) granted(folded string) bool {
	words := slices.Clone(c.Policy.Contacts)
	for _, o := range c.Policy.Offers {
		words = append(words, o.AR, o.EN)
	}
	return slices.ContainsFunc(words, func(s string) bool { return strings.TrimSpace(fold.Text(s)) == folded })
}

// checkCourtesy looks whether the courtesies can ever be used.
func (r *reader) checkCourtesy(p Policy) {
	for i, c := range p.Courtesy {
		if slices.Contains(p.Courtesy[:i], c) {
			r.fault(fmt.Sprintf("policy.courtesy[%d]", i), fmt.Sprintf("%s is named twice", c), "it once")
		}
	}
	if len(p.Courtesy) > 0 && p.Words.Secrecy {
		r.fault("policy.courtesy", "policy.words.secrecy keeps drafts formal", "one of the two")
	}
}

func (r *reader) checkNotes(p Policy) {
	for i, n := range p.Knowledge {
		path := fmt.Sprintf("policy.knowledge[%d]", i)
		if blank(n.AR) && blank(n.EN) {
			r.fault(path, "the note says nothing", "its words under ar: or en:, better both")
		}
		for key, text := range map[string]string{"ar": n.AR, "en": n.EN} {
			if l := len([]rune(text)); l > longestNote {
				r.fault(path+"."+key, fmt.Sprintf("%d letters, more than a card can show", l), fmt.Sprintf("at most %d letters, or two notes", longestNote))
			}
		}
		if lookup(find(r.root, path), "topics") != nil && len(n.Topics) == 0 {
			r.fault(path+".topics", "an empty list, which no case meets", strings.Join(cases.Topics()[:3], ", ")+" …, or remove the line")
		}
		for j, t := range n.Topics {
			if slices.Contains(n.Topics[:j], t) {
				r.fault(fmt.Sprintf("%s.topics[%d]", path, j), fmt.Sprintf("%s is named twice", t), "it once")
			}
		}
	}
}

package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Rule says what happens to mentions of one sort. The first rule that matches
// decides; without one, a person decides.
type Rule struct {
	// Name is how cards, records and reports call the rule.
	Name string `yaml:"name"`
	// When says which mentions the rule is about; what is left out is any.
	When When `yaml:"when"`
	// Do is one word: draft (a person approves), answer or thank (the template leaves by
	// itself, within every limit), ignore, hold (no draft: a person writes), or
	// escalate 1 (up to that level at once).
	Do Do `yaml:"do"`
	// EnabledBy is the id of the approver who answers for what leaves by this
	// rule; needed for answer and thank.
	EnabledBy string `yaml:"enabled_by"`
	// PerDay is how many replies may leave by this rule in 24 hours; left out, 20.
	PerDay int `yaml:"per_day"`
}

// When is what a rule asks of a mention. All that is written must hold; of a
// list, one is enough.
type When struct {
	// Sentiment is one of pos, neu and neg.
	Sentiment []Sentiment `yaml:"sentiment"`
	// Severity is one of mild, low, high and critical.
	Severity []Harm `yaml:"severity"`
	// Stars are the stars given, 1 to 5; 0 is for places without stars.
	Stars []int `yaml:"stars"`
	// Topic is what it is mostly about, like delivery, price or quality.
	Topic []Topic `yaml:"topic"`
	// Language is one of ar, en, mixed, arabizi and other.
	Language []Tongue `yaml:"language"`
	// Source is the name of a source.
	Source []string `yaml:"source"`
	// AuthorCases is how many earlier cases the customer had: 0, 1-3 or 2+.
	AuthorCases Counts `yaml:"author_cases"`
	// Hours is open or closed; left out, both.
	Hours OpenOrNot `yaml:"hours"`
	// Signals are what makes it graver: churn, legal, press, safety, selfharm,
	// threat, abuse, boycott; none is for mentions without any.
	Signals []Signal `yaml:"signals"`
}

// Do is what a rule does.
type Do struct {
	Word  string // draft, answer, thank, ignore, hold or escalate
	Level int    // with escalate
}

// Automatic reports whether a reply leaves without a person's look at it.
func (d Do) Automatic() bool { return d.Word == "answer" || d.Word == "thank" }

// String spells d as config.yaml does.
func (d Do) String() string {
	if d.Word == "escalate" {
		return "escalate " + strconv.Itoa(d.Level)
	}
	return d.Word
}

// UnmarshalText reads what a rule does.
func (d *Do) UnmarshalText(text []byte) error {
	const write = "draft, answer, thank, ignore, hold or escalate 1"
	word, rest, more := strings.Cut(string(text), " ")
	switch word {
	case "escalate":
		n, err := strconv.Atoi(strings.TrimSpace(rest))
		if err != nil || n < 1 || n > 9 {
			return wrong("escalate needs a level", "escalate 1")
		}
		d.Level = n
	case "draft", "answer", "thank", "ignore", "hold":
		if more {
			return wrong(fmt.Sprintf("%q says more than one word", text), write)
		}
	default:
		return wrong(fmt.Sprintf("%q is nothing a rule can do", text), write)
	}
	d.Word = word
	return nil
}

// Counts is a range of numbers: 0, 1-3 or 2+.
type Counts struct {
	Set       bool
	From, To  int
	Unlimited bool // no upper end
}

// UnmarshalText reads a range of numbers.
func (c *Counts) UnmarshalText(text []byte) error {
	s := string(text)
	err := wrong(fmt.Sprintf("%q is no number of cases", s), "a number, a range like 1-3, or 2+")
	from, to, isRange := strings.Cut(s, "-")
	from, open := strings.CutSuffix(from, "+")
	var e error
	if c.From, e = strconv.Atoi(from); e != nil || open && isRange {
		return err
	}
	c.Set, c.To, c.Unlimited = true, c.From, open
	if isRange {
		if c.To, e = strconv.Atoi(to); e != nil || c.To < c.From {
			return err
		}
	}
	if c.From > 5 {
		return wrong("only the last five cases of a customer are looked at", "5+ for five or more")
	}
	return nil
}

// String spells c as config.yaml does; "" when it was left out.
func (c Counts) String() string {
	switch {
	case !c.Set:
		return ""
	case c.Unlimited:
		return fmt.Sprintf("%d+", c.From)
	case c.From == c.To:
		return strconv.Itoa(c.From)
	}
	return fmt.Sprintf("%d-%d", c.From, c.To)
}

package config

import (
	"slices"

	"rasid/internal/cases"
)

// Sentiment is pos, neu or neg.
type Sentiment string

// UnmarshalText reads a sentiment.
func (s *Sentiment) UnmarshalText(text []byte) error {
	w, err := oneOf(text, "pos", "neu", "neg")
	*s = Sentiment(w)
	return err
}

// Harm is how much waiting would hurt.
type Harm string

// UnmarshalText reads a severity.
func (h *Harm) UnmarshalText(text []byte) error {
	w, err := oneOf(text, harms()...)
	*h = Harm(w)
	return err
}

func harms() []string {
	return []string{cases.Mild.String(), cases.Low.String(), cases.High.String(), cases.Critical.String()}
}

// Topic is what a mention is about.
type Topic string

// UnmarshalText reads a topic.
func (t *Topic) UnmarshalText(text []byte) error {
	w, err := oneOf(text, cases.Topics()...)
	*t = Topic(w)
	return err
}

// Tongue is the language of a mention.
type Tongue string

// UnmarshalText reads the language of a mention.
func (l *Tongue) UnmarshalText(text []byte) error {
	w, err := oneOf(text, cases.Languages()...)
	*l = Tongue(w)
	return err
}

// OpenOrNot is open or closed.
type OpenOrNot string

// UnmarshalText reads open or closed.
func (h *OpenOrNot) UnmarshalText(text []byte) error {
	w, err := oneOf(text, "open", "closed")
	*h = OpenOrNot(w)
	return err
}

// Signal is what makes a mention graver, or none.
type Signal string

// noSignal is the sort of mentions without any signal.
const noSignal = "none"

// UnmarshalText reads a signal.
func (s *Signal) UnmarshalText(text []byte) error {
	w, err := oneOf(text, slices.Concat(cases.Signals(), []string{noSignal})...)
	*s = Signal(w)
	return err
}

// Courtesy is a dialect, or salam.
type Courtesy string

// UnmarshalText reads a courtesy.
func (c *Courtesy) UnmarshalText(text []byte) error {
	w, err := oneOf(text, "gulf", "egyptian", "levantine", "maghrebi", "salam")
	*c = Courtesy(w)
	return err
}

// Abuse is draft or hold.
type Abuse string

// UnmarshalText reads draft or hold.
func (a *Abuse) UnmarshalText(text []byte) error {
	w, err := oneOf(text, "draft", "hold")
	*a = Abuse(w)
	return err
}

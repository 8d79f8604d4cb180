package responder

import (
	"context"
	"embed"
	"fmt"
	"strings"

	"rasid/internal/cases"
)

//go:embed followup
var followupFiles embed.FS

// FollowUps drafts what is said when a promise fell due before it was kept, and
// when a customer is not satisfied with how their problem was solved.
type FollowUps struct {
	Commitment Commitment
	Fits       func(source, text string) error // the place's own length limit

	wordings map[string][]string // by occasion and language
}

// NewFollowUps reads the embedded wordings.
func NewFollowUps(c Commitment, fits func(source, text string) error) (*FollowUps, error) {
	f := &FollowUps{Commitment: c, Fits: fits, wordings: map[string][]string{}}
	for _, set := range []string{"ar", "en", "low.ar", "low.en"} {
		var err error
		if f.wordings[set], err = wordings(followupFiles, "followup/"+set+".txt"); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Draft writes the next wording that the case has not seen and that fits.
func (f *FollowUps) Draft(_ context.Context, c cases.Case) (cases.Draft, error) {
	language := LanguageOf(c)
	set, topic := language, "promise"
	if dissatisfied(c) {
		set, topic = "low."+language, TopicOther
	}
	wordings := f.wordings[set]
	greet := greeting(c, language)
	start := seed(c) + len(c.Drafts)
	for i := range wordings {
		n := (start + i) % len(wordings)
		for _, hello := range []string{greet, ""} {
			text := strings.TrimSpace(put(wordings[n], map[string]string{"greet": hello, "within": f.Commitment.Within[language]}))
			if used(c, text) || f.Fits != nil && f.Fits(c.Source, text) != nil {
				continue
			}
			return cases.Draft{Text: text, Language: language, Topic: topic, Origin: fmt.Sprintf("followup:%s/%d", set, n+1)}, nil
		}
	}
	return cases.Draft{}, ErrNoWording
}

// dissatisfied reports whether a case came back because its customer rated our
// help low, and for nothing else they said since.
func dissatisfied(c cases.Case) bool {
	return c.Rating > 0 && c.Rating <= LowRating && c.RatedAt.After(c.Reply.At) && !newsSince(c, c.RatedAt)
}

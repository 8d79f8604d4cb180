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

// FollowUps drafts what is said when a promise fell due before it was kept.
type FollowUps struct {
	Commitment Commitment
	Fits       func(source, text string) error // the place's own length limit

	wordings map[string][]string // by language
}

// NewFollowUps reads the embedded wordings.
func NewFollowUps(c Commitment, fits func(source, text string) error) (*FollowUps, error) {
	f := &FollowUps{Commitment: c, Fits: fits, wordings: map[string][]string{}}
	for _, language := range []string{"ar", "en"} {
		var err error
		if f.wordings[language], err = wordings(followupFiles, "followup/"+language+".txt"); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// Draft writes the next wording that the case has not seen and that fits.
func (f *FollowUps) Draft(_ context.Context, c cases.Case) (cases.Draft, error) {
	language := LanguageOf(c)
	wordings := f.wordings[language]
	greet := greeting(c, language)
	start := seed(c) + len(c.Drafts)
	for i := range wordings {
		n := (start + i) % len(wordings)
		for _, hello := range []string{greet, ""} {
			text := strings.TrimSpace(put(wordings[n], map[string]string{"greet": hello, "within": f.Commitment.Within[language]}))
			if used(c, text) || f.Fits != nil && f.Fits(c.Source, text) != nil {
				continue
			}
			return cases.Draft{Text: text, Language: language, Topic: "promise", Origin: fmt.Sprintf("followup:%s/%d", language, n+1)}, nil
		}
	}
	return cases.Draft{}, ErrNoWording
}

// Package googleplay answers reviews on Google Play: one reply of at most about
// 350 characters for each review. It never writes over a reply that a
// colleague wrote.
package googleplay

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/google"
	"rasid/responder"
)

// ReplyConfig is one app's replies as config.yaml describes them.
type ReplyConfig struct {
	// Package is the app's name on Google Play, the same as the source's.
	Package string `yaml:"package"`
	// ServiceAccount is the JSON key of a service account that may reply to
	// reviews.
	ServiceAccount outbound.Secret `yaml:"service_account"`
	// APIURL is the address of the API; left out, Google's own.
	APIURL string `yaml:"api_url"`
	// TokenURL is where access tokens come from; left out, Google's own.
	TokenURL string `yaml:"token_url"`
}

// Check lists every mistake in c.
func (c ReplyConfig) Check() []cases.Fault {
	var faults cases.Faults
	if c.Package == "" {
		faults.Add("package", "is missing", "the id in the app's address on Google Play, such as com.example.app")
	}
	if google.CheckKey(c.ServiceAccount) != nil || c.ServiceAccount.Empty() {
		faults.Add("service_account", "is not the JSON key of a service account", "service_account_file: with the path of the key that Google Cloud gave")
	}
	return faults
}

// place is the reviews of one app.
type place struct{ play *google.Play }

// New makes a Replier.
func New(c ReplyConfig, client *outbound.Client, now func() time.Time) (responder.Replier, error) {
	if err := cases.SetUp("Google Play", c.Check()); err != nil {
		return nil, err
	}
	play, err := google.NewPlay(google.Identity{ServiceAccount: c.ServiceAccount, TokenURL: c.TokenURL}, c.Package, c.APIURL, client, now)
	if err != nil {
		return nil, fmt.Errorf("setting up Google Play: %w", err)
	}
	return responder.OneAnswer{Place: place{play}, Changes: changes}, nil
}

// changes refuses what Google strips as HTML.
func changes(text string) error {
	if strings.Contains(text, "<") {
		return errors.New("on Google Play the sign < begins HTML, which is removed")
	}
	return nil
}

// reviewID is what ids of reviews look like.
var reviewID = regexp.MustCompile(`^[A-Za-z0-9_:.~=-]{4,200}$`)

// Review looks at one review.
func (p place) Review(ctx context.Context, at string) (responder.Review, error) {
	if !reviewID.MatchString(at) {
		return responder.Review{}, fmt.Errorf("%w: %.40q is not the id of a review", cases.ErrRefused, at)
	}
	got, err := p.play.Review(ctx, at)
	if err != nil {
		return responder.Review{}, outbound.Looking(err)
	}
	var r responder.Review
	for _, c := range got.Comments {
		if u := c.User; u != nil && r.Text == "" {
			text := u.Text
			if u.Original != "" {
				text = u.Original
			}
			_, r.Text = google.Words(text)
		}
		if d := c.Developer; d != nil && d.Text != "" {
			r.Answer, r.AnswerID, r.At = d.Text, at, d.Modified.Time()
		}
	}
	return r, nil
}

// Put writes the reply.
func (p place) Put(ctx context.Context, at, text string) (cases.Receipt, error) {
	when, err := p.play.Reply(ctx, at, text)
	if err != nil {
		return cases.Receipt{}, err
	}
	return cases.Receipt{ID: at, At: when}, nil
}

// Fits counts characters.
func (place) Fits(text string) error { return google.PlayFits(text) }

// Doctor looks at one page of reviews.
func (p place) Doctor(ctx context.Context) []cases.Advice {
	_, err := p.play.List(ctx, "")
	return []cases.Advice{google.Diagnose("replies on Google Play", err)}
}

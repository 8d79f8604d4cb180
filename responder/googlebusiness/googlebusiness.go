// Package googlebusiness answers reviews on Google Business Profile (Google
// Maps): one reply of at most 4096 bytes for each review, which Google looks
// over before it is shown. It never writes over a reply that a colleague wrote.
package googlebusiness

import (
	"context"
	"fmt"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/google"
	"rasid/responder"
)

// ReplyConfig is one location's replies as config.yaml describes them.
type ReplyConfig struct {
	// Location is the location's full name, the same as the source's; where that
	// has several, one of them, by which rasid doctor looks.
	Location string `yaml:"location"`
	// ServiceAccount is the JSON key of a service account that is a manager of
	// the location; or use client_id, client_secret and refresh_token.
	ServiceAccount outbound.Secret `yaml:"service_account"`
	// ClientID is the OAuth client of a manager's consent.
	ClientID string `yaml:"client_id"`
	// ClientSecret is the OAuth client's secret.
	ClientSecret outbound.Secret `yaml:"client_secret"`
	// RefreshToken is what the manager's consent gave.
	RefreshToken outbound.Secret `yaml:"refresh_token"`
	// APIURL is the address of the API; left out, Google's own.
	APIURL string `yaml:"api_url"`
	// TokenURL is where access tokens come from; left out, Google's own.
	TokenURL string `yaml:"token_url"`
}

func (c ReplyConfig) identity() google.Identity {
	return google.Identity{ServiceAccount: c.ServiceAccount, ClientID: c.ClientID, ClientSecret: c.ClientSecret, Refresh: c.RefreshToken, TokenURL: c.TokenURL}
}

// Check lists every mistake in c.
func (c ReplyConfig) Check() []cases.Fault {
	var faults cases.Faults
	if !google.IsLocation(c.Location) {
		faults.Add("location", "is not the name of a location", "accounts/NUMBER/locations/NUMBER")
	}
	if f, bad := google.CheckIdentity(c.identity()); bad {
		faults = append(faults, f)
	}
	return faults
}

// place is the reviews of one location.
type place struct {
	biz *google.Business
	now func() time.Time
}

// New makes a Replier.
func New(c ReplyConfig, client *outbound.Client, now func() time.Time) (responder.Replier, error) {
	if err := cases.SetUp("Google Business Profile", c.Check()); err != nil {
		return nil, err
	}
	biz, err := google.NewBusiness(c.identity(), []string{c.Location}, c.APIURL, client, now)
	if err != nil {
		return nil, fmt.Errorf("setting up Google Business Profile: %w", err)
	}
	return responder.OneAnswer{Place: place{biz, now}}, nil
}

// Review looks at one review. A reply that Google rejected is shown to nobody,
// and another may be written in its place.
func (p place) Review(ctx context.Context, at string) (responder.Review, error) {
	if !google.IsReview(at) {
		return responder.Review{}, fmt.Errorf("%w: %.40q is not the name of a review", cases.ErrRefused, at)
	}
	got, err := p.biz.Review(ctx, at)
	if err != nil {
		return responder.Review{}, outbound.Looking(err)
	}
	r := responder.Review{Text: got.Original()}
	if got.Reply != nil && got.Reply.Rejected() == nil {
		r.Answer, r.AnswerID, r.At = got.Reply.Comment, at+"/reply", got.Reply.Updated.UTC()
	}
	return r, nil
}

// Put writes the reply. Google mostly looks at it later; where it says at once
// that it rejects it, the place has refused.
func (p place) Put(ctx context.Context, at, text string) (cases.Receipt, error) {
	got, err := p.biz.Reply(ctx, at, text)
	if err != nil {
		return cases.Receipt{}, err
	}
	if why := got.Rejected(); why != nil {
		return cases.Receipt{}, fmt.Errorf("%w: %w", cases.ErrRefused, why)
	}
	when := got.Updated
	if when.IsZero() {
		when = p.now()
	}
	return cases.Receipt{ID: at + "/reply", At: when.UTC()}, nil
}

// Fits counts bytes.
func (place) Fits(text string) error { return google.BusinessFits(text) }

// Doctor looks at one page of reviews, and for replies there that Google
// rejected after they were written.
func (p place) Doctor(ctx context.Context) []cases.Advice {
	page, err := p.biz.List(ctx, "")
	advice := []cases.Advice{google.Diagnose("replies on Google Business Profile", err)}
	for _, r := range page.Reviews {
		if r.Reply == nil {
			continue
		}
		if why := r.Reply.Rejected(); why != nil {
			advice = append(advice, cases.Advice{What: "reply to " + r.Name, Fix: fmt.Sprintf("answer the review in other words, without links and offers: %v", why)})
		}
	}
	return advice
}

// Package appstore answers reviews on Apple's App Store through App Store
// Connect: one answer for each review, which Apple shows after a while. It
// never writes over an answer that a colleague wrote.
package appstore

import (
	"context"
	"fmt"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/apple"
	"rasid/responder"
)

// ReplyConfig is one app's answers as config.yaml describes them.
type ReplyConfig struct {
	// App is the number in the app's address on the App Store, the same as the
	// source's.
	App string `yaml:"app"`
	// KeyID is the name of an API key of App Store Connect whose role may answer
	// reviews.
	KeyID string `yaml:"key_id"`
	// IssuerID is the name of the team that the key belongs to.
	IssuerID string `yaml:"issuer_id"`
	// PrivateKey is the key itself, the whole .p8 file.
	PrivateKey outbound.Secret `yaml:"private_key"`
	// APIURL is the address of App Store Connect's API; left out, Apple's own.
	APIURL string `yaml:"api_url"`
}

func (c ReplyConfig) key() apple.Key {
	return apple.Key{ID: c.KeyID, Issuer: c.IssuerID, Private: c.PrivateKey}
}

// Check lists every mistake in c.
func (c ReplyConfig) Check() []cases.Fault {
	var faults cases.Faults
	if !apple.IsApp(c.App) {
		faults.Add("app", "is not the number of an app", `the digits behind id in its address, such as "1234567890"`)
	}
	return append(faults, c.key().Check()...)
}

// place is the reviews of one app.
type place struct {
	connect *apple.Connect
	now     func() time.Time
}

// New makes a Replier.
func New(c ReplyConfig, client *outbound.Client, now func() time.Time) (responder.Replier, error) {
	if err := cases.SetUp("the App Store", c.Check()); err != nil {
		return nil, err
	}
	connect, err := apple.NewConnect(c.key(), c.App, c.APIURL, client, now)
	if err != nil {
		return nil, fmt.Errorf("setting up the App Store: %w", err)
	}
	return responder.OneAnswer{Place: place{connect, now}}, nil
}

// Review looks at one review. An answer counts from the moment it was written,
// published or not.
func (p place) Review(ctx context.Context, at string) (responder.Review, error) {
	if !apple.IsReview(at) {
		return responder.Review{}, fmt.Errorf("%w: %.40q is not App Store Connect's name of a review; only reviews read with its key can be answered", cases.ErrRefused, at)
	}
	got, err := p.connect.Review(ctx, at)
	if err != nil {
		return responder.Review{}, outbound.Looking(err)
	}
	r := responder.Review{Text: got.Body}
	if a := got.Answer; a != nil {
		r.Answer, r.AnswerID, r.At = a.Body, a.ID, a.Changed
		if r.Answer == "" {
			r.Answer = "(words that Apple does not tell)" // it stands there all the same
		}
	}
	return r, nil
}

// Put writes the answer.
func (p place) Put(ctx context.Context, at, text string) (cases.Receipt, error) {
	a, err := p.connect.Respond(ctx, at, text)
	if err != nil {
		return cases.Receipt{}, err
	}
	if a.Changed.IsZero() {
		a.Changed = p.now()
	}
	return cases.Receipt{ID: a.ID, At: a.Changed.UTC()}, nil
}

// Fits counts characters.
func (place) Fits(text string) error { return apple.Fits(text) }

// Doctor looks at one page of reviews. Whether the key's role may answer,
// Apple tells only who tries.
func (p place) Doctor(ctx context.Context) []cases.Advice {
	_, _, err := p.connect.List(ctx, "")
	a := apple.Diagnose("answers on the App Store", err)
	if a.OK {
		a.What += " (the key can read; to answer too, its role must be Customer Support, App Manager or Admin)"
	}
	return []cases.Advice{a}
}

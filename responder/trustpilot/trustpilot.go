// Package trustpilot answers reviews on Trustpilot: one reply for each review,
// written as a business user. It never writes over a reply that a colleague
// wrote.
package trustpilot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/trustpilot"
	"rasid/responder"
)

// ReplyConfig is one business user as config.yaml describes them.
type ReplyConfig struct {
	// Key is the API key of your application, the same as the source's.
	Key outbound.Secret `yaml:"key"`
	// Secret is the application's API secret.
	Secret outbound.Secret `yaml:"secret"`
	// BusinessUser is the id of the business user who signs the replies, 24
	// letters and digits.
	BusinessUser string `yaml:"business_user"`
	// APIURL is the address of the API; left out, Trustpilot's own.
	APIURL string `yaml:"api_url"`
}

// Check lists every mistake in c.
func (c ReplyConfig) Check() []cases.Fault {
	var faults cases.Faults
	if c.Key.Empty() {
		faults.Add("key", "is missing", `key: "${TRUSTPILOT_KEY}", from Trustpilot Business, Integrations, Developers, APIs`)
	}
	if c.Secret.Empty() {
		faults.Add("secret", "is missing", `secret: "${TRUSTPILOT_SECRET}", which stands beside the API key`)
	}
	if !trustpilot.IsID(c.BusinessUser) {
		faults.Add("business_user", "is not the id of a business user", "24 letters and digits; Trustpilot's support tells it, and so does an existing reply")
	}
	if u, err := url.Parse(c.APIURL); c.APIURL != "" && (err != nil || u.Host == "") {
		faults.Add("api_url", "is not an address", trustpilot.Host+", or leave it out")
	}
	return faults
}

// Replier answers reviews, and takes an answer of ours back.
type Replier struct {
	responder.OneAnswer
	place place
}

// Retract takes the reply away if it is the one that stands there: a
// colleague's is left alone. Where none stands, nothing is done, and it says so
// by ErrNotFound.
func (p Replier) Retract(ctx context.Context, r cases.Reply) error {
	stands, err := p.place.ours(ctx, r)
	if err != nil {
		return err
	}
	if !stands {
		return fmt.Errorf("looking at the reply: %w", cases.ErrNotFound)
	}
	if err := p.place.user.Withdraw(ctx, r.Mention.ReplyTo); err != nil && outbound.StatusOf(err) != http.StatusNotFound {
		return fmt.Errorf("taking the reply back: %w", err)
	}
	switch stands, err = p.place.ours(ctx, r); {
	case errors.Is(err, responder.ErrColleague):
		return nil // somebody answered since, and ours is gone
	case err != nil:
		return errors.New("looking whether it is gone: " + err.Error()) // unknown, whatever the look said
	case stands:
		return errors.New("the order was taken and the reply still stands")
	}
	return nil
}

// ours reports whether the reply stands below its review.
func (p place) ours(ctx context.Context, r cases.Reply) (bool, error) {
	now, err := p.Review(ctx, r.Mention.ReplyTo)
	switch {
	case errors.Is(err, cases.ErrNotFound), err == nil && now.Answer == "":
		return false, nil
	case err != nil:
		return false, fmt.Errorf("looking at the reply: %w", err)
	case !responder.SameWords(now.Answer, r.Text):
		return false, responder.ErrColleague
	}
	return true, nil
}

// place is the reviews that one business user may answer.
type place struct{ user *trustpilot.User }

// New makes a Replier.
func New(c ReplyConfig, client *outbound.Client, now func() time.Time) (responder.Replier, error) {
	if err := cases.SetUp("Trustpilot", c.Check()); err != nil {
		return nil, err
	}
	at := place{trustpilot.NewUser(c.Key, c.Secret, c.BusinessUser, c.APIURL, client, now)}
	return Replier{OneAnswer: responder.OneAnswer{Place: at}, place: at}, nil
}

// Review looks at one review.
func (p place) Review(ctx context.Context, at string) (responder.Review, error) {
	if !trustpilot.IsID(at) {
		return responder.Review{}, fmt.Errorf("%w: %.40q is not the id of a review", cases.ErrRefused, at)
	}
	got, err := p.user.Review(ctx, at)
	if err != nil {
		return responder.Review{}, outbound.Looking(err)
	}
	r := responder.Review{Text: strings.TrimSpace(got.Text)}
	if r.Text == "" {
		r.Text = strings.TrimSpace(got.Title)
	}
	if a := got.Reply; a != nil && a.Text != "" {
		r.Answer, r.AnswerID, r.At = a.Text, at, a.Changed()
	}
	return r, nil
}

// Put writes the reply and looks whether it stands: Trustpilot describes no
// answer to the writing itself, and a page of somebody in between could look
// like success.
func (p place) Put(ctx context.Context, at, text string) (cases.Receipt, error) {
	if err := p.user.Reply(ctx, at, text); err != nil {
		return cases.Receipt{}, err
	}
	now, err := p.Review(ctx, at)
	if err != nil {
		return cases.Receipt{}, errors.New("looking at the reply just written: " + err.Error()) // unknown, whatever the look said
	}
	if !responder.SameWords(now.Answer, text) { // none yet, or still an earlier one
		return cases.Receipt{}, errors.New("the reply was taken and is not to be seen yet")
	}
	return cases.Receipt{ID: now.AnswerID, URL: "https://www.trustpilot.com/reviews/" + at, At: now.At}, nil
}

// Fits counts characters.
func (place) Fits(text string) error {
	if n := utf8.RuneCountInString(text); n > trustpilot.MaxReply {
		return fmt.Errorf("%d characters, %d more than the %d allowed", n, n-trustpilot.MaxReply, trustpilot.MaxReply)
	}
	return nil
}

// Doctor signs in and asks whether reviews can be reached.
func (p place) Doctor(ctx context.Context) []cases.Advice {
	return []cases.Advice{trustpilot.Diagnose("replies on Trustpilot", p.user.Reach(ctx))}
}

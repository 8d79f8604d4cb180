// Package googlebusiness reads the reviews of locations on Google Business
// Profile (Google Maps). They must be verified, and Google must have approved
// the project for these APIs.
package googlebusiness

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/google"
	"rasid/watchers"
)

// Config is one location, or several, as config.yaml describes them.
type Config struct {
	// Location is the location's full name, such as accounts/1/locations/2.
	Location string `yaml:"location"`
	// Locations are 2 to 50 locations of one account, read together, in place of
	// location.
	Locations []string `yaml:"locations"`
	// ServiceAccount is the JSON key of a service account that is a manager of
	// the location; or use client_id, client_secret and refresh_token.
	ServiceAccount outbound.Secret `yaml:"service_account"`
	// ClientID is the OAuth client of a manager's consent.
	ClientID string `yaml:"client_id"`
	// ClientSecret is the OAuth client's secret.
	ClientSecret outbound.Secret `yaml:"client_secret"`
	// RefreshToken is what the manager's consent gave.
	RefreshToken outbound.Secret `yaml:"refresh_token"`
	// Every is how often to look.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes.
	MaxAge time.Duration `yaml:"max_age"`
	// APIURL is the address of the API; left out, Google's own.
	APIURL string `yaml:"api_url"`
	// TokenURL is where access tokens come from; left out, Google's own.
	TokenURL string `yaml:"token_url"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config { return Config{Every: 5 * time.Minute, MaxAge: 168 * time.Hour} }

func (c Config) identity() google.Identity {
	return google.Identity{ServiceAccount: c.ServiceAccount, ClientID: c.ClientID, ClientSecret: c.ClientSecret, Refresh: c.RefreshToken, TokenURL: c.TokenURL}
}

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	faults := cases.Faults(c.checkLocations())
	if f, bad := google.CheckIdentity(c.identity()); bad {
		faults = append(faults, f)
	}
	if c.Every < time.Minute {
		faults.Add("every", "is too often", "1m or more")
	}
	if c.MaxAge <= 0 {
		faults.Add("max_age", "must be more than nothing", "a duration such as 168h")
	}
	return faults
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	if c.Location != "" {
		return []watchers.Spot{{Field: "location", Same: " " + c.Location}}
	}
	return watchers.Spots("locations", "", c.Locations)
}

// all are the locations, however they were written.
func (c Config) all() []string {
	if c.Location != "" {
		return []string{c.Location}
	}
	return c.Locations
}

func (c Config) checkLocations() []cases.Fault {
	const name = "accounts/NUMBER/locations/NUMBER"
	all := c.all()
	switch {
	case c.Location != "" && len(c.Locations) > 0:
		return []cases.Fault{{Field: "locations", Problem: "and location are both given", Write: "one of the two"}}
	case len(all) == 0:
		return []cases.Fault{{Field: "location", Problem: "is missing", Write: name}}
	case len(all) > google.MaxLocations:
		return []cases.Fault{{Field: "locations", Problem: fmt.Sprintf("are more than %d", google.MaxLocations), Write: "the others in a source of their own"}}
	}
	for _, l := range all {
		switch {
		case !google.IsLocation(l) && c.Location == "":
			return []cases.Fault{{Field: "locations", Problem: "hold what is not the name of a location", Write: name + " for each"}}
		case !google.IsLocation(l):
			return []cases.Fault{{Field: "location", Problem: "is not the name of a location", Write: name}}
		case google.Account(l) != google.Account(all[0]):
			return []cases.Fault{{Field: "locations", Problem: "are of several accounts", Write: "those of another account in a source of their own"}}
		}
	}
	return nil
}

// Source is the reviews of the locations.
type Source struct {
	cfg  Config
	name string
	biz  *google.Business
	now  func() time.Time
}

var (
	_ watchers.Source = (*Source)(nil)
	_ watchers.Doctor = (*Source)(nil)
)

// New makes the source that config.yaml calls name.
func New(c Config, name string, client *outbound.Client, now func() time.Time) (*Source, error) {
	if err := cases.SetUp(name, c.Check()); err != nil {
		return nil, err
	}
	biz, err := google.NewBusiness(c.identity(), c.all(), c.APIURL, client, now)
	if err != nil {
		return nil, fmt.Errorf("setting up %s: %w", name, err)
	}
	return &Source{cfg: c, name: name, biz: biz, now: now}, nil
}

// Poll reads what was written or changed since the cursor, and passes on which
// replies stand there and which Google rejected after they were written, as far
// as it sees them.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	var rejected []cases.Rejected
	var answers []cases.Answer
	page, err := watchers.Newest(ctx, after, s.now(), s.cfg.MaxAge, func(ctx context.Context, token string) ([]watchers.Changed, string, error) {
		got, err := s.biz.List(ctx, token)
		if err != nil {
			return nil, "", err
		}
		taken, refused := replies(got.Reviews)
		answers, rejected = append(answers, taken...), append(rejected, refused...)
		return s.list(got.Reviews), got.Next, nil
	})
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading reviews of %s: %w", s.name, err)
	}
	page.Answers, page.Rejected = answers, rejected
	return page, nil
}

func (s *Source) list(reviews []google.BusinessReview) (out []watchers.Changed) {
	for _, r := range reviews {
		if google.IsReview(r.Name) {
			out = append(out, s.changed(r))
		}
	}
	return out
}

// replies are those that Google took, and those that it shows to nobody.
func replies(reviews []google.BusinessReview) (taken []cases.Answer, refused []cases.Rejected) {
	for _, r := range reviews {
		if r.Reply == nil {
			continue
		}
		if why := r.Reply.Rejected(); why != nil {
			refused = append(refused, cases.Rejected{Mention: r.Name, Text: r.Reply.Comment, Why: why.Error()})
			continue
		}
		taken = append(taken, cases.Answer{Mention: r.Name, Text: r.Reply.Comment, At: r.Reply.Updated.UTC()})
	}
	return taken, refused
}

func (s *Source) changed(r google.BusinessReview) watchers.Changed {
	now := s.now()
	m := cases.Mention{
		Source: s.name, ID: r.Name, URL: watchers.Link(r.ReplyURL), ReplyTo: r.Name, AuthorID: r.Name, // one review for each author and place; Google gives no other id
		Author: watchers.Line(r.Reviewer.Name, 200), Text: watchers.Shorten(watchers.Tidy(r.Original()), watchers.MaxText),
		Stars: r.StarsOf(), PostedAt: r.Created.UTC(), Direct: true,
	}
	if r.Reviewer.Anonymous {
		m.Author = ""
	}
	if m.Text == "" && m.Stars == 0 {
		m.Text = "(no words)"
	}
	changed := r.Updated.UTC()
	if changed.IsZero() || changed.After(now) {
		changed = now
	}
	if m.PostedAt.IsZero() || m.PostedAt.After(changed) {
		m.PostedAt = changed
	}
	if changed.After(m.PostedAt) {
		m.EditedAt = changed
	}
	return watchers.Changed{Mention: m, At: changed}
}

// Doctor looks at one page.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	_, err := s.biz.List(ctx, "")
	return []watchers.Advice{google.Diagnose("reviews of "+strings.Join(s.cfg.all(), ", "), err)}
}

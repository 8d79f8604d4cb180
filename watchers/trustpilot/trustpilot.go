// Package trustpilot reads the reviews of one business on Trustpilot. Reading
// needs an API key, which Trustpilot sells with its API module. It lists the
// newest review first and has no order by change: edits are seen while a
// review is among the newest hundred, deletions only just before a reply.
package trustpilot

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/trustpilot"
	"rasid/watchers"
)

// Config is one business as config.yaml describes it.
type Config struct {
	// BusinessUnit is the id of the business, 24 letters and digits; Trustpilot
	// tells it at /v1/business-units/find?name=your-domain.
	BusinessUnit string `yaml:"business_unit"`
	// Key is the API key of your application (Trustpilot Business,
	// Integrations, Developers, APIs).
	Key outbound.Secret `yaml:"key"`
	// Every is how often to look. Each look is one call of the year's allowance.
	Every time.Duration `yaml:"every"`
	// Calls is how many calls a year your plan includes; every: must leave some
	// of them to answers.
	Calls int64 `yaml:"calls"`
	// MaxAge is how far back the first look goes.
	MaxAge time.Duration `yaml:"max_age"`
	// APIURL is the address of the API; left out, Trustpilot's own.
	APIURL string `yaml:"api_url"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from:
// 35,000 looks a year, of the 200,000 in the smallest tier.
func DefaultConfig() Config {
	return Config{Every: 15 * time.Minute, Calls: trustpilot.YearlyCalls, MaxAge: 168 * time.Hour}
}

// least is the shortest pause between looks; year is what the calls are sold by.
const (
	least = 5 * time.Minute
	year  = 365 * 24 * time.Hour
)

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if !trustpilot.IsID(c.BusinessUnit) {
		faults.Add("business_unit", "is not the id of a business", "24 letters and digits, which https://api.trustpilot.com/v1/business-units/find?name=your-domain tells")
	}
	if c.Key.Empty() {
		faults.Add("key", "is missing", `key: "${TRUSTPILOT_KEY}", from Trustpilot Business, Integrations, Developers, APIs`)
	}
	faults = append(faults, watchers.CheckPace(c.Every, least, c.MaxAge, "the calls that a year includes")...)
	if looks := int64(year / max(c.Every, time.Second)); c.Every >= least && looks > c.Calls/2 {
		faults.Add("every", fmt.Sprintf("is too often: %d looks a year are more than half of %d calls", looks, c.Calls), "a longer time, or calls: with what your plan includes")
	}
	if c.APIURL != "" {
		faults = append(faults, watchers.CheckAddress("api_url", c.APIURL, trustpilot.Host+", or leave it out")...)
	}
	return faults
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	return []watchers.Spot{{Field: "business_unit", Same: c.BusinessUnit}}
}

// Source is the reviews of one business.
type Source struct {
	cfg    Config
	name   string
	reader trustpilot.Reader
	now    func() time.Time
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
	return &Source{cfg: c, name: name, reader: trustpilot.Reader{Base: c.APIURL, Key: c.Key, Net: client}, now: now}, nil
}

// Poll reads what was written since the cursor, and what changed among the
// newest hundred; it passes on which replies stand there, as far as it sees them.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	var answers []cases.Answer
	page, err := watchers.Newest(ctx, after, s.now(), s.cfg.MaxAge, func(ctx context.Context, token string) ([]watchers.Changed, string, error) {
		return s.list(ctx, token, &answers)
	})
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading reviews for %s: %w", s.name, err)
	}
	page.Answers = answers
	return page, nil
}

// list reads one page; its token is the page's number. The company's replies are
// added to answers.
func (s *Source) list(ctx context.Context, token string, answers *[]cases.Answer) (found []watchers.Changed, next string, err error) {
	n, err := watchers.PageOf(token, 1)
	if err != nil {
		return nil, "", err
	}
	list, err := s.reader.List(ctx, s.cfg.BusinessUnit, n, trustpilot.PerPage)
	if err != nil {
		return nil, "", err
	}
	for _, r := range list {
		if trustpilot.IsID(r.ID) {
			found = append(found, s.changed(r))
			if a := r.Reply; a != nil {
				*answers = append(*answers, cases.Answer{Mention: r.ID, Text: a.Text, At: a.Changed()})
			}
		}
	}
	if len(list) == trustpilot.PerPage {
		next = strconv.Itoa(n + 1)
	}
	return found, next, nil
}

func (s *Source) changed(r trustpilot.Review) watchers.Changed {
	m := cases.Mention{
		Source: s.name, ID: r.ID, ReplyTo: r.ID, URL: "https://www.trustpilot.com/reviews/" + r.ID,
		AuthorID: watchers.Line(r.Consumer.ID, 100), Author: watchers.Line(r.Consumer.Name, 200),
		Title: watchers.Line(r.Title, 500), Text: watchers.Shorten(watchers.Tidy(r.Text), watchers.MaxText),
		Stars: min(max(r.Stars, 0), 5), PostedAt: r.Created.Time, Direct: true,
	}
	if r.Language == "ar" || r.Language == "en" {
		m.Lang = r.Language
	}
	m.EditedAt = r.Updated.Time
	m = watchers.Timed(m, s.now())
	if m.EditedAt.IsZero() {
		return watchers.Changed{Mention: m, At: m.PostedAt}
	}
	return watchers.Changed{Mention: m, At: m.EditedAt}
}

// Doctor looks at one review.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	_, err := s.reader.List(ctx, s.cfg.BusinessUnit, 1, 1)
	return []watchers.Advice{trustpilot.Diagnose("reviews of "+s.cfg.BusinessUnit, err)}
}

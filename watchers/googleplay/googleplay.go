// Package googleplay reads the reviews of an app on Google Play. Google lists
// only reviews with words, of production versions, that were written or changed
// in the last seven days, and allows 200 looks an hour for each app.
package googleplay

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/google"
	"rasid/watchers"
)

// Config is one app as config.yaml describes it.
type Config struct {
	// Package is the app's name on Google Play, such as com.example.app.
	Package string `yaml:"package"`
	// ServiceAccount is the JSON key of a service account that may reply to
	// reviews.
	ServiceAccount outbound.Secret `yaml:"service_account"`
	// Every is how often to look.
	Every time.Duration `yaml:"every"`
	// APIURL is the address of the API; left out, Google's own.
	APIURL string `yaml:"api_url"`
	// TokenURL is where access tokens come from; left out, Google's own.
	TokenURL string `yaml:"token_url"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config { return Config{Every: 5 * time.Minute} }

var pkg = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$`)

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if !pkg.MatchString(c.Package) {
		faults.Add("package", "is not the name of an app", "the id in the app's address on Google Play, such as com.example.app")
	}
	if google.CheckKey(c.ServiceAccount) != nil || c.ServiceAccount.Empty() {
		faults.Add("service_account", "is not the JSON key of a service account", "service_account_file: with the path of the key that Google Cloud gave (IAM, Service accounts, Keys)")
	}
	if c.Every < time.Minute {
		faults.Add("every", "is too often: Google allows 200 looks an hour", "1m or more")
	}
	return faults
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	return []watchers.Spot{{Field: "package", Same: c.Package}}
}

// maxAge is as far back as Google lists.
const maxAge = 7 * 24 * time.Hour

// Source is the reviews of one app.
type Source struct {
	cfg  Config
	name string
	play *google.Play
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
	play, err := google.NewPlay(google.Identity{ServiceAccount: c.ServiceAccount, TokenURL: c.TokenURL}, c.Package, c.APIURL, client, now)
	if err != nil {
		return nil, fmt.Errorf("setting up %s: %w", name, err)
	}
	return &Source{cfg: c, name: name, play: play, now: now}, nil
}

// mark is the cursor: what was read, and when somebody looked. Nothing may have
// changed for weeks, so the newest thing that was read does not tell.
type mark struct {
	Window cases.Cursor `json:"window"`
	Looked time.Time    `json:"looked"`
}

// markEvery is how often a look that finds nothing is written down.
const markEvery = 6 * time.Hour

// Poll reads what was written or changed since the cursor, and passes on which
// replies stand there, as far as it sees them. A source that was
// away for more than a week has missed what changed before, and says so.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	var m mark
	if json.Unmarshal([]byte(after), &m) != nil || m.Window == "" && m.Looked.IsZero() {
		m = mark{Window: after} // the first look, or a cursor of an earlier version
	}
	now := s.now().UTC()
	var answers []cases.Answer
	page, err := watchers.Newest(ctx, m.Window, now, maxAge, func(ctx context.Context, token string) ([]watchers.Changed, string, error) {
		got, err := s.play.List(ctx, token)
		if err != nil {
			return nil, "", err
		}
		answers = append(answers, replies(got.Reviews)...)
		return s.list(got.Reviews), got.Pagination.Next, nil
	})
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading reviews of %s: %w", s.name, err)
	}
	page.Answers = answers
	if away := now.Sub(m.Looked); !m.Looked.IsZero() && away > maxAge {
		page.Gap = fmt.Sprintf("nobody looked for %d days, and Google lists what changed in the last seven", int(away/(24*time.Hour)))
	}
	if page.Next != m.Window || now.Sub(m.Looked) >= markEvery {
		m = mark{Window: page.Next, Looked: now}
	}
	return watchers.EndAt(page, s.name, m)
}

func (s *Source) list(reviews []google.PlayReview) (out []watchers.Changed) {
	for _, r := range reviews {
		if c, ok := s.changed(r); ok {
			out = append(out, c)
		}
	}
	return out
}

// replies are those of the developer.
func replies(reviews []google.PlayReview) (out []cases.Answer) {
	for _, r := range reviews {
		for _, c := range r.Comments {
			if d := c.Developer; d != nil {
				out = append(out, cases.Answer{Mention: watchers.Line(r.ID, 200), Text: d.Text, At: d.Modified.Time()})
			}
		}
	}
	return out
}

// changed turns a review into a mention; the developer's reply is not one.
func (s *Source) changed(r google.PlayReview) (watchers.Changed, bool) {
	for _, c := range r.Comments {
		u := c.User
		if u == nil || r.ID == "" {
			continue
		}
		text := u.Text
		if u.Original != "" {
			text = u.Original
		}
		title, body := google.Words(text)
		m := cases.Mention{
			Source: s.name, ID: watchers.Line(r.ID, 200), ReplyTo: r.ID, URL: "https://play.google.com/store/apps/details?id=" + s.cfg.Package + "&reviewId=" + watchers.Line(r.ID, 200),
			Author: watchers.Line(r.Author, 200), AuthorID: watchers.Line(r.ID, 200), // one review for each author; Google names nobody
			Title: watchers.Line(title, 500), Text: watchers.Shorten(watchers.Tidy(body), watchers.MaxText),
			Stars: min(max(u.Stars, 0), 5), PostedAt: u.Modified.Time(), Direct: true,
		}
		if u.Language == "ar" || u.Language == "en" {
			m.Lang = u.Language
		}
		if now := s.now(); m.PostedAt.IsZero() || m.PostedAt.After(now) {
			m.PostedAt = now
		}
		return watchers.Changed{Mention: m, At: m.PostedAt}, true
	}
	return watchers.Changed{}, false
}

// Doctor looks at one page.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	page, err := s.play.List(ctx, "")
	a := google.Diagnose("reviews of "+s.cfg.Package, err)
	if a.OK {
		a.What += fmt.Sprintf(" (%d with words in the last week on the first page)", len(page.Reviews))
	}
	return []watchers.Advice{a}
}

// Package reddit reads communities of Reddit, its search, and what mentions an
// account of ours. Without an account it reads public feeds, which Reddit
// shows to few addresses and refuses often; it says so then. With an
// application that Reddit approved it reads the API, which also tells of edits
// and deletions.
package reddit

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/reddit"
	"rasid/watchers"
)

// Config is what to read of Reddit as config.yaml describes it.
type Config struct {
	// Communities are read whole, posts and comments; names without r/.
	Communities []string `yaml:"communities"`
	// Query is searched for in posts everywhere on Reddit.
	Query string `yaml:"query"`
	// Mentions says to read what mentions the account; it needs the API.
	Mentions bool `yaml:"mentions"`
	// ClientID is of an application that Reddit approved; left out, public feeds
	// are read.
	ClientID string `yaml:"client_id"`
	// ClientSecret is the application's secret.
	ClientSecret outbound.Secret `yaml:"client_secret"`
	// User is the name of your Reddit account, without u/. Reddit wants it in
	// each request.
	User string `yaml:"user"`
	// Password is the account's, for an application of type script.
	Password outbound.Secret `yaml:"password"`
	// RefreshToken is what the account's consent gave; it stands for the
	// password.
	RefreshToken outbound.Secret `yaml:"refresh_token"`
	// Every is how often to look.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes.
	MaxAge time.Duration `yaml:"max_age"`
	// APIURL is the address of the API; left out, Reddit's own.
	APIURL string `yaml:"api_url"`
	// SiteURL is the address of the site; left out, Reddit's own.
	SiteURL string `yaml:"site_url"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config { return Config{Every: 10 * time.Minute, MaxAge: 168 * time.Hour} }

func (c Config) app() reddit.App {
	return reddit.App{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret, Account: c.User, Password: c.Password, Refresh: c.RefreshToken,
		APIURL: c.APIURL, SiteURL: c.SiteURL,
	}
}

var community = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_]{1,20}$`)

const (
	maxCommunities = 20              // in one address
	apiEvery       = time.Minute     // at most, with the API
	feedEvery      = 5 * time.Minute // at most, without
)

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if len(c.Communities) == 0 && strings.TrimSpace(c.Query) == "" && !c.Mentions {
		faults.Add("communities", "is missing, and so is a query", "communities: [noorcoffee], or query: noor coffee")
	}
	for _, r := range c.Communities {
		if !community.MatchString(r) {
			faults.Add("communities", fmt.Sprintf("%.40q is not a community", r), "its name without r/")
		}
	}
	if len(c.Communities) > maxCommunities {
		faults.Add("communities", fmt.Sprintf("has more than %d names", maxCommunities), "two sources")
	}
	usesAPI := c.ClientID != "" || !c.ClientSecret.Empty() || c.Mentions
	if usesAPI {
		faults = append(faults, c.app().Check()...)
	}
	if c.Mentions && !c.app().Acts() {
		faults.Add("mentions", "needs the account's password or refresh_token", `password: "${REDDIT_PASSWORD}"`)
	}
	least := map[bool]time.Duration{true: apiEvery, false: feedEvery}[usesAPI]
	return append(faults, watchers.CheckPace(c.Every, least, c.MaxAge, "Reddit")...)
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	list := watchers.Spots("communities", "r", watchers.Lower(c.Communities))
	if words := watchers.Words(c.Query); words != "" {
		list = append(list, watchers.Spot{Field: "query", Same: "query " + words})
	}
	if c.Mentions {
		list = append(list, watchers.Spot{Field: "mentions", Same: "account " + strings.ToLower(c.User), ToUs: true})
	}
	return list
}

// Source is what is read of Reddit.
type Source struct {
	cfg  Config
	name string
	net  *outbound.Client
	api  *reddit.Client // nil: public feeds are read
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
	s := &Source{cfg: c, name: name, net: client, now: now}
	if c.ClientID != "" {
		s.api = reddit.NewClient(c.app(), client, now)
	}
	return s, nil
}

// part is one list of Reddit: its name in the cursor, and where it stands.
type part struct {
	name, path string
	q          url.Values
	toUs       bool // everything in it is said to us
}

// parts are the lists that the configuration asks for. Communities are read
// together, which is one request for all of them.
func (s *Source) parts() (out []part) {
	if all := strings.Join(s.cfg.Communities, "+"); all != "" {
		out = append(out, part{name: "posts", path: "/r/" + all + "/new"}, part{name: "comments", path: "/r/" + all + "/comments"})
	}
	if q := strings.TrimSpace(s.cfg.Query); q != "" {
		out = append(out, part{name: "search", path: "/search", q: url.Values{"q": {q}, "sort": {"new"}, "type": {"link"}, "t": {"all"}}})
	}
	if s.cfg.Mentions {
		out = append(out, part{name: "mentions", path: "/message/mentions", toUs: true})
	}
	return out
}

// Poll reads what is new, changed or deleted.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	l := watchers.Lists{Now: s.now(), MaxAge: s.cfg.MaxAge}
	for _, p := range s.parts() {
		read := func(ctx context.Context, _ time.Time, token string) ([]cases.Mention, string, error) {
			return s.page(ctx, p, token)
		}
		pages := 1 // of a feed; more would be refused
		if s.api != nil {
			pages = 10 // Reddit lists no more than a thousand
			l.Again.Look = s.again
		}
		l.Lists = append(l.Lists, watchers.List{Name: p.name, Pages: pages, Read: read})
	}
	page, err := l.Poll(ctx, after)
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading Reddit for %s: %w", s.name, err)
	}
	return page, nil
}

func (s *Source) page(ctx context.Context, p part, token string) (found []cases.Mention, next string, err error) {
	if s.api == nil {
		found, err = s.feed(ctx, p)
		return found, map[bool]string{true: "more"}[len(found) >= perFeed], err
	}
	q := maps.Clone(p.q)
	things, next, err := s.api.List(ctx, p.path, q, token)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", p.name, err)
	}
	for _, t := range things {
		m := s.mention(t)
		m.Direct = p.toUs
		found = append(found, m)
	}
	return found, next, nil
}

// again reads things that were read before.
func (s *Source) again(ctx context.Context, names []string) (out []cases.Mention, err error) {
	things, err := s.api.Info(ctx, names[:min(len(names), reddit.MaxInfo)])
	if err != nil {
		return nil, err
	}
	for _, t := range things {
		out = append(out, s.mention(t))
	}
	return out, nil
}

func (s *Source) mention(t reddit.Thing) cases.Mention {
	m := cases.Mention{
		Source: s.name, ID: t.Name, ReplyTo: t.Name, URL: t.Link(s.cfg.SiteURL), Gone: t.Gone(),
		PostedAt: t.At(), EditedAt: t.EditedAt(), Ours: s.cfg.User != "" && strings.EqualFold(t.Author, s.cfg.User),
		Thread: t.LinkID, AnswerTo: t.ParentID, Bot: strings.EqualFold(t.Author, "AutoModerator"),
	}
	if m.Thread == "" && strings.HasPrefix(t.Name, "t3_") {
		m.Thread = t.Name
	}
	if !t.Anonymous() {
		m.Author, m.AuthorID = watchers.Line(t.Author, 100), watchers.Line(t.AuthorID, 100)
	}
	title, text := t.Words()
	m.Title, m.Text = watchers.Line(title, 500), watchers.Shorten(watchers.Tidy(text), watchers.MaxText)
	return watchers.Timed(m, s.now())
}

// perFeed is how many entries a feed is asked for.
const perFeed = 100

// feed reads a public feed.
func (s *Source) feed(ctx context.Context, p part) (out []cases.Mention, err error) {
	q := url.Values{"limit": {fmt.Sprint(perFeed)}}
	maps.Copy(q, p.q)
	path := p.path + "/.rss"
	if p.name == "search" {
		path = p.path + ".rss"
	}
	entries, err := reddit.Feed(ctx, s.net, s.cfg.SiteURL, s.cfg.User, path, q)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.name, err)
	}
	for _, e := range entries {
		text := watchers.Shorten(watchers.Plain(e.HTML), watchers.MaxText)
		t := reddit.Thing{Name: e.Name, Author: e.Author, Title: e.Title, SelfText: text}
		if strings.HasPrefix(e.Name, "t1_") {
			t = reddit.Thing{Name: e.Name, Author: e.Author, LinkTitle: commented(e), Body: text}
		}
		m := s.mention(t)
		m.AuthorID = m.Author // the feed tells no other id
		m.PostedAt, m.URL = e.Published, watchers.Link(e.Link)
		out = append(out, watchers.Timed(m, s.now()))
	}
	return out, nil
}

// commented is the title of the post that a comment stands under: the feed
// writes "/u/name on title".
func commented(e reddit.Entry) string {
	_, title, found := strings.Cut(e.Title, " on ")
	if !found {
		return ""
	}
	return title
}

// Doctor looks at one page of each list.
func (s *Source) Doctor(ctx context.Context) (out []watchers.Advice) {
	for _, p := range s.parts() {
		_, _, err := s.page(ctx, p, "")
		out = append(out, reddit.Diagnose(p.name, err))
	}
	return out
}

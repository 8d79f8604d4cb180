// Package reddit answers posts and comments on Reddit with a comment of one
// account. Reddit knows no key by which it would recognise a second attempt:
// an answer that was lost is looked for below what it answers, and never sent
// again by the program. Reddit forbids accounts that write without a person;
// let staff approve.
package reddit

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/markdown"
	"rasid/internal/platform/reddit"
	"rasid/responder"
)

// ReplyConfig is one account that answers, as config.yaml describes it.
type ReplyConfig struct {
	// ClientID is of an application that Reddit approved, the same as the
	// source's.
	ClientID string `yaml:"client_id"`
	// ClientSecret is the application's secret.
	ClientSecret outbound.Secret `yaml:"client_secret"`
	// User is the name of the account that answers, without u/.
	User string `yaml:"user"`
	// Password is the account's, for an application of type script.
	Password outbound.Secret `yaml:"password"`
	// RefreshToken is what the account's consent gave, with the scopes identity,
	// read and submit; it stands for the password.
	RefreshToken outbound.Secret `yaml:"refresh_token"`
	// APIURL is the address of the API; left out, Reddit's own.
	APIURL string `yaml:"api_url"`
	// SiteURL is the address of the site; left out, Reddit's own.
	SiteURL string `yaml:"site_url"`
}

func (c ReplyConfig) app() reddit.App {
	return reddit.App{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret, Account: c.User, Password: c.Password, Refresh: c.RefreshToken,
		APIURL: c.APIURL, SiteURL: c.SiteURL,
	}
}

// Check lists every mistake in c.
func (c ReplyConfig) Check() []cases.Fault {
	faults := cases.Faults(c.app().Check())
	if !c.app().Acts() {
		faults.Add("password", "is missing, and so is a refresh_token", `password: "${REDDIT_PASSWORD}", or refresh_token`)
	}
	return faults
}

// place is Reddit as one account sees it.
type place struct {
	cfg    ReplyConfig
	client *reddit.Client
}

// New makes a Replier.
func New(c ReplyConfig, client *outbound.Client, now func() time.Time) (responder.Replier, error) {
	if err := cases.SetUp("Reddit", c.Check()); err != nil {
		return nil, err
	}
	return &responder.Comments{Place: place{c, reddit.NewClient(c.app(), client, now)}, Length: length, Names: names.MatchString}, nil
}

// names is what Reddit would tell an account or a community of.
var names = regexp.MustCompile(`(?i)(?:^|[^\p{L}\p{N}_])[ur]/[a-z0-9_-]{2,}`)

// length counts the characters of the Markdown that shows a text as it is.
func length(text string) error {
	source, err := markdown.Escape(text)
	if err != nil {
		return err
	}
	if n := utf8.RuneCountInString(source); n > reddit.MaxComment {
		return fmt.Errorf("%d characters, %d more than the %d allowed", n, n-reddit.MaxComment, reddit.MaxComment)
	}
	return nil
}

// Above reads what is answered.
func (p place) Above(ctx context.Context, at string) (responder.Above, error) {
	if !reddit.IsFullname(at) {
		return responder.Above{}, fmt.Errorf("%w: %.40q is neither a post nor a comment", cases.ErrRefused, at)
	}
	things, err := p.client.Info(ctx, []string{at})
	if err != nil {
		return responder.Above{}, outbound.BeforeSending(err)
	}
	if len(things) != 1 || things[0].Name != at || things[0].Gone() {
		return responder.Above{}, cases.ErrNotFound
	}
	_, text := things[0].Words()
	return responder.Above{At: at, Thread: things[0].LinkID, Text: text, Closed: things[0].Locked || things[0].Archived}, nil
}

// Write adds a comment.
func (p place) Write(ctx context.Context, above responder.Above, text string) (cases.Receipt, error) {
	source, err := markdown.Escape(text)
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("%w: %w", cases.ErrRefused, err)
	}
	t, err := p.client.Comment(ctx, above.At, source)
	if err != nil {
		return cases.Receipt{}, err
	}
	return p.receipt(t), nil
}

func (p place) receipt(t reddit.Thing) cases.Receipt {
	return cases.Receipt{ID: t.Name, URL: t.Link(p.cfg.SiteURL), At: t.At()}
}

// Ours lists our comments right below a thing.
func (p place) Ours(ctx context.Context, above responder.Above) (out []responder.OurComment, err error) {
	below, err := p.client.Replies(ctx, reddit.Thing{Name: above.At, LinkID: above.Thread})
	for _, t := range below {
		if t.ParentID == above.At && strings.EqualFold(t.Author, p.cfg.User) {
			out = append(out, responder.OurComment{Text: markdown.Unescape(t.Body), Receipt: p.receipt(t)})
		}
	}
	return out, err
}

// Doctor asks who we are.
func (p place) Doctor(ctx context.Context) []cases.Advice {
	me, err := p.client.Self(ctx)
	a := reddit.Diagnose("answers as u/"+p.cfg.User, err)
	if a.OK && !strings.EqualFold(me, p.cfg.User) {
		return []cases.Advice{{What: a.What, Fix: fmt.Sprintf("the token belongs to u/%.30s: write user: %.30s, or renew the token as the other account", me, me)}}
	}
	return []cases.Advice{a}
}

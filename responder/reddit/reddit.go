// Package reddit answers posts and comments on Reddit with a comment of one
// account. Reddit knows no key by which it would recognise a second attempt:
// an answer that was lost is looked for below what it answers, and never sent
// again by the program. Reddit forbids accounts that write without a person;
// let staff approve.
package reddit

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
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
	faults := c.app().Check()
	if !c.app().Acts() {
		faults = append(faults, cases.Fault{Field: "password", Problem: "is missing, and so is a refresh_token", Write: `password: "${REDDIT_PASSWORD}", or refresh_token`})
	}
	return faults
}

// Replier answers as one account.
type Replier struct {
	cfg    ReplyConfig
	client *reddit.Client

	mu    sync.Mutex
	tried map[string]bool // things we tried to answer: what stands there may be ours
}

var (
	_ responder.Replier = (*Replier)(nil)
	_ responder.Finder  = (*Replier)(nil)
	_ responder.Checker = (*Replier)(nil)
)

// New makes a Replier.
func New(c ReplyConfig, client *outbound.Client, now func() time.Time) (*Replier, error) {
	if f := c.Check(); len(f) > 0 {
		return nil, fmt.Errorf("setting up Reddit: %s %s", f[0].Field, f[0].Problem)
	}
	return &Replier{cfg: c, client: reddit.NewClient(c.app(), client, now), tried: map[string]bool{}}, nil
}

// Fits counts the characters of the Markdown that shows a text as it is.
func (p *Replier) Fits(text string) error {
	source, err := markdown.Escape(text)
	if err != nil {
		return err
	}
	if n := utf8.RuneCountInString(source); n > reddit.MaxComment {
		return fmt.Errorf("%d characters, %d more than the %d allowed", n, n-reddit.MaxComment, reddit.MaxComment)
	}
	return nil
}

// named is what Reddit would tell an account or a community of.
var named = regexp.MustCompile(`(?i)(?:^|[^\p{L}\p{N}_])[ur]/[a-z0-9_-]{2,}`)

func (p *Replier) postable(r cases.Reply) error {
	switch {
	case r.Mention.Bot:
		return errors.New("a program is not answered")
	case !reddit.IsFullname(r.Mention.ReplyTo):
		return fmt.Errorf("%.40q is neither a post nor a comment", r.Mention.ReplyTo)
	case strings.TrimSpace(r.Text) == "":
		return errors.New("there are no words")
	case !utf8.ValidString(r.Text):
		return errors.New("the text is not valid UTF-8")
	case strings.ContainsFunc(r.Text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }):
		return errors.New("the text holds control characters")
	case named.MatchString(r.Text):
		return errors.New("the text names an account or a community (u/…, r/…), which would be told of it")
	}
	return p.Fits(r.Text)
}

// Reply posts the approved text under the mention.
func (p *Replier) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	if err := p.postable(r); err != nil {
		return cases.Receipt{}, fmt.Errorf("replying on Reddit: %w: %w", cases.ErrRefused, err)
	}
	parent, err := p.parent(ctx, r.Mention.ReplyTo)
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("reading what is answered: %w", err)
	}
	switch {
	case parent == nil || parent.Gone():
		return cases.Receipt{}, fmt.Errorf("replying on Reddit: %w: what it answers is gone", cases.ErrRefused)
	case parent.Locked || parent.Archived:
		return cases.Receipt{}, fmt.Errorf("replying on Reddit: %w: the conversation is closed", cases.ErrRefused)
	}
	p.mu.Lock()
	p.tried[parent.Name] = true
	p.mu.Unlock()
	source, err := markdown.Escape(r.Text)
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("replying on Reddit: %w: %w", cases.ErrRefused, err)
	}
	posted, err := p.client.Comment(ctx, parent.Name, source)
	if err == nil {
		return p.receipt(posted), nil
	}
	err = fmt.Errorf("replying on Reddit: %w", err)
	if cases.OutcomeOf(err) == cases.WasUnknown {
		if found, there, ferr := p.find(ctx, *parent, source); ferr == nil && there {
			return found, nil
		}
	}
	return cases.Receipt{}, err
}

// parent reads what is answered; nil when Reddit does not know it.
func (p *Replier) parent(ctx context.Context, name string) (*reddit.Thing, error) {
	things, err := p.client.Info(ctx, []string{name})
	if err != nil {
		return nil, outbound.BeforeSending(err)
	}
	if len(things) != 1 || things[0].Name != name {
		return nil, nil
	}
	return &things[0], nil
}

func (p *Replier) receipt(t reddit.Thing) cases.Receipt {
	return cases.Receipt{ID: t.Name, URL: t.Link(p.cfg.SiteURL), At: t.At()}
}

// Find looks whether the reply stands: a comment of ours right below the
// mention with exactly these words.
func (p *Replier) Find(ctx context.Context, r cases.Reply) (cases.Receipt, bool, error) {
	source, err := markdown.Escape(r.Text)
	if err != nil {
		return cases.Receipt{}, false, nil //nolint:nilerr // such a text was never sent
	}
	parent, err := p.parent(ctx, r.Mention.ReplyTo)
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking on Reddit: %w", err)
	}
	if parent == nil {
		return cases.Receipt{}, false, errors.New("looking on Reddit: what it answers is gone")
	}
	return p.find(ctx, *parent, source)
}

func (p *Replier) find(ctx context.Context, parent reddit.Thing, source string) (cases.Receipt, bool, error) {
	ours, err := p.ours(ctx, parent)
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking on Reddit: %w", err)
	}
	for _, t := range ours {
		if same(t.Body, source) {
			return p.receipt(t), true, nil
		}
	}
	return cases.Receipt{}, false, nil
}

// ours lists our comments right below a thing.
func (p *Replier) ours(ctx context.Context, parent reddit.Thing) (out []reddit.Thing, err error) {
	below, err := p.client.Replies(ctx, parent)
	for _, t := range below {
		if t.ParentID == parent.Name && strings.EqualFold(t.Author, p.cfg.User) {
			out = append(out, t)
		}
	}
	return out, err
}

// same compares texts without regard to white space.
func same(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// Check looks, just before posting, whether the mention still stands as staff
// saw it, and whether a colleague answered it by hand meanwhile.
func (p *Replier) Check(ctx context.Context, m cases.Mention) (responder.Standing, error) {
	parent, err := p.parent(ctx, m.ReplyTo)
	if err != nil {
		return responder.Standing{}, fmt.Errorf("checking on Reddit: %w", err)
	}
	if parent == nil || parent.Gone() {
		return responder.Standing{Gone: true}, nil
	}
	_, text := parent.Words()
	st := responder.Standing{Text: text}
	if same(text, m.Text) {
		st.Text = m.Text
	}
	p.mu.Lock()
	tried := p.tried[m.ReplyTo]
	p.mu.Unlock()
	if tried {
		return st, nil
	}
	ours, err := p.ours(ctx, *parent)
	if err != nil || len(ours) == 0 {
		return st, nil //nolint:nilerr // the mention itself was seen; that a colleague answered is an extra
	}
	st.Colleague = ours[0].Body
	return st, nil
}

// Doctor asks who we are.
func (p *Replier) Doctor(ctx context.Context) []cases.Advice {
	me, err := p.client.Self(ctx)
	a := reddit.Diagnose("answers as u/"+p.cfg.User, err)
	if a.OK && !strings.EqualFold(me, p.cfg.User) {
		return []cases.Advice{{What: a.What, Fix: fmt.Sprintf("the token belongs to u/%.30s: write user: %.30s, or renew the token as the other account", me, me)}}
	}
	return []cases.Advice{a}
}

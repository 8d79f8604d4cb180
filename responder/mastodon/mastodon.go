// Package mastodon answers posts on Mastodon and on servers that speak its
// API. A reply begins with the author's name, without which they would not be
// told of it, and mentions nobody else.
package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/net/html"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/mastodon"
	"rasid/responder"
)

const (
	// keyFor is how long the server is trusted to know a key again: it keeps
	// keys for an hour after the post.
	keyFor = 50 * time.Minute
	// keyPause lets a first attempt that is still at work come to its end,
	// because until then the key is not known.
	keyPause = 15 * time.Second
	// forName is kept free for "@name " in front: names have up to 30 letters,
	// and the server after them does not count.
	forName = 32
)

// ReplyConfig is one account that answers, as config.yaml describes it.
type ReplyConfig struct {
	// Server is the address of the account's server, the same as the source's.
	Server string `yaml:"server"`
	// Token is the access token of the account that answers, with the scopes
	// read:statuses, read:accounts (or profile) and write:statuses.
	Token outbound.Secret `yaml:"token"`
	// Visibility is who sees replies: public, unlisted, private or direct. A
	// reply is never more visible than the post it answers.
	Visibility string `yaml:"visibility"`
}

// DefaultReplyConfig returns the settings that a part of config.yaml starts
// from.
func DefaultReplyConfig() ReplyConfig { return ReplyConfig{Visibility: "unlisted"} }

// visibilities are who sees a post, most first.
var visibilities = []string{"public", "unlisted", "private", "direct"}

// Check lists every mistake in c.
func (c ReplyConfig) Check() []cases.Fault {
	var faults cases.Faults
	if err := mastodon.CheckServer(c.Server); err != nil {
		faults.Add("server", "is "+err.Error(), "the server's address, such as https://mastodon.example")
	}
	if c.Token.Empty() {
		faults.Add("token", "is missing", `token: "${MASTODON_TOKEN}", from Preferences, Development, New application`)
	}
	if !slices.Contains(visibilities, c.Visibility) {
		faults.Add("visibility", fmt.Sprintf("is not %.20q", c.Visibility), strings.Join(visibilities, ", "))
	}
	return faults
}

// Replier answers as one account.
type Replier struct {
	client     *mastodon.Client
	visibility string
	now        func() time.Time

	mu     sync.Mutex
	limits mastodon.Limits
	self   string
	tried  responder.Tried // posts we tried to answer: what stands there may be ours
}

var (
	_ responder.Replier = (*Replier)(nil)
	_ responder.Finder  = (*Replier)(nil)
	_ responder.Checker = (*Replier)(nil)
)

// New makes a Replier.
func New(c ReplyConfig, client *outbound.Client, now func() time.Time) (*Replier, error) {
	if err := cases.SetUp("Mastodon", c.Check()); err != nil {
		return nil, err
	}
	return &Replier{
		client: &mastodon.Client{Server: c.Server, Token: c.Token, Net: client}, visibility: c.Visibility, now: now,
		limits: mastodon.DefaultLimits(),
	}, nil
}

// Fits says by how many letters a text is too long: the instance's own limit
// once it is known, Mastodon's until then, less the author's name.
func (p *Replier) Fits(text string) error {
	p.mu.Lock()
	l := p.limits
	p.mu.Unlock()
	allowed := l.MaxCharacters - forName
	if n := l.Length(text); n > allowed {
		return fmt.Errorf("%d letters, %d more than the %d allowed", n, n-allowed, allowed)
	}
	return nil
}

// Talks says that several posts may answer one post.
func (p *Replier) Talks() {}

// Reply posts the approved text under the mention, after the author's name.
func (p *Replier) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	if err := p.postable(r); err != nil {
		return cases.Receipt{}, fmt.Errorf("replying on Mastodon: %w: %w", cases.ErrRefused, err)
	}
	if r.Attempt > 1 && !p.keyHolds(r, 0) {
		// An earlier attempt may have left a post that the key no longer finds.
		found, there, err := p.Find(ctx, r)
		if err != nil {
			return cases.Receipt{}, errors.New("looking for an earlier attempt: " + err.Error()) // unknown, whatever the look said
		}
		if there {
			return found, nil
		}
	}
	at, err := p.client.Status(ctx, r.Mention.ReplyTo)
	if errors.Is(err, mastodon.ErrNoID) {
		err = fmt.Errorf("%w: %w", cases.ErrRefused, err)
	}
	if err != nil {
		err = outbound.BeforeSending(err)
		if r.Attempt > 1 && cases.OutcomeOf(err) != cases.WasNotSent {
			err = errors.New(err.Error()) // the post is gone; whether an earlier attempt stood is not known
		}
		return cases.Receipt{}, fmt.Errorf("reading what is answered: %w", err)
	}
	p.tried.Note(r.Mention.ReplyTo)
	s, err := p.client.Publish(ctx, mastodon.Post{
		Text: addressed(at.Account, r.Text), InReplyTo: at.ID, Visibility: p.seenBy(at.Visibility), Language: language(r.Text),
		Allowed: []string{at.Account.ID}, Key: r.Identity(),
	})
	if err == nil {
		return receipt(s), nil
	}
	err = fmt.Errorf("replying on Mastodon: %w", err)
	if cases.OutcomeOf(err) == cases.WasUnknown && r.Attempt < responder.SameTries && p.keyHolds(r, 10*time.Minute) {
		return cases.Receipt{}, &cases.LaterError{After: keyPause, Err: err}
	}
	return cases.Receipt{}, err
}

// addressed puts the author's name in front.
func addressed(a mastodon.Account, text string) string { return "@" + a.Acct + " " + text }

func receipt(s mastodon.Status) cases.Receipt {
	return cases.Receipt{ID: s.ID, URL: s.URL, At: s.CreatedAt.UTC()}
}

// keyHolds reports whether the server still knows the key of the first
// attempt, with time to spare.
func (p *Replier) keyHolds(r cases.Reply, spare time.Duration) bool {
	age := p.now().Sub(r.First)
	return !r.First.IsZero() && age >= 0 && age+spare < keyFor
}

// seenBy is the visibility of a reply: as configured, but no more visible than
// what it answers.
func (p *Replier) seenBy(theirs string) string {
	i := max(slices.Index(visibilities, p.visibility), slices.Index(visibilities, theirs))
	return visibilities[max(i, 0)]
}

// language tells the server what it is written in, for its filters.
func language(text string) string {
	if strings.ContainsFunc(text, func(c rune) bool { return unicode.Is(unicode.Arabic, c) }) {
		return "ar"
	}
	return "en"
}

// postable refuses what Mastodon would change, and whom nobody should address.
func (p *Replier) postable(r cases.Reply) error {
	if err := responder.Postable(r); err != nil {
		return err
	}
	if mastodon.Mentions(r.Text) {
		return errors.New("the text mentions an account (@…), which would be told of it")
	}
	return p.Fits(r.Text)
}

// Find looks whether the reply stands: a post of ours right below the mention
// with exactly these words.
func (p *Replier) Find(ctx context.Context, r cases.Reply) (cases.Receipt, bool, error) {
	ours, err := p.ours(ctx, r.Mention.ReplyTo)
	if outbound.StatusOf(err) == http.StatusNotFound {
		return cases.Receipt{}, false, fmt.Errorf("looking on Mastodon: what it answers is gone: %w", err)
	}
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking on Mastodon: %w", err)
	}
	for _, s := range ours {
		text, err := p.client.Source(ctx, s.ID)
		if err != nil {
			return cases.Receipt{}, false, fmt.Errorf("looking on Mastodon: %w", err)
		}
		if _, words, ok := strings.Cut(text, " "); ok && strings.TrimSpace(words) == strings.TrimSpace(r.Text) {
			return receipt(s), true, nil
		}
	}
	return cases.Receipt{}, false, nil
}

// ours lists our posts right below a post.
func (p *Replier) ours(ctx context.Context, at string) ([]mastodon.Status, error) {
	p.mu.Lock()
	self := p.self
	p.mu.Unlock()
	if self == "" {
		me, err := p.client.Self(ctx)
		if err != nil {
			return nil, err
		}
		limits, err := p.client.Limits(ctx)
		p.mu.Lock()
		if p.self = me.ID; err == nil {
			p.limits = limits
		}
		self = me.ID
		p.mu.Unlock()
	}
	list, err := p.client.Answers(ctx, at)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(s mastodon.Status) bool { return s.Account.ID != self || s.InReplyTo != at }), nil
}

// Check looks, just before posting, whether the post still stands as staff saw
// it, and whether a colleague answered it by hand meanwhile.
func (p *Replier) Check(ctx context.Context, m cases.Mention) (responder.Standing, error) {
	s, err := p.client.Status(ctx, m.ReplyTo)
	switch {
	case outbound.StatusOf(err) == http.StatusNotFound, outbound.StatusOf(err) == http.StatusGone:
		return responder.Standing{Gone: true}, nil
	case err != nil:
		return responder.Standing{}, fmt.Errorf("checking on Mastodon: %w", err)
	}
	var st responder.Standing
	if s.EditedAt != nil && s.EditedAt.After(m.PostedAt) && s.EditedAt.After(m.EditedAt) {
		st.Edited = true // what it says is read by the source, paragraphs and all
	}
	if p.tried.Has(m.ReplyTo) {
		return st, nil
	}
	ours, err := p.ours(ctx, m.ReplyTo)
	if err != nil || len(ours) == 0 {
		return st, nil // the post itself was seen; that a colleague answered is an extra
	}
	st.Colleague = words(ours[0].Content)
	return st, nil
}

// words is the text of a post without its markup, on one line.
func words(content string) string {
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(content)); z.Next() != html.ErrorToken && b.Len() < 8<<10; {
		if t := z.Token(); t.Type == html.TextToken {
			b.WriteString(t.Data)
		} else {
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Doctor looks at the token, what it may do, and what the instance allows.
func (p *Replier) Doctor(ctx context.Context) []cases.Advice {
	me, err := p.client.Self(ctx)
	if code := outbound.StatusOf(err); code == http.StatusUnauthorized || code == http.StatusForbidden {
		return []cases.Advice{{What: "token", Fix: "the server does not take it; on the server: Preferences, Development, your application: scopes profile, read:statuses and write:statuses, then copy the access token"}}
	}
	if err != nil {
		return []cases.Advice{{What: "server", Fix: fmt.Sprintf("it cannot be asked: %v", err)}}
	}
	advice := []cases.Advice{{OK: true, What: "answers as @" + me.Acct}}
	if scopes, err := p.client.Scopes(ctx); err == nil && len(scopes) > 0 && !slices.Contains(scopes, "write") && !slices.Contains(scopes, "write:statuses") {
		advice = append(advice, cases.Advice{What: "permission to post", Fix: "on the server: Preferences, Development, your application: add the scope write:statuses, save, and renew the access token"})
	}
	l, err := p.client.Limits(ctx)
	if err != nil {
		return append(advice, cases.Advice{What: "limits", Fix: fmt.Sprintf("they cannot be read: %v", err)})
	}
	p.mu.Lock()
	p.limits = l
	p.mu.Unlock()
	return append(advice, cases.Advice{OK: true, What: fmt.Sprintf("replies of up to %d letters", l.MaxCharacters-forName)})
}

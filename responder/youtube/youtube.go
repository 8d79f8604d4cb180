// Package youtube answers comments on YouTube: a comment of the channel below
// the thread. YouTube knows no key by which a second attempt could be told from
// a second comment, so that a lost answer stays in doubt until it was looked
// for. Each answer costs 50 units of the day's quota; answers stop before it is
// gone.
package youtube

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/google"
	"rasid/responder"
)

// ReplyConfig is one channel that answers, as config.yaml describes it.
type ReplyConfig struct {
	// ClientID is the OAuth client of the channel owner's consent.
	ClientID string `yaml:"client_id"`
	// ClientSecret is the OAuth client's secret.
	ClientSecret outbound.Secret `yaml:"client_secret"`
	// RefreshToken is what the owner's consent gave, for the scope
	// youtube.force-ssl.
	RefreshToken outbound.Secret `yaml:"refresh_token"`
	// Units is how many units the project may use a day.
	Units int64 `yaml:"units"`
	// Project names whose quota it is; the source of the same Google project has
	// the same name.
	Project string `yaml:"project"`
	// APIURL is the address of the API; left out, Google's own.
	APIURL string `yaml:"api_url"`
	// TokenURL is where access tokens come from; left out, Google's own.
	TokenURL string `yaml:"token_url"`
}

// DefaultReplyConfig returns the settings that a part of config.yaml starts
// from.
func DefaultReplyConfig() ReplyConfig {
	return ReplyConfig{Units: google.DailyUnits, Project: "default"}
}

// Check lists every mistake in c.
func (c ReplyConfig) Check() []cases.Fault {
	var faults cases.Faults
	for field, empty := range map[string]bool{"client_id": c.ClientID == "", "client_secret": c.ClientSecret.Empty(), "refresh_token": c.RefreshToken.Empty()} {
		if empty {
			faults.Add(field, "is missing", "client_id, client_secret and refresh_token: the consent of the channel's owner, for the scope youtube.force-ssl")
		}
	}
	if c.Units < google.LeastUnits {
		faults.Add("units", "is less than anybody gets", fmt.Sprintf("%d, or what Google granted", google.DailyUnits))
	}
	slices.SortFunc(faults, func(a, b cases.Fault) int { return strings.Compare(a.Field, b.Field) })
	return faults
}

// Replier answers as one channel.
type Replier struct {
	tube *google.YouTube
	now  func() time.Time

	mu    sync.Mutex
	self  string          // id of our channel, once known
	tried responder.Tried // comments we tried to answer: what stands there may be ours
}

var (
	_ responder.Replier = (*Replier)(nil)
	_ responder.Finder  = (*Replier)(nil)
	_ responder.Checker = (*Replier)(nil)
)

// New makes a Replier.
func New(c ReplyConfig, ledger google.Ledger, client *outbound.Client, now func() time.Time) (*Replier, error) {
	if err := cases.SetUp("YouTube", c.Check()); err != nil {
		return nil, err
	}
	tube, err := google.NewYouTube(google.YouTubeAccess{
		Consent: google.Identity{ClientID: c.ClientID, ClientSecret: c.ClientSecret, Refresh: c.RefreshToken, TokenURL: c.TokenURL},
		Project: c.Project, Units: c.Units, Ledger: ledger,
	}, c.APIURL, client, now)
	if err != nil {
		return nil, fmt.Errorf("setting up YouTube: %w", err)
	}
	return &Replier{tube: tube, now: now}, nil
}

// Fits counts characters.
func (*Replier) Fits(text string) error { return google.YouTubeFits(text) }

// place is where a reply belongs: the thread, and the comment that it answers.
func place(m cases.Mention) (top, at string, err error) {
	top, at = google.Split(m.ReplyTo)
	if !google.IsComment(top) || !google.IsComment(at) {
		return "", "", fmt.Errorf("%.60q is not the id of a comment", m.ReplyTo)
	}
	return top, at, nil
}

// Reply writes the approved text below the thread, once.
func (p *Replier) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	err := errors.Join(responder.Postable(r), p.Fits(r.Text))
	top, at, bad := place(r.Mention)
	if err = errors.Join(err, bad); err != nil {
		return cases.Receipt{}, fmt.Errorf("replying on YouTube: %w: %w", cases.ErrRefused, err)
	}
	_, there, err := p.tube.Comment(ctx, at)
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("reading what is answered: %w", outbound.BeforeSending(err))
	}
	if !there {
		return cases.Receipt{}, fmt.Errorf("replying on YouTube: %w: the comment is gone", cases.ErrRefused)
	}
	p.tried.Note(r.Mention.ReplyTo)
	got, err := p.tube.Insert(ctx, top, strings.TrimSpace(r.Text))
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("replying on YouTube: %w", err)
	}
	return p.receipt(got), nil
}

func (p *Replier) receipt(c google.Comment) cases.Receipt {
	out := cases.Receipt{ID: c.ID, At: c.Snippet.Published.UTC()}
	if c.Snippet.Video != "" {
		out.URL = "https://www.youtube.com/watch?v=" + c.Snippet.Video + "&lc=" + c.ID
	}
	if c.Snippet.Published.IsZero() {
		out.At = p.now()
	}
	return out
}

// Find looks whether the reply stands: a comment of ours below the thread, with
// these words, not older than the first attempt.
func (p *Replier) Find(ctx context.Context, r cases.Reply) (cases.Receipt, bool, error) {
	top, _, err := place(r.Mention)
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking on YouTube: %w", err)
	}
	ours, err := p.ours(ctx, top)
	if err != nil {
		return cases.Receipt{}, false, fmt.Errorf("looking on YouTube: %w", err)
	}
	for _, c := range ours {
		if responder.SameWords(c.Text(), r.Text) && !c.Snippet.Published.Before(r.First.Add(-clocks)) {
			return p.receipt(c), true, nil
		}
	}
	return cases.Receipt{}, false, nil
}

const (
	// clocks is how far YouTube's clock and ours may differ.
	clocks = 2 * time.Minute
	// maxPages bounds the look below one thread, of a hundred comments each.
	maxPages = 10
)

// ours lists our comments below a thread.
func (p *Replier) ours(ctx context.Context, top string) (out []google.Comment, err error) {
	p.mu.Lock()
	self := p.self
	p.mu.Unlock()
	if self == "" {
		me, err := p.tube.Self(ctx)
		if err != nil {
			return nil, err
		}
		self = me.ID
		p.mu.Lock()
		p.self = self
		p.mu.Unlock()
	}
	at := ""
	for range maxPages {
		page, next, err := p.tube.Replies(ctx, top, at, true)
		if err != nil {
			return nil, err
		}
		for _, c := range page {
			if c.Snippet.AuthorID.Value == self {
				out = append(out, c)
			}
		}
		if at = next; at == "" {
			return out, nil
		}
	}
	return nil, errors.New("the thread is too long to be read to its end")
}

// Check looks, just before posting, whether the comment still stands as staff
// saw it, and whether a colleague answered it by hand since.
func (p *Replier) Check(ctx context.Context, m cases.Mention) (responder.Standing, error) {
	top, at, err := place(m)
	if err != nil {
		return responder.Standing{}, fmt.Errorf("checking on YouTube: %w", err)
	}
	c, there, err := p.tube.Comment(ctx, at)
	if err != nil {
		return responder.Standing{}, fmt.Errorf("checking on YouTube: %w", err)
	}
	if !there {
		return responder.Standing{Gone: true}, nil
	}
	st := responder.Standing{Text: c.Text()}
	if responder.SameWords(st.Text, m.Text) {
		st.Text = m.Text
	}
	if p.tried.Has(m.ReplyTo) {
		return st, nil
	}
	ours, err := p.ours(ctx, top)
	if err != nil {
		return st, nil // the comment itself was seen; that a colleague answered is an extra
	}
	for _, c := range ours {
		if c.Snippet.Published.After(m.PostedAt) {
			st.Colleague = c.Text()
		}
	}
	return st, nil
}

// Doctor looks which channel answers.
func (p *Replier) Doctor(ctx context.Context) []cases.Advice {
	me, err := p.tube.Self(ctx)
	a := google.DiagnoseYouTube("answers", err)
	if a.OK {
		a.What = "answers as the channel " + me.Snippet.Title
	}
	return []cases.Advice{a}
}

// Package mastodon is a small client of Mastodon's API for posting replies and
// looking at posts; servers that speak the same API work too.
package mastodon

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// Account is somebody on a server.
type Account struct {
	ID          string `json:"id"`
	Acct        string `json:"acct"` // name, or name@server for those elsewhere
	DisplayName string `json:"display_name"`
	Bot         bool   `json:"bot"`
}

// Status is a post.
type Status struct {
	ID         string     `json:"id"`
	URL        string     `json:"url"`
	CreatedAt  time.Time  `json:"created_at"`
	EditedAt   *time.Time `json:"edited_at"`
	InReplyTo  string     `json:"in_reply_to_id"`
	Visibility string     `json:"visibility"`
	Spoiler    string     `json:"spoiler_text"`
	Content    string     `json:"content"` // HTML
	Account    Account    `json:"account"`
}

// Limits are what an instance allows.
type Limits struct {
	MaxCharacters int // of a post
	PerURL        int // what any address counts as
}

// DefaultLimits are Mastodon's own (StatusLengthValidator: 500, and 23 for an
// address).
func DefaultLimits() Limits { return Limits{MaxCharacters: 500, PerURL: 23} }

// Client speaks to one server as one account.
type Client struct {
	Server string
	Token  outbound.Secret
	Net    *outbound.Client
}

func (c *Client) address(path string) string { return strings.TrimRight(c.Server, "/") + path }

func (c *Client) auth() http.Header {
	return http.Header{"Authorization": {"Bearer " + c.Token.Reveal()}}
}

// get reads one thing.
func (c *Client) get(ctx context.Context, path string, into any) error {
	_, err := c.Net.GetJSON(ctx, outbound.Request{URL: c.address(path), Header: c.auth()}, into)
	return err
}

// Self returns the account of the token.
func (c *Client) Self(ctx context.Context) (a Account, err error) {
	err = c.get(ctx, "/api/v1/accounts/verify_credentials", &a)
	if err == nil && a.ID == "" {
		err = outbound.ErrNotJSON
	}
	return a, err
}

// Scopes returns what the token may do; empty where the server does not say
// (before Mastodon 4.3).
func (c *Client) Scopes(ctx context.Context) ([]string, error) {
	var app struct {
		Scopes []string `json:"scopes"`
	}
	err := c.get(ctx, "/api/v1/apps/verify_credentials", &app)
	return app.Scopes, err
}

// Limits returns what the instance allows.
func (c *Client) Limits(ctx context.Context) (Limits, error) {
	l := DefaultLimits()
	var got struct {
		Configuration struct {
			Statuses struct {
				Max int `json:"max_characters"`
				URL int `json:"characters_reserved_per_url"`
			} `json:"statuses"`
		} `json:"configuration"`
	}
	if err := c.get(ctx, "/api/v2/instance", &got); err != nil {
		return l, err
	}
	if s := got.Configuration.Statuses; s.Max > 0 {
		l.MaxCharacters = s.Max
	}
	if s := got.Configuration.Statuses; s.URL > 0 {
		l.PerURL = s.URL
	}
	return l, nil
}

// ErrNoID says that something is not the id of a post.
var ErrNoID = errors.New("not the id of a post")

var id = regexp.MustCompile(`^[0-9A-Za-z]{1,64}$`) // numbers on Mastodon, letters too on its kin

// Status reads a post.
func (c *Client) Status(ctx context.Context, at string) (s Status, err error) {
	if !id.MatchString(at) {
		return s, ErrNoID
	}
	err = c.get(ctx, "/api/v1/statuses/"+at, &s)
	if err == nil && s.ID == "" {
		err = outbound.ErrNotJSON
	}
	return s, err
}

// Answers reads the posts below a post.
func (c *Client) Answers(ctx context.Context, at string) ([]Status, error) {
	if !id.MatchString(at) {
		return nil, ErrNoID
	}
	var got struct {
		Descendants []Status `json:"descendants"`
	}
	err := c.get(ctx, "/api/v1/statuses/"+at+"/context", &got)
	return got.Descendants, err
}

// Source reads the words of a post of ours as they were sent.
func (c *Client) Source(ctx context.Context, at string) (string, error) {
	if !id.MatchString(at) {
		return "", ErrNoID
	}
	var got struct {
		Text string `json:"text"`
	}
	err := c.get(ctx, "/api/v1/statuses/"+at+"/source", &got)
	return got.Text, err
}

// Post is a post to be made.
type Post struct {
	Text       string   `json:"status"`
	InReplyTo  string   `json:"in_reply_to_id"`
	Visibility string   `json:"visibility"`
	Language   string   `json:"language,omitempty"`
	Allowed    []string `json:"allowed_mentions"` // ids of accounts; the server refuses the post when it would mention others
	Key        string   `json:"-"`                // of idempotency: kept for an hour
}

// Publish posts once. The key is known to the server for an hour after the
// post stands, and not while the first attempt is still at work; Go's own
// transport would repeat a request that carries it, which a connection of its
// own for each request rules out.
func (c *Client) Publish(ctx context.Context, p Post) (Status, error) {
	h := c.auth()
	h.Set("Idempotency-Key", p.Key)
	var s Status
	err := c.Net.CallOnce(ctx, outbound.Call{Method: http.MethodPost, URL: c.address("/api/v1/statuses"), Header: h, Body: p, Into: &s})
	if err == nil && s.ID == "" {
		err = outbound.ErrNotJSON
	}
	return s, err
}

// links are what counts as an address: only with its scheme.
var links = regexp.MustCompile(`https?://[^\s<>"'،؛]+`)

// Length counts as Mastodon does: letters as people see them, and the same for
// every address. An address at the end of a sentence may be counted a little
// too long, never too short.
func (l Limits) Length(text string) int {
	n := 0
	for _, u := range links.FindAllString(text, -1) {
		n += l.PerURL + utf8.RuneCountInString(u) - utf8.RuneCountInString(strings.TrimRight(u, ".,;:!?)"))
	}
	for g := graphemes.FromString(links.ReplaceAllString(text, "")); g.Next(); {
		n++
	}
	return n
}

// mention is what Mastodon would turn into the mention of an account.
var mention = regexp.MustCompile(`(?:^|[^=/\p{L}\p{N}_])@[A-Za-z0-9_]`)

// Mentions reports whether a text would mention somebody.
func Mentions(text string) bool { return mention.MatchString(text) }

// CheckServer reports whether a server's address can be one.
func CheckServer(s string) error {
	if u, ok := cases.WebAddress(s); !ok || u.User != nil {
		return errors.New("not an address")
	}
	return nil
}

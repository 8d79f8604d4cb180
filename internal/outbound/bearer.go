package outbound

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// renewBefore is how long before its end an access token is renewed.
const renewBefore = 2 * time.Minute

// ErrSignIn says that an access token was refused to us.
var ErrSignIn = errors.New("signing in")

// Grant is how to ask for an access token (RFC 6749, section 4 and 6).
type Grant struct {
	URL    string
	Form   url.Values
	Header http.Header // names the client, where the server wants it so
}

// Fixed is a grant that is asked for in the same words each time.
func Fixed(g Grant) func() (Grant, error) { return func() (Grant, error) { return g, nil } }

// BasicAuth is the header by which an OAuth client names itself.
func BasicAuth(id, secret string) http.Header {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(id, secret)
	return r.Header
}

// Bearer speaks to one API with an access token that ends. It keeps a token
// until shortly before that, and drops one that the API no longer takes.
type Bearer struct {
	Base   string // address that paths are added to
	Grant  func() (Grant, error)
	Header http.Header // sent with each call, besides the token
	Net    *Client
	Now    func() time.Time

	mu    sync.Mutex
	token Secret
	until time.Time
}

// Get fetches what stands at a path and decodes it into into.
func (b *Bearer) Get(ctx context.Context, path string, into any) error {
	h, err := b.auth(ctx)
	if err != nil {
		return err
	}
	_, err = b.Net.GetJSON(ctx, Request{URL: b.address(path), Header: h}, into)
	b.look(err)
	return err
}

// Call changes something, at most once, as CallOnce does; the call's URL is a
// path. Signing in is no part of it.
func (b *Bearer) Call(ctx context.Context, call Call) error {
	h, err := b.auth(ctx)
	if err != nil {
		return BeforeSending(err)
	}
	call.URL, call.Header = b.address(call.URL), h
	err = b.Net.CallOnce(ctx, call)
	b.look(err)
	return err
}

func (b *Bearer) address(path string) string { return strings.TrimRight(b.Base, "/") + path }

// look forgets a token that is no longer taken.
func (b *Bearer) look(err error) {
	if StatusOf(err) == http.StatusUnauthorized {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.token = ""
	}
}

// Token returns an access token that is good for a while, for servers that are
// spoken to in another way than HTTP.
func (b *Bearer) Token(ctx context.Context) (Secret, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.token.Empty() || !b.Now().Before(b.until) {
		if err := b.renew(ctx); err != nil {
			return "", err
		}
	}
	return b.token, nil
}

// Forget drops a token that a server no longer takes.
func (b *Bearer) Forget(token Secret) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.token == token {
		b.token = ""
	}
}

func (b *Bearer) auth(ctx context.Context) (http.Header, error) {
	token, err := b.Token(ctx)
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	maps.Copy(h, b.Header)
	h.Set("Authorization", "Bearer "+token.Reveal())
	return h, nil
}

func (b *Bearer) renew(ctx context.Context) error {
	g, err := b.Grant()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSignIn, err)
	}
	h := http.Header{}
	maps.Copy(h, b.Header)
	maps.Copy(h, g.Header)
	var got struct {
		Token   Secret `json:"access_token"`
		Expires any    `json:"expires_in"` // a number, or one written as text
	}
	if err := b.Net.CallOnce(ctx, Call{Method: http.MethodPost, URL: g.URL, Form: g.Form, Header: h, Into: &got}); err != nil {
		return fmt.Errorf("%w: %w", ErrSignIn, err)
	}
	if got.Token.Empty() {
		return fmt.Errorf("%w: %w", ErrSignIn, ErrNotJSON)
	}
	life, err := time.ParseDuration(fmt.Sprint(got.Expires) + "s")
	if err != nil || life <= renewBefore {
		life = 2 * renewBefore
	}
	b.token, b.until = got.Token, b.Now().Add(min(life, longest)-renewBefore)
	return nil
}

package bluesky

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

const (
	// maxSignIns is how often an account may sign in within signInWindow: well
	// under Bluesky's 30 in five minutes and, by reports, as few as 10 a day.
	maxSignIns   = 3
	signInWindow = 5 * time.Minute
)

// Client speaks to the server of one account. It signs in once, with an app
// password, and renews its session with the token it got for that.
type Client struct {
	base, identifier string
	password         outbound.Secret
	net              *outbound.Client
	now              func() time.Time

	mu      sync.Mutex
	session session
	signIns []time.Time // the latest
}

// session is what signing in gives.
type session struct {
	Access  outbound.Secret `json:"accessJwt"`
	Refresh outbound.Secret `json:"refreshJwt"`
	DID     string          `json:"did"`
	Handle  string          `json:"handle"`
}

// NewClient makes a client; base "" is Bluesky's own server.
func NewClient(base, identifier string, password outbound.Secret, net *outbound.Client, now func() time.Time) *Client {
	return &Client{base: strings.TrimRight(cmp.Or(base, "https://bsky.social"), "/"), identifier: identifier, password: password, net: net, now: now}
}

// auth is the header of a call, and the account that it is made as.
func (c *Client) auth(ctx context.Context) (http.Header, session, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session.Access.Empty() {
		if err := c.renew(ctx); err != nil {
			return nil, session{}, err
		}
	}
	return bearer(c.session.Access), c.session, nil
}

func bearer(token outbound.Secret) http.Header {
	return http.Header{"Authorization": {"Bearer " + token.Reveal()}}
}

// forget drops a token that the server no longer takes, unless another call
// has renewed it meanwhile.
func (c *Client) forget(token outbound.Secret) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session.Access == token {
		c.session.Access = ""
	}
}

// renew gets an access token: by the refresh token while there is one, else by
// signing in.
func (c *Client) renew(ctx context.Context) error {
	if old := c.session.Refresh; !old.Empty() {
		c.session.Refresh = "" // good for one use
		err := c.obtain(ctx, "com.atproto.server.refreshSession", bearer(old), nil)
		if code := outbound.StatusOf(err); err == nil || code < 400 || code >= 500 || code == http.StatusTooManyRequests {
			if err != nil {
				c.session.Refresh = old // it may not have been used
			}
			return err
		}
	}
	now := c.now()
	for len(c.signIns) > 0 && now.Sub(c.signIns[0]) >= signInWindow {
		c.signIns = c.signIns[1:]
	}
	if len(c.signIns) >= maxSignIns {
		return &cases.LaterError{After: signInWindow - now.Sub(c.signIns[0]), Err: errors.New("signing in to Bluesky too often locks the account out")}
	}
	c.signIns = append(c.signIns, now)
	return c.obtain(ctx, "com.atproto.server.createSession", nil, map[string]string{"identifier": c.identifier, "password": c.password.Reveal()})
}

func (c *Client) obtain(ctx context.Context, method string, h http.Header, body any) error {
	var got session
	err := c.net.CallOnce(ctx, outbound.Call{Method: http.MethodPost, URL: c.base + "/xrpc/" + method, Header: h, Body: body, Into: &got})
	if err == nil && (got.Access.Empty() || got.DID == "") {
		err = outbound.ErrNotJSON
	}
	if err != nil {
		return fmt.Errorf("signing in to Bluesky: %w", err)
	}
	c.session = got
	return nil
}

// as makes a call, and once more with a renewed session when the server says
// that the token has run out: it refuses before it does anything.
func (c *Client) as(ctx context.Context, call func(h http.Header, me session) error) error {
	for last := false; ; last = true {
		h, me, err := c.auth(ctx)
		if err != nil {
			return outbound.BeforeSending(err)
		}
		err = call(h, me)
		if !expired(err) || last {
			return err
		}
		c.forget(me.Access)
	}
}

// Self returns the account.
func (c *Client) Self(ctx context.Context) (did, handle string, err error) {
	_, me, err := c.auth(ctx)
	return me.DID, me.Handle, err
}

// Problem is the name that a server gives to what is wrong, such as
// ExpiredToken; "" when it names none.
func Problem(err error) string {
	var status *outbound.StatusError
	var body struct {
		Error string `json:"error"`
	}
	if !errors.As(err, &status) || json.Unmarshal(status.Body, &body) != nil {
		return ""
	}
	return body.Error
}

func expired(err error) bool {
	return Problem(err) == "ExpiredToken" || outbound.StatusOf(err) == http.StatusUnauthorized
}

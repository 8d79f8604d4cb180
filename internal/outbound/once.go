package outbound

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"rasid/internal/cases"
)

// Once returns a guarded client for what must not happen twice: no kept-alive
// connection, no HTTP/2, no redirect followed, one attempt. Its errors wrap
// cases.ErrNotSent when no connection ever came about, so that no byte of the
// request can have left; any other error means that nobody knows.
func (c *Client) Once() *http.Client {
	return &http.Client{
		Timeout:       c.timeout,
		Transport:     agent{classifier{c.single}, c.opts.UserAgent},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// DoOnce sends one request through Once. Its errors name the host alone, since
// paths hold tokens.
func (c *Client) DoOnce(ctx context.Context, r *http.Request) (*http.Response, error) {
	if _, err := c.CheckURL(r.URL.String()); err != nil {
		return nil, notSentError{err}
	}
	ctx, sent := Watch(ctx) // once more: at its deadline net/http drops what Once said
	resp, err := c.Once().Do(r.WithContext(ctx))
	if err != nil {
		return nil, sent.Classify(bareURL(err))
	}
	return resp, nil
}

// Sent watches one request and knows whether it may have reached the wire. It
// serves libraries that own their client.
type Sent struct{ reached atomic.Bool }

// Watch returns a context for exactly one request, and what is known of it
// afterwards.
func Watch(ctx context.Context) (context.Context, *Sent) {
	s := &Sent{}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// A connection is handed over, after its TLS handshake, before the
		// first byte of the request is written.
		GotConn: func(httptrace.GotConnInfo) { s.reached.Store(true) },
	}), s
}

// Classify wraps err with cases.ErrNotSent when no byte can have left.
func (s *Sent) Classify(err error) error {
	if err == nil || s.reached.Load() {
		return err
	}
	return notSentError{err}
}

// classifier is a RoundTripper whose errors say whether anything left.
type classifier struct{ base http.RoundTripper }

func (c classifier) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, sent := Watch(r.Context())
	resp, err := c.base.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, sent.Classify(err)
	}
	return resp, nil
}

// notSentError adds cases.ErrNotSent to an error without changing its words.
type notSentError struct{ err error }

func (e notSentError) Error() string   { return e.err.Error() }
func (e notSentError) Unwrap() []error { return []error{cases.ErrNotSent, e.err} }

package discord

import (
	"context"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// Limits on what an answer may cost or ask for.
const (
	maxAnswer = 8 << 20       // bytes; a page of 100 messages is far below
	maxWait   = 1 * time.Hour // a retry_after beyond this is not believed
	minWait   = 1 * time.Second
)

// attempt is what is known of one request besides its answer.
type attempt struct {
	reached atomic.Bool // a connection was handed over: bytes may have left
	status  int
	scope   string
	after   time.Duration // what a 429 asked for
}

type attemptKey struct{}

func withAttempt(ctx context.Context) (context.Context, *attempt) {
	a := &attempt{}
	ctx = context.WithValue(ctx, attemptKey{}, a)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { a.reached.Store(true) },
	}), a
}

// seam is where the library meets the network. It sends what the library
// addresses to discord.com to the configured base, and repairs the rate-limit
// headers the library would choke on.
type seam struct {
	base http.RoundTripper
	api  *url.URL
	hear func(http.Header)
}

// through wraps a client. Redirects are not followed: a create sent again to
// another address is a second message.
func (c *Client) through(hc *http.Client) *http.Client {
	return &http.Client{
		Timeout:       20 * time.Second,
		Transport:     seam{hc.Transport, c.api, c.hear},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RoundTrip sends one request, once.
func (s seam) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.Host = s.api.Scheme, s.api.Host, ""
	rest := strings.TrimPrefix(r.URL.Path, "/api/v"+discordgo.APIVersion)
	out.URL.Path, out.URL.RawPath = s.api.Path+"/"+strings.TrimLeft(rest, "/"), ""
	resp, err := s.base.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	a, _ := r.Context().Value(attemptKey{}).(*attempt)
	if a == nil {
		a = &attempt{}
	}
	s.hear(resp.Header)
	a.status, a.scope = resp.StatusCode, resp.Header.Get("X-RateLimit-Scope")
	mendLimits(resp, a)
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// hear remembers what an answer says of the limit it counted against.
func (c *Client) hear(h http.Header) {
	if a := outbound.AllowanceOf(h, time.Now()); !a.At.IsZero() {
		c.allowance.Store(&a)
	}
}

// Allowance is what Discord said last of a limit, of whichever call; its At is
// zero when it said nothing yet.
func (c *Client) Allowance() cases.Allowance {
	if a := c.allowance.Load(); a != nil {
		return *a
	}
	return cases.Allowance{}
}

// mendLimits leaves only rate-limit headers the library can read and that make
// sense. It fails a request whose headers it cannot parse although the message
// stands already, and it forgets a 429 without X-RateLimit-Reset-After.
func mendLimits(resp *http.Response, a *attempt) {
	h := resp.Header
	h.Del("X-RateLimit-Reset") // an absolute time, read against a clock that may be wrong
	reset, ok := seconds(h.Get("X-RateLimit-Reset-After"))
	if _, err := strconv.Atoi(h.Get("X-RateLimit-Remaining")); err != nil {
		h.Del("X-RateLimit-Remaining")
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		wait, told := seconds(h.Get("Retry-After"))
		if !told {
			wait = reset
		}
		a.after = max(wait, minWait)
		reset, ok = a.after, true
		h.Set("X-RateLimit-Remaining", "0")
	}
	h.Del("X-RateLimit-Reset-After")
	if ok {
		h.Set("X-RateLimit-Reset-After", strconv.FormatFloat(reset.Seconds(), 'f', 3, 64))
	}
}

// seconds reads a number of seconds within what is believable.
func seconds(s string) (time.Duration, bool) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f < 0 {
		return 0, false
	}
	return time.Duration(min(f, maxWait.Seconds()) * float64(time.Second)), true
}

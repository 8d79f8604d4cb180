// Package outbound is the one way out to the network. It decides which
// addresses may be dialled (on the address itself, after DNS), bounds what an
// answer may cost in time and memory, keeps the pace that each host asks for,
// tells "nothing left" from "nobody knows", and keeps secrets out of errors
// and logs.
//
// A name or range on the local network is reachable only when the
// configuration lists it; environment proxies are never used.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"rasid/internal/cases"
)

// Limits that hold for every exchange.
const (
	defaultTimeout = 30 * time.Second // for the whole exchange, so that a slow drip cannot hold a worker
	dialTimeout    = 5 * time.Second
	maxHeader      = 64 << 10
	maxRedirects   = 5
)

// ErrBlocked says that an address, scheme, port or redirect is not allowed.
// Nothing was sent there.
var ErrBlocked = errors.New("address not allowed")

// Options says what a Client may reach and how it behaves. The zero value
// reaches the public internet on ports 80 and 443.
type Options struct {
	Allow      []netip.Prefix // ranges allowed although they are not public, on any port
	AllowHosts []string       // "name" or "name:port" allowed although it is local, on any port
	Ports      []int          // further ports allowed on public addresses
	UserAgent  string
	Timeout    time.Duration // whole exchange; 0 = 30 s
	PerHost    rate.Limit    // requests per second and host for Get; 0 = 2
	Burst      int           // 0 = 5
	Logger     *slog.Logger  // nil = silent
	Resolver   *net.Resolver // nil = the system's
}

// Client opens every connection of the program. It is safe for concurrent use.
type Client struct {
	policy  policy
	opts    Options
	pooled  *http.Transport
	single  *http.Transport // one connection per request, for what must not be sent twice
	pace    *pace
	log     *slog.Logger
	timeout time.Duration
}

// New makes a Client.
func New(o Options) *Client {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.PerHost <= 0 {
		o.PerHost = 2
	}
	if o.Burst <= 0 {
		o.Burst = 5
	}
	if o.UserAgent == "" {
		o.UserAgent = "rasid"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Client{opts: o, timeout: o.Timeout, log: o.Logger, pace: newPace(o.PerHost, o.Burst)}
	c.policy = policy{allow: o.Allow, hosts: map[string]bool{}, ports: map[string]bool{"80": true, "443": true}}
	for _, h := range o.AllowHosts {
		c.policy.hosts[canonicalHost(h)] = true
	}
	for _, p := range o.Ports {
		c.policy.ports[strconv.Itoa(p)] = true
	}
	c.pooled = c.transport()
	c.single = c.transport()
	// A kept-alive connection may be dead already, and a request lost on it is
	// one nobody can classify. HTTP/2 is off because its client may repeat.
	c.single.DisableKeepAlives = true
	c.single.ForceAttemptHTTP2 = false
	c.single.Protocols = new(http.Protocols)
	c.single.Protocols.SetHTTP1(true)
	return c
}

func (c *Client) transport() *http.Transport {
	return &http.Transport{
		Proxy:                  nil, // a proxy would decide on addresses instead of us
		DialContext:            c.DialContext,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // Get decompresses itself, under a cap
		MaxResponseHeaderBytes: maxHeader,
		TLSHandshakeTimeout:    dialTimeout,
		MaxIdleConns:           100,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        60 * time.Second,
	}
}

// HTTP returns a guarded client with the standard deadline.
func (c *Client) HTTP() *http.Client { return c.HTTPWithin(c.timeout) }

// HTTPWithin returns a guarded client whose exchanges may take up to d, body
// included, as a long poll needs.
func (c *Client) HTTPWithin(d time.Duration) *http.Client {
	return &http.Client{Timeout: d, Transport: agent{c.pooled, c.opts.UserAgent}, CheckRedirect: c.checkRedirect}
}

// Close drops idle connections.
func (c *Client) Close() {
	c.pooled.CloseIdleConnections()
	c.single.CloseIdleConnections()
}

// DialContext opens a TCP connection under the same guard, for websockets and
// mail.
func (c *Client) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dialling: %w", err)
	}
	trusted := c.policy.trusts(host, port)
	d := net.Dialer{Timeout: dialTimeout, Resolver: c.opts.Resolver}
	d.ControlContext = func(_ context.Context, network, address string, _ syscall.RawConn) error {
		return c.policy.control(network, address, trusted)
	}
	return d.DialContext(ctx, network, address)
}

// control is asked by the dialer with the address it is about to connect to.
// Deciding here, and only here, leaves nothing for a second DNS answer to
// change.
func (p policy) control(network, address string, trusted bool) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: network %s", ErrBlocked, network)
	}
	_, port, _ := net.SplitHostPort(address)
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !p.permits(ap, port, trusted) {
		return fmt.Errorf("%w: %s", ErrBlocked, address)
	}
	return nil
}

// CheckURL parses an address as configuration gives it and says early what
// dialling would refuse. Names are judged when they are dialled.
func (c *Client) CheckURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: not a URL", ErrBlocked) // the parse error would repeat the address, secrets and all
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%w: only http and https", ErrBlocked)
	case u.Hostname() == "":
		return nil, fmt.Errorf("%w: no host", ErrBlocked)
	case u.User != nil:
		return nil, fmt.Errorf("%w: user name in the address", ErrBlocked)
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	trusted := c.policy.trusts(u.Hostname(), port)
	a, err := netip.ParseAddr(u.Hostname())
	if err != nil { // a name: its addresses are judged when dialled
		return u, nil
	}
	if !c.policy.permits(netip.AddrPortFrom(a, 0), port, trusted) {
		return nil, fmt.Errorf("%w: %s", ErrBlocked, u.Host)
	}
	return u, nil
}

// kept are the headers that may follow a redirect to another host. Everything
// else might carry a key.
var kept = map[string]bool{"Accept": true, "Accept-Encoding": true, "Accept-Language": true, "User-Agent": true}

func (c *Client) checkRedirect(r *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("%w: more than %d redirects", ErrBlocked, maxRedirects)
	}
	if _, err := c.CheckURL(r.URL.String()); err != nil {
		return fmt.Errorf("following a redirect: %w", err)
	}
	if via[len(via)-1].URL.Scheme == "https" && r.URL.Scheme == "http" {
		return fmt.Errorf("%w: redirect from https to http", ErrBlocked)
	}
	r.Header.Del("Referer") // the address we came from may hold a token
	if !strayed(r, via) {
		return nil
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return fmt.Errorf("%w: redirect of a %s to another host", ErrBlocked, r.Method)
	}
	for name := range r.Header {
		if !kept[name] {
			r.Header.Del(name)
		}
	}
	return nil
}

// strayed reports whether any hop left the first host; what was dropped on
// the way out does not come back.
func strayed(r *http.Request, via []*http.Request) bool {
	first := strings.ToLower(via[0].URL.Host)
	for _, hop := range append(via[1:len(via):len(via)], r) {
		if strings.ToLower(hop.URL.Host) != first {
			return true
		}
	}
	return false
}

// agent sets the User-Agent on requests that have none, and hears what answers
// say of our allowance.
type agent struct {
	base http.RoundTripper
	name string
}

func (a agent) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("User-Agent") == "" {
		r = r.Clone(r.Context())
		r.Header.Set("User-Agent", a.name)
	}
	resp, err := a.base.RoundTrip(r)
	if err == nil {
		cases.Hear(r.Context(), AllowanceOf(resp.Header, time.Now()))
	}
	return resp, err
}

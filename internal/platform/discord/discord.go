// Package discord is the one connection rasid keeps per Discord bot token. It
// listens on the gateway, fills by REST what the gateway missed, writes down
// the messages of watched channels before anything else looks at them, hands
// button presses, forms and slash commands to whoever listens, and sends.
//
// discordgo is the transport. Four of its habits are dangerous for a program
// that speaks in public, and each is turned off in one place:
//
//   - it sends a POST again on 502 and sleeps through 429 (rest.go: no retries,
//     the caller is told);
//   - its endpoints are package variables (seam.go: a RoundTripper rewrites the
//     base, so that two servers can be used side by side);
//   - it decodes every event into its own types in its own goroutines, where an
//     unknown shape panics out of our reach (line.go: its view is narrowed on
//     the wire, and everything is decoded here);
//   - its Open and Close can block for ever, and it identifies as often as it
//     is asked (line.go: deadlines below it, and a budget).
//
// Its Debug switch prints the token and is never turned on.
package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/time/rate"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// DefaultAPI is the REST base used when the configuration names none. Version
// 9 because the library speaks it on the gateway; 9 and 10 are both current.
const DefaultAPI = "https://discord.com/api/v9"

// Network is the guarded way out; *outbound.Client is one.
type Network interface {
	HTTP() *http.Client
	Once() *http.Client // for what must not be sent twice
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Inbox is where messages are written down, together with how far each channel
// was read. The mark is a small JSON object only this package understands.
type Inbox interface {
	PutInbox(ctx context.Context, account string, items []cases.InboxItem, mark string) error
	Mark(ctx context.Context, account string) (string, error)
}

// Times are the clocks of a connection; zero means the default.
type Times struct {
	Silence  time.Duration // without a byte or a heartbeat's answer for this long, the connection is replaced; 100 s
	Identify time.Duration // between two IDENTIFYs; Discord allows one in 5 s
	Pause    time.Duration // before the first reconnect, doubling up to a minute; 1 s
	Ready    time.Duration // for READY or RESUMED after connecting; 30 s
	Patience time.Duration // a rate limit longer than this is the caller's to wait for; 2 s
	Audit    time.Duration // between two looks whether channels moved on without our hearing of it; 10 min
}

func (t Times) orDefaults() Times {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&t.Silence, 100*time.Second) // two heartbeats of 41.25 s and some slack
	set(&t.Identify, 5*time.Second)
	set(&t.Pause, time.Second)
	set(&t.Ready, 30*time.Second)
	set(&t.Patience, 2*time.Second)
	set(&t.Audit, 10*time.Minute)
	return t
}

// Config says who connects and where to.
type Config struct {
	Account string // name of the connection; the inbox is kept under it
	Token   outbound.Secret
	API     string // REST base; the gateway's address comes from it. "" = DefaultAPI
	Net     Network
	Inbox   Inbox
	Log     *slog.Logger // nil = silent
	Times   Times
	History int // messages taken from a channel never read before, as history; 0 = 50
}

// Client is one bot token's connection. Make it with New, tell it what to
// watch, then Run it; everything else may be called from anywhere.
type Client struct {
	cfg  Config
	api  *url.URL
	rest *discordgo.Session
	pace *rate.Limiter

	began time.Time // when Run was called; what was said before it to a new channel is history

	mu       sync.Mutex
	lanes    map[string]chan struct{}
	watch    map[string]bool // channel → its threads too
	places   map[string]Channel
	ears     []*ear
	halted   error                // why no further call is made, for good
	marks    map[string]string    // how far each channel was read; the worker alone touches it
	audited  map[string]string    // last messages that an audit found to be nothing; the worker's too
	heard    map[string]time.Time // interactions taken, by id: Discord may send an event more than once
	blank    int                  // messages of people in a row that came without any content
	blankSet bool
	weighed  string // the newest message that was looked at for its content

	invalid    budget // answers 401, 403 and 429: Discord bans the address that collects 10,000 in 10 min
	identifies budget
	self       atomic.Pointer[User]
	allowance  atomic.Pointer[cases.Allowance]
	app        atomic.Pointer[string]
	deaf       chan struct{} // the worker found messages the gateway never told of
	acting     chan struct{} // bounds interactions under way
	actors     sync.WaitGroup
}

// clockSlack is how far Discord's clock and ours may differ.
const clockSlack = 5 * time.Second

// New makes a client. It does not connect: a platform that is down must not
// keep the program from starting.
func New(cfg Config) (*Client, error) {
	if cfg.Token.Empty() {
		return nil, fmt.Errorf("connecting %s to Discord: no token", cfg.Account)
	}
	if cfg.Net == nil {
		return nil, fmt.Errorf("connecting %s to Discord: no network", cfg.Account)
	}
	if cfg.API == "" {
		cfg.API = DefaultAPI
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.History <= 0 {
		cfg.History = 50
	}
	cfg.Times = cfg.Times.orDefaults()
	api, err := url.Parse(strings.TrimRight(cfg.API, "/"))
	if err != nil || api.Host == "" {
		return nil, fmt.Errorf("connecting %s to Discord: the API address is not a URL", cfg.Account)
	}
	c := &Client{
		cfg: cfg, api: api,
		pace:       rate.NewLimiter(40, 20), // Discord allows 50 requests a second over all routes
		lanes:      map[string]chan struct{}{},
		watch:      map[string]bool{},
		places:     map[string]Channel{},
		heard:      map[string]time.Time{},
		invalid:    budget{max: 100, per: 10 * time.Minute},
		identifies: budget{max: 200, per: 24 * time.Hour}, // Discord resets the token after 1,000 a day
		acting:     make(chan struct{}, 64),
		deaf:       make(chan struct{}, 1),
	}
	c.rest = c.session()
	return c, nil
}

// session makes a library session with its dangerous habits off.
func (c *Client) session() *discordgo.Session {
	s, _ := discordgo.New("Bot " + c.cfg.Token.Reveal()) // the error is always nil
	s.Client = c.through(c.cfg.Net.HTTP())
	s.LogLevel = -1 // it would print to the standard logger
	s.MaxRestRetries = 0
	s.ShouldRetryOnRateLimit = false
	s.ShouldReconnectOnError = false
	s.StateEnabled = false
	s.SyncEvents = true // one event after another, in the order they came
	s.Compress = false
	s.UserAgent = "DiscordBot (https://github.com/bwmarrin/discordgo, v" + discordgo.VERSION + ") rasid"
	s.Identify.Intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages | discordgo.IntentsMessageContent
	return s
}

// Account is the name the inbox of this connection is kept under.
func (c *Client) Account() string { return c.cfg.Account }

// Watch adds a channel whose messages are written down, with or without its
// threads. Call it before Run.
func (c *Client) Watch(channel string, threads bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watch[channel] = c.watch[channel] || threads
}

// Self is the bot's own user, known after the first READY or a call of Me.
func (c *Client) Self() (User, bool) {
	if u := c.self.Load(); u != nil {
		return *u, true
	}
	return User{}, false
}

// ErrHalted says that Discord rejected the token, or the way we connect, for
// good: nothing more is tried until a person changes the set-up.
var ErrHalted = errors.New("stopped until the set-up changes")

// Halted says why nothing more is tried, or nil.
func (c *Client) Halted() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.halted
}

// halt stops every further call. The first reason stays.
func (c *Client) halt(why string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.halted == nil {
		c.halted = fmt.Errorf("%s: %w: %w", why, ErrHalted, cases.ErrRefused)
	}
	return c.halted
}

// budget counts events in a sliding window.
type budget struct {
	mu   sync.Mutex
	max  int
	per  time.Duration
	past []time.Time
}

// spend counts one event.
func (b *budget) spend(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.prune(now)
	b.past = append(b.past, now)
}

// wait is how long until one more event fits; 0 = now.
func (b *budget) wait(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.prune(now)
	if len(b.past) < b.max {
		return 0
	}
	return b.past[len(b.past)-b.max].Add(b.per).Sub(now)
}

// last is when the latest event happened.
func (b *budget) last() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.past) == 0 {
		return time.Time{}
	}
	return b.past[len(b.past)-1]
}

func (b *budget) prune(now time.Time) {
	for len(b.past) > 0 && now.Sub(b.past[0]) >= b.per {
		b.past = b.past[1:]
	}
}

// Package telegram speaks the Telegram Bot API: one Client per bot token, one
// Connection that reads its updates. Listening and speaking share both,
// because Telegram hands each update to one reader only.
//
// The library underneath serves as transport; its update channel is not used,
// because it confirms updates before anybody has stored them, and neither is
// its own HTTP client, because its errors repeat the token.
package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"rasid/internal/outbound"
)

// DefaultAPI is Telegram's own server.
const DefaultAPI = "https://api.telegram.org"

// placeholder stands for the token in every address until the last step, so
// that no error and no log line can show it.
const placeholder = "rasid-token"

// Config says which bot speaks, and through which server.
type Config struct {
	Token outbound.Secret
	API   string // base address of the server; empty = DefaultAPI

	PerMinute int              // posts per group and minute; 0 = 20, which Telegram documents
	Poll      time.Duration    // how long one poll waits; 0 = 50 s, the most the server allows
	Pause     time.Duration    // first pause after a failed poll, doubled each time; 0 = 1 s
	Now       func() time.Time // nil = time.Now
}

// Network opens connections; *outbound.Client is one.
type Network interface {
	Once() *http.Client                      // for what must not happen twice
	HTTPWithin(d time.Duration) *http.Client // for everything else
}

// Client is one bot. It is made without touching the network, so that the
// program starts while Telegram is down, and is safe for concurrent use.
type Client struct {
	cfg      Config
	endpoint string
	once     *http.Client // public replies: no kept-alive connection
	pooled   *http.Client
	poll     *http.Client
	redactor *outbound.Redactor
	log      *slog.Logger
	pace     *pace

	mu      sync.Mutex
	me      User
	moved   map[int64]int64 // basic groups that became supergroups
	refused error           // the token is not valid: nothing is sent any more
	status  Status
}

// Status is what the connection knows of itself.
type Status struct {
	LastOK    time.Time // last poll that was answered
	LastError string    // "" after a good poll
	Conflict  bool      // another program polls with the same token
	Over      bool      // the token is not valid: nothing is read any more
}

// New makes the client of one bot.
func New(cfg Config, network Network, log *slog.Logger) *Client {
	if cfg.API == "" {
		cfg.API = DefaultAPI
	}
	if cfg.PerMinute == 0 {
		cfg.PerMinute = 20
	}
	if cfg.Poll <= 0 {
		cfg.Poll = 50 * time.Second
	}
	if cfg.Pause <= 0 {
		cfg.Pause = time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	with := func(hc *http.Client) *http.Client {
		hc = outbound.WithToken(hc, placeholder, cfg.Token)
		// Telegram never redirects; whoever does must not see the request.
		hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		return hc
	}
	return &Client{
		cfg:      cfg,
		endpoint: strings.ReplaceAll(strings.TrimRight(cfg.API, "/"), "%", "%%") + "/bot%s/%s",
		once:     with(network.Once()),
		pooled:   with(network.HTTPWithin(20 * time.Second)),
		poll:     with(network.HTTPWithin(cfg.Poll + 15*time.Second)),
		redactor: outbound.NewRedactor(cfg.Token),
		log:      log,
		pace:     newPace(cfg.PerMinute),
		moved:    map[int64]int64{},
	}
}

// BotID is the bot's own user id, which every token begins with. It is 0 for
// what is not a token.
func (c *Client) BotID() int64 {
	id, _, _ := strings.Cut(c.cfg.Token.Reveal(), ":")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Status tells how the connection stands.
func (c *Client) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

// Now is the client's clock.
func (c *Client) Now() time.Time { return c.cfg.Now() }

// Current returns the id under which a chat is reached today: a basic group
// that became a supergroup has a new one.
func (c *Client) Current(chat int64) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range len(c.moved) { // bounded: a circle in what Telegram said must not hang us
		next, ok := c.moved[chat]
		if !ok {
			break
		}
		chat = next
	}
	return chat
}

// Move records that a chat has a new id. It reports whether that was news.
func (c *Client) Move(from, to int64) bool {
	if from == 0 || to == 0 || from == to {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved[from] == to {
		return false
	}
	c.moved[from] = to
	return true
}

// Moves returns every chat id that was replaced.
func (c *Client) Moves() map[int64]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.moved)
}

// call is one request of the Bot API.
type call struct {
	method string
	params tgbotapi.Params
	files  []tgbotapi.RequestFile
	chat   int64        // the chat it goes to; 0 when none
	client *http.Client // nil = pooled
	counts bool         // it counts against the chat's pace
	probe  bool         // ask although the token was refused before, as a doctor does
}

// do makes one request and decodes its result into out. Its errors are
// classified: see fail.
func (c *Client) do(ctx context.Context, k call, out any) error {
	if err := c.tokenRefused(); err != nil && !k.probe {
		return notSent(k.method, err)
	}
	if k.client != c.poll && k.chat != 0 {
		if wait := c.pace.take(k.chat, c.cfg.Now(), k.counts); wait > 0 {
			return later(k.method, wait, errPace)
		}
	}
	if k.client == nil {
		k.client = c.pooled
	}
	x := newExchange(ctx, k.client)
	bot := tgbotapi.BotAPI{Token: placeholder, Client: x}
	bot.SetAPIEndpoint(c.endpoint)
	var resp *tgbotapi.APIResponse
	var err error
	if len(k.files) > 0 {
		resp, err = bot.UploadFiles(k.method, k.params, k.files)
	} else {
		resp, err = bot.MakeRequest(k.method, k.params)
	}
	if err == nil {
		if err = json.Unmarshal(resp.Result, out); err != nil {
			err = fmt.Errorf("%s: reading the answer: %w", k.method, err)
		}
		return c.redactor.Error(err)
	}
	return c.fail(k, x, err)
}

// checkAPI reports what is wrong with the address of a Bot API server.
func checkAPI(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return errors.New("not an address")
	case u.Scheme != "https" && u.Scheme != "http":
		return errors.New("the address must begin with https:// or http://")
	case u.Host == "":
		return errors.New("the address names no host")
	case strings.Contains(u.Path, "/bot"):
		return errors.New("the address must end before /bot<token>")
	}
	return nil
}

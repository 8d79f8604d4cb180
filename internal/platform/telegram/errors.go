package telegram

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"rasid/internal/cases"
)

// Errors that callers tell apart.
var (
	// ErrToken says that Telegram does not know the bot's token. The client
	// sends nothing more until the program is started with a good one.
	ErrToken = errors.New("telegram does not accept the bot's token")
	// ErrConflict says that another program polls with the same token.
	ErrConflict = errors.New("another program uses this bot's token")

	errPace = errors.New("our own limit of posts per minute")
)

// Bounds for the pause a 429 asks for: servers have been seen to ask for 0 and
// for years.
const (
	minPause     = time.Second
	maxPause     = time.Hour
	unknownPause = 30 * time.Second
)

// Error is a refusal in Telegram's own words, which are untrusted text.
type Error struct {
	Method      string
	Code        int
	Description string
}

// Error says what was asked and what Telegram said.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %d %s", e.Method, e.Code, e.Description)
}

// Says reports whether err is a refusal whose words contain part.
func Says(err error, part string) bool {
	var e *Error
	return errors.As(err, &e) && strings.Contains(strings.ToLower(e.Description), strings.ToLower(part))
}

// fail classifies a failed call. Only what is proven becomes
// cases.ErrNotSent or cases.ErrRefused; anything else stays unknown:
//
//	no connection came about          not sent
//	429; the group has a new id       not sent, come back later
//	another 4xx in Telegram's words   refused
//	5xx, a lost or unreadable answer  unknown
func (c *Client) fail(k call, x *exchange, err error) error {
	var refusal *tgbotapi.Error
	switch {
	case errors.As(err, &refusal):
		return c.refuse(k, x, refusal)
	case x.status == http.StatusTooManyRequests:
		// The status alone proves it, whatever the body looks like.
		c.pace.hold(k.chat, c.cfg.Now().Add(unknownPause))
		return later(k.method, unknownPause, nil)
	case errors.Is(err, cases.ErrNotSent):
		return notSent(k.method, c.redactor.Error(err))
	}
	return fmt.Errorf("%s: %w", k.method, c.redactor.Error(err))
}

// refuse classifies what Telegram itself said.
func (c *Client) refuse(k call, x *exchange, said *tgbotapi.Error) error {
	code := said.Code
	if code == 0 { // uploads lose it in the library
		code = x.status
	}
	e := &Error{Method: k.method, Code: code, Description: c.redactor.String(said.Message)}
	switch {
	case said.MigrateToChatID != 0:
		if c.Move(k.chat, said.MigrateToChatID) {
			c.log.Info("group became a supergroup", "chat", k.chat, "now", said.MigrateToChatID)
		}
		return &cases.LaterError{After: minPause, Err: e}
	case code == http.StatusTooManyRequests || said.RetryAfter != 0:
		pause := min(max(time.Duration(min(said.RetryAfter, 1<<20))*time.Second, minPause), maxPause)
		c.pace.hold(k.chat, c.cfg.Now().Add(pause))
		return &cases.LaterError{After: pause, Err: e}
	case badToken(e):
		err := fmt.Errorf("%w: %w", ErrToken, e)
		c.setRefused(err)
		return fmt.Errorf("%w: %w", cases.ErrRefused, err)
	case code >= 400 && code < 500:
		return fmt.Errorf("%w: %w", cases.ErrRefused, e)
	}
	return e // 5xx: it may have happened
}

// badToken reports whether Telegram does not know the bot: 401 for a token
// that was revoked, a bare 404 for what does not look like one.
func badToken(e *Error) bool {
	return e.Code == http.StatusUnauthorized || e.Code == http.StatusNotFound && e.Description == "Not Found"
}

func (c *Client) tokenRefused() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused
}

func (c *Client) setRefused(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = err
}

// notSent says that a call never left. It is refused for good when the reason
// is the token.
func notSent(method string, err error) error {
	if errors.Is(err, ErrToken) {
		return fmt.Errorf("%s: %w: %w", method, cases.ErrRefused, err)
	}
	if errors.Is(err, cases.ErrNotSent) {
		return fmt.Errorf("%s: %w", method, err)
	}
	return fmt.Errorf("%s: %w: %w", method, cases.ErrNotSent, err)
}

func later(method string, after time.Duration, err error) error {
	if err == nil {
		err = errors.New("429 too many requests")
	}
	return &cases.LaterError{After: after, Err: fmt.Errorf("%s: %w", method, err)}
}

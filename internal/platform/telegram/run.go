package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v4"
	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// allowed lists the kinds of updates that are asked for. Telegram remembers
// the last list, so it is always sent.
const allowed = `["message","edited_message","channel_post","edited_channel_post","callback_query","my_chat_member"]`

// maxConflicts is how many polls in a row another program may end before Run
// steps aside for conflictPauses first pauses (5 minutes): two programs that end each
// other's polls lose more than one that waits. A few conflicts are normal
// while an old process is still going.
const (
	maxConflicts   = 6
	conflictPauses = 300
)

// Handler takes what the poll loop reads.
type Handler interface {
	// Begin returns the offset to ask from: the first update not yet handled.
	Begin(ctx context.Context) (offset int64, err error)
	// Handle returns the offset to ask from next. Updates before it are
	// confirmed to Telegram, and gone there, so they must be on disk. An error
	// makes the loop pause; the updates come again.
	Handle(ctx context.Context, updates []Update) (offset int64, err error)
}

// Run reads updates until ctx ends, and returns nil then. It survives
// Telegram being down and another program polling with the same token, which
// Status tells; it gives up, with ErrToken, when the token is not valid.
func (c *Client) Run(ctx context.Context, h Handler) error {
	pause := backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(c.cfg.Pause), backoff.WithMaxInterval(60*c.cfg.Pause), backoff.WithMaxElapsedTime(0))
	var offset int64
	begun, conflicts := false, 0
	for ctx.Err() == nil {
		err := func() (err error) {
			if !begun {
				if offset, err = h.Begin(ctx); err != nil {
					return fmt.Errorf("reading where the poll stopped: %w", err)
				}
				begun = true
			}
			updates, err := c.getUpdates(ctx, offset)
			if err != nil {
				return err
			}
			conflicts = 0
			offset, err = h.Handle(ctx, updates)
			return err
		}()
		if ctx.Err() != nil {
			break
		}
		c.note(err)
		if err == nil {
			pause.Reset()
			continue
		}
		if errors.Is(err, ErrToken) {
			return fmt.Errorf("polling telegram: %w", err)
		}
		wait := pause.NextBackOff()
		if errors.Is(err, ErrConflict) {
			if conflicts++; conflicts >= maxConflicts {
				c.log.Error("another program uses this bot's token: stop it, or get a new token", "pause", conflictPauses*c.cfg.Pause)
				conflicts, wait = 0, conflictPauses*c.cfg.Pause
			}
		}
		if asked, ok := errors.AsType[*cases.LaterError](err); ok {
			wait = asked.After
		}
		c.log.Warn("poll did not succeed", "error", err, "pause", wait)
		_ = outbound.Pause(ctx, wait) // the loop looks at ctx itself
	}
	return nil
}

// getUpdates polls once. Each update is decoded on its own, so that one that
// cannot be read does not hold up the rest.
func (c *Client) getUpdates(ctx context.Context, offset int64) ([]Update, error) {
	params := tgbotapi.Params{
		"timeout":         strconv.Itoa(int(c.cfg.Poll / time.Second)),
		"limit":           "100",
		"allowed_updates": allowed,
	}
	if offset > 0 { // a negative offset would throw the queue away
		params["offset"] = strconv.FormatInt(offset, 10)
	}
	var raw []json.RawMessage
	err := c.do(ctx, call{method: "getUpdates", params: params, client: c.poll}, &raw)
	var refusal *Error
	if errors.As(err, &refusal) && refusal.Code == http.StatusConflict {
		return nil, fmt.Errorf("%w: %w", ErrConflict, err)
	}
	if err != nil {
		return nil, err
	}
	updates := make([]Update, 0, len(raw))
	for _, r := range raw {
		updates = append(updates, ParseUpdate(r))
	}
	return updates, nil
}

// note keeps the outcome of a poll for Status.
func (c *Client) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.status.LastError = err.Error()
		c.status.Conflict, c.status.Over = errors.Is(err, ErrConflict), errors.Is(err, ErrToken)
		return
	}
	c.status = Status{LastOK: c.cfg.Now()}
}

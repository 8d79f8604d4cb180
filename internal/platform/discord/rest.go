package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// Error is what Discord answered instead of doing what was asked. Answers that
// are final wrap cases.ErrRefused; a 5xx wraps nothing: nobody knows.
type Error struct {
	Status int    // HTTP status
	Code   int    // Discord's own number, e.g. 50013
	Text   string // Discord's words
}

// Codes of Discord's errors that the adapters tell apart.
const (
	CodeUnknownChannel     = 10003
	CodeUnknownMessage     = 10008
	CodeMissingAccess      = 50001
	CodeMissingPermissions = 50013
)

// Error says what Discord answered.
func (e *Error) Error() string {
	if e.Code != 0 || e.Text != "" {
		return fmt.Sprintf("Discord answered %d: %s (%d)", e.Status, e.Text, e.Code)
	}
	return fmt.Sprintf("Discord answered %d", e.Status)
}

// Unwrap makes a final answer a cases.ErrRefused.
func (e *Error) Unwrap() error {
	switch e.Status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
		http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return cases.ErrRefused
	}
	return nil
}

// IsCode reports whether err is Discord's error of that number.
func IsCode(err error, code int) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// call is one REST request.
type call struct {
	method, path string
	lane         string // its rate-limit bucket; calls of one lane go one after another
	body         any    // encoded as JSON; nil = none
	raw          []byte // instead of body, with kind
	kind         string // content type of raw
	once         bool   // creates something in public: a fresh connection, so that "not sent" can be proven
}

// do makes one request and decodes its answer into out, which may be nil. It
// never repeats. An error wraps cases.ErrNotSent when no byte can have left,
// is a *cases.LaterError when Discord or our own limits ask to wait, wraps
// cases.ErrRefused when the answer is final, and means "unknown" otherwise.
func (c *Client) do(ctx context.Context, r call, out any) error {
	release, err := c.enter(ctx, r.lane)
	if err != nil {
		return err
	}
	defer release()

	raw, kind := r.raw, r.kind
	if raw == nil && r.body != nil {
		kind = "application/json"
		if raw, err = json.Marshal(r.body); err != nil {
			return fmt.Errorf("encoding a request: %w: %w", cases.ErrNotSent, err)
		}
	}
	hc := c.rest.Client
	if r.once {
		hc = c.through(c.cfg.Net.Once())
	}
	actx, a := withAttempt(ctx)
	answer, err := c.rest.RequestRaw(r.method, discordgo.EndpointAPI+r.path, kind, raw, r.lane, 0,
		discordgo.WithContext(actx), discordgo.WithClient(hc),
		discordgo.WithRestRetries(0), discordgo.WithRetryOnRatelimit(false))
	if err = c.judge(r, a, err); err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("reading Discord's answer: %w", err)
	}
	return nil
}

// enter waits for the lane's turn within our patience. The library would sleep
// through a rate limit deaf to the context; here the caller is told to come
// back instead.
func (c *Client) enter(ctx context.Context, lane string) (func(), error) {
	if err := c.Halted(); err != nil {
		return nil, err
	}
	if wait := c.invalid.wait(time.Now()); wait > 0 {
		return nil, &cases.LaterError{After: wait, Err: errors.New("too many requests were refused; holding back before Discord bans this address")}
	}
	c.mu.Lock()
	gate := c.lanes[lane]
	if gate == nil {
		gate = make(chan struct{}, 1)
		c.lanes[lane] = gate
	}
	c.mu.Unlock()
	select {
	case gate <- struct{}{}:
	case <-ctx.Done():
		return nil, notSent(ctx.Err())
	}
	release := func() { <-gate }
	if err := c.await(ctx, lane); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// await waits until the lane's bucket and the global pace let a request go.
func (c *Client) await(ctx context.Context, lane string) error {
	b := c.rest.Ratelimiter.GetBucket(lane)
	for {
		b.Lock()
		wait := c.rest.Ratelimiter.GetWaitTime(b, 1)
		b.Unlock()
		if wait <= 0 {
			break
		}
		if wait > c.cfg.Times.Patience {
			return &cases.LaterError{After: wait}
		}
		if err := outbound.Pause(ctx, wait); err != nil {
			return notSent(err)
		}
	}
	if err := c.pace.Wait(ctx); err != nil {
		return notSent(err)
	}
	return nil
}

// judge turns what the library said, and what the seam saw, into one of our
// errors.
func (c *Client) judge(r call, a *attempt, err error) error {
	switch {
	case a.status == http.StatusUnauthorized && !strings.HasPrefix(r.path, "webhooks/"): // there it is the interaction's token that expired
		c.invalid.spend(time.Now())
		return c.halt("Discord does not accept the token (401). Copy a fresh one from the Developer Portal, Bot, Reset Token")
	case a.status == http.StatusTooManyRequests:
		if a.scope != "shared" { // those do not count against us
			c.invalid.spend(time.Now())
		}
		after := a.after
		var limit *discordgo.RateLimitError
		if errors.As(err, &limit) && limit.RateLimit != nil && limit.TooManyRequests != nil {
			after = max(after, min(limit.RetryAfter, maxWait))
		}
		return &cases.LaterError{After: max(after, minWait)}
	case err == nil:
		return nil
	case a.status == http.StatusForbidden:
		c.invalid.spend(time.Now())
	}
	if answered, ok := errors.AsType[*discordgo.RESTError](err); ok {
		return explain(answered)
	}
	if a.status >= 300 {
		return &Error{Status: a.status}
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if a.status == 0 && !a.reached.Load() {
		return notSent(err)
	}
	return fmt.Errorf("asking Discord: %w", err)
}

func notSent(err error) error {
	if errors.Is(err, cases.ErrNotSent) {
		return fmt.Errorf("asking Discord: %w", err)
	}
	return fmt.Errorf("asking Discord: %w: %w", cases.ErrNotSent, err)
}

// explain reads Discord's error body: a message, a number and, for a form it
// did not like, which field.
func explain(r *discordgo.RESTError) *Error {
	e := &Error{Status: r.Response.StatusCode}
	var body struct {
		Code    int             `json:"code"`
		Message string          `json:"message"`
		Errors  json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(r.ResponseBody, &body) != nil {
		return e // an HTML page of a proxy, for one
	}
	e.Code, e.Text = body.Code, shorten(body.Message, 200)
	if field, words := firstFault(body.Errors, "", 0); words != "" {
		e.Text += ": " + shorten(strings.TrimPrefix(field, ".")+": "+words, 200)
	}
	return e
}

// firstFault finds the first "_errors" list in a form error.
func firstFault(raw json.RawMessage, path string, depth int) (field, words string) {
	var node map[string]json.RawMessage
	if depth > 8 || json.Unmarshal(raw, &node) != nil {
		return "", ""
	}
	var list []struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(node["_errors"], &list) == nil && len(list) > 0 {
		return path, list[0].Message
	}
	for k, v := range node {
		if f, w := firstFault(v, path+"."+k, depth+1); w != "" {
			return f, w
		}
	}
	return "", ""
}

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

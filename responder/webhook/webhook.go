// Package webhook hands approved replies to another program, which posts them:
// an automation service, a shop's own system. Messages are signed as Standard
// Webhooks 1.0.0 describes.
//
// The receiver answers 2xx with {"id": "…", "url": "…"} once the reply stands.
// Anything else that is not a clear refusal leaves the outcome unknown, because
// the receiver may have acted.
package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/webhook"
	"rasid/responder"
)

// ReplyConfig is one receiver as config.yaml describes it.
type ReplyConfig struct {
	// URL is where approved replies are sent.
	URL string `yaml:"url"`
	// Secret is the key both sides know: whsec_ and 24 to 64 bytes in base64,
	// as `openssl rand -base64 32` makes them.
	Secret outbound.Secret `yaml:"secret"`
	// MaxLength is the longest reply the receiver can post, in letters.
	MaxLength int `yaml:"max_length"`
	// Repeatable says that the receiver acts once on each webhook-id, however
	// often it comes: then a lost answer is asked for again instead of being
	// left to a person.
	Repeatable bool `yaml:"repeatable"`
}

// DefaultReplyConfig returns the settings that a part of config.yaml starts
// from.
func DefaultReplyConfig() ReplyConfig { return ReplyConfig{MaxLength: 2000} }

// Check lists every mistake in c.
func (c ReplyConfig) Check() []cases.Fault {
	var faults cases.Faults
	if u, ok := cases.WebAddress(c.URL); !ok || u.User != nil {
		faults.Add("url", "is not an address", "where replies are sent, such as https://shop.example/replies")
	}
	if _, err := webhook.ReadKeys(c.Secret); err != nil {
		faults.Add("secret", "is "+err.Error(), `secret: "${HOOK_SECRET}", holding whsec_ and what openssl rand -base64 32 prints`)
	}
	if c.MaxLength < 1 {
		faults.Add("max_length", "lets nothing pass", "1 or more letters")
	}
	return faults
}

// Replier sends replies to one receiver.
type Replier struct {
	cfg  ReplyConfig
	keys webhook.Keys
	net  *outbound.Client
	now  func() time.Time
}

var _ responder.Replier = (*Replier)(nil)

// New makes a Replier.
func New(c ReplyConfig, client *outbound.Client, now func() time.Time) (*Replier, error) {
	if err := cases.SetUp("the webhook", c.Check()); err != nil {
		return nil, err
	}
	keys, err := webhook.ReadKeys(c.Secret)
	if err != nil {
		return nil, fmt.Errorf("setting up the webhook: %w", err)
	}
	return &Replier{cfg: c, keys: keys, net: client, now: now}, nil
}

// Message is what the receiver gets.
type Message struct {
	Type    string  `json:"type"`  // reply.approved
	Case    int64   `json:"case"`  // number of the case
	Draft   int     `json:"draft"` // version that was approved
	Text    string  `json:"text"`  // exactly what was approved
	Mention Mention `json:"mention"`
}

// Mention is what the reply answers.
type Mention struct {
	Source  string `json:"source"`
	ID      string `json:"id"`
	Thread  string `json:"thread,omitempty"`
	ReplyTo string `json:"reply_to"`
	URL     string `json:"url,omitempty"`
	Author  string `json:"author,omitempty"`
}

// receipt is what the receiver answers.
type receipt struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

const (
	// maxAnswer bounds what is read of an answer.
	maxAnswer = 64 << 10
	// sameIDTries bounds how often a repeatable message is sent again; fewer
	// than the attempts after which the outbox gives up, so that a lost answer
	// never ends as a refusal.
	sameIDTries = 4
)

// Reply sends the approved text, once.
func (p *Replier) Reply(ctx context.Context, r cases.Reply) (cases.Receipt, error) {
	if err := p.postable(r); err != nil {
		return cases.Receipt{}, fmt.Errorf("sending to the webhook: %w: %w", cases.ErrRefused, err)
	}
	m := r.Mention
	body, err := json.Marshal(Message{Type: "reply.approved", Case: r.Case, Draft: r.Draft, Text: r.Text,
		Mention: Mention{Source: m.Source, ID: m.ID, Thread: m.Thread, ReplyTo: m.ReplyTo, URL: m.URL, Author: m.Author}})
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("writing the message: %w: %w", cases.ErrRefused, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return cases.Receipt{}, fmt.Errorf("sending to the webhook: %w: not an address", cases.ErrRefused)
	}
	req.Header.Set("Content-Type", "application/json")
	p.keys.Sign(req.Header, ID(r), p.now(), body)
	got, err := p.send(ctx, req)
	if err != nil {
		err = fmt.Errorf("sending to the webhook: %w", err)
		if p.cfg.Repeatable && cases.OutcomeOf(err) == cases.WasUnknown && r.Attempt < sameIDTries {
			return cases.Receipt{}, &cases.LaterError{After: 5 * time.Second, Err: err}
		}
		return cases.Receipt{}, err
	}
	return cases.Receipt{ID: got.ID, URL: got.URL, At: p.now()}, nil
}

// ID is the webhook-id of a reply: the same at each attempt, so that the
// receiver can recognise a repetition, and another for other words, so that a
// second installation with case numbers of its own cannot be taken for one.
func ID(r cases.Reply) string {
	return "rasid_" + strings.ReplaceAll(r.Key, "/", "_") + "_" + cases.HashReply(r.Mention.Source, r.Mention.ID, r.Text)[:16]
}

// postable refuses what nobody should get and what JSON would change.
func (p *Replier) postable(r cases.Reply) error {
	if r.Mention.ReplyTo == "" {
		return errors.New("nobody knows what it answers")
	}
	if err := responder.Postable(r); err != nil {
		return err
	}
	return p.Fits(r.Text)
}

// send makes one attempt and reads what is known afterwards.
func (p *Replier) send(ctx context.Context, req *http.Request) (receipt, error) {
	resp, err := p.net.DoOnce(ctx, req)
	if err != nil {
		return receipt{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	status := fmt.Errorf("answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests:
		wait := max(outbound.RetryAfter(resp.Header.Get("Retry-After"), p.now()), time.Second)
		return receipt{}, &cases.LaterError{After: wait, Err: status}
	case code >= 300 && code < 500 && code != http.StatusRequestTimeout && code != http.StatusConflict:
		// A redirect is not followed: the text would go where nobody said.
		return receipt{}, fmt.Errorf("%w: %w", cases.ErrRefused, status)
	case code < 200 || code > 299:
		return receipt{}, status
	case err != nil:
		return receipt{}, fmt.Errorf("reading the answer: %w", err)
	}
	var got receipt
	if json.Unmarshal(body, &got) != nil || got.ID == "" || len(got.ID) > 500 {
		return receipt{}, errors.New(`the answer is not {"id": "…"}, so nobody knows whether it stands`)
	}
	if _, ok := cases.WebAddress(got.URL); !ok {
		got.URL = ""
	}
	return got, nil
}

// Fits says by how many letters a text is too long.
func (p *Replier) Fits(text string) error {
	if n := utf8.RuneCountInString(text); n > p.cfg.MaxLength {
		return fmt.Errorf("%d letters, %d more than the %d allowed", n, n-p.cfg.MaxLength, p.cfg.MaxLength)
	}
	return nil
}

// Doctor says what it can without sending anything: the address is one that
// may be reached.
func (p *Replier) Doctor(context.Context) []cases.Advice {
	u, err := p.net.CheckURL(p.cfg.URL)
	switch {
	case err != nil:
		return []cases.Advice{{What: "webhook", Fix: fmt.Sprintf("%v: list the host under network: allow: if it is on your own network", err)}}
	case u.Scheme == "http":
		return []cases.Advice{{What: "webhook to " + u.Host, Fix: "replies travel unencrypted; write https:// unless the receiver is on this machine"}}
	}
	return []cases.Advice{{OK: true, What: "webhook to " + u.Host + " (not tried: nothing is sent before it is approved)"}}
}

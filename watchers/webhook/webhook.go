// Package webhook takes mentions that other programs send: an automation
// service, a shop's own app, a survey. Messages are signed as Standard Webhooks
// 1.0.0 describes, are written to the inbox before they are answered, and a
// message that is sent again is stored once.
package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/webhook"
	"rasid/watchers"
)

// Config is one door for programs as config.yaml describes it.
type Config struct {
	// Secret is the key both sides know: whsec_ and 24 to 64 bytes in base64,
	// as `openssl rand -base64 32` makes them. While one is being replaced,
	// write both, parted by a space.
	Secret outbound.Secret `yaml:"secret"`
	// Listen is an address of its own, such as 127.0.0.1:7879. Left out,
	// messages are taken at /hook/NAME on the address of the local page.
	Listen string `yaml:"listen"`
	// Dedicated says that all of it is said to us.
	Dedicated bool `yaml:"dedicated"`
}

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if _, err := webhook.ReadKeys(c.Secret); err != nil {
		faults.Add("secret", "is "+err.Error(), `secret: "${HOOK_SECRET}", holding whsec_ and what openssl rand -base64 32 prints`)
	}
	if c.Listen != "" {
		if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "" {
			faults.Add("listen", "is not an address", "127.0.0.1:7879, or leave it out")
		}
	}
	return faults
}

// Inbox is where messages are kept from the moment they are answered.
type Inbox interface {
	watchers.Inbox
	PutInbox(ctx context.Context, account string, items []cases.InboxItem, mark string) error
}

// Source is one door: ServeHTTP takes messages in, Poll reads them.
type Source struct {
	cfg   Config
	name  string
	keys  webhook.Keys
	inbox Inbox
	now   func() time.Time
}

var (
	_ watchers.Source = (*Source)(nil)
	_ watchers.Doctor = (*Source)(nil)
)

// New makes the source that config.yaml calls name.
func New(c Config, name string, inbox Inbox, now func() time.Time) (*Source, error) {
	if err := cases.SetUp(name, c.Check()); err != nil {
		return nil, err
	}
	keys, err := webhook.ReadKeys(c.Secret)
	if err != nil {
		return nil, fmt.Errorf("setting up %s: %w", name, err)
	}
	return &Source{cfg: c, name: name, keys: keys, inbox: inbox, now: now}, nil
}

// Listen is the source's own address; "" when it shares the page's.
func (s *Source) Listen() string { return s.cfg.Listen }

// account is the source's name in the inbox, apart from those of bots.
func (s *Source) account() string { return "webhook/" + s.name }

// perPage bounds one page of messages; each holds at most maxMentions.
const perPage = 50

// cursor is a position in the inbox.
type cursor struct {
	V   int   `json:"v"`
	Seq int64 `json:"seq"`
}

// Poll reads the messages that came after the cursor.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	at := cursor{V: 1}
	var page cases.Page
	if after != "" {
		if err := json.Unmarshal([]byte(after), &at); err != nil || at.V != 1 || at.Seq < 0 {
			// From the start of the inbox: what is known is recognised.
			at, page.Gap = cursor{V: 1}, watchers.PlaceLost
		}
	}
	items, err := s.inbox.Inbox(ctx, s.account(), at.Seq, perPage)
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading the messages of %s: %w", s.name, err)
	}
	if err := ctx.Err(); err != nil {
		return cases.Page{}, fmt.Errorf("reading the messages of %s: %w", s.name, err)
	}
	for _, it := range items {
		at.Seq = it.Seq
		entries, faults := read(it.Body, it.At)
		if len(faults) > 0 { // it was accepted by another version of the program
			page.Gap = fmt.Sprintf("message %.80q can no longer be read: %s %s", it.Key, faults[0].Field, faults[0].Problem)
			continue
		}
		for _, m := range entries {
			m.Source, m.Direct = s.name, s.cfg.Dedicated
			if m.ReplyTo == "" {
				m.ReplyTo = m.ID
			}
			page.Mentions = append(page.Mentions, m)
		}
	}
	page.More = len(items) == perPage
	return watchers.EndAt(page, s.name, at)
}

// Doctor cannot see who should be sending; it says where to send.
func (s *Source) Doctor(context.Context) []watchers.Advice {
	where := "/hook/" + s.name + " on the page's address"
	if s.cfg.Listen != "" {
		where = s.cfg.Listen + "/hook/" + s.name
	}
	return []watchers.Advice{{OK: true, What: fmt.Sprintf("takes signed messages at %s (keys: %d)", where, len(s.keys))}}
}

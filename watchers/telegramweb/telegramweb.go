// Package telegramweb reads public Telegram channels through the previews that
// t.me shows to everybody. No account is needed. The previews are no API: they
// show channels and not groups, change without notice, and must be read
// gently. Edits are seen while a message is among those shown; deletions are
// not.
package telegramweb

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/watchers"
)

// Config is which channels to read as config.yaml describes it.
type Config struct {
	// Channels are the names of public channels, without @ and without t.me.
	Channels []string `yaml:"channels"`
	// Every is how often to look.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes.
	MaxAge time.Duration `yaml:"max_age"`
	// SiteURL is the address of the previews.
	SiteURL string `yaml:"site_url"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
// RSS-Bridge, which reads the same pages, keeps them for an hour.
func DefaultConfig() Config {
	return Config{Every: time.Hour, MaxAge: 168 * time.Hour, SiteURL: "https://t.me"}
}

// channelName is what Telegram allows.
var channelName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{3,31}$`)

const maxChannels = 20

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if len(c.Channels) == 0 || len(c.Channels) > maxChannels {
		faults.Add("channels", fmt.Sprintf("needs 1 to %d names", maxChannels), "channels: [riyadh_food]")
	}
	for _, name := range c.Channels {
		if !channelName.MatchString(name) {
			faults.Add("channels", fmt.Sprintf("%.40q is not the name of a channel", name), "the name behind t.me/, without @")
		}
	}
	faults = append(faults, watchers.CheckPace(c.Every, 30*time.Minute, c.MaxAge, "pages that are no API")...)
	return append(faults, watchers.CheckAddress("site_url", c.SiteURL, "https://t.me")...)
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	return watchers.Spots("channels", "", watchers.Lower(c.Channels))
}

// Source is some public channels.
type Source struct {
	cfg  Config
	name string
	net  *outbound.Client
	now  func() time.Time
}

var (
	_ watchers.Source = (*Source)(nil)
	_ watchers.Doctor = (*Source)(nil)
)

// New makes the source that config.yaml calls name.
func New(c Config, name string, client *outbound.Client, now func() time.Time) (*Source, error) {
	if err := cases.SetUp(name, c.Check()); err != nil {
		return nil, err
	}
	return &Source{cfg: c, name: name, net: client, now: now}, nil
}

// maxPages bounds one look at a channel: a page shows about 20 messages.
const maxPages = 5

// maxPage bounds a page; real ones are a tenth of it.
const maxPage = 2 << 20

// Poll reads what the channels said since the cursor, and what they changed
// among the messages still shown.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	l := watchers.Lists{Now: s.now(), MaxAge: s.cfg.MaxAge, Again: watchers.Again{Reach: 14 * 24 * time.Hour}}
	for _, channel := range s.cfg.Channels {
		l.Lists = append(l.Lists, watchers.List{Name: channel, Pages: maxPages, Read: func(ctx context.Context, _ time.Time, before string) ([]cases.Mention, string, error) {
			return s.page(ctx, channel, before)
		}})
	}
	page, err := l.Poll(ctx, after)
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading Telegram channels for %s: %w", s.name, err)
	}
	return page, nil
}

// page reads one page of a channel, the newest first; before is the number of
// the oldest message of the page before it.
func (s *Source) page(ctx context.Context, channel, before string) (out []cases.Mention, next string, err error) {
	address := strings.TrimRight(s.cfg.SiteURL, "/") + "/s/" + channel
	if before != "" {
		address += "?before=" + before
	}
	got, err := s.net.Get(ctx, outbound.Request{URL: address, MaxBytes: maxPage, Header: http.Header{"Accept": {"text/html"}, "Accept-Language": {"en"}}})
	if err != nil {
		return nil, "", fmt.Errorf("t.me/s/%s: %w", channel, err)
	}
	posts, err := read(got.Body, channel)
	if err != nil {
		return nil, "", fmt.Errorf("t.me/s/%s: %w", channel, err)
	}
	for _, p := range slices.Backward(posts) {
		out = append(out, s.mention(channel, p))
	}
	if len(posts) > 0 && posts[0].number != "1" && posts[0].number != before {
		next = posts[0].number
	}
	return out, next, nil
}

func (s *Source) mention(channel string, p post) cases.Mention {
	now, address := s.now(), "https://t.me/"+channel+"/"+p.number
	m := cases.Mention{
		Source: s.name, ID: strings.ToLower(channel) + "/" + p.number, Thread: strings.ToLower(channel), URL: address,
		AuthorID: strings.ToLower(channel), Author: p.author, Text: watchers.Shorten(p.text, watchers.MaxText), PostedAt: p.at.UTC(),
	}
	if m.Author == "" {
		m.Author = channel
	}
	if p.answerTo != "" {
		m.AnswerTo = strings.ToLower(channel) + "/" + p.answerTo
	}
	if p.edited {
		m.EditedAt = now // the preview does not tell when
	}
	return watchers.Timed(m, now)
}

// Doctor reads one page of each channel.
func (s *Source) Doctor(ctx context.Context) (out []watchers.Advice) {
	for _, channel := range s.cfg.Channels {
		list, _, err := s.page(ctx, channel, "")
		a := watchers.Advice{What: "t.me/s/" + channel}
		code := outbound.StatusOf(err)
		switch {
		case err == nil && len(list) > 0:
			a.OK = true
		case err == nil:
			a.Fix = "the preview shows no messages: open it in a browser"
		case errors.Is(err, errNoPreview), code == http.StatusNotFound:
			a.Fix = "no preview: compare the name letter by letter; groups have none, and a channel can hide its own (for a group, add a bot and use kind: telegram)"
		case code == http.StatusForbidden, code == http.StatusTooManyRequests:
			a.Fix = "Telegram refuses this address for now: look less often (every:)"
		default:
			a.Fix = fmt.Sprintf("it cannot be read: %v", err)
		}
		out = append(out, a)
	}
	return out
}

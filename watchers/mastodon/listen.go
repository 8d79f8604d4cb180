package mastodon

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/mastodon"
	"rasid/watchers"
)

const (
	// listenFor is how long one look listens; a look must end within a minute.
	listenFor = 40 * time.Second
	// Pace is how often a look begins where the server is listened to.
	Pace = 50 * time.Second
	// deafFor is how long nobody tries to listen after it failed: the lists are
	// read all the same.
	deafFor = 15 * time.Minute
)

// Listens reports whether the server's streams are tried: they are for members.
func (c Config) Listens() bool { return c.Stream && !c.Token.Empty() }

// heard is what a while of listening brought.
type heard struct {
	tags    []string // of which something new or changed was told
	notices bool
	gone    []string // ids
}

func (h heard) any() bool { return len(h.tags) > 0 || h.notices || len(h.gone) > 0 }

// listen waits until the server tells of something. What it tells only says
// where to look, except for deletions, which no list tells of. A server that
// cannot be listened to is left alone for a while.
func (s *Source) listen(ctx context.Context) (h heard) {
	s.mu.Lock()
	deaf, address := s.now().Before(s.deaf), s.stream
	s.mu.Unlock()
	if deaf {
		return h
	}
	ctx, cancel := context.WithTimeout(ctx, s.wait)
	defer cancel()
	c := mastodon.Client{Server: strings.TrimRight(s.cfg.Server, "/"), Token: s.cfg.Token, Net: s.net}
	var err error
	if address == "" {
		address, err = c.Streaming(ctx)
	}
	if err == nil {
		err = c.Listen(ctx, address, s.cfg.Tags, s.cfg.Mentions, func() {}, func(e mastodon.Event) bool {
			h.take(e, s.cfg)
			return !h.any()
		})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stream = address; err != nil && ctx.Err() == nil {
		s.deaf, s.stream = s.now().Add(deafFor), ""
	}
	return h
}

func (h *heard) take(e mastodon.Event, c Config) {
	switch e.Kind {
	case "update", "status.update":
		for _, t := range c.Tags {
			if strings.EqualFold(t, e.Tag()) && !slices.Contains(h.tags, t) {
				h.tags = append(h.tags, t)
			}
		}
	case "notification":
		h.notices = true
	case "delete":
		if id := watchers.Line(strings.TrimSpace(e.Payload), 100); id != "" {
			h.gone = append(h.gone, id)
		}
	}
}

// deletions makes mentions of what was deleted. Those that we never read are of
// no interest to the records.
func (s *Source) deletions(ids []string) (out []cases.Mention) {
	for _, id := range ids {
		out = append(out, cases.Mention{Source: s.name, ID: id, ReplyTo: id, PostedAt: s.now(), Gone: true})
	}
	return out
}

// hearing says whether the server can be listened to.
func (s *Source) hearing(ctx context.Context) watchers.Advice {
	a := watchers.Advice{OK: true, What: "the server tells of new posts at once"}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c := mastodon.Client{Server: strings.TrimRight(s.cfg.Server, "/"), Token: s.cfg.Token, Net: s.net}
	begun := false
	address, err := c.Streaming(ctx)
	if err == nil {
		err = c.Listen(ctx, address, nil, false, func() { begun = true; cancel() }, func(mastodon.Event) bool { return false })
	}
	if !begun {
		a.What = "the server cannot be listened to (" + watchers.Line(fmt.Sprint(err), 200) + "); it is asked from time to time instead"
	}
	return a
}

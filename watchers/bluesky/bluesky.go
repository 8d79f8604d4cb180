// Package bluesky listens to everything that is posted on Bluesky, through
// Jetstream and without a key, and keeps what the source's words match, what
// answers or mentions our own account, and every deletion: a post that was
// deleted is honoured as deleted. With an app password it also reads what our
// account is told and searches, which takes far less line than the stream and
// goes back further.
//
// Each look goes on where the last one stopped, a few seconds before it,
// because the clocks of two Jetstreams differ; what was seen is passed over.
// When one Jetstream fails, the next is read from the same moment on.
package bluesky

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/bluesky"
	"rasid/watchers"
)

const (
	rewind    = 5 * time.Second  // before where the last look stopped
	maxEvents = 20_000           // new ones of one look
	maxSeen   = 5000             // events of the rewind; the network brings about a hundred a second
	lookFor   = 40 * time.Second // at most, so that a slow stream still brings a page
	quiet     = 2 * time.Second  // without an event: all there is was told
)

// Source is the posts of the whole network.
type Source struct {
	cfg    Config
	name   string
	net    *outbound.Client
	public bluesky.Public
	client *bluesky.Client // nil without an app password
	about  func(cases.Mention) bool
	now    func() time.Time
	quiet  time.Duration

	mu    sync.Mutex
	self  string // lasting name of our account, once known
	first int    // which stream answered last
}

var (
	_ watchers.Source = (*Source)(nil)
	_ watchers.Doctor = (*Source)(nil)
)

// New makes the source that config.yaml calls name. about says whether a post
// is about the business; it must not be nil, since the stream brings
// everything anybody says.
func New(c Config, name string, about func(cases.Mention) bool, client *outbound.Client, now func() time.Time) (*Source, error) {
	if err := cases.SetUp(name, c.Check()); err != nil {
		return nil, err
	}
	if about == nil {
		return nil, fmt.Errorf("setting up %s: no words to look for", name)
	}
	s := &Source{cfg: c, name: name, net: client, public: bluesky.Public{Base: c.APIURL, Net: client}, about: about, now: now, quiet: quiet}
	if !c.AppPassword.Empty() {
		s.client = bluesky.NewClient(c.Server, c.Handle, c.AppPassword, client, now)
	}
	return s, nil
}

// cursor is a moment in the stream, and what was seen just before it.
type cursor struct {
	V     int      `json:"v"`
	Until int64    `json:"until"`          // of the latest event read, microseconds since 1970
	Seen  []string `json:"seen,omitempty"` // events within the rewind before Until
	// Members is how far the lists were read that take an account.
	Members cases.Cursor `json:"members,omitempty"`
}

func readCursor(c cases.Cursor) (cur cursor, readable bool) {
	if c == "" {
		return cursor{V: 1}, true
	}
	if json.Unmarshal([]byte(c), &cur) != nil || cur.V != 1 || cur.Until < 0 {
		return cursor{V: 1}, false
	}
	return cur, true
}

// Poll reads what happened since the cursor.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	cur, readable := readCursor(after)
	page := cases.Page{}
	if !readable {
		page.Gap = watchers.PlaceLost
	}
	self, err := s.account(ctx)
	if err != nil {
		return cases.Page{}, fmt.Errorf("looking up the account of %s: %w", s.name, err)
	}
	next := cur
	var listed cases.Page
	if s.client != nil {
		if listed, err = s.members(ctx, cur.Members, self); err != nil {
			return cases.Page{}, fmt.Errorf("reading posts for %s: %w", s.name, err)
		}
	}
	if len(s.cfg.Streams) > 0 {
		if next, err = s.stream(ctx, cur, self, &page); err != nil {
			return cases.Page{}, fmt.Errorf("reading posts for %s: %w", s.name, err)
		}
	}
	next.Members = listed.Next
	page.Gap = cases.Also(page.Gap, listed.Gap)
	for _, m := range listed.Mentions { // the stream may have told of it, and knows more of edits
		if !slices.ContainsFunc(page.Mentions, func(o cases.Mention) bool { return o.ID == m.ID }) {
			page.Mentions = append(page.Mentions, m)
		}
	}
	watchers.OldestFirst(page.Mentions)
	return watchers.EndAt(page, s.name, next)
}

// stream reads what Jetstream tells since the cursor into a page.
func (s *Source) stream(ctx context.Context, cur cursor, self string, page *cases.Page) (cursor, error) {
	now := s.now()
	from := now.Add(-s.cfg.MaxAge).UnixMicro()
	if cur.Until > 0 {
		from = min(cur.Until, now.UnixMicro()) - rewind.Microseconds()
		if now.Sub(time.UnixMicro(cur.Until)) > bluesky.Keeps {
			page.Gap = cases.Also(page.Gap, fmt.Sprintf("away for longer than the %v that Jetstream keeps", bluesky.Keeps))
		}
	}
	l := look{s: s, self: self, from: from, now: now, cur: cur, seen: map[string]bool{}}
	for _, e := range cur.Seen {
		l.seen[e] = true
	}
	if err := s.read(ctx, &l); err != nil {
		return cursor{}, err
	}
	s.introduce(ctx, l.found)
	page.Mentions, page.More = l.found, l.more
	if l.unread > 0 {
		page.Gap = cases.Also(page.Gap, fmt.Sprintf("events that could not be read: %d", l.unread))
	}
	return l.next(), nil
}

// read tries the streams in turn, beginning with the one that answered last. A
// stream that breaks off after it told something has done its work.
func (s *Source) read(ctx context.Context, l *look) error {
	s.mu.Lock()
	first := s.first
	s.mu.Unlock()
	var failed error
	for i := range s.cfg.Streams {
		n := (first + i) % len(s.cfg.Streams)
		reading, cancel := context.WithTimeout(ctx, lookFor)
		err := bluesky.Read(reading, s.net, s.cfg.Streams[n], l.from, s.quiet, l.take)
		slow := reading.Err() != nil
		cancel()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || l.heard {
			l.more = l.more || slow
			s.mu.Lock()
			s.first = n
			s.mu.Unlock()
			return nil
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// look is one Poll under way.
type look struct {
	s      *Source
	self   string
	from   int64
	now    time.Time
	cur    cursor
	seen   map[string]bool
	fresh  []seenAt
	found  []cases.Mention
	heard  bool // the stream told something
	events int  // new ones
	unread int
	until  int64
	more   bool
}

type seenAt struct {
	key string
	at  int64
}

// take takes in one event and says whether to go on: until now, or until the
// page is full.
func (l *look) take(e bluesky.Event) bool {
	if e.TimeUS == 0 {
		l.unread++
		return true
	}
	if e.Kind != "commit" || e.Commit == nil || e.Commit.Collection != bluesky.Posts {
		return true
	}
	l.heard = true
	l.until = max(l.until, min(e.TimeUS, l.now.UnixMicro()))
	if key := short(e); e.TimeUS >= l.from && !l.seen[key] {
		l.seen[key] = true
		l.events++
		l.fresh = append(l.fresh, seenAt{key, e.TimeUS})
		if m, ok := l.s.mention(e, l.self, l.now); ok {
			l.found = append(l.found, m)
		}
	}
	if l.events >= maxEvents {
		l.more = true
		return false
	}
	return e.TimeUS < l.now.UnixMicro()
}

// next is the cursor behind the look.
func (l *look) next() cursor {
	next := cursor{V: 1, Until: max(l.cur.Until, l.until)}
	if next.Until == 0 {
		next.Until = l.from + rewind.Microseconds() // nothing yet; the first look is over all the same
	}
	edge := next.Until - rewind.Microseconds()
	if l.cur.Until >= edge {
		next.Seen = slices.Clone(l.cur.Seen)
	}
	for _, f := range l.fresh {
		if f.at >= edge {
			next.Seen = append(next.Seen, f.key)
		}
	}
	next.Seen = next.Seen[max(0, len(next.Seen)-maxSeen):]
	return next
}

// short is 48 bits of what names an event.
func short(e bluesky.Event) string {
	sum := sha256.Sum256([]byte(e.DID + "/" + e.Commit.RKey + "/" + e.Commit.Operation + "/" + e.Commit.Rev))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// account is the lasting name of our account; "" when none is configured.
func (s *Source) account(ctx context.Context) (string, error) {
	s.mu.Lock()
	self := s.self
	s.mu.Unlock()
	if self != "" || s.cfg.Handle == "" {
		return self, nil
	}
	self, err := s.public.DID(ctx, s.cfg.Handle)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.self = self
	return self, nil
}

// Doctor reads a little of each stream and looks the account up.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	var advice []watchers.Advice
	for _, server := range s.cfg.Streams {
		a := watchers.Advice{What: "stream " + server}
		heard := 0
		err := bluesky.Read(ctx, s.net, server, s.now().Add(-time.Minute).UnixMicro(), s.quiet, func(bluesky.Event) bool { heard++; return false })
		switch {
		case err != nil:
			a.Fix = fmt.Sprintf("it cannot be read: %v; name another in streams:", err)
		case heard == 0:
			a.Fix = "it tells nothing: the Jetstream stands still, or nobody posted in the last minute; name another in streams:"
		default:
			a.OK = true
		}
		advice = append(advice, a)
	}
	advice = append(advice, s.examine(ctx)...)
	if s.cfg.Handle == "" {
		return append(advice, watchers.Advice{OK: true, What: "no account of ours is named: answers to it are noticed by the words alone"})
	}
	a := watchers.Advice{What: "account " + s.cfg.Handle}
	if _, err := s.account(ctx); err != nil {
		a.Fix = fmt.Sprintf("it cannot be looked up: %v; write its name without @", err)
	} else {
		a.OK = true
	}
	return append(advice, a)
}

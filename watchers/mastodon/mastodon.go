// Package mastodon reads hashtag timelines of Mastodon and of servers that
// speak its API, and posts that mention an account of ours. Hashtags need no
// key where the server shows its timelines to everybody; since Mastodon 4.5 a
// server may answer 401 or an empty list instead. A hashtag brings only posts
// that carry the tag; edits are seen while a post is among the newest 40. With a
// token the server is listened to as well, where it can be: then new posts come
// at once, and deletions are seen as they happen. Servers allow 300 requests in
// five minutes.
package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/watchers"
)

// Config is one server's hashtags as config.yaml describes them.
type Config struct {
	// Server is the base address, such as https://mastodon.example.
	Server string `yaml:"server"`
	// Tags are the hashtags, without the #.
	Tags []string `yaml:"tags"`
	// Every is how often to look.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes.
	MaxAge time.Duration `yaml:"max_age"`
	// Token is for servers that show their timelines to members only, and for
	// mentions, which need the scope read:notifications.
	Token outbound.Secret `yaml:"token"`
	// Mentions says to read posts that mention the account of the token.
	Mentions bool `yaml:"mentions"`
	// Stream says to listen to the server, which takes a token: it tells of new
	// posts and of deletions at once. A server that cannot be listened to is only
	// asked, from time to time.
	Stream bool `yaml:"stream"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config {
	return Config{Every: 5 * time.Minute, MaxAge: 168 * time.Hour, Stream: true}
}

// maxTags keeps a look well under the 300 requests in five minutes.
const maxTags = 20

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	faults = append(faults, watchers.CheckAddress("server", c.Server, "the server's address, such as https://mastodon.example")...)
	if c.Mentions && c.Token.Empty() {
		faults.Add("token", "is missing, and only its account can be told of mentions", `token: "${MASTODON_TOKEN}"`)
	}
	if len(c.Tags) == 0 && !c.Mentions || len(c.Tags) > maxTags {
		faults.Add("tags", fmt.Sprintf("needs 1 to %d hashtags", maxTags), "tags: [noorcoffee, قهوة_نور]")
	}
	for _, t := range c.Tags {
		if t == "" || strings.ContainsAny(t, "#/ ?&") {
			faults.Add("tags", fmt.Sprintf("%.40q is not a hashtag", t), "the tag without # and without spaces")
		}
	}
	return append(faults, watchers.CheckPace(c.Every, 30*time.Second, c.MaxAge, "a public server")...)
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	list := watchers.Spots("tags", watchers.Address(c.Server), watchers.Lower(c.Tags))
	if c.Mentions {
		list = append(list, watchers.Spot{Field: "mentions", Same: "account " + watchers.Address(c.Server) + " " + c.Token.Reveal(), ToUs: true})
	}
	return list
}

// perPage is the longest list that servers give.
const perPage = 40

// Source is the hashtags of one server.
type Source struct {
	cfg  Config
	name string
	net  *outbound.Client
	now  func() time.Time
	wait time.Duration // how long one look listens; 0 = not at all

	mu     sync.Mutex
	stream string    // where the server is listened to, once known
	deaf   time.Time // until when nobody tries
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
	s := &Source{cfg: c, name: name, net: client, now: now}
	if c.Listens() {
		s.wait = listenFor
	}
	return s, nil
}

// cursor holds the last id read of each tag. Ids are numbers too long for some
// number types, hence text.
type cursor struct {
	V    int               `json:"v"`
	Last map[string]string `json:"last"`
	// Edited is the newest edit seen of each tag.
	Edited map[string]time.Time `json:"edited,omitempty"`
}

func readCursor(c cases.Cursor) (cur cursor, readable bool) {
	fresh := cursor{V: 1, Last: map[string]string{}}
	if c == "" {
		return fresh, true
	}
	if json.Unmarshal([]byte(c), &cur) != nil || cur.V != 1 || cur.Last == nil {
		return fresh, false
	}
	return cur, true
}

// status is a post as the API gives it.
type status struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	EditedAt  time.Time `json:"edited_at"` // null when never edited
	InReplyTo string    `json:"in_reply_to_id"`
	Spoiler   string    `json:"spoiler_text"`
	Language  string    `json:"language"`
	URL       string    `json:"url"`
	Content   string    `json:"content"`
	Account   struct {
		ID          string `json:"id"`
		Acct        string `json:"acct"`
		DisplayName string `json:"display_name"`
		Bot         bool   `json:"bot"`
	} `json:"account"`
}

// Poll reads each tag forward from the last post read, and where there is
// nothing new listens for a while.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	cur, readable := readCursor(after)
	page := cases.Page{}
	if !readable {
		page.Gap = watchers.PlaceLost
	}
	next, err := s.look(ctx, cur, s.cfg.Tags, s.cfg.Mentions, &page)
	if err != nil {
		return cases.Page{}, err
	}
	if s.wait > 0 && after != "" && len(page.Mentions) == 0 && !page.More && page.Gap == "" {
		if h := s.listen(ctx); h.any() {
			cur = next
			if next, err = s.look(ctx, cur, h.tags, h.notices && s.cfg.Mentions, &page); err != nil {
				return cases.Page{}, err
			}
			page.Mentions = append(page.Mentions, s.deletions(h.gone)...)
		}
		if ctx.Err() != nil {
			return cases.Page{}, fmt.Errorf("listening for %s: %w", s.name, ctx.Err())
		}
	}
	watchers.OldestFirst(page.Mentions)
	return watchers.EndAt(page, s.name, next)
}

// look reads some tags, and what mentions us, from a cursor on into a page.
func (s *Source) look(ctx context.Context, cur cursor, tags []string, mentions bool, page *cases.Page) (cursor, error) {
	next := cursor{V: 1, Last: map[string]string{}, Edited: map[string]time.Time{}}
	maps.Copy(next.Last, cur.Last)
	maps.Copy(next.Edited, cur.Edited)
	seen := map[string]bool{}
	if mentions {
		if err := s.mentions(ctx, cur, &next, page, seen); err != nil {
			return cursor{}, fmt.Errorf("reading mentions for %s: %w", s.name, err)
		}
	}
	for _, tag := range tags {
		last := cur.Last[tag]
		list, err := s.timeline(ctx, tag, last, perPage)
		if err != nil {
			return cursor{}, fmt.Errorf("reading #%s for %s: %w", tag, s.name, err)
		}
		next.Last[tag] = last
		for _, st := range list {
			if newer(st.ID, next.Last[tag]) {
				next.Last[tag] = st.ID
			}
			if m := s.mention(st); !seen[m.ID] && (last != "" || s.now().Sub(m.PostedAt) <= s.cfg.MaxAge) {
				seen[m.ID] = true
				page.Mentions = append(page.Mentions, m)
			}
		}
		// Reading forward from an id gives the oldest of what is new.
		if last != "" && len(list) >= perPage {
			page.More = true
			next.Edited[tag] = cur.Edited[tag]
			continue
		}
		if err := s.edits(ctx, tag, cur, &next, page, seen); err != nil {
			return cursor{}, fmt.Errorf("reading edits under #%s for %s: %w", tag, s.name, err)
		}
	}
	return next, nil
}

func (s *Source) timeline(ctx context.Context, tag, last string, limit int) ([]status, error) {
	q := url.Values{"limit": {strconv.Itoa(limit)}}
	if last != "" {
		q.Set("min_id", last)
	}
	h := http.Header{}
	if !s.cfg.Token.Empty() {
		h.Set("Authorization", "Bearer "+s.cfg.Token.Reveal())
	}
	var list []status
	_, err := s.net.GetJSON(ctx, outbound.Request{URL: strings.TrimRight(s.cfg.Server, "/") + "/api/v1/timelines/tag/" + url.PathEscape(tag) + "?" + q.Encode(), Header: h}, &list)
	var refused *outbound.StatusError
	if errors.As(err, &refused) && (refused.Code == http.StatusUnauthorized || refused.Code == http.StatusForbidden || refused.Code == http.StatusUnprocessableEntity) {
		return nil, fmt.Errorf("%w: this server shows the timeline to its members only; set token, or name another server", err)
	}
	return list, err
}

func (s *Source) mention(st status) cases.Mention {
	text := watchers.Plain(st.Content)
	if st.Spoiler != "" {
		text = watchers.Tidy(st.Spoiler) + "\n\n" + text
	}
	m := cases.Mention{
		Source: s.name, ID: watchers.Line(st.ID, 100), ReplyTo: watchers.Line(st.ID, 100), AnswerTo: watchers.Line(st.InReplyTo, 100), URL: watchers.Link(st.URL),
		AuthorID: watchers.Line(st.Account.ID, 100), Author: watchers.Line(st.Account.DisplayName, 200), Text: watchers.Shorten(text, watchers.MaxText),
		PostedAt: st.CreatedAt.UTC(), EditedAt: st.EditedAt.UTC(), Bot: st.Account.Bot,
	}
	if m.Author == "" {
		m.Author = watchers.Line(st.Account.Acct, 200)
	}
	if st.Language == "ar" || st.Language == "en" {
		m.Lang = st.Language
	}
	return watchers.Timed(m, s.now())
}

// newer compares ids, which are numbers written as text.
func newer(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

// Doctor reads one post of each tag.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	var advice []watchers.Advice
	if s.cfg.Mentions {
		if _, err := s.notifications(ctx, "", 1); err != nil {
			advice = append(advice, watchers.Advice{What: "mentions", Fix: fmt.Sprintf("they cannot be read: %v; the token needs the scope read:notifications", err)})
		} else {
			advice = append(advice, watchers.Advice{OK: true, What: "mentions"})
		}
	}
	for _, tag := range s.cfg.Tags {
		list, err := s.timeline(ctx, tag, "", 1)
		switch {
		case err != nil:
			advice = append(advice, watchers.Advice{What: "#" + tag, Fix: fmt.Sprintf("it cannot be read: %v", err)})
		case len(list) == 0:
			advice = append(advice, watchers.Advice{What: "#" + tag, Fix: "the server lists nothing: either nobody used the tag there, or it hides its timelines (since Mastodon 4.5); open the tag in a browser without logging in, and name another server if it is empty"})
		default:
			advice = append(advice, watchers.Advice{OK: true, What: "#" + tag})
		}
	}
	if s.cfg.Listens() {
		advice = append(advice, s.hearing(ctx))
	}
	return advice
}

// Package lemmy reads what is said of a name on Lemmy, through the search of
// one server, which knows the communities of others too. It reads only and
// needs no key. Later edits and deletions are not seen.
package lemmy

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/watchers"
)

// Config is one search as config.yaml describes it.
type Config struct {
	// Server is the base address, such as https://lemmy.example.
	Server string `yaml:"server"`
	// Query is the name to search for.
	Query string `yaml:"query"`
	// Every is how often to look.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes.
	MaxAge time.Duration `yaml:"max_age"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config { return Config{Every: 10 * time.Minute, MaxAge: 168 * time.Hour} }

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults []cases.Fault
	if u, err := url.Parse(c.Server); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		faults = append(faults, cases.Fault{Field: "server", Problem: "is not an address", Write: "the server's address, such as https://lemmy.example"})
	}
	if strings.TrimSpace(c.Query) == "" {
		faults = append(faults, cases.Fault{Field: "query", Problem: "is missing", Write: "the name to search for"})
	}
	if c.Every < time.Minute {
		faults = append(faults, cases.Fault{Field: "every", Problem: "is too often for a public search", Write: "1m or more"})
	}
	if c.MaxAge <= 0 {
		faults = append(faults, cases.Fault{Field: "max_age", Problem: "must be more than nothing", Write: "a duration such as 168h"})
	}
	return faults
}

// What one look asks for, of posts and of comments each.
const (
	perPage  = 50 // the most the API gives
	maxPages = 6
)

// Source is one search.
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
	if f := c.Check(); len(f) > 0 {
		return nil, fmt.Errorf("setting up %s: %s %s", name, f[0].Field, f[0].Problem)
	}
	return &Source{cfg: c, name: name, net: client, now: now}, nil
}

// answer is what /api/v3/search gives; only the kind that was asked for is
// filled.
type answer struct {
	Posts    []postView    `json:"posts"`
	Comments []commentView `json:"comments"`
}

type postView struct {
	Post    post    `json:"post"`
	Creator creator `json:"creator"`
}

type commentView struct {
	Comment comment `json:"comment"`
	Post    post    `json:"post"`
	Creator creator `json:"creator"`
}

type post struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Body      string `json:"body"`
	ApID      string `json:"ap_id"`
	Published string `json:"published"`
	Deleted   bool   `json:"deleted"`
	Removed   bool   `json:"removed"`
}

type comment struct {
	ID        int64  `json:"id"`
	Content   string `json:"content"`
	Path      string `json:"path"` // "0.12.34": the comments above, and itself
	ApID      string `json:"ap_id"`
	Published string `json:"published"`
	Deleted   bool   `json:"deleted"`
	Removed   bool   `json:"removed"`
}

type creator struct {
	Name        string `json:"name"`
	DisplayName string `json:"display_name"`
	ActorID     string `json:"actor_id"`
	Bot         bool   `json:"bot_account"`
}

// Poll asks for what was said since a little before the newest thing seen.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	w, readable := watchers.ReadWindow(after)
	from := w.From(s.now(), s.cfg.MaxAge)
	page := cases.Page{}
	if !readable {
		page.Gap = "where this source stopped reading was lost"
	}
	var all []cases.Mention
	for _, kind := range []string{"Posts", "Comments"} {
		list, whole, err := s.since(ctx, kind, from)
		if err != nil {
			return cases.Page{}, fmt.Errorf("searching Lemmy for %s: %w", s.name, err)
		}
		if !whole {
			page.Gap = fmt.Sprintf("more than %d %s since the last look; the oldest were not read", perPage*maxPages, strings.ToLower(kind))
		}
		all = append(all, list...)
	}
	page.Mentions, page.Next = w.Take(all, from)
	return page, nil
}

// since reads pages, newest first, until one reaches back to from.
func (s *Source) since(ctx context.Context, kind string, from time.Time) (all []cases.Mention, whole bool, err error) {
	for n := range maxPages {
		a, err := s.search(ctx, kind, n+1, perPage)
		if err != nil {
			return nil, false, err
		}
		oldest := s.now()
		for _, m := range s.mentions(a) {
			all = append(all, m)
			if m.PostedAt.Before(oldest) {
				oldest = m.PostedAt
			}
		}
		if len(a.Posts)+len(a.Comments) < perPage || oldest.Before(from) {
			return all, true, nil
		}
	}
	return all, false, nil
}

func (s *Source) search(ctx context.Context, kind string, page, limit int) (answer, error) {
	q := url.Values{"q": {s.cfg.Query}, "type_": {kind}, "sort": {"New"}, "listing_type": {"All"}, "limit": {strconv.Itoa(limit)}, "page": {strconv.Itoa(page)}}
	var a answer
	_, err := s.net.GetJSON(ctx, outbound.Request{URL: strings.TrimRight(s.cfg.Server, "/") + "/api/v3/search?" + q.Encode()}, &a)
	return a, err
}

func (s *Source) mentions(a answer) (out []cases.Mention) {
	for _, v := range a.Posts {
		if v.Post.Deleted || v.Post.Removed {
			continue
		}
		m := s.mention(v.Creator, v.Post.Published, v.Post.ApID)
		m.ID, m.Thread = postID(v.Post.ID), postID(v.Post.ID)
		m.Title, m.Text = title(v.Post), watchers.Shorten(watchers.Tidy(v.Post.Body), watchers.MaxText)
		if m.Text == "" {
			m.Title, m.Text = "", m.Title
		}
		out = append(out, m)
	}
	for _, v := range a.Comments {
		if v.Comment.Deleted || v.Comment.Removed {
			continue
		}
		m := s.mention(v.Creator, v.Comment.Published, v.Comment.ApID)
		m.ID, m.Thread, m.AnswerTo = commentID(v.Comment.ID), postID(v.Post.ID), above(v)
		m.Title, m.Text = title(v.Post), watchers.Shorten(watchers.Tidy(v.Comment.Content), watchers.MaxText)
		out = append(out, m)
	}
	return out
}

func (s *Source) mention(c creator, published, link string) cases.Mention {
	m := cases.Mention{Source: s.name, AuthorID: watchers.Line(c.ActorID, 300), Author: watchers.Line(c.DisplayName, 200), Bot: c.Bot, PostedAt: when(published)}
	if m.Author == "" {
		m.Author = watchers.Line(c.Name, 200)
	}
	if u, err := url.Parse(link); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		m.URL = u.String()
	}
	if now := s.now(); m.PostedAt.IsZero() || m.PostedAt.After(now) {
		m.PostedAt = now
	}
	return m
}

// when reads a time; servers before 0.19 leave out the zone and mean UTC.
func when(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func title(p post) string { return watchers.Line(p.Name, 1000) }

// Posts and comments are counted apart; one id space needs both.
func postID(n int64) string    { return "post/" + strconv.FormatInt(n, 10) }
func commentID(n int64) string { return "comment/" + strconv.FormatInt(n, 10) }

// above names what a comment answers: the comment before it in its path, or
// the post.
func above(v commentView) string {
	steps := strings.Split(v.Comment.Path, ".")
	if len(steps) < 3 {
		return postID(v.Post.ID)
	}
	n, err := strconv.ParseInt(steps[len(steps)-2], 10, 64)
	if err != nil {
		return postID(v.Post.ID)
	}
	return commentID(n)
}

// Doctor asks for one result.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	if _, err := s.search(ctx, "Posts", 1, 1); err != nil {
		return []watchers.Advice{{What: "search", Fix: fmt.Sprintf("this server's search cannot be reached: %v", err)}}
	}
	return []watchers.Advice{{OK: true, What: "search"}}
}

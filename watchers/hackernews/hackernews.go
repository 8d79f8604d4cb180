// Package hackernews reads what is said of a name on Hacker News, through the
// public search that Algolia runs for it. No key is needed; the search allows
// 10,000 requests an hour and lists at most 1,000 results. There is no way to
// reply by API: staff answer by the link. Edits are seen for an hour, deletions
// for two days.
package hackernews

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
	// Query is the name to search for.
	Query string `yaml:"query"`
	// Every is how often to look.
	Every time.Duration `yaml:"every"`
	// MaxAge is how far back the first look goes.
	MaxAge time.Duration `yaml:"max_age"`
	// APIURL is the base address of the search.
	APIURL string `yaml:"api_url"`
	// ItemsURL is the base address of the service that tells what was deleted.
	ItemsURL string `yaml:"items_url"`
}

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config {
	return Config{Every: 10 * time.Minute, MaxAge: 168 * time.Hour, APIURL: "https://hn.algolia.com", ItemsURL: "https://hacker-news.firebaseio.com"}
}

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if strings.TrimSpace(c.Query) == "" {
		faults.Add("query", "is missing", "the name to search for")
	}
	faults = append(faults, watchers.CheckPace(c.Every, time.Minute, c.MaxAge, "a public search")...)
	faults = append(faults, watchers.CheckAddress("api_url", c.APIURL, "https://hn.algolia.com")...)
	faults = append(faults, watchers.CheckAddress("items_url", c.ItemsURL, "https://hacker-news.firebaseio.com")...)
	return faults
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	return []watchers.Spot{{Field: "query", Same: watchers.Words(c.Query)}}
}

// What one look asks for. The search lists no more than ten such pages.
const (
	perPage  = 100
	maxPages = 10
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
	if err := cases.SetUp(name, c.Check()); err != nil {
		return nil, err
	}
	return &Source{cfg: c, name: name, net: client, now: now}, nil
}

// answer is a page of the search's results, newest first.
type answer struct {
	Hits    []hit `json:"hits"`
	NbPages int   `json:"nbPages"`
}

// hit is a story or a comment.
type hit struct {
	ObjectID    string `json:"objectID"`
	CreatedAt   int64  `json:"created_at_i"`
	Author      string `json:"author"`
	Title       string `json:"title"`
	StoryTitle  string `json:"story_title"`
	StoryText   string `json:"story_text"`
	CommentText string `json:"comment_text"`
	StoryID     int64  `json:"story_id"`
	ParentID    int64  `json:"parent_id"`
}

// Poll asks for what was said since a little before the newest thing seen, and
// whether what was read lately still stands.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	page, err := watchers.Lists{
		Now: s.now(), MaxAge: s.cfg.MaxAge, Lists: []watchers.List{{Name: "search", Pages: maxPages, Read: s.page}},
		Again: watchers.Again{Look: s.again, Every: againEvery, Most: maxAgain},
	}.Poll(ctx, after)
	if err != nil {
		return cases.Page{}, fmt.Errorf("searching Hacker News for %s: %w", s.name, err)
	}
	return page, nil
}

// page reads one page of results; its token is the page's number. Behind the
// last one that the search lists, more may be hidden.
func (s *Source) page(ctx context.Context, from time.Time, token string) (out []cases.Mention, next string, err error) {
	n, err := watchers.PageOf(token, 0)
	if err != nil {
		return nil, "", err
	}
	got, err := s.search(ctx, from, n, perPage)
	if err != nil {
		return nil, "", err
	}
	for _, h := range got.Hits {
		out = append(out, s.mention(h))
	}
	if n+1 < got.NbPages || n+1 == maxPages && len(got.Hits) == perPage {
		next = strconv.Itoa(n + 1)
	}
	return out, next, nil
}

func (s *Source) search(ctx context.Context, from time.Time, page, size int) (answer, error) {
	q := url.Values{
		"query": {s.cfg.Query}, "tags": {"(story,comment)"}, "numericFilters": {"created_at_i>=" + strconv.FormatInt(from.Unix(), 10)},
		"hitsPerPage": {strconv.Itoa(size)}, "page": {strconv.Itoa(page)},
	}
	var a answer
	_, err := s.net.GetJSON(ctx, outbound.Request{URL: strings.TrimRight(s.cfg.APIURL, "/") + "/api/v1/search_by_date?" + q.Encode()}, &a)
	return a, err
}

func (s *Source) mention(h hit) cases.Mention {
	const maxTitle = 1000
	m := cases.Mention{
		Source: s.name, ID: watchers.Line(h.ObjectID, 40), URL: "https://news.ycombinator.com/item?id=" + url.QueryEscape(h.ObjectID),
		AuthorID: watchers.Line(h.Author, 100), Author: watchers.Line(h.Author, 100), Lang: "en",
		Title: watchers.Line(watchers.Plain(h.Title), maxTitle), Text: watchers.Shorten(watchers.Plain(h.StoryText), watchers.MaxText),
		PostedAt: time.Unix(h.CreatedAt, 0).UTC(),
	}
	if h.CommentText != "" {
		m.Title, m.Text = watchers.Line(watchers.Plain(h.StoryTitle), maxTitle), watchers.Shorten(watchers.Plain(h.CommentText), watchers.MaxText)
	}
	if h.StoryID != 0 {
		m.Thread = strconv.FormatInt(h.StoryID, 10)
	}
	if h.ParentID != 0 {
		m.AnswerTo = strconv.FormatInt(h.ParentID, 10)
	}
	return watchers.Timed(m, s.now())
}

// Doctor asks for one result.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	if _, err := s.search(ctx, s.now().Add(-s.cfg.MaxAge), 0, 1); err != nil {
		return []watchers.Advice{{What: "search", Fix: fmt.Sprintf("Hacker News' search cannot be reached: %v", err)}}
	}
	return []watchers.Advice{{OK: true, What: "search"}}
}

// Package lemmy reads what is said of a name on Lemmy, through the search of
// one server, which knows the communities of others too. It needs no key.
// Edits and deletions are seen for two days.
package lemmy

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/lemmy"
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
	var faults cases.Faults
	if f, bad := lemmy.CheckServer(c.Server); bad {
		faults = append(faults, f)
	}
	if strings.TrimSpace(c.Query) == "" {
		faults.Add("query", "is missing", "the name to search for")
	}
	return append(faults, watchers.CheckPace(c.Every, time.Minute, c.MaxAge, "a public search")...)
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	return []watchers.Spot{{Field: "query", Same: watchers.Address(c.Server) + " " + watchers.Words(c.Query)}}
}

const (
	maxPages = 6  // of posts and of comments each, in one look
	maxAgain = 30 // things looked at again in an hour, each by a request of its own
)

// Source is one search.
type Source struct {
	cfg    Config
	name   string
	client *lemmy.Client
	now    func() time.Time
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
	return &Source{cfg: c, name: name, client: &lemmy.Client{Server: c.Server, Net: client}, now: now}, nil
}

// Poll asks for what was said since a little before the newest thing seen, and
// how what was read lately stands now.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	l := watchers.Lists{Now: s.now(), MaxAge: s.cfg.MaxAge, Again: watchers.Again{Look: s.again, Most: maxAgain}}
	for _, kind := range []string{"Posts", "Comments"} {
		l.Lists = append(l.Lists, watchers.List{Name: strings.ToLower(kind), Pages: maxPages, Read: func(ctx context.Context, _ time.Time, token string) ([]cases.Mention, string, error) {
			return s.page(ctx, kind, token)
		}})
	}
	page, err := l.Poll(ctx, after)
	if err != nil {
		return cases.Page{}, fmt.Errorf("searching Lemmy for %s: %w", s.name, err)
	}
	return page, nil
}

// page reads one page of a search; its token is the page's number.
func (s *Source) page(ctx context.Context, kind, token string) (out []cases.Mention, next string, err error) {
	n, err := watchers.PageOf(token, 1)
	if err != nil {
		return nil, "", err
	}
	found, err := s.client.Search(ctx, s.cfg.Query, kind, n, lemmy.PerPage)
	if err != nil {
		return nil, "", err
	}
	for _, v := range found.Posts {
		out = append(out, s.post(v))
	}
	for _, v := range found.Comments {
		out = append(out, s.comment(v))
	}
	if len(out) == lemmy.PerPage {
		next = strconv.Itoa(n + 1)
	}
	return out, next, nil
}

// again reads things that were read before, one by one. What the server does
// not know any more was purged.
func (s *Source) again(ctx context.Context, ids []string) (out []cases.Mention, err error) {
	for _, id := range ids {
		m, err := s.one(ctx, id)
		if errors.Is(err, cases.ErrNotFound) {
			m, err = cases.Mention{Source: s.name, ID: id, Gone: true}, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func (s *Source) one(ctx context.Context, id string) (cases.Mention, error) {
	n, isComment, err := lemmy.Number(id)
	switch {
	case err != nil:
		return cases.Mention{}, err
	case isComment:
		v, err := s.client.Comment(ctx, n)
		return s.comment(v), err
	}
	v, err := s.client.Post(ctx, n)
	return s.post(v), err
}

func (s *Source) post(v lemmy.PostView) cases.Mention {
	id := lemmy.PostID(v.Post.ID)
	return s.mention(v.Creator, cases.Mention{
		ID: id, Thread: id, ReplyTo: id, URL: watchers.Link(v.Post.ApID), Title: title(v.Post), Text: text(v.Post.Body),
		PostedAt: v.Post.Published.Time, EditedAt: v.Post.Updated.Time, Gone: v.Post.Deleted || v.Post.Removed,
	})
}

func (s *Source) comment(v lemmy.CommentView) cases.Mention {
	id, above := lemmy.CommentID(v.Comment.ID), lemmy.PostID(v.Post.ID)
	m := cases.Mention{
		ID: id, Thread: above, ReplyTo: id, AnswerTo: above, URL: watchers.Link(v.Comment.ApID), Title: title(v.Post), Text: text(v.Comment.Content),
		PostedAt: v.Comment.Published.Time, EditedAt: v.Comment.Updated.Time, Gone: v.Comment.Deleted || v.Comment.Removed,
	}
	if n := v.Comment.Above(); n != 0 {
		m.AnswerTo = lemmy.CommentID(n)
	}
	return s.mention(v.Creator, m)
}

func (s *Source) mention(c lemmy.Person, m cases.Mention) cases.Mention {
	m.Source, m.AuthorID, m.Author, m.Bot = s.name, watchers.Line(c.ActorID, 300), watchers.Line(c.DisplayName, 200), c.Bot
	if m.Author == "" {
		m.Author = watchers.Line(c.Name, 200)
	}
	return watchers.Timed(m, s.now())
}

func title(p lemmy.Post) string { return watchers.Line(p.Name, 1000) }

func text(markdown string) string {
	return watchers.Shorten(watchers.Tidy(markdown), watchers.MaxText)
}

// Doctor asks for one result.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	if _, err := s.client.Search(ctx, s.cfg.Query, "Posts", 1, 1); err != nil {
		return []watchers.Advice{{What: "search", Fix: fmt.Sprintf("this server's search cannot be reached: %v", err)}}
	}
	return []watchers.Advice{{OK: true, What: "search"}}
}

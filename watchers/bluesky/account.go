package bluesky

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/bluesky"
	"rasid/watchers"
)

// maxListPages bounds how far back one list is read in a look: a thousand
// posts.
const maxListPages = 10

// members reads what takes an account: what ours is told, and the searches. A
// post read lately is looked at again, for edits and deletions; the stream, where
// there is one, tells of them sooner.
func (s *Source) members(ctx context.Context, after cases.Cursor, self string) (cases.Page, error) {
	lists := []watchers.List{{Name: "told", Pages: maxListPages, Read: func(ctx context.Context, _ time.Time, token string) ([]cases.Mention, string, error) {
		return s.told(ctx, token, self)
	}}}
	for _, words := range s.cfg.Search {
		lists = append(lists, watchers.List{Name: "search " + words, Pages: maxListPages, Read: func(ctx context.Context, from time.Time, token string) ([]cases.Mention, string, error) {
			return s.search(ctx, words, from, token, self)
		}})
	}
	page, err := watchers.Lists{
		Now: s.now(), MaxAge: s.cfg.MaxAge, Lists: lists,
		Again: watchers.Again{Look: func(ctx context.Context, ids []string) ([]cases.Mention, error) { return s.again(ctx, ids, self) }},
	}.Poll(ctx, after)
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading as %s: %w", s.cfg.Handle, err)
	}
	return page, nil
}

func (s *Source) told(ctx context.Context, token, self string) (out []cases.Mention, next string, err error) {
	list, next, err := s.client.Notices(ctx, bluesky.MaxListed, token)
	for _, n := range list {
		if m, ok := s.viewed(n.View, self); ok && n.Speaks() {
			m.Direct = true
			out = append(out, m)
		}
	}
	return out, next, err
}

func (s *Source) search(ctx context.Context, words string, from time.Time, token, self string) (out []cases.Mention, next string, err error) {
	posts, next, err := s.client.Search(ctx, words, from, bluesky.MaxListed, token)
	for _, v := range posts {
		if m, ok := s.viewed(v, self); ok {
			out = append(out, m)
		}
	}
	return out, next, err
}

// again looks how posts stand now.
func (s *Source) again(ctx context.Context, ids []string, self string) (out []cases.Mention, err error) {
	uris := make([]string, len(ids))
	for i, id := range ids {
		author, rkey, _ := strings.Cut(id, "/")
		uris[i] = bluesky.URI(author, rkey)
	}
	found, err := s.client.Standing(ctx, uris)
	if err != nil {
		return nil, err
	}
	for i, uri := range uris {
		v, there := found[uri]
		if !there {
			author, rkey, _ := strings.Cut(ids[i], "/")
			out = append(out, cases.Mention{Source: s.name, ID: ids[i], ReplyTo: uri, URL: bluesky.WebURL(author, rkey), Gone: true})
			continue
		}
		if m, ok := s.viewed(v, self); ok {
			out = append(out, m)
		}
	}
	return out, nil
}

// viewed makes a mention of a post as the network shows it.
func (s *Source) viewed(v bluesky.View, self string) (cases.Mention, bool) {
	author, rkey, ok := bluesky.Split(v.URI)
	if !ok || strings.TrimSpace(v.Record.Text) == "" {
		return cases.Mention{}, false
	}
	at, now := v.Indexed.UTC(), s.now()
	if at.IsZero() || at.After(now) {
		at = now
	}
	m := cases.Mention{Source: s.name, ID: id(v.URI), ReplyTo: v.URI, URL: bluesky.WebURL(author, rkey), PostedAt: at}
	said(&m, author, v.Record, self)
	name(&m, v.Author)
	return m, true
}

// examine says whether the account can be read as.
func (s *Source) examine(ctx context.Context) (advice []watchers.Advice) {
	if s.client == nil {
		return nil
	}
	if _, _, err := s.client.Notices(ctx, 1, ""); err != nil {
		return []watchers.Advice{{What: "reading as " + s.cfg.Handle, Fix: fmt.Sprintf("it cannot be done: %v; in the app, Settings, Privacy and security, App passwords, make a new one, and compare handle with the one there", err)}}
	}
	advice = []watchers.Advice{{OK: true, What: "replies to " + s.cfg.Handle + ", mentions and quotes"}}
	for _, words := range s.cfg.Search {
		a := watchers.Advice{OK: true, What: "search " + words}
		if _, _, err := s.client.Search(ctx, words, time.Time{}, 1, ""); err != nil {
			a.OK, a.Fix = false, fmt.Sprintf("it is not answered: %v", err)
		}
		advice = append(advice, a)
	}
	return advice
}

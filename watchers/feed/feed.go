// Package feed reads what people publish as feeds: RSS, Atom, RDF, JSON Feed
// and Apple's customer reviews.
//
// The bytes are fetched under the limits of internal/outbound, made UTF-8,
// counted by a guard that refuses documents built to exhaust memory, and only
// then given to a parser. Items are recognised again by id, link or wording,
// because feeds change their ids. A document that brings nothing at all, or a
// window in which nothing was known, is reported rather than passed over.
package feed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/watchers"
)

// longestPolite is the longest pause a publisher's own freshness (ttl,
// Cache-Control) gets. Some say a day; a complaint cannot wait that long. An
// explicit Retry-After is always obeyed.
const longestPolite = time.Hour

// Source is one feed.
type Source struct {
	cfg   Config
	name  string
	net   *outbound.Client
	now   func() time.Time
	first firstRun
	dates dates
}

var (
	_ watchers.Source = (*Source)(nil)
	_ watchers.Doctor = (*Source)(nil)
)

// New makes the source that config.yaml calls name. A feed from a file needs
// no client.
func New(c Config, name string, client *outbound.Client, now func() time.Time) (*Source, error) {
	if err := cases.SetUp("feed "+name, c.Check()); err != nil {
		return nil, err
	}
	if c.News != "" {
		c.URL = c.newsURL()
	}
	if client == nil && !c.local() {
		return nil, fmt.Errorf("setting up feed %s: no network client", name)
	}
	first, err := parseFirstRun(c.FirstRun)
	if err != nil {
		return nil, fmt.Errorf("setting up feed %s: %w", name, err)
	}
	return &Source{cfg: c, name: name, net: client, now: now, first: first, dates: newDates(c.Zone)}, nil
}

// Poll looks at the feed once. The same cursor gives the same page as long as
// the feed stays the same.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	st, readable := decodeState(after)
	got, err := s.fetch(ctx, st)
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading feed %s: %w", s.name, err)
	}
	if got.notModified {
		return cases.Page{Next: after, Wait: s.wait(got, 0)}, nil
	}
	doc, err := s.read(got)
	if err != nil {
		return cases.Page{}, fmt.Errorf("reading feed %s: %w", s.name, err)
	}
	page := s.page(doc, st, after == "", s.now())
	if !readable {
		page.Gap = cases.Also(watchers.PlaceLost, page.Gap)
	}
	page.Wait = s.wait(got, doc.ttl)
	return page, nil
}

// read makes a document of an answer.
func (s *Source) read(got answer) (document, error) {
	body, err := toUTF8(got.body, got.header.Get("Content-Type"), s.cfg.Charset)
	if err != nil {
		return document{}, err
	}
	doc, err := parse(body, s.dates, s.now())
	if errors.Is(err, errNotFeed) {
		if what := notFeed(body, got.header); what != "" {
			return document{}, fmt.Errorf("%w: %s", errNotFeed, what)
		}
	}
	if err != nil {
		return document{}, err
	}
	doc.etag, doc.lastModified = got.etag, got.lastModified
	return doc, nil
}

// page compares a document with what was seen before.
func (s *Source) page(doc document, st state, first bool, now time.Time) cases.Page {
	ids := s.identify(doc.items)
	mem := remember(st.Seen)
	shift := s.shift(doc.items, now)
	var seen []string
	var mentions []cases.Mention
	taken := map[string]bool{}
	known := 0
	for i, it := range doc.items {
		k := ids[i]
		words := it.title + "\x00" + it.text + "\x00" + strconv.Itoa(it.stars)
		before, was := mem.find(k)
		if was {
			known++
		}
		names := k.all()
		if taken[names[0]] {
			continue // a copy within the document
		}
		taken[names[0]] = true
		seen = append(seen, entry(k, words))
		if was && before == short(words) {
			continue
		}
		mentions = append(mentions, s.mention(it, names, was, shift, now))
	}
	slices.Reverse(mentions) // feeds list the newest first
	watchers.OldestFirst(mentions)
	if first {
		mentions = s.first.take(mentions)
	}
	next := state{V: 1, ETag: doc.etag, LastModified: doc.lastModified, Seen: merge(seen, st.Seen), Cut: doc.cut != ""}
	p := cases.Page{Mentions: mentions}
	if !first && known == 0 && len(doc.items) >= 2 {
		if next.Rolled = min(st.Rolled+1, 2); next.Rolled == 2 {
			p.Gap = fmt.Sprintf("none of the %d items was known, twice running: some may have come and gone in between", len(doc.items))
		}
	}
	if doc.cut != "" && !st.Cut {
		p.Gap = cases.Also(doc.cut, p.Gap)
	}
	p.Next = next.encode()
	return p
}

// identify gives each item its keys.
func (s *Source) identify(items []item) []keys {
	if isNews(s.cfg.URL) {
		return stories(items)
	}
	return identify(items)
}

// shift is how far a sample's dates move so that its newest item is of now.
func (s *Source) shift(items []item, now time.Time) time.Duration {
	if !s.cfg.Fresh || len(items) == 0 {
		return 0
	}
	newest := slices.MaxFunc(items, func(a, b item) int { return a.at.Compare(b.at) }).at
	if newest.IsZero() {
		return 0
	}
	return now.Sub(newest)
}

// mention makes a mention of an item. Dates ahead of now become now; an item
// without a date is of now, the time of first sight.
func (s *Source) mention(it item, names []string, again bool, shift time.Duration, now time.Time) cases.Mention {
	at := it.at
	if at.IsZero() {
		at = now
	} else if at = at.Add(shift); at.After(now.Add(ahead)) {
		at = now
	}
	m := cases.Mention{
		Source: s.name, ID: names[0], Aliases: names[1:], URL: it.link,
		AuthorID: it.authorID, Author: it.author, Title: it.title, Text: it.text, Stars: it.stars, Lang: it.lang,
		PostedAt: at, Direct: s.cfg.Dedicated,
	}
	switch {
	case m.Text == "":
		m.Title, m.Text = "", m.Title
	case m.Title == m.Text:
		m.Title = ""
	}
	m.Title, m.Text = it.aside.apart(m.Title, m.Text)
	latest := at
	if again {
		m.EditedAt = now
		if e := it.edited.Add(shift); !it.edited.IsZero() && e.Before(now) {
			m.EditedAt = e
			latest = e
		}
	}
	m.Old = now.Sub(latest) > s.cfg.MaxAge
	return m
}

// take picks what a first look takes in; mentions come oldest first.
func (f firstRun) take(mentions []cases.Mention) []cases.Mention {
	if f.since.IsZero() {
		return mentions[max(0, len(mentions)-f.last):]
	}
	return slices.DeleteFunc(mentions, func(m cases.Mention) bool { return m.PostedAt.Before(f.since) })
}

// wait is the pause the publisher asks for, 0 when the source's own interval
// is long enough.
func (s *Source) wait(got answer, ttl time.Duration) time.Duration {
	w := max(got.asked, min(max(got.fresh, ttl), longestPolite))
	if w <= s.cfg.Every {
		return 0
	}
	return w
}

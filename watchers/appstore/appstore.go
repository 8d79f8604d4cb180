// Package appstore reads the reviews of an app on Apple's App Store: without a
// key from the public feed of each country, the newest 500 of each; with a key
// of App Store Connect from there, for all countries. Only the latter can be
// answered, because the two name a review differently and Apple publishes
// nothing that leads from one name to the other.
//
// An edited review keeps its id. Edits are seen while the review is on the
// first page: among the newest 50 of a country, or the newest 200 with a key.
package appstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/apple"
	"rasid/watchers"
	"rasid/watchers/feed"
)

const (
	publicPage = 50 // reviews on a page of a public feed
	maxPages   = 10 // of one place at one look
	tellAfter  = 3  // looks in a row that failed, while other places are read
)

// place is a list of reviews, the newest first.
type place struct {
	name string
	// list reads one page; at "" is the first, next "" says that it was the last.
	list func(ctx context.Context, at string) (found []cases.Mention, next string, err error)
}

// Source is the reviews of one app.
type Source struct {
	cfg     Config
	name    string
	net     *outbound.Client
	now     func() time.Time
	connect *apple.Connect // nil without a key
	places  []place
	answers []cases.Answer // that the look under way saw
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
	if !c.Keyed() {
		for _, cc := range c.Countries {
			s.places = append(s.places, place{cc, func(ctx context.Context, at string) ([]cases.Mention, string, error) { return s.public(ctx, cc, at) }})
		}
		return s, nil
	}
	var err error
	if s.connect, err = apple.NewConnect(c.key(), c.App, c.APIURL, client, now); err != nil {
		return nil, fmt.Errorf("setting up %s: %w", name, err)
	}
	s.places = []place{{"connect", s.own}}
	return s, nil
}

// Poll reads every place from its newest review back to what is known; with a key
// it passes on which answers stand there, as far as it sees them. A place
// that fails does not hold up the others; when it failed for a while, that is
// said once.
func (s *Source) Poll(ctx context.Context, after cases.Cursor) (cases.Page, error) {
	cur, readable := readCursor(after)
	page, next := cases.Page{}, cursor{V: 1, Places: map[string]memory{}}
	if !readable {
		page.Gap = watchers.PlaceLost
	}
	s.answers = nil
	var failed []error
	for _, p := range s.places {
		mem := cur.Places[p.name]
		found, missed, err := mem.Back(ctx, maxPages, s.now(), s.cfg.MaxAge, p.list)
		gap := ""
		if ctx.Err() != nil {
			return cases.Page{}, fmt.Errorf("reading reviews of %s: %w", s.name, ctx.Err())
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("reading reviews of %s (%s): %w", s.name, p.name, err))
			if mem.Fails = min(mem.Fails+1, tellAfter+1); mem.Fails == tellAfter {
				gap = fmt.Sprintf("the reviews in %s could not be read %d times running: %v", p.name, tellAfter, err)
			}
			next.Places[p.name] = mem
		} else {
			page.Mentions = append(page.Mentions, mem.News(found, s.now(), s.cfg.MaxAge)...)
			next.Places[p.name] = memory{Known: mem.With(found)}
			if missed {
				gap = fmt.Sprintf("more reviews than Apple lists came in %s at once; the oldest of them were not read", p.name)
			}
		}
		page.Gap = cases.Also(page.Gap, gap)
	}
	if len(failed) == len(s.places) {
		return cases.Page{}, failed[0]
	}
	watchers.OldestFirst(page.Mentions)
	page.Answers = s.answers
	return watchers.EndAt(page, s.name, next)
}

// mention makes a mention of a review; without a date it has none yet.
func (s *Source) mention(r feed.Review) cases.Mention {
	m := cases.Mention{
		Source: s.name, ID: watchers.Line(r.ID, 200), ReplyTo: watchers.Line(r.ID, 200), URL: r.Link, Author: watchers.Line(r.Author, 200), AuthorID: r.AuthorID,
		Title: watchers.Line(r.Title, 500), Text: watchers.Shorten(watchers.Tidy(r.Text), watchers.MaxText), Stars: min(max(r.Stars, 0), 5), PostedAt: r.At, Direct: true,
	}
	if m.Text == "" {
		m.Title, m.Text = "", m.Title
	}
	if m.URL == "" {
		m.URL = "https://apps.apple.com/app/id" + s.cfg.App + "?see-all=reviews"
	}
	if m.AuthorID == "" {
		m.AuthorID = m.ID // one review for each author; with a key Apple tells the nickname alone
	}
	return m
}

// public reads a page of a country's public feed.
func (s *Source) public(ctx context.Context, country, at string) (found []cases.Mention, next string, err error) {
	n := 1
	if at != "" {
		n, _ = strconv.Atoi(at) // our own number
	}
	got, err := s.net.Get(ctx, outbound.Request{URL: apple.PublicURL(s.cfg.FeedURL, country, s.cfg.App, n)})
	if err != nil {
		return nil, "", err
	}
	list, err := feed.Reviews(got.Body, got.Header.Get("Content-Type"), s.now())
	if err != nil {
		return nil, "", err
	}
	for _, r := range list {
		found = append(found, s.mention(r))
	}
	if len(list) < publicPage || n == apple.PublicPages {
		return found, "", nil
	}
	return found, strconv.Itoa(n + 1), nil
}

// own reads a page of App Store Connect.
func (s *Source) own(ctx context.Context, at string) (found []cases.Mention, next string, err error) {
	got, next, err := s.connect.List(ctx, at)
	if err != nil {
		return nil, "", err
	}
	for _, r := range got {
		if a := r.Answer; a != nil {
			s.answers = append(s.answers, cases.Answer{Mention: watchers.Line(r.ID, 200), Text: a.Body, At: a.Changed})
		}
		found = append(found, s.mention(feed.Review{ID: r.ID, Author: r.Author, Title: r.Title, Text: r.Body, Stars: r.Stars, At: r.Created}))
	}
	return found, next, nil
}

// Doctor reads a page of each place.
func (s *Source) Doctor(ctx context.Context) []watchers.Advice {
	if s.connect != nil {
		page, _, err := s.connect.List(ctx, "")
		a := apple.Diagnose("reviews of app "+s.cfg.App, err)
		if a.OK {
			a.What += fmt.Sprintf(" (%d on the first page)", len(page))
		}
		return []watchers.Advice{a}
	}
	var advice []watchers.Advice
	for _, p := range s.places {
		found, _, err := p.list(ctx, "")
		a := watchers.Advice{What: "public reviews in " + p.name}
		var status *outbound.StatusError
		switch {
		case errors.As(err, &status) && (status.Code == 400 || status.Code == 404):
			a.Fix = "Apple knows no such feed: compare app with the number in the app's address, and the country with the two letters in it"
		case err != nil:
			a.Fix = fmt.Sprintf("they cannot be read: %v", err)
		case len(found) == 0:
			a.Fix = "Apple lists none: either nobody wrote one in this store yet, or the app is not sold there; look at the store, and take the country out if it stays so"
		default:
			a.OK, a.What = true, fmt.Sprintf("%s (%d on the first page)", a.What, len(found))
		}
		advice = append(advice, a)
	}
	return append(advice, watchers.Advice{OK: true, What: "read only: to answer here, give this source a key of App Store Connect"})
}

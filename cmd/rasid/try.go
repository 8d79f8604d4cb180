package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/phrases"
	"rasid/responder"
	"rasid/responder/digest"
	"rasid/sentiment"
	"rasid/watchers"
	"rasid/watchers/feed"
	"rasid/watchers/hackernews"
	"rasid/watchers/lemmy"
	"rasid/watchers/match"
	"rasid/watchers/reddit"
	"rasid/watchers/stackexchange"
	"rasid/watchers/telegramweb"
)

// tryOptions are the flags of `rasid try`.
type tryOptions struct {
	country  string
	app      string
	from     []string
	channels []string
	show     int
}

// tryCommand reads what is public about a business and shows what rasid would
// make of it.
func (p *program) tryCommand() *cobra.Command {
	var o tryOptions
	cmd := &cobra.Command{
		Use:   "try NAME",
		Short: "Look at what is said about a business now, without any keys",
		Long: `Reads the public sources that need no key, keeps what names the business, and shows
what rasid would make of it: each mention with its score and the words behind it,
a draft for each unhappy one, and a small digest. Nothing is stored and nothing is
posted. For every source it says what was read, or why it could not be.

Names are found in any spelling, through attached particles and diacritics. With
several names, write them in one query: '"قهوة نور" OR "noor coffee"'.`,
		Example: `  rasid try "قهوة نور"
  rasid try --country eg --lang ar '"واحة" OR "waha app"'
  rasid try --app 1234567890 --country sa "Waha App"
  rasid try --channel riyadh_food "قهوة نور"
  rasid try --from https://forum.example.org/latest.atom "noor coffee"`,
		Args: one("a name, in quotes"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.try(cmd.Context(), args[0], o)
		},
	}
	cmd.Flags().StringVar(&o.country, "country", "sa", "country to look in, two letters")
	cmd.Flags().StringVar(&o.app, "app", "", "number of an app in Apple's store, to read its reviews")
	cmd.Flags().StringArrayVar(&o.from, "from", nil, "read this feed instead (again for several)")
	cmd.Flags().StringArrayVar(&o.channels, "channel", nil, "read this public Telegram channel too (again for several)")
	cmd.Flags().IntVar(&o.show, "show", 10, "how many mentions to show")
	return cmd
}

// place is one public source of the trial.
type place struct {
	name string
	all  bool // everything there is about the business
	open func(name string, net *outbound.Client, now func() time.Time) (watchers.Source, error)
}

// oneFeed is a place that publishes a feed.
func oneFeed(name string, change func(*feed.Config)) place {
	c := feed.DefaultConfig()
	c.FirstRun, c.MaxAge, c.Dir = "last 100", trialAge, "."
	change(&c)
	if path, isFile := strings.CutPrefix(c.URL, "file:"); isFile && filepath.IsAbs(path) {
		c.Dir = "/"
	}
	return place{name: name, all: c.Dedicated, open: func(name string, net *outbound.Client, now func() time.Time) (watchers.Source, error) {
		return feed.New(c, name, net, now)
	}}
}

// trialAge is how far back a trial looks.
const trialAge = 90 * 24 * time.Hour

// publicPlaces are the sources that answer without a key, most reliable first.
func publicPlaces(query string, o tryOptions) (out []place) {
	for _, u := range o.from {
		out = append(out, oneFeed(u, func(c *feed.Config) { c.URL = u }))
	}
	if len(o.from) > 0 {
		return out
	}
	if o.app != "" {
		out = append(out, oneFeed("App Store reviews", func(c *feed.Config) {
			c.URL = "https://itunes.apple.com/" + strings.ToLower(o.country) + "/rss/customerreviews/id=" + url.PathEscape(o.app) + "/sortBy=mostRecent/json"
			c.Dedicated = true
		}))
	}
	for lang, name := range map[string]string{"ar": "Google News, Arabic", "en": "Google News, English"} {
		out = append(out, oneFeed(name, func(c *feed.Config) { c.News, c.NewsLanguage, c.NewsCountry = query, lang, strings.ToUpper(o.country) }))
	}
	slices.SortStableFunc(out, func(a, b place) int { return cmp.Compare(a.name, b.name) })
	return append(out, o.boards(query)...)
}

// boards are the places where people talk. Each is asked once, gently, and each
// may refuse.
func (o tryOptions) boards(query string) []place {
	plain := strings.Join(strings.Fields(strings.NewReplacer(`"`, " ", "(", " ", ")", " ", " OR ", " ", " AND ", " ").Replace(query)), " ")
	out := []place{
		{name: "Hacker News", open: func(name string, net *outbound.Client, now func() time.Time) (watchers.Source, error) {
			c := hackernews.DefaultConfig()
			c.Query, c.MaxAge = plain, trialAge
			return hackernews.New(c, name, net, now)
		}},
		oneFeed("Mastodon", func(c *feed.Config) {
			c.URL = "https://mastodon.social/tags/" + url.PathEscape(strings.ReplaceAll(plain, " ", "")) + ".rss"
		}),
		{name: "Lemmy", open: func(name string, net *outbound.Client, now func() time.Time) (watchers.Source, error) {
			c := lemmy.DefaultConfig()
			c.Server, c.Query, c.MaxAge = "https://lemmy.world", plain, trialAge
			return lemmy.New(c, name, net, now)
		}},
		{name: "Stack Overflow", open: func(name string, net *outbound.Client, now func() time.Time) (watchers.Source, error) {
			c := stackexchange.DefaultConfig()
			c.Query, c.MaxAge = plain, trialAge
			return stackexchange.New(c, name, net, now)
		}},
		{name: "Reddit", open: func(name string, net *outbound.Client, now func() time.Time) (watchers.Source, error) {
			c := reddit.DefaultConfig()
			c.Query, c.MaxAge = query, trialAge
			return reddit.New(c, name, net, now)
		}},
	}
	if len(o.channels) > 0 {
		out = append(out, place{name: "Telegram channels", open: func(name string, net *outbound.Client, now func() time.Time) (watchers.Source, error) {
			c := telegramweb.DefaultConfig()
			c.Channels, c.MaxAge = o.channels, trialAge
			return telegramweb.New(c, name, net, now)
		}})
	}
	return out
}

// reading is what one place brought.
type reading struct {
	place    place
	mentions []cases.Mention
	seen     int
	err      error
}

func (p *program) try(ctx context.Context, name string, o tryOptions) error {
	query, err := asQuery(name)
	if err != nil {
		return err
	}
	h, err := p.judgement()
	if err != nil {
		return err
	}
	net := outbound.New(outbound.Options{UserAgent: "rasid/" + version(), Logger: slog.New(slog.DiscardHandler)})
	defer net.Close()
	var all []cases.Scored
	read := 0
	for _, r := range p.readAll(ctx, net, publicPlaces(name, o), query) {
		if r.err != nil {
			p.say(p.out, "try.unread", "source", p.name(r.place.name), "why", phrases.Cause(r.err.Error()))
			continue
		}
		read++
		p.say(p.out, "try.read", "source", p.name(r.place.name), "n", r.seen, "ours", len(r.mentions))
		for _, m := range r.mentions {
			m.Old, m.Num = false, int64(len(all)+1)
			all = append(all, cases.Scored{Mention: m, Score: h.score(m), SeenAt: p.now()})
		}
	}
	if read == 0 {
		return errors.New("nothing could be read: is this machine connected to the internet?")
	}
	slices.SortStableFunc(all, func(a, b cases.Scored) int { return cmp.Compare(a.Score.Value, b.Score.Value) })
	return p.showTrial(ctx, p.words, name, all, o)
}

// asQuery takes a bare name as a phrase.
func asQuery(name string) (*match.Query, error) {
	text := strings.TrimSpace(name)
	if !strings.ContainsAny(text, `":()`) && !strings.Contains(text, " OR ") && !strings.Contains(text, " AND ") {
		text = `"` + text + `"`
	}
	q, err := match.Parse(text)
	if err != nil {
		return nil, usageError{fmt.Errorf("reading the name: %w", err)}
	}
	return q, nil
}

// judgement is the part of the house that needs no configuration: the scorer,
// the topics and the templates.
func (p *program) judgement() (*house, error) {
	h := &house{now: p.now}
	var err error
	if h.scorer, err = sentiment.New(); err != nil {
		return nil, err
	}
	return h, h.readWords()
}

// perPlace bounds what one source may take.
const perPlace = 25 * time.Second

// readAll reads every place at once and returns them in their order.
func (p *program) readAll(ctx context.Context, net *outbound.Client, places []place, query *match.Query) []reading {
	out := make([]reading, len(places))
	var all sync.WaitGroup
	for i, at := range places {
		all.Go(func() { out[i] = p.readPlace(ctx, net, at, query) })
	}
	all.Wait()
	return out
}

func (p *program) readPlace(ctx context.Context, net *outbound.Client, at place, query *match.Query) reading {
	ctx, cancel := context.WithTimeout(ctx, perPlace)
	defer cancel()
	r := reading{place: at}
	source, err := at.open(at.name, net, p.now)
	if err != nil {
		r.err = err
		return r
	}
	page, err := source.Poll(ctx, "")
	if err != nil {
		r.err = innermost(err)
		return r
	}
	r.seen = len(page.Mentions)
	for _, m := range page.Mentions {
		if at.all || query.Match(m) {
			r.mentions = append(r.mentions, m)
		}
	}
	return r
}

// innermost drops what the line says already: which source was read.
func innermost(err error) error {
	if e := errors.Unwrap(err); e != nil {
		return e
	}
	return err
}

func (p *program) showTrial(ctx context.Context, words *phrases.Catalogue, name string, all []cases.Scored, o tryOptions) error {
	drafter, err := responder.NewTemplates(responder.Commitment{Within: within(24 * time.Hour), Private: map[string]string{}}, func(string, string) error { return nil })
	if err != nil {
		return err
	}
	for _, s := range all[:min(len(all), max(o.show, 0))] {
		m := s.Mention
		fmt.Fprintf(p.out, "\n%+.2f  %s · %s · %s\n", s.Score.Value, m.Source, responder.Isolate(responder.Visible(m.Author)), words.Say("lang."+s.Score.Language))
		fmt.Fprintf(p.out, "  %s\n  %s\n", responder.Isolate(responder.Excerpt(responder.Visible(m.Title+" "+m.Text), 280)), m.URL)
		for _, r := range s.Score.Reasons[:min(len(s.Score.Reasons), 3)] {
			said := sentiment.Reason{Text: responder.Visible(r.Text), Weight: r.Weight, Kind: r.Kind, By: responder.Visible(r.By)}
			fmt.Fprintf(p.out, "    %+.2f  %s\n", r.Weight, said.Explain(p.words.Language))
		}
		if s.Score.Label != string(sentiment.Negative) {
			continue
		}
		d, err := drafter.Draft(ctx, cases.Case{ID: m.Num, Source: m.Source, Author: m.Author, Score: s.Score, Mentions: []cases.Mention{m}})
		if err == nil {
			fmt.Fprintf(p.out, "    ✍ %s\n", responder.Isolate(d.Text))
		}
	}
	book := trial(all)
	f, err := digest.Tally(ctx, book, book, p.now(), p.now().Location(), p.now())
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "\n%s\n", f.Text(words, strings.Trim(name, `"`)))
	return nil
}

// trial is what a digest of a trial counts: mentions alone, no cases.
type trial []cases.Scored

// MentionsBetween returns what was read.
func (t trial) MentionsBetween(context.Context, time.Time, time.Time) ([]cases.Scored, error) {
	return t, nil
}

// StoriesBetween returns nothing: nobody decided anything.
func (trial) StoriesBetween(context.Context, time.Time, time.Time) ([]cases.Entry, error) {
	return nil, nil
}

// CasesBetween returns nothing: a trial opens no case.
func (trial) CasesBetween(context.Context, time.Time, time.Time) ([]cases.Case, error) {
	return nil, nil
}

// InState returns nothing: a trial opens no case.
func (trial) InState(context.Context, cases.State, int) ([]cases.Case, error) { return nil, nil }

// Statuses returns nothing: the sources were told of already.
func (trial) Statuses(context.Context) ([]cases.SourceStatus, error) { return nil, nil }

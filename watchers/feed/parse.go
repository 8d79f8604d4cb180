package feed

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"rasid/internal/cases"
	"rasid/watchers"
)

// Limits on the shorter texts, in bytes.
const (
	maxTitle  = 4 << 10
	maxAuthor = 400
)

// document is a feed as it was read, its texts plain.
type document struct {
	kind, title, lang string
	ttl               time.Duration // how long the publisher says it stays fresh; 0 = not said
	items             []item        // in the publisher's order
	unread            int           // items that could not be understood
	cut               string        // why items may be missing; "" when none are

	etag, lastModified string
}

// item is one entry of a document.
type item struct {
	guid, link       string
	shared           bool // the link belongs to many items and identifies none
	author, authorID string
	title, text      string
	stars            int
	at, edited       time.Time // zero when not said
	lang             string
	aside            aside // what the program of the site wrote into it
}

// errNotFeed says that the body is no feed we know.
var errNotFeed = errors.New("not a feed")

// parse reads a body that toUTF8 has cleaned. Items it cannot understand are
// counted, not fatal.
func parse(body []byte, d dates, now time.Time) (document, error) {
	c, err := guard(body)
	if err != nil {
		return document{}, err
	}
	if doc, ok, err := parseApple(c.body, d, now); ok {
		if err != nil {
			return document{}, err
		}
		doc.cut = cases.Also(c.reason, doc.cut)
		if doc.unread > 0 {
			doc.cut = cases.Also(fmt.Sprintf("items that could not be understood: %d", doc.unread), doc.cut)
		}
		return doc, emptiness(doc)
	}
	p := gofeed.NewParser()
	p.KeepOriginalFeed = true
	f, err := p.Parse(bytes.NewReader(c.body))
	if err != nil {
		if errors.Is(err, gofeed.ErrFeedTypeNotDetected) {
			return document{}, errNotFeed
		}
		return document{}, fmt.Errorf("%w: %w", errNotFeed, err)
	}
	doc := document{kind: f.FeedType + " " + f.FeedVersion, title: watchers.Line(watchers.Plain(f.Title), maxTitle), lang: language(f.Language), ttl: ttl(f), cut: c.reason}
	base, _ := url.Parse(f.Link)
	for i, it := range f.Items {
		if it == nil {
			continue
		}
		if one, ok := convert(f, i, base, d, now); ok {
			doc.items = append(doc.items, one)
		} else {
			doc.unread++
		}
	}
	if doc.unread > 0 {
		doc.cut = cases.Also(fmt.Sprintf("items that could not be understood: %d", doc.unread), doc.cut)
	}
	return doc, emptiness(doc)
}

// emptiness: a document without items and without a title parsed "fine" into
// nothing, as one with wrong-case tags does. Silence would be loss.
func emptiness(doc document) error {
	if len(doc.items) == 0 && doc.title == "" {
		return fmt.Errorf("%w: neither a title nor items", errNotFeed)
	}
	return nil
}

// convert reads one item. A panic in it costs that item alone.
func convert(f *gofeed.Feed, i int, base *url.URL, d dates, now time.Time) (out item, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	it := f.Items[i]
	out = item{guid: strings.TrimSpace(it.GUID), link: absolute(base, it.Link), lang: language(f.Language), aside: asideOf(f, it)}
	out.title = watchers.Line(watchers.Plain(it.Title), maxTitle)
	out.text = watchers.Shorten(watchers.Plain(it.Content), watchers.MaxText)
	if out.text == "" {
		out.text = watchers.Shorten(watchers.Plain(it.Description), watchers.MaxText)
	}
	if len(it.Authors) > 0 && it.Authors[0] != nil {
		out.author, out.authorID = it.Authors[0].Name, it.Authors[0].Email
		if out.author == "" {
			out.author = it.Authors[0].Email
		}
	}
	fromOriginal(f, i, &out)
	if to, was := direct(out.link); was {
		out.link = to
		if u, err := url.Parse(to); err == nil && out.author == "" {
			out.author = strings.TrimPrefix(u.Hostname(), "www.")
		}
	}
	out.author, out.authorID = watchers.Line(watchers.Plain(out.author), maxAuthor), watchers.Line(out.authorID, maxAuthor)
	out.stars = rating(it)
	published := []string{it.Published, it.Updated}
	if it.DublinCoreExt != nil {
		published = append(published, it.DublinCoreExt.Date...)
	}
	out.at = firstDate(d, now, published, it.PublishedParsed, it.UpdatedParsed)
	if e := firstDate(d, now, []string{it.Updated}, it.UpdatedParsed); e.After(out.at) {
		out.edited = e
	}
	return out, true
}

// fromOriginal takes what gofeed's common form drops: the author's address in
// Atom, and the name of the paper in an aggregator's RSS.
func fromOriginal(f *gofeed.Feed, i int, out *item) {
	switch o := f.OriginalFeed().(type) {
	case *atom.Feed:
		if i < len(o.Entries) && o.Entries[i] != nil && len(o.Entries[i].Authors) > 0 && o.Entries[i].Authors[0].URI != "" {
			out.authorID = o.Entries[i].Authors[0].URI
		}
	case *rss.Feed:
		if i < len(o.Items) && o.Items[i] != nil && o.Items[i].Source != nil && out.author == "" {
			out.author = o.Items[i].Source.Title
		}
	}
}

func firstDate(d dates, now time.Time, texts []string, parsed ...*time.Time) time.Time {
	for _, s := range texts {
		if t, ok := d.parse(s, now); ok {
			return t
		}
	}
	for _, p := range parsed {
		if p != nil {
			if t, ok := sane(*p); ok {
				return t
			}
		}
	}
	return time.Time{}
}

// rating reads im:rating, the extension of Apple's review feeds, and a row of
// five stars in the title.
func rating(it *gofeed.Item) int {
	if r := extension(it.Extensions, "im", "rating"); r != "" {
		return stars(r)
	}
	full, row := 0, 0
	for _, r := range it.Title {
		switch r {
		case '★', '⭐':
			full++
			row++
		case '☆':
			row++
		}
	}
	if row == 5 && full > 0 {
		return full
	}
	return 0
}

func extension(e ext.Extensions, prefix, name string) string {
	if l := e[prefix][name]; len(l) > 0 {
		return l[0].Value
	}
	return ""
}

// ttl reads how long an RSS channel says it stays fresh.
func ttl(f *gofeed.Feed) time.Duration {
	o, ok := f.OriginalFeed().(*rss.Feed)
	if !ok {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(o.TTL))
	if err != nil || n <= 0 || n > 24*60 {
		return 0
	}
	return time.Duration(n) * time.Minute
}

// language keeps the two languages the program speaks; it is only a hint.
func language(s string) string {
	s = strings.ToLower(s)
	for _, l := range []string{"ar", "en"} {
		if s == l || strings.HasPrefix(s, l+"-") || strings.HasPrefix(s, l+"_") {
			return l
		}
	}
	return ""
}

// absolute resolves a link and keeps only what a person can open.
func absolute(base *url.URL, link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || link == "" {
		return ""
	}
	if base != nil && base.IsAbs() {
		u = base.ResolveReference(u)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	return u.String()
}

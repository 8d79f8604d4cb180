package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rasid/watchers"
)

// Apple's customer-review JSON is Atom spelled as JSON: each value sits in a
// {"label": …}. gofeed reads it without an error and finds nothing. Apple does
// not document it, so every field is read as if it might be anything: a single
// review comes as an object instead of an array, the first entry may be the
// app itself, ratings come empty, dates were missing for years.

// label is a value that should be {"label": "text"}.
type label struct {
	text  string
	attrs map[string]json.RawMessage
}

// UnmarshalJSON takes anything and never fails.
func (l *label) UnmarshalJSON(b []byte) error {
	var o struct {
		Label json.RawMessage            `json:"label"`
		Attrs map[string]json.RawMessage `json:"attributes"`
	}
	if json.Unmarshal(b, &o) == nil {
		l.text, l.attrs = scalar(o.Label), o.Attrs
		return nil
	}
	l.text = scalar(b)
	return nil
}

// scalar returns a string, number or bool as text, "" for anything else.
func scalar(b json.RawMessage) string {
	var s string
	if json.Unmarshal(b, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(b, &n) == nil {
		return n.String()
	}
	return ""
}

// appleKind is what a document of Apple's reviews is called.
const appleKind = "Apple reviews"

type appleEntry struct {
	Author  json.RawMessage `json:"author"`
	ID      label           `json:"id"`
	Title   label           `json:"title"`
	Content label           `json:"content"`
	Updated label           `json:"updated"`
	Link    json.RawMessage `json:"link"`
	Rating  *label          `json:"im:rating"`
	Name    *label          `json:"im:name"`
	Artist  *label          `json:"im:artist"`
}

// parseApple reads the review JSON. It reports false when body is something
// else.
func parseApple(body []byte, d dates, now time.Time) (document, bool, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return document{}, false, nil
	}
	var root struct {
		Feed json.RawMessage `json:"feed"`
	}
	if json.Unmarshal(body, &root) != nil || len(root.Feed) == 0 || root.Feed[0] != '{' {
		return document{}, false, nil
	}
	var f struct {
		Title label           `json:"title"`
		Entry json.RawMessage `json:"entry"`
	}
	if err := json.Unmarshal(root.Feed, &f); err != nil {
		return document{}, true, fmt.Errorf("reading Apple's review feed: %w", err)
	}
	doc := document{kind: appleKind, title: watchers.Line(f.Title.text, maxTitle)}
	for i, raw := range list(f.Entry) {
		if len(doc.items) >= maxItems {
			doc.cut = fmt.Sprintf("the feed lists more than %d items; the first %d were read", maxItems, maxItems)
			break
		}
		var e appleEntry
		if json.Unmarshal(raw, &e) != nil {
			doc.unread++
			continue
		}
		if i == 0 && e.Rating == nil && (e.Name != nil || e.Artist != nil) {
			continue // the app itself
		}
		doc.items = append(doc.items, e.item(d, now))
	}
	return doc, true, nil
}

// Review is one review of Apple's public feeds.
type Review struct {
	ID, Link         string
	Author, AuthorID string
	Title, Text      string
	Stars            int       // 0 when it was not said
	At               time.Time // of the review or its last change; zero when not said
}

// Reviews reads a page of Apple's public customer reviews, under the same
// limits as any feed. contentType is what the answer said of itself.
func Reviews(body []byte, contentType string, now time.Time) ([]Review, error) {
	clean, err := toUTF8(body, contentType, "")
	if err != nil {
		return nil, err
	}
	doc, err := parse(clean, newDates("UTC"), now)
	if err != nil {
		return nil, err
	}
	if doc.kind != appleKind {
		return nil, fmt.Errorf("%w: no list of reviews", errNotFeed)
	}
	out := make([]Review, 0, len(doc.items))
	for _, it := range doc.items {
		out = append(out, Review{ID: it.guid, Link: it.link, Author: it.author, AuthorID: it.authorID, Title: it.title, Text: it.text, Stars: it.stars, At: it.at})
	}
	return out, nil
}

// item makes an item of an entry. Its link is the same for all reviews of an app.
func (e appleEntry) item(d dates, now time.Time) item {
	it := item{guid: e.ID.text, shared: true, title: watchers.Line(e.Title.text, maxTitle), text: watchers.Shorten(watchers.Tidy(e.Content.text), watchers.MaxText)}
	var author struct {
		Name label `json:"name"`
		URI  label `json:"uri"`
	}
	if json.Unmarshal(e.Author, &author) == nil {
		it.author = watchers.Line(author.Name.text, maxAuthor)
		it.authorID = watchers.Line(author.URI.text, maxAuthor)
		if _, id, ok := strings.Cut(it.authorID, "/reviews/id"); ok && id != "" {
			it.authorID = id
		}
	}
	for _, raw := range list(e.Link) {
		var l label
		if json.Unmarshal(raw, &l) == nil && it.link == "" {
			it.link = absolute(nil, scalar(l.attrs["href"]))
		}
	}
	if e.Rating != nil {
		it.stars = stars(e.Rating.text)
	}
	if t, ok := d.parse(e.Updated.text, now); ok {
		it.at = t
	}
	return it
}

// list makes a list of an array, of a single value, or of nothing.
func list(b json.RawMessage) []json.RawMessage {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || bytes.Equal(b, []byte("null")) {
		return nil
	}
	if b[0] != '[' {
		return []json.RawMessage{b}
	}
	var out []json.RawMessage
	if json.Unmarshal(b, &out) != nil {
		return nil
	}
	return out
}

// stars reads a rating from 1 to 5; anything else is none.
func stars(s string) int {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f >= 1 && f <= 5) {
		return 0
	}
	return int(f + 0.5)
}

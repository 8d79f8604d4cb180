package reddit

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// ErrBlocked says that Reddit refuses to show its feeds to this address.
var ErrBlocked = errors.New("blocked by Reddit")

// blockedFor is how long we stay away from Reddit's feeds after a refusal that
// names no time.
const blockedFor = 30 * time.Minute

// Entry is one post or comment of a feed.
type Entry struct {
	Name      string // t3_… or t1_…
	Author    string // without /u/
	Title     string
	HTML      string // of the text; "" where there is none
	Link      string
	Published time.Time
	Updated   time.Time
}

// Feed reads a public feed, such as /r/noor/new/.rss.
func Feed(ctx context.Context, net *outbound.Client, siteURL, name, path string, q url.Values) ([]Entry, error) {
	h := agent(name)
	h.Set("Accept", "application/atom+xml")
	got, err := net.Get(ctx, outbound.Request{URL: site(siteURL) + path + "?" + q.Encode(), Header: h})
	if err != nil {
		return nil, blocked(err)
	}
	var doc struct {
		XMLName xml.Name `xml:"feed"`
		Entries []struct {
			ID        string    `xml:"id"`
			Title     string    `xml:"title"`
			Published time.Time `xml:"published"`
			Updated   time.Time `xml:"updated"`
			Content   string    `xml:"content"`
			Author    struct {
				Name string `xml:"name"`
			} `xml:"author"`
			Link struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(got.Body, &doc); err != nil {
		// Reddit shows a page instead of the feed to those it does not want.
		return nil, fmt.Errorf("%w: it answered with a page instead of the feed", ErrBlocked)
	}
	var out []Entry
	for _, e := range doc.Entries {
		if IsFullname(e.ID) {
			out = append(out, Entry{
				Name: e.ID, Author: strings.TrimPrefix(strings.TrimSpace(e.Author.Name), "/u/"), Title: e.Title, HTML: body(e.Content), Link: e.Link.Href,
				Published: cmp.Or(e.Published, e.Updated).UTC(), Updated: e.Updated.UTC(),
			})
		}
	}
	return out, nil
}

// body is what the author wrote: Reddit marks it, and adds links of its own
// behind it.
func body(content string) string {
	_, rest, found := strings.Cut(content, "<!-- SC_OFF -->")
	if !found {
		return ""
	}
	inside, _, _ := strings.Cut(rest, "<!-- SC_ON -->")
	return inside
}

// blocked says in plain words what Reddit's refusals mean.
func blocked(err error) error {
	status, ok := errors.AsType[*outbound.StatusError](err)
	if !ok || (status.Code != http.StatusForbidden && status.Code != http.StatusTooManyRequests) {
		return err
	}
	return &cases.LaterError{
		After: cmp.Or(status.RetryAfter, blockedFor),
		Err:   fmt.Errorf("%w: %w; it shows its feeds to few addresses, so look less often, or ask Reddit to approve an application and set client_id", ErrBlocked, status),
	}
}

// Diagnose turns the error of a first look into what to do.
func Diagnose(what string, err error) cases.Advice {
	a := cases.Advice{What: what}
	code := outbound.StatusOf(err)
	switch {
	case err == nil:
		a.OK = true
	case errors.Is(err, ErrBlocked):
		a.Fix = "blocked by Reddit: it shows its feeds to few addresses; ask for access to its API (Responsible Builder Policy), make an application of type script at https://www.reddit.com/prefs/apps, and set client_id, client_secret, user and password or refresh_token"
	case errors.Is(err, outbound.ErrSignIn):
		a.Fix = "Reddit does not take the application or its account: compare client_id (under the application's name) and client_secret, and the account's password; an account with two-step sign-in needs refresh_token"
	case code == http.StatusForbidden:
		a.Fix = "the community is private, or the application was not approved for this"
	case code == http.StatusNotFound:
		a.Fix = "there is no such community: compare its name letter by letter"
	case code == http.StatusTooManyRequests:
		a.Fix = "Reddit asks to wait: it allows 100 requests a minute; look less often (every:)"
	default:
		a.Fix = fmt.Sprintf("it cannot be asked: %v", err)
	}
	return a
}

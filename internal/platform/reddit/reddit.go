// Package reddit is a small client of Reddit: its public feeds, which need no
// account and are often refused, and its API, for which Reddit has to approve
// the application.
package reddit

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// Addresses of Reddit.
const (
	SiteURL = "https://www.reddit.com"
	APIURL  = "https://oauth.reddit.com"
)

// MaxComment is the longest comment, in characters of its Markdown source.
const MaxComment = 10000

// fullname is the id of a post (t3_) or comment (t1_).
var fullname = regexp.MustCompile(`^t[13]_[0-9a-z]{1,13}$`)

// IsFullname reports whether a text can name a post or comment.
func IsFullname(s string) bool { return fullname.MatchString(s) }

var account = regexp.MustCompile(`^[A-Za-z0-9_-]{3,20}$`)

// App is who speaks to the API.
type App struct {
	ClientID          string
	ClientSecret      outbound.Secret
	Account           string          // name of the Reddit account
	Password, Refresh outbound.Secret // one of them, to act as the account
	APIURL, SiteURL   string          // "" = Reddit's own
}

// Acts reports whether the app signs in as its account.
func (a App) Acts() bool { return !a.Password.Empty() || !a.Refresh.Empty() }

// Check lists what is missing to use the API.
func (a App) Check() []cases.Fault {
	var faults cases.Faults
	if a.ClientID == "" || a.ClientSecret.Empty() {
		faults.Add("client_id", "or client_secret is missing", "both, from https://www.reddit.com/prefs/apps, for an application that Reddit approved")
	}
	if !account.MatchString(a.Account) {
		faults.Add("user", "is not the name of a Reddit account", "the account's name without u/; Reddit wants it in each request")
	}
	return faults
}

// agent names us as Reddit's rules ask for.
func agent(name string) http.Header {
	ua := "server:rasid:v1"
	if name != "" {
		ua += " (by /u/" + name + ")"
	}
	return http.Header{"User-Agent": {ua}}
}

// Client speaks to the API. Reddit allows 100 requests a minute for each
// client.
type Client struct {
	app App
	api *outbound.Bearer
}

// NewClient makes a client of the API.
func NewClient(a App, net *outbound.Client, now func() time.Time) *Client {
	form := url.Values{"grant_type": {"client_credentials"}}
	switch {
	case !a.Refresh.Empty():
		form = url.Values{"grant_type": {"refresh_token"}, "refresh_token": {a.Refresh.Reveal()}}
	case !a.Password.Empty():
		form = url.Values{"grant_type": {"password"}, "username": {a.Account}, "password": {a.Password.Reveal()}}
	}
	return &Client{app: a, api: &outbound.Bearer{
		Base: cmp.Or(a.APIURL, APIURL), Net: net, Now: now, Header: agent(a.Account),
		Grant: outbound.Fixed(outbound.Grant{URL: site(a.SiteURL) + "/api/v1/access_token", Form: form, Header: outbound.BasicAuth(a.ClientID, a.ClientSecret.Reveal())}),
	}}
}

func site(s string) string { return strings.TrimRight(cmp.Or(s, SiteURL), "/") }

// Thing is a post or a comment.
type Thing struct {
	Name      string          `json:"name"` // t3_… or t1_…
	Author    string          `json:"author"`
	AuthorID  string          `json:"author_fullname"`
	Title     string          `json:"title"`
	SelfText  string          `json:"selftext"`
	Body      string          `json:"body"`
	Permalink string          `json:"permalink"`
	Context   string          `json:"context"` // of what the inbox holds
	Created   float64         `json:"created_utc"`
	Edited    json.RawMessage `json:"edited"` // false, or the time
	ParentID  string          `json:"parent_id"`
	LinkID    string          `json:"link_id"`
	LinkTitle string          `json:"link_title"`
	RemovedBy *string         `json:"removed_by_category"`
	Locked    bool            `json:"locked"`
	Archived  bool            `json:"archived"`
	Replies   json.RawMessage `json:"replies"`
}

// Words are the title and the text of a thing; a post without text has its
// title as its text.
func (t Thing) Words() (title, text string) {
	switch {
	case t.Body != "":
		return t.LinkTitle, t.Body
	case t.SelfText == "":
		return "", t.Title
	}
	return t.Title, t.SelfText
}

// marks are what stands where something was taken away.
func mark(s string) bool { return s == "[deleted]" || s == "[removed]" }

// Gone reports whether its author deleted it or a moderator removed it. An
// account that was deleted leaves its words behind.
func (t Thing) Gone() bool {
	if t.RemovedBy != nil && *t.RemovedBy != "" {
		return true
	}
	_, text := t.Words()
	return mark(strings.TrimSpace(text)) && (t.Author == "" || mark(t.Author))
}

// Anonymous reports whether the author's account is not told.
func (t Thing) Anonymous() bool { return t.Author == "" || mark(t.Author) }

// At is when it was written; zero when it is not told.
func (t Thing) At() time.Time { return moment(t.Created) }

// EditedAt is when it was changed; zero when it never was.
func (t Thing) EditedAt() time.Time {
	var n float64
	if json.Unmarshal(t.Edited, &n) != nil {
		return time.Time{}
	}
	return moment(n)
}

func moment(n float64) time.Time {
	if n <= 0 || n > 1e11 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0).UTC()
}

// Link is the thing's page.
func (t Thing) Link(siteURL string) string {
	path := cmp.Or(t.Permalink, t.Context)
	if !strings.HasPrefix(path, "/") {
		return ""
	}
	return site(siteURL) + path
}

// listing is a page of things; replies to a comment are one too, or "".
type listing struct {
	Data struct {
		After    string `json:"after"`
		Children []struct {
			Kind string `json:"kind"` // t1, t3; "more" stands for comments left out
			Data Thing  `json:"data"`
		} `json:"children"`
	} `json:"data"`
}

func (l listing) things() (out []Thing) {
	for _, c := range l.Data.Children {
		if IsFullname(c.Data.Name) {
			out = append(out, c.Data)
		}
	}
	return out
}

// List reads one page of a listing, such as /r/noor/new.
func (c *Client) List(ctx context.Context, path string, q url.Values, after string) (things []Thing, next string, err error) {
	if q == nil {
		q = url.Values{}
	}
	q.Set("limit", "100")
	q.Set("raw_json", "1") // else <, > and & come as entities
	if after != "" {
		q.Set("after", after)
	}
	var l listing
	err = c.api.Get(ctx, path+"?"+q.Encode(), &l)
	return l.things(), l.Data.After, err
}

// MaxInfo is how many things Info reads at once.
const MaxInfo = 100

// Info reads things by their names, at most MaxInfo. What does not exist is
// left out.
func (c *Client) Info(ctx context.Context, names []string) ([]Thing, error) {
	things, _, err := c.List(ctx, "/api/info", url.Values{"id": {strings.Join(names, ",")}}, "")
	return things, err
}

// Replies reads what stands right below a thing, the newest first. Reddit may
// leave out old ones where there are many.
func (c *Client) Replies(ctx context.Context, parent Thing) ([]Thing, error) {
	post, isComment := cmp.Or(parent.LinkID, parent.Name), strings.HasPrefix(parent.Name, "t1_")
	q := url.Values{"sort": {"new"}, "limit": {"500"}, "depth": {"2"}, "raw_json": {"1"}}
	if isComment {
		q.Set("comment", strings.TrimPrefix(parent.Name, "t1_"))
		q.Set("context", "0")
	}
	var pages []listing // the post, then the comments
	if err := c.api.Get(ctx, "/comments/"+strings.TrimPrefix(post, "t3_")+"?"+q.Encode(), &pages); err != nil {
		return nil, err
	}
	if len(pages) < 2 {
		return nil, outbound.ErrNotJSON
	}
	if !isComment {
		return pages[1].things(), nil
	}
	for _, t := range pages[1].things() {
		var below listing
		if t.Name == parent.Name && json.Unmarshal(t.Replies, &below) == nil {
			return below.things(), nil
		}
	}
	return nil, nil
}

// Self returns the name of the account that we act as.
func (c *Client) Self(ctx context.Context) (string, error) {
	var me struct {
		Name string `json:"name"`
	}
	err := c.api.Get(ctx, "/api/v1/me", &me)
	if err == nil && me.Name == "" {
		err = outbound.ErrNotJSON
	}
	return me.Name, err
}

// Package bluesky is a small client of the AT Protocol as Bluesky uses it: an
// account's own server for posting, the public service for names, and Jetstream
// for what everybody says.
package bluesky

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rasid/internal/outbound"
	"rasid/internal/patterns"
)

// Posts is the collection in which posts are records.
const Posts = "app.bsky.feed.post"

// Ref names a record in one version.
type Ref struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

// Post is a post as its author wrote it.
type Post struct {
	Type    string    `json:"$type"`
	Text    string    `json:"text"`
	Created string    `json:"createdAt"`
	Langs   []string  `json:"langs,omitempty"`
	Facets  []Facet   `json:"facets,omitempty"`
	Reply   *ReplyRef `json:"reply,omitempty"`
	Labels  *Labels   `json:"labels,omitempty"`
}

// ReplyRef says what a post answers, and where that conversation began.
type ReplyRef struct {
	Root   Ref `json:"root"`
	Parent Ref `json:"parent"`
}

// Labels are what authors say about their own records.
type Labels struct {
	Type   string  `json:"$type"`
	Values []Label `json:"values"`
}

// Label is one word about a record or an account.
type Label struct {
	Src string `json:"src,omitempty"` // who says so; empty in a record of one's own
	Val string `json:"val"`
}

// Automated is the label by which an account or a post says that a program is
// at work.
const Automated = "bot"

// SelfLabel makes the labels of a record.
func SelfLabel(val string) *Labels {
	return &Labels{Type: "com.atproto.label.defs#selfLabels", Values: []Label{{Val: val}}}
}

// Has reports whether a label is among them.
func (l *Labels) Has(val string) bool {
	return l != nil && slices.ContainsFunc(l.Values, func(v Label) bool { return v.Val == val })
}

// Profile is somebody on the network.
type Profile struct {
	DID    string  `json:"did"`
	Handle string  `json:"handle"`
	Name   string  `json:"displayName"`
	Labels []Label `json:"labels"`
}

// Automated reports whether the account says of itself that a program runs it.
func (p Profile) Automated() bool {
	return slices.Contains(p.Labels, Label{Src: p.DID, Val: Automated})
}

// View is a post as the network shows it.
type View struct {
	Ref
	Author Profile `json:"author"`
	Record Post    `json:"record"`
	// Indexed is when the network took it in.
	Indexed time.Time `json:"indexedAt"`
	Viewer  struct {
		ReplyDisabled bool `json:"replyDisabled"` // the author let only some people reply
		BlockedBy     bool `json:"blockedBy"`
	} `json:"viewer"`
}

var (
	did  = patterns.Later(`^did:(plc:[a-z2-7]{24}|web:[a-zA-Z0-9.:%_-]{1,200})$`)
	uri  = patterns.Later(`^at://(did:[a-z]+:[A-Za-z0-9.:%_-]{1,200})/app\.bsky\.feed\.post/([A-Za-z0-9._:~-]{1,512})$`)
	app  = regexp.MustCompile(`^[a-z0-9]{4}(-[a-z0-9]{4}){3}$`)
	name = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// IsDID reports whether a text can be the lasting name of an account.
func IsDID(s string) bool { return did().MatchString(s) }

// IsHandle reports whether a text can be the readable name of an account.
func IsHandle(s string) bool { return name.MatchString(strings.ToLower(s)) && len(s) <= 253 }

// IsAppPassword reports whether a secret can be an app password.
func IsAppPassword(s outbound.Secret) bool { return app.MatchString(s.Reveal()) }

// AppPasswordHow tells how to get an app password.
const AppPasswordHow = `app_password: "${BLUESKY_PASSWORD}", as the app makes one (Settings, Privacy and security, App passwords): four times four letters`

// Split takes the address of a post apart.
func Split(at string) (author, rkey string, ok bool) {
	m := uri().FindStringSubmatch(at)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// URI is the address of a post.
func URI(author, rkey string) string { return "at://" + author + "/" + Posts + "/" + rkey }

// WebURL is where a person reads a post.
func WebURL(author, rkey string) string {
	return "https://bsky.app/profile/" + author + "/post/" + rkey
}

func (c *Client) get(ctx context.Context, method string, q url.Values, into any) error {
	return c.as(ctx, func(h http.Header, _ session) error {
		_, err := c.net.GetJSON(ctx, outbound.Request{URL: c.base + "/xrpc/" + method + "?" + q.Encode(), Header: h}, into)
		return err
	})
}

// Look reads a post as our account sees it; false when it is gone.
func (c *Client) Look(ctx context.Context, at string) (View, bool, error) {
	var got struct {
		Posts []View `json:"posts"`
	}
	if err := c.get(ctx, "app.bsky.feed.getPosts", url.Values{"uris": {at}}, &got); err != nil {
		return View{}, false, err
	}
	if got.Posts == nil {
		return View{}, false, outbound.ErrNotJSON
	}
	if len(got.Posts) == 0 {
		return View{}, false, nil
	}
	return got.Posts[0], true, nil
}

// Thread reads a post and what was said right below it; false when it is gone.
func (c *Client) Thread(ctx context.Context, at string) (post View, below []View, there bool, err error) {
	var got struct {
		Thread struct {
			Post    *View `json:"post"`
			Replies []struct {
				Post *View `json:"post"`
			} `json:"replies"`
		} `json:"thread"`
	}
	err = c.get(ctx, "app.bsky.feed.getPostThread", url.Values{"uri": {at}, "depth": {"1"}, "parentHeight": {"0"}}, &got)
	if Problem(err) == "NotFound" {
		return View{}, nil, false, nil
	}
	if err != nil || got.Thread.Post == nil {
		return View{}, nil, false, err
	}
	for _, r := range got.Thread.Replies {
		if r.Post != nil {
			below = append(below, *r.Post)
		}
	}
	return *got.Thread.Post, below, true, nil
}

// Own reads a post of our account; false when there is none of that name.
func (c *Client) Own(ctx context.Context, rkey string) (Post, Ref, bool, error) {
	var got struct {
		Ref
		Value Post `json:"value"`
	}
	err := c.as(ctx, func(h http.Header, me session) error {
		q := url.Values{"repo": {me.DID}, "collection": {Posts}, "rkey": {rkey}}
		_, err := c.net.GetJSON(ctx, outbound.Request{URL: c.base + "/xrpc/com.atproto.repo.getRecord?" + q.Encode(), Header: h}, &got)
		return err
	})
	switch {
	case Problem(err) == "RecordNotFound":
		return Post{}, Ref{}, false, nil
	case err == nil && got.URI == "":
		err = outbound.ErrNotJSON
	}
	return got.Value, got.Ref, err == nil, err
}

// Put writes a post of our account under a name that we choose. Writing the
// same post again changes nothing (putRecord is a no-op then).
func (c *Client) Put(ctx context.Context, rkey string, p Post) (Ref, error) {
	var got Ref
	err := c.as(ctx, func(h http.Header, me session) error {
		body := map[string]any{"repo": me.DID, "collection": Posts, "rkey": rkey, "record": p}
		return c.net.CallOnce(ctx, outbound.Call{Method: http.MethodPost, URL: c.base + "/xrpc/com.atproto.repo.putRecord", Header: h, Body: body, Into: &got})
	})
	if err == nil && got.URI == "" {
		err = outbound.ErrNotJSON
	}
	return got, err
}

// Profile reads an account as our server tells it.
func (c *Client) Profile(ctx context.Context, actor string) (p Profile, err error) {
	err = c.get(ctx, "app.bsky.actor.getProfile", url.Values{"actor": {actor}}, &p)
	return p, err
}

// MaxListed is the longest list that a call gives.
const MaxListed = 100

// Search lists posts with some words, the newest first: those since a time, or
// all for the zero time. An empty next says that it was the last page. It is
// for members only.
func (c *Client) Search(ctx context.Context, words string, since time.Time, limit int, cursor string) (posts []View, next string, err error) {
	q := url.Values{"q": {words}, "sort": {"latest"}, "limit": {strconv.Itoa(limit)}}
	if !since.IsZero() {
		q.Set("since", Stamp(since))
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	var got struct {
		Posts  []View `json:"posts"`
		Cursor string `json:"cursor"`
	}
	if err = c.get(ctx, "app.bsky.feed.searchPosts", q, &got); err == nil && got.Posts == nil {
		err = outbound.ErrNotJSON
	}
	return got.Posts, got.Cursor, err
}

// Notice tells our account of something: a reply, a mention, a quote; also of
// likes and of much else, whose record is no post.
type Notice struct {
	View
	Reason string `json:"reason"`
}

// Speaks reports whether somebody said something to us.
func (n Notice) Speaks() bool {
	return slices.Contains([]string{"reply", "mention", "quote"}, n.Reason)
}

// Notices lists what our account is told, the newest first. It marks nothing as
// seen.
func (c *Client) Notices(ctx context.Context, limit int, cursor string) (list []Notice, next string, err error) {
	q := url.Values{"limit": {strconv.Itoa(limit)}}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	var got struct {
		Notices []Notice `json:"notifications"`
		Cursor  string   `json:"cursor"`
	}
	if err = c.get(ctx, "app.bsky.notification.listNotifications", q, &got); err == nil && got.Notices == nil {
		err = outbound.ErrNotJSON
	}
	return got.Notices, got.Cursor, err
}

// maxPosts is how many posts one call tells (getPosts).
const maxPosts = 25

// Standing reads posts as they stand now; those that are gone are left out.
func (c *Client) Standing(ctx context.Context, uris []string) (map[string]View, error) {
	found := map[string]View{}
	for some := range slices.Chunk(uris, maxPosts) {
		var got struct {
			Posts []View `json:"posts"`
		}
		if err := c.get(ctx, "app.bsky.feed.getPosts", url.Values{"uris": some}, &got); err != nil {
			return nil, err
		}
		if got.Posts == nil {
			return nil, outbound.ErrNotJSON
		}
		for _, p := range got.Posts {
			found[p.URI] = p
		}
	}
	return found, nil
}

// Public reads what needs no account.
type Public struct {
	Base string // "" is Bluesky's own
	Net  *outbound.Client
}

func (p Public) get(ctx context.Context, method string, q url.Values, into any) error {
	base := strings.TrimRight(cmp.Or(p.Base, "https://public.api.bsky.app"), "/")
	_, err := p.Net.GetJSON(ctx, outbound.Request{URL: base + "/xrpc/" + method + "?" + q.Encode()}, into)
	return err
}

// maxActors is how many accounts one call tells (getProfiles).
const maxActors = 25

// Profiles reads accounts by their lasting names.
func (p Public) Profiles(ctx context.Context, dids []string) (map[string]Profile, error) {
	found := map[string]Profile{}
	for some := range slices.Chunk(dids, maxActors) {
		var got struct {
			Profiles []Profile `json:"profiles"`
		}
		if err := p.get(ctx, "app.bsky.actor.getProfiles", url.Values{"actors": some}, &got); err != nil {
			return found, err
		}
		for _, x := range got.Profiles {
			found[x.DID] = x
		}
	}
	return found, nil
}

// ErrNoAccount says that nobody has a name.
var ErrNoAccount = errors.New("there is no such account")

// DID returns the lasting name of an account.
func (p Public) DID(ctx context.Context, account string) (string, error) {
	if IsDID(account) {
		return account, nil
	}
	var got struct {
		DID string `json:"did"`
	}
	err := p.get(ctx, "com.atproto.identity.resolveHandle", url.Values{"handle": {account}}, &got)
	if outbound.StatusOf(err) == http.StatusBadRequest {
		return "", fmt.Errorf("%w: %.80s", ErrNoAccount, account)
	}
	if err == nil && got.DID == "" {
		err = outbound.ErrNotJSON
	}
	return got.DID, err
}

// Stamp writes a moment as records hold it.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

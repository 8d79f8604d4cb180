// Package lemmy is a small client of Lemmy's API, version 3: searching, reading
// posts and comments, and commenting as one account.
package lemmy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// MaxComment is the longest comment, in characters of its Markdown source
// (Lemmy's own limit of a body).
const MaxComment = 10000

// PerPage is the longest list that the API gives.
const PerPage = 50

// Post is a post.
type Post struct {
	ID        int64           `json:"id"`
	Name      string          `json:"name"`
	Body      string          `json:"body"` // Markdown
	ApID      string          `json:"ap_id"`
	Published outbound.Moment `json:"published"`
	Updated   outbound.Moment `json:"updated"` // null when never edited
	Deleted   bool            `json:"deleted"` // by its author
	Removed   bool            `json:"removed"` // by a moderator
	Locked    bool            `json:"locked"`
}

// Comment is a comment.
type Comment struct {
	ID        int64           `json:"id"`
	PostID    int64           `json:"post_id"`
	Content   string          `json:"content"` // Markdown
	Path      string          `json:"path"`    // "0.12.34": the comments above, and itself
	ApID      string          `json:"ap_id"`
	Published outbound.Moment `json:"published"`
	Updated   outbound.Moment `json:"updated"`
	Deleted   bool            `json:"deleted"`
	Removed   bool            `json:"removed"`
}

// Above is the comment that a comment answers; 0 when it answers the post.
func (c Comment) Above() int64 {
	steps := strings.Split(c.Path, ".")
	if len(steps) < 3 {
		return 0
	}
	n, err := strconv.ParseInt(steps[len(steps)-2], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Person is an account.
type Person struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	DisplayName string `json:"display_name"`
	ActorID     string `json:"actor_id"`
	Bot         bool   `json:"bot_account"`
}

// PostView is a post with who wrote it.
type PostView struct {
	Post    Post   `json:"post"`
	Creator Person `json:"creator"`
}

// CommentView is a comment with its post and who wrote it.
type CommentView struct {
	Comment Comment `json:"comment"`
	Post    Post    `json:"post"`
	Creator Person  `json:"creator"`
}

// Found is what a search gives; only the kind that was asked for is filled.
type Found struct {
	Posts    []PostView    `json:"posts"`
	Comments []CommentView `json:"comments"`
}

// Posts and comments are counted apart; one id space needs both.
const (
	postMark    = "post/"
	commentMark = "comment/"
)

// PostID is the name of a post among posts and comments.
func PostID(n int64) string { return postMark + strconv.FormatInt(n, 10) }

// CommentID is the name of a comment among posts and comments.
func CommentID(n int64) string { return commentMark + strconv.FormatInt(n, 10) }

var name = regexp.MustCompile(`^(post|comment)/([1-9]\d{0,17})$`)

// ErrNoID says that something is neither the name of a post nor of a comment.
var ErrNoID = errors.New("neither a post nor a comment")

// Number reads a name.
func Number(id string) (n int64, isComment bool, err error) {
	m := name.FindStringSubmatch(id)
	if m == nil {
		return 0, false, fmt.Errorf("%w: %.40q", ErrNoID, id)
	}
	n, err = strconv.ParseInt(m[2], 10, 64)
	return n, m[1] == "comment", err
}

// Client speaks to one server, as an account where it has a token.
type Client struct {
	Server string
	Token  outbound.Secret // a JWT; may be empty for reading
	Net    *outbound.Client
}

func (c *Client) address(path string) string { return strings.TrimRight(c.Server, "/") + path }

func (c *Client) header() http.Header {
	h := http.Header{}
	if !c.Token.Empty() {
		h.Set("Authorization", "Bearer "+c.Token.Reveal())
	}
	return h
}

func (c *Client) get(ctx context.Context, path string, q url.Values, into any) error {
	_, err := c.Net.GetJSON(ctx, outbound.Request{URL: c.address(path) + "?" + q.Encode(), Header: c.header()}, into)
	return missing(err)
}

// missing tells what does not exist: servers say so with 400 or 404.
func missing(err error) error {
	status, ok := errors.AsType[*outbound.StatusError](err)
	if ok && (status.Code == http.StatusNotFound || status.Code == http.StatusBadRequest) && strings.Contains(string(status.Body), "couldnt_find") {
		return fmt.Errorf("%w: %w", cases.ErrNotFound, err)
	}
	return err
}

// Search looks for words in posts ("Posts") or comments ("Comments"), the
// newest first; pages count from 1.
func (c *Client) Search(ctx context.Context, words, kind string, page, limit int) (f Found, err error) {
	q := url.Values{"q": {words}, "type_": {kind}, "sort": {"New"}, "listing_type": {"All"}, "limit": {strconv.Itoa(limit)}, "page": {strconv.Itoa(page)}}
	return f, c.get(ctx, "/api/v3/search", q, &f)
}

// Post reads one post; cases.ErrNotFound when the server does not know it.
func (c *Client) Post(ctx context.Context, n int64) (PostView, error) {
	var got struct {
		View PostView `json:"post_view"`
	}
	err := c.get(ctx, "/api/v3/post", url.Values{"id": {strconv.FormatInt(n, 10)}}, &got)
	if err == nil && got.View.Post.ID != n {
		err = outbound.ErrNotJSON
	}
	return got.View, err
}

// Comment reads one comment; cases.ErrNotFound when the server does not know it.
func (c *Client) Comment(ctx context.Context, n int64) (CommentView, error) {
	var got struct {
		View CommentView `json:"comment_view"`
	}
	err := c.get(ctx, "/api/v3/comment", url.Values{"id": {strconv.FormatInt(n, 10)}}, &got)
	if err == nil && got.View.Comment.ID != n {
		err = outbound.ErrNotJSON
	}
	return got.View, err
}

// Below lists the newest comments right below a post, or below one of its
// comments.
func (c *Client) Below(ctx context.Context, post, comment int64) ([]CommentView, error) {
	q := url.Values{"post_id": {strconv.FormatInt(post, 10)}, "max_depth": {"1"}, "sort": {"New"}, "type_": {"All"}, "limit": {strconv.Itoa(PerPage)}}
	if comment != 0 {
		q.Set("parent_id", strconv.FormatInt(comment, 10))
	}
	var got Found
	return got.Comments, c.get(ctx, "/api/v3/comment/list", q, &got)
}

// Self returns the account of the token.
func (c *Client) Self(ctx context.Context) (Person, error) {
	var got struct {
		Me *struct {
			View struct {
				Person Person `json:"person"`
			} `json:"local_user_view"`
		} `json:"my_user"`
	}
	if err := c.get(ctx, "/api/v3/site", nil, &got); err != nil {
		return Person{}, err
	}
	if got.Me == nil || got.Me.View.Person.ID == 0 { // an ended token makes a guest
		return Person{}, ErrGuest
	}
	return got.Me.View.Person, nil
}

// ErrGuest says that the server does not take the token.
var ErrGuest = errors.New("the server does not take the token")

// commentPause is how long to wait where a server's limit names no time: by
// default it takes six comments in ten minutes.
const commentPause = 2 * time.Minute

// Write comments below a post, or below one of its comments, at most once.
// Lemmy knows no key by which it would recognise a second attempt.
func (c *Client) Write(ctx context.Context, post, comment int64, markdown string) (CommentView, error) {
	body := map[string]any{"post_id": post, "content": markdown}
	if comment != 0 {
		body["parent_id"] = comment
	}
	var got struct {
		View CommentView `json:"comment_view"`
	}
	err := c.Net.CallOnce(ctx, outbound.Call{Method: http.MethodPost, URL: c.address("/api/v3/comment"), Header: c.header(), Body: body, Into: &got})
	if status, ok := errors.AsType[*outbound.StatusError](err); ok && limited(status) {
		return CommentView{}, &cases.LaterError{After: max(status.RetryAfter, commentPause), Err: status}
	}
	if err == nil && got.View.Comment.ID == 0 {
		err = outbound.ErrNotJSON
	}
	return got.View, err
}

// limited reports whether a server asks to wait: before 0.19 with 400.
func limited(e *outbound.StatusError) bool {
	return e.Code == http.StatusTooManyRequests || e.Code == http.StatusBadRequest && strings.Contains(string(e.Body), "rate_limit")
}

// CheckServer reports whether a server's address can be one.
func CheckServer(s string) (cases.Fault, bool) {
	if u, ok := cases.WebAddress(s); !ok || u.User != nil {
		return cases.Fault{Field: "server", Problem: "is not an address", Write: "the server's address, such as https://lemmy.example"}, true
	}
	return cases.Fault{}, false
}

package google

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rasid/internal/outbound"
)

// playLimit is the longest reply on Google Play, in characters: "more than
// approximately 350 characters will be rejected" (reviews.reply reference).
const playLimit = 350

// Play reads and answers the reviews of one app.
type Play struct {
	api *outbound.Bearer
	pkg string
}

// NewPlay makes a client for an app; base "" is Google's own address.
func NewPlay(id Identity, pkg, base string, net *outbound.Client, now func() time.Time) (*Play, error) {
	s, err := newSigner(id, scopePlay, net, now)
	if err != nil {
		return nil, err
	}
	base = strings.TrimRight(cmp.Or(base, "https://androidpublisher.googleapis.com"), "/")
	return &Play{s.service(base), pkg}, nil
}

// Stamp is Google's way to write a moment.
type Stamp struct {
	Seconds string `json:"seconds"`
	Nanos   int64  `json:"nanos"`
}

// Time reads it; zero when it cannot be read.
func (s Stamp) Time() time.Time {
	n, err := strconv.ParseInt(s.Seconds, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.Unix(n, s.Nanos).UTC()
}

// PlayReview is one review with the developer's reply, if there is one.
type PlayReview struct {
	ID       string        `json:"reviewId"`
	Author   string        `json:"authorName"`
	Comments []PlayComment `json:"comments"`
}

// PlayComment is what either side wrote.
type PlayComment struct {
	User *struct {
		Text     string `json:"text"`
		Original string `json:"originalText"` // when Text is a translation
		Modified Stamp  `json:"lastModified"`
		Stars    int    `json:"starRating"`
		Language string `json:"reviewerLanguage"`
	} `json:"userComment"`
	Developer *struct {
		Text     string `json:"text"`
		Modified Stamp  `json:"lastModified"`
	} `json:"developerComment"`
}

// Words splits a review's text: title and body are joined by a TAB, and the
// title may be empty.
func Words(text string) (title, body string) {
	before, after, found := strings.Cut(text, "\t")
	if !found {
		return "", strings.TrimSpace(text)
	}
	return strings.TrimSpace(before), strings.TrimSpace(after)
}

// PlayPage is one page of reviews, the newest change first, and of the last
// seven days only.
type PlayPage struct {
	Reviews    []PlayReview `json:"reviews"`
	Pagination struct {
		Next string `json:"nextPageToken"`
	} `json:"tokenPagination"`
}

func (p *Play) path() string {
	return "/androidpublisher/v3/applications/" + url.PathEscape(p.pkg) + "/reviews"
}

// List reads one page; token "" is the first.
func (p *Play) List(ctx context.Context, token string) (page PlayPage, err error) {
	q := url.Values{"maxResults": {"100"}}
	if token != "" {
		q.Set("token", token)
	}
	return page, p.api.Get(ctx, p.path()+"?"+q.Encode(), &page)
}

// Review reads one review, also one older than a week.
func (p *Play) Review(ctx context.Context, id string) (r PlayReview, err error) {
	if err = p.api.Get(ctx, p.path()+"/"+url.PathEscape(id), &r); err == nil && r.ID == "" {
		err = outbound.ErrNotJSON
	}
	return r, err
}

// Reply writes the developer's reply, over one that stands there.
func (p *Play) Reply(ctx context.Context, id, text string) (time.Time, error) {
	var got struct {
		Result struct {
			Text   string `json:"replyText"`
			Edited Stamp  `json:"lastEdited"`
		} `json:"result"`
	}
	err := p.api.Call(ctx, outbound.Call{Method: http.MethodPost, URL: p.path() + "/" + url.PathEscape(id) + ":reply", Body: map[string]string{"replyText": text}, Into: &got})
	if err == nil && got.Result.Text == "" {
		err = outbound.ErrNotJSON
	}
	return got.Result.Edited.Time(), err
}

// PlayFits says by how many characters a reply is too long.
func PlayFits(text string) error {
	if n := utf8.RuneCountInString(text); n > playLimit {
		return fmt.Errorf("%d characters, %d more than the %d allowed", n, n-playLimit, playLimit)
	}
	return nil
}

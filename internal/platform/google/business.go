package google

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"rasid/internal/outbound"
)

// BusinessLimit is the longest reply on Google Business Profile, in bytes of
// UTF-8: about 2,000 Arabic letters.
const BusinessLimit = 4096

// Business reads and answers the reviews of one location.
type Business struct {
	api      *outbound.Bearer
	location string // accounts/1/locations/2
}

// location is the name of a location.
var location = regexp.MustCompile(`^accounts/[A-Za-z0-9_-]+/locations/[A-Za-z0-9_-]+$`)

// IsLocation reports whether a name can be that of a location.
func IsLocation(name string) bool { return location.MatchString(name) }

// reviewName is the full name of a review.
var reviewName = regexp.MustCompile(`^accounts/[A-Za-z0-9_-]+/locations/[A-Za-z0-9_-]+/reviews/[A-Za-z0-9_=-]+$`)

// IsReview reports whether a name can be that of a review.
func IsReview(name string) bool { return reviewName.MatchString(name) }

// NewBusiness makes a client for a location; base "" is Google's own address.
func NewBusiness(id Identity, loc, base string, net *outbound.Client, now func() time.Time) (*Business, error) {
	s, err := newSigner(id, ScopeBusiness, net, now)
	if err != nil {
		return nil, err
	}
	base = strings.TrimRight(cmp.Or(base, "https://mybusiness.googleapis.com"), "/")
	return &Business{s.service(base), loc}, nil
}

// BusinessReview is one review with the owner's reply, if there is one.
type BusinessReview struct {
	Name     string `json:"name"`
	ID       string `json:"reviewId"`
	Reviewer struct {
		Name      string `json:"displayName"`
		Anonymous bool   `json:"isAnonymous"`
	} `json:"reviewer"`
	Stars   string    `json:"starRating"` // ONE … FIVE
	Comment string    `json:"comment"`
	Created time.Time `json:"createTime"`
	Updated time.Time `json:"updateTime"`
	Reply   *struct {
		Comment string    `json:"comment"`
		Updated time.Time `json:"updateTime"`
	} `json:"reviewReply"`
}

// StarsOf reads a rating.
func (r BusinessReview) StarsOf() int {
	return map[string]int{"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}[r.Stars]
}

// Original is the comment without the translation that Google puts before or
// after it.
func (r BusinessReview) Original() string {
	const translated, original = "(Translated by Google)", "(Original)"
	if _, after, ok := strings.Cut(r.Comment, original); ok {
		return strings.TrimSpace(after)
	}
	before, _, _ := strings.Cut(r.Comment, translated)
	return strings.TrimSpace(before)
}

// BusinessPage is one page of reviews, the newest change first.
type BusinessPage struct {
	Reviews []BusinessReview `json:"reviews"`
	Next    string           `json:"nextPageToken"`
}

// List reads one page; token "" is the first.
func (b *Business) List(ctx context.Context, token string) (page BusinessPage, err error) {
	q := url.Values{"pageSize": {"50"}, "orderBy": {"updateTime desc"}}
	if token != "" {
		q.Set("pageToken", token)
	}
	return page, b.api.Get(ctx, "/v4/"+b.location+"/reviews?"+q.Encode(), &page)
}

// Review reads one review by its full name.
func (b *Business) Review(ctx context.Context, name string) (r BusinessReview, err error) {
	if err = b.api.Get(ctx, "/v4/"+name, &r); err == nil && r.Name == "" {
		err = outbound.ErrNotJSON
	}
	return r, err
}

// Reply writes the owner's reply, over one that stands there. Google looks it
// over before it is shown.
func (b *Business) Reply(ctx context.Context, name, text string) (time.Time, error) {
	var got struct {
		Comment string    `json:"comment"`
		Updated time.Time `json:"updateTime"`
	}
	err := b.api.Call(ctx, outbound.Call{Method: http.MethodPut, URL: "/v4/" + name + "/reply", Body: map[string]string{"comment": text}, Into: &got})
	if err == nil && got.Comment == "" {
		err = outbound.ErrNotJSON
	}
	return got.Updated, err
}

// BusinessFits says by how many bytes a reply is too long.
func BusinessFits(text string) error {
	if n := len(text); n > BusinessLimit {
		return fmt.Errorf("%d bytes, %d more than the %d allowed (an Arabic letter takes two)", n, n-BusinessLimit, BusinessLimit)
	}
	return nil
}

package google

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rasid/internal/outbound"
)

// businessLimit is the longest reply on Google Business Profile, in bytes of
// UTF-8: about 2,000 Arabic letters.
const businessLimit = 4096

// MaxLocations is how many locations are read together. Google's reference
// names no limit today; it named 200 once, and others were refused above 50.
const MaxLocations = 50

// Business reads and answers the reviews of one location, or of several of one
// account.
type Business struct {
	api       *outbound.Bearer
	locations []string // accounts/1/locations/2
}

// location is the name of a location.
var location = regexp.MustCompile(`^accounts/[A-Za-z0-9_-]+/locations/[A-Za-z0-9_-]+$`)

// IsLocation reports whether a name can be that of a location.
func IsLocation(name string) bool { return location.MatchString(name) }

// reviewName is the full name of a review.
var reviewName = regexp.MustCompile(`^accounts/[A-Za-z0-9_-]+/locations/[A-Za-z0-9_-]+/reviews/[A-Za-z0-9_=-]+$`)

// IsReview reports whether a name can be that of a review.
func IsReview(name string) bool { return reviewName.MatchString(name) }

// Account is the account of a location.
func Account(location string) string {
	account, _, _ := strings.Cut(location, "/locations/")
	return account
}

// NewBusiness makes a client for locations of one account; base "" is Google's
// own address.
func NewBusiness(id Identity, locations []string, base string, net *outbound.Client, now func() time.Time) (*Business, error) {
	s, err := newSigner(id, scopeBusiness, net, now)
	if err != nil {
		return nil, err
	}
	base = strings.TrimRight(cmp.Or(base, "https://mybusiness.googleapis.com"), "/")
	return &Business{s.service(base), locations}, nil
}

// BusinessReview is one review with the owner's reply, if there is one.
type BusinessReview struct {
	Name     string `json:"name"`
	ID       string `json:"reviewId"`
	Reviewer struct {
		Name      string `json:"displayName"`
		Anonymous bool   `json:"isAnonymous"`
	} `json:"reviewer"`
	Stars    string         `json:"starRating"` // ONE … FIVE
	Comment  string         `json:"comment"`
	Created  time.Time      `json:"createTime"`
	Updated  time.Time      `json:"updateTime"`
	Reply    *BusinessReply `json:"reviewReply"`
	ReplyURL string         `json:"reviewReplyUrl"` // the page where the owner answers; since July 2026
}

// BusinessReply is the owner's reply to a review.
type BusinessReply struct {
	Comment string    `json:"comment"`
	Updated time.Time `json:"updateTime"`
	// State is what came of Google's look at the reply: PENDING, APPROVED or
	// REJECTED; since April 2026.
	State string `json:"reviewReplyState"`
	// Violation names the rule that a rejected reply broke; since July 2026.
	Violation json.RawMessage `json:"policyViolation"`
}

// Rejected says why Google does not show the reply; nil when it shows it, or has
// not looked yet.
func (r BusinessReply) Rejected() error {
	if r.State != "REJECTED" {
		return nil
	}
	var rule string
	if json.Unmarshal(r.Violation, &rule) != nil || rule == "" {
		return errRejected
	}
	return fmt.Errorf("%w (%s)", errRejected, strings.ToLower(strings.ReplaceAll(rule, "_", " ")))
}

// errRejected says that the reply stands nowhere in public.
var errRejected = errors.New("the reply was looked over by Google and is not shown")

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

// List reads one page; token "" is the first. Several locations are asked for
// together.
func (b *Business) List(ctx context.Context, token string) (page BusinessPage, err error) {
	const size, order = 50, "updateTime desc"
	if len(b.locations) > 1 {
		return b.batch(ctx, map[string]any{"locationNames": b.locations, "pageSize": size, "orderBy": order, "pageToken": token})
	}
	q := url.Values{"pageSize": {strconv.Itoa(size)}, "orderBy": {order}}
	if token != "" {
		q.Set("pageToken", token)
	}
	return page, b.api.Get(ctx, "/v4/"+b.locations[0]+"/reviews?"+q.Encode(), &page)
}

// batch reads one page of the reviews of several locations. It is asked for by
// POST and changes nothing.
func (b *Business) batch(ctx context.Context, ask map[string]any) (page BusinessPage, err error) {
	var got struct {
		Reviews []struct {
			Review BusinessReview `json:"review"`
		} `json:"locationReviews"`
		Next string `json:"nextPageToken"`
	}
	err = b.api.Call(ctx, outbound.Call{Method: http.MethodPost, URL: "/v4/" + Account(b.locations[0]) + "/locations:batchGetReviews", Body: ask, Into: &got})
	for _, r := range got.Reviews {
		page.Reviews = append(page.Reviews, r.Review)
	}
	page.Next = got.Next
	return page, err
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
func (b *Business) Reply(ctx context.Context, name, text string) (got BusinessReply, err error) {
	err = b.api.Call(ctx, outbound.Call{Method: http.MethodPut, URL: "/v4/" + name + "/reply", Body: map[string]string{"comment": text}, Into: &got})
	if err == nil && got.Comment == "" {
		err = outbound.ErrNotJSON
	}
	return got, err
}

// BusinessFits says by how many bytes a reply is too long.
func BusinessFits(text string) error {
	if n := len(text); n > businessLimit {
		return fmt.Errorf("%d bytes, %d more than the %d allowed (an Arabic letter takes two)", n, n-businessLimit, businessLimit)
	}
	return nil
}

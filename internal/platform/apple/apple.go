// Package apple is a small client of the reviews in Apple's App Store Connect
// API, and knows the address of the public feeds of reviews, which need no key.
// The two name a review differently (see IsReview), and Apple publishes nothing
// that leads from one name to the other.
package apple

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf16"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// Limit is the longest answer to a review, in characters (counted here as
// UTF-16 units, the stricter way). Apple's API reference names no figure; tools
// that write answers agree on this one.
const Limit = 5970

// perPage is the longest page of reviews (CustomerReviews: limit, at most 200).
const perPage = "200"

// Connect reads and answers the reviews of one app.
type Connect struct {
	base, app string
	sign      *signer
	net       *outbound.Client
}

// NewConnect makes a client for an app; base "" is Apple's own address.
func NewConnect(k Key, app, base string, net *outbound.Client, now func() time.Time) (*Connect, error) {
	private, err := k.parse()
	if err != nil {
		return nil, err
	}
	base = strings.TrimRight(cmp.Or(base, "https://api.appstoreconnect.apple.com"), "/")
	return &Connect{base, app, &signer{key: k, private: private, now: now}, net}, nil
}

var (
	appID  = regexp.MustCompile(`^[0-9]{6,15}$`)
	review = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// IsApp reports whether an id can be that of an app: the digits in its address.
func IsApp(id string) bool { return appID.MatchString(id) }

// IsReview reports whether an id can be App Store Connect's name of a review,
// such as 00000028-b08c-0014-9674-c54800000000. The public feed names the same
// review by plain digits.
func IsReview(id string) bool { return review.MatchString(id) }

// Review is one review with the answer of the business, if there is one.
type Review struct {
	ID      string
	Stars   int
	Title   string
	Body    string
	Author  string // a nickname; Apple tells nothing else of them
	Created time.Time
	Country string // ISO 3166, three letters

	Answer *Answer
}

// Answer is what the business wrote.
type Answer struct {
	ID      string
	Body    string
	Changed time.Time
	State   string // PENDING_PUBLISH until the App Store shows it, then PUBLISHED
}

// resource is one thing of the API, a review or an answer.
type resource struct {
	Type       string `json:"type"`
	ID         string `json:"id"`
	Attributes struct {
		Rating   int       `json:"rating"`
		Title    string    `json:"title"`
		Body     string    `json:"body"`
		Nickname string    `json:"reviewerNickname"`
		Created  time.Time `json:"createdDate"`
		Country  string    `json:"territory"`

		Response string    `json:"responseBody"`
		Modified time.Time `json:"lastModifiedDate"`
		State    string    `json:"state"`
	} `json:"attributes"`
	Relationships struct {
		Response struct {
			Data *struct {
				ID string `json:"id"`
			} `json:"data"`
		} `json:"response"`
	} `json:"relationships"`
}

func (r resource) answer() *Answer {
	return &Answer{ID: r.ID, Body: r.Attributes.Response, Changed: r.Attributes.Modified.UTC(), State: r.Attributes.State}
}

// review reads a resource, with its answer from what the document includes.
func (r resource) review(included []resource) Review {
	out := Review{
		ID: r.ID, Stars: r.Attributes.Rating, Title: r.Attributes.Title, Body: r.Attributes.Body,
		Author: r.Attributes.Nickname, Created: r.Attributes.Created.UTC(), Country: r.Attributes.Country,
	}
	if d := r.Relationships.Response.Data; d != nil {
		for _, i := range included {
			if i.Type == "customerReviewResponses" && i.ID == d.ID {
				out.Answer = i.answer()
			}
		}
		if out.Answer == nil { // there is one, and it is not told what it says
			out.Answer = &Answer{ID: d.ID}
		}
	}
	return out
}

// List reads one page of reviews with their answers, the newest first; at "" is the first page.
// next is where the page after it is, "" for none.
func (c *Connect) List(ctx context.Context, at string) (page []Review, next string, err error) {
	if at == "" {
		q := url.Values{"sort": {"-createdDate"}, "limit": {perPage}, "include": {"response"}}
		at = c.base + "/v1/apps/" + url.PathEscape(c.app) + "/customerReviews?" + q.Encode()
	}
	if !strings.HasPrefix(at, c.base+"/") {
		return nil, "", fmt.Errorf("%w: the next page lies elsewhere", outbound.ErrBlocked) // the token must not go there
	}
	var got struct {
		Data     []resource `json:"data"`
		Included []resource `json:"included"`
		Links    struct {
			Next string `json:"next"`
		} `json:"links"`
	}
	if err := c.get(ctx, at, &got); err != nil {
		return nil, "", err
	}
	if got.Data == nil {
		return nil, "", outbound.ErrNotJSON
	}
	for _, r := range got.Data {
		page = append(page, r.review(got.Included))
	}
	return page, got.Links.Next, nil
}

// Review reads one review with its answer, also one that waits to be published.
func (c *Connect) Review(ctx context.Context, id string) (Review, error) {
	var got struct {
		Data     resource   `json:"data"`
		Included []resource `json:"included"`
	}
	err := c.get(ctx, c.base+"/v1/customerReviews/"+url.PathEscape(id)+"?include=response", &got)
	if err == nil && got.Data.ID == "" {
		err = outbound.ErrNotJSON
	}
	return got.Data.review(got.Included), err
}

// Respond writes the answer to a review, over one that stands there. Apple
// shows it after a while.
func (c *Connect) Respond(ctx context.Context, id, text string) (Answer, error) {
	h, err := c.sign.auth()
	if err != nil {
		return Answer{}, outbound.BeforeSending(err)
	}
	type ref map[string]any
	body := ref{"data": ref{
		"type": "customerReviewResponses", "attributes": ref{"responseBody": text},
		"relationships": ref{"review": ref{"data": ref{"type": "customerReviews", "id": id}}},
	}}
	var got struct {
		Data resource `json:"data"`
	}
	err = c.net.CallOnce(ctx, outbound.Call{Method: http.MethodPost, URL: c.base + "/v1/customerReviewResponses", Header: h, Body: body, Into: &got})
	if err == nil && got.Data.ID == "" {
		err = outbound.ErrNotJSON
	}
	var status *outbound.StatusError
	if errors.As(err, &status) && status.Code == http.StatusConflict && bytes.Contains(status.Body, []byte("ENTITY_ERROR")) {
		err = fmt.Errorf("%w: %w", cases.ErrRefused, err) // Apple's way to say that an attribute is not valid
	}
	return *got.Data.answer(), err
}

func (c *Connect) get(ctx context.Context, at string, into any) error {
	h, err := c.sign.auth()
	if err != nil {
		return err
	}
	_, err = c.net.GetJSON(ctx, outbound.Request{URL: at, Header: h}, into)
	return err
}

// Fits returns nil, or an error that says by how many characters an answer is
// too long.
func Fits(text string) error {
	if n := len(utf16.Encode([]rune(text))); n > Limit {
		return fmt.Errorf("%d characters, %d more than the %d allowed", n, n-Limit, Limit)
	}
	return nil
}

// PublicPages is how many pages a public feed has, of 50 reviews each.
const PublicPages = 10

// PublicURL is the address of a page (from 1) of the public feed of a country's
// reviews, the newest first; base "" is Apple's own. Apple does not document
// these feeds: the address must be spelt exactly so.
func PublicURL(base, country, app string, page int) string {
	return fmt.Sprintf("%s/%s/rss/customerreviews/id=%s/sortBy=mostRecent/page=%d/json", strings.TrimRight(cmp.Or(base, "https://itunes.apple.com"), "/"), country, app, page)
}

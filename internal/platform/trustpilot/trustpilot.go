// Package trustpilot is a small client of Trustpilot's APIs: the public one
// reads the reviews of a business with an API key, the private one answers them
// as a business user.
package trustpilot

import (
	"cmp"
	"context"
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

// Host is the address of Trustpilot's API. Trustpilot advises to stay below 833
// calls in five minutes and 10,000 an hour, and its API module is sold by calls
// a year, 200,000 in the smallest tier (developers.trustpilot.com, rate
// limiting and API module best practices). No header of its answers is
// documented that would tell what is left. What we read stays below the advice
// by the pace that every host is read at.
const Host = "https://api.trustpilot.com"

// YearlyCalls is what the smallest tier of the API module includes.
const YearlyCalls = 200_000

// PerPage is the longest page of reviews.
const PerPage = 100

// MaxReply is the longest reply we send, in characters. Trustpilot documents
// no limit; this is well below what its own form takes.
const MaxReply = 3000

// id is what ids of reviews, businesses and users look like.
var id = regexp.MustCompile(`^[0-9a-f]{24}$`)

// IsID reports whether a text can be the id of a review, business or user.
func IsID(s string) bool { return id.MatchString(s) }

// Review is one review with the company's reply, if there is one.
type Review struct {
	ID       string          `json:"id"`
	Stars    int             `json:"stars"`
	Title    string          `json:"title"`
	Text     string          `json:"text"`
	Language string          `json:"language"`
	Status   string          `json:"status"` // "active" while everybody can read it
	Created  outbound.Moment `json:"createdAt"`
	Updated  outbound.Moment `json:"updatedAt"`
	Consumer struct {
		ID   string `json:"id"`
		Name string `json:"displayName"`
	} `json:"consumer"`
	Reply *Reply `json:"companyReply"`
}

// Reply is the company's reply to a review.
type Reply struct {
	Text    string          `json:"text"`
	Created outbound.Moment `json:"createdAt"`
	Updated outbound.Moment `json:"updatedAt"`
}

// Changed is when the reply was written, or changed last.
func (r Reply) Changed() time.Time {
	if r.Updated.After(r.Created.Time) {
		return r.Updated.Time
	}
	return r.Created.Time
}

// Reader reads with an API key what everybody can read.
type Reader struct {
	Base string // "" = Trustpilot's own
	Key  outbound.Secret
	Net  *outbound.Client
}

// List reads one page of a business's reviews, the newest first; pages count
// from 1. Trustpilot has no order by change.
func (c Reader) List(ctx context.Context, unit string, page, perPage int) ([]Review, error) {
	q := url.Values{"page": {strconv.Itoa(page)}, "perPage": {strconv.Itoa(perPage)}, "orderBy": {"createdat.desc"}, "includeReportedReviews": {"true"}}
	var got struct {
		Reviews []Review `json:"reviews"`
	}
	address := strings.TrimRight(cmp.Or(c.Base, Host), "/") + "/v1/business-units/" + url.PathEscape(unit) + "/reviews?" + q.Encode()
	_, err := c.Net.GetJSON(ctx, outbound.Request{URL: address, Header: http.Header{"Apikey": {c.Key.Reveal()}}}, &got)
	return got.Reviews, err
}

// User answers as a business user.
type User struct {
	api  *outbound.Bearer
	name string
}

// NewUser makes a client that signs in with the API key and its secret (OAuth,
// client credentials). Tokens hold for 100 hours.
func NewUser(key, secret outbound.Secret, user, base string, net *outbound.Client, now func() time.Time) *User {
	base = strings.TrimRight(cmp.Or(base, Host), "/")
	return &User{name: user, api: &outbound.Bearer{
		Base: base, Net: net, Now: now,
		Grant: outbound.Fixed(outbound.Grant{
			URL:    base + "/v1/oauth/oauth-business-users-for-applications/accesstoken",
			Form:   url.Values{"grant_type": {"client_credentials"}},
			Header: outbound.BasicAuth(key.Reveal(), secret.Reveal()),
		}),
	}}
}

// Review reads one review as it stands now.
func (u *User) Review(ctx context.Context, at string) (r Review, err error) {
	if err = u.api.Get(ctx, "/v1/private/reviews/"+at, &r); err == nil && r.ID == "" {
		err = outbound.ErrNotJSON
	}
	return r, err
}

// Reply writes the company's reply. Trustpilot describes no answer to it: look
// at the review to know that it stands.
func (u *User) Reply(ctx context.Context, at, text string) error {
	body := map[string]string{"authorBusinessUserId": u.name, "message": text}
	return u.api.Call(ctx, outbound.Call{Method: http.MethodPost, URL: "/v1/private/reviews/" + at + "/reply", Body: body})
}

// Withdraw takes the company's reply away. Look at the review to know that it is
// gone.
func (u *User) Withdraw(ctx context.Context, at string) error {
	return u.api.Call(ctx, outbound.Call{Method: http.MethodDelete, URL: "/v1/private/reviews/" + at + "/reply"})
}

// Reach asks for a review that does not exist, which tells whether the sign-in
// works.
func (u *User) Reach(ctx context.Context) error {
	err := u.api.Get(ctx, "/v1/private/reviews/"+strings.Repeat("0", 24), &Review{})
	if outbound.StatusOf(err) == http.StatusNotFound {
		return nil
	}
	return err
}

// Diagnose turns the error of a first look into what to do.
func Diagnose(what string, err error) cases.Advice {
	a := cases.Advice{What: what}
	switch code := outbound.StatusOf(err); {
	case err == nil:
		a.OK = true
	case code == http.StatusUnauthorized || code == http.StatusBadRequest:
		a.Fix = "Trustpilot does not take the key: in Trustpilot Business, Integrations, Developers, APIs, copy the application's API key (and its secret, for replies)"
	case code == http.StatusForbidden:
		a.Fix = "the application may not do this: the business needs a plan with the API module, and the business user must be an administrator of this domain"
	case code == http.StatusNotFound:
		a.Fix = "there is no such business unit: ask https://api.trustpilot.com/v1/business-units/find?name=your-domain for its id"
	case code == http.StatusTooManyRequests:
		a.Fix = "Trustpilot asks to wait: look less often (every:); it advises at most 833 calls in five minutes"
	default:
		a.Fix = fmt.Sprintf("it cannot be asked: %v", err)
	}
	return a
}

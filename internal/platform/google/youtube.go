package google

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// scopeYouTube lets an account comment.
const scopeYouTube = "https://www.googleapis.com/auth/youtube.force-ssl"

// youTubeLimit is the longest comment, in characters (counted here as UTF-16
// units, the stricter way). Google names no figure; this one is general
// knowledge.
const youTubeLimit = 10_000

const perThreads = "100" // the longest page

// YouTubeAccess is who asks, and of whose quota.
type YouTubeAccess struct {
	Key     outbound.Secret // of the API; enough to read
	Consent Identity        // of a channel's owner; needed to answer
	Project string          // whose quota it is
	Units   int64           // of that quota, a day
	Ledger  Ledger
}

// YouTube reads and answers comments.
type YouTube struct {
	base   string
	key    outbound.Secret
	as     *outbound.Bearer // nil without a consent
	budget budget
	net    *outbound.Client
}

// NewYouTube makes a client; base "" is Google's own address.
func NewYouTube(a YouTubeAccess, base string, net *outbound.Client, now func() time.Time) (*YouTube, error) {
	y := &YouTube{
		base: strings.TrimRight(cmp.Or(base, "https://youtube.googleapis.com"), "/"), key: a.Key, net: net,
		budget: budget{a.Ledger, cmp.Or(a.Project, "default"), a.Units, now},
	}
	if a.Consent.Refresh.Empty() {
		return y, nil
	}
	sign, err := newSigner(a.Consent, scopeYouTube, net, now)
	if err != nil {
		return nil, err
	}
	y.as = sign.service(y.base)
	return y, nil
}

var (
	channelID = regexp.MustCompile(`^UC[A-Za-z0-9_-]{22}$`)
	videoID   = regexp.MustCompile(`^[A-Za-z0-9_-]{11}$`)
	commentID = regexp.MustCompile(`^[A-Za-z0-9_.-]{6,200}$`)
)

// IsChannel reports whether an id can be that of a channel.
func IsChannel(id string) bool { return channelID.MatchString(id) }

// IsVideo reports whether an id can be that of a video.
func IsVideo(id string) bool { return videoID.MatchString(id) }

// IsComment reports whether an id can be that of a comment.
func IsComment(id string) bool { return commentID.MatchString(id) }

// Comment is one comment; Parent is "" for one that begins a thread.
type Comment struct {
	ID      string `json:"id"`
	Snippet struct {
		Parent   string `json:"parentId"`
		Channel  string `json:"channelId"` // under whose video it stands
		Video    string `json:"videoId"`
		Display  string `json:"textDisplay"`
		Original string `json:"textOriginal"` // told to its author alone
		Author   string `json:"authorDisplayName"`
		AuthorID struct {
			Value string `json:"value"`
		} `json:"authorChannelId"`
		Published time.Time `json:"publishedAt"`
		Updated   time.Time `json:"updatedAt"`
	} `json:"snippet"`
}

// Text is what it says.
func (c Comment) Text() string { return cmp.Or(c.Snippet.Original, c.Snippet.Display) }

// Thread is a comment with the first of its answers.
type Thread struct {
	ID      string `json:"id"`
	Snippet struct {
		Channel string  `json:"channelId"`
		Video   string  `json:"videoId"`
		Top     Comment `json:"topLevelComment"`
		Replies int     `json:"totalReplyCount"`
	} `json:"snippet"`
	Some struct {
		Comments []Comment `json:"comments"` // a few of them
	} `json:"replies"`
}

// Threads reads a page of threads, the newest first: those of a channel's
// videos, or of one video. The first page is at "".
func (y *YouTube) Threads(ctx context.Context, channel, video, at string) (page []Thread, next string, err error) {
	q := url.Values{"part": {"snippet,replies"}, "order": {"time"}, "maxResults": {perThreads}, "textFormat": {"plainText"}}
	if channel != "" {
		q.Set("allThreadsRelatedToChannelId", channel)
	} else {
		q.Set("videoId", video)
	}
	if at != "" {
		q.Set("pageToken", at)
	}
	var got struct {
		Items []Thread `json:"items"`
		Next  string   `json:"nextPageToken"`
	}
	err = y.get(ctx, "commentThreads", q, y.budget.keptForAnswers(), &got)
	if err == nil && got.Items == nil {
		err = outbound.ErrNotJSON
	}
	return got.Items, got.Next, err
}

// Replies reads a page of what stands below a comment; ours says that it is for
// an answer, for which a part of the quota is kept.
func (y *YouTube) Replies(ctx context.Context, parent, at string, ours bool) (page []Comment, next string, err error) {
	q := url.Values{"part": {"snippet"}, "parentId": {parent}, "maxResults": {perThreads}, "textFormat": {"plainText"}}
	if at != "" {
		q.Set("pageToken", at)
	}
	keep := y.budget.keptForAnswers()
	if ours {
		keep = 0
	}
	return y.comments(ctx, q, keep)
}

// Comment reads one comment; false when it is gone.
func (y *YouTube) Comment(ctx context.Context, id string) (Comment, bool, error) {
	page, _, err := y.comments(ctx, url.Values{"part": {"snippet"}, "id": {id}, "textFormat": {"plainText"}}, 0)
	if outbound.StatusOf(err) == http.StatusNotFound || err == nil && len(page) == 0 {
		return Comment{}, false, nil
	}
	if err != nil {
		return Comment{}, false, err
	}
	return page[0], true, nil
}

func (y *YouTube) comments(ctx context.Context, q url.Values, keep int64) ([]Comment, string, error) {
	var got struct {
		Items []Comment `json:"items"`
		Next  string    `json:"nextPageToken"`
	}
	err := y.get(ctx, "comments", q, keep, &got)
	if err == nil && got.Items == nil {
		err = outbound.ErrNotJSON
	}
	return got.Items, got.Next, err
}

// Channel is a channel by its name.
type Channel struct {
	ID      string `json:"id"`
	Snippet struct {
		Title string `json:"title"`
	} `json:"snippet"`
}

// Self is the channel of the consent; Channel reads another.
func (y *YouTube) Self(ctx context.Context) (Channel, error) {
	return y.channel(ctx, url.Values{"mine": {"true"}})
}

// Channel reads a channel.
func (y *YouTube) Channel(ctx context.Context, id string) (Channel, error) {
	return y.channel(ctx, url.Values{"id": {id}})
}

// ErrNoChannel says that there is no such channel.
var ErrNoChannel = errors.New("there is no such channel")

func (y *YouTube) channel(ctx context.Context, q url.Values) (Channel, error) {
	q.Set("part", "snippet")
	var got struct {
		Items []Channel `json:"items"`
	}
	if err := y.get(ctx, "channels", q, 0, &got); err != nil {
		return Channel{}, err
	}
	if len(got.Items) == 0 || got.Items[0].ID == "" {
		return Channel{}, ErrNoChannel
	}
	return got.Items[0], nil
}

// Insert writes a comment below another that begins a thread. YouTube knows no
// key by which a second attempt could be told from a second comment.
func (y *YouTube) Insert(ctx context.Context, parent, text string) (Comment, error) {
	if y.as == nil {
		return Comment{}, fmt.Errorf("%w: no consent to comment", cases.ErrRefused)
	}
	if err := y.budget.spend(ctx, costInsert, y.budget.keptForLooks()); err != nil {
		return Comment{}, err
	}
	var got Comment
	body := map[string]any{"snippet": map[string]string{"parentId": parent, "textOriginal": text}}
	err := y.as.Call(ctx, outbound.Call{Method: http.MethodPost, URL: "/youtube/v3/comments?part=snippet", Body: body, Into: &got})
	if err == nil && got.ID == "" {
		err = outbound.ErrNotJSON
	}
	return got, y.judge(ctx, err)
}

func (y *YouTube) get(ctx context.Context, what string, q url.Values, keep int64, into any) error {
	if err := y.budget.spend(ctx, costList, keep); err != nil {
		return err
	}
	path := "/youtube/v3/" + what + "?" + q.Encode()
	if y.as != nil {
		return y.judge(ctx, y.as.Get(ctx, path, into))
	}
	h := http.Header{"X-Goog-Api-Key": {y.key.Reveal()}} // not in the address, which is logged in many places
	_, err := y.net.GetJSON(ctx, outbound.Request{URL: y.base + path, Header: h}, into)
	return y.judge(ctx, err)
}

// judge says what an error of Google's proves.
func (y *YouTube) judge(ctx context.Context, err error) error {
	var status *outbound.StatusError
	if !errors.As(err, &status) || errors.Is(err, outbound.ErrSignIn) {
		return err
	}
	says := func(reasons ...string) bool {
		return slices.ContainsFunc(reasons, func(reason string) bool { return bytes.Contains(status.Body, []byte(`"`+reason+`"`)) })
	}
	switch {
	case status.Code == http.StatusForbidden && says("quotaExceeded", "dailyLimitExceeded"):
		return y.budget.exhausted(ctx)
	case status.Code == http.StatusForbidden && says("rateLimitExceeded", "userRateLimitExceeded"):
		return &cases.LaterError{After: time.Minute, Err: status}
	case status.Code == http.StatusUnauthorized && y.as != nil: // nothing was done; the next attempt renews the token
		return fmt.Errorf("%w: %w", cases.ErrNotSent, status)
	case says("processingFailure"): // Google itself does not say whether it was done
		return status
	}
	return err
}

// YouTubeFits says by how many characters a comment is too long.
func YouTubeFits(text string) error {
	if n := len(utf16.Encode([]rune(text))); n > youTubeLimit {
		return fmt.Errorf("%d characters, %d more than the %d allowed", n, n-youTubeLimit, youTubeLimit)
	}
	return nil
}

// Below is the place of an answer to an answer: the thread, and the comment.
func Below(top, at string) string { return top + "/" + at }

// Split takes the place of an answer apart; top and at are the same for a
// comment that begins a thread.
func Split(place string) (top, at string) {
	top, at, found := strings.Cut(place, "/")
	if !found {
		return place, place
	}
	return top, at
}

// DiagnoseYouTube turns the error of a first look into what to do.
func DiagnoseYouTube(what string, err error) cases.Advice {
	a := cases.Advice{What: what}
	status, body := refusal(err)
	switch {
	case err == nil:
		a.OK = true
	case errors.Is(err, ErrQuota):
		a.Fix = "today's units are used up: wait until midnight in California, look less often (every:), or ask Google for a larger quota and write it in units:"
	case errors.Is(err, ErrNoChannel):
		a.Fix = "the consent belongs to an account without a channel: give it again and choose the channel that shall answer"
	case strings.Contains(body, "API_KEY_INVALID") || strings.Contains(body, "keyInvalid"):
		a.Fix = "Google does not take the key: Google Cloud, APIs and services, Credentials: compare it, and its restrictions"
	case strings.Contains(body, "commentsDisabled"):
		a.Fix = "comments are switched off there: YouTube Studio, the video, Comments"
	case status != nil && status.Code == http.StatusNotFound:
		a.Fix = "there is no such channel or video: compare the id letter by letter"
	case status != nil && status.Code == http.StatusForbidden && !strings.Contains(body, "SERVICE_DISABLED") && !strings.Contains(body, "accessNotConfigured"):
		a.Fix = "the account may not do it: consent again, as the channel's owner, for the scope youtube.force-ssl"
	default:
		return Diagnose(what, err)
	}
	return a
}

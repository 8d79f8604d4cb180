package reddit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
)

// Comment answers a thing with Markdown, at most once. Reddit knows no key by
// which it would recognise a second attempt.
func (c *Client) Comment(ctx context.Context, parent, markdown string) (Thing, error) {
	var got struct {
		JSON struct {
			Errors    [][]any `json:"errors"` // code, words, field
			RateLimit float64 `json:"ratelimit"`
			Data      struct {
				Things []struct {
					Data Thing `json:"data"`
				} `json:"things"`
			} `json:"data"`
		} `json:"json"`
	}
	err := c.api.Call(ctx, outbound.Call{Method: http.MethodPost, URL: "/api/comment", Into: &got, Form: url.Values{
		"api_type": {"json"}, "thing_id": {parent}, "text": {markdown}, "raw_json": {"1"},
	}})
	if err != nil {
		return Thing{}, wait(err)
	}
	if len(got.JSON.Errors) > 0 {
		return Thing{}, refusal(got.JSON.Errors[0], got.JSON.RateLimit)
	}
	if things := got.JSON.Data.Things; len(things) == 1 && IsFullname(things[0].Data.Name) {
		return things[0].Data, nil
	}
	return Thing{}, outbound.ErrNotJSON
}

// wait reads how long Reddit asks us to stay away: it tells in seconds, under
// a name of its own.
func wait(err error) error {
	status, ok := errors.AsType[*outbound.StatusError](err)
	if !ok || status.Code != http.StatusTooManyRequests || status.RetryAfter > 0 {
		return err
	}
	n, perr := strconv.ParseFloat(status.Header.Get("X-Ratelimit-Reset"), 64)
	if perr != nil || !(n > 0) || n > 3600 {
		n = 60
	}
	return &cases.LaterError{After: time.Duration(n * float64(time.Second)), Err: status}
}

// final are the errors after which a retry cannot help. They come in an answer
// of 200, from the checks that Reddit makes before it posts.
var final = map[string]string{
	"THREAD_LOCKED":                      "the conversation is locked",
	"DELETED_COMMENT":                    "the comment was deleted",
	"DELETED_LINK":                       "the post was deleted",
	"TOO_OLD":                            "it is too old to be answered",
	"NO_TEXT":                            "there are no words",
	"TOO_LONG":                           "it is too long",
	"NO_THING_ID":                        "what it answers does not exist",
	"SUBREDDIT_NOTALLOWED":               "the account may not write in this community",
	"SUBREDDIT_NOEXIST":                  "the community does not exist",
	"SUBREDDIT_OUTBOUND_LINKS":           "the community takes no links to there",
	"USER_BLOCKED":                       "the author blocked the account, or the account the author",
	"USER_MUTED":                         "the account was muted there",
	"BANNED_FROM_SUBREDDIT":              "the account was banned from this community",
	"COMMENT_GUIDANCE_VALIDATION_FAILED": "the community's own rules for comments refuse it",
	"TOO_MANY_COMMENTS":                  "the account answered here too often already",
	"DOMAIN_BANNED":                      "Reddit takes no links to there",
	"INVALID_USER":                       "the account may not write",
	"USER_REQUIRED":                      "the application is not signed in as an account",
}

// refusal says what an error in an answer of 200 proves. One that we do not
// know proves nothing.
func refusal(e []any, seconds float64) error {
	code, words := "", ""
	if len(e) > 0 {
		code = fmt.Sprint(e[0])
	}
	if len(e) > 1 {
		words = fmt.Sprintf("%.200s", fmt.Sprint(e[1]))
	}
	why := fmt.Errorf("%.60q: %q", code, words)
	if code == "RATELIMIT" {
		return &cases.LaterError{After: pause(words, seconds), Err: why}
	}
	if said, ok := final[code]; ok {
		return fmt.Errorf("%w: %s (%.60s)", cases.ErrRefused, said, code)
	}
	return fmt.Errorf("reddit answered with an error that is not known: %w", why)
}

var span = regexp.MustCompile(`(\d+) (millisecond|second|minute|hour)s?`)

// pause reads for how long an account may not comment: in seconds, or in words
// such as "try again in 9 minutes".
func pause(words string, seconds float64) time.Duration {
	d := time.Duration(0)
	if seconds > 0 && seconds < 86400 {
		d = time.Duration(seconds * float64(time.Second))
	}
	if m := span.FindStringSubmatch(words); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n < 100000 {
			d = max(d, time.Duration(n)*map[string]time.Duration{"millisecond": time.Millisecond, "second": time.Second, "minute": time.Minute, "hour": time.Hour}[m[2]])
		}
	}
	if d <= 0 {
		d = 10 * time.Minute
	}
	return min(d+time.Second, 24*time.Hour)
}

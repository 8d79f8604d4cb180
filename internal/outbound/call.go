package outbound

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rasid/internal/cases"
)

// Call is one request that changes something elsewhere.
type Call struct {
	Method string
	URL    string
	Header http.Header
	Body   any        // sent as JSON; nil: none
	Form   url.Values // sent instead of Body, as sign-in servers want it
	Into   any        // the answer is decoded into it; nil: not looked at
}

// maxAnswer bounds the answer to a Call.
const maxAnswer = 1 << 20

// CallOnce makes the call at most once and says what is known afterwards:
//
//   - nil: the platform confirmed it, in words that could be read;
//   - cases.ErrNotSent: no byte left, or the platform asked to come back later;
//   - cases.ErrRefused around *StatusError: it said no for good (4xx);
//   - anything else, 5xx and cut answers too: nobody knows.
func (c *Client) CallOnce(ctx context.Context, call Call) error {
	var body io.Reader
	if call.Body != nil {
		b, err := json.Marshal(call.Body)
		if err != nil {
			return fmt.Errorf("writing the request: %w: %w", cases.ErrRefused, err)
		}
		body = bytes.NewReader(b)
	}
	if call.Form != nil {
		body = strings.NewReader(call.Form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, call.URL, body)
	if err != nil {
		return fmt.Errorf("%w: %w: not a URL", cases.ErrRefused, ErrBlocked)
	}
	for k, v := range call.Header {
		req.Header[http.CanonicalHeaderKey(k)] = v
	}
	switch {
	case call.Form != nil:
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	case call.Body != nil:
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	resp, err := c.DoOnce(ctx, req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return refusal(resp, time.Now())
	}
	answer, err := readBody(resp, maxAnswer)
	if err != nil {
		return fmt.Errorf("reading the answer: %w", bareURL(err))
	}
	if call.Into != nil && json.Unmarshal(answer, call.Into) != nil {
		return ErrNotJSON
	}
	return nil
}

// refusal says what an answer other than success proves.
func refusal(resp *http.Response, now time.Time) error {
	e := &StatusError{Code: resp.StatusCode, RetryAfter: askedToWait(resp.StatusCode, resp.Header, now), Header: resp.Header}
	e.Body, _ = io.ReadAll(io.LimitReader(resp.Body, 1024))
	switch code := e.Code; {
	case code == http.StatusTooManyRequests:
		return &cases.LaterError{After: max(e.RetryAfter, time.Second), Err: e}
	case code == http.StatusRequestTimeout, code == http.StatusConflict, code == http.StatusTooEarly, code >= 500:
		return e
	}
	return fmt.Errorf("%w: %w", cases.ErrRefused, e) // also a redirect, which is not followed
}

// BeforeSending classifies an error of a look that comes before a post:
// nothing was posted yet, so trying again is safe, unless the platform clearly
// said no.
func BeforeSending(err error) error {
	var status *StatusError
	switch {
	case err == nil, errors.Is(err, cases.ErrNotSent), errors.Is(err, cases.ErrRefused):
		return err
	case errors.As(err, &status) && status.Code >= 400 && status.Code < 500 && status.Code != http.StatusTooManyRequests && status.Code != http.StatusRequestTimeout:
		return fmt.Errorf("%w: %w", cases.ErrRefused, err)
	}
	return fmt.Errorf("%w: %w", cases.ErrNotSent, err)
}

// Looking classifies an error of a look at one thing that comes before a post:
// cases.ErrNotFound where it is gone, else as BeforeSending does.
func Looking(err error) error {
	if StatusOf(err) == http.StatusNotFound {
		return cases.ErrNotFound
	}
	return BeforeSending(err)
}

// StatusOf returns the status of a refused call or look; 0 when there is none.
func StatusOf(err error) int {
	if status, ok := errors.AsType[*StatusError](err); ok {
		return status.Code
	}
	return 0
}

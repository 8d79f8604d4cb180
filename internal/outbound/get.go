package outbound

import (
	"bytes"
	"cmp"
	"compress/gzip"
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

// maxBody is the largest body Get reads, counted after decompression.
const maxBody = 5 << 20

// Errors of Get. ErrEncoding covers compression we did not ask for.
var (
	ErrTooLarge = errors.New("answer too large")
	ErrEncoding = errors.New("answer in an encoding we did not ask for")
)

// StatusError is an answer other than success.
type StatusError struct {
	Code       int
	RetryAfter time.Duration // how long the host asked us to wait; 0 = not said
	Header     http.Header
	Body       []byte // the first KiB, to recognise what answered; untrusted
}

// Error names the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("answered %d %s", e.Code, http.StatusText(e.Code))
}

// Request is what to get.
type Request struct {
	URL                string
	ETag, LastModified string // of the last answer; make the request conditional
	MaxBytes           int64  // 0 = 5 MiB, counted after decompression
	Header             http.Header
}

// Response is a whole answer, read and decompressed.
type Response struct {
	Status             int
	Body               []byte
	Header             http.Header
	ETag, LastModified string
	NotModified        bool          // nothing changed since ETag or LastModified; Body is empty
	RetryAfter         time.Duration // pause the host asked for; 0 = none
	MaxAge             time.Duration // how long the answer stays fresh; 0 = not said
	FinalURL           string        // address after redirects
}

// Get fetches one document. It waits for the host's turn, follows at most five
// checked redirects, and reads at most MaxBytes within the deadline. An answer
// that asks us to wait comes back as *cases.LaterError around *StatusError,
// and holds further requests to that host until then.
func (c *Client) Get(ctx context.Context, q Request) (Response, error) {
	u, err := c.CheckURL(q.URL)
	if err != nil {
		return Response{}, err
	}
	host := canonicalHost(u.Host)
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if err := c.pace.wait(ctx, host, time.Now()); err != nil {
		return Response{}, err
	}
	req, err := c.request(ctx, u, q)
	if err != nil {
		return Response{}, err
	}
	resp, err := c.HTTP().Do(req)
	if err != nil {
		return Response{}, bareURL(err)
	}
	defer func() { _ = resp.Body.Close() }()
	now := time.Now()
	r := Response{
		Status: resp.StatusCode, Header: resp.Header,
		ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified"),
		RetryAfter: askedToWait(resp.StatusCode, resp.Header, now),
		MaxAge:     maxAge(resp.Header.Get("Cache-Control"), resp.Header.Get("Age"), resp.Header.Get("Expires"), now),
		FinalURL:   resp.Request.URL.String(),
	}
	c.log.DebugContext(ctx, "fetched", "host", host, "status", r.Status)
	if resp.StatusCode == http.StatusNotModified {
		r.NotModified = true
		return r, nil
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return r, c.refused(resp, host, r.RetryAfter, now)
	}
	r.Body, err = readBody(resp, cmp.Or(max(q.MaxBytes, 0), maxBody))
	if err != nil {
		return r, fmt.Errorf("reading the answer of %s: %w", host, bareURL(err))
	}
	return r, nil
}

func (c *Client) request(ctx context.Context, u *url.URL, q Request) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%w: not a URL", ErrBlocked)
	}
	for k, v := range q.Header {
		req.Header[http.CanonicalHeaderKey(k)] = v
	}
	req.Header.Set("Accept-Encoding", "gzip")
	if q.ETag != "" {
		req.Header.Set("If-None-Match", q.ETag)
	}
	if q.LastModified != "" {
		req.Header.Set("If-Modified-Since", q.LastModified)
	}
	return req, nil
}

func (c *Client) refused(resp *http.Response, host string, wait time.Duration, now time.Time) error {
	e := &StatusError{Code: resp.StatusCode, RetryAfter: wait, Header: resp.Header}
	e.Body = firstWords(resp)
	if !busy(resp.StatusCode) || wait <= 0 {
		return e
	}
	c.pace.hold(host, now, wait)
	return &cases.LaterError{After: wait, Err: e}
}

// busy reports whether a status asks to come back later.
func busy(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// firstWords reads the first KiB of a refusal, decompressed.
func firstWords(resp *http.Response) []byte {
	src := io.LimitReader(resp.Body, 8<<10)
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil
		}
		src = z
	}
	b, _ := io.ReadAll(io.LimitReader(src, 1024))
	return b
}

// readBody reads at most limit bytes, counted after decompression. The
// compressed bytes are under the same cap.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	if resp.ContentLength > limit {
		return nil, fmt.Errorf("%w: %d bytes announced, at most %d", ErrTooLarge, resp.ContentLength, limit)
	}
	src := io.LimitReader(resp.Body, limit+1)
	switch enc := strings.ToLower(strings.TrimSpace(strings.Join(resp.Header.Values("Content-Encoding"), ","))); enc {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil, fmt.Errorf("decompressing: %w", err)
		}
		src = io.LimitReader(z, limit+1)
	default: // br, zstd, and one encoding around another
		return nil, fmt.Errorf("%w: %.40q", ErrEncoding, enc)
	}
	var buf bytes.Buffer
	n, err := buf.ReadFrom(src)
	if n > limit {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limit)
	}
	if err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// bareURL cuts the address in an error of net/http down to its host: paths and
// queries may hold tokens.
func bareURL(err error) error {
	var ue *url.Error
	if !errors.As(err, &ue) {
		return err
	}
	host := "the host"
	if u, perr := url.Parse(ue.URL); perr == nil && u.Host != "" {
		host = u.Host
	}
	return fmt.Errorf("calling %s: %w", host, ue.Err)
}

// ErrNotJSON says that an answer is not the JSON that was expected.
var ErrNotJSON = errors.New("the answer is not the JSON that was expected")

// GetJSON fetches a document and decodes it into v. Unknown fields are ignored.
func (c *Client) GetJSON(ctx context.Context, q Request, v any) (Response, error) {
	if q.Header == nil {
		q.Header = http.Header{}
	}
	q.Header.Set("Accept", "application/json")
	r, err := c.Get(ctx, q)
	if err != nil || r.NotModified {
		return r, err
	}
	if err := json.Unmarshal(r.Body, v); err != nil {
		return r, ErrNotJSON // the cause would repeat parts of the answer
	}
	return r, nil
}

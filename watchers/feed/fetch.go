package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"rasid/internal/outbound"
	"rasid/watchers"
)

// maxBody is the largest document, after decompression.
const maxBody = 5 << 20

// answer is one document as it arrived.
type answer struct {
	body               []byte
	header             http.Header
	etag, lastModified string
	notModified        bool
	asked              time.Duration // pause the host asked for
	fresh              time.Duration // how long it says the document stays fresh
}

// fetch gets the document, unless it has not changed since the cursor.
func (s *Source) fetch(ctx context.Context, st state) (answer, error) {
	if s.cfg.local() {
		return s.open(ctx, st)
	}
	h := http.Header{"Accept": {"application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, application/json;q=0.9, */*;q=0.5"}}
	for name, value := range s.cfg.Headers {
		h.Set(name, value.Reveal())
	}
	r, err := s.net.Get(ctx, outbound.Request{URL: s.cfg.URL, ETag: st.ETag, LastModified: st.LastModified, MaxBytes: maxBody, Header: h})
	if err != nil {
		return answer{}, explain(err)
	}
	return answer{body: r.Body, header: r.Header, etag: r.ETag, lastModified: r.LastModified, notModified: r.NotModified, asked: r.RetryAfter, fresh: r.MaxAge}, nil
}

// open reads a file: feed. Its size and time of change stand in for an ETag.
func (s *Source) open(ctx context.Context, st state) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, err
	}
	path := filepath.FromSlash(filePath(s.cfg.URL))
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.cfg.Dir, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return answer{}, fmt.Errorf("opening the file: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return answer{}, fmt.Errorf("opening the file: %w", err)
	}
	tag := strconv.FormatInt(info.Size(), 36) + "-" + strconv.FormatInt(info.ModTime().UnixNano(), 36)
	if tag == st.ETag {
		return answer{notModified: true, etag: tag}, nil
	}
	body, err := io.ReadAll(io.LimitReader(f, maxBody+1))
	if err != nil {
		return answer{}, fmt.Errorf("reading the file: %w", err)
	}
	if len(body) > maxBody {
		return answer{}, fmt.Errorf("reading the file: %w: more than %d bytes", outbound.ErrTooLarge, maxBody)
	}
	return answer{body: body, etag: tag}, nil
}

// explain adds what to do to an answer that is a refusal.
func explain(err error) error {
	var status *outbound.StatusError
	if !errors.As(err, &status) {
		return err
	}
	hint := ""
	switch {
	case challenged(status.Header, status.Body):
		hint = "the site asks every visitor to prove that they are a person (Cloudflare); ask its owner for a feed that programs may read"
	case status.Code == http.StatusUnauthorized:
		hint = "the feed asks for a password; set headers: {Authorization: ${FEED_AUTH}}"
	case status.Code == http.StatusForbidden:
		hint = "the site does not let programs read it"
	case status.Code == http.StatusNotFound || status.Code == http.StatusGone:
		hint = "there is no feed at this address any more"
	}
	if hint == "" {
		return err
	}
	return fmt.Errorf("%w: %s", err, hint)
}

func challenged(h http.Header, body []byte) bool {
	return strings.EqualFold(h.Get("Cf-Mitigated"), "challenge") ||
		bytes.Contains(body, []byte("challenges.cloudflare.com")) || bytes.Contains(body, []byte("Just a moment..."))
}

// notFeed says what came instead of a feed, as well as the bytes tell.
func notFeed(body []byte, h http.Header) string {
	head := bytes.ToLower(body[:min(len(body), 64<<10)])
	has := func(s string) bool { return bytes.Contains(head, []byte(s)) }
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return "the answer is empty"
	case bytes.HasPrefix(body, []byte("%PDF")):
		return "the answer is a PDF"
	case challenged(h, body):
		return "the site asks every visitor to prove that they are a person (Cloudflare)"
	case !has("<html") && !has("<!doctype html"):
		return ""
	case has(`type="password"`) || has("type='password'") || has("type=password"):
		return "the answer is a login page"
	case has("captcha"):
		return "the answer is a page with a captcha"
	}
	if link := advertised(head); link != "" {
		return fmt.Sprintf("the answer is a web page; it names its feed as %q", link)
	}
	return "the answer is a web page, not a feed"
}

// advertised finds the feed that a web page names in its head.
func advertised(page []byte) string {
	for tag := range bytes.SplitSeq(page, []byte("<link")) {
		before, _, ok0 := bytes.Cut(tag, []byte{'>'})
		if !ok0 {
			continue
		}
		t := string(before)
		if !strings.Contains(t, "application/rss+xml") && !strings.Contains(t, "application/atom+xml") && !strings.Contains(t, "application/feed+json") {
			continue
		}
		_, after, ok := strings.Cut(t, "href=")
		if !ok || after == "" {
			continue
		}
		quote := after[:1]
		if href, _, ok := strings.Cut(after[1:], quote); ok && (quote == `"` || quote == "'") {
			return watchers.Line(href, 200)
		}
	}
	return ""
}

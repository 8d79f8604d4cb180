package feed

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var noon, clock = faketest.Noon(), faketest.Noon

// site is a publisher with one feed.
type site struct {
	*httptest.Server
	mu      sync.Mutex
	body    func() string
	header  http.Header
	status  int
	hang    chan struct{}
	asked   int
	headers http.Header
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{header: http.Header{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked++
	s.headers = r.Header.Clone()
	hang, status, body := s.hang, s.status, s.body()
	maps.Copy(w.Header(), s.header)
	s.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
		return
	}
	if tag := w.Header().Get("Etag"); tag != "" && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if status != 0 {
		w.WriteHeader(status)
	}
	_, _ = io.WriteString(w, body)
}

// set changes the feed between two looks.
func (s *site) set(change func(*site)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// source opens a feed with the defaults, changed by change.
func source(t *testing.T, url string, change func(*Config)) *Source {
	t.Helper()
	c := DefaultConfig()
	c.URL = url
	if change != nil {
		change(&c)
	}
	s, err := New(c, "reviews", faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// entry of a generated RSS feed.
type post struct {
	guid, link, author, title, text string
	at                              time.Time
}

func rssOf(posts ...post) string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title>`)
	for _, p := range posts {
		date := ""
		if !p.at.IsZero() {
			date = "<pubDate>" + p.at.Format(time.RFC1123Z) + "</pubDate>"
		}
		fmt.Fprintf(&b, "<item><guid>%s</guid><link>%s</link><dc:creator>%s</dc:creator><title>%s</title><description>%s</description>%s</item>",
			p.guid, strings.ReplaceAll(p.link, "&", "&amp;"), p.author, p.title, p.text, date)
	}
	return b.String() + `</channel></rss>`
}

func posts(n, from int) []post {
	var out []post
	for i := from + n - 1; i >= from; i-- { // newest first
		out = append(out, post{guid: fmt.Sprint("g", i), link: fmt.Sprintf("https://shop.example/%d", i), author: fmt.Sprint("author ", i), title: fmt.Sprint("title ", i), text: fmt.Sprint("words ", i), at: noon.Add(-10*time.Hour + time.Duration(i)*time.Minute)})
	}
	return out
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	for kind, file := range map[string]bool{"http": false, "file": true} {
		t.Run(kind, func(t *testing.T) {
			watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench { return bench(t, file) })
		})
	}
}

func bench(t *testing.T, file bool) watcherstest.Bench {
	s := newSite(t)
	n := 0
	body := func() string { return rssOf(posts(n, 0)...) }
	s.body = body
	path := filepath.Join(t.TempDir(), "feed.xml")
	b := watcherstest.Bench{
		Say: func(more int) {
			s.set(func(s *site) { n += more })
			if err := os.WriteFile(path, []byte(body()), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		Now: clock, Secrets: []string{"CANARY"},
		Open: func() watchers.Source {
			if file {
				return source(t, "file:"+path, nil)
			}
			return source(t, s.URL+"/private/CANARY?key=CANARY", func(c *Config) {
				c.Headers = map[string]outbound.Secret{"Authorization": "Bearer CANARY"}
			})
		},
	}
	if !file {
		b.Fail = func(on bool) { s.set(func(s *site) { s.status = map[bool]int{true: 500}[on] }) }
		release := make(chan struct{})
		t.Cleanup(func() { s.CloseClientConnections() })
		b.Hang = func(on bool) {
			s.set(func(s *site) {
				if s.hang = nil; on {
					s.hang = release
				}
			})
		}
	}
	return b
}

func TestItemsWithoutDatesComeOldestFirst(t *testing.T) {
	all := posts(5, 0)
	for i := range all {
		all[i].at = time.Time{}
	}
	s := newSite(t)
	s.body = func() string { return rssOf(all...) }
	var got []string
	for _, m := range watcherstest.Poll(t, source(t, s.URL, nil), "").Mentions {
		got = append(got, m.ID)
	}
	if strings.Join(got, " ") != "g0 g1 g2 g3 g4" {
		t.Errorf("in the order %v", got)
	}
}

func TestTheFirstLookTakesInWhatItWasToldTo(t *testing.T) {
	all := posts(30, 0)
	for i := range all { // one a day, going back
		all[i].at = noon.AddDate(0, 0, -i)
	}
	for rule, want := range map[string]int{"skip": 0, "last 20": 20, "last 5": 5, "last 1000": 30, "since 2026-11-13": 10, "since 2030-01-01": 0} {
		s := newSite(t)
		s.body = func() string { return rssOf(all...) }
		src := source(t, s.URL, func(c *Config) { c.FirstRun = rule })
		p := watcherstest.Poll(t, src, "")
		if len(p.Mentions) != want {
			t.Errorf("%s: %d mentions, want %d", rule, len(p.Mentions), want)
		}
		for _, m := range p.Mentions {
			if old := noon.Sub(m.PostedAt) > 168*time.Hour; m.Old != old {
				t.Errorf("%s: said at %v, old is %v", rule, m.PostedAt, m.Old)
			}
		}
		if next := watcherstest.Poll(t, src, p.Next); len(next.Mentions) != 0 {
			t.Errorf("%s: %d mentions at the second look", rule, len(next.Mentions))
		}
	}
}

func TestDatesFromThePastAreOldAndThoseFromTheFutureAreNow(t *testing.T) {
	s := newSite(t)
	all := posts(4, 0)
	all[0].at, all[1].at, all[2].at, all[3].at = time.Date(1970, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), time.Time{}, noon.Add(3*time.Minute)
	s.body = func() string { return rssOf(all...) }
	for _, m := range watcherstest.Poll(t, source(t, s.URL, nil), "").Mentions {
		switch m.ID {
		case "g3":
			if !m.Old || m.PostedAt.Year() != 1970 {
				t.Errorf("1970: %+v", m)
			}
		default:
			if m.Old || m.PostedAt.Sub(noon) > 3*time.Minute || m.PostedAt.Before(noon) {
				t.Errorf("%s: said at %v, old %v", m.ID, m.PostedAt, m.Old)
			}
		}
	}
}

func TestAWindowThatRolledTwiceIsAGap(t *testing.T) {
	s := newSite(t)
	src := source(t, s.URL, nil)
	var cur cases.Cursor
	for round, want := range []bool{false, false, true, false} {
		from := round * 20
		if round == 3 {
			from = 50 // overlaps again
		}
		body := rssOf(posts(20, from)...)
		s.set(func(s *site) { s.body = func() string { return body } })
		p := watcherstest.Poll(t, src, cur)
		cur = p.Next
		if (p.Gap != "") != want {
			t.Errorf("look %d: gap %q", round, p.Gap)
		}
	}
}

func TestNothingNewIsAskedConditionally(t *testing.T) {
	s := newSite(t)
	s.header.Set("ETag", `"1"`)
	s.header.Set("Cache-Control", "max-age=1800")
	s.body = func() string { return rssOf(posts(2, 0)...) }
	src := source(t, s.URL, nil)
	p := watcherstest.Poll(t, src, "")
	if p.Wait != 30*time.Minute {
		t.Errorf("fresh for half an hour, wait %v", p.Wait)
	}
	again := watcherstest.Poll(t, src, p.Next)
	if len(again.Mentions) != 0 || again.Next != p.Next || s.headers.Get("If-None-Match") != `"1"` {
		t.Errorf("%+v, asked with %v", again, s.headers)
	}
}

func TestPublishersPausesAreKeptWithinReason(t *testing.T) {
	for name, tc := range map[string]struct {
		header, value, ttl string
		want               time.Duration
	}{
		"ttl":                 {"", "", "30", 30 * time.Minute},
		"ttl of a day":        {"", "", "1440", longestPolite},
		"ttl below ours":      {"", "", "1", 0},
		"ttl is nonsense":     {"", "", "-5", 0},
		"max-age of a week":   {"Cache-Control", "max-age=604800", "", longestPolite},
		"an explicit pause":   {"Retry-After", "7200", "", 2 * time.Hour},
		"a pause of 30 years": {"Retry-After", "1000000000", "", 24 * time.Hour},
	} {
		s := newSite(t)
		s.header.Set(tc.header, tc.value)
		s.body = func() string {
			return `<rss version="2.0"><channel><title>t</title><ttl>` + tc.ttl + `</ttl></channel></rss>`
		}
		if p := watcherstest.Poll(t, source(t, s.URL, nil), ""); p.Wait != tc.want {
			t.Errorf("%s: wait %v, want %v", name, p.Wait, tc.want)
		}
	}
}

func TestWhatIsNotAFeedIsSaidPlainly(t *testing.T) {
	page := `<!DOCTYPE html><html><head>%s</head><body>%s</body></html>`
	for name, tc := range map[string]struct {
		status int
		header http.Header
		body   string
		want   string
	}{
		"login page":        {0, nil, fmt.Sprintf(page, "", `<form><input type="password"></form>`), "login page"},
		"captcha":           {0, nil, fmt.Sprintf(page, "", `<div class="g-recaptcha">captcha</div>`), "captcha"},
		"challenge, 403":    {403, http.Header{"Cf-Mitigated": {"challenge"}}, "x", "Cloudflare"},
		"challenge, 200":    {0, nil, fmt.Sprintf(page, "<title>Just a moment...</title>", ""), "Cloudflare"},
		"a page with feed":  {0, nil, fmt.Sprintf(page, `<link rel="alternate" type="application/rss+xml" href="/feed.xml">`, ""), `names its feed as "/feed.xml"`},
		"a page":            {0, nil, fmt.Sprintf(page, "", "hello"), "web page, not a feed"},
		"empty":             {0, nil, "", "empty"},
		"PDF":               {0, nil, "%PDF-1.7 ...", "PDF"},
		"password":          {401, nil, "", "set headers"},
		"gone":              {410, nil, "", "no feed at this address any more"},
		"forbidden":         {403, nil, "", "does not let programs read it"},
		"JSON arrays":       {0, nil, strings.Repeat("[", 5<<20-1), "nested deeper"},
		"wrong-case tags":   {0, nil, `<RSS><CHANNEL><Titel>x</Titel></CHANNEL></RSS>`, "neither a title nor items"},
		"other JSON":        {0, nil, `{"ok":true}`, "not a feed"},
		"plain text":        {0, nil, "CustomerReviews RSS page depth is limited to 10", "not a feed"},
		"server error":      {502, nil, "", "502 Bad Gateway"},
		"larger than limit": {0, nil, strings.Repeat("x", maxBody+1), "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.status, s.body = tc.status, func() string { return tc.body }
			maps.Copy(s.header, tc.header)
			src := source(t, s.URL+"/?key=CANARY", nil)
			_, err := src.Poll(t.Context(), "")
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "CANARY") {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			bad := 0
			for _, a := range src.Doctor(t.Context()) {
				if !a.OK && a.Fix != "" {
					bad++
				}
			}
			if bad == 0 {
				t.Error("the doctor finds nothing wrong")
			}
		})
	}
}

func TestAPauseThatIsAskedForReachesTheWatcher(t *testing.T) {
	s := newSite(t)
	s.status, s.body = http.StatusTooManyRequests, func() string { return "" }
	s.header.Set("Retry-After", "600")
	_, err := source(t, s.URL, nil).Poll(t.Context(), "")
	var later *cases.LaterError
	if !errors.As(err, &later) || later.After != 10*time.Minute {
		t.Errorf("got %v", err)
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	c := DefaultConfig()
	c.URL = "http://169.254.169.254/latest/meta-data/"
	s, err := New(c, "x", outbound.New(outbound.Options{}), clock)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Poll(t.Context(), ""); !errors.Is(err, outbound.ErrBlocked) {
		t.Errorf("got %v", err)
	}
}

func TestTheDoctorPraisesAGoodFeedAndNamesMissingDates(t *testing.T) {
	s := newSite(t)
	all := posts(3, 0)
	s.body = func() string { return rssOf(all...) }
	src := source(t, s.URL, nil)
	for _, a := range src.Doctor(t.Context()) {
		if !a.OK {
			t.Errorf("%+v", a)
		}
	}
	s.set(func(*site) { all[0].at = time.Time{} })
	advice := src.Doctor(t.Context())
	if last := advice[len(advice)-1]; last.OK || !strings.Contains(last.Fix, "1 of 3") {
		t.Errorf("%+v", advice)
	}
}

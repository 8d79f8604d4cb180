package outbound

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rasid/internal/cases"
)

// loopback reaches test servers.
func loopback(t *testing.T, o Options) *Client {
	t.Helper()
	o.Allow = append(o.Allow, netip.MustParsePrefix("127.0.0.0/8"))
	if o.PerHost == 0 {
		o.PerHost, o.Burst = 1e6, 1000
	}
	c := New(o)
	t.Cleanup(c.Close)
	return c
}

func server(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestGetAsksConditionallyAndReadsFreshness(t *testing.T) {
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Last-Modified", "Sun, 22 Nov 2026 04:17:00 GMT")
		w.Header().Set("Cache-Control", "public, max-age=900")
		w.Header().Set("Age", "100")
		if r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, "body")
	})
	c := loopback(t, Options{})
	r, err := c.Get(t.Context(), Request{URL: url})
	if err != nil || string(r.Body) != "body" || r.NotModified || r.MaxAge != 800*time.Second || r.FinalURL != url {
		t.Fatalf("%+v %v", r, err)
	}
	r, err = c.Get(t.Context(), Request{URL: url, ETag: r.ETag, LastModified: r.LastModified})
	if err != nil || !r.NotModified || len(r.Body) != 0 {
		t.Fatalf("%+v %v", r, err)
	}
}

func gz(t *testing.T, b []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestBodiesAreCountedAfterDecompression(t *testing.T) {
	bomb := gz(t, make([]byte, 64<<20)) // 64 MiB in 64 KiB
	for name, tc := range map[string]struct {
		h    http.HandlerFunc
		want error
	}{
		"honest gzip":  {func(w http.ResponseWriter, _ *http.Request) { encoded(w, "gzip", gz(t, []byte("ok"))) }, nil},
		"gzip bomb":    {func(w http.ResponseWriter, _ *http.Request) { encoded(w, "gzip", bomb) }, ErrTooLarge},
		"gzip in gzip": {func(w http.ResponseWriter, _ *http.Request) { encoded(w, "gzip, gzip", gz(t, bomb)) }, ErrEncoding},
		"two headers": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Content-Encoding", "gzip")
			w.Header().Add("Content-Encoding", "gzip")
			_, _ = w.Write(gz(t, bomb))
		}, ErrEncoding},
		"brotli":       {func(w http.ResponseWriter, _ *http.Request) { encoded(w, "br", []byte("x")) }, ErrEncoding},
		"zstd":         {func(w http.ResponseWriter, _ *http.Request) { encoded(w, "zstd", []byte("x")) }, ErrEncoding},
		"not gzip":     {func(w http.ResponseWriter, _ *http.Request) { encoded(w, "gzip", []byte("this is not compressed")) }, gzip.ErrHeader},
		"endless body": {func(w http.ResponseWriter, _ *http.Request) { forever(w) }, ErrTooLarge},
		"length announced": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99999999999")
			_, _ = io.WriteString(w, "short")
		}, ErrTooLarge},
		"cut short": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			_, _ = io.WriteString(w, "short")
		}, io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := loopback(t, Options{}).Get(t.Context(), Request{URL: server(t, tc.h)})
			if !errors.Is(err, tc.want) {
				t.Fatalf("got %v, want %v", err, tc.want)
			}
			if len(r.Body) > maxBody {
				t.Fatalf("%d bytes were kept", len(r.Body))
			}
		})
	}
}

func encoded(w http.ResponseWriter, enc string, b []byte) {
	w.Header().Set("Content-Encoding", enc)
	_, _ = w.Write(b)
}

func forever(w http.ResponseWriter) {
	chunk := make([]byte, 64<<10)
	for {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

func TestABombCostsNoMoreThanItsCap(t *testing.T) {
	bomb := gz(t, make([]byte, 96<<20))
	url := server(t, func(w http.ResponseWriter, _ *http.Request) { encoded(w, "gzip", bomb) })
	c := loopback(t, Options{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := c.Get(t.Context(), Request{URL: url}); !errors.Is(err, ErrTooLarge) {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if cost := after.TotalAlloc - before.TotalAlloc; cost > 48<<20 {
		t.Errorf("refusing 96 MiB took %d MiB", cost>>20)
	}
}

func TestErrorsOfGetNameTheHostAlone(t *testing.T) {
	c := loopback(t, Options{})
	for _, url := range []string{"http://127.0.0.1:1/CANARY?key=CANARY", "http://169.254.169.254/CANARY", "http://a b/CANARY", "ftp://a/CANARY", "http://CANARY@a/"} {
		if _, err := c.Get(t.Context(), Request{URL: url}); err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("got %v", err)
		}
	}
}

func TestASlowDripIsCutByTheDeadlineOfTheWholeExchange(t *testing.T) {
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	drip := func(w io.Writer, flush func()) {
		for {
			if _, err := w.Write([]byte(" ")); err != nil {
				return
			}
			flush()
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond): // paces the fake, not the test
			}
		}
	}
	body := server(t, func(w http.ResponseWriter, _ *http.Request) {
		drip(w, func() { _ = http.NewResponseController(w).Flush() })
	})
	head := raw(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096)) // the request; an earlier answer would be another fault
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX: ")
		drip(conn, func() {})
	})
	c := loopback(t, Options{Timeout: 300 * time.Millisecond})
	for _, url := range []string{body, head} {
		if _, err := c.Get(t.Context(), Request{URL: url}); err == nil || !isTimeout(err) {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

func TestHeadersAreBounded(t *testing.T) {
	url := server(t, func(w http.ResponseWriter, _ *http.Request) {
		for i := range 2000 {
			w.Header().Add("Set-Cookie", fmt.Sprintf("c%d=%s", i, strings.Repeat("x", 50)))
		}
	})
	if _, err := loopback(t, Options{}).Get(t.Context(), Request{URL: url}); err == nil || !strings.Contains(err.Error(), "header") {
		t.Errorf("got %v", err)
	}
}

func TestRedirectsAreCheckedAndStripped(t *testing.T) {
	var got http.Header
	other := server(t, func(w http.ResponseWriter, r *http.Request) { got = r.Header.Clone(); _, _ = io.WriteString(w, "ok") })
	hops := 0
	var url string
	url = server(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			hops++
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/five":
			hops++
			http.Redirect(w, r, map[bool]string{true: "/five", false: "/end"}[hops < 5], http.StatusFound)
		case "/away":
			http.Redirect(w, r, other, http.StatusFound)
		case "/away-and-back":
			http.Redirect(w, r, strings.Replace(url, "127.0.0.1", "127.0.0.2", 1)+"/back", http.StatusFound)
		case "/post":
			http.Redirect(w, r, other, http.StatusTemporaryRedirect)
		case "/end":
			got = r.Header.Clone()
		default:
			http.Redirect(w, r, strings.TrimPrefix(r.URL.Path, "/to/")+"x", http.StatusFound)
		}
	})
	c := loopback(t, Options{})
	secret := http.Header{"Authorization": {"Bearer k"}, "Cookie": {"s=1"}, "X-Api-Key": {"k"}, "Accept-Language": {"ar"}}

	if _, err := c.Get(t.Context(), Request{URL: url + "/loop"}); !errors.Is(err, ErrBlocked) || hops != maxRedirects+1 {
		t.Errorf("loop: %v after %d requests", err, hops)
	}
	hops = 0
	if _, err := c.Get(t.Context(), Request{URL: url + "/five", Header: secret}); err != nil || got.Get("X-Api-Key") == "" {
		t.Errorf("five hops on one host: %v, headers %v", err, got)
	}
	if _, err := c.Get(t.Context(), Request{URL: url + "/away?key=1", Header: secret}); err != nil {
		t.Fatal(err)
	}
	for _, h := range []string{"Authorization", "Cookie", "X-Api-Key", "Referer"} {
		if got.Get(h) != "" {
			t.Errorf("%s followed to another host", h)
		}
	}
	if got.Get("Accept-Language") != "ar" {
		t.Error("Accept-Language was lost")
	}
	if _, err := c.HTTP().Post(url+"/post", "text/plain", strings.NewReader("x")); !errors.Is(err, ErrBlocked) {
		t.Errorf("a POST was carried to another host: %v", err)
	}
	for _, bad := range []string{"file:///etc/passwd", "gopher://a/", "http://169.254.169.254/", "http://u:p@127.0.0.1/"} {
		u := server(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", bad)
			w.WriteHeader(http.StatusFound)
		})
		if _, err := c.Get(t.Context(), Request{URL: u}); !errors.Is(err, ErrBlocked) {
			t.Errorf("redirect to %s: %v", bad, err)
		}
	}
}

func TestARedirectFromHTTPSToHTTPIsRefused(t *testing.T) {
	from, _ := http.NewRequest(http.MethodGet, "https://a.example/", nil)
	to, _ := http.NewRequest(http.MethodGet, "http://a.example/", nil)
	if err := New(Options{}).checkRedirect(to, []*http.Request{from}); !errors.Is(err, ErrBlocked) {
		t.Errorf("got %v", err)
	}
	if err := New(Options{}).checkRedirect(from, []*http.Request{to}); err != nil {
		t.Errorf("http to https: %v", err)
	}
}

func TestAHostThatAsksForAPauseIsLeftAlone(t *testing.T) {
	asked := 0
	url := server(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	c := loopback(t, Options{})
	_, err := c.Get(t.Context(), Request{URL: url + "/a"})
	var later *cases.LaterError
	var status *StatusError
	if !errors.As(err, &later) || later.After != 2*time.Minute || !errors.As(err, &status) || status.Code != 429 {
		t.Fatalf("got %v", err)
	}
	if _, err = c.Get(t.Context(), Request{URL: url + "/b"}); !errors.As(err, &later) || asked != 1 {
		t.Fatalf("the host was asked %d times: %v", asked, err)
	}
}

func TestRetryAfterIsReadWithCare(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 17, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"": 0, "0": 0, "-1": 0, "abc": 0, "NaN": 0, "120": 2 * time.Minute, "1.5": 1500 * time.Millisecond, "1e9": longest, "99999999999999999999": longest,
		"Inf": longest, "Sun, 22 Nov 2026 04:18:00 GMT": time.Minute, "Sun, 22 Nov 2020 04:18:00 GMT": 0, "Sun, 22 Nov 2099 04:18:00 GMT": longest, " 7 ": 7 * time.Second,
	} {
		if got := RetryAfter(in, now); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}

func TestFreshnessIsReadWithCare(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 17, 0, 0, time.UTC)
	for _, tc := range []struct {
		cc, age, exp string
		want         time.Duration
	}{
		{"max-age=60", "", "", time.Minute},
		{"max-age=60, no-cache", "", "", time.Minute},
		{"no-store", "", "Sun, 22 Nov 2026 05:17:00 GMT", 0},
		{"", "", "Sun, 22 Nov 2026 05:17:00 GMT", time.Hour},
		{"", "", "0", 0},
		{"max-age=9999999999999", "", "", longest},
		{"max-age=-5", "", "", 0},
		{"max-age=60", "600", "", 0},
		{"max-age=x", "", "", 0},
	} {
		if got := maxAge(tc.cc, tc.age, tc.exp, now); got != tc.want {
			t.Errorf("%+v: %v", tc, got)
		}
	}
}

func TestRequestsToOneHostKeepTheirPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(1, 2)
		start := time.Now()
		for range 4 {
			if err := p.wait(t.Context(), "a", time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.wait(t.Context(), "b", time.Now()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d != 2*time.Second {
			t.Errorf("four requests at one per second after a burst of two took %v", d)
		}
	})
}

func TestTheTableOfHostsStaysBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(1, 1)
		for i := range 5 * maxHosts {
			p.host(fmt.Sprint(i), time.Now())
		}
		if len(p.hosts) > maxHosts {
			t.Errorf("%d hosts are remembered", len(p.hosts))
		}
	})
}

func TestOtherStatusesAreErrorsThatCarryTheirStart(t *testing.T) {
	url := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cf-Mitigated", "challenge")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, strings.Repeat("x", 5000))
	})
	_, err := loopback(t, Options{}).Get(t.Context(), Request{URL: url})
	var se *StatusError
	if !errors.As(err, &se) || se.Code != 403 || len(se.Body) != 1024 || se.Header.Get("Cf-Mitigated") == "" {
		t.Fatalf("got %v", err)
	}
}

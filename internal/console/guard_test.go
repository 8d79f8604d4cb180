package console

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

// ask sends one request to the page without a network.
func ask(h *house, method, target string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(h.t.Context(), method, "http://127.0.0.1:8321/", nil)
	r.URL = &url.URL{Path: "/"}
	if u, err := url.Parse(target); err == nil {
		r.URL = u
	}
	r.RemoteAddr = "127.0.0.1:50000"
	for _, f := range change {
		f(r)
	}
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	return w
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func from(addr string) func(*http.Request) { return func(r *http.Request) { r.RemoteAddr = addr } }

func host(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }

func TestThePageAnswersToItsOwnNamesOnly(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Hosts = []string{"rasid.example.com"} })
	for name, want := range map[string]int{
		"localhost:8321": 403, "127.0.0.1": 403, "[::1]:8321": 403, "RASID.example.com": 403, "rasid.example.com.": 403,
		"evil.example": 421, "evil.example:8321": 421, "127.0.0.1.evil.example": 421, "rasid.example.com.evil.example": 421, "": 421,
	} {
		if got := ask(h, http.MethodGet, "/", host(name)).Code; got != want {
			t.Errorf("Host %q was answered %d, want %d", name, got, want)
		}
	}
}

func TestAPageBeyondThisMachineIsReachedThroughItsProxyOnly(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Bare, o.Hosts, o.Proxies = true, []string{"rasid.example.com"}, []netip.Prefix{netip.MustParsePrefix("10.0.0.2/32")}
	})
	for addr, want := range map[string]string{"10.0.0.2:1": "", "127.0.0.1:1": "", "10.0.0.3:1": "through its proxy", "[2001:db8::1]:1": "through its proxy"} {
		w := ask(h, http.MethodGet, "/", host("rasid.example.com"), from(addr))
		if got := strings.Contains(w.Body.String(), "through its proxy"); got != (want != "") {
			t.Errorf("%s was answered %d %.60s", addr, w.Code, w.Body)
		}
	}
}

func TestWhoTheVisitorIsComesFromOurProxiesOnly(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")} })
	for _, c := range []struct{ peer, forwarded, want string }{
		{"203.0.113.9:1", "198.51.100.7", "203.0.113.9"},
		{"10.0.0.2:1", "198.51.100.7", "198.51.100.7"},
		{"10.0.0.2:1", "1.1.1.1, 198.51.100.7", "198.51.100.7"},
		{"10.0.0.2:1", "198.51.100.7, 10.0.0.3", "198.51.100.7"},
		{"10.0.0.2:1", "nonsense", "10.0.0.2"},
		{"10.0.0.2:1", "", "10.0.0.2"},
		{"[::ffff:10.0.0.2]:1", "198.51.100.7", "198.51.100.7"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := h.visitor(r).String(); got != c.want {
			t.Errorf("%s saying %q is %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}

func TestFiguresAreShownToThisMachineOnly(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Hosts = []string{"rasid.example.com"} })
	for _, path := range []string{"/metrics", "/healthz"} {
		for name, c := range map[string]struct {
			change []func(*http.Request)
			want   int
		}{
			"from here":                     {nil, 200},
			"from elsewhere":                {[]func(*http.Request){from("203.0.113.9:1")}, 403},
			"through a proxy on this host":  {[]func(*http.Request){header("X-Forwarded-For", "203.0.113.9")}, 403},
			"forwarded in the newer manner": {[]func(*http.Request){header("Forwarded", "for=203.0.113.9")}, 403},
		} {
			w := ask(h, http.MethodGet, path, c.change...)
			if w.Code != c.want || c.want == 403 && strings.Contains(w.Body.String(), "figures") {
				t.Errorf("%s %s was answered %d, want %d", path, name, w.Code, c.want)
			}
		}
	}
	b := h.browse().as("ali")
	if code, text := b.get("/metrics"); code != 200 || text != "figures" {
		t.Errorf("somebody who is in got %d %q", code, text)
	}
}

func TestOtherSitesCannotPressOurButtons(t *testing.T) {
	h := newHouse(t)
	c := h.said(cases.Mention{Author: "Omar", Text: "cold coffee"}, cases.Draft{Text: "Sorry"})
	b := h.browse().as("mona")
	u, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	session := b.c.Jar.Cookies(u)
	press := func(change ...func(*http.Request)) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:8321/case/1", strings.NewReader("action=approve&draft=1"))
		r.RemoteAddr = "127.0.0.1:50000"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, k := range session {
			r.AddCookie(k)
		}
		for _, f := range change {
			f(r)
		}
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for name, change := range map[string][]func(*http.Request){
		"a form of another site":          {header("Origin", "https://evil.example"), header("Sec-Fetch-Site", "cross-site")},
		"an old browser's form":           {header("Origin", "https://evil.example")},
		"another port of this machine":    {header("Origin", "http://127.0.0.1:9999")},
		"a sandboxed frame":               {header("Origin", "null")},
		"JSON dressed as text":            {header("Origin", "https://evil.example"), header("Content-Type", "text/plain")},
		"a browser that names no site":    {},
		"a sibling of the same site":      {header("Sec-Fetch-Site", "same-site")},
		"a rebound name":                  {header("Origin", "http://evil.example"), host("evil.example")},
		"no cookie, and from another one": {header("Cookie", ""), header("Sec-Fetch-Site", "cross-site")},
	} {
		if code := press(change...); code < 400 {
			t.Errorf("%s was answered %d", name, code)
		}
	}
	if len(h.desk.took) != 0 {
		t.Fatalf("decided: %v", h.desk.took)
	}
	if code := press(header("Origin", "http://127.0.0.1:8321")); code != http.StatusSeeOther || len(h.desk.took) != 1 || h.desk.took[0].Case != c.ID || h.desk.took[0].By.ID != "mona" {
		t.Errorf("our own form was answered %d and decided %v", code, h.desk.took)
	}
}

func TestEveryAnswerForbidsWhatThePageDoesNotNeed(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/", "/static/page.js", "/nothing", "/healthz", "/enter?key=x"} {
		w := ask(h, http.MethodGet, path)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		} {
			if got := w.Header().Get(name); !strings.Contains(got, want) {
				t.Errorf("%s: %s is %q, want %q in it", path, name, got, want)
			}
		}
		if csp := w.Header().Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") || strings.Contains(csp, "http:") {
			t.Errorf("%s: the policy lets too much through: %s", path, csp)
		}
	}
}

// TestNoPathOfTheRequestBecomesAPathOfTheMachine tries to climb out of the
// embedded files.
func TestNoPathOfTheRequestBecomesAPathOfTheMachine(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{
		"/static/..%2f..%2fconfig.yaml", "/static/../config.yaml", "/static/..%5c..%5cconfig.yaml", "/static/%c0%ae%c0%ae/config.yaml",
		"/static/%2e%2e%2fpages%2fframe.html", "/static/", "/static", "/static/CON", "/static/page.css%00", "/static//etc/passwd",
		"/static/....//....//etc/passwd", "/pages/frame.html", "/case/..%2f1", "/case/%2e%2e", "/case/1/../../etc/passwd", "/case/-1", "/case/9999999999999999999",
	} {
		w := ask(h, http.MethodGet, path)
		body := w.Body.String()
		if w.Code < 300 || strings.Contains(body, "root:") || strings.Contains(body, "{{") || strings.Contains(body, "business:") {
			t.Errorf("%s was answered %d %.80s", path, w.Code, body)
		}
	}
	if w := ask(h, http.MethodGet, "/static/page.css"); w.Code != 200 {
		t.Errorf("the style sheet itself was answered %d", w.Code)
	}
}

func TestNothingIsShownToStrangers(t *testing.T) {
	h := newHouse(t)
	h.said(cases.Mention{Author: "Omar", Text: "cold coffee"}, cases.Draft{Text: "Sorry, Omar"})
	for _, path := range []string{"/", "/case/1", "/digest", "/sources", "/outlet", "/people", "/policy", "/audit", "/help", "/report", "/events"} {
		w := ask(h, http.MethodGet, path)
		if w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "Omar") || strings.Contains(w.Body.String(), "Mona") {
			t.Errorf("%s was answered %d to a stranger", path, w.Code)
		}
	}
	for _, path := range []string{"/case/1", "/command", "/people/invite", "/password", "/leave/everywhere"} {
		if w := ask(h, http.MethodPost, path, header("Origin", "http://127.0.0.1:8321")); w.Code != http.StatusForbidden {
			t.Errorf("POST %s was answered %d to a stranger", path, w.Code)
		}
	}
	if len(h.desk.took) != 0 {
		t.Errorf("a stranger decided: %v", h.desk.took)
	}
}

// TestNoTextIsDeclaredSafe keeps the escaping of html/template whole.
func TestNoTextIsDeclaredSafe(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	declared := regexp.MustCompile(`template\.(HTML|HTMLAttr|JS|JSStr|CSS|URL|Srcset)\b`)
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if m := declared.Find(text); m != nil && !strings.HasSuffix(name, "_test.go") {
			t.Errorf("%s declares text safe with %s", name, m)
		}
	}
	inline := regexp.MustCompile(`(?i)<script[^>]*>[^<]|\son\w+=|\sstyle=|<style|javascript:`)
	pages, err := filepath.Glob("pages/*.html")
	if err != nil || len(pages) < 5 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, name := range pages {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if m := inline.Find(text); m != nil {
			t.Errorf("%s has something inline that the policy forbids: %s", name, m)
		}
	}
}

// TestAPageIsLight keeps a page under 150 KB with everything it loads.
func TestAPageIsLight(t *testing.T) {
	h := newHouse(t)
	for range pageSize {
		h.said(cases.Mention{Author: "Omar", Text: strings.Repeat("the coffee was cold ", 10)}, cases.Draft{Text: strings.Repeat("We are sorry. ", 15)})
		h.later(time.Second)
	}
	b := h.browse().as("mona")
	for _, path := range []string{"/", "/digest", "/case/1"} {
		b.weigh(path)
	}
}

// weigh adds up a page and what it asks for.
func (b *browser) weigh(path string) {
	t := b.h.t
	t.Helper()
	total, files := 0, 0
	_, page := b.get(path)
	total += len(page)
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if strings.Contains(m[1], "//") {
			t.Errorf("the page asks another machine for %s", m[1])
		}
		if strings.HasPrefix(m[1], "/static/") {
			code, text := b.get(m[1])
			if code != 200 {
				t.Errorf("%s was answered %d", m[1], code)
			}
			total, files = total+len(text), files+1
		}
	}
	if files < 3 || total > 150<<10 {
		t.Errorf("%s weighs %d bytes in %d files, want at most 150 KB", path, total, files)
	}
	t.Logf("%s weighs %d bytes", path, total)
}

package console

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"
)

// TestACookieStaysOnTheEncryptedWayItCameBy asks of every way in whether the
// visitor's own connection is encrypted; only our proxies are believed.
func TestACookieStaysOnTheEncryptedWayItCameBy(t *testing.T) {
	h := newHouse(t, func(o *Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.2/32")} })
	for name, x := range map[string]struct {
		change []func(*http.Request)
		want   bool
	}{
		"on this machine":            {[]func(*http.Request){from("127.0.0.1:1")}, false},
		"through our proxy":          {[]func(*http.Request){from("10.0.0.2:1"), header("X-Forwarded-Proto", "https")}, true},
		"through our proxy, plainly": {[]func(*http.Request){from("10.0.0.2:1"), header("X-Forwarded-Proto", "http")}, false},
		"encrypted to us":            {[]func(*http.Request){func(r *http.Request) { r.TLS = &tls.ConnectionState{} }}, true},
		"by a stranger's word":       {[]func(*http.Request){from("203.0.113.9:1"), header("X-Forwarded-Proto", "https")}, false},
	} {
		w := ask(h, http.MethodGet, "/", x.change...)
		if got := w.Header().Get("Strict-Transport-Security") != ""; got != x.want {
			t.Errorf("%s: to be reached encrypted only: %v, want %v", name, got, x.want)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		for _, f := range x.change {
			f(r)
		}
		if k := h.cookie(r, cookieName, "x", 60); k.Secure != x.want || !k.HttpOnly || k.SameSite != http.SameSiteStrictMode {
			t.Errorf("%s: the cookie is %s, want secure %v, for no script and for no other site", name, k, x.want)
		}
	}
}

func TestEndingAKeyEndsThatKeyAndNothingElse(t *testing.T) {
	h := newHouse(t)
	b := h.browse().as("ali")
	k := h.key("ali", ScopeRead)
	if got := h.call("GET", "/api/v1/counts", k, "", nil); got != http.StatusOK {
		t.Fatalf("answered %d", got)
	}
	for _, hash := range []string{"", hashed(k)[:40]} {
		if code, _ := b.post("/people/key", url.Values{"staff": {"ali"}, "hash": {hash}}); code != http.StatusForbidden {
			t.Errorf("ending %q was answered %d", hash, code)
		}
	}
	if got := h.call("GET", "/api/v1/counts", k, "", nil); got != http.StatusOK {
		t.Errorf("a key that nobody named was ended: %d", got)
	}
	if code, _ := b.post("/people/key", url.Values{"staff": {"ali"}, "hash": {hashed(k)}}); code != http.StatusOK {
		t.Errorf("an agent may not end their own key: %d", code)
	}
	if got := h.call("GET", "/api/v1/counts", k, "", nil); got != http.StatusUnauthorized {
		t.Errorf("an ended key was answered %d", got)
	}
	if code, _ := b.get("/help"); code != http.StatusOK {
		t.Errorf("the visit ended with the key: %d", code)
	}
}

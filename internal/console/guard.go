package console

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// policy forbids everything the page does not need; no inline script or style.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// maxBody bounds a form: the longest thing typed here is a reply.
const maxBody = 256 << 10

// guard stands before every request: known peers and host names only, no
// command from another site, and headers that keep the page to itself.
func (c *Console) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.render(w, r, http.StatusForbidden, "missing", "page.crossed")
	}))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if c.secure(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		switch {
		case c.Bare && !c.mayConnect(r):
			http.Error(w, "this page is reached through its proxy", http.StatusForbidden)
		case !c.known(r.Host):
			http.Error(w, "this page does not answer to that name: console.url in config.yaml says by which it is reached", http.StatusMisdirectedRequest)
		case unsigned(r):
			http.Error(w, "a browser that does not say where a form comes from cannot be used here", http.StatusForbidden)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			inner.ServeHTTP(w, r)
		}
	})
}

// known keeps other names away that point at this machine (DNS rebinding).
func (c *Console) known(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.Trim(strings.ToLower(host), "[]"), ".")
	return host == "localhost" || host == "127.0.0.1" || host == "::1" || slices.Contains(c.Hosts, host)
}

// unsigned reports whether a request that changes something rides on a cookie
// but does not say which site it comes from. Every browser of the last years
// does; http.CrossOriginProtection lets such requests pass for programs, which
// have no cookie.
func unsigned(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	return r.Header.Get("Cookie") != "" && r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == ""
}

// peer is the address at the other end of the connection.
func peer(r *http.Request) netip.Addr {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap()
}

func (c *Console) isProxy(a netip.Addr) bool {
	return slices.ContainsFunc(c.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

func (c *Console) mayConnect(r *http.Request) bool {
	a := peer(r)
	return a.IsLoopback() || c.isProxy(a)
}

// visitor is the address of the person behind a request. What a proxy says
// counts only when the proxy is one of ours; anybody can write the header.
func (c *Console) visitor(r *http.Request) netip.Addr {
	a := peer(r)
	if !c.isProxy(a) {
		return a
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return a
		}
		a = next.Unmap()
		if !c.isProxy(a) {
			return a
		}
	}
	return a
}

// secure reports whether the visitor's connection is encrypted.
func (c *Console) secure(r *http.Request) bool {
	return r.TLS != nil || c.isProxy(peer(r)) && r.Header.Get("X-Forwarded-Proto") == "https"
}

// near lets requests through that come from this machine itself, or from
// somebody who is in. A request that was forwarded is not from here.
func (c *Console) near(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		forwarded := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
		if !peer(r).IsLoopback() || forwarded {
			if _, ok := c.who(r, false); !ok {
				c.problem(w, r, errNotHere)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// cookie is a cookie of this page: never for scripts, never for other sites.
func (c *Console) cookie(r *http.Request, name, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: c.secure(r),
	}
}

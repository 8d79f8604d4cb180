package console

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Times a session lives (reliability of a page left open on a shop's counter).
const (
	sessionIdle = 30 * time.Minute
	sessionLife = 12 * time.Hour
	inviteLife  = time.Hour
	cookieName  = "rasid_session"
)

// policy forbids everything the page does not need; no inline script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard stands before every request: known host names only, and headers that
// keep the page to itself.
func (c *Console) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.known(r.Host) {
			http.Error(w, "this page does not answer to that name", http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
		next.ServeHTTP(w, r)
	})
}

// known keeps other names away that point at this machine (DNS rebinding).
func (c *Console) known(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(strings.ToLower(host), "[]")
	return host == "localhost" || host == "127.0.0.1" || host == "::1" || slices.Contains(c.Hosts, host)
}

// sessions are the people who are in. Only hashes of their keys are kept.
type sessions struct {
	now     func() time.Time
	mu      sync.Mutex
	invites map[[32]byte]visit
	open    map[[32]byte]visit
}

type visit struct {
	staff       string
	since, seen time.Time
}

func newSessions(now func() time.Time) *sessions {
	return &sessions{now: now, invites: map[[32]byte]visit{}, open: map[[32]byte]visit{}}
}

func (s *sessions) invite(staff string) string {
	key := newKey()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.invites[sha256.Sum256([]byte(key))] = visit{staff: staff, since: s.now()}
	return key
}

// accept trades an invitation, once, for a session.
func (s *sessions) accept(key string) (session string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := sha256.Sum256([]byte(key))
	v, ok := s.invites[h]
	delete(s.invites, h)
	if !ok || s.now().Sub(v.since) > inviteLife {
		return "", false
	}
	session = newKey()
	s.open[sha256.Sum256([]byte(session))] = visit{staff: v.staff, since: s.now(), seen: s.now()}
	return session, true
}

// who is the member of staff behind a request; "" for a stranger.
func (s *sessions) who(r *http.Request) string {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h, now := sha256.Sum256([]byte(cookie.Value)), s.now()
	v, ok := s.open[h]
	if !ok {
		return ""
	}
	if now.Sub(v.seen) > sessionIdle || now.Sub(v.since) > sessionLife {
		delete(s.open, h)
		return ""
	}
	v.seen = now
	s.open[h] = v
	return v.staff
}

func (s *sessions) leave(r *http.Request) {
	if cookie, err := r.Cookie(cookieName); err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, sha256.Sum256([]byte(cookie.Value)))
	}
}

func newKey() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (Go 1.24+)
	return base64.RawURLEncoding.EncodeToString(b)
}

func (c *Console) enter(w http.ResponseWriter, r *http.Request) {
	session, ok := c.sessions.accept(r.URL.Query().Get("key"))
	if !ok {
		c.stranger(w, r)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil, MaxAge: int(sessionLife / time.Second),
	})
	// A page that moves on by itself: a redirect right after a strict cookie
	// would come without the cookie when the link was opened from elsewhere.
	c.render(w, r, http.StatusOK, "entered", nil)
}

func (c *Console) leave(w http.ResponseWriter, r *http.Request) {
	c.sessions.leave(r)
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (c *Console) stranger(w http.ResponseWriter, r *http.Request) {
	c.render(w, r, http.StatusForbidden, "stranger", nil)
}

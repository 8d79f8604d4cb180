// Package fakemastodon is a Mastodon server for tests: accounts and posts in
// memory on a port of 127.0.0.1. It refuses what the real server refuses.
// docs/fakes-mastodon.md lists where each behaviour comes from.
package fakemastodon

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"rasid/internal/platform/faketest"
	"rasid/internal/platform/mastodon"
)

// Fault is what goes wrong with the next post.
type Fault string

// The faults.
const (
	Limited Fault = "429"
	Denied  Fault = "403"
	Broken  Fault = "502"
	Drop    Fault = "dropped before the effect"
	Lost    Fault = "dropped after the effect"
	Cut     Fault = "cut answer"
	Garbage Fault = "web page"
)

// Post is one post as the server keeps it.
type Post struct {
	mastodon.Status
	Text     string
	Mentions []string // account ids
}

// Server is the fake.
type Server struct {
	*httptest.Server
	Max   int // letters of a post
	Token string
	Now   func() time.Time

	mu       sync.Mutex
	accounts map[string]mastodon.Account
	posts    []*Post
	keys     map[string]keyed
	fault    Fault
	scopes   []string
}

type keyed struct {
	post *Post
	at   time.Time
}

// Self is the id of the account that the token belongs to.
const Self = "1"

// New starts a server with one account of ours.
func New(now func() time.Time) *Server {
	f := &Server{Max: 500, Token: "CANARY-token", Now: now, accounts: map[string]mastodon.Account{Self: {ID: Self, Acct: "noor"}}, keys: map[string]keyed{}, scopes: []string{"profile", "read:statuses", "write:statuses"}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v2/instance", f.instance)
	mux.HandleFunc("GET /api/v1/accounts/verify_credentials", f.member(func(w http.ResponseWriter, _ *http.Request) { write(w, 200, f.accounts[Self]) }))
	mux.HandleFunc("GET /api/v1/apps/verify_credentials", f.member(func(w http.ResponseWriter, _ *http.Request) { write(w, 200, map[string]any{"scopes": f.scopes}) }))
	mux.HandleFunc("POST /api/v1/statuses", f.member(f.publish))
	mux.HandleFunc("GET /api/v1/statuses/{id}", f.member(f.status))
	mux.HandleFunc("GET /api/v1/statuses/{id}/context", f.member(f.context))
	mux.HandleFunc("GET /api/v1/statuses/{id}/source", f.member(f.source))
	f.Server = httptest.NewServer(mux)
	return f
}

// Say lets an account post something and returns it.
func (f *Server) Say(acct, text, visibility string) Post {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := "u-" + acct
	f.accounts[id] = mastodon.Account{ID: id, Acct: acct}
	return *f.add(f.accounts[id], text, "", visibility)
}

// Answer lets our account answer by hand, as a colleague would.
func (f *Server) Answer(to, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.add(f.accounts[Self], text, to, "public")
}

// Edit changes a post.
func (f *Server) Edit(id, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.find(id); p != nil {
		at := f.Now()
		p.Text, p.Content, p.EditedAt = text, markup(text), &at
	}
}

// Delete removes a post.
func (f *Server) Delete(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posts = slices.DeleteFunc(f.posts, func(p *Post) bool { return p.ID == id })
}

// Fail makes the next post fail.
func (f *Server) Fail(fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

// Scopes sets what the token may do.
func (f *Server) Scopes(scopes ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.scopes = scopes
}

// Ours lists the posts of our account, oldest first.
func (f *Server) Ours() []Post {
	f.mu.Lock()
	defer f.mu.Unlock()
	return faketest.Those(f.posts, func(p *Post) bool { return p.Account.ID == Self })
}

func (f *Server) find(id string) *Post {
	for _, p := range f.posts {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (f *Server) add(a mastodon.Account, text, to, visibility string) *Post {
	id := strconv.Itoa(1000 + len(f.posts))
	p := &Post{Text: text, Mentions: f.mentions(text)}
	p.Status = mastodon.Status{ID: id, URL: f.URL + "/@" + a.Acct + "/" + id, CreatedAt: f.Now(), InReplyTo: to, Visibility: visibility, Content: markup(text), Account: a}
	f.posts = append(f.posts, p)
	return p
}

var name = regexp.MustCompile(`(?:^|[^=/\p{L}\p{N}_])@([A-Za-z0-9_]+(?:@[A-Za-z0-9.\-]+)?)`)

func (f *Server) mentions(text string) (ids []string) {
	for _, m := range name.FindAllStringSubmatch(text, -1) {
		for id, a := range f.accounts {
			if a.Acct == m[1] {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func markup(text string) string {
	return "<p>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br />") + "</p>"
}

func (f *Server) instance(w http.ResponseWriter, _ *http.Request) {
	write(w, 200, map[string]any{"configuration": map[string]any{"statuses": map[string]int{"max_characters": f.Max, "characters_reserved_per_url": 23}}})
}

// member lets those in who bring the token.
func (f *Server) member(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer "+f.Token {
			refuse(w, 401, "The access token is invalid")
			return
		}
		next(w, r)
	}
}

func (f *Server) publish(w http.ResponseWriter, r *http.Request) {
	fault := f.fault
	f.fault = ""
	switch fault {
	case Limited:
		w.Header().Set("X-RateLimit-Reset", time.Now().Add(2*time.Minute).UTC().Format(time.RFC3339Nano))
		refuse(w, 429, "Too many requests")
		return
	case Denied:
		refuse(w, 403, "This action is not allowed")
		return
	case Broken:
		http.Error(w, "<html>502</html>", http.StatusBadGateway)
		return
	case Drop:
		drop(w)
		return
	case Lost, Cut, Garbage: // after the effect, below
	}
	key := r.Header.Get("Idempotency-Key")
	done, known := f.keys[key]
	if !known || f.Now().Sub(done.at) > time.Hour {
		p, code, why := f.create(r)
		if why != "" {
			refuse(w, code, why)
			return
		}
		done = keyed{p, f.Now()}
		if key != "" {
			f.keys[key] = done
		}
	}
	switch fault {
	case Lost:
		drop(w)
	case Cut:
		w.Header().Set("Content-Length", "9999")
		write(w, 200, done.post.Status)
	case Garbage:
		_, _ = w.Write([]byte("<html>welcome</html>"))
	default:
		write(w, 200, done.post.Status)
	}
}

// create validates as the real server does.
func (f *Server) create(r *http.Request) (*Post, int, string) {
	var in struct {
		mastodon.Post
		Allowed *[]string `json:"allowed_mentions"`
	}
	if !slices.ContainsFunc(f.scopes, func(s string) bool { return s == "write" || s == "write:statuses" }) {
		return nil, 403, "This action is outside the authorized scopes"
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		return nil, 400, "Bad request"
	}
	in.Text = strings.TrimSpace(in.Text)
	switch {
	case in.InReplyTo != "" && f.find(in.InReplyTo) == nil:
		return nil, 404, "The post you are trying to reply to does not appear to exist."
	case in.Text == "":
		return nil, 422, "Validation failed: Text can't be blank"
	case !utf8.ValidString(in.Text) || strings.ContainsRune(in.Text, 0):
		return nil, 400, "Bad request"
	case length(in.Text) > f.Max:
		return nil, 422, fmt.Sprintf("Validation failed: Text character limit of %d exceeded", f.Max)
	case !slices.Contains([]string{"public", "unlisted", "private", "direct", ""}, in.Visibility):
		return nil, 422, "Validation failed: Visibility is not included in the list"
	}
	if in.Allowed != nil {
		for _, id := range f.mentions(in.Text) {
			if !slices.Contains(*in.Allowed, id) {
				return nil, 422, "Post would be sent to unexpected accounts"
			}
		}
	}
	return f.add(f.accounts[Self], in.Text, in.InReplyTo, cmp.Or(in.Visibility, "public")), 0, ""
}

var (
	address = regexp.MustCompile(`https?://\S+`)
	remote  = regexp.MustCompile(`(^|\s)@([A-Za-z0-9_]+)@[A-Za-z0-9.\-]+`)
)

// length is StatusLengthValidator: letters as people see them, 23 for an
// address, names without their server.
func length(text string) int {
	text = address.ReplaceAllString(remote.ReplaceAllString(text, "$1@$2"), strings.Repeat("x", 23))
	n := 0
	for g := graphemes.FromString(text); g.Next(); {
		n++
	}
	return n
}

func (f *Server) status(w http.ResponseWriter, r *http.Request) {
	if p := f.find(r.PathValue("id")); p != nil {
		write(w, 200, p.Status)
		return
	}
	refuse(w, 404, "Record not found")
}

func (f *Server) context(w http.ResponseWriter, r *http.Request) {
	if f.find(r.PathValue("id")) == nil {
		refuse(w, 404, "Record not found")
		return
	}
	below := map[string]bool{r.PathValue("id"): true}
	list := []mastodon.Status{}
	for _, p := range f.posts {
		if below[p.InReplyTo] {
			below[p.ID] = true
			list = append(list, p.Status)
		}
	}
	write(w, 200, map[string]any{"ancestors": []any{}, "descendants": list})
}

func (f *Server) source(w http.ResponseWriter, r *http.Request) {
	p := f.find(r.PathValue("id"))
	if p == nil || p.Account.ID != Self {
		refuse(w, 404, "Record not found")
		return
	}
	write(w, 200, map[string]string{"id": p.ID, "text": p.Text, "spoiler_text": ""})
}

func write(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, code int, why string) {
	write(w, code, map[string]string{"error": why})
}

func drop(w http.ResponseWriter) {
	if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = c.Close()
	}
}

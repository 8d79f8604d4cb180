// Package fakereddit is Reddit for tests: one community with posts and
// comments, its public feeds and its API, in memory on a port of 127.0.0.1.
// docs/fakes-reddit.md lists where each behaviour comes from.
package fakereddit

import (
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"rasid/internal/platform/faketest"
)

// Names of what the fake holds.
const (
	Community = "noorcoffee"
	Account   = "noor_coffee"
	ID        = "CANARY-id"
	Secret    = "CANARY-secret"
	Password  = "CANARY-password"
	Refresh   = "CANARY-refresh"
)

// Thing is a post or a comment as the server keeps it.
type Thing struct {
	Name, Parent, Link string // Parent and Link are of comments
	Author             string
	Title, Text        string // Text is Markdown
	Created, Edited    time.Time
	Deleted            bool // by its author
	Removed            bool // by a moderator
	Locked, Archived   bool
}

// Server is the fake.
type Server struct {
	*httptest.Server
	faketest.Mood
	mu sync.Mutex

	Now func() time.Time

	things  []*Thing // oldest first
	tokens  map[string]string
	blocked int       // status of every feed; 0 = shown
	refusal [2]string // of the next comment, in an answer of 200
	signIns int
	used    int // requests of members
}

// New starts a server.
func New(now func() time.Time) *Server {
	f := &Server{Now: now, tokens: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /r/{sub}/new/.rss", f.public(f.feed))
	mux.HandleFunc("GET /r/{sub}/comments/.rss", f.public(f.feed))
	mux.HandleFunc("GET /search.rss", f.public(f.feed))
	mux.HandleFunc("POST /api/v1/access_token", f.signIn)
	mux.HandleFunc("GET /api/v1/me", f.member(f.me))
	mux.HandleFunc("GET /api/info", f.member(f.info))
	mux.HandleFunc("GET /r/{sub}/new", f.member(f.list))
	mux.HandleFunc("GET /r/{sub}/comments", f.member(f.list))
	mux.HandleFunc("GET /search", f.member(f.list))
	mux.HandleFunc("GET /message/mentions", f.member(f.list))
	mux.HandleFunc("GET /comments/{post}", f.member(f.thread))
	mux.HandleFunc("POST /api/comment", f.member(f.comment))
	f.Server = httptest.NewServer(f.Guard(faketest.InTurn(&f.mu, mux)))
	return f
}

// Say adds a thing, a post unless it has a parent, and returns it.
func (f *Server) Say(t Thing) Thing {
	f.mu.Lock()
	defer f.mu.Unlock()
	return *f.add(t)
}

func (f *Server) add(t Thing) *Thing {
	id := strconv.FormatInt(int64(46656+len(f.things)), 36)
	if t.Name = "t3_" + id; t.Parent != "" {
		t.Name, t.Link = "t1_"+id, t.Parent
		if p := f.find(t.Parent); p != nil && p.Link != "" {
			t.Link = p.Link
		}
	}
	if t.Author == "" {
		t.Author = "sara"
	}
	if t.Created.IsZero() {
		t.Created = f.Now()
	}
	f.things = append(f.things, &t)
	return &t
}

// Change lets a test change a thing.
func (f *Server) Change(name string, change func(*Thing)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t := f.find(name); t != nil {
		change(t)
	}
}

// Ours lists what our account wrote, oldest first.
func (f *Server) Ours() []Thing {
	f.mu.Lock()
	defer f.mu.Unlock()
	return faketest.Those(f.things, func(t *Thing) bool { return t.Author == Account })
}

// Block makes feeds answer with a status: 403, 429, or 200 for a page instead
// of the feed; 0 shows them again.
func (f *Server) Block(status int) { f.mu.Lock(); defer f.mu.Unlock(); f.blocked = status }

// Refuse makes the next comment fail inside an answer of 200.
func (f *Server) Refuse(code, words string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refusal = [2]string{code, words}
}

func (f *Server) find(name string) *Thing {
	for _, t := range f.things {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// public shows feeds to those who name themselves, unless it blocks them.
func (f *Server) public(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !named(r):
			http.Error(w, "<html>whoa there, pardner!</html>", http.StatusTooManyRequests)
		case f.blocked == http.StatusOK:
			_, _ = w.Write([]byte("<!doctype html><html><body>Prove your humanity</body></html>"))
		case f.blocked != 0:
			http.Error(w, "<html>whoa there, pardner!</html>", f.blocked)
		default:
			next(w, r)
		}
	}
}

func named(r *http.Request) bool {
	return strings.HasPrefix(r.UserAgent(), "server:rasid:") && !strings.Contains(r.UserAgent(), "Go-http-client")
}

// chosen are the things a path lists, newest first.
func (f *Server) chosen(r *http.Request) (out []*Thing) {
	path := strings.TrimSuffix(strings.TrimSuffix(r.URL.Path, "/.rss"), ".rss")
	for _, t := range slices.Backward(f.things) {
		comment := t.Parent != ""
		var ok bool
		switch {
		case path == "/search":
			ok = !comment && strings.Contains(strings.ToLower(t.Title+" "+t.Text), strings.ToLower(r.URL.Query().Get("q")))
		case path == "/message/mentions":
			ok = comment && strings.Contains(t.Text, "u/"+Account)
		case strings.HasSuffix(path, "/comments"):
			ok = comment
		default:
			ok = !comment
		}
		if ok && (path == "/message/mentions" || !t.Deleted && !t.Removed) { // listings leave out what is gone
			out = append(out, t)
		}
	}
	return out
}

func (f *Server) feed(w http.ResponseWriter, r *http.Request) {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>newest</title>`)
	for i, t := range f.chosen(r) {
		if i == min(max(number(r.URL.Query().Get("limit"), 25), 1), 100) {
			break
		}
		content, title := "", t.Title
		if t.Text != "" {
			content = `<!-- SC_OFF --><div class="md"><p>` + html.EscapeString(t.Text) + `</p></div><!-- SC_ON -->`
		}
		if t.Parent != "" {
			title = "/u/" + t.Author + " on " + f.find(t.Link).Title
		} else {
			content += ` &#32; submitted by &#32; <a href="https://www.reddit.com/user/x">/u/x</a> <span><a href="https://x.example">[link]</a></span>`
		}
		fmt.Fprintf(&b, `<entry><author><name>/u/%s</name></author><content type="html">%s</content><id>%s</id><link href="%s"/><updated>%s</updated><published>%s</published><title>%s</title></entry>`,
			t.Author, text(content), t.Name, f.URL+permalink(t), t.Created.Format(time.RFC3339), t.Created.Format(time.RFC3339), text(title))
	}
	b.WriteString(`</feed>`)
	w.Header().Set("Content-Type", "application/atom+xml; charset=UTF-8")
	_, _ = w.Write([]byte(b.String()))
}

func text(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

func number(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return otherwise
}

func permalink(t *Thing) string {
	if t.Parent != "" {
		return "/r/" + Community + "/comments/" + t.Link[3:] + "/x/" + t.Name[3:] + "/"
	}
	return "/r/" + Community + "/comments/" + t.Name[3:] + "/x/"
}

// Package console is the local web page: one more staff room, with the same
// rules as the chats. It binds to this machine, lets people in by a one-time
// link, and needs nothing from the internet.
package console

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
	"rasid/responder/digest"
)

//go:embed pages static
var assets embed.FS

// Filter is what the inbox asks for.
type Filter struct {
	States []cases.State // nil = all
	Query  string        // words to find; spelling variants and diacritics do not matter
	Source string
	Before int64 // only cases with a smaller number; 0 = from the newest
	Limit  int
}

// Record is what the page reads.
type Record interface {
	List(ctx context.Context, f Filter) ([]cases.Case, error)
	Case(ctx context.Context, id int64) (cases.Case, error)
	History(ctx context.Context, caseID int64) ([]cases.Entry, error)
}

// Clerk carries out what the person at the page decides.
type Clerk interface {
	Decide(ctx context.Context, d responder.Decision) (responder.Answer, error)
}

// Options is what the page needs to know and call.
type Options struct {
	Office   *responder.Office
	Record   Record
	Clerk    Clerk
	Room     string // the room of kind console in config.yaml
	Language string // of a visitor who chose none
	Digest   func(ctx context.Context, day time.Time) (digest.Figures, error)
	Sources  func(ctx context.Context) ([]cases.SourceStatus, error)
	Stopped  func(ctx context.Context) (by, why string, at time.Time, on bool, err error)
	Outlet   func() ([]Post, error) // nil when no outlet is configured
	Metrics  http.Handler           // nil: no /metrics
	Hooks    http.Handler           // what other programs call below /hook/, with guards of its own; nil: nothing
	Hosts    []string               // names the page answers to besides localhost
	Clock    func() time.Time
	Log      *slog.Logger
}

// Post is one reply as it stands in the local outlet.
type Post struct {
	Author, Said, Text string
	At                 time.Time
}

// Console serves the page.
type Console struct {
	Options
	pages    map[string]*template.Template
	words    map[string]*phrases.Catalogue
	sessions *sessions
}

// New prepares the page; it does not listen yet.
func New(o Options) (*Console, error) {
	c := &Console{Options: o, pages: map[string]*template.Template{}, words: o.Office.Words, sessions: newSessions(o.Clock)}
	names, err := fs.Glob(assets, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("listing pages: %w", err)
	}
	for _, name := range names {
		if name == "pages/frame.html" {
			continue
		}
		t, err := template.New("frame.html").Funcs(c.funcs("en", o.Clock())).ParseFS(assets, "pages/frame.html", name)
		if err != nil {
			return nil, fmt.Errorf("reading page %s: %w", name, err)
		}
		c.pages[name[len("pages/"):len(name)-len(".html")]] = t
	}
	return c, nil
}

// Invite makes a one-time path that lets a member of staff in.
func (c *Console) Invite(staff string) string { return "/enter?key=" + c.sessions.invite(staff) }

// Handler is the page with its guards around it.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	static, _ := fs.Sub(assets, "static") // the folder is embedded: it exists
	mux.Handle("GET /static/", http.StripPrefix("/static/", cached(http.FileServerFS(static))))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") })
	if c.Metrics != nil {
		mux.Handle("GET /metrics", c.Metrics)
	}
	mux.HandleFunc("GET /enter", c.enter)
	mux.HandleFunc("POST /leave", c.leave)
	mux.HandleFunc("POST /language", c.language)
	mux.Handle("GET /{$}", c.staff(c.inbox))
	mux.Handle("GET /case/{id}", c.staff(c.showCase))
	mux.Handle("POST /case/{id}", c.staff(c.act))
	mux.Handle("POST /command", c.staff(c.command))
	mux.Handle("GET /digest", c.staff(c.showDigest))
	mux.Handle("GET /sources", c.staff(c.showSources))
	mux.Handle("GET /outlet", c.staff(c.showOutlet))
	mux.Handle("GET /events", c.staff(c.events))
	cross := http.NewCrossOriginProtection()
	page := c.guard(cross.Handler(mux))
	if c.Hooks == nil {
		return page
	}
	front := http.NewServeMux()
	front.Handle("/hook/", c.Hooks)
	front.Handle("/", page)
	return front
}

// Serve answers on a listener until ctx ends.
func (c *Console) Serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{
		Handler: c.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 32 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("serving the page: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if err := s.Shutdown(stop); err != nil {
		return s.Close()
	}
	return nil
}

func cached(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=300")
		h.ServeHTTP(w, r)
	})
}

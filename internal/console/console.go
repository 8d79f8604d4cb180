// Package console is the local web page: one more staff room, with the same
// rules as the chats. It lets people in by a one-time link or a password,
// answers to names it knows only, and needs nothing from the internet.
package console

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/responder"
	"rasid/responder/digest"
)

//go:embed pages static openapi.json
var assets embed.FS

// Filter is what the inbox asks for.
type Filter struct {
	States   []cases.State // nil = all
	Query    string        // words to find; spelling variants and diacritics do not matter
	Source   string
	Severity cases.Severity // and worse
	Worst    bool           // the most severe first instead of the newest
	Skip     int
	Limit    int
}

// Record is what the page reads.
type Record interface {
	List(ctx context.Context, f Filter) ([]cases.Case, error)
	Case(ctx context.Context, id int64) (cases.Case, error)
	History(ctx context.Context, caseID int64) ([]cases.Entry, error)
}

// Detail is what stands behind one case: what leaves for it, and what a mention
// said before it was changed (as mentions, oldest first).
type Detail interface {
	Outbox(ctx context.Context, caseID int64) ([]cases.Send, error)
	Before(ctx context.Context, mentionNum int64) ([]cases.Mention, error)
}

// Ledger is the whole record, for the counts and the audit.
type Ledger interface {
	Counts(ctx context.Context) (map[cases.State]int, error)
	EntriesBetween(ctx context.Context, from, to time.Time) ([]cases.Entry, error)
	Verify(ctx context.Context) (badSeq int64, err error)
}

// Clerk carries out what the person at the page decides.
type Clerk interface {
	Decide(ctx context.Context, d responder.Decision) (responder.Answer, error)
}

// Options is what the page needs to know and call.
type Options struct {
	Office    *responder.Office
	Name      func(language string) string // of the business
	Record    Record
	Detail    Detail
	Ledger    Ledger
	Clerk     Clerk
	Visits    Visits
	Passwords Passwords
	Key       []byte // signs invitations; the same for `rasid invite`
	Spend     func(ctx context.Context, token string, now time.Time) (fresh bool, err error)
	Pulse     func(ctx context.Context) (string, error) // changes when anything on the page does
	Room      string                                    // the room of kind console in config.yaml
	Language  string                                    // of a visitor who chose none
	Digest    func(ctx context.Context, day time.Time, period responder.Period) (digest.Figures, error)
	Sources   func(ctx context.Context) ([]cases.SourceStatus, error)
	Stopped   func(ctx context.Context) (cases.Stop, error)
	Outlet    func() ([]Post, error)                              // nil when no outlet is configured
	Incidents func(ctx context.Context) ([]cases.Incident, error) // newest first
	Incident  func(ctx context.Context, i cases.Incident) (responder.IncidentDetail, error)
	Promises  func(ctx context.Context) ([]cases.Promise, error) // the latest due first
	Wordings  func() ([]responder.Wording, error)                // replies of staff that drafts are made of; nil: none are kept
	Terms     Terms
	Metrics   http.Handler   // nil: no /metrics
	Hooks     http.Handler   // what other programs call below /hook/, with guards of its own; nil: nothing
	Hosts     []string       // names the page answers to besides localhost
	Proxies   []netip.Prefix // reverse proxies whose word about the visitor counts
	Bare      bool           // listens beyond this machine without TLS: only proxies may connect
	TLS       *tls.Config    // nil: plain HTTP
	Clock     func() time.Time
	Log       *slog.Logger
}

// Post is one reply as it stands in the local outlet.
type Post struct {
	Author, Said, Text string
	At                 time.Time
}

// Terms is what the policy allows to be written, beside the clocks of the
// office.
type Terms struct {
	ReplyWithin                   time.Duration
	Offers, Contacts              []string
	PerAuthorDay, PerHour, PerDay int
	Keep                          time.Duration
	Levels                        []Level // rooms, by level
}

// Level is a room and the level at which it sees cases.
type Level struct {
	Number     int
	Room, Kind string
}

// Console serves the page.
type Console struct {
	Options
	pages    map[string]map[string]sheet // language → page
	words    map[string]*phrases.Catalogue
	sessions *sessions
	limits   *limits
	hashes   chan struct{} // how many passwords may be hashed at once
	streams  chan struct{} // how many pages may wait for news at once
	chain    chain
}

// New prepares the page; it does not listen yet.
func New(o Options) (*Console, error) {
	c := &Console{
		Options: o, pages: map[string]map[string]sheet{}, words: o.Office.Words,
		sessions: &sessions{visits: o.Visits, now: o.Clock}, limits: newLimits(o.Clock),
		hashes: make(chan struct{}, 2), streams: make(chan struct{}, 256),
	}
	marks, err := fingerprints()
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(assets, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("listing pages: %w", err)
	}
	for language := range c.words {
		c.pages[language] = map[string]sheet{}
		for _, name := range names {
			if name == "pages/frame.html" || name == "pages/parts.html" {
				continue
			}
			c.pages[language][name[len("pages/"):len(name)-len(".html")]] = sync.OnceValues(func() (*template.Template, error) {
				return template.New("frame.html").Funcs(c.funcs(language, marks)).ParseFS(assets, "pages/frame.html", "pages/parts.html", name)
			})
		}
	}
	return c, nil
}

// sheet reads a page when it is first looked at: there are two dozen and most are
// seldom.
type sheet func() (*template.Template, error)

// fingerprints names each static file by its content, so that browsers keep it
// until it changes.
func fingerprints() (map[string]string, error) {
	marks := map[string]string{}
	list, err := fs.ReadDir(assets, "static")
	if err != nil {
		return nil, fmt.Errorf("listing static files: %w", err)
	}
	for _, f := range list {
		b, err := assets.ReadFile("static/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", f.Name(), err)
		}
		sum := sha256.Sum256(b)
		marks[f.Name()] = hex.EncodeToString(sum[:6])
	}
	return marks, nil
}

// Handler is the page with its guards around it.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{file}", c.static)
	mux.Handle("GET /healthz", c.near(http.HandlerFunc(c.health)))
	if c.Metrics != nil {
		mux.Handle("GET /metrics", c.near(c.Metrics))
	}
	mux.HandleFunc("GET /enter", c.door)
	mux.HandleFunc("POST /enter", c.enter)
	mux.HandleFunc("POST /login", c.login)
	mux.HandleFunc("POST /leave", c.leave)
	mux.HandleFunc("POST /language", c.language)
	mux.HandleFunc("POST /keys", c.keys)
	for pattern, page := range map[string]http.HandlerFunc{
		"GET /{$}": c.inbox, "GET /case/{id}": c.showCase, "POST /case/{id}": c.act, "POST /command": c.command,
		"GET /digest": c.showDigest, "GET /digest.svg": c.showChart, "GET /sources": c.showSources, "GET /outlet": c.showOutlet, "GET /people": c.showPeople,
		"POST /people/invite": c.inviteOther, "POST /password": c.changePassword, "POST /leave/everywhere": c.leaveEverywhere,
		"GET /policy": c.showPolicy, "GET /audit": c.showAudit, "GET /help": c.showHelp, "GET /report": c.showReport,
		"GET /events": c.events, "GET /export": c.export, "GET /incidents": c.showIncidents, "POST /incidents/{id}": c.statement, "GET /promises": c.showPromises, "GET /wordings": c.showWordings, "POST /people/key": c.endKey,
	} {
		mux.Handle(pattern, c.staff(page))
	}
	for pattern, call := range c.apiRoutes() {
		mux.Handle(pattern, c.caller(call))
	}
	mux.HandleFunc("GET /api/v1/openapi.json", c.openapi)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { c.apiProblem(w, r, cases.ErrNotFound) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { c.problem(w, r, cases.ErrNotFound) })
	page := c.guard(mux)
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
		Handler: c.Handler(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 32 << 10, TLSConfig: c.TLS, ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	done := make(chan error, 1)
	go func() {
		if c.TLS != nil {
			done <- s.ServeTLS(l, "", "")
			return
		}
		done <- s.Serve(l)
	}()
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

// static serves one embedded file. There are no folders in it, and nothing of
// the request becomes a path of this machine.
func (c *Console) static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if _, err := fs.Stat(assets, "static/"+name); err != nil || !fs.ValidPath(name) {
		c.problem(w, r, cases.ErrNotFound)
		return
	}
	w.Header().Set("Cache-Control", "max-age=31536000, immutable") // its address changes with its content
	http.ServeFileFS(w, r, assets, "static/"+name)
}

// health says whether the page and the records answer, and nothing else.
func (c *Console) health(w http.ResponseWriter, r *http.Request) {
	if _, err := c.Pulse(r.Context()); err != nil {
		c.Log.Error("records do not answer", "err", err)
		http.Error(w, "the records do not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = fmt.Fprintln(w, "ok")
}

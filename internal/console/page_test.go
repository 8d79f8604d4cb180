package console

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/digest"
)

// start is when every test begins; nothing reads a clock.
var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// desk takes what the page decides and answers what it is told to.
type desk struct {
	mu     sync.Mutex
	took   []responder.Decision
	answer responder.Answer
}

func (d *desk) Decide(_ context.Context, x responder.Decision) (responder.Answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.took = append(d.took, x)
	return d.answer, nil
}

// record shows a real store to the page, as cmd/rasid does.
type record struct{ *store.Store }

func (r record) List(ctx context.Context, f Filter) ([]cases.Case, error) {
	return r.Store.List(ctx, store.Filter{States: f.States, Source: f.Source, Query: f.Query, Severity: f.Severity, Worst: f.Worst, Skip: f.Skip, Limit: f.Limit})
}

func (r record) Before(ctx context.Context, num int64) ([]cases.Mention, error) {
	revisions, err := r.Revisions(ctx, num)
	var before []cases.Mention
	for _, v := range revisions {
		before = append(before, cases.Mention{Title: v.Title, Text: v.Text, EditedAt: v.EditedAt})
	}
	return before, err
}

// house is a page over a store of its own, and a browser.
type house struct {
	*Console
	t     *testing.T
	store *store.Store
	desk  *desk
	fire  []cases.Incident
	now   time.Time
	mu    sync.Mutex
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) later(by time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(by)
}

// quiet answers nothing in public; it is there so that Approve is possible.
type quiet struct{}

func (quiet) Reply(context.Context, cases.Reply) (cases.Receipt, error) { return cases.Receipt{}, nil }
func (quiet) Fits(string) error                                         { return nil }

func newHouse(t *testing.T, change ...func(*Options)) *house {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), store.Options{DSN: dir + "/rasid.db", DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &house{t: t, store: s, desk: &desk{}, now: start}
	words := map[string]*phrases.Catalogue{}
	for _, l := range []string{"ar", "en"} {
		if words[l], err = phrases.Load(l); err != nil {
			t.Fatal(err)
		}
	}
	person := func(id, name string, role responder.Role) responder.Person {
		return responder.Person{ID: id, Name: name, Role: role, Accounts: map[string]string{"console": id, "telegram": "77001122"}}
	}
	office := &responder.Office{
		Zone: time.UTC, Words: words, Policy: responder.DefaultPolicy(), Signer: responder.Signer{Key: []byte("0123456789abcdef")},
		People: []responder.Person{person("mona", "Mona", responder.Manager), person("ali", "Ali", responder.Agent)},
		Rooms:  []responder.Room{{Name: "desk", Platform: "console", Language: "ar"}, {Name: "owners", Platform: "console", Language: "ar", Level: 1}},
		Places: map[string]responder.Place{"shop": {Name: "shop", Replier: quiet{}}},
	}
	o := Options{
		Office: office, Name: func(string) string { return "Noor" }, Record: record{s}, Detail: record{s}, Ledger: s, Clerk: h.desk,
		Visits: s, Passwords: s, Key: []byte("a key of thirty-two bytes or more"), Spend: s.UseToken, Pulse: s.Pulse, Room: "desk", Language: "en",
		Digest: func(ctx context.Context, day time.Time, period responder.Period) (digest.Figures, error) {
			if period == responder.OneWeek {
				return digest.Counter{Book: s, Load: s}.Tally(ctx, digest.Days(day.UTC(), 7), h.clock())
			}
			return digest.Tally(ctx, s, s, day, time.UTC, h.clock())
		},
		Incidents: func(ctx context.Context) ([]cases.Incident, error) { return h.fire, nil },
		Incident: func(ctx context.Context, i cases.Incident) (responder.IncidentDetail, error) {
			return (&responder.Bulletin{Tally: s, Desk: s, Office: office}).Look(ctx, i, h.clock())
		},
		Promises: func(ctx context.Context) ([]cases.Promise, error) {
			return s.Promises(ctx, cases.PromiseOpen, cases.PromiseLate)
		},
		Sources: s.Statuses, Stopped: s.Stopped, Clock: h.clock, Log: slog.New(slog.DiscardHandler),
		Outlet:  func() ([]Post, error) { return nil, nil },
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "figures") }),
	}
	for _, f := range change {
		f(&o)
	}
	if h.Console, err = New(o); err != nil {
		t.Fatal(err)
	}
	return h
}

// said records a mention and brings its case to staff with a draft.
func (h *house) said(m cases.Mention, draft cases.Draft) cases.Case {
	h.t.Helper()
	m.Source, m.Direct = "shop", true
	if m.ID == "" {
		m.ID = newKey()
	}
	if m.AuthorID == "" {
		m.AuthorID = m.ID
	}
	if m.PostedAt.IsZero() {
		m.PostedAt = h.clock()
	}
	if _, err := h.store.Record(h.t.Context(), "shop", cases.Page{Mentions: []cases.Mention{m}}, h.clock()); err != nil {
		h.t.Fatal(err)
	}
	list, err := h.store.List(h.t.Context(), store.Filter{Limit: 1})
	if err != nil || len(list) != 1 {
		h.t.Fatalf("%d cases, %v", len(list), err)
	}
	c := list[0]
	score := cases.Score{Label: "neg", Neg: 1, Value: -0.8, Severity: cases.Low, Language: "en", Topics: []string{"delivery"}}
	if i := strings.Index(m.Text, "cold"); i >= 0 {
		score.Reasons = []cases.Reason{{Start: i, End: i + 4, Text: "cold", Weight: -0.8, Kind: "word"}}
	}
	draft.At, draft.By, draft.Origin = h.clock(), cases.Rasid, "template:en/delivery/1"
	for _, ch := range []cases.Change{{Event: cases.Flag, Score: &score}, {Event: cases.Propose, Draft: &draft}} {
		ch.Case, ch.Version, ch.By, ch.At = c.ID, c.Version, cases.Rasid, h.clock()
		if c, err = h.store.Apply(h.t.Context(), ch); err != nil {
			h.t.Fatal(err)
		}
	}
	return c
}

// browser is one person's browser at the page.
type browser struct {
	h    *house
	c    *http.Client
	base string
}

func (h *house) browse() *browser {
	h.t.Helper()
	s := httptest.NewServer(h.Handler())
	h.t.Cleanup(s.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return &browser{h: h, c: &http.Client{Jar: jar}, base: s.URL}
}

// as enters with an invitation.
func (b *browser) as(staff string) *browser {
	b.h.t.Helper()
	code, _ := b.post("/enter", url.Values{"key": {Invitation(b.h.Key, staff, b.h.clock().Add(time.Hour))}})
	if code != http.StatusOK {
		b.h.t.Fatalf("entering as %s answered %d", staff, code)
	}
	return b
}

func (b *browser) do(r *http.Request) (int, string) {
	b.h.t.Helper()
	a, err := b.c.Do(r)
	if err != nil {
		b.h.t.Fatal(err)
	}
	defer func() { _ = a.Body.Close() }()
	text, err := io.ReadAll(a.Body)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return a.StatusCode, string(text)
}

func (b *browser) get(path string) (int, string) {
	b.h.t.Helper()
	r, err := http.NewRequestWithContext(b.h.t.Context(), http.MethodGet, b.base+path, nil)
	if err != nil {
		b.h.t.Fatal(err)
	}
	return b.do(r)
}

func (b *browser) post(path string, form url.Values) (int, string) {
	b.h.t.Helper()
	r, err := http.NewRequestWithContext(b.h.t.Context(), http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.base)
	return b.do(r)
}

// broken is a ledger whose chain does not hold.
type broken struct{ *store.Store }

// Verify names the third line.
func (broken) Verify(context.Context) (int64, error) { return 3, nil }

// Package storetest is what every database behind package store must keep: one
// suite, run on SQLite and on PostgreSQL alike.
package storetest

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

// Place is one empty database.
type Place struct {
	Open   func(t *testing.T, o store.Options) *store.Store // sets o.DSN and o.DataDir itself
	Raw    func(t *testing.T) *sql.DB                       // the database behind the store's back
	Fresh  func(t *testing.T) Place                         // another empty database of the same kind
	Shared bool                                             // several stores may be open at once
	Rounds int                                              // how often what happens at once is tried
}

// Run runs the suite; place makes a new empty database for each test.
func Run(t *testing.T, place func(t *testing.T) Place) {
	for _, group := range []map[string]func(*testing.T, Place){intake, desk, outbox, views, upkeep, together, visits, lessons, incidents, promises, asides, quotas, imports, doubts} {
		for name, test := range group {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, place(t))
			})
		}
	}
}

// start is when every test begins; nothing reads a clock.
var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// desktop is a store with the moves tests make again and again.
type desktop struct {
	*store.Store
	t   *testing.T
	now time.Time
	n   int
}

func open(t *testing.T, p Place, o store.Options) *desktop {
	t.Helper()
	return &desktop{Store: p.Open(t, o), t: t, now: start}
}

func (d *desktop) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// later moves the clock.
func (d *desktop) later(by time.Duration) { d.now = d.now.Add(by) }

// said makes a mention nobody made before.
func (d *desktop) said(author, thread, text string) cases.Mention {
	d.n++
	return cases.Mention{ID: fmt.Sprintf("m%d", d.n), AuthorID: author, Author: "Name of " + author, Thread: thread, Text: text, PostedAt: d.now, URL: "https://example.com/" + author}
}

// record records mentions of the source "shop" and returns how many were new.
func (d *desktop) record(ms ...cases.Mention) int {
	d.t.Helper()
	n, err := d.Record(d.t.Context(), "shop", cases.Page{Mentions: ms, Next: cases.Cursor(fmt.Sprint("c", d.n))}, d.now)
	d.ok(err)
	return n
}

// in returns the one case in a state.
func (d *desktop) in(st cases.State) cases.Case {
	d.t.Helper()
	cs, err := d.InState(d.t.Context(), st, 10)
	d.ok(err)
	if len(cs) != 1 {
		d.t.Fatalf("%d cases are %s, want 1", len(cs), st)
	}
	return cs[0]
}

// do takes a step of c and returns the case after it.
func (d *desktop) do(c cases.Case, e cases.Event, by string, with ...func(*cases.Change)) cases.Case {
	d.t.Helper()
	after, err := d.try(c, e, by, with...)
	d.ok(err)
	return after
}

func (d *desktop) try(c cases.Case, e cases.Event, by string, with ...func(*cases.Change)) (cases.Case, error) {
	ch := cases.Change{Case: c.ID, Version: c.Version, Event: e, By: by, At: d.now}
	for _, w := range with {
		w(&ch)
	}
	return d.Apply(d.t.Context(), ch)
}

// unhappy is a score that flags.
var unhappy = cases.Score{Label: "neg", Neg: 0.9, Neu: 0.1, Value: -0.8, Severity: cases.High, Topics: []string{"delivery"}, Language: "en",
	Reasons: []cases.Reason{{Start: 0, End: 4, Text: "late", Weight: -1, Kind: "word"}}}

// waiting brings a new complaint to a draft that waits for staff.
func (d *desktop) waiting(author, text string) cases.Case {
	d.t.Helper()
	return d.waitingIn([]string{"staff"}, author, text)
}

// waitingIn is waiting for a case that these rooms see.
func (d *desktop) waitingIn(rooms []string, author, text string) cases.Case {
	d.t.Helper()
	m := d.said(author, "t-"+author, "the parcel is late")
	d.record(m)
	cs, err := d.InState(d.t.Context(), cases.New, 100)
	d.ok(err)
	c := cs[len(cs)-1]
	sc := unhappy
	c = d.do(c, cases.Flag, cases.Rasid, func(ch *cases.Change) { ch.Score = &sc; ch.Scores = map[int64]cases.Score{c.Last().Num: sc} })
	return d.do(c, cases.Propose, cases.Rasid, draft(text), func(ch *cases.Change) { ch.Rooms = rooms })
}

// draft adds a draft to a change.
func draft(text string) func(*cases.Change) {
	return func(ch *cases.Change) {
		ch.Draft = &cases.Draft{Text: text, Language: "en", Topic: "delivery", Origin: "template:en/delivery/1", By: ch.By, At: ch.At}
	}
}

// reply adds the outbox row of the latest draft of c.
func reply(c cases.Case) func(*cases.Change) {
	return func(ch *cases.Change) {
		d, _ := c.Draft()
		m := c.Last()
		ch.DraftNo = d.Version
		ch.Send = append(ch.Send, cases.Send{
			Key: cases.ReplyKey(c.ID, d.Version), Kind: cases.SendReply, Case: c.ID, Target: c.Source, By: ch.By, DueAt: ch.At,
			Hash:  cases.HashReply(c.Source, m.ID, d.Text),
			Reply: cases.Reply{Key: cases.ReplyKey(c.ID, d.Version), Case: c.ID, Draft: d.Version, Mention: m, Text: d.Text},
		})
	}
}

// approve approves the latest draft of c.
func (d *desktop) approve(c cases.Case, by string) cases.Case {
	d.t.Helper()
	return d.do(c, cases.Approve, by, reply(c))
}

// lease is how long tests hold what they claim.
const lease = time.Minute

// claim claims a reply; ok says whether there was one.
func (d *desktop) claim() (cases.Send, bool) {
	d.t.Helper()
	m, ok, err := d.Claim(d.t.Context(), cases.SendReply, nil, d.now, lease)
	d.ok(err)
	return m, ok
}

// mustClaim claims a reply that must be there.
func (d *desktop) mustClaim() cases.Send {
	d.t.Helper()
	m, ok := d.claim()
	if !ok {
		d.t.Fatal("nothing could be claimed")
	}
	return m
}

// settle settles what was claimed.
func (d *desktop) settle(m cases.Send, o cases.Outcome) {
	d.t.Helper()
	d.ok(d.Settle(d.t.Context(), cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: o, At: d.now,
		Receipt: cases.Receipt{ID: "post-" + m.Key, URL: "https://example.com/p"}}, nil))
}

// state reads the state of a case.
func (d *desktop) state(id int64) cases.State {
	d.t.Helper()
	c, err := d.Case(d.t.Context(), id)
	d.ok(err)
	return c.State
}

// row reads the only outbox row of a case.
func (d *desktop) row(id int64) cases.Send {
	d.t.Helper()
	rs, err := d.Outbox(d.t.Context(), id)
	d.ok(err)
	if len(rs) != 1 {
		d.t.Fatalf("case %d has %d outbox rows, want 1", id, len(rs))
	}
	return rs[0]
}

// want compares.
func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

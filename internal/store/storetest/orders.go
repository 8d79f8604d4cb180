package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rasid/internal/cases"
	"rasid/internal/store"
)

// exploreOrders drives one customer's case through random events: the
// customer's, staff's, the program's, crashes and lost answers. After every
// claim it asks the history whether a person had decided for those bytes, and
// whether anything could be in public twice.
func exploreOrders(t *testing.T, p Place) {
	d := open(t, p, store.Options{Owner: "a", Budget: store.NoBudget})
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		w := &world{d: d, rt: rt, author: fmt.Sprint("author-", round), public: map[string]bool{}}
		d.ok(d.Resume(t.Context(), "staff:1", d.now))
		w.speak("late")
		steps := rapid.IntRange(5, 40).Draw(rt, "steps")
		for range steps {
			w.step(rapid.IntRange(0, len(moves)-1).Draw(rt, "move"))
		}
		w.rest()
	})
	bad, err := d.Verify(t.Context())
	d.ok(err)
	want(t, "chain", bad, 0)
}

// world is one case and what the public would have seen of it.
type world struct {
	d       *desktop
	rt      *rapid.T
	author  string
	id      int64
	first   cases.Mention
	flying  *cases.Send     // claimed and not settled
	stopped bool            // kill switch
	public  map[string]bool // keys that may stand in public and that nobody denied
}

// moves are everything that can happen.
var moves = []func(*world){
	func(w *world) { w.speak("again") },
	func(w *world) { // the customer edits
		m := w.first
		m.Text = fmt.Sprint("edited ", w.d.n)
		w.d.n++
		w.d.record(m)
	},
	func(w *world) { m := w.first; m.Gone = true; w.d.record(m) },
	func(w *world) { // a colleague answers
		m := w.d.said("us", w.author, "we called")
		m.Ours, m.AnswerTo = true, w.first.ID
		w.d.record(m)
	},
	func(w *world) { w.try(cases.Flag, cases.Rasid) },
	func(w *world) { w.try(cases.Propose, cases.Rasid, draft(fmt.Sprint("draft ", w.d.n))) },
	func(w *world) { w.try(cases.Revise, "staff:2", draft(fmt.Sprint("edit ", w.d.n))) },
	func(w *world) { w.approve() },
	func(w *world) { w.approve() },
	func(w *world) { w.try(cases.Undo, "staff:1") },
	func(w *world) { w.try(cases.Dismiss, "staff:1") },
	func(w *world) { w.try(cases.Reopen, "staff:1") },
	func(w *world) { w.try(cases.Handle, "staff:1") },
	func(w *world) { w.claim() },
	func(w *world) { w.claim() },
	func(w *world) { w.settle(cases.WasDelivered, true) },
	func(w *world) { w.settle(cases.WasNotSent, false) },
	func(w *world) { w.settle(cases.WasRefused, false) },
	func(w *world) { w.settle(cases.WasUnknown, true) },
	func(w *world) { // the process dies while posting, and starts again
		_, err := w.d.CutOffOwn(w.rt.Context(), w.d.now)
		w.ok(err)
		w.land()
	},
	func(w *world) { // the instance freezes; another ends its lease
		w.d.later(lease)
		_, err := w.d.CutOff(w.rt.Context(), w.d.now)
		w.ok(err)
		w.land()
	},
	func(w *world) { w.resolve(cases.Found) },
	func(w *world) { w.resolve(cases.NotThere) },
	func(w *world) { w.ok(w.d.Stop(w.rt.Context(), "staff:1", "", w.d.now)); w.stopped = true },
	func(w *world) { w.ok(w.d.Resume(w.rt.Context(), "staff:1", w.d.now)); w.stopped = false },
	func(w *world) { w.d.later(15 * time.Minute) },
}

func (w *world) step(i int) { moves[i](w) }

func (w *world) ok(err error) {
	if err != nil {
		w.rt.Fatal(err)
	}
}

func (w *world) speak(text string) {
	m := w.d.said(w.author, w.author, text)
	w.d.record(m)
	if w.id != 0 {
		return
	}
	cs, err := w.d.List(w.rt.Context(), store.Filter{Limit: 1})
	w.ok(err)
	w.id, w.first = cs[0].ID, cs[0].Mentions[0]
}

func (w *world) now() cases.Case {
	c, err := w.d.Case(w.rt.Context(), w.id)
	w.ok(err)
	return c
}

// try takes a step that may not be possible just now.
func (w *world) try(e cases.Event, by string, with ...func(*cases.Change)) bool {
	_, err := w.d.try(w.now(), e, by, with...)
	if err != nil && !errors.Is(err, cases.ErrIllegal) && !errors.Is(err, cases.ErrStale) && !errors.Is(err, store.ErrUnapproved) {
		w.rt.Fatal(err)
	}
	return err == nil
}

func (w *world) approve() {
	if c := w.now(); len(c.Drafts) > 0 {
		w.try(cases.Approve, "staff:1", reply(c))
	}
}

// claim checks what every claim must keep.
func (w *world) claim() {
	m, ok, err := w.d.Claim(w.rt.Context(), cases.SendReply, nil, w.d.now, lease)
	w.ok(err)
	if !ok {
		return
	}
	if w.stopped {
		w.rt.Fatalf("%s left while posting was stopped", m.Key)
	}
	if w.flying != nil {
		w.rt.Fatalf("%s left while %s was under way", m.Key, w.flying.Key)
	}
	if w.public[m.Key] {
		w.rt.Fatalf("%s left again although it may stand in public", m.Key)
	}
	c := w.now()
	if d, _ := c.Draft(); c.State != cases.Approved || d.Text != m.Reply.Text || d.Version != m.Reply.Draft {
		w.rt.Fatalf("%s left with %q; the case is %s", m.Key, m.Reply.Text, c.State)
	}
	h, err := w.d.History(w.rt.Context(), w.id)
	w.ok(err)
	decided := ""
	for _, e := range h { // the last decision must stand
		switch {
		case e.Event == cases.Approve && e.Draft == m.Reply.Draft:
			decided = e.By
		case e.From == cases.Approved && e.To != cases.Approved && e.To != cases.Unsure:
			decided = ""
		}
	}
	if decided == "" || decided != m.By {
		w.rt.Fatalf("%s left; decided by %q, sent by %q", m.Key, decided, m.By)
	}
	w.flying = &m
}

// settle ends the attempt under way; effect says whether it reached the public.
func (w *world) settle(o cases.Outcome, effect bool) {
	if w.flying == nil {
		return
	}
	m := w.flying
	st := cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: o, At: w.d.now, Receipt: cases.Receipt{ID: "p"}}
	if o == cases.WasNotSent {
		st.RetryAt = w.d.now
	}
	w.ok(w.d.Settle(w.rt.Context(), st, nil))
	if effect {
		w.public[m.Key] = true
	}
	w.flying = nil
}

// land ends the attempt under way without an answer: it may be in public.
func (w *world) land() {
	if w.flying != nil {
		w.public[w.flying.Key] = true
		w.flying = nil
	}
}

// resolve answers "is it there?"; a person who says no takes it upon them.
func (w *world) resolve(e cases.Event) {
	if !w.try(e, "staff:1", func(ch *cases.Change) { ch.Receipt = &cases.Receipt{ID: "p"} }) || e != cases.NotThere {
		return
	}
	rows, err := w.d.Outbox(w.rt.Context(), w.id)
	w.ok(err)
	for _, r := range rows {
		if r.State == cases.Ready {
			delete(w.public, r.Key)
		}
	}
}

// rest leaves nothing of this case under way or due for the next round, and
// checks that what may stand in public is not forgotten.
func (w *world) rest() {
	w.settle(cases.WasRefused, false)
	rows, err := w.d.Outbox(w.rt.Context(), w.id)
	w.ok(err)
	for _, r := range rows {
		if w.public[r.Key] && r.State != cases.Delivered && r.State != cases.InDoubt {
			w.rt.Fatalf("%s may stand in public and its row is %s", r.Key, r.State)
		}
	}
	for w.now().State == cases.Approved {
		if !w.try(cases.Undo, "staff:1") {
			w.rt.Fatal("an approved case cannot be taken back")
		}
	}
}

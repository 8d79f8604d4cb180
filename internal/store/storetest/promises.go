package storetest

import (
	"slices"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

// promised opens a promise of draft 1 with a change.
func promised(due time.Duration) func(*cases.Change) {
	return func(ch *cases.Change) {
		ch.Promises = []cases.Promise{{
			Case: ch.Case, Draft: 1, Words: "We will call you", OpenedAt: ch.At, DueAt: ch.At.Add(due), WakeAt: ch.At.Add(due / 2), State: cases.PromiseOpen,
		}}
	}
}

var promises = map[string]func(*testing.T, Place){
	"a promise is written with the step that makes it, or not at all": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		if _, err := d.try(c, cases.Resolve, "staff:1", promised(time.Hour)); err == nil {
			t.Fatal("an illegal step was taken")
		}
		list, err := d.Promises(t.Context())
		d.ok(err)
		want(t, "promises after a refused step", len(list), 0)
		c = d.do(c, cases.Note, cases.Rasid, promised(time.Hour))
		want(t, "promises of the case", len(c.Promises), 1)
		want(t, "the promise", c.Promises[0], cases.Promise{
			Case: c.ID, Draft: 1, Words: "We will call you", OpenedAt: d.now, DueAt: d.now.Add(time.Hour), WakeAt: d.now.Add(30 * time.Minute), State: cases.PromiseOpen,
		})
	},
	"a promise wakes at its time and is settled once": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.do(d.waiting("amal", "Sorry!"), cases.Note, cases.Rasid, promised(time.Hour))
		due := func() int {
			list, err := d.PromisesDue(t.Context(), d.now, 10)
			d.ok(err)
			return len(list)
		}
		want(t, "due at once", due(), 0)
		d.later(31 * time.Minute)
		want(t, "due after half the time", due(), 1)
		c = d.do(c, cases.Kept, "staff:1", func(ch *cases.Change) {
			ch.Promises = []cases.Promise{c.Promises[0].Settled("staff:1", d.now)}
		})
		want(t, "due once it is kept", due(), 0)
		d.do(c, cases.Note, cases.Rasid, func(ch *cases.Change) {
			ch.Promises = []cases.Promise{c.Promises[0].Ended(cases.PromiseBroken, cases.Rasid, d.now)}
		})
		for state, n := range map[cases.PromiseState]int{cases.PromiseKept: 1, cases.PromiseBroken: 0} {
			list, err := d.Promises(t.Context(), state)
			d.ok(err)
			want(t, "promises "+string(state), len(list), n)
		}
		list, err := d.PromisesBetween(t.Context(), d.now, d.now.Add(time.Hour))
		d.ok(err)
		want(t, "promises of the hour", len(list), 1)
	},
	"a promise is owed again when the customer puts back what was deleted": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		for by, back := range map[string]bool{cases.Customer: true, cases.Rasid: false, "staff:1": false} { // the others took the reply away
			for _, text := range []string{"the parcel is late", "the parcel is late and open"} {
				c := d.do(d.waiting("amal after "+by+" and "+text, "Sorry!"), cases.Note, cases.Rasid, promised(time.Hour))
				said := c.Last()
				said.Gone = true
				d.record(said)
				d.later(31 * time.Minute)
				c, err := d.Case(t.Context(), c.ID)
				d.ok(err)
				c = d.do(c, cases.Note, cases.Rasid, func(ch *cases.Change) {
					ch.Promises = []cases.Promise{c.Promises[0].Ended(cases.PromiseVoid, by, d.now)}
				})
				want(t, "owed to who deleted it", len(c.Owed()), 0)
				d.later(time.Minute)
				said.Gone, said.Text = false, text
				d.record(said)
				c, err = d.Case(t.Context(), c.ID)
				d.ok(err)
				want(t, "what ended by "+by+" is owed again", len(c.Owed()) == 1, back)
				due, err := d.PromisesDue(t.Context(), d.now, 10)
				d.ok(err)
				looked := slices.ContainsFunc(due, func(p cases.Promise) bool { return p.Case == c.ID })
				want(t, "what ended by "+by+" is looked at", looked, back)
			}
		}
	},
	"an erased customer is owed nothing and named nowhere": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		d.do(d.waiting("amal", "Sorry!"), cases.Note, cases.Rasid, promised(time.Hour))
		_, err := d.Erase(t.Context(), "shop", "amal", d.now)
		d.ok(err)
		list, err := d.Promises(t.Context())
		d.ok(err)
		want(t, "promises", len(list), 1)
		want(t, "words", list[0].Words, "")
		want(t, "state", list[0].State, cases.PromiseVoid)
	},
}

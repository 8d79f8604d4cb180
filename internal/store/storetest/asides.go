package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

// beside adds words beside the answer of c to a change.
func beside(c cases.Case, kind cases.SendKind, opening, text string) func(*cases.Change) {
	return func(ch *cases.Change) {
		m := c.Last()
		ch.Send = append(ch.Send, cases.Send{
			Key: fmt.Sprintf("%s/%d/%s", kind, c.ID, opening), Kind: kind, Target: c.Source, By: "rule:policy.aside", DueAt: ch.At,
			Hash: cases.HashReply(c.Source, m.ID, text), Reply: cases.Reply{Mention: m, Text: text},
		})
	}
}

// beside claims words beside an answer.
func (d *desktop) beside(kind cases.SendKind) (cases.Send, bool) {
	d.t.Helper()
	m, ok, err := d.Claim(d.t.Context(), kind, nil, d.now, lease)
	d.ok(err)
	return m, ok
}

func must(c cases.Case, err error) cases.Case {
	if err != nil {
		panic(err)
	}
	return c
}

// stand settles words beside an answer as standing in public.
func (d *desktop) stand(m cases.Send, e cases.Event) {
	d.t.Helper()
	d.ok(d.Settle(d.t.Context(), cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: cases.WasDelivered, At: d.now},
		&cases.Change{Case: m.Case, Version: -1, Event: e, By: m.By, At: d.now, Note: m.Reply.Text}))
}

var asides = map[string]func(*testing.T, Place){
	"an acknowledgement stands beside the answer and is none": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{Owner: "a"})
		c := d.waiting("amal", "Sorry!")
		c = d.do(c, cases.Note, "rule:policy.aside", beside(c, cases.SendAck, "900", "We open at nine."))
		if _, ok := d.claim(); ok {
			t.Error("it was claimed as a reply")
		}
		m, ok := d.beside(cases.SendAck)
		want(t, "claimed", ok, true)
		want(t, "text", m.Reply.Text, "We open at nine.")
		d.stand(m, cases.Ack)
		c, err := d.Case(t.Context(), c.ID)
		d.ok(err)
		want(t, "state", c.State, cases.Waiting)
		want(t, "told at", c.ToldAt, d.now)
		want(t, "answered at", c.AnsweredAt, time.Time{})
		want(t, "acted at", c.AckedAt, time.Time{})
		want(t, "reply", c.Reply, cases.Receipt{})
		d.later(time.Minute)
		d.approve(c, "staff:1")
		d.settle(d.mustClaim(), cases.WasDelivered)
		want(t, "state", d.state(c.ID), cases.Answered)
	},
	"an author is acknowledged once for each opening": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		a := d.waiting("amal", "Sorry!")
		a = d.do(a, cases.Note, "rule:policy.aside", beside(a, cases.SendAck, "900", "We open at nine."))
		d.do(a, cases.Dismiss, "staff:1")
		d.later(1000 * time.Hour) // far enough for a case of its own
		b := d.waiting("amal", "Sorry again!")
		if b.ID == a.ID {
			t.Fatal("it joined the first case")
		}
		if _, err := d.try(b, cases.Note, "rule:policy.aside", beside(b, cases.SendAck, "900", "We open at nine.")); !errors.Is(err, cases.ErrStale) {
			t.Errorf("told twice: got %v, want ErrStale", err)
		}
		d.do(b, cases.Note, "rule:policy.aside", beside(b, cases.SendAck, "1900", "We open at nine."))
		c := d.waiting("badr", "Sorry!")
		d.do(c, cases.Note, "rule:policy.aside", beside(c, cases.SendAck, "900", "We open at nine."))
		n, err := d.Asides(t.Context(), "rule:policy.aside", d.now.Add(-time.Hour))
		d.ok(err)
		want(t, "counted in an hour", n, 2)
	},
	"what moved on is not acknowledged": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		c = d.do(c, cases.Note, "rule:policy.aside", beside(c, cases.SendAck, "900", "We open at nine."))
		d.do(c, cases.Handle, "staff:1")
		if m, ok := d.beside(cases.SendAck); ok {
			t.Errorf("%s left although the case was handled", m.Key)
		}
	},
	"the kill switch and the hold stop what is said beside answers": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		d.do(c, cases.Note, "rule:policy.aside", beside(c, cases.SendAck, "900", "We open at nine."))
		d.ok(d.Stop(t.Context(), "staff:1", "a mistake", d.now))
		if _, ok := d.beside(cases.SendAck); ok {
			t.Error("left although posting is stopped")
		}
		d.ok(d.Resume(t.Context(), "staff:1", d.now))
		d.ok(d.HoldAll(t.Context()))
		if _, ok := d.beside(cases.SendAck); ok {
			t.Error("left although everything is held")
		}
		d.ok(d.Release(t.Context(), "staff:1", d.now))
		if _, ok := d.beside(cases.SendAck); !ok {
			t.Error("did not leave once released")
		}
	},
	"an acknowledgement never holds back the answer, and budgets hold it": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{Budget: store.Budget{PerAuthorDay: 1, PerThreadDay: 9, PerSourceHour: 9, PerDay: 2}})
		c := d.waiting("amal", "Sorry!")
		c = d.do(c, cases.Note, "rule:policy.aside", beside(c, cases.SendAck, "900", "We open at nine."))
		m, _ := d.beside(cases.SendAck)
		d.stand(m, cases.Ack)
		c, err := d.Case(t.Context(), c.ID)
		d.ok(err)
		d.approve(c, "staff:1")
		d.settle(d.mustClaim(), cases.WasDelivered)
		b := d.waiting("badr", "Sorry!")
		d.do(b, cases.Note, "rule:policy.aside", beside(b, cases.SendAck, "900", "We open at nine."))
		if _, ok := d.beside(cases.SendAck); ok {
			t.Error("a third left although two a day may")
		}
	},
	"a cut-off acknowledgement is not sent again and leaves the case alone": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		d.do(c, cases.Note, "rule:policy.aside", beside(c, cases.SendAck, "900", "We open at nine."))
		m, _ := d.beside(cases.SendAck)
		d.later(2 * lease)
		n, err := d.CutOff(t.Context(), d.now)
		d.ok(err)
		want(t, "cut off", n, 1)
		want(t, "state", d.state(c.ID), cases.Waiting)
		if _, ok := d.beside(cases.SendAck); ok {
			t.Error("it was sent again")
		}
		doubts, err := d.InDoubt(t.Context(), 10)
		d.ok(err)
		want(t, "waiting for a look-up", len(doubts), 0)
		_ = m
	},
	"a solved case is asked once, and its customer's number is the answer": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		d.settle(d.mustClaim(), cases.WasDelivered)
		c, err := d.Case(t.Context(), c.ID)
		d.ok(err)
		d.later(time.Minute)
		c = d.do(c, cases.Resolve, "staff:1", beside(c, cases.SendAsk, "", "How satisfied are you, from 1 to 5?"))
		early := d.said("amal", c.Thread, "٢"+cases.QuoteMark+"> How satisfied are you, from 1 to 5?") // as letters quote
		early.ID = "early"
		m, ok := d.beside(cases.SendAsk)
		want(t, "claimed", ok, true)
		d.stand(m, cases.Ask)
		other := d.said("badr", c.Thread, "1")
		other.ID = "other"
		d.record(other)
		want(t, "rating by somebody else", must(d.Case(t.Context(), c.ID)).Rating, 0)
		d.later(time.Minute)
		d.record(early)
		c = must(d.Case(t.Context(), c.ID))
		want(t, "rating", c.Rating, 2)
		want(t, "rated at", c.RatedAt, d.now)
		want(t, "state", c.State, cases.Resolved)
		low, err := d.LowRated(t.Context(), 2, 10)
		d.ok(err)
		want(t, "low rated", len(low), 1)
		c = d.do(c, cases.Reopen, cases.Rasid)
		c = d.do(c, cases.Propose, cases.Rasid, draft("Sorry again!"))
		c = d.do(c, cases.Handle, "staff:1")
		c = d.do(c, cases.Resolve, "staff:1")
		want(t, "rating after it was solved again", c.Rating, 2)
		low, err = d.LowRated(t.Context(), 2, 10)
		d.ok(err)
		want(t, "low rated after it was solved again", len(low), 0)
	},
	"our own words read back are not taken for a colleague's answer": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		c = d.do(c, cases.Note, "rule:policy.aside", beside(c, cases.SendAck, "900", "We open at nine."))
		m, _ := d.beside(cases.SendAck)
		d.stand(m, cases.Ack)
		d.record(cases.Mention{ID: "own", Thread: c.Thread, AuthorID: "us", Ours: true, Text: "@amal We open at  nine.", PostedAt: d.now})
		want(t, "state", d.state(c.ID), cases.Waiting)
		d.record(cases.Mention{ID: "colleague", Thread: c.Thread, AuthorID: "us", Ours: true, Text: "We called you.", PostedAt: d.now})
		want(t, "state", d.state(c.ID), cases.Handled)
	},
}

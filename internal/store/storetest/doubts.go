package storetest

import (
	"errors"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

// doubts are what nobody decided, or what may be somebody else's.
var doubts = map[string]func(*testing.T, Place){
	"words beside an answer are refused unless a rule says exactly them": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		for name, spoil := range map[string]func(*cases.Send){
			"a person":      func(m *cases.Send) { m.By = "staff:1" },
			"nobody":        func(m *cases.Send) { m.By = "" },
			"another case":  func(m *cases.Send) { m.Key = "ack/99/900" },
			"no words":      func(m *cases.Send) { m.Reply.Text, m.Hash = "", cases.HashReply(m.Target, c.Last().ID, "") },
			"other words":   func(m *cases.Send) { m.Reply.Text = "Buy now!" },
			"another place": func(m *cases.Send) { m.Target = "elsewhere" },
		} {
			_, err := d.try(c, cases.Note, "rule:policy.aside", beside(c, cases.SendAck, "900", "We open at nine."), func(ch *cases.Change) { spoil(&ch.Send[0]) })
			if !errors.Is(err, store.ErrUnapproved) {
				t.Errorf("%s: got %v, want ErrUnapproved", name, err)
			}
		}
		if m, ok := d.beside(cases.SendAck); ok {
			t.Errorf("%q left", m.Reply.Text)
		}
	},
	"words beside an answer stay when the case is another by then": func(t *testing.T, p Place) {
		for name, x := range map[string]struct {
			kind cases.SendKind
			move func(*desktop, Place, cases.Case)
		}{
			"the words were changed": {cases.SendAck, func(d *desktop, p Place, _ cases.Case) {
				_, err := p.Raw(d.t).ExecContext(d.t.Context(), `UPDATE outbox SET body = 'Buy now!' WHERE kind = 'ack'`)
				d.ok(err)
			}},
			"the answer stood first": {cases.SendAck, func(d *desktop, _ Place, c cases.Case) {
				d.approve(must(d.Case(d.t.Context(), c.ID)), "staff:1")
				d.settle(d.mustClaim(), cases.WasDelivered)
				d.do(must(d.Case(d.t.Context(), c.ID)), cases.Reopen, "staff:1")
				d.do(must(d.Case(d.t.Context(), c.ID)), cases.Propose, cases.Rasid, draft("Sorry again!"))
			}},
			"it was opened again": {cases.SendAsk, func(d *desktop, _ Place, c cases.Case) {
				d.do(must(d.Case(d.t.Context(), c.ID)), cases.Reopen, "staff:1")
			}},
			"the customer was asked": {cases.SendAsk, func(d *desktop, _ Place, c cases.Case) {
				c = d.do(must(d.Case(d.t.Context(), c.ID)), cases.Note, "rule:policy.aside", beside(c, cases.SendAsk, "0", "Are you satisfied?"))
				m, ok := d.beside(cases.SendAsk)
				want(d.t, "asked", ok, true)
				d.stand(m, cases.Ask)
			}},
		} {
			t.Run(name, func(t *testing.T) {
				p := p.Fresh(t)
				d := open(t, p, store.Options{Budget: store.NoBudget})
				c := d.waiting("amal", "Sorry!")
				if x.kind == cases.SendAsk {
					c = d.do(c, cases.Handle, "staff:1")
					c = d.do(c, cases.Resolve, "staff:1")
				}
				d.do(c, cases.Note, "rule:policy.aside", beside(c, x.kind, "900", "Is it well?"), func(ch *cases.Change) { ch.Send[0].DueAt = d.now.Add(time.Minute) })
				x.move(d, p, c)
				d.later(time.Hour)
				if m, ok := d.beside(x.kind); ok {
					t.Errorf("%q left", m.Reply.Text)
				}
			})
		}
	},
	"who gives no name is taken for nobody else": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{Budget: store.NoBudget})
		for range 2 { // each hears when we open
			c := d.waiting("", "Sorry!")
			d.do(c, cases.Note, "rule:policy.aside", beside(c, cases.SendAck, "900", "We open at nine."))
			m, ok := d.beside(cases.SendAck)
			want(t, "told", ok, true)
			d.stand(m, cases.Ack)
		}
		c := d.waiting("", "Sorry!")
		c = d.do(d.do(c, cases.Handle, "staff:1"), cases.Resolve, "staff:1")
		d.do(c, cases.Note, "rule:policy.aside", beside(c, cases.SendAsk, "", "How satisfied are you, from 1 to 5?"))
		m, _ := d.beside(cases.SendAsk)
		d.stand(m, cases.Ask)
		d.record(d.said("", c.Thread, "1"))
		want(t, "rating by nobody knows whom", must(d.Case(t.Context(), c.ID)).Rating, 0)
		want(t, "it is news", d.in(cases.New).Last().Text, "1")
	},
	"a post whose lease was lost and that stands after all opens what it promises, once": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		m := d.mustClaim()
		d.later(lease)
		_, err := d.CutOff(t.Context(), d.now)
		d.ok(err)
		stands := func() error {
			ch := cases.Change{Case: c.ID, Version: c.Version, Event: cases.Sent, By: cases.Rasid, At: d.now}
			promised(time.Hour)(&ch)
			return d.Settle(t.Context(), cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: cases.WasDelivered, Receipt: cases.Receipt{ID: "p1"}, At: d.now}, &ch)
		}
		d.ok(stands())
		after := must(d.Case(t.Context(), c.ID))
		want(t, "state", after.State, cases.Answered)
		want(t, "promises", len(after.Promises), 1)
		if err := stands(); !errors.Is(err, cases.ErrStale) {
			t.Errorf("told a second time: got %v, want ErrStale", err)
		}
		want(t, "version", must(d.Case(t.Context(), c.ID)).Version, after.Version)
	},
	"a notice whose answer was lost is said again and pauses no reply": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		for _, k := range []cases.SendKind{cases.SendNotice, cases.SendDigest} {
			_, err := d.Enqueue(t.Context(), cases.Send{Key: string(k) + "/1", Kind: k, Target: "shop", Text: "hi", DueAt: d.now})
			d.ok(err)
			m, ok, err := d.Claim(t.Context(), k, nil, d.now, lease)
			d.ok(err)
			want(t, "claimed", ok, true)
			d.ok(d.Settle(t.Context(), cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: cases.WasUnknown, At: d.now, RetryAt: d.now.Add(time.Minute), Paused: d.now.Add(time.Hour)}, nil))
		}
		d.mustClaim()
		for _, x := range []struct {
			kind  cases.SendKind
			after time.Duration
			again bool
		}{{cases.SendNotice, 59 * time.Second, false}, {cases.SendNotice, time.Minute, true}, {cases.SendDigest, 24 * time.Hour, false}} {
			_, ok, err := d.Claim(t.Context(), x.kind, nil, d.now.Add(x.after), lease)
			d.ok(err)
			want(t, string(x.kind)+" again after "+x.after.String(), ok, x.again)
		}
	},
	"a reply that is given up goes back to staff": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		d.settle(d.mustClaim(), cases.WasNotSent) // and nothing says when to try again
		want(t, "state", d.state(c.ID), cases.Failed)
		d.later(24 * time.Hour)
		if _, ok := d.claim(); ok {
			t.Error("tried again")
		}
	},
	"words nobody drafted, or for another draft, cannot be approved": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		_, err := d.try(c, cases.Approve, "staff:1", reply(c), func(ch *cases.Change) { ch.DraftNo, ch.Send[0].Reply.Draft = 0, 7 })
		want(t, "the row of another draft is stale", errors.Is(err, cases.ErrStale), true)
		_, err = d.try(c, cases.Approve, cases.Customer, reply(c))
		want(t, "the customer's approval is none", errors.Is(err, store.ErrUnapproved), true)
		d.record(d.said("badr", "", "late"))
		bare := d.do(d.do(d.in(cases.New), cases.Flag, cases.Rasid), cases.Hold, cases.Rasid)
		_, err = d.try(bare, cases.Approve, "staff:1", reply(bare))
		want(t, "an approval without a draft is none", errors.Is(err, store.ErrUnapproved), true)
	},
	"what we say elsewhere, said long ago or by a program handles no complaint": func(t *testing.T, p Place) {
		for name, say := range map[string]func(*cases.Mention){
			"to everybody":  func(m *cases.Mention) { m.Thread = "" },
			"long ago":      func(m *cases.Mention) { m.Old = true },
			"by a program":  func(m *cases.Mention) { m.Bot = true },
			"under our own": func(m *cases.Mention) { m.Thread, m.AnswerTo = "", "ours" },
		} {
			d := open(t, p.Fresh(t), store.Options{})
			m := d.said("amal", "", "the parcel is late")
			if name == "long ago" || name == "by a program" {
				m.Thread = "t1"
			}
			d.record(m, cases.Mention{ID: "ours", AuthorID: "us", Ours: true, Thread: "t7", Text: "Good morning"})
			c := d.do(d.in(cases.New), cases.Flag, cases.Rasid)
			ours := d.said("us", "t1", "We are open until ten.")
			ours.Ours = true
			say(&ours)
			d.record(ours)
			want(t, name, d.state(c.ID), cases.Flagged)
		}
	},
	"an answer to what we do not know counts for the only case of its thread": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		ours := d.said("us", c.Thread, "We called you")
		ours.Ours, ours.AnswerTo = true, "never read"
		d.record(ours)
		want(t, "state", d.state(c.ID), cases.Handled)
		h, err := d.History(t.Context(), c.ID)
		d.ok(err)
		ours.Text = "We called you twice"
		d.record(ours)
		again, err := d.History(t.Context(), c.ID)
		d.ok(err)
		want(t, "events after we changed our own words", len(again), len(h))
	},
	"new stars or a new title void the draft as new words do": func(t *testing.T, p Place) {
		for name, edit := range map[string]func(*cases.Mention){
			"stars": func(m *cases.Mention) { m.Stars = 1 },
			"title": func(m *cases.Mention) { m.Title = "Never again" },
		} {
			d := open(t, p.Fresh(t), store.Options{})
			c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
			m := c.Last()
			edit(&m)
			d.record(m)
			want(t, name, d.state(c.ID), cases.New)
			if _, ok := d.claim(); ok {
				t.Errorf("%s: a reply left under other words than it was approved for", name)
			}
		}
	},
	"calm words that their author makes a complaint are judged again": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		m := d.said("amal", "t1", "fine")
		gone := d.said("badr", "t2", "never seen")
		gone.Gone = true
		want(t, "new", d.record(m, gone), 1)
		c := d.do(d.in(cases.New), cases.Calm, cases.Rasid)
		want(t, "state", c.State, cases.Noted)
		m.Text = "fine, but cold"
		d.record(m)
		want(t, "state after the edit", d.state(c.ID), cases.New)
		renamed := d.said("amal", "t1", "and late")
		renamed.Author = "Amal of the bakery"
		d.record(renamed)
		want(t, "name", must(d.Case(t.Context(), c.ID)).Author, "Amal of the bakery")
	},
}

package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

var outbox = map[string]func(*testing.T, Place){
	"an approved reply leaves once, as approved": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{Owner: "a"})
		c := d.approve(d.waiting("amal", "Sorry, Amal."), "staff:1")
		want(t, "state", c.State, cases.Approved)
		want(t, "approved by", c.ApprovedBy, "staff:1")
		m := d.mustClaim()
		want(t, "text", m.Reply.Text, "Sorry, Amal.")
		want(t, "mention", m.Reply.Mention.ID, c.Last().ID)
		want(t, "owner", m.Owner, "a")
		want(t, "attempt", m.Reply.Attempt, 1)
		want(t, "first", m.Reply.First, d.now)
		if _, again := d.claim(); again {
			t.Error("claimed twice")
		}
		d.settle(m, cases.WasDelivered)
		after, err := d.Case(t.Context(), c.ID)
		d.ok(err)
		want(t, "state", after.State, cases.Answered)
		want(t, "receipt", after.Reply.ID, "post-"+m.Key)
		want(t, "answered at", after.AnsweredAt, d.now)
		want(t, "row", d.row(c.ID).State, cases.Delivered)
	},
	"a second reply knows what was posted to the same mention": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		d.approve(d.waiting("amal", "Sorry, Amal."), "staff:1")
		m := d.mustClaim()
		want(t, "before anything was posted", len(m.Reply.Earlier), 0)
		d.settle(m, cases.WasDelivered)
		c := d.do(d.in(cases.Answered), cases.Reopen, "staff:1")
		c = d.do(c, cases.Propose, cases.Rasid, draft("Sorry again."))
		d.approve(c, "staff:1")
		m = d.mustClaim()
		want(t, "posted before", strings.Join(m.Reply.Earlier, "|"), "Sorry, Amal.")
		d.settle(m, cases.WasRefused)
		c = d.do(d.in(cases.Failed), cases.Revise, "staff:1", draft("Sorry, and thank you."))
		d.approve(c, "staff:1")
		want(t, "what was refused stands nowhere", strings.Join(d.mustClaim().Reply.Earlier, "|"), "Sorry, Amal.")
	},
	"nothing is claimed before its time": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		d.do(c, cases.Approve, "staff:1", reply(c), func(ch *cases.Change) { ch.Send[0].DueAt = d.now.Add(30 * time.Second) })
		if _, ok := d.claim(); ok {
			t.Error("left within the undo time")
		}
		d.later(30 * time.Second)
		d.mustClaim()
	},
	"a reply without a decision for its bytes is refused": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		for name, spoil := range map[string]func(*cases.Change){
			"no reply":        func(ch *cases.Change) { ch.Send = nil },
			"two replies":     func(ch *cases.Change) { ch.Send = append(ch.Send, ch.Send[0]) },
			"nobody":          func(ch *cases.Change) { ch.By, ch.Send[0].By = "", "" },
			"the program":     func(ch *cases.Change) { ch.By, ch.Send[0].By = cases.Rasid, cases.Rasid },
			"another person":  func(ch *cases.Change) { ch.Send[0].By = "staff:2" },
			"no hash":         func(ch *cases.Change) { ch.Send[0].Hash = "" },
			"another hash":    func(ch *cases.Change) { ch.Send[0].Hash = cases.HashReply("shop", "m1", "Other") },
			"other words":     func(ch *cases.Change) { ch.Send[0].Reply.Text = "Other" },
			"another place":   func(ch *cases.Change) { ch.Send[0].Target = "elsewhere" },
			"another key":     func(ch *cases.Change) { ch.Send[0].Key = "reply/99/1" },
			"a rule by hand":  func(ch *cases.Change) { ch.By, ch.Send[0].By = "rule:thanks", "rule:thanks" },
			"a person a rule": func(ch *cases.Change) { ch.Event = cases.ByRule },
			"with a note":     func(ch *cases.Change) { ch.Event = cases.Note },
		} {
			if _, err := d.try(c, cases.Approve, "staff:1", reply(c), spoil); !errors.Is(err, store.ErrUnapproved) {
				t.Errorf("%s: got %v, want ErrUnapproved", name, err)
			}
		}
		if _, err := d.try(c, cases.Approve, "staff:1", reply(c), func(ch *cases.Change) { ch.DraftNo = 7 }); !errors.Is(err, cases.ErrStale) {
			t.Errorf("another draft: got %v, want ErrStale", err)
		}
		if _, err := d.Enqueue(t.Context(), cases.Send{Key: "reply/1/1", Kind: cases.SendReply}); !errors.Is(err, store.ErrUnapproved) {
			t.Errorf("enqueue: got %v, want ErrUnapproved", err)
		}
		want(t, "state", d.state(c.ID), cases.Waiting)
		rs, err := d.Outbox(t.Context(), c.ID)
		d.ok(err)
		want(t, "rows", len(rs), 0)
	},
	"a rule lets a clean draft leave and no blocked one": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Thank you!")
		d.do(c, cases.ByRule, "rule:thanks", reply(c))
		d.mustClaim()
		c = d.waiting("badr", "Call 0500000000")
		c = d.do(c, cases.Revise, "staff:1", draft("Call 0500000000"), func(ch *cases.Change) {
			ch.Draft.Findings = []cases.Finding{{Kind: "privacy-phone", Words: "0500000000", Block: true}}
		})
		if _, err := d.try(c, cases.ByRule, "rule:thanks", reply(c)); !errors.Is(err, store.ErrUnapproved) {
			t.Errorf("got %v, want ErrUnapproved", err)
		}
		d.approve(c, "staff:1")
	},
	"undo takes the reply back and a second approval sends it once": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		c = d.do(c, cases.Undo, "staff:1")
		want(t, "row", d.row(c.ID).State, cases.Withdrawn)
		want(t, "approved by", c.ApprovedBy, "")
		if _, ok := d.claim(); ok {
			t.Fatal("left after undo")
		}
		c = d.approve(c, "staff:2")
		m := d.mustClaim()
		want(t, "by", m.By, "staff:2")
		if _, err := d.try(c, cases.Undo, "staff:1"); !errors.Is(err, cases.ErrStale) {
			t.Errorf("undo while posting: got %v, want ErrStale", err)
		}
		d.settle(m, cases.WasDelivered)
		want(t, "state", d.state(c.ID), cases.Answered)
	},
	"not sent is tried again, refused is not": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		m := d.mustClaim()
		d.ok(d.Settle(t.Context(), cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: cases.WasNotSent, RetryAt: d.now.Add(time.Minute), Why: "busy", At: d.now}, nil))
		if _, ok := d.claim(); ok {
			t.Error("claimed before the pause was over")
		}
		want(t, "why", d.row(c.ID).LastError, "busy")
		d.later(time.Minute)
		m = d.mustClaim()
		want(t, "attempt", m.Reply.Attempt, 2)
		want(t, "first", m.Reply.First, start)
		d.settle(m, cases.WasRefused)
		want(t, "state", d.state(c.ID), cases.Failed)
		want(t, "row", d.row(c.ID).State, cases.GaveUp)
	},
	"an unknown outcome waits for a person": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		d.settle(d.mustClaim(), cases.WasUnknown)
		want(t, "state", d.state(c.ID), cases.Unsure)
		d.later(24 * time.Hour)
		if _, ok := d.claim(); ok {
			t.Fatal("sent again by the program")
		}
		doubts, err := d.InDoubt(t.Context(), 10)
		d.ok(err)
		want(t, "in doubt", len(doubts), 1)
		awake, err := d.Awake(t.Context(), d.now, 10)
		d.ok(err)
		want(t, "asked for", len(awake), 1)
		c = d.do(d.in(cases.Unsure), cases.NotThere, "staff:1")
		want(t, "state", c.State, cases.Approved)
		m := d.mustClaim()
		want(t, "attempt", m.Attempts, 2)
		d.settle(m, cases.WasUnknown)
		c = d.do(d.in(cases.Unsure), cases.Found, cases.Rasid, func(ch *cases.Change) { ch.Receipt = &cases.Receipt{ID: "p1", At: d.now} })
		want(t, "state", c.State, cases.Answered)
		want(t, "receipt", d.row(c.ID).Receipt.ID, "p1")
		want(t, "row", d.row(c.ID).State, cases.Delivered)
	},
	"a lost lease is a doubt and never ready": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		m := d.mustClaim()
		d.later(lease - time.Second)
		n, err := d.CutOff(t.Context(), d.now)
		d.ok(err)
		want(t, "cut before the lease ended", n, 0)
		d.later(time.Second)
		n, err = d.CutOff(t.Context(), d.now)
		d.ok(err)
		want(t, "cut", n, 1)
		want(t, "row", d.row(c.ID).State, cases.InDoubt)
		want(t, "state", d.state(c.ID), cases.Unsure)
		if _, ok := d.claim(); ok {
			t.Error("sent again by the program")
		}
		// A person says it is not there: the frozen owner could still wake up.
		d.do(d.in(cases.Unsure), cases.NotThere, "staff:1")
		if _, ok := d.claim(); ok {
			t.Error("sent again while the first attempt may still be alive")
		}
		// It does, and its word ends the doubt.
		d.settle(m, cases.WasDelivered)
		want(t, "state", d.state(c.ID), cases.Answered)
		d.later(time.Hour)
		if _, ok := d.claim(); ok {
			t.Error("sent again after it was delivered")
		}
	},
	"the owner's late word ends a doubt": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		m := d.mustClaim()
		d.later(lease)
		_, err := d.CutOff(t.Context(), d.now)
		d.ok(err)
		err = d.Settle(t.Context(), cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: cases.WasNotSent, RetryAt: d.now, At: d.now}, nil)
		if !errors.Is(err, cases.ErrStale) {
			t.Errorf("not sent: got %v, want ErrStale", err)
		}
		want(t, "row", d.row(c.ID).State, cases.InDoubt)
		d.settle(m, cases.WasDelivered)
		want(t, "state", d.state(c.ID), cases.Answered)
		want(t, "row", d.row(c.ID).State, cases.Delivered)
	},
	"a restart doubts its own replies and repeats its notices": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{Owner: "a"})
		ctx := t.Context()
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		for _, k := range []cases.SendKind{cases.SendNotice, cases.SendDigest} {
			added, err := d.Enqueue(ctx, cases.Send{Key: string(k) + "/1", Kind: k, Target: "room", Text: "hi", Body: []byte{1, 2}, DueAt: d.now})
			d.ok(err)
			want(t, "added", added, true)
			added, err = d.Enqueue(ctx, cases.Send{Key: string(k) + "/1", Kind: k, Target: "room", Text: "hi", DueAt: d.now})
			d.ok(err)
			want(t, "added twice", added, false)
			m, ok, err := d.Claim(ctx, k, []string{"room"}, d.now, lease)
			d.ok(err)
			if !ok || m.Text != "hi" || len(m.Body) != 2 {
				t.Fatalf("claimed %+v, %v", m, ok)
			}
		}
		d.mustClaim()
		n, err := d.CutOffOwn(ctx, d.now)
		d.ok(err)
		want(t, "cut", n, 3)
		want(t, "reply", d.row(c.ID).State, cases.InDoubt)
		_, ok, err := d.Claim(ctx, cases.SendNotice, nil, d.now, lease)
		d.ok(err)
		want(t, "notice again", ok, true)
		_, ok, err = d.Claim(ctx, cases.SendDigest, nil, d.now, lease)
		d.ok(err)
		want(t, "digest again", ok, false)
		doubts, err := d.InDoubt(ctx, 10)
		d.ok(err)
		want(t, "in doubt", len(doubts), 2)
	},
	"a digest that takes in others lays them to rest for good": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		row := func(day string) cases.Send {
			return cases.Send{Key: "digest/" + day + "/room", Kind: cases.SendDigest, Target: "room", Text: day, By: cases.Rasid, DueAt: d.now}
		}
		for _, day := range []string{"01", "02"} {
			added, err := d.EnqueueDigest(ctx, row(day), nil)
			d.ok(err)
			want(t, "added "+day, added, true)
		}
		m, ok, err := d.Claim(ctx, cases.SendDigest, nil, d.now, lease) // 01 leaves
		d.ok(err)
		want(t, "claimed", ok, true)
		d.ok(d.Settle(ctx, cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: cases.WasDelivered, At: d.now}, nil))
		added, err := d.EnqueueDigest(ctx, row("04"), []string{"digest/01/room", "digest/02/room", "digest/03/room"})
		d.ok(err)
		want(t, "added 04", added, true)
		for _, day := range []string{"01", "02", "03", "04"} {
			added, err := d.EnqueueDigest(ctx, row(day), []string{"digest/05/room"})
			d.ok(err)
			want(t, "added again "+day, added, false)
		}
		states, err := d.SendStates(ctx, []string{"digest/01/room", "digest/02/room", "digest/03/room", "digest/04/room", "digest/05/room"})
		d.ok(err)
		want(t, "states", fmt.Sprint(states), fmt.Sprint(map[string]cases.SendState{
			"digest/01/room": cases.Delivered, "digest/02/room": cases.Withdrawn, "digest/03/room": cases.Withdrawn, "digest/04/room": cases.Ready,
		}))
	},
	"a post that stands is never forgotten when the case moved on": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		m := d.mustClaim()
		d.record(d.said("amal", c.Thread, "hello?"))
		want(t, "state", d.state(c.ID), cases.New)
		ch := cases.Change{Case: c.ID, Version: c.Version, Event: cases.Sent, By: cases.Rasid, At: d.now, Receipt: &cases.Receipt{ID: "p1", At: d.now}}
		d.ok(d.Settle(t.Context(), cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: cases.WasDelivered, Receipt: *ch.Receipt, At: d.now}, &ch))
		after, err := d.Case(t.Context(), c.ID)
		d.ok(err)
		want(t, "state", after.State, cases.New)
		want(t, "receipt", after.Reply.ID, "p1")
		want(t, "row", d.row(c.ID).State, cases.Delivered)
	},
	"nobody else can settle what an instance started": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{Owner: "a"})
		d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		m := d.mustClaim()
		err := d.Settle(t.Context(), cases.Settlement{Key: m.Key, Owner: "b", Outcome: cases.WasNotSent, At: d.now}, nil)
		if !errors.Is(err, cases.ErrStale) {
			t.Errorf("got %v, want ErrStale", err)
		}
		d.settle(m, cases.WasDelivered)
		err = d.Settle(t.Context(), cases.Settlement{Key: m.Key, Owner: "a", Outcome: cases.WasNotSent, RetryAt: d.now, At: d.now}, nil)
		if !errors.Is(err, cases.ErrStale) {
			t.Errorf("settled twice: got %v, want ErrStale", err)
		}
	},
	"words found just before an answer left are kept until the source reads the edit": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		for _, x := range []struct {
			author string
			meets  bool // the source read newer words before the look ended
			want   string
		}{{"amal", false, "found"}, {"badr", true, "newest"}} {
			c := d.approve(d.waiting(x.author, "Sorry!"), "staff:1")
			send, m := d.mustClaim(), c.Last()
			newest := m
			newest.Text, newest.EditedAt = "newest", m.PostedAt.Add(time.Second)
			d.later(time.Minute)
			if x.meets {
				d.record(newest)
			}
			d.ok(d.Settle(t.Context(), cases.Settlement{Key: send.Key, Owner: send.Owner, Outcome: cases.WasNotSent, At: d.now}, &cases.Change{
				Case: c.ID, Version: c.Version, Event: cases.Edit, By: cases.Rasid, At: d.now, Reworded: &cases.Reworded{Num: m.Num, Text: "found"}}))
			now, err := d.Case(t.Context(), c.ID)
			d.ok(err)
			if got := now.Last(); got.Text != x.want || got.EditedAt.IsZero() || now.State != cases.New {
				t.Errorf("%s: %q, edited at %v, case %s; want %q, a time and a new case", x.author, got.Text, got.EditedAt, now.State, x.want)
			}
			d.record(newest) // its clock may be behind ours
			now, err = d.Case(t.Context(), c.ID)
			d.ok(err)
			want(t, "what the source read", now.Last().Text, "newest")
		}
	},
	"one reply at a time to one place": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		d.approve(d.waiting("badr", "Sorry!"), "staff:1")
		m := d.mustClaim()
		if _, ok := d.claim(); ok {
			t.Error("two replies under way to one place")
		}
		d.settle(m, cases.WasDelivered)
		d.mustClaim()
	},
	"the kill switch holds everything until it is turned back": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		d.ok(d.Stop(ctx, "staff:1", "storm", d.now))
		stop, err := d.Stopped(ctx)
		d.ok(err)
		if stop.By != "staff:1" || stop.Why != "storm" || !stop.At.Equal(d.now) || !stop.On {
			t.Errorf("stopped: %+v", stop)
		}
		if _, ok := d.claim(); ok {
			t.Error("left while stopped")
		}
		d.ok(d.Resume(ctx, "staff:2", d.now))
		d.mustClaim()
	},
	"a place that asked for a pause gets it, also after a restart": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		m := d.mustClaim()
		until := d.now.Add(time.Hour)
		again := until.Add(time.Hour)
		d.ok(d.Settle(t.Context(), cases.Settlement{Key: m.Key, Owner: m.Owner, Outcome: cases.WasNotSent, At: d.now, RetryAt: again, Paused: until}, nil))
		d.approve(d.waiting("badr", "Sorry!"), "staff:1")
		if p.Shared { // another instance, as after a restart
			d.Store = p.Open(t, store.Options{Owner: "b"})
		}
		d.now = until.Add(-time.Second)
		if m, ok := d.claim(); ok {
			t.Errorf("%s left within the pause", m.Key)
		}
		d.now = until
		other := d.mustClaim()
		d.settle(other, cases.WasDelivered)
		if m, ok := d.claim(); other.Key == m.Key || ok {
			t.Errorf("%s left with the pause, then %s: want the one that was not tried yet, and the other when it is due", other.Key, m.Key)
		}
		d.now = again
		if m2 := d.mustClaim(); m2.Key != m.Key {
			t.Errorf("%s left, want %s", m2.Key, m.Key)
		}
	},
	"nothing leaves while the clock stands before the last reply": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		d.settle(d.mustClaim(), cases.WasDelivered)
		d.approve(d.waiting("badr", "Sorry!"), "staff:1")
		raw := p.Raw(t)
		_, err := raw.ExecContext(t.Context(), `UPDATE outbox SET due_at = 0 WHERE state = 'ready'`) // due by any clock
		d.ok(err)
		for _, back := range []time.Duration{6 * time.Second, time.Minute, 9 * time.Minute} {
			d.now = start.Add(-back)
			if _, ok := d.claim(); ok {
				t.Errorf("a reply left with the clock set back by %s", back)
			}
		}
		stop, err := d.Stopped(t.Context())
		d.ok(err)
		want(t, "stopped by a small step back", stop.On, false)
		d.now = start.Add(-5 * time.Second)
		d.settle(d.mustClaim(), cases.WasDelivered)
		d.approve(d.waiting("carim", "Sorry!"), "staff:1")
		_, err = raw.ExecContext(t.Context(), `UPDATE outbox SET due_at = 0 WHERE state = 'ready'`)
		d.ok(err)
		d.now = time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC)
		if _, ok := d.claim(); ok {
			t.Error("a reply left in 1970")
		}
		stop, err = d.Stopped(t.Context())
		d.ok(err)
		if !stop.On || stop.By != cases.Rasid || !strings.Contains(stop.Why, "2026-11-22 09:00:00") {
			t.Errorf("stopped: %+v", stop)
		}
		d.now = start.Add(time.Hour)
		if _, ok := d.claim(); ok {
			t.Error("posting went on by itself")
		}
		d.ok(d.Resume(t.Context(), "staff:1", d.now))
		d.settle(d.mustClaim(), cases.WasDelivered)

		// What is said beside an answer is public as well.
		d.later(time.Hour)
		c := d.waiting("dana", "Sorry!")
		d.do(c, cases.Note, "rule:policy.aside", beside(c, cases.SendAck, "900", "We open at nine."))
		m, said := d.beside(cases.SendAck)
		want(t, "acknowledged", said, true)
		d.stand(m, cases.Ack)
		d.later(-time.Minute)
		d.approve(d.waiting("eman", "Sorry!"), "staff:1")
		if _, ok := d.claim(); ok {
			t.Error("a reply left a minute before the acknowledgement that was posted last")
		}
		d.later(time.Minute)
		d.mustClaim()
	},
	"budgets hold replies back and let them go later": func(t *testing.T, p Place) {
		next := map[string]string{"source": "badr", "all": "badr"} // whose reply is one too many; else amal's
		for name, b := range map[string]store.Budget{
			"author": {PerAuthorDay: 1, PerThreadDay: -1, PerSourceHour: -1, PerDay: -1},
			"thread": {PerAuthorDay: -1, PerThreadDay: 1, PerSourceHour: -1, PerDay: -1},
			"source": {PerAuthorDay: -1, PerThreadDay: -1, PerSourceHour: 1, PerDay: -1},
			"all":    {PerAuthorDay: -1, PerThreadDay: -1, PerSourceHour: -1, PerDay: 1},
		} {
			t.Run(name, func(t *testing.T) {
				d := open(t, p.Fresh(t), store.Options{Budget: b})
				d.approve(d.waiting("amal", "Sorry!"), "staff:1")
				ended := cases.WasDelivered
				if name == "source" {
					ended = cases.WasUnknown // it may stand there
				}
				d.settle(d.mustClaim(), ended)
				c := d.approve(d.waiting(cmp.Or(next[name], "amal"), "Sorry again!"), "staff:1")
				rs, err := d.Outbox(t.Context(), c.ID)
				d.ok(err)
				told, err := d.Over(t.Context(), rs[len(rs)-1], d.now)
				d.ok(err)
				if _, ok := d.claim(); ok {
					t.Fatal("left over budget")
				}
				rs, err = d.Outbox(t.Context(), c.ID)
				d.ok(err)
				if told == "" || told != rs[len(rs)-1].LastError {
					t.Errorf("who approved was told %q, the row says %q", told, rs[len(rs)-1].LastError)
				}
				if last := rs[len(rs)-1]; last.State != cases.Ready || last.LastError == "" {
					t.Errorf("row is %s, says %q", last.State, last.LastError)
				}
				before := c.Version
				c, err = d.Case(t.Context(), c.ID)
				d.ok(err)
				if c.Held != told || c.Version == before {
					t.Errorf("the case is held for %q in version %d, was %d: no card is drawn again", c.Held, c.Version, before)
				}
				d.later(time.Hour / 2)
				if _, ok := d.claim(); ok {
					t.Fatal("left over budget")
				}
				again, err := d.Case(t.Context(), c.ID)
				d.ok(err)
				if again.Version != c.Version {
					t.Errorf("the same reason was noted again: version %d, was %d", again.Version, c.Version)
				}
				d.later(25 * time.Hour)
				if told, err := d.Over(t.Context(), rs[len(rs)-1], d.now); err != nil || told != "" {
					t.Errorf("a day later it is still held: %q, %v", told, err)
				}
				d.mustClaim()
			})
		}
	},
	"a held database posts nothing before a person releases it": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		d.ok(d.HoldAll(ctx))
		want(t, "row", d.row(c.ID).State, cases.Held)
		d.approve(d.waiting("badr", "Sorry!"), "staff:1")
		if _, ok := d.claim(); ok {
			t.Error("left while held")
		}
		if err := d.Release(ctx, cases.Rasid, d.now); !errors.Is(err, store.ErrUnapproved) {
			t.Errorf("released by the program: %v", err)
		}
		d.ok(d.Release(ctx, "staff:1", d.now))
		d.mustClaim()
	},
}

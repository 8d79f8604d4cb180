package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

var together = map[string]func(*testing.T, Place){
	"of eight who decide at once exactly one wins": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{Budget: store.NoBudget})
		for round := range max(p.Rounds, 10) {
			c := d.waiting(fmt.Sprint("author", round), "Sorry!")
			errs := atOnce(8, func(i int) error {
				by := fmt.Sprint("staff:", i)
				if i%2 == 0 {
					_, err := d.try(c, cases.Approve, by, reply(c))
					return err
				}
				_, err := d.try(c, cases.Dismiss, by)
				return err
			})
			won := 0
			for _, err := range errs {
				switch {
				case err == nil:
					won++
				case !errors.Is(err, cases.ErrStale):
					t.Errorf("loser got %v, want ErrStale", err)
				}
			}
			want(t, "winners", won, 1)
		}
		bad, err := d.Verify(t.Context())
		d.ok(err)
		want(t, "chain", bad, 0)
	},
	"an alarm and a decision at once leave no step after the decision": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{Budget: store.NoBudget})
		wake := d.now.Add(time.Minute)
		alarm := func(ch *cases.Change) { ch.WakeAt, ch.WakeFor = &wake, "remind" }
		late := 0
		for round := range max(p.Rounds, 10) {
			c := d.waiting(fmt.Sprint("author", round), "Sorry!")
			errs := atOnce(2, func(i int) (err error) {
				if i == 0 {
					_, err = d.try(c, cases.Approve, "staff:1", reply(c))
				} else {
					_, err = d.try(c, cases.Remind, cases.Rasid, alarm)
				}
				return err
			})
			if errs[0] != nil { // the alarm was first: the person presses again on what is there now
				late++
				now, err := d.Case(t.Context(), c.ID)
				d.ok(err)
				_, err = d.try(now, cases.Approve, "staff:1", reply(now))
				d.ok(err)
			}
			now, err := d.Case(t.Context(), c.ID)
			d.ok(err)
			for _, seen := range []cases.Case{c, now} {
				if _, err := d.try(seen, cases.Remind, cases.Rasid, alarm); err == nil {
					t.Fatalf("round %d: the alarm of a case that is decided took another step", round)
				}
			}
			want(t, "history's last step", lastStep(t, d, c.ID), cases.Approve)
		}
		due, err := d.Awake(t.Context(), wake.Add(time.Hour), 10)
		d.ok(err)
		want(t, "alarms left", len(due), 0)
		t.Logf("the alarm was first in %d rounds", late)
	},
	"a row is claimed by one of many": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{Owner: "a", Budget: store.NoBudget})
		stores := []*store.Store{d.Store}
		if p.Shared {
			for _, owner := range []string{"b", "c"} {
				stores = append(stores, p.Open(t, store.Options{Owner: owner, Budget: store.NoBudget}))
			}
		}
		const n = 30
		for i := range n {
			_, err := d.Enqueue(t.Context(), cases.Send{Key: fmt.Sprint("notice/", i), Kind: cases.SendNotice, Target: "room", DueAt: d.now})
			d.ok(err)
		}
		var mu sync.Mutex
		seen := map[string]int{}
		for _, err := range atOnce(6, func(i int) error {
			for {
				m, ok, err := stores[i%len(stores)].Claim(t.Context(), cases.SendNotice, nil, start, lease)
				if err != nil || !ok {
					return err
				}
				mu.Lock()
				seen[m.Key]++
				mu.Unlock()
			}
		}) {
			d.ok(err)
		}
		want(t, "rows claimed", len(seen), n)
		for key, times := range seen {
			want(t, key, times, 1)
		}
	},
	"instances share the kill switch, the leases and the secrets": func(t *testing.T, p Place) {
		if !p.Shared {
			t.Skip("one process per SQLite file")
		}
		ctx := t.Context()
		a := open(t, p, store.Options{Owner: "a"})
		b := &desktop{Store: p.Open(t, store.Options{Owner: "b"}), t: t, now: start}
		c := a.approve(a.waiting("amal", "Sorry!"), "staff:1")
		a.ok(b.Stop(ctx, "staff:1", "", start))
		if _, ok := a.claim(); ok {
			t.Error("posted while another instance was stopped")
		}
		a.ok(b.Resume(ctx, "staff:1", start))
		m := a.mustClaim()
		if _, ok := b.claim(); ok {
			t.Error("both instances post to one place")
		}
		n, err := b.CutOffOwn(ctx, start)
		a.ok(err)
		want(t, "cut by an instance that started", n, 0)
		n, err = b.CutOff(ctx, start.Add(lease))
		a.ok(err)
		want(t, "cut after the lease", n, 1)
		want(t, "state", b.state(c.ID), cases.Unsure)
		a.later(lease + time.Second)
		a.settle(m, cases.WasDelivered) // the frozen one wakes up: it did post
		want(t, "state", b.state(c.ID), cases.Answered)
		sa, err := a.Secret(ctx, "x", 8)
		a.ok(err)
		sb, err := b.Secret(ctx, "x", 8)
		a.ok(err)
		want(t, "secret", string(sa), string(sb))
	},
	"everybody writes at once and nothing is lost": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		for _, err := range atOnce(20, func(i int) error { // more than a pool has connections
			for j := range 5 {
				m := cases.Mention{ID: fmt.Sprint(i, "-", j), AuthorID: fmt.Sprint(j), Thread: "t", Text: fmt.Sprint("text ", i, j), PostedAt: start}
				if _, err := d.Record(t.Context(), "shop", cases.Page{Mentions: []cases.Mention{m}}, start); err != nil {
					return err
				}
			}
			return nil
		}) {
			d.ok(err)
		}
		ms, err := d.MentionsBetween(t.Context(), start, start.Add(time.Hour))
		d.ok(err)
		want(t, "mentions", len(ms), 100)
		cs, err := d.InState(t.Context(), cases.New, 100)
		d.ok(err)
		want(t, "cases", len(cs), 5)
		bad, err := d.Verify(t.Context())
		d.ok(err)
		want(t, "chain", bad, 0)
	},
	"nothing leaves unapproved, whatever happens in whatever order": exploreOrders,
}

// atOnce runs n functions together and returns their errors.
func atOnce(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-gate
			errs[i] = do(i)
		})
	}
	close(gate)
	wg.Wait()
	return errs
}

// lastStep is the event of the last line of a case's history.
func lastStep(t *testing.T, d *desktop, id int64) cases.Event {
	t.Helper()
	lines, err := d.History(t.Context(), id)
	d.ok(err)
	return lines[len(lines)-1].Event
}

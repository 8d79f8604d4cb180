package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

var desk = map[string]func(*testing.T, Place){
	"a step on an old version is refused and changes nothing": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		d.do(c, cases.Claim, "staff:1", func(ch *cases.Change) { ch.Claim = &cases.Claimed{By: "staff:1", Until: d.now.Add(time.Hour)} })
		if _, err := d.try(c, cases.Dismiss, "staff:2"); !errors.Is(err, cases.ErrStale) {
			t.Errorf("got %v, want ErrStale", err)
		}
		got := d.in(cases.Waiting)
		want(t, "claimed by", got.ClaimedBy, "staff:1")
		want(t, "claimed until", got.ClaimedUntil, d.now.Add(time.Hour))
		want(t, "version", got.Version, c.Version+1)
	},
	"a step that is not in the table is refused": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		if _, err := d.try(c, cases.Resolve, "staff:1"); !errors.Is(err, cases.ErrIllegal) {
			t.Errorf("got %v, want ErrIllegal", err)
		}
		_, err := d.Apply(t.Context(), cases.Change{Case: 99, Event: cases.Note})
		if !errors.Is(err, cases.ErrNotFound) {
			t.Errorf("no such case: got %v, want ErrNotFound", err)
		}
		if _, err := d.Case(t.Context(), 99); !errors.Is(err, cases.ErrNotFound) {
			t.Errorf("no such case: got %v, want ErrNotFound", err)
		}
	},
	"a failed step leaves nothing behind": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		_, err := d.try(c, cases.Revise, "staff:1", draft("Better"), func(ch *cases.Change) {
			ch.Scores = map[int64]cases.Score{999: unhappy} // no such mention
		})
		if !errors.Is(err, cases.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
		got := d.in(cases.Waiting)
		want(t, "drafts", len(got.Drafts), 1)
		want(t, "version", got.Version, c.Version)
		bad, err := d.Verify(t.Context())
		d.ok(err)
		want(t, "chain", bad, 0)
	},
	"what a change says is what the case holds": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		level, reminds, wake := 2, 1, d.now.Add(time.Hour)
		c = d.do(c, cases.Escalate, cases.Rasid, func(ch *cases.Change) {
			ch.Level, ch.Reminds, ch.WakeAt, ch.WakeFor = &level, &reminds, &wake, "remind"
		})
		want(t, "level", c.Level, 2)
		want(t, "reminds", c.Reminds, 1)
		want(t, "wake at", c.WakeAt, wake)
		want(t, "wake for", c.WakeFor, "remind")
		want(t, "score", c.Score.Severity, cases.High)
		want(t, "reason", c.Score.Reasons[0].Text, "late")
		want(t, "draft", c.Drafts[0].Origin, "template:en/delivery/1")
		if !c.AckedAt.IsZero() {
			t.Error("the program acknowledged the case")
		}
		none, err := d.Awake(t.Context(), wake.Add(-time.Microsecond), 10)
		d.ok(err)
		want(t, "awake before", len(none), 0)
		due, err := d.Awake(t.Context(), wake, 10)
		d.ok(err)
		want(t, "awake", len(due), 1)
		c = d.do(c, cases.Snooze, "staff:1", func(ch *cases.Change) { ch.WakeAt = new(time.Time) })
		want(t, "acked at", c.AckedAt, d.now)
		due, err = d.Awake(t.Context(), wake.Add(time.Hour), 10)
		d.ok(err)
		want(t, "awake after the alarm was cleared", len(due), 0)
	},
	"a decision stops the alarms": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		wake := d.now.Add(time.Minute)
		c = d.do(c, cases.Remind, cases.Rasid, func(ch *cases.Change) { ch.WakeAt = &wake })
		d.approve(c, "staff:1")
		due, err := d.Awake(t.Context(), d.now.Add(time.Hour), 10)
		d.ok(err)
		want(t, "awake", len(due), 0)
	},
	"clocks start, stop and start anew": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		want(t, "flagged", c.FlaggedAt, d.now)
		d.later(time.Minute)
		c = d.do(c, cases.Dismiss, "staff:1", func(ch *cases.Change) { ch.Note = "spam" })
		want(t, "acked", c.AckedAt, d.now)
		want(t, "closed", c.ClosedAt, d.now)
		d.later(time.Hour)
		c = d.do(c, cases.Reopen, "staff:2")
		want(t, "flagged anew", c.FlaggedAt, d.now)
		if !c.ClosedAt.IsZero() {
			t.Error("reopened and still closed")
		}
	},
	"the most severe case comes first, then the oldest": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		var ids []int64
		for i, sev := range []cases.Severity{cases.Low, cases.Critical, cases.Low} {
			c := d.waiting(string(rune('a'+i)), "Sorry!")
			sc := unhappy
			sc.Severity = sev
			d.do(c, cases.Note, cases.Rasid, func(ch *cases.Change) { ch.Score = &sc })
			ids = append(ids, c.ID)
		}
		cs, err := d.InState(t.Context(), cases.Waiting, 10)
		d.ok(err)
		if cs[0].ID != ids[1] || cs[1].ID != ids[0] || cs[2].ID != ids[2] {
			t.Errorf("order %d %d %d of %v", cs[0].ID, cs[1].ID, cs[2].ID, ids)
		}
		cs, err = d.InState(t.Context(), cases.Waiting, 1)
		d.ok(err)
		want(t, "limit", len(cs), 1)
	},
	"rows withdrawn by name are withdrawn, started ones are stale": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		c = d.do(c, cases.Remind, cases.Rasid, func(ch *cases.Change) {
			ch.Send = []cases.Send{{Key: "notice/1", Kind: cases.SendNotice, Target: "staff", Text: "?", DueAt: d.now}, {Key: "notice/2", Kind: cases.SendNotice, Target: "staff", Text: "!", DueAt: d.now}}
		})
		m, _, err := d.Claim(t.Context(), cases.SendNotice, nil, d.now, lease)
		d.ok(err)
		want(t, "claimed", m.Key, "notice/1")
		if _, err := d.try(c, cases.Note, "staff:1", func(ch *cases.Change) { ch.Withdraw = []string{"notice/1"} }); !errors.Is(err, cases.ErrStale) {
			t.Errorf("got %v, want ErrStale", err)
		}
		d.do(c, cases.Note, "staff:1", func(ch *cases.Change) { ch.Withdraw = []string{"notice/2"} })
		_, ok, err := d.Claim(t.Context(), cases.SendNotice, nil, d.now, lease)
		d.ok(err)
		want(t, "claimed a withdrawn row", ok, false)
	},
	"every step is told to every card": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		c := d.waiting("amal", "Sorry!")
		due, err := d.DueCards(ctx, []string{"staff", "boss"}, d.now, 10)
		d.ok(err)
		if len(due) != 1 || due[0] != (cases.CardDue{Case: c.ID, Room: "staff", Want: c.Version}) {
			t.Fatalf("due %+v", due)
		}
		d.ok(d.CardShown(ctx, c.ID, "staff", "msg-1", c.Version))
		due, err = d.DueCards(ctx, []string{"staff"}, d.now, 10)
		d.ok(err)
		want(t, "due after it was shown", len(due), 0)
		c = d.do(c, cases.Escalate, cases.Rasid, func(ch *cases.Change) { ch.Rooms, ch.Urgent = []string{"boss", "staff"}, true })
		due, err = d.DueCards(ctx, []string{"staff", "boss"}, d.now, 10)
		d.ok(err)
		want(t, "due in both rooms", len(due), 2)
		want(t, "first room", due[0].Room, "boss")
		want(t, "ref", due[1].Ref, "msg-1")
		want(t, "urgent", due[1].Urgent, true)
		d.ok(d.CardFailed(ctx, c.ID, "boss", d.now.Add(time.Minute), "no such group"))
		d.ok(d.CardShown(ctx, c.ID, "staff", "msg-2", c.Version))
		due, err = d.DueCards(ctx, []string{"staff", "boss"}, d.now, 10)
		d.ok(err)
		want(t, "due while one waits", len(due), 0)
		due, err = d.DueCards(ctx, []string{"staff", "boss"}, d.now.Add(time.Minute), 10)
		d.ok(err)
		want(t, "due after the pause", len(due), 1)
		for _, ref := range []string{"msg-1", "msg-2"} {
			id, err := d.CardByRef(ctx, "staff", ref)
			d.ok(err)
			want(t, ref, id, c.ID)
		}
		if _, err := d.CardByRef(ctx, "staff", "msg-3"); !errors.Is(err, cases.ErrNotFound) {
			t.Errorf("unknown card: got %v, want ErrNotFound", err)
		}
	},
	"a card that changed while it was shown stays due": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		c2 := d.do(c, cases.Note, "staff:1", func(ch *cases.Change) { ch.Urgent = true })
		d.ok(d.CardShown(t.Context(), c.ID, "staff", "msg-1", c.Version))
		due, err := d.DueCards(t.Context(), []string{"staff"}, d.now, 10)
		d.ok(err)
		if len(due) != 1 || due[0].Want != c2.Version || !due[0].Urgent {
			t.Errorf("due %+v", due)
		}
	},
	"the history tells who did what, in order": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		d.settle(d.mustClaim(), cases.WasDelivered)
		h, err := d.History(t.Context(), c.ID)
		d.ok(err)
		var got strings.Builder
		for _, e := range h {
			got.WriteString(string(e.Event) + ">" + string(e.To) + " ")
		}
		want(t, "events", got.String(), "note>new flag>flagged propose>waiting approve>approved sent>answered ")
		want(t, "approved by", h[3].By, "staff:1")
		want(t, "draft", h[3].Draft, 1)
		n, err := d.Decisions(t.Context(), "staff:1", start)
		d.ok(err)
		want(t, "decisions", n, 1)
		n, err = d.Decisions(t.Context(), "staff:1", start.Add(time.Second))
		d.ok(err)
		want(t, "decisions later", n, 0)
	},
}

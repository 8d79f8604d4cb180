package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

// unhappy is the row of a case as the crisis watch counts it.
func (d *desktop) unhappy(c cases.Case) cases.Unhappy {
	return cases.Unhappy{Case: c.ID, Source: c.Source, Author: fmt.Sprint("a", c.ID), At: d.now, SeenAt: d.now, Print: []byte{1, 2}, Shown: true}
}

var incidents = map[string]func(*testing.T, Place){
	"a case is counted once": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		first, fresh, err := d.Enrol(t.Context(), d.unhappy(c), nil, nil)
		d.ok(err)
		want(t, "fresh", fresh, true)
		u := d.unhappy(c)
		u.Shown = false
		again, fresh, err := d.Enrol(t.Context(), u, &cases.Incident{Kind: cases.Burst, Source: "shop", OpenedAt: d.now}, nil)
		d.ok(err)
		want(t, "fresh again", fresh, false)
		want(t, "position", again.Seq, first.Seq)
		want(t, "shown", again.Shown, true)
		is, err := d.OpenIncidents(t.Context())
		d.ok(err)
		want(t, "incidents", len(is), 0)
	},
	"an incident begins with what came before, grows and ends": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		a, b, c := d.waiting("amal", "Sorry!"), d.waiting("badr", "Sorry!"), d.waiting("celine", "Sorry!")
		_, _, err := d.Enrol(t.Context(), d.unhappy(a), nil, nil)
		d.ok(err)
		in, _, err := d.Enrol(t.Context(), d.unhappy(b), &cases.Incident{Kind: cases.Burst, Source: b.Source, Print: []byte{7}, OpenedAt: d.now}, []int64{a.ID})
		d.ok(err)
		_, _, err = d.Enrol(t.Context(), d.unhappy(c), &cases.Incident{ID: in.Incident, Held: true}, nil)
		d.ok(err)
		i, err := d.Incident(t.Context(), in.Incident)
		d.ok(err)
		want(t, "count", i.Count, 3)
		want(t, "held", i.Held, true)
		f, err := d.IncidentFacts(t.Context(), i.ID, d.now)
		d.ok(err)
		want(t, "waiting", f.Waiting, 3)
		want(t, "samples", len(f.Samples), 3)
		want(t, "last stretch", f.Trend[5], 3)
		hours, err := d.UnhappyHours(t.Context(), a.Source, d.now.Add(-time.Hour))
		d.ok(err)
		want(t, "this hour", hours[d.now.Unix()/3600], 3)
		rows, err := d.Unhappy(t.Context(), 1, d.now.Add(-time.Hour))
		d.ok(err)
		want(t, "rows after the first", len(rows), 2)

		tell := []cases.Send{{Key: "incident/1/clear/desk", Kind: cases.SendNotice, Target: "desk", Text: "over", By: cases.Rasid, DueAt: d.now}}
		d.ok(d.CloseIncident(t.Context(), i.ID, d.now, tell))
		d.ok(d.CloseIncident(t.Context(), i.ID, d.now, tell)) // a slower instance
		_, found, err := d.Claim(t.Context(), cases.SendNotice, []string{"desk"}, d.now, time.Minute)
		d.ok(err)
		want(t, "told", found, true)
		for _, when := range []struct {
			from, to time.Duration
			n        int
		}{{-time.Hour, 0, 0}, {-time.Hour, time.Microsecond, 1}, {0, time.Hour, 1}, {time.Microsecond, time.Hour, 0}} {
			is, err := d.IncidentsBetween(t.Context(), d.now.Add(when.from), d.now.Add(when.to))
			d.ok(err)
			want(t, fmt.Sprintf("incidents from %s to %s", when.from, when.to), len(is), when.n)
		}
		late := d.waiting("dina", "Sorry!")
		out, _, err := d.Enrol(t.Context(), d.unhappy(late), &cases.Incident{ID: i.ID}, nil)
		d.ok(err)
		want(t, "incident of a case that came too late", out.Incident, int64(0))
	},
	"what an incident left over comes a few at a time, the severest first": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		at := int64(0)
		var ids []int64
		for i := range 4 {
			c := d.waitingIn(nil, fmt.Sprint("author", i), "Sorry!")
			u := d.unhappy(c)
			u.Shown = i == 0
			in, _, err := d.Enrol(t.Context(), u, &cases.Incident{ID: at, Kind: cases.Burst, Source: c.Source, OpenedAt: d.now, HotAt: d.now}, nil)
			d.ok(err)
			at, ids = in.Incident, append(ids, c.ID)
		}
		left := func(limit int) (out []int64) {
			cs, err := d.LeftOver(t.Context(), limit)
			d.ok(err)
			for _, c := range cs {
				out = append(out, c.ID)
			}
			return out
		}
		want(t, "while it goes on", len(left(2)), 0)
		d.ok(d.CloseIncident(t.Context(), at, d.now, nil))
		want(t, "afterwards", fmt.Sprint(left(2)), fmt.Sprint(ids[1:3]))
		c, err := d.Case(t.Context(), ids[1])
		d.ok(err)
		_, err = d.Apply(t.Context(), cases.Change{Case: c.ID, Version: c.Version, Event: cases.Note, By: cases.Rasid, At: d.now, Rooms: []string{"desk"}})
		d.ok(err)
		want(t, "with one of them out", fmt.Sprint(left(2)), fmt.Sprint(ids[2:3]))
		want(t, "with as many out as may be", len(left(1)), 0)
	},
	"two instances that see the same burst open one incident": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		fresh := &cases.Incident{Kind: cases.Burst, Source: "shop", OpenedAt: d.now}
		a, _, err := d.Enrol(t.Context(), d.unhappy(d.waiting("amal", "Sorry!")), fresh, nil)
		d.ok(err)
		b, _, err := d.Enrol(t.Context(), d.unhappy(d.waiting("badr", "Sorry!")), fresh, nil)
		d.ok(err)
		want(t, "incident", b.Incident, a.Incident)
	},
	"an incident's card is due after each change, not before its pause": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		in, _, err := d.Enrol(t.Context(), d.unhappy(d.waiting("amal", "Sorry!")), &cases.Incident{Kind: cases.Copies, Source: "shop", OpenedAt: d.now}, nil)
		d.ok(err)
		d.ok(d.WantIncidentCard(t.Context(), in.Incident, "desk"))
		d.ok(d.WantIncidentCard(t.Context(), in.Incident, "desk"))
		due, err := d.DueIncidentCards(t.Context(), "desk", d.now)
		d.ok(err)
		want(t, "due", len(due), 1)
		due[0].Ref = "m1"
		d.ok(d.IncidentCardShown(t.Context(), due[0], due[0].Incident.Version, d.now.Add(time.Minute)))
		d.ok(d.ApproveStatement(t.Context(), in.Incident, "huda", d.now))
		want(t, "second approval", errors.Is(d.ApproveStatement(t.Context(), in.Incident, "mona", d.now), cases.ErrStale), true)
		due, err = d.DueIncidentCards(t.Context(), "desk", d.now)
		d.ok(err)
		want(t, "due within the pause", len(due), 0)
		due, err = d.DueIncidentCards(t.Context(), "desk", d.now.Add(2*time.Minute))
		d.ok(err)
		want(t, "due after it", len(due), 1)
		want(t, "the same message", due[0].Ref, "m1")
		want(t, "approved by", due[0].Incident.StatementBy, "huda")
	},
}

package storetest

import (
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

var visits = map[string]func(*testing.T, Place){
	"visits are kept, seen and ended": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		a, b, c := strings.Repeat("a", 64), strings.Repeat("b", 64), strings.Repeat("c", 64)
		for hash, who := range map[string]string{a: "mona", b: "mona", c: "ali"} {
			d.ok(d.SaveVisit(t.Context(), cases.Visit{Hash: hash, Staff: who, Since: d.now, Seen: d.now, Ends: d.now.Add(time.Hour)}))
		}
		d.later(time.Minute)
		d.ok(d.SaveVisit(t.Context(), cases.Visit{Hash: a, Staff: "mona", Since: d.now.Add(-time.Minute), Seen: d.now}))
		vs, err := d.Visits(t.Context(), a)
		d.ok(err)
		want(t, "visits of the key", len(vs), 1)
		want(t, "who", vs[0].Staff, "mona")
		want(t, "seen", vs[0].Seen, d.now)
		want(t, "ends", vs[0].Ends, start.Add(time.Hour))
		d.ok(d.EndVisits(t.Context(), "ali", a)) // another's key is not ali's to end
		all, err := d.Visits(t.Context(), "")
		d.ok(err)
		want(t, "visits", len(all), 3)
		d.ok(d.EndVisits(t.Context(), "mona", ""))
		d.later(time.Minute)
		d.ok(d.SaveVisit(t.Context(), cases.Visit{Hash: a, Staff: "mona", Since: start, Seen: d.now})) // seen too late
		all, err = d.Visits(t.Context(), "")
		d.ok(err)
		want(t, "visits after mona left everywhere", len(all), 1)
		d.later(2 * time.Hour)
		d.ok(d.SaveVisit(t.Context(), cases.Visit{Hash: b, Staff: "mona", Since: d.now, Seen: d.now, Ends: d.now.Add(time.Hour)}))
		all, err = d.Visits(t.Context(), "")
		d.ok(err)
		want(t, "visits after the old ones were swept", len(all), 1)
	},
	"passwords are replaced and taken away": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		for _, hash := range []string{"", "one", "two", ""} {
			if hash != "" || d.n > 0 {
				d.ok(d.SetPassword(t.Context(), "mona", hash, d.now))
			}
			d.n++
			got, err := d.Password(t.Context(), "mona")
			d.ok(err)
			want(t, "password", got, hash)
		}
	},
	"the pulse beats when something changes and only then": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		beat := func() string {
			s, err := d.Pulse(t.Context())
			d.ok(err)
			return s
		}
		before := beat()
		want(t, "pulse at rest", beat(), before)
		d.record(d.said("amal", "", "cold"))
		said := beat()
		if said == before {
			t.Error("a new mention did not change the pulse")
		}
		d.do(d.in(cases.New), cases.Flag, cases.Rasid)
		flagged := beat()
		if flagged == said {
			t.Error("a step did not change the pulse")
		}
		d.ok(d.Stop(t.Context(), "mona", "", d.now))
		if beat() == flagged {
			t.Error("the kill switch did not change the pulse")
		}
	},
	"the worst come first, over pages": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		for i := range 6 {
			d.record(d.said("", "", "text"))
			c := d.in(cases.New)
			d.do(c, cases.Flag, cases.Rasid, func(ch *cases.Change) { ch.Score = &cases.Score{Label: "neg", Severity: cases.Severity(i % 3)} })
		}
		var ids strings.Builder
		for skip := 0; skip < 6; skip += 2 {
			cs, err := d.List(t.Context(), store.Filter{Worst: true, Skip: skip, Limit: 2})
			d.ok(err)
			for _, c := range cs {
				ids.WriteString(string(rune('0' + c.ID)))
			}
		}
		want(t, "order", ids.String(), "362514")
		cs, err := d.List(t.Context(), store.Filter{Severity: cases.High})
		d.ok(err)
		want(t, "severe cases", len(cs), 2)
	},
}

package storetest

import (
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

var views = map[string]func(*testing.T, Place){
	"search finds words in any spelling and nothing else": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		for _, text := range []string{
			"والخِدْمَـــة سيئة جداً في مطعم الأمل", // 1
			"الخدمه ممتازة",                        // 2
			"The Café was COLD, 100% cold_soup!",   // 3
			`he said "AND" OR NOT near(x) col:y *`, // 4
			"\u0430cme \u200bis Acme, ١٢٣",         // 5: a Cyrillic letter and Arabic digits
		} {
			d.record(d.said("", "", text))
		}
		for _, x := range []struct {
			query string
			want  string
		}{
			{"خدمة", "21"}, {"الامل", "1"}, {"الأمل سيئه", "1"}, {"سيئ ممتاز", ""},
			{"cafe", "3"}, {"cold cafe", "3"}, {"100%", "3"}, {"%", "3"}, {"cold_", "3"}, {"d_s", "3"}, {"c_ld", ""},
			{"AND", "4"}, {`"and"`, "4"}, {"near(", "4"}, {"col:y", "4"}, {"*", "4"}, {"or", "4"}, {"'", ""},
			{"acme", "5"}, {"123", "5"}, {"12", "5"}, {"is", "5"},
			{"'; DROP TABLE mentions;--", ""}, {`"`, "4"}, {`""`, ""}, {"", "54321"}, {"   ", "54321"},
		} {
			cs, err := d.List(t.Context(), store.Filter{Query: x.query})
			d.ok(err)
			want(t, "search for "+x.query, numbers(cs), x.want)
		}
	},
	"the same words are counted once for each customer, unless they were taken back": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{Budget: store.NoBudget})
		since := d.now
		for _, author := range []string{"amal", "badr", "amal", ""} {
			d.approve(d.waiting(author, "We are sorry."), "staff:1")
			d.later(time.Minute)
		}
		d.approve(d.waiting("dina", "We are sorry indeed."), "staff:1")
		undone := d.approve(d.waiting("essa", "We are sorry."), "staff:1")
		d.do(undone, cases.Undo, "staff:1", func(ch *cases.Change) { ch.Withdraw = []string{cases.ReplyKey(undone.ID, 1)} })
		for _, x := range []struct {
			since time.Time
			want  int
		}{{since, 3}, {since.Add(90 * time.Second), 2}, {d.now, 0}} {
			n, err := d.SameText(t.Context(), "We are sorry.", x.since)
			d.ok(err)
			want(t, "customers since "+x.since.String(), n, x.want)
		}
	},
	"search follows edits": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		m := d.said("amal", "", "terrible")
		d.record(m)
		m.Text = "wonderful"
		d.record(m)
		for q, n := range map[string]int{"terrible": 0, "wonderful": 1} {
			cs, err := d.List(t.Context(), store.Filter{Query: q})
			d.ok(err)
			want(t, q, len(cs), n)
		}
	},
	"lists filter and page": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		for i := range 5 {
			d.record(d.said("", "", "text "+string(rune('a'+i))))
			d.later(time.Hour)
		}
		list := func(f store.Filter) string {
			cs, err := d.List(t.Context(), f)
			d.ok(err)
			return numbers(cs)
		}
		want(t, "first page", list(store.Filter{Limit: 2}), "54")
		want(t, "second page", list(store.Filter{Limit: 2, Before: 4}), "32")
		want(t, "since", list(store.Filter{Since: start.Add(3 * time.Hour)}), "54")
		want(t, "until", list(store.Filter{Until: start.Add(3 * time.Hour)}), "321")
		want(t, "source", list(store.Filter{Source: "shop"}), "54321")
		want(t, "other source", list(store.Filter{Source: "x"}), "")
		want(t, "states", list(store.Filter{States: []cases.State{cases.New, cases.Noted}}), "54321")
		want(t, "other states", list(store.Filter{States: []cases.State{cases.Waiting}}), "")
	},
	"a day's figures come from what was recorded in it": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		c := d.waiting("amal", "Sorry!")
		d.later(24 * time.Hour)
		d.record(d.said("badr", "", "ok"))
		d.do(c, cases.Dismiss, "staff:1")
		day := func(n int) (time.Time, time.Time) {
			return start.Add(time.Duration(n) * 24 * time.Hour), start.Add(time.Duration(n+1) * 24 * time.Hour)
		}
		from, to := day(0)
		ms, err := d.MentionsBetween(ctx, from, to)
		d.ok(err)
		if len(ms) != 1 || ms[0].Score.Label != "neg" || ms[0].State != cases.Dismissed || ms[0].Case != c.ID || !ms[0].SeenAt.Equal(start) {
			t.Errorf("first day %+v", ms)
		}
		from, to = day(1)
		cs, err := d.CasesBetween(ctx, from, to)
		d.ok(err)
		want(t, "cases of the second day", len(cs), 2)
		es, err := d.EntriesBetween(ctx, from, to)
		d.ok(err)
		want(t, "entries of the second day", len(es), 2)
		n, err := d.Counts(ctx)
		d.ok(err)
		if n[cases.New] != 1 || n[cases.Dismissed] != 1 {
			t.Errorf("counts %v", n)
		}
	},
	"a source's state is kept beside its cursor": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		st := cases.SourceStatus{Source: "shop", Kind: "feed", LastTry: start, LastError: "timeout", ErrorsInRow: 3, Stalled: true, Limits: "no replies", Seen: 77}
		d.ok(d.SaveStatus(ctx, st))
		d.record(d.said("amal", "", "x"))
		all, err := d.Statuses(ctx)
		d.ok(err)
		st.Seen = 1
		if len(all) != 1 || all[0] != st {
			t.Errorf("got %+v, want %+v", all, st)
		}
		cur, err := d.Cursor(ctx, "shop")
		d.ok(err)
		want(t, "cursor", cur, "c1")
	},
	"an inbox gives everything once and in order": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		items := []cases.InboxItem{{Key: "1", Body: []byte(`{"a":1}`), At: start}, {Key: "2", At: start.Add(time.Hour)}}
		d.ok(d.PutInbox(ctx, "bot", items, "2"))
		d.ok(d.PutInbox(ctx, "bot", items[1:], "3"))
		d.ok(d.PutInbox(ctx, "other", items[:1], "9"))
		mark, err := d.Mark(ctx, "bot")
		d.ok(err)
		want(t, "mark", mark, "3")
		none, err := d.Mark(ctx, "new")
		d.ok(err)
		want(t, "no mark", none, "")
		got, err := d.Inbox(ctx, "bot", 0, 10)
		d.ok(err)
		if len(got) != 2 || got[0].Key != "1" || string(got[0].Body) != `{"a":1}` || !got[0].At.Equal(start) || got[1].Seq <= got[0].Seq {
			t.Errorf("inbox %+v", got)
		}
		got, err = d.Inbox(ctx, "bot", got[0].Seq, 10)
		d.ok(err)
		want(t, "after the first", len(got), 1)
		d.ok(d.PruneInbox(ctx, start.Add(time.Minute)))
		got, err = d.Inbox(ctx, "bot", 0, 10)
		d.ok(err)
		want(t, "after pruning", len(got), 1)
	},
}

// numbers writes the numbers of cases below ten in a row.
func numbers(cs []cases.Case) string {
	var b strings.Builder
	for _, c := range cs {
		b.WriteRune(rune('0' + c.ID))
	}
	return b.String()
}

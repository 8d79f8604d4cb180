package storetest

import (
	"errors"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

var intake = map[string]func(*testing.T, Place){
	"a page is recorded with its cursor": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		cur, err := d.Cursor(ctx, "shop")
		d.ok(err)
		want(t, "first cursor", cur, "")
		m := d.said("amal", "t1", "late")
		m.Stars, m.Title, m.Direct = 2, "Hm", true
		want(t, "new", d.record(m), 1)
		cur, err = d.Cursor(ctx, "shop")
		d.ok(err)
		want(t, "cursor", cur, "c1")
		got := d.in(cases.New).Last()
		m.Num, m.Source = got.Num, "shop"
		if !sameMention(got, m) {
			t.Errorf("got %+v, want %+v", got, m)
		}
		st, err := d.Statuses(ctx)
		d.ok(err)
		if len(st) != 1 || st[0].Seen != 1 {
			t.Errorf("statuses %+v", st)
		}
	},
	"an identical repeat changes nothing": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		m := d.said("amal", "t1", "late")
		d.record(m)
		d.later(time.Hour)
		want(t, "new", d.record(m, m), 0)
		c := d.in(cases.New)
		want(t, "version", c.Version, 1)
		want(t, "mentions", len(c.Mentions), 1)
	},
	"the same author in the same thread is one case": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		d.record(d.said("amal", "t1", "late"), d.said("badr", "t1", "cold"), d.said("amal", "t1", "still late"))
		cs, err := d.List(t.Context(), store.Filter{})
		d.ok(err)
		want(t, "cases", len(cs), 2)
		want(t, "mentions of the second", len(cs[1].Mentions), 2)
		want(t, "last words", cs[1].Last().Text, "still late")
	},
	"an author joins an old case within the window and not after it": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{JoinWindow: 24 * time.Hour})
		d.record(d.said("amal", "t1", "late"))
		c := d.do(d.in(cases.New), cases.Calm, cases.Rasid)
		d.later(23 * time.Hour)
		d.record(d.said("amal", "t2", "again"))
		want(t, "joined", d.in(cases.New).ID, c.ID)
		d.do(d.in(cases.New), cases.Calm, cases.Rasid)
		d.later(25 * time.Hour)
		d.record(d.said("amal", "t3", "and again"))
		if next := d.in(cases.New); next.ID == c.ID || len(next.Past) != 1 || next.Past[0].Case != c.ID {
			t.Errorf("case %d after %d, past %+v", next.ID, c.ID, next.Past)
		}
	},
	"nobody's mentions never join": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		d.record(d.said("", "t1", "one"), d.said("", "t1", "two"))
		cs, err := d.InState(t.Context(), cases.New, 10)
		d.ok(err)
		want(t, "cases", len(cs), 2)
	},
	"changed words of a case that is dealt with wait to be read": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		reworded := func() []cases.Case {
			t.Helper()
			cs, err := d.Reworded(t.Context(), 10)
			d.ok(err)
			return cs
		}
		c := d.do(d.waiting("amal", "Sorry!"), cases.Dismiss, "staff:1")
		other := d.waiting("badr", "Sorry!")
		m, open := c.Last(), other.Last()
		d.later(time.Minute)
		m.Text, open.Text = "the parcel is late and wet", "the parcel is late and wet"
		d.record(m)
		d.record(open)
		want(t, "of a case that is open", d.state(other.ID), cases.New)
		list := reworded()
		if len(list) != 1 || list[0].ID != c.ID || !list[0].Last().Unread {
			t.Fatalf("to be read: %+v", list)
		}
		read := func(ch *cases.Change) { ch.Scores = map[int64]cases.Score{m.Num: unhappy} }
		c = d.do(list[0], cases.Note, cases.Rasid, read)
		want(t, "unread once it was judged", c.Last().Unread, false)
		want(t, "left once it was judged", len(reworded()), 0)
		d.later(time.Minute)
		m.Text = "the parcel is late, wet and open"
		d.record(m)
		want(t, "changed again", len(reworded()), 1)
		m.Gone = true
		d.record(m)
		want(t, "deleted meanwhile", len(reworded()), 0)
	},
	"changed words keep the old ones and void the draft": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		d.ok(d.CardShown(t.Context(), c.ID, "staff", "msg-1", c.Version))
		m := c.Last()
		m.Text = "all is well now"
		d.later(time.Minute)
		want(t, "new", d.record(m), 0)
		want(t, "state", d.state(c.ID), cases.New)
		want(t, "row", d.row(c.ID).State, cases.Withdrawn)
		rs, err := d.Revisions(t.Context(), m.Num)
		d.ok(err)
		if len(rs) != 1 || rs[0].Text != "the parcel is late" {
			t.Errorf("revisions %+v", rs)
		}
		at, err := d.CaseOf(t.Context(), m.Source, m.ID)
		d.ok(err)
		want(t, "its case", at, c.ID)
		if _, err := d.CaseOf(t.Context(), m.Source, "of no case"); !errors.Is(err, cases.ErrNotFound) {
			t.Errorf("unknown mention: got %v, want ErrNotFound", err)
		}
		after, err := d.Case(t.Context(), c.ID)
		d.ok(err)
		want(t, "text", after.Last().Text, "all is well now")
		if after.Last().EditedAt.IsZero() {
			t.Error("the edit has no time")
		}
		after = d.do(after, cases.Flag, cases.Rasid, func(ch *cases.Change) { sc := unhappy; ch.Score = &sc })
		d.do(after, cases.Propose, cases.Rasid, draft("Glad to hear it."))
		due, err := d.DueCards(t.Context(), []string{"staff"}, d.now, 10)
		d.ok(err)
		if len(due) != 1 || !due[0].Urgent {
			t.Errorf("who approved is to be told by a new card; due %+v", due)
		}
	},
	"an older edit that comes late does not take back a newer one": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.waiting("amal", "Sorry!")
		m := c.Last()
		for _, e := range []struct {
			text  string
			after time.Duration
			want  string
		}{{"second", 2 * time.Minute, "second"}, {"first", time.Minute, "second"}, {"third", 3 * time.Minute, "third"}} {
			m.Text, m.EditedAt = e.text, m.PostedAt.Add(e.after)
			d.later(5 * time.Minute)
			d.record(m)
			now, err := d.Case(t.Context(), c.ID)
			d.ok(err)
			want(t, "text after "+e.text, now.Last().Text, e.want)
		}
	},
	"a deleted mention withdraws its reply": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		m := c.Last()
		m.Gone = true
		d.record(m)
		d.record(m)
		want(t, "state", d.state(c.ID), cases.Gone)
		want(t, "row", d.row(c.ID).State, cases.Withdrawn)
		h, err := d.History(t.Context(), c.ID)
		d.ok(err)
		want(t, "last event", h[len(h)-1].Event, cases.Delete)
	},
	"one of two messages deleted is a change, not the end": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		a, b := d.said("amal", "t1", "late"), d.said("amal", "t1", "and cold")
		d.record(a, b)
		a.Gone = true
		d.record(a)
		c := d.in(cases.New)
		want(t, "last words", c.Last().Text, "and cold")
	},
	"a deleted mention that its author puts back is judged anew": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		for name, words := range map[string]string{"put back by its author": "late", "put back by its author in other words": "late and cold"} {
			m := d.said(name, name, "late")
			d.record(m)
			m.Gone = true
			d.record(m)
			id := d.in(cases.Gone).ID
			m.Gone, m.Text = false, words
			d.later(time.Minute)
			d.record(m)
			d.record(m)
			c, err := d.Case(t.Context(), id)
			d.ok(err)
			want(t, "state", c.State, cases.New)
			want(t, "words", c.Last().Text, words)
			h, err := d.History(t.Context(), c.ID)
			d.ok(err)
			want(t, "last note", h[len(h)-1].Note, name)
		}
	},
	"what was answered, deleted and put back as it was is noted once": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.do(d.waiting("amal", "Sorry!"), cases.Handle, "staff:1")
		m := c.Last()
		m.Gone = true
		d.record(m)
		m.Gone = false
		d.record(m)
		d.record(m)
		now, err := d.Case(t.Context(), c.ID)
		d.ok(err)
		want(t, "state", now.State, cases.Handled)
		want(t, "gone", now.Last().Gone, false)
		h, err := d.History(t.Context(), c.ID)
		d.ok(err)
		want(t, "last note", h[len(h)-1].Note, "put back by its author")
		want(t, "note before", h[len(h)-2].Event, cases.Delete)
	},
	"old and automatic mentions are noted and never alert": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		old, bot := d.said("amal", "t1", "late"), d.said("robot", "t1", "beep")
		old.Old, bot.Bot = true, true
		want(t, "new", d.record(old, bot), 2)
		cs, err := d.InState(t.Context(), cases.Noted, 10)
		d.ok(err)
		want(t, "noted", len(cs), 2)
		old.Text = "late!"
		d.record(old)
		want(t, "state after an edit", d.state(cs[0].ID), cases.Noted)
		d.record(d.said("amal", "t1", "late again"))
		want(t, "a real one joins", d.in(cases.New).ID, cs[0].ID)
	},
	"a colleague's answer handles the case": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		ours := d.said("us", c.Thread, "We called you")
		ours.Ours, ours.AnswerTo = true, c.Last().ID
		d.record(ours)
		want(t, "state", d.state(c.ID), cases.Handled)
		want(t, "row", d.row(c.ID).State, cases.Withdrawn)
		if _, ok := d.claim(); ok {
			t.Error("a reply left after a colleague answered")
		}
		h, err := d.History(t.Context(), c.ID)
		d.ok(err)
		want(t, "note", h[len(h)-1].Note, "We called you")
	},
	"our own words without a case are recorded alone": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ours := d.said("us", "t9", "Good morning")
		ours.Ours = true
		want(t, "new", d.record(ours), 1)
		want(t, "repeat", d.record(ours), 0)
		n, err := d.Counts(t.Context())
		d.ok(err)
		want(t, "states", len(n), 0)
	},
	"a reply of ours under way is not taken for a colleague's": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		m := d.mustClaim()
		ours := d.said("us", c.Thread, "Sorry!")
		ours.Ours, ours.AnswerTo = true, c.Last().ID
		d.record(ours)
		d.settle(m, cases.WasDelivered)
		want(t, "state", d.state(c.ID), cases.Answered)
	},
	"new identities of known items make no new mentions": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		page := churned(50, 0)
		want(t, "new", d.record(page...), 50)
		for round := 1; round <= 20; round++ {
			d.later(time.Hour)
			want(t, "new after churn", d.record(churned(50, round)...), 0)
		}
		ms, err := d.MentionsBetween(t.Context(), start, d.now.Add(time.Hour))
		d.ok(err)
		want(t, "mentions", len(ms), 50)
	},
	"different items with one link stay different": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		var page []cases.Mention
		for i := range 50 {
			m := d.said("", "", "text "+string(rune('a'+i)))
			m.Title, m.Aliases = "News", []string{"https://example.com/"}
			page = append(page, m)
		}
		want(t, "new", d.record(page...), 50)
	},
	"two items on one page are never one": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		item := func(id string, aliases ...string) cases.Mention {
			return cases.Mention{ID: id, Text: "same words", Aliases: aliases, PostedAt: start}
		}
		want(t, "first", d.record(item("a", "link")), 1)
		want(t, "beside the old one", d.record(item("a"), item("b", "link")), 1)
		want(t, "two with its link", d.record(item("c", "link"), item("d", "link")), 2)
		want(t, "one with its link", d.record(item("e", "link")), 0)
	},
	"few changed items are believed by link alone": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		d.record(churned(10, 0)...)
		page := churned(10, 1)
		for i := range page {
			page[i].Text += " (changed)"
		}
		want(t, "taken for new", d.record(page...), 10-3)
	},
	"a full disk gate stops intake only": func(t *testing.T, p Place) {
		if p.Shared {
			t.Skip("a database server watches its own disk")
		}
		d := open(t, p, store.Options{MinFree: 1 << 62})
		_, err := d.Record(t.Context(), "shop", cases.Page{Mentions: []cases.Mention{d.said("amal", "", "x")}}, d.now)
		if !errors.Is(err, store.ErrDiskLow) {
			t.Errorf("got %v, want ErrDiskLow", err)
		}
	},
}

// churned is a feed whose items have other ids in every round.
func churned(n, round int) []cases.Mention {
	var ms []cases.Mention
	for i := range n {
		id := string(rune('A'+i/26)) + string(rune('a'+i%26))
		ms = append(ms, cases.Mention{ID: id + "-" + string(rune('0'+round)), Title: "Same title", Text: "text of " + id, PostedAt: start,
			Aliases: []string{"https://example.com/" + id, "hash-" + id}})
	}
	return ms
}

func sameMention(a, b cases.Mention) bool {
	if !a.PostedAt.Equal(b.PostedAt) || !a.EditedAt.Equal(b.EditedAt) {
		return false
	}
	a.PostedAt, b.PostedAt, a.EditedAt, b.EditedAt, a.Aliases, b.Aliases = time.Time{}, time.Time{}, time.Time{}, time.Time{}, nil, nil
	return a.ID == b.ID && a.Num == b.Num && a.Source == b.Source && a.Text == b.Text && a.Title == b.Title && a.Stars == b.Stars &&
		a.Author == b.Author && a.AuthorID == b.AuthorID && a.URL == b.URL && a.Thread == b.Thread && a.Direct == b.Direct
}

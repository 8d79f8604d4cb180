package storetest

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
)

var upkeep = map[string]func(*testing.T, Place){
	"a secret stays the same and differs by name": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		a, err := d.Secret(ctx, "tokens", 32)
		d.ok(err)
		again, err := d.Secret(ctx, "tokens", 32)
		d.ok(err)
		b, err := d.Secret(ctx, "sessions", 32)
		d.ok(err)
		if len(a) != 32 || !bytes.Equal(a, again) || bytes.Equal(a, b) {
			t.Errorf("secrets of %d, %d and %d bytes", len(a), len(again), len(b))
		}
	},
	"a token is good once": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		for i, fresh := range []bool{true, false, false} {
			got, err := d.UseToken(t.Context(), "abc", d.now)
			d.ok(err)
			if got != fresh {
				t.Errorf("use %d: fresh %v", i+1, got)
			}
		}
	},
	"an erased author is gone and does not come back": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		c := d.approve(d.waiting("amal-77", "Dear Amal, sorry!"), "staff:1")
		other := d.waiting("badr", "Dear Badr, sorry!")
		d.ok(d.PutInbox(ctx, "bot", []cases.InboxItem{{Key: "1", Body: []byte(`{"from":"amal-77"}`)}, {Key: "2", Body: []byte(`{"from":"badr"}`)}}, "2"))
		n, err := d.Erase(ctx, "shop", "amal-77", d.now)
		d.ok(err)
		want(t, "mentions", n, 1)
		after, err := d.Case(ctx, c.ID)
		d.ok(err)
		want(t, "state", after.State, cases.Gone)
		if after.Author+after.AuthorID+after.Thread+after.Mentions[0].Text+after.Mentions[0].Author+after.Mentions[0].URL+after.Drafts[0].Text != "" || len(after.Score.Reasons) > 0 {
			t.Errorf("left over: %+v", after)
		}
		want(t, "row", d.row(c.ID).State, cases.Withdrawn)
		items, err := d.Inbox(ctx, "bot", 0, 10)
		d.ok(err)
		want(t, "raw messages", len(items), 1)
		found, err := d.List(ctx, store.Filter{Query: "amal"})
		d.ok(err)
		want(t, "found", len(found), 0)
		bad, err := d.Verify(ctx)
		d.ok(err)
		want(t, "chain", bad, 0)
		want(t, "recorded again", d.record(d.said("amal-77", "t9", "I am back")), 0)
		kept, err := d.Case(ctx, other.ID)
		d.ok(err)
		want(t, "others", kept.Drafts[0].Text, "Dear Badr, sorry!")
	},
	"an erased author is quoted in no report": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		c := d.waiting("amal", "Sorry!")
		_, _, err := d.Enrol(ctx, d.unhappy(c), nil, nil)
		d.ok(err)
		for _, m := range []cases.Send{
			{Key: "digest/2026-11-20/a", Kind: cases.SendDigest, Target: "left", Text: "worst: late", Body: []byte("late")},
			{Key: "digest/2026-11-21/a", Kind: cases.SendDigest, Target: "waits", Text: "worst: late", Body: []byte("late"), DueAt: d.now.Add(time.Hour)},
		} {
			_, err := d.Enqueue(ctx, m)
			d.ok(err)
		}
		m, ok, err := d.Claim(ctx, cases.SendDigest, []string{"left"}, d.now, lease)
		d.ok(err)
		want(t, "claimed", ok, true)
		d.settle(m, cases.WasDelivered)
		_, err = d.Erase(ctx, "shop", "amal", d.now)
		d.ok(err)
		var quoted, named int
		raw := p.Raw(t)
		d.ok(raw.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE body <> '' OR attachment IS NOT NULL`).Scan(&quoted))
		want(t, "reports that quote", quoted, 0)
		d.ok(raw.QueryRowContext(ctx, `SELECT count(*) FROM incident_cases WHERE author <> '' OR print IS NOT NULL`).Scan(&named))
		want(t, "rows of incidents that know the author", named, 0)
		added, err := d.Enqueue(ctx, cases.Send{Key: "digest/2026-11-21/a", Kind: cases.SendDigest, Target: "waits", Text: "calm"})
		d.ok(err)
		want(t, "the digest that waited is planned anew", added, true)
		added, err = d.Enqueue(ctx, cases.Send{Key: "digest/2026-11-20/a", Kind: cases.SendDigest, Target: "left", Text: "calm"})
		d.ok(err)
		want(t, "the digest that left is planned anew", added, false)
	},
	"old closed cases lose their words and keep their numbers": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		ctx := t.Context()
		c := d.waiting("amal", "Sorry!")
		m := c.Last()
		d.do(c, cases.Dismiss, "staff:1")
		openCase := d.waiting("badr", "Sorry!")
		d.later(200 * 24 * time.Hour)
		n, err := d.Prune(ctx, d.now.Add(-180*24*time.Hour))
		d.ok(err)
		want(t, "pruned", n, 1)
		n, err = d.Prune(ctx, d.now.Add(-180*24*time.Hour))
		d.ok(err)
		want(t, "pruned again", n, 0)
		after, err := d.Case(ctx, c.ID)
		d.ok(err)
		want(t, "words", after.Last().Text+after.Author, "")
		want(t, "state", after.State, cases.Dismissed)
		m.Num = 0
		want(t, "the platform's copy is known", d.record(m), 0)
		want(t, "and changes nothing", d.state(c.ID), cases.Dismissed)
		kept, err := d.Case(ctx, openCase.ID)
		d.ok(err)
		want(t, "open cases", kept.Last().Text, "the parcel is late")
		bad, err := d.Verify(ctx)
		d.ok(err)
		want(t, "chain", bad, 0)
	},
	"a clock that leaps ahead makes nothing old at once": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		for _, x := range []struct {
			what  string
			after time.Duration // since the look before
			old   bool          // ages are believed
			leapt bool          // and the leap is told
		}{
			{"the first look", 0, true, false},
			{"an hour later", time.Hour, true, false},
			{"after a weekend without power", 60 * time.Hour, true, false},
			{"ten years ahead", 10 * 365 * 24 * time.Hour, false, true},
			{"an hour after the leap", time.Hour, false, false},
			{"put right", -10 * 365 * 24 * time.Hour, true, false},
			{"an hour after it was put right", time.Hour, true, false},
			{"after a month without power", 30 * 24 * time.Hour, false, true},
			{"not yet a day later", 23 * time.Hour, false, false},
			{"a day later", time.Hour, true, false},
		} {
			d.later(x.after)
			before := d.now.Add(-x.after)
			from, leapt, err := d.Ages(t.Context(), d.now)
			d.ok(err)
			want(t, x.what+", ages are believed", !d.now.Before(from), x.old)
			want(t, x.what+", a leap is told", leapt.Equal(before), x.leapt)
		}
	},
	"every tampering with the history is noticed": func(t *testing.T, p Place) {
		for name, stmt := range map[string]string{
			"who":            `UPDATE history SET by_whom = 'staff:9' WHERE seq = 3`,
			"what":           `UPDATE history SET event = 'dismiss' WHERE seq = 3`,
			"when":           `UPDATE history SET at = at + 1 WHERE seq = 3`,
			"which case":     `UPDATE history SET case_id = 2 WHERE seq = 3`,
			"which draft":    `UPDATE history SET draft = 9 WHERE seq = 3`,
			"version":        `UPDATE history SET version = 9 WHERE seq = 3`,
			"from":           `UPDATE history SET from_state = 'gone' WHERE seq = 3`,
			"to":             `UPDATE history SET to_state = 'gone' WHERE seq = 3`,
			"note":           `UPDATE history SET note = 'spam' WHERE seq = 3`,
			"removed":        `DELETE FROM history WHERE seq = 3`,
			"swapped hashes": `UPDATE history SET hash = (SELECT h.hash FROM history h WHERE h.seq = 2) WHERE seq = 3`,
		} {
			t.Run(name, func(t *testing.T) {
				p := p.Fresh(t)
				d := open(t, p, store.Options{})
				d.waiting("amal", "Sorry!")
				d.waiting("badr", "Sorry!")
				bad, err := d.Verify(t.Context())
				d.ok(err)
				want(t, "before", bad, 0)
				_, err = p.Raw(t).ExecContext(t.Context(), stmt)
				d.ok(err)
				bad, err = d.Verify(t.Context())
				d.ok(err)
				want(t, "first bad line", bad, 3)
			})
		}
		t.Run("cut off the end", func(t *testing.T) {
			p := p.Fresh(t)
			d := open(t, p, store.Options{})
			d.waiting("amal", "Sorry!")
			_, err := p.Raw(t).ExecContext(t.Context(), `DELETE FROM history WHERE seq = (SELECT max(seq) FROM history)`)
			d.ok(err)
			bad, err := d.Verify(t.Context())
			d.ok(err)
			want(t, "first bad line", bad, 3)
		})
	},
	"the database itself refuses a reply that nobody approved": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		d.approve(d.waiting("amal", "Sorry!"), "staff:1")
		raw := p.Raw(t)
		for _, set := range []string{`by_whom = ''`, `by_whom = 'rasid'`, `hash = ''`, `draft = 0`, `mention = 0`, `case_id = 0`, `kind = 'post'`, `state = 'sent'`} {
			if _, err := raw.ExecContext(t.Context(), `UPDATE outbox SET `+set); err == nil {
				t.Errorf("%s was taken", set)
			}
		}
	},
	"bytes changed behind the store's back do not leave": func(t *testing.T, p Place) {
		for name, stmt := range map[string]string{
			"the text":     `UPDATE outbox SET body = 'Buy now!'`,
			"the draft":    `UPDATE drafts SET body = 'Buy now!'`,
			"both":         `UPDATE outbox SET body = 'Buy now!'; UPDATE drafts SET body = 'Buy now!'`,
			"the place":    `UPDATE outbox SET target = 'elsewhere'`,
			"the mention":  `UPDATE mentions SET id = 'other'`,
			"the approver": `UPDATE outbox SET by_whom = 'staff:9'`,
			"the case":     `UPDATE cases SET state = 'handled'`,
		} {
			t.Run(name, func(t *testing.T) {
				p := p.Fresh(t)
				d := open(t, p, store.Options{})
				c := d.approve(d.waiting("amal", "Sorry!"), "staff:1")
				raw := p.Raw(t)
				for s := range strings.SplitSeq(stmt, ";") {
					_, err := raw.ExecContext(t.Context(), s)
					d.ok(err)
				}
				if m, ok := d.claim(); ok {
					t.Fatalf("%q left", m.Reply.Text)
				}
				if st := d.state(c.ID); st == cases.Approved {
					t.Error("the case is still approved and nothing of it will ever leave")
				}
				want(t, "row", d.row(c.ID).State, cases.Withdrawn)
			})
		}
	},
}

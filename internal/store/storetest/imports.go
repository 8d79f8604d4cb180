package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/internal/store"
)

// imported brings mentions in as a part of a file that ends at a place.
func (d *desktop) imported(place string, ms ...cases.Mention) int {
	d.t.Helper()
	n, err := d.Import(d.t.Context(), "shop", ms, "file", func(added int) (string, error) { return fmt.Sprint(place, " ", added), nil }, d.now)
	d.ok(err)
	return n
}

// old makes a mention of the time before the first start.
func (d *desktop) old(author, thread, text string) cases.Mention {
	m := d.said(author, thread, text)
	m.Old = true
	return m
}

var imports = map[string]func(*testing.T, Place){
	"a part of a file is recorded with its place": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		d.record(d.said("amal", "t1", "late"))
		was, err := d.Cursor(t.Context(), "shop")
		d.ok(err)
		want(t, "new", d.imported("line 2", d.old("badr", "", "cold"), d.old("dana", "", "rude")), 2)
		mark, err := d.Mark(t.Context(), "file")
		d.ok(err)
		want(t, "mark", mark, "line 2 2")
		cursor, err := d.Cursor(t.Context(), "shop")
		d.ok(err)
		want(t, "cursor", cursor, was)
		st, err := d.Statuses(t.Context())
		d.ok(err)
		want(t, "seen", st[0].Seen, 3)
	},
	"a part whose place cannot be kept is not recorded": func(t *testing.T, p Place) {
		d := open(t, p, store.Options{})
		stop := errors.New("no place")
		ms := []cases.Mention{d.old("badr", "", "cold")}
		if _, err := d.Import(t.Context(), "shop", ms, "file", func(int) (string, error) { return "", stop }, d.now); !errors.Is(err, stop) {
			t.Errorf("importing: %v", err)
		}
		want(t, "new", d.imported("line 1", ms...), 1)
	},
	"what comes in by the hundred is what comes in one by one": func(t *testing.T, p Place) {
		d, alone := open(t, p, store.Options{}), open(t, p.Fresh(t), store.Options{})
		var ms []cases.Mention
		for i := range 58 {
			ms = append(ms, d.old(fmt.Sprint("author ", i%7), fmt.Sprint("t", i%3), fmt.Sprint("word", i)))
		}
		edited := ms[40]
		edited.Text, edited.EditedAt = "changed", d.now
		gone := ms[41]
		gone.Gone = true
		renamed := d.old("author 0", "t0", ms[0].Text)
		renamed.Aliases = []string{"title:0"}
		again := renamed
		again.ID = "another id"
		ms = append(ms, ms[3], edited, gone, renamed, d.said("author 1", "t1", "now"))
		want(t, "new", d.imported("", ms...), 60)
		want(t, "new under another id", d.imported("end", again), 0)
		for _, m := range append(ms, again) {
			alone.imported("", m)
		}
		want(t, "cases", everything(d), everything(alone))
		bad, err := d.Verify(t.Context())
		d.ok(err)
		want(t, "broken line of the history", bad, 0)
		for _, word := range []string{"word17", "word57", "changed"} {
			found, err := d.List(t.Context(), store.Filter{Query: word})
			d.ok(err)
			if len(found) == 0 {
				t.Errorf("searching for %q finds nothing", word)
			}
		}
	},
}

// everything is every case with all its words, for comparing.
func everything(d *desktop) string {
	d.t.Helper()
	list, err := d.List(d.t.Context(), store.Filter{Limit: 500})
	d.ok(err)
	var all strings.Builder
	for _, c := range list {
		fmt.Fprintf(&all, "%d %s %s %s v%d:", c.ID, c.State, c.AuthorID, c.Thread, c.Version)
		for _, m := range c.Mentions {
			fmt.Fprintf(&all, " %d %s %q gone=%t", m.Num, m.ID, m.Text, m.Gone)
		}
		all.WriteString("\n")
	}
	return all.String()
}

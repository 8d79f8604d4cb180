package store_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/internal/store"
	"rasid/internal/store/storetest"
)

func TestEveryOlderSQLiteFileIsBroughtUpToDateWithAllThatIsInIt(t *testing.T) {
	t.Parallel()
	upgrades(t, file(t), false)
}

// records is what a store holds, as staff and the program see it.
type records struct {
	Cases   []cases.Case
	Outbox  map[int64][]cases.Send
	History map[int64][]cases.Entry
	Found   int // cases with the word "soup"
	Cursor  cases.Cursor
	Stopped bool
	Held    string
	Bad     int64
}

func read(t *testing.T, s *store.Store) records {
	t.Helper()
	ctx := t.Context()
	r := records{Outbox: map[int64][]cases.Send{}, History: map[int64][]cases.Entry{}}
	var err error
	r.Cases, err = s.List(ctx, store.Filter{})
	ok(t, err)
	for _, c := range r.Cases {
		r.Outbox[c.ID], err = s.Outbox(ctx, c.ID)
		ok(t, err)
		r.History[c.ID], err = s.History(ctx, c.ID)
		ok(t, err)
	}
	found, err := s.List(ctx, store.Filter{Query: "soup"})
	ok(t, err)
	r.Found = len(found)
	r.Cursor, err = s.Cursor(ctx, "shop")
	ok(t, err)
	stop, err := s.Stopped(ctx)
	ok(t, err)
	r.Stopped = stop.On
	r.Held, _, err = s.Held(ctx)
	ok(t, err)
	r.Bad, err = s.Verify(ctx)
	ok(t, err)
	return r
}

// upgrades writes records of today, puts them into tables of each older version,
// and starts on those.
func upgrades(t *testing.T, today storetest.Place, pg bool) {
	t.Helper()
	s := today.Open(t, store.Options{})
	for _, who := range []string{"amal", "badr", "dana"} {
		approved(t, s, who, "cold soup")
		if who == "amal" {
			posts(t, s)
		}
	}
	_, err := s.Record(t.Context(), "shop", cases.Page{Mentions: []cases.Mention{{ID: "m-dana", AuthorID: "dana", Text: "cold soup and late", PostedAt: now, EditedAt: now}}, Next: "2"}, now)
	ok(t, err) // which voids the approval
	want := read(t, s)
	if want.Found != 3 || len(want.Cases) != 3 || want.Bad != 0 {
		t.Fatalf("the records of today: %+v", want)
	}
	from := today.Raw(t)
	versions, err := store.Versions(from, pg)
	ok(t, err)
	for _, v := range versions[:len(versions)-1] {
		t.Run(fmt.Sprintf("from version %d", v), func(t *testing.T) {
			p := today.Fresh(t)
			old := p.Raw(t)
			ok(t, store.OlderTables(t.Context(), old, pg, v))
			n := pour(t, from, old, pg)
			if n < 30 {
				t.Errorf("only %d rows were in the older tables", n)
			}
			s := p.Open(t, store.Options{Budget: store.NoBudget})
			if d := cmp.Diff(want, read(t, s)); d != "" {
				t.Errorf("after the upgrade (-before +after):\n%s", d)
			}
			if n := posts(t, s); n != 1 {
				t.Errorf("%d replies left after the upgrade, want the one that was approved and had not left", n)
			}
			_, err := s.Record(t.Context(), "shop", cases.Page{Mentions: []cases.Mention{{ID: "m-amal", AuthorID: "amal", Text: "warm soup", PostedAt: now, EditedAt: now.Add(time.Minute)}}, Next: "3"}, now.Add(time.Minute))
			ok(t, err)
			if found, err := s.List(t.Context(), store.Filter{Query: "warm"}); err != nil || len(found) != 1 {
				t.Errorf("%d cases have what was said after the upgrade, %v", len(found), err)
			}
			if bad, err := s.Verify(t.Context()); bad != 0 || err != nil {
				t.Errorf("the history that goes on after the upgrade breaks at line %d: %v", bad, err)
			}
		})
	}
}

// pour puts all rows of the tables of today into older tables, as far as those
// know them, and returns how many that were. The identity of the database and
// where it is stay: it is upgraded where it stands.
func pour(t *testing.T, from, to *sql.DB, pg bool) (n int) {
	t.Helper()
	first := []string{"cases", "mentions", "incidents"} // what the others refer to
	tables := first
	for _, name := range column(t, to, map[bool]string{
		false: `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'mention_search%' AND name <> 'migrations'`,
		true:  `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'migrations'`,
	}[pg]) {
		if !slices.Contains(first, name) {
			tables = append(tables, name)
		}
	}
	for _, table := range tables {
		names := column(t, to, map[bool]string{
			false: `SELECT name FROM pragma_table_info('` + table + `')`,
			true:  `SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '` + table + `'`,
		}[pg])
		if len(names) > 0 {
			n += pourTable(t, from, to, table, names)
		}
	}
	return n
}

func pourTable(t *testing.T, from, to *sql.DB, table string, names []string) (n int) {
	t.Helper()
	where, places, values := "", make([]string, len(names)), make([]any, len(names))
	switch table {
	case "meta":
		where = ` WHERE name NOT IN ('incarnation', 'home')`
	case "counters": // later ones come with their tables
		where = ` WHERE name IN ('` + strings.Join(column(t, to, `SELECT name FROM counters`), `', '`) + `')`
	}
	into := make([]any, len(names))
	for i := range names {
		places[i], into[i] = fmt.Sprintf("$%d", i+1), &values[i]
	}
	cols := strings.Join(names, ", ")
	_, err := to.ExecContext(t.Context(), `DELETE FROM `+table)
	ok(t, err)
	rows, err := from.QueryContext(t.Context(), `SELECT `+cols+` FROM `+table+where)
	ok(t, err)
	defer func() { ok(t, rows.Close()) }()
	for ; rows.Next(); n++ {
		ok(t, rows.Scan(into...))
		_, err := to.ExecContext(t.Context(), `INSERT INTO `+table+` (`+cols+`) VALUES (`+strings.Join(places, ", ")+`)`, values...)
		ok(t, err)
	}
	ok(t, rows.Err())
	return n
}

// column reads the only column of a query.
func column(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	ok(t, err)
	defer func() { ok(t, rows.Close()) }()
	for rows.Next() {
		var one string
		ok(t, rows.Scan(&one))
		all = append(all, one)
	}
	ok(t, rows.Err())
	return all
}

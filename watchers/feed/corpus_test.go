package feed

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"rasid/internal/goldentest"
)

// corpora finds the third-party feeds, or skips.
func corpora(t *testing.T) string {
	t.Helper()
	folder, there := goldentest.Beside(t, "corpora/feeds")
	if !there {
		t.Skip("../shared/corpora/feeds is not here: the third-party feeds are not part of the repository")
	}
	return folder
}

// tally is one row of the table.
type tally struct{ files, okPlain, okOurs, itemsPlain, itemsOurs, datedPlain, datedOurs, panics int }

func TestEveryFeedOfTheCorporaIsReadWithoutAPanic(t *testing.T) {
	root := corpora(t)
	rows := map[string]*tally{}
	var fewer []string
	d := newDates("UTC")
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "LICENSE" || strings.HasSuffix(e.Name(), ".md") {
			return err
		}
		body, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, filepath.Dir(p))
		if parts := strings.Split(rel, string(filepath.Separator)); len(parts) > 3 {
			rel = filepath.Join(parts[:3]...)
		}
		row := rows[rel]
		if row == nil {
			row = &tally{}
			rows[rel] = row
		}
		row.files++
		plainItems, plainDated := plainGofeed(row, body)
		ours := oursOn(t, p, row, body, d, now)
		row.itemsPlain += plainItems
		row.datedPlain += plainDated
		if ours < plainItems {
			fewer = append(fewer, fmt.Sprintf("%s: %d of %d", strings.TrimPrefix(p, root+"/"), ours, plainItems))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	report(t, rows)
	for _, f := range fewer {
		t.Logf("fewer items than plain gofeed: %s", f)
	}
	total := sum(rows)
	if total.files < 2000 {
		t.Errorf("only %d files were read", total.files)
	}
	if total.itemsOurs < total.itemsPlain || total.datedOurs < total.datedPlain {
		t.Errorf("we read %d items (%d dated), plain gofeed %d (%d dated)", total.itemsOurs, total.datedOurs, total.itemsPlain, total.datedPlain)
	}
}

func plainGofeed(row *tally, body []byte) (items, dated int) {
	defer func() { _ = recover() }()
	f, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		return 0, 0
	}
	row.okPlain++
	for _, it := range f.Items {
		if it.PublishedParsed != nil || it.UpdatedParsed != nil {
			dated++
		}
	}
	return len(f.Items), dated
}

func oursOn(t *testing.T, p string, row *tally, body []byte, d dates, now time.Time) (items int) {
	defer func() {
		if r := recover(); r != nil {
			row.panics++
			t.Errorf("%s: panic: %v", p, r)
		}
	}()
	clean, err := toUTF8(body, "", "")
	if err != nil {
		return 0
	}
	doc, err := parse(clean, d, now)
	if err != nil {
		return 0
	}
	row.okOurs++
	row.itemsOurs += len(doc.items)
	for _, it := range doc.items {
		if !it.at.IsZero() {
			row.datedOurs++
		}
	}
	return len(doc.items)
}

func sum(rows map[string]*tally) (s tally) {
	for _, r := range rows {
		s.files += r.files
		s.okPlain += r.okPlain
		s.okOurs += r.okOurs
		s.itemsPlain += r.itemsPlain
		s.itemsOurs += r.itemsOurs
		s.datedPlain += r.datedPlain
		s.datedOurs += r.datedOurs
		s.panics += r.panics
	}
	return s
}

func report(t *testing.T, rows map[string]*tally) {
	var names []string
	for n := range rows {
		names = append(names, n)
	}
	slices.Sort(names)
	all := sum(rows)
	rows["total"] = &all
	var b strings.Builder
	fmt.Fprintf(&b, "\n| folder | files | read: gofeed | read: rasid | items: gofeed | items: rasid | dated: gofeed | dated: rasid | panics |\n|---|---|---|---|---|---|---|---|---|\n")
	for _, n := range append(names, "total") {
		r := rows[n]
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %d | %d |\n", n, r.files, r.okPlain, r.okOurs, r.itemsPlain, r.itemsOurs, r.datedPlain, r.datedOurs, r.panics)
	}
	delete(rows, "total")
	t.Log(b.String())
}

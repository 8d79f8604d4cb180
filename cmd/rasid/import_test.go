package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ender ends a context with the first words written to it.
type ender struct{ end context.CancelFunc }

func (e ender) Write(b []byte) (int, error) { e.end(); return len(b), nil }

// importer is a folder with a configuration, in which imports are ended.
type importer struct {
	*testing.T
	dir string
}

func newImporter(t *testing.T, table string) importer {
	in := importer{t, t.TempDir()}
	in.write("config.yaml", "business: {name: {en: Noor}, zone: Asia/Riyadh}\nsources: [{name: reviews, kind: feed, url: \"https://example.com/feed.xml\", dedicated: true}]\nrooms: [{name: desk, kind: console}]\nstaff: [{id: mona, role: approver}]\n")
	in.write("many.csv", table)
	return in
}

func (in importer) write(name, text string) {
	if err := os.WriteFile(filepath.Join(in.dir, name), []byte(text), 0o600); err != nil {
		in.Fatal(err)
	}
}

// run imports many.csv and returns what was said. The clock stands, so that no
// progress is shown. An ended one is stopped as it shows its first bad row.
func (in importer) run(ended bool, flags ...string) string {
	in.Helper()
	ctx, end := context.WithCancel(in.Context())
	defer end()
	var out, screen bytes.Buffer
	p := &program{in: strings.NewReader(""), out: &out, err: &screen, env: inventedTokens, now: func() time.Time { return time.Unix(1_800_000_000, 0) }}
	if ended {
		p.err = ender{end}
	}
	command := append([]string{"import", "--lang", "en", filepath.Join(in.dir, "many.csv"), "--config", filepath.Join(in.dir, "config.yaml")}, flags...)
	if code := p.run(ctx, command); (code != 0) != ended || (ctx.Err() != nil) != ended {
		in.Fatalf("ended %t, it says %d:\n%s%s", ended, code, &out, &screen)
	}
	return out.String()
}

// TestAnImportEndedBeforeItsFirstRowsAreRecordedGoesOnWithItsFileOfBadRows ends
// an import as it shows the first bad row, and gives the same command again.
func TestAnImportEndedBeforeItsFirstRowsAreRecordedGoesOnWithItsFileOfBadRows(t *testing.T) {
	in := newImporter(t, "id,text,stars\n1,one,5\n2,two,9\n3,three,9\n4,four,1\n")
	rejects := filepath.Join(in.dir, "bad.csv")
	if out := in.run(true, "--rejects", rejects); out != "Nothing was recorded yet.\n" {
		t.Errorf("ended, it says:\n%s", out)
	}
	if out := in.run(false, "--rejects", rejects); out != "4 rows, 2 good, 2 bad; 2 mentions recorded under import, 0 known already.\n" {
		t.Errorf("the same command says:\n%s", out)
	}
	bad, err := os.ReadFile(rejects)
	if lines := strings.Split(strings.TrimSpace(string(bad)), "\n"); err != nil || len(lines) != 3 || !strings.HasPrefix(lines[1], "3,stars") {
		t.Errorf("the file of bad rows: %v\n%s", err, bad)
	}
}

// TestTheCountsOfAnImportThatWasStoppedAddUp ends an import between two of its
// transactions: good and bad make up the rows, the new and the known make up the
// good, and what an earlier run left and this one did make up the whole.
func TestTheCountsOfAnImportThatWasStoppedAddUp(t *testing.T) {
	var table strings.Builder
	table.WriteString("id,text,stars\n")
	for i := range importBatch + 10 {
		stars := 4
		if i == importBatch+5 {
			stars = 9 // shown, which ends the first run after five rows that wait
		}
		fmt.Fprintf(&table, "%d,row %d,%d\n", i%(importBatch+8), i, stars) // the last two are known
	}
	in := newImporter(t, table.String())
	for _, tt := range []struct {
		ended bool
		want  string
	}{
		{true, "500 rows, 500 good, 0 bad; 500 mentions recorded under import, 0 known already.\n"},
		{false, `Continuing after line 501. Before: 500 rows, 500 good, 0 bad; 500 mentions recorded under import, 0 known already.
510 rows, 509 good, 1 bad; 507 mentions recorded under import, 2 known already.
Of these now: 10 rows, 9 good, 1 bad; 7 mentions recorded under import, 2 known already.
`},
		{false, "This file was imported before: 507 mentions recorded. --again reads it anew.\n"},
	} {
		if diff := cmp.Diff(tt.want, in.run(tt.ended)); diff != "" {
			t.Errorf("ended %t (-want +got):\n%s", tt.ended, diff)
		}
	}
}

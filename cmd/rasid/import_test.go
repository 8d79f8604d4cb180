package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ender ends a context with the first words written to it.
type ender struct{ end context.CancelFunc }

func (e ender) Write(b []byte) (int, error) { e.end(); return len(b), nil }

// TestAnImportEndedBeforeItsFirstRowsAreRecordedGoesOnWithItsFileOfBadRows ends
// an import as it shows the first bad row, and gives the same command again.
func TestAnImportEndedBeforeItsFirstRowsAreRecordedGoesOnWithItsFileOfBadRows(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) {
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("config.yaml", "business: {name: {en: Noor}, zone: Asia/Riyadh}\nsources: [{name: reviews, kind: feed, url: \"https://example.com/feed.xml\", dedicated: true}]\nrooms: [{name: desk, kind: console}]\nstaff: [{id: mona, role: approver}]\n")
	write("many.csv", "id,text,stars\n1,one,5\n2,two,9\n3,three,9\n4,four,1\n")
	command := []string{"import", in("many.csv"), "--rejects", in("bad.csv"), "--config", in("config.yaml")}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	var out bytes.Buffer
	p := &program{in: strings.NewReader(""), out: &out, err: ender{end}, env: inventedTokens, now: time.Now}
	if code := p.run(ctx, command); code == 0 || ctx.Err() == nil {
		t.Fatalf("it was ended and says %d:\n%s", code, &out)
	}
	p = &program{in: strings.NewReader(""), out: &out, err: &out, env: inventedTokens, now: time.Now}
	if code := p.run(t.Context(), command); code != 0 || !strings.Contains(out.String(), "4 rows, 2 good, 2 bad; 2 mentions recorded") {
		t.Errorf("the same command ends with %d:\n%s", code, &out)
	}
	bad, err := os.ReadFile(in("bad.csv"))
	if lines := strings.Split(strings.TrimSpace(string(bad)), "\n"); err != nil || len(lines) != 3 || !strings.HasPrefix(lines[1], "3,stars") {
		t.Errorf("the file of bad rows: %v\n%s", err, bad)
	}
}

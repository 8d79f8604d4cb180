package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")

// TestReadmeBlocksAreTrue runs each ```console block of the README pages: a line
// that begins with $ is run, and the lines below it must appear in the output
// in that order; … stands for anything between.
func TestReadmeBlocksAreTrue(t *testing.T) {
	dir := t.TempDir()
	blocks := 0
	for _, page := range []string{"README.md", "README.ar.md", "docs/operations.md"} {
		text, err := os.ReadFile(filepath.Join("../..", page))
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range consoleBlock.FindAllStringSubmatch(string(text), -1) {
			blocks++
			name := fmt.Sprintf("%s_%d.txtar", strings.ReplaceAll(filepath.Base(page), ".", "_"), i+1)
			if err := os.WriteFile(filepath.Join(dir, name), []byte(script(m[1])), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if blocks < 3 {
		t.Fatalf("%d console blocks in the pages, want at least 3", blocks)
	}
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			config, err := os.ReadFile("../../config.yaml")
			if err != nil {
				return err
			}
			env.Setenv("TELEGRAM_TOKEN", "123456789:AAinventedINVENTEDinventedINVENTEDinv")
			return os.WriteFile(filepath.Join(env.WorkDir, "config.yaml"), config, 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"shows": shows},
	})
}

// script turns a block into a testscript.
func script(block string) string {
	var b, files strings.Builder
	for step := range strings.SplitSeq("\n"+strings.TrimSpace(block), "\n$ ") {
		step = strings.TrimSpace(step)
		if step == "" {
			continue
		}
		command, output, _ := strings.Cut(step, "\n")
		command = strings.ReplaceAll(command, `"`, "'")
		if strings.Contains(command, "broken.yaml") {
			command = "! exec " + command
		} else {
			command = "exec " + command
		}
		fmt.Fprintf(&b, "%s\n", command)
		if output != "" {
			name := fmt.Sprintf("want%d.txt", strings.Count(files.String(), "-- want")+1)
			fmt.Fprintf(&files, "-- %s --\n%s\n", name, output)
			fmt.Fprintf(&b, "shows %s\n", name)
		}
	}
	return b.String() + brokenConfig + files.String()
}

// brokenConfig is the file that the README shows the mistakes of.
const brokenConfig = `
-- broken.yaml --
business:
  timezone: Asia/Riyadh
  name: {en: Noor Coffee}
sources:
  - {name: reviews, kind: feed, url: "https://example.com/feed.xml", every: 5}
rooms: [{name: desk, kind: console}]
staff: [{id: mona, role: approver}]
`

// shows checks that the lines of a file appear, in order, in what the last
// command wrote to either stream.
func shows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: shows file")
	}
	got := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	rest := got
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		line = strings.TrimSpace(line)
		if line == "" || line == "..." || line == "…" {
			continue
		}
		_, after, found := strings.Cut(rest, line)
		if !found {
			ts.Fatalf("the page promises %q, but the command wrote:\n%s", line, got)
		}
		rest = after
	}
}

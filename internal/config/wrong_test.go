package config_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/config"
)

// canary is the value of every secret in these tests: no message may hold it.
const canary = "123456789:AAcanaryCANARYcanaryCANARYcanary123"

// base completes a case that is about something else.
var base = []struct{ key, text string }{
	{"business:", "business: {name: {en: Noor}}\n"},
	{"sources:", "sources: [{name: f, kind: feed, url: x, dedicated: true}]\n"},
	{"rooms:", "rooms: [{name: desk, kind: console}]\n"},
	{"staff:", "staff: [{id: mona, role: approver}]\n"},
}

// complete adds what a case leaves out, below it, so that its lines keep their
// numbers, and puts in what cannot be written in the table itself.
func complete(text string) string {
	for _, b := range base {
		if !strings.HasPrefix(text, b.key) && !strings.Contains(text, "\n"+b.key) && !strings.Contains(text, "#alone") {
			text += b.text
		}
	}
	return strings.NewReplacer("#alone", "", "<TAB>", "\t", "<NBSP>", "\u00a0", "<NUL>", "\x00", "<BAD>", "\xc3\x28", "<BOM>", "\ufeff", "<TOKEN>", canary,
		"<DEEP>", strings.Repeat("[", 20)+strings.Repeat("]", 20), "<BRACKETS>", strings.Repeat("[", 200_000)).Replace(text)
}

// TestEveryMistakeGetsItsMessage runs the table in testdata/wrong.txtar: what
// somebody may write, and the exact lines they get for it.
func TestEveryMistakeGetsItsMessage(t *testing.T) {
	const path = "testdata/wrong.txtar"
	table, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for i := 0; i+1 < len(table.Files); i += 2 {
		name, ok := strings.CutSuffix(table.Files[i].Name, ".yaml")
		if !ok || table.Files[i+1].Name != name+".says" {
			t.Fatalf("%s and %s are not a pair", table.Files[i].Name, table.Files[i+1].Name)
		}
		count++
		t.Run(name, func(t *testing.T) {
			_, got := check(t, complete(string(table.Files[i].Data)), 0o644, map[string]string{"TOKEN": canary, "NUMBER": "five"})
			if *update {
				table.Files[i+1].Data = []byte(got)
			}
			if d := cmp.Diff(string(table.Files[i+1].Data), got); d != "" {
				t.Errorf("the message changed (-want +got):\n%s", d)
			}
			if got == "" {
				t.Error("a wrong configuration passed")
			}
			if strings.Contains(got, "canary") {
				t.Errorf("a message holds a secret:\n%s", got)
			}
			for line := range strings.Lines(got) {
				if !strings.Contains(line, "; write ") {
					t.Errorf("this line does not say what to write: %s", line)
				}
			}
		})
	}
	if count < 60 {
		t.Errorf("%d wrong configurations in the table, want at least 60", count)
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFilesThatAreNoConfigurationAreRefused(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a file of more than one mebibyte", strings.Repeat("# long\n", 150_000+7), "larger than 1 MiB"},
		{"an UTF-16 file", "\xff\xfeb\x00", "UTF-16"},
		{"a file with NUL", "a: \x00\n", "control character"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, got := check(t, c.text, 0o644, nil); !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q in it", got, c.want)
			}
		})
	}
	if _, err := config.Load("testdata", os.LookupEnv); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder gives %v", err)
	}
	if _, err := config.Load("testdata/none.yaml", os.LookupEnv); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a missing file gives %v", err)
	}
}

func TestASecretMayStandInAFileThatOnlyItsOwnerReads(t *testing.T) {
	text := complete("accounts: {shop: {kind: telegram, token: '<TOKEN>'}}\ndatabase: postgres://u:hidden@h/d\n")
	if _, got := check(t, text, 0o600, nil); got != "" {
		t.Errorf("a private file is refused:\n%s", got)
	}
	_, got := check(t, text, 0o644, nil)
	if n := strings.Count(got, "others on this machine can read"); n != 2 {
		t.Errorf("%d of 2 secrets are refused:\n%s", n, got)
	}
	if strings.Contains(got, "hidden") || strings.Contains(got, "canary") {
		t.Errorf("a message holds a secret:\n%s", got)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(small))
	if table, err := txtar.ParseFile("testdata/wrong.txtar"); err == nil {
		for _, file := range table.Files {
			if strings.HasSuffix(file.Name, ".yaml") && !strings.Contains(string(file.Data), "<BRACKETS>") {
				f.Add([]byte(complete(string(file.Data))))
			}
		}
	}
	path := filepath.Join(f.TempDir(), "config.yaml") // one for all: a worker tries one text at a time
	none := func(string) (string, bool) { return "", false }
	f.Fuzz(func(t *testing.T, text []byte) {
		path := path + strconv.Itoa(os.Getpid())
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(path, none)
		if cfg == nil && err == nil {
			t.Error("neither a configuration nor a message")
		}
		if cfg != nil {
			_ = decodeParts(cfg) // what matters is that it ends
		}
		if err == nil {
			return
		}
		for line := range strings.Lines(err.Error()) {
			if !strings.HasPrefix(line, path) {
				t.Errorf("a message without its file: %q", line)
			}
		}
	})
}

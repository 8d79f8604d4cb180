package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rasid/internal/config"
)

// fakeEnv answers every variable an example may name.
func fakeEnv(name string) (string, bool) {
	return map[string]string{
		"TELEGRAM_TOKEN": canary, "DISCORD_TOKEN": canary, "RASID_DATABASE": "postgres://u:" + canary + "@db/rasid",
	}[name], strings.HasSuffix(name, "_TOKEN") || name == "RASID_DATABASE"
}

// load reads a configuration as far as this package understands it; the
// program's own test reads the parts too.
func load(t *testing.T, text []byte) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "telegram.token"), []byte(canary), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	env := func(name string) (string, bool) {
		if name == "CREDENTIALS_DIRECTORY" {
			return dir, true
		}
		return fakeEnv(name)
	}
	if _, err := config.Load(path, env); err != nil {
		t.Error(err)
	}
}

func TestExamplesLoad(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("found %d examples (%v), want at least 5", len(files), err)
	}
	for _, file := range append(files, "../../config.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			load(t, text)
		})
	}
}

var fence = regexp.MustCompile("(?ms)^( *)```yaml\n(.*?)^ *```")

// TestBlocksInPagesLoad reads every YAML block of README and docs. A block that
// shows a part only is completed with what every configuration has.
func TestBlocksInPagesLoad(t *testing.T) {
	pages := []string{"../../README.md", "../../README.ar.md"}
	more, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	for _, page := range append(pages, more...) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range fence.FindAllSubmatch(text, -1) {
			blocks++
			t.Run(filepath.Base(page)+" block "+string(rune('1'+i)), func(t *testing.T) {
				load(t, completed(bytes.TrimPrefix(bytes.ReplaceAll(m[2], append([]byte("\n"), m[1]...), []byte("\n")), m[1])))
			})
		}
	}
	if blocks < 4 {
		t.Errorf("%d YAML blocks in the pages, want at least 4", blocks)
	}
}

// completed adds the sections a block leaves out.
func completed(block []byte) []byte {
	block = bytes.Clone(block)
	add := func(key, text string) {
		if !bytes.HasPrefix(block, []byte(key)) && !bytes.Contains(block, []byte("\n"+key)) {
			block = append(block, text...)
		}
	}
	if bytes.Contains(block, []byte("kind: telegram")) || bytes.Contains(block, []byte("kind: discord")) {
		add("accounts:", "accounts: {t: {kind: telegram, token: \"${TELEGRAM_TOKEN}\"}, d: {kind: discord, token: \"${DISCORD_TOKEN}\"}}\n")
	}
	add("business:", "business: {name: {en: Noor}}\n")
	add("sources:", "sources: [{name: f, kind: feed, url: x, dedicated: true}]\n")
	add("rooms:", "rooms: [{name: front-desk, kind: console}]\n")
	add("staff:", "staff: [{id: mona, role: approver, telegram: 7, discord: 8}]\n")
	return block
}

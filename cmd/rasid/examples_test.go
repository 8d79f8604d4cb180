package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"rasid/internal/config"
	"rasid/internal/platform/apple/fakeapple"
	"rasid/internal/platform/bluesky/fakebluesky"
	"rasid/internal/platform/google/fakegoogle"
)

// TestExamplesAreAccepted reads every example to its last part, as
// `rasid check` would.
func TestExamplesAreAccepted(t *testing.T) {
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
			accepted(t, text)
		})
	}
}

// accepted reads a configuration to its last part.
func accepted(t *testing.T, text []byte) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"config.yaml": string(text), "telegram.token": inventedToken, "telegram": inventedToken} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := func(name string) (string, bool) {
		if name == "CREDENTIALS_DIRECTORY" {
			return dir, true
		}
		return inventedTokens(name)
	}
	p := &program{config: filepath.Join(dir, "config.yaml"), env: env, now: time.Now}
	if _, err := p.load(); err != nil {
		t.Error(err)
	}
}

// TestEveryKindOfAPartIsChecked asks for kinds that do not exist, and for
// queries that cannot be read.
func TestEveryKindOfAPartIsChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	text := `business: {name: {en: Noor}, match: 'noor AND ('}
accounts: {pager: {kind: telegarm}}
sources:
  - {name: a, kind: fed}
  - {name: b, kind: feed, url: "https://example.com/f", reply: shout, match: '"open'}
  - {name: c, kind: appstore, app: "1234567890", countries: [sa], reply: {kind: appstore, app: "1234567890"}}
  - {name: d, kind: bluesky, dedicated: true, reply: {kind: bluesky, handle: noor.bsky.example}}
rooms: [{name: desk, kind: consol}]
staff: [{id: mona, role: approver}]
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &program{config: path, env: inventedTokens, now: time.Now}
	_, err := p.load()
	wrong, ok := errors.AsType[config.ProblemsError](err)
	if !ok {
		t.Fatalf("load answers %T: %v", err, err)
	}
	found := map[string]bool{}
	for _, q := range wrong.Problems {
		found[q.Path] = true
	}
	for _, path := range []string{"sources[2].reply", "sources[3].match", "sources[3].handle", "business.match", "sources[1].match", "accounts.pager.kind", "sources[0].kind", "sources[1].reply.kind", "rooms[0].kind"} {
		if !found[path] {
			t.Errorf("the mistake at %s was not found in:\n%v", path, err)
		}
	}
}

// inventedToken has the shape of a bot's token.
const inventedToken = "123456789:AAinventedINVENTEDinventedINVENTEDinv"

func inventedTokens(name string) (string, bool) {
	switch name {
	case "MAIL_PASSWORD", "TELEGRAM_TOKEN", "DISCORD_TOKEN", "MASTODON_TOKEN":
		return inventedToken, true
	case "TRUSTPILOT_KEY", "TRUSTPILOT_SECRET", "REDDIT_SECRET", "REDDIT_PASSWORD", "LEMMY_TOKEN":
		return "invented", true
	case "GOOGLE_KEY":
		f := fakegoogle.New(time.Now)
		defer f.Close()
		return f.Key(), true
	case "APPSTORE_KEY":
		f := fakeapple.New(time.Now)
		defer f.Close()
		return f.Key().Private.Reveal(), true
	case "YOUTUBE_KEY", "YOUTUBE_SECRET", "YOUTUBE_REFRESH":
		return inventedToken, true
	case "BLUESKY_PASSWORD":
		return fakebluesky.Password, true
	case "HOOK_SECRET":
		return "whsec_aW52ZW50ZWRpbnZlbnRlZGludmVudGVkaW52ZW50ZWQ=", true
	case "RASID_DATABASE":
		return "postgres://rasid@127.0.0.1:5432/rasid", true
	}
	return "", false
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
		if filepath.Base(page) == "adding-a-source.md" {
			continue // its source is not registered; a test of its own adds it
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range fence.FindAllSubmatch(text, -1) {
			blocks++
			t.Run(fmt.Sprintf("%s block %d", filepath.Base(page), i+1), func(t *testing.T) {
				accepted(t, completed(bytes.TrimPrefix(bytes.ReplaceAll(m[2], slices.Concat([]byte("\n"), m[1]), []byte("\n")), m[1])))
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
	add("sources:", "sources: [{name: f, kind: feed, url: \"https://example.com/f\", dedicated: true}]\n")
	add("rooms:", "rooms: [{name: front-desk, kind: console}]\n")
	add("staff:", "staff: [{id: mona, role: approver, telegram: 7, discord: 8}]\n")
	return block
}

package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/internal/config"
)

var update = flag.Bool("update", false, "rewrite the expected files")

// secret stands for the type that adapters use; only its name matters here.
type Secret string

// feed is a kind as an adapter would declare it.
type feed struct {
	URL     string            `yaml:"url"`
	Fresh   bool              `yaml:"fresh"`
	Headers map[string]string `yaml:"headers"`
	Last    int               `yaml:"last"`
	Near    struct {
		Weight float64 `yaml:"weight"`
	} `yaml:"near"`
}

// Check looks a feed over, as an adapter would.
func (f *feed) Check() []cases.Fault {
	if f.URL == "" {
		return []cases.Fault{{Field: "url", Problem: "no address", Write: "url: https://…"}}
	}
	return nil
}

// bot is an account as a platform would declare it.
type bot struct {
	Token  Secret `yaml:"token"`
	APIURL string `yaml:"api_url"`
}

// decodeParts does what the program does: every part is read by its kind.
func decodeParts(cfg *config.Config) config.Problems {
	var found config.Problems
	for _, a := range cfg.Accounts {
		if a.Kind == "telegram" || a.Kind == "discord" {
			found = append(found, a.Decode(&bot{})...)
		}
	}
	for _, s := range cfg.Sources {
		switch s.Kind {
		case "feed":
			found = append(found, s.Decode(&feed{})...)
		case "telegram", "discord":
			found = append(found, s.Decode(&struct {
				Chat string `yaml:"chat"`
			}{})...)
		case "":
		default:
			found = append(found, s.UnknownKind([]string{"telegram", "feed", "discord"}))
		}
		found = append(found, s.Reply.Decode(&struct{}{})...)
	}
	for _, m := range cfg.Rooms {
		found = append(found, m.Decode(&struct{}{})...)
	}
	return found
}

// check loads a configuration text as `rasid check` would and returns the
// messages.
func check(t *testing.T, text string, mode os.FileMode, vars map[string]string) (*config.Config, string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]struct {
		text string
		mode os.FileMode
	}{"secret": {canary + "\n", 0o600}, "open-secret": {canary, 0o644}, "empty": {" \n", 0o600}} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content.text), content.mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, content.mode); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(path, func(name string) (string, bool) { v, ok := vars[name]; return v, ok })
	var wrong config.ProblemsError
	if err != nil && !errors.As(err, &wrong) {
		t.Fatalf("Load answers %T, not ProblemsError", err)
	}
	found := wrong.Problems
	if cfg != nil {
		found = append(found, decodeParts(cfg)...)
	}
	if err := found.Err(); err != nil {
		return cfg, strings.ReplaceAll(err.Error(), dir+"/", "") + "\n"
	}
	return cfg, ""
}

const small = `business:
  name: {ar: قهوة نور, en: Noor Coffee}
sources:
  - {name: reviews, kind: feed, url: "https://example.com/feed.xml", dedicated: true}
rooms:
  - {name: desk, kind: console}
staff:
  - {id: mona, role: approver}
`

func TestASmallFileIsEnough(t *testing.T) {
	cfg, messages := check(t, small, 0o644, nil)
	if messages != "" {
		t.Fatal(messages)
	}
	if got := cfg.Sources[0].Reply.Kind; got != "manual" {
		t.Errorf("a feed answers by %q, want manual", got)
	}
	if got, want := cfg.Business.Match, `"قهوة نور" OR "Noor Coffee"`; got != want {
		t.Errorf("match is %s, want %s", got, want)
	}
	if cfg.Rooms[0].Language != "ar" || cfg.Staff[0].Name != "mona" {
		t.Errorf("the room's language is %q and the person's name %q", cfg.Rooms[0].Language, cfg.Staff[0].Name)
	}
}

func TestEveryValueArrives(t *testing.T) {
	cfg, messages := check(t, `
business: {name: {en: Noor}, zone: Asia/Riyadh, language: en, match: noor, private: {en: "Write to us: hi@example.com"}}
database: ${DB}
accounts:
  shop: {kind: telegram, token_file: secret, api_url: "http://127.0.0.1:1"}
sources:
  - {name: group, kind: telegram, chat: -100, every: 90s}
  - {name: مراجعات, kind: feed, url: x, fresh: true, headers: {a: no}, near: {weight: 0.5}, reply: outlet}
rooms:
  - {name: desk, kind: telegram, chat: -5, level: 0}
  - {name: bosses, kind: console, level: 1, language: ar}
staff:
  - {id: mona, role: approver, telegram: 77, languages: [ar, en]}
policy: {undo: 5s, max_age: 14d, escalate_after: 1h30m, offers: [{name: cup, ar: كوب, en: cup, until: 2026-12-31}]}
digest: {at: "21:30", rooms: [bosses]}
`, 0o644, map[string]string{"DB": "postgres://u:p@db/x"})
	if messages != "" {
		t.Fatal(messages)
	}
	var b bot
	if p := cfg.Accounts["shop"].Decode(&b); p != nil || b.Token != canary {
		t.Errorf("the account decodes to %+v with %v", b, p)
	}
	var f feed
	if p := cfg.Sources[1].Decode(&f); p != nil {
		t.Error(p)
	}
	want := feed{URL: "x", Fresh: true, Headers: map[string]string{"a": "no"}}
	want.Near.Weight = 0.5
	if d := cmp.Diff(want, f); d != "" {
		t.Error(d)
	}
	got := []any{
		cfg.Business.Zone.String(), cfg.DatabasePath(), cfg.Sources[0].Account, cfg.Sources[0].Every, cfg.Sources[0].Reply.Kind,
		cfg.Sources[0].Reply.Account, cfg.Sources[1].Reply.Kind, cfg.Sources[1].Reply.Name, cfg.Rooms[0].Account, cfg.Rooms[0].Chat,
		cfg.Policy.EscalateAfter, cfg.Policy.MaxAge, cfg.Policy.Offers[0].Until.Format(time.DateOnly), cfg.Digest.At.String(),
	}
	wantAll := []any{
		"Asia/Riyadh", "postgres://u:p@db/x", "shop", 90 * time.Second, "telegram",
		"shop", "outlet", "مراجعات", "shop", config.ChatID("-5"),
		90 * time.Minute, 14 * 24 * time.Hour, "2026-12-31", "21:30",
	}
	if d := cmp.Diff(wantAll, got); d != "" {
		t.Error(d)
	}
}

func TestPathsCountFromTheFolderOfTheFile(t *testing.T) {
	cfg, _ := check(t, small, 0o644, nil)
	dir := filepath.Dir(cfg.File)
	if got := cfg.Path("data"); got != filepath.Join(dir, "data") {
		t.Errorf("data is %s", got)
	}
	if got := cfg.Path("/var/lib/rasid"); got != "/var/lib/rasid" {
		t.Errorf("an absolute path became %s", got)
	}
	if got := cfg.DatabasePath(); got != filepath.Join(dir, "data", "rasid.db") {
		t.Errorf("the database is %s", got)
	}
}

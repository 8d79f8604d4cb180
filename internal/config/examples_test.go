package config_test

import (
	"os"
	"path/filepath"
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

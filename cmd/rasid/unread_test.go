package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestASecretThatCannotBeReadIsOneMistake has one secret of a consent, or of an
// application, where others can read it, or nowhere: nothing else is missing.
func TestASecretThatCannotBeReadIsOneMistake(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "open"), []byte("words\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "open"), 0o644); err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{
		"kind: googlebusiness, location: accounts/1/locations/2, service_account_file: open":                                              "others on this machine can read",
		"kind: googlebusiness, location: accounts/1/locations/2, client_id: a, client_secret: '${HOOK_SECRET}', refresh_token_file: open": "others on this machine can read",
		"kind: reddit, communities: [coffee], user: noor_coffee, client_id: a, client_secret_file: open":                                  "others on this machine can read",
		"kind: reddit, communities: [coffee], user: noor_coffee, client_id: a, client_secret: '${NOBODY_SET}'":                            "NOBODY_SET is not set",
	} {
		text := strings.Replace(muteHouse, "{name: app, kind: webhook, secret: \"${HOOK_SECRET}\", dedicated: true}", "{name: app, dedicated: true, "+source+"}", 1)
		path := filepath.Join(dir, "config.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, said := commanded(t, path, "check"); code != 1 || !strings.Contains(said, want) || !strings.Contains(said, "1 mistake in") {
			t.Errorf("%s\nis checked with %d:\n%s", source, code, said)
		}
	}
}

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/watchers"
)

// The page is about these; naming them here lets a change of theirs run the
// test below again instead of answering from the cache.
var (
	_ cases.Page
	_ watchers.Source
	_ outbound.Options
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// TestTheSourceInTheGuideWorks builds and tests the source that
// docs/adding-a-source.md adds, as if its files stood in the repository.
func TestTheSourceInTheGuideWorks(t *testing.T) {
	page, err := os.ReadFile("../../docs/adding-a-source.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := goBlock.FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 3 {
		t.Fatalf("the guide has %d Go blocks, want the source, its test and its line", len(blocks))
	}
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := os.ReadFile("kinds_open.go")
	if err != nil {
		t.Fatal(err)
	}
	const opening = "return map[string]sourceKind{\n"
	before, after, found := strings.Cut(string(kinds), opening)
	if !found {
		t.Fatalf("kinds_open.go has no %q: the guide speaks of something else", opening)
	}
	with := strings.Replace(before, "import (\n", "import (\n\t\"rasid/watchers/guestbook\"\n", 1) + opening + blocks[2][1] + after
	dir := t.TempDir()
	overlay := map[string]map[string]string{"Replace": {}}
	for name, text := range map[string]string{
		"watchers/guestbook/guestbook.go": blocks[0][1], "watchers/guestbook/guestbook_test.go": blocks[1][1], "cmd/rasid/kinds_open.go": with,
	} {
		path := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay["Replace"][filepath.Join(top, name)] = path
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, list, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := filepath.Join(dir, "guestbook.test")
	for _, args := range [][]string{
		// Not "go test": it would look for the folder that is not there.
		{"go", "test", "-c", "-vet=off", "-overlay", overlayFile, "-o", tests, "./watchers/guestbook"},
		{tests},
		{"go", "build", "-overlay", overlayFile, "-o", os.DevNull, "./cmd/rasid"},
	} {
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Dir = top
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

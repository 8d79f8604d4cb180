package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Kinds that speak to no platform, and why the conformance suite, which breaks
// a platform, has nothing to break.
var local = map[string]string{
	"manual":  "a person posts; the program only shows the text",
	"outlet":  "a file on this machine; responder/outlet has tests of its own",
	"console": "the page of this program; internal/console has tests of its own",
}

func TestEveryKindKeepsWhatItsSortMustKeep(t *testing.T) {
	for _, sort := range []struct {
		folder, suite string
		kinds         []string
	}{
		{"watchers", "watcherstest.Exercise(", names(sourceKinds())},
		{"responder", "respondertest.ExerciseReplier(", names(replyKinds())},
		{"responder", "respondertest.ExerciseChat(", names(chatKinds())},
	} {
		if len(sort.kinds) == 0 {
			t.Errorf("no kind of %s is registered", sort.folder)
		}
		for _, kind := range sort.kinds {
			if local[kind] == "" && !calls(t, filepath.Join("..", "..", sort.folder, kind), sort.suite) {
				t.Errorf("kind %s is registered, but no test in %s/%s calls %s…)", kind, sort.folder, kind, sort.suite)
			}
		}
	}
}

func names[V any](m map[string]V) []string {
	var out []string
	for k := range keys(m) {
		out = append(out, k)
	}
	return out
}

// calls reports whether a test file below a folder holds some words.
func calls(t *testing.T, folder, words string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), words) {
			return true
		}
	}
	return false
}

func TestEveryKindOfSourceIsOfOneFamily(t *testing.T) {
	of := map[string]int{}
	for _, family := range families() {
		for kind := range family {
			of[kind]++
		}
	}
	for kind, n := range of {
		if n > 1 {
			t.Errorf("kind %s is registered %d times", kind, n)
		}
	}
}

package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestTheTableOfSourcesIsFresh keeps docs/sources.md equal to the registry.
func TestTheTableOfSourcesIsFresh(t *testing.T) {
	const path = "../../docs/sources.md"
	var b strings.Builder
	b.WriteString("<!-- Generated from cmd/rasid/kinds.go by \"make docs\". Do not edit. -->\n\n# Sources\n\nEvery kind of source, whether rasid can answer there by itself, whether it sees that something was deleted, and what the\nplatform does not allow. Keys of each kind are in [config.md](config.md). `rasid sources` says how yours fare.\n\n| kind | answers | deletions | what the platform does not allow |\n|---|---|---|---|\n")
	replies := replyKinds()
	for _, name := range slices.Sorted(maps.Keys(sourceKinds())) {
		k := sourceKinds()[name]
		answers := "by the link"
		if _, ok := replies[name]; ok {
			answers = "`reply: {kind: " + name + "}`"
		}
		deletions := "seen"
		if k.blind {
			deletions = "not seen"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, answers, deletions, k.limits)
	}
	b.WriteString("\nAny source can also answer by `manual` (staff post it themselves), `webhook` ([webhooks.md](webhooks.md)) or `outlet` (a file on this machine, to try things).\n")
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != b.String() {
		t.Errorf("docs/sources.md is stale, run make docs (%v)", err)
	}
}

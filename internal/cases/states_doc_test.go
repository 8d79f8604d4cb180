package cases

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"rasid/internal/goldentest"
)

var update = flag.Bool("update", false, "write docs/states.md anew")

func TestTheStatesPageIsFresh(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "states.md")
	goldentest.Compare(t, path, statesPage(), *update) // `make docs` writes the page anew
}

// statesPage writes Rules as a picture and a table.
func statesPage() string {
	var b strings.Builder
	b.WriteString("# The states of a case\n\nGenerated from `internal/cases` by `make docs`. A step that is not listed here cannot happen.\n\n")
	b.WriteString("```mermaid\nstateDiagram-v2\n    [*] --> new\n")
	edges := map[string][]string{}
	var order []string
	for _, r := range Rules() {
		if r.From == r.To {
			continue
		}
		k := fmt.Sprintf("    %s --> %s", name(r.From), name(r.To))
		if edges[k] == nil {
			order = append(order, k)
		}
		edges[k] = append(edges[k], string(r.On))
	}
	for _, k := range order {
		fmt.Fprintf(&b, "%s: %s\n", k, strings.Join(edges[k], ", "))
	}
	b.WriteString("```\n\nOpen states are those in which somebody still has something to do.\n\n")
	b.WriteString("| state | open | steps |\n|---|---|---|\n")
	for _, s := range States() {
		var steps []string
		for _, r := range Rules() {
			if r.From == s {
				steps = append(steps, fmt.Sprintf("%s → %s", r.On, r.To))
			}
		}
		open := ""
		if s.Open() {
			open = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", s, open, strings.Join(steps, " · "))
	}
	return b.String()
}

func name(s State) string { return strings.ReplaceAll(string(s), "-", "_") }

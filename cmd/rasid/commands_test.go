package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"rasid/internal/goldentest"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "rewrite the expected files")

// commands returns every command of the program, parents first.
func commands(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		if sub.Name() != "help" && sub.Name() != "completion" {
			all = append(all, commands(sub)...)
		}
	}
	return all
}

func program0() *program {
	return &program{in: strings.NewReader(""), out: io.Discard, err: io.Discard, env: inventedTokens, now: time.Now}
}

// TestDocsListEveryCommand keeps docs/commands.md equal to what --help says.
func TestDocsListEveryCommand(t *testing.T) {
	const path = "../../docs/commands.md"
	var page bytes.Buffer
	page.WriteString("<!-- Generated from the commands' help by \"make docs\". Do not edit. -->\n\n# Commands\n\n")
	for _, c := range commands(program0().root()) {
		fmt.Fprintf(&page, "## %s\n\n%s\n\n```\n%s\n```\n\n", c.CommandPath(), strings.TrimSpace(c.Long), strings.TrimRight(c.Example, "\n"))
		c.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" {
				def := ""
				if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" {
					def = fmt.Sprintf(" (default `%s`)", f.DefValue)
				}
				fmt.Fprintf(&page, "- `--%s`: %s%s\n", f.Name, f.Usage, def)
			}
		})
		page.WriteString("\n")
	}
	got := strings.ReplaceAll(strings.TrimRight(page.String(), "\n"), "\n\n\n", "\n\n") + "\n"
	goldentest.Compare(t, path, got, *update) // `make docs` writes the page anew
}

// TestEveryCommandExplainsItself asks for help that is worth reading: what it
// does, in a line and in full, and an example that begins with rasid.
func TestEveryCommandExplainsItself(t *testing.T) {
	for _, c := range commands(program0().root()) {
		if len(c.Short) < 20 || len(c.Long) < 100 {
			t.Errorf("%s: its help is too short to be of use", c.CommandPath())
		}
		if !strings.Contains(c.Example, "  rasid") {
			t.Errorf("%s: no example", c.CommandPath())
		}
		for line := range strings.Lines(c.Long) {
			if len([]rune(line)) > 90 {
				t.Errorf("%s: a line of its help is wider than 90 letters: %s", c.CommandPath(), line)
			}
		}
	}
}

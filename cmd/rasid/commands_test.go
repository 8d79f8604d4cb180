package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rasid/internal/goldentest"
	"rasid/internal/phrases"

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
	for path, language := range map[string]string{"../../docs/commands.md": "en", "../../docs/commands.ar.md": "ar"} {
		words, err := phrases.Load(language)
		if err != nil {
			t.Fatal(err)
		}
		goldentest.Compare(t, path, commandsPage(words), *update) // `make docs` writes the pages anew
	}
}

// commandsPage is the help of every command as a page in one language.
func commandsPage(words *phrases.Catalogue) string {
	var page bytes.Buffer
	page.WriteString("<!-- Generated from the commands' help by \"make docs\". Do not edit. -->\n\n")
	title, open, shut := "# Commands\n\n", "", ""
	if words.Language == "ar" { // Latin words in Arabic are commands and names, and the examples run from the left
		title, open, shut = "<div dir=\"rtl\" lang=\"ar\">\n\n# الأوامر\n\n", "</div>\n\n", "<div dir=\"rtl\" lang=\"ar\">\n\n"
	}
	page.WriteString(title)
	for _, c := range commands(program0().root()) {
		translate(c, words)
		fmt.Fprintf(&page, "## %s\n\n%s\n\n%s```\n%s\n```\n\n%s", c.CommandPath(), strings.TrimSpace(c.Long), open, strings.TrimRight(c.Example, "\n"), shut)
		c.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" {
				def := ""
				if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" {
					def = fmt.Sprintf(" (%s `%s`)", words.Say("usage.default"), f.DefValue)
				}
				fmt.Fprintf(&page, "- `--%s`: %s%s\n", f.Name, f.Usage, def)
			}
		})
		page.WriteString("\n")
	}
	got := strings.ReplaceAll(strings.TrimRight(page.String(), "\n"), "\n\n\n", "\n\n") + "\n"
	if words.Language == "ar" {
		got += "\n</div>\n"
	}
	return strings.NewReplacer(phrases.FSI, "`", phrases.PDI, "`").Replace(got)
}

// TestEveryCommandExplainsItselfInArabicToo finds commands and flags without
// Arabic, and Arabic that no command says any more.
func TestEveryCommandExplainsItselfInArabicToo(t *testing.T) {
	ar, err := phrases.Load("ar")
	if err != nil {
		t.Fatal(err)
	}
	root := program0().root()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	parts := map[string]bool{"--help": true}
	for _, c := range everyCommand(root) {
		at := strings.ReplaceAll(c.CommandPath(), " ", ".")
		parts[at+".short"], parts[at+".long"], parts[at+".example"] = true, true, true
		c.NonInheritedFlags().VisitAll(func(f *pflag.Flag) { parts[at+".--"+f.Name] = true })
		translate(c, ar)
		ours := !strings.HasPrefix(at, "rasid.completion.")
		if !arabic.MatchString(c.Short) || ours && !arabic.MatchString(c.Long) {
			t.Errorf("%s has no Arabic:\n%s\n%s", c.CommandPath(), c.Short, c.Long)
		}
		c.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
			if ours && !arabic.MatchString(f.Usage) && f.Usage != "text أو html أو json أو png" {
				t.Errorf("%s --%s has no Arabic: %s", c.CommandPath(), f.Name, f.Usage)
			}
		})
		for line := range strings.Lines(c.Long) {
			if ours && len([]rune(line)) > 110 {
				t.Errorf("%s: a line of its Arabic help is wider than 110 letters: %s", c.CommandPath(), line)
			}
		}
	}
	for _, part := range ar.Commands() {
		if !parts[part] {
			t.Errorf("no command says %s any more", part)
		}
	}
}

var arabic = regexp.MustCompile(`\p{Arabic}`)

// everyCommand is commands with those that every program has.
func everyCommand(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		all = append(all, everyCommand(sub)...)
	}
	return all
}

// TestHelpSpeaksOneLanguage asks for help as people do: with a configuration in
// Arabic, with --lang, and with the terminal's language alone.
func TestHelpSpeaksOneLanguage(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(config, []byte(strings.Replace(muteHouse, "business: {", "business: {language: ar, ", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		locale string
		args   []string
		says   string
	}{
		{"C.UTF-8", []string{"stop", "--help", "--config", config}, "Usage:\n  rasid stop [WHY] [flags]"}, // whatever the folder
		{"ar_SA.UTF-8", []string{"stop", "--help", "--lang", "en", "--config", config}, "Usage:\n  rasid stop [WHY] [flags]"},
		{"ar_SA.UTF-8", []string{"help", "stop", "--config", filepath.Join(dir, "none")}, "الاستعمال:\n  rasid stop [WHY] [flags]"},
		{"ar", []string{"--config", filepath.Join(dir, "none")}, "الأوامر:\n  add         أضف مصدرًا"},
		{"ar", []string{"model", "--config", filepath.Join(dir, "none")}, "للمزيد عن أمر: " + phrases.FSI + "rasid model [command] --help"},
		{"en_GB", []string{"digest", "--help", "--config", filepath.Join(dir, "none")}, "      --date string     the day: 2026-11-20, today or yesterday (default \"today\")"},
		{"ar", []string{"digest", "--help", "--config", filepath.Join(dir, "none")}, "أو yesterday (الافتراضي \"today\")"},
		{"arn_CL", []string{"--config", filepath.Join(dir, "none")}, "Available Commands:\n  add         Add a source"},
		{"ar", []string{"stop", "--help", "--lang", "fr"}, "Usage:"},
	} {
		out := &lines{}
		p := &program{in: strings.NewReader(""), out: out, err: out, now: time.Now, env: func(name string) (string, bool) { return c.locale, name == "LANG" }}
		if code := p.run(t.Context(), c.args); code != 0 || !strings.Contains(out.String(), c.says) {
			t.Errorf("rasid %v under %s ended with %d and does not say %q but:\n%s", c.args, c.locale, code, c.says, out)
		}
	}
}

// TestTheTerminalsLanguageComesBeforeThatOfTheBusiness reads what a command says
// of a configuration in Arabic.
func TestTheTerminalsLanguageComesBeforeThatOfTheBusiness(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, []byte(strings.Replace(muteHouse, "business: {", "business: {language: ar, ", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	const en, ar = "can be used", "صالح للاستعمال"
	for _, c := range []struct {
		locale map[string]string
		args   []string
		says   string
	}{
		{nil, nil, ar},
		{map[string]string{"LANG": "C.UTF-8"}, nil, ar},
		{map[string]string{"LANG": "fr_FR.UTF-8"}, nil, ar},
		{map[string]string{"LANG": "en_US.UTF-8"}, nil, en},
		{map[string]string{"LANG": "ar_SA.UTF-8", "LC_ALL": "en_GB.UTF-8"}, nil, en},
		{map[string]string{"LANG": "en_US.UTF-8"}, []string{"--lang", "ar"}, ar},
	} {
		out := &lines{}
		p := &program{in: strings.NewReader(""), out: out, err: out, now: time.Now, env: func(name string) (string, bool) {
			if v, ok := c.locale[name]; ok {
				return v, true
			}
			return inventedTokens(name)
		}}
		if code := p.run(t.Context(), append([]string{"check", "--config", config}, c.args...)); code != 0 || !strings.Contains(out.String(), c.says) {
			t.Errorf("rasid check %v under %v ended with %d and does not say %q but:\n%s", c.args, c.locale, code, c.says, out)
		}
	}
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

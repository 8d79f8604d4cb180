package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rasid/internal/phrases"
)

// help says what a command does, in the language that is spoken.
func (p *program) help(cmd *cobra.Command, _ []string) {
	p.speakOfItself()
	translate(cmd, p.words)
	var b strings.Builder
	part := func(key, text string) {
		if text = strings.TrimRight(text, "\n"); text != "" {
			fmt.Fprintf(&b, "\n\n%s\n%s", p.words.Say(key), text)
		}
	}
	b.WriteString(cmp.Or(cmd.Long, cmd.Short))
	part("usage.usage", usageLines(cmd))
	part("usage.examples", cmd.Example)
	part("usage.commands", below(cmd, p.words))
	part("usage.flags", flags(cmd.LocalFlags().FlagUsages(), p.words))
	part("usage.global", flags(cmd.InheritedFlags().FlagUsages(), p.words))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n\n%s", p.words.Say("usage.more", "command", p.name(cmd.CommandPath()+" [command] --help")))
	}
	fmt.Fprintln(cmd.OutOrStdout(), b.String())
}

// usageLines are the forms in which a command is typed.
func usageLines(cmd *cobra.Command) string {
	var lines []string
	if cmd.Runnable() {
		lines = append(lines, "  "+cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		lines = append(lines, "  "+cmd.CommandPath()+" [command]")
	}
	return strings.Join(lines, "\n")
}

// below lists the commands under a command.
func below(cmd *cobra.Command, words *phrases.Catalogue) string {
	var b strings.Builder
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			translate(c, words)
			fmt.Fprintf(&b, "  %-*s %s\n", c.NamePadding(), c.Name(), c.Short)
		}
	}
	return b.String()
}

// flags puts the words around flags into the language that is spoken.
func flags(usages string, words *phrases.Catalogue) string {
	return strings.ReplaceAll(usages, "(default ", "("+words.Say("usage.default")+" ")
}

// translate puts what a command says of itself into a language.
func translate(cmd *cobra.Command, words *phrases.Catalogue) {
	at := strings.ReplaceAll(cmd.CommandPath(), " ", ".")
	for what, text := range map[string]*string{"short": &cmd.Short, "long": &cmd.Long, "example": &cmd.Example} {
		*text = words.Command(at+"."+what, *text)
	}
	of := func(at string) func(f *pflag.Flag) {
		return func(f *pflag.Flag) {
			part := at + ".--" + f.Name
			if f.Name == "help" { // which every command has
				part = "--help"
			}
			f.Usage = words.Command(part, f.Usage)
		}
	}
	cmd.LocalFlags().VisitAll(of(at))
	cmd.InheritedFlags().VisitAll(of("rasid"))
}

package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// root puts the commands together.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "rasid",
		Short: "Watch what people say about a business, and answer politely",
		Long: `rasid (راصد) watches what people say in public about a business, in Arabic and
English, finds the unhappy ones, drafts a polite reply in the customer's own
language, and lets staff approve it with one tap in Telegram, in Discord or on a
local page. It posts exactly what was approved, once, and reports every morning.

Everything it needs is in one file, config.yaml. To see it work with nothing set
up, run "rasid run" beside the config.yaml that came with it.

Every command speaks Arabic or English: the language that --lang names; without it
that of the terminal (LC_ALL, LC_MESSAGES or LANG), where it is one of the two;
otherwise that of the business (business.language in config.yaml). Help, without
the first two, is in English.

The exit code is 0 when it is done, 1 when it could not be done, 2 when the command
line itself is wrong, and 3 when another rasid works on the same records.`,
		Example: `  rasid run                      watch, ask, answer; prints a link to the page
  rasid check                    find every mistake in config.yaml
  rasid doctor                   ask each platform what is missing
  rasid score "الطلب متأخر"      what would rasid think of this text?`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{unknownCommand(cmd, args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.PersistentFlags().StringVarP(&p.config, "config", "c", "config.yaml", "path of the configuration")
	root.PersistentFlags().StringVar(&p.lang, "lang", "", "language to speak: ar or en (default: that of the terminal, else of the business)")
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return p.speak() }
	root.SetHelpFunc(p.help)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(p.runCommand(), p.checkCommand(), p.doctorCommand(), p.scoreCommand(), p.modelCommand(), p.tryCommand(),
		p.explainCommand(), p.policyCommand(), p.digestCommand(), p.stopCommand(), p.resumeCommand(), p.retractCommand(),
		p.inviteCommand(), p.tokenCommand(), p.exportCommand(), p.eraseCommand(), p.backupCommand(), p.versionCommand())
	root.AddCommand(p.importCommand(), p.sourcesCommand(), p.addCommand())
	return root
}

func unknownCommand(root *cobra.Command, word string) error {
	text := "there is no command " + word
	if near := root.SuggestionsFor(word); len(near) > 0 {
		text += " (did you mean " + near[0] + "?)"
	}
	return errors.New(text)
}

// one wants one argument and says what it is when it is missing.
func one(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError{errors.New("want " + what)}
		}
		return nil
	}
}

// nothing wants no arguments.
func nothing(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{errors.New("no argument belongs here: " + args[0])}
	}
	return nil
}

package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rasid/internal/config"
	"rasid/internal/console"
)

// tokenCommand makes a key with which another program uses the API.
func (p *program) tokenCommand() *cobra.Command {
	scope, label, within := console.ScopeRead, "", 90*24*time.Hour
	cmd := &cobra.Command{
		Use:   "token STAFF",
		Short: "Print a key with which another program uses the API",
		Long: `Prints a key for the API of the page (/api/v1, described by /api/v1/openapi.json).
The program that has it acts as the member of staff, with that person's role, and
the record names that person. It works while "rasid run" runs.

With --scope read it can look at everything, with act it can decide too. The key is
shown only now and kept only as a hash, from its first use on; the page People lists
the keys that were used and ends them.`,
		Example: `  rasid token mona --label "morning report"
  rasid token mona --scope act --within 720h --label helpdesk`,
		Args: one("the id of a member of staff"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case scope != console.ScopeRead && scope != console.ScopeAct:
				return usageError{errors.New("--scope is read or act")}
			case within < time.Minute || within > 366*24*time.Hour:
				return usageError{errors.New("--within is a time from 1m to 8784h")}
			case len(label) > 100:
				return usageError{errors.New("--label is at most 100 letters")}
			}
			return p.look(cmd.Context(), func(r *records) error {
				if _, err := memberOf(r.cfg, args[0]); err != nil {
					return err
				}
				key, err := r.store.Secret(cmd.Context(), invitationKey, 32)
				if err != nil {
					return fmt.Errorf("reading the key of invitations: %w (start `rasid run` once first)", err)
				}
				text, err := console.ProgramKey(key, args[0], scope, label, p.now().Add(within))
				if err != nil {
					return err
				}
				fmt.Fprintln(p.out, text)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&scope, "scope", scope, "what it may do: read or act")
	cmd.Flags().StringVar(&label, "label", "", "what it is for, shown on the page People")
	cmd.Flags().DurationVar(&within, "within", within, "how long it works")
	return cmd
}

// memberOf finds a member of staff by id, or says which ids there are.
func memberOf(cfg *config.Config, id string) (config.Person, error) {
	var ids []string
	for _, s := range cfg.Staff {
		if s.ID == id {
			return s, nil
		}
		ids = append(ids, s.ID)
	}
	return config.Person{}, fmt.Errorf("%q is not under staff: %s", id, strings.Join(ids, ", "))
}

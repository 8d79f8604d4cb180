package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rasid/internal/console"
)

// inviteCommand lets a member of staff in to the page.
func (p *program) inviteCommand() *cobra.Command {
	within := 24 * time.Hour
	cmd := &cobra.Command{
		Use:   "invite STAFF",
		Short: "Print a one-time link to the page for a member of staff",
		Long: `Prints a link that lets one member of staff in to the page, once. Send it to that
person only: whoever opens it is that person to the records. It works while
"rasid run" runs, and is worthless after its first use.

Inside, everybody may set a password on the page People, and enter without a link
from then on.`,
		Example: `  rasid invite mona
  rasid invite mona --within 1h`,
		Args: one("the id of a member of staff"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if within < time.Minute || within > 7*24*time.Hour {
				return usageError{errors.New("--within is a time from 1m to 168h")}
			}
			return p.look(cmd.Context(), func(r *records) error {
				if r.cfg.Console.Listen == "off" {
					return errors.New("the page is switched off (console: listen: off)")
				}
				who, err := memberOf(r.cfg, args[0])
				if err != nil {
					return err
				}
				key, err := r.store.Secret(cmd.Context(), invitationKey, 32)
				if err != nil {
					return fmt.Errorf("reading the key of invitations: %w (start `rasid run` once first)", err)
				}
				token := console.Invitation(key, args[0], p.now().Add(within))
				p.say(p.out, "invite.link", "name", p.name(who.Name), "span", within)
				_, err = fmt.Fprintf(p.out, "%s%s\n", pageURL(r.cfg, r.cfg.Console.Listen), console.InvitationPath(token))
				return err
			})
		},
	}
	cmd.Flags().DurationVar(&within, "within", within, "how long the link works")
	return cmd
}

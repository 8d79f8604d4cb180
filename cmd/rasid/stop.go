package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"rasid/internal/config"
	"rasid/internal/store"
)

// stopCommand halts posting.
func (p *program) stopCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "stop [WHY]",
		Short: "Halt all posting now, also while rasid runs",
		Long: `Nothing more is posted in public, by anybody, until "rasid resume". It takes effect
on the next post, also in a program that is running, and holds across restarts.
rasid goes on watching and asking; staff see that posting is stopped.

It leaves a file named STOP in the data folder: as long as it is there, nothing is
posted, whatever the database says. Where several machines share PostgreSQL, use
/stop in a staff room instead, which stops all of them.`,
		Example: `  rasid stop
  rasid stop "wrong prices in the replies of this morning"`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			why := "by command"
			if len(args) > 0 {
				why = args[0]
			}
			if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
				return fmt.Errorf("stopping: %w", err)
			}
			note := fmt.Sprintf("%s by %s: %s\n", p.now().UTC().Format(time.RFC3339), person(), why)
			if err := os.WriteFile(stopFile(cfg), []byte(note), 0o600); err != nil {
				return fmt.Errorf("stopping: %w", err)
			}
			fmt.Fprintln(p.out, "Posting is stopped. Nothing leaves until `rasid resume`.")
			return nil
		},
	}
}

// resumeCommand lets posting go on.
func (p *program) resumeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "resume",
		Short: "Let posting go on after a stop",
		Long: `Takes away the STOP file of "rasid stop". Replies that were approved meanwhile
leave now, unless they have become too old.

A stop that staff made with /stop in a room is lifted there, with /resume, by a
supervisor; rasid says so when it finds one.`,
		Example: `  rasid resume`,
		Args:    nothing,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			gone := os.Remove(stopFile(cfg))
			if gone != nil && !errors.Is(gone, fs.ErrNotExist) {
				return fmt.Errorf("resuming: %w", gone)
			}
			s, err := store.OpenReader(cmd.Context(), storeOptions(cfg))
			if errors.Is(err, fs.ErrNotExist) {
				fmt.Fprintln(p.out, "Posting may go on.")
				return nil
			}
			if err != nil {
				return noRecords(err, cfg)
			}
			by, why, at, on, err := s.Stopped(cmd.Context())
			if err := errors.Join(err, s.Close()); err != nil {
				return err
			}
			if on {
				return fmt.Errorf("%s stopped posting in a room at %s (%s): a supervisor lifts that there, with /resume",
					by, at.In(cfg.Business.Zone.Location).Format("2006-01-02 15:04"), why)
			}
			if gone != nil {
				fmt.Fprintln(p.out, "Posting was not stopped.")
				return nil
			}
			fmt.Fprintln(p.out, "Posting goes on.")
			return nil
		},
	}
}

func stopFile(cfg *config.Config) string { return filepath.Join(cfg.Data, store.StopFile) }

// person is who works at the terminal, for the record.
func person() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "somebody"
}

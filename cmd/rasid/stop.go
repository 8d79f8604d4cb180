package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"rasid/internal/config"
	"rasid/internal/store"
)

// stopCommand halts posting.
func (p *program) stopCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "stop [WHY]",
		Short: "Halt all posting now, also while rasid runs",
		Long: `Nothing more is posted in public, by anybody, until "rasid resume". It takes effect
on the next post, also in a program that is running, and holds across restarts.
rasid goes on watching and asking; staff see that posting is stopped.

It leaves a file named STOP in the data folder: as long as it is there, nothing is
posted from here, whatever the database says. Where several machines share
PostgreSQL, it also turns the switch in the database, which stops all of them.`,
		Example: `  rasid stop
  rasid stop "wrong prices in the replies of this morning"`,
		Args: func(cmd *cobra.Command, args []string) error {
			return nothing(cmd, args[min(len(args), 1):])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := p.load()
			if err != nil {
				return err
			}
			why := "by command"
			if len(args) > 0 {
				why = args[0]
			}
			if err := writeStop(cfg, store.StopNote(person(), why, p.now())); err != nil {
				return fmt.Errorf("stopping: %w", store.Advise(err, cfg.Data))
			}
			if err := p.stopOthers(cmd.Context(), cfg, why); err != nil {
				return err
			}
			p.say(p.out, "stop.done")
			return nil
		},
	}
	return cmd
}

// resumeCommand lets posting go on.
func (p *program) resumeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "resume",
		Short: "Let posting go on after a stop",
		Long: `Takes away the STOP file of "rasid stop", and turns the switch of a shared
database back if "rasid stop" turned it. Replies that were approved meanwhile
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
				return fmt.Errorf("resuming: %w", store.Advise(gone, cfg.Data))
			}
			lifted, err := p.resumeOthers(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			if gone != nil && !lifted {
				p.say(p.out, "resume.none")
				return nil
			}
			p.say(p.out, "resume.done")
			return nil
		},
	}
	return cmd
}

// atTerminal is how the names begin of those who stopped posting with a
// command and not in a room.
const atTerminal = "terminal:"

// stopOthers turns the switch that instances share, where they share one. Who
// stopped first stays.
func (p *program) stopOthers(ctx context.Context, cfg *config.Config, why string) error {
	if !store.Shared(cfg.DatabasePath()) {
		return nil
	}
	err := p.atSwitch(ctx, cfg, func(s *store.Store) error {
		if stop, err := s.Stopped(ctx); err != nil || stop.On {
			return err
		}
		return s.Stop(ctx, atTerminal+person(), why, p.now())
	})
	if err != nil {
		return fmt.Errorf("nothing is posted from this data folder any more, but other instances were not reached (say /stop in a staff room): %w", err)
	}
	return nil
}

// resumeOthers turns the switch of the database back if a command turned it,
// and reports whether it did. What staff stopped, staff let go on.
func (p *program) resumeOthers(ctx context.Context, cfg *config.Config) (lifted bool, err error) {
	err = p.atSwitch(ctx, cfg, func(s *store.Store) error {
		stop, err := s.Stopped(ctx)
		switch {
		case err != nil || !stop.On:
			return err
		case strings.HasPrefix(stop.By, atTerminal):
			lifted = true
			return s.Resume(ctx, atTerminal+person(), p.now())
		}
		return fmt.Errorf("%s stopped posting in a room at %s (%s): a supervisor lifts that there, with /resume",
			stop.By, stop.At.In(cfg.Business.Zone.Location).Format("2006-01-02 15:04"), stop.Why)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // nothing was ever recorded here
	}
	return lifted, err
}

// atSwitch opens the records to look at the switch in the database. They are
// opened without the data folder, so that the file there does not count.
func (p *program) atSwitch(ctx context.Context, cfg *config.Config, do func(s *store.Store) error) (err error) {
	o := storeOptions(cfg)
	o.DataDir = ""
	s, err := store.OpenReader(ctx, o)
	if errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err != nil {
		return noRecords(err, cfg)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return do(s)
}

// writeStop leaves the STOP file for whoever owns the data folder to read.
func writeStop(cfg *config.Config, note string) error {
	err := store.MakeFolder(cfg.Data)
	if err == nil {
		err = os.WriteFile(stopFile(cfg), []byte(note), 0o600)
	}
	if err == nil {
		store.Inherit(stopFile(cfg))
	}
	return err
}

func stopFile(cfg *config.Config) string { return filepath.Join(cfg.Data, store.StopFile) }

// person is who works at the terminal, for the record.
func person() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "somebody"
}

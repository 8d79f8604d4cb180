package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"rasid/internal/phrases"
	"rasid/internal/store"
)

// backupCommand copies the records.
func (p *program) backupCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the records to a new file, also while rasid runs",
		Long: `Writes a complete copy of the SQLite database to a new file, with the wordings that
staff saved. It never writes over an existing one. The copy knows that it is a copy:
when it is used as the database, every open reply is held until a person has looked,
because it may have been posted after the copy was made, and the saved wordings that
are missing are put back.

With - for the file the copy goes to standard output, for a program that encrypts it.
What a backup that was killed left unfinished in the folder is removed by the next.

A PostgreSQL database is backed up with pg_dump; copy data/wordings beside it.`,
		Example: `  rasid backup /backup/rasid-2026-11-22.db
  rasid backup - | age -r age1… > /backup/rasid-2026-11-22.db.age`,
		Args: one("the name of a new file, or -"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[0] == "-" && onTerminal(p.out) {
				return usageError{errors.New("the copy is no text: send it to a program or a file, as in `rasid backup - | age -r KEY > FILE`")}
			}
			if args[0] == "-" {
				signal.Ignore(syscall.SIGPIPE) // a reader that hangs up is told, and nothing is left behind
			}
			return p.look(cmd.Context(), func(r *records) error {
				wordings, err := savedWordings(r.cfg).Files()
				if err != nil {
					return err
				}
				return p.backup(cmd.Context(), r, args[0], wordings)
			})
		},
	}
	return cmd
}

// backup copies the records to a new file, or to standard output for "-". There
// it says what it did on standard error.
func (p *program) backup(ctx context.Context, r *records, path string, wordings map[string]string) error {
	folder, say := filepath.Dir(path), p.out
	if path == "-" {
		folder, say = filepath.Dir(r.cfg.DatabasePath()), p.err
	}
	if !store.Shared(r.cfg.DatabasePath()) {
		p.tidy(say, folder)
	}
	if path == "-" {
		size, err := r.store.BackupTo(ctx, p.out, folder, wordings)
		if err != nil {
			return err
		}
		p.say(say, "backup.piped", "size", int(size>>10), "n", len(wordings))
		return nil
	}
	if err := r.store.Backup(ctx, path, wordings); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("looking at the copy: %w", err)
	}
	p.say(say, "backup.copied", "path", p.name(path), "size", int(info.Size()>>10), "n", len(wordings))
	return nil
}

// tidy removes what killed backups left in a folder, and says so. A folder that
// cannot be tidied is no reason to make no copy.
func (p *program) tidy(say io.Writer, folder string) {
	left, err := store.Unfinished(folder)
	if len(left) > 0 {
		p.say(say, "backup.tidied", "list", p.name(strings.Join(left, ", ")))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.say(p.err, "backup.untidy", "why", phrases.Cause(err.Error()))
	}
}

// onTerminal reports whether somebody reads along.
func onTerminal(w io.Writer) bool {
	if m, ok := w.(*minded); ok {
		w = m.Writer
	}
	f, file := w.(*os.File)
	if !file {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	nowhere, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, nowhere)
}

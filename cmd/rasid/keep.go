package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/store"
)

// exported is one line of `rasid export`.
type exported struct {
	Case    cases.Case
	History []cases.Entry
	Outbox  []cases.Send
}

// exportCommand writes everything that is known of cases.
func (p *program) exportCommand() *cobra.Command {
	var author, source, format string
	cmd := &cobra.Command{
		Use:   "export [CASE …]",
		Short: "Write everything that is kept about cases, as JSON lines or a table",
		Long: `Writes one line of JSON for each case: what was said, scores, drafts, every decision
with its hash, and what was posted. With numbers it writes those cases; with
--author everything kept about one customer; otherwise all cases.

With --format csv it writes a table for spreadsheets, a row for each mention, in
which nothing a customer wrote can act as a formula.

This is the words of customers: treat the file as you treat their letters.`,
		Example: `  rasid export 412
  rasid export --source app-reviews --author 3f2a91 > customer.jsonl
  rasid export > everything.jsonl
  rasid export --format csv > everything.csv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "jsonl" && format != "csv" {
				return usageError{fmt.Errorf("--format is jsonl or csv, not %s", format)}
			}
			return p.look(cmd.Context(), func(r *records) error {
				w := bufio.NewWriter(p.out)
				put, flush := r.exportLines(w), func() error { return nil }
				if format == "csv" {
					put, flush = r.exportTable(w)
				}
				err := r.export(cmd.Context(), put, args, source, author)
				return cmp.Or(err, flush(), w.Flush())
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "jsonl", "jsonl, or csv for spreadsheets")
	cmd.Flags().StringVar(&author, "author", "", "only cases of the author with this id")
	cmd.Flags().StringVar(&source, "source", "", "only cases of this source")
	return cmd
}

// exporter writes one case.
type exporter func(ctx context.Context, c cases.Case) error

func (r *records) export(ctx context.Context, put exporter, numbers []string, source, author string) error {
	for _, n := range numbers {
		c, err := r.the(ctx, n)
		if err != nil {
			return err
		}
		if err := put(ctx, c); err != nil {
			return err
		}
	}
	if len(numbers) > 0 {
		return nil
	}
	for before := int64(0); ; {
		page, err := r.store.List(ctx, store.Filter{Source: source, Before: before, Limit: 200})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, c := range page {
			before = c.ID
			if author == "" || c.AuthorID == author {
				if err := put(ctx, c); err != nil {
					return err
				}
			}
		}
	}
}

// exportLines writes everything that is known of each case, as JSON lines.
func (r *records) exportLines(w io.Writer) exporter {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return func(ctx context.Context, c cases.Case) error {
		history, sends, err := r.past(ctx, c)
		if err != nil {
			return err
		}
		if err := enc.Encode(exported{c, history, sends}); err != nil {
			return fmt.Errorf("writing case %d: %w", c.ID, err)
		}
		return nil
	}
}

// eraseCommand forgets a customer.
func (p *program) eraseCommand() *cobra.Command {
	var author, source string
	var sure bool
	cmd := &cobra.Command{
		Use:   "erase --source NAME --author ID --yes",
		Short: "Forget a customer: their words, name and what was written to them",
		Long: `Removes what one customer said, their name, the drafts and the replies, from the
records and from freed pages of the file. Counts stay, and so do the lines of the
history without their words. The same author is not recorded again from that
source. It cannot be undone; backups made before still hold the words.

With SQLite, stop "rasid run" first.`,
		Example: `  rasid export --source app-reviews --author 3f2a91   # what would go
  rasid erase --source app-reviews --author 3f2a91 --yes`,
		Args: func(_ *cobra.Command, args []string) error {
			if source == "" || author == "" {
				return usageError{errors.New("want --source and --author; `rasid export` shows both")}
			}
			return nothing(nil, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !sure {
				return usageError{errors.New("this cannot be undone: add --yes")}
			}
			return p.change(cmd.Context(), func(s *store.Store, _ *config.Config) error {
				n, err := s.Erase(cmd.Context(), source, author, p.now())
				if err != nil {
					return err
				}
				p.say(p.out, "erase.done", "n", n)
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&author, "author", "", "id of the author")
	cmd.Flags().StringVar(&source, "source", "", "name of the source")
	cmd.Flags().BoolVar(&sure, "yes", false, "yes, forget them")
	return cmd
}

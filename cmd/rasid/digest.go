package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"rasid/responder/digest"
)

// digestCommand writes the report of a day.
func (p *program) digestCommand() *cobra.Command {
	var lang, date, format string
	cmd := &cobra.Command{
		Use:   "digest",
		Short: "Write the report of a day",
		Long: `Counts a day again from the records and writes the report managers get in the
morning: how many spoke, how the mood moved, what they complained of, the worst
mentions, how fast staff answered, and who is still waiting. Nothing is sent.

Without --date it is the day that is running.`,
		Example: `  rasid digest
  rasid digest --date 2026-11-20 --lang ar
  rasid digest --date yesterday --format json`,
		Args: func(_ *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usageError{fmt.Errorf("--format is text or json, not %q", format)}
			}
			return nothing(nil, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.look(cmd.Context(), lang, func(r *records) error {
				day, err := r.day(date, p.now())
				if err != nil {
					return err
				}
				return p.digest(cmd.Context(), r, day, format)
			})
		},
	}
	langFlag(cmd, &lang)
	cmd.Flags().StringVar(&date, "date", "today", "the day: 2026-11-20, today or yesterday")
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func (p *program) digest(ctx context.Context, r *records, day time.Time, format string) error {
	f, err := digest.Tally(ctx, r.store, r.store, day, r.zone, p.now())
	if err != nil {
		return err
	}
	if format == "json" {
		enc := json.NewEncoder(p.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(f)
	}
	_, err = fmt.Fprintln(p.out, f.Text(r.words, r.cfg.Business.Name.In(r.words.Language)))
	return err
}

// day reads a date in the zone of the business.
func (r *records) day(s string, now time.Time) (time.Time, error) {
	switch now = now.In(r.zone); s {
	case "today":
		return now, nil
	case "yesterday":
		return now.AddDate(0, 0, -1), nil
	}
	day, err := time.ParseInLocation(time.DateOnly, s, r.zone)
	if err != nil {
		return time.Time{}, usageError{fmt.Errorf("%q is not a day: write 2026-11-20, today or yesterday", s)}
	}
	return day, nil
}

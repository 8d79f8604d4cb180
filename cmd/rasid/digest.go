package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rasid/responder/digest"
)

// digestOptions is what `rasid digest` is asked for.
type digestOptions struct {
	date, format, mail string
	week, month        bool
}

// digestFormats are the ways a report can be written.
var digestFormats = []string{"text", "html", "json", "png"}

// digestCommand writes the report of a day.
func (p *program) digestCommand() *cobra.Command {
	var o digestOptions
	cmd := &cobra.Command{
		Use:   "digest",
		Short: "Write the report of a day, a week or a month",
		Long: `Counts a day again from the records and writes the report managers get in the
morning: how many spoke, how the mood moved, what they complained of, the worst
mentions, how fast and how well staff answered, and who is still waiting.

Without --date it is the day that is running. --week counts the seven days up to
the date, --month its calendar month. --format png writes the picture alone;
html is a page of its own with the picture inside.

Nothing is sent, unless --mail names an address: then the report goes there by
e-mail at once, with the settings of digest.mail. That is also the way to send
again a letter of which nobody knows whether it arrived.`,
		Example: `  rasid digest
  rasid digest --date 2026-11-20 --lang ar
  rasid digest --date yesterday --format json
  rasid digest --week --format html > week.html
  rasid digest --date yesterday --mail owner@example.com`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case !slices.Contains(digestFormats, o.format):
				return usageError{fmt.Errorf("--format is %s, not %q", strings.Join(digestFormats, ", "), o.format)}
			case o.week && o.month:
				return usageError{errors.New("--week and --month do not go together")}
			}
			return nothing(nil, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.look(cmd.Context(), func(r *records) error { return p.digest(cmd.Context(), r, o) })
		},
	}
	cmd.Flags().StringVar(&o.date, "date", "today", "the day: 2026-11-20, today or yesterday")
	cmd.Flags().BoolVar(&o.week, "week", false, "the seven days up to the date")
	cmd.Flags().BoolVar(&o.month, "month", false, "the calendar month of the date")
	cmd.Flags().StringVar(&o.format, "format", "text", strings.Join(digestFormats, ", "))
	cmd.Flags().StringVar(&o.mail, "mail", "", "send it to this address now")
	return cmd
}

func (p *program) digest(ctx context.Context, r *records, o digestOptions) error {
	day, err := r.day(o.date, p.now())
	if err != nil {
		return err
	}
	span := digest.Day(day)
	switch {
	case o.week:
		span = digest.Days(day, 7)
	case o.month:
		span = digest.Month(day)
	}
	f, err := counter(measures(r.cfg), r.store).Tally(ctx, span, p.now())
	if err != nil {
		return err
	}
	name := r.cfg.Business.Name.In(r.words.Language)
	if o.mail != "" {
		return p.mailDigest(ctx, r, f, name, o.mail)
	}
	switch o.format {
	case "json":
		enc := json.NewEncoder(p.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(f)
	case "png":
		picture, err := f.PNG(r.words, name)
		if err != nil {
			return err
		}
		_, err = p.out.Write(picture)
		return err
	case "html":
		page, err := f.HTML(r.words, name)
		if err != nil {
			return err
		}
		_, err = io.WriteString(p.out, page)
		return err
	}
	_, err = fmt.Fprintln(p.out, f.Text(r.words, name))
	return err
}

// mailDigest sends a report by e-mail, past the outbox: a person asked for it.
func (p *program) mailDigest(ctx context.Context, r *records, f digest.Figures, name, to string) error {
	if r.cfg.Digest.Mail.SMTP == "" {
		return errors.New("no mail server is configured: write digest.mail into the configuration (docs/config.md)")
	}
	l, err := letter(f, r.words, name)
	if err != nil {
		return err
	}
	if err := mailer(r.cfg.Digest.Mail, p.now).Send(ctx, digestKey(f.From, mailTarget+to), to, l); err != nil {
		return err
	}
	p.say(p.out, "digest.sent", "to", p.name(to))
	return nil
}

// day reads a date in the zone of the business.
func (r *records) day(s string, now time.Time) (time.Time, error) {
	switch now = now.In(r.zone); s {
	case "today":
		return now, nil
	case "yesterday":
		return digest.StartOfDay(now).Add(-time.Minute), nil
	}
	day, err := time.ParseInLocation(time.DateOnly, s, r.zone)
	if err != nil {
		return time.Time{}, usageError{fmt.Errorf("%q is not a day: write 2026-11-20, today or yesterday", s)}
	}
	if day.Format(time.DateOnly) != s { // that day has no midnight
		day = day.Add(2 * time.Hour)
	}
	return day, nil
}

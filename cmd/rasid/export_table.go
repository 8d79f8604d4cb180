package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"rasid/internal/cases"
	"rasid/internal/spreadsheet"
)

// tableColumns are the columns of `rasid export --format csv`, one row for each
// mention. Those that `rasid import` knows have its names.
var tableColumns = []string{
	"case", "state", "source", "id", "posted_at", "author", "author_id", "stars", "language", "label", "severity", "url", "title", "text", "reply", "reply_url",
}

// exportTable writes cases as a table for spreadsheets. A cell that would
// become a formula is disarmed: strangers wrote it.
func (r *records) exportTable(w io.Writer) (put exporter, flush func() error) {
	out := csv.NewWriter(w)
	write := func(cells []string) error {
		for i := range cells {
			cells[i] = spreadsheet.Cell(cells[i])
		}
		if err := out.Write(cells); err != nil {
			return fmt.Errorf("writing the table: %w", err)
		}
		return nil
	}
	begun := false
	put = func(ctx context.Context, c cases.Case) error {
		if !begun {
			begun = true
			if err := write(append([]string(nil), tableColumns...)); err != nil {
				return err
			}
		}
		sends, err := r.store.Outbox(ctx, c.ID)
		if err != nil {
			return err
		}
		for _, m := range c.Mentions {
			if err := write(tableRow(c, m, sends)); err != nil {
				return err
			}
		}
		return nil
	}
	return put, func() error { out.Flush(); return out.Error() }
}

func tableRow(c cases.Case, m cases.Mention, sends []cases.Send) []string {
	var reply, link, stars, language string
	for _, s := range sends {
		if s.Kind == cases.SendReply && s.State == cases.Delivered {
			reply, link = s.Reply.Text, s.Receipt.URL
		}
	}
	if m.Stars > 0 {
		stars = strconv.Itoa(m.Stars)
	}
	if c.Score.Language == "ar" || c.Score.Language == "en" {
		language = c.Score.Language
	}
	return []string{
		strconv.FormatInt(c.ID, 10), string(c.State), m.Source, m.ID, m.PostedAt.UTC().Format(time.RFC3339), m.Author, m.AuthorID, stars,
		language, c.Score.Label, c.Score.Severity.String(), m.URL, m.Title, m.Text, reply, link,
	}
}

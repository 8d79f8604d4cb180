package console

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"rasid/internal/cases"
	"rasid/internal/spreadsheet"
)

// mostExported bounds one file; `rasid export` has no bound.
const mostExported = 10_000

// exportPage is how many cases are read at a time.
const exportPage = 200

// columns of the table, in the order of a reader's questions.
var columns = []string{"case", "opened", "source", "author", "stars", "title", "text", "label", "value", "severity", "topic", "language", "state", "reply", "approved_by", "answered", "url"}

// export writes the cases that the inbox's filters choose, as a table or as
// lines of JSON.
func (c *Console) export(w http.ResponseWriter, r *http.Request) {
	f, v := asked(r.URL.Query())
	f.Worst, f.Skip, f.Limit = false, 0, exportPage
	asJSON := r.URL.Query().Get("format") == "json"
	kind, ending := "text/csv; charset=utf-8; header=present", "csv"
	if asJSON {
		kind, ending = "application/jsonl; charset=utf-8", "jsonl"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="rasid-%s-%s.%s"`, v.Shelf, c.Clock().In(c.Office.Zone).Format(time.DateOnly), ending))
	lines, table := json.NewEncoder(w), csv.NewWriter(w)
	if !asJSON {
		_, _ = w.Write([]byte("\uFEFF")) // without it spreadsheets take Arabic for Latin letters
		_ = table.Write(columns)         // errors are kept for Flush
	}
	for ; f.Skip < mostExported; f.Skip += exportPage {
		list, err := c.Record.List(r.Context(), f)
		if err != nil {
			c.Log.Error("export cut short", "err", err)
			panic(http.ErrAbortHandler) //nolint:forbidigo // net/http's own way to break off an answer that has begun
		}
		for _, k := range list {
			if asJSON {
				err = lines.Encode(c.apiShape(k))
			} else {
				err = table.Write(guarded(c.exportRow(k)))
			}
			if err != nil {
				return // the reader went away
			}
		}
		table.Flush()
		if len(list) < exportPage || table.Error() != nil {
			return
		}
	}
}

func (c *Console) exportRow(k cases.Case) []string {
	m, topic, reply := k.Last(), "", ""
	if len(k.Score.Topics) > 0 {
		topic = k.Score.Topics[0]
	}
	if d, ok := k.Draft(); ok && !k.AnsweredAt.IsZero() {
		reply = d.Text
	}
	moment := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(c.Office.Zone).Format("2006-01-02 15:04")
	}
	return []string{
		strconv.FormatInt(k.ID, 10), moment(k.OpenedAt), k.Source, k.Author, strconv.Itoa(m.Stars), m.Title, m.Text,
		k.Score.Label, strconv.FormatFloat(k.Score.Value, 'f', 2, 64), k.Score.Severity.String(), topic, k.Score.Language,
		string(k.State), reply, c.Office.NameOf(k.ApprovedBy), moment(k.AnsweredAt), m.URL,
	}
}

// guarded keeps spreadsheets from running what customers wrote. Numbers of our
// own stay numbers.
func guarded(row []string) []string {
	for i, cell := range row {
		if _, err := strconv.ParseFloat(cell, 64); err == nil && columns[i] == "value" {
			continue
		}
		row[i] = spreadsheet.Cell(cell)
	}
	return row
}

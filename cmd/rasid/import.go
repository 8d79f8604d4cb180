package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/internal/store"
	"rasid/watchers/file"
)

// How much is recorded in one transaction, with the place in the file: so many
// rows, or so many letters of them.
const (
	importBatch = 500
	importBytes = 1 << 20
)

// importing is one file on its way into the records.
type importing struct {
	p       *program
	path    string
	source  string
	format  string
	columns map[string]string
	rejects rejects
	dry     bool
	alert   bool
	again   bool
	maxRows int

	size       int64
	mark       string // name of the kept position
	rows, good int
	bad, added int
	waiting    int // good rows that are not recorded yet
	told       time.Time
	drawn      bool // a bar stands in the last line
}

// importCommand brings a file of mentions into the records.
func (p *program) importCommand() *cobra.Command {
	in := &importing{p: p}
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Record mentions from a CSV or JSON-lines file",
		Long: `Reads a file of mentions row by row, whatever its size, and records them under a
source. The first line of a CSV file names its columns: id, text, title, author,
author_id, stars, url, posted_at, language, thread and others of docs/webhooks.md;
--column text=Review says that the text stands in the column Review. Other columns
are passed over and named.

Bad rows are listed and passed by. What was imported is history: it is judged and
counted but alerts nobody, unless --alert is given. --dry-run records nothing and
shows what would happen.

It may be stopped and started again: it goes on where it was, and a row that comes
twice is recorded once; --rejects then names the same file again. With SQLite,
stop "rasid run" first.`,
		Example: `  rasid import reviews.csv --dry-run
  rasid import reviews.csv --source app-reviews --column text=Review --column stars=Rating
  rasid import tickets.jsonl --alert --rejects bad-rows.csv`,
		Args: one("the name of a CSV or JSON-lines file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.path = args[0]
			return in.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.source, "source", "import", "record the mentions under this source")
	f.StringVar(&in.format, "format", "", "csv or jsonl (default: by the file's name)")
	f.StringToStringVar(&in.columns, "column", nil, "FIELD=COLUMN where a column has another name; may be repeated")
	f.StringVar(&in.rejects.path, "rejects", "", "write the bad rows, and what is wrong with each, to this new file")
	f.BoolVar(&in.dry, "dry-run", false, "record nothing, show what would happen")
	f.BoolVar(&in.alert, "alert", false, "treat the mentions as said now: complaints go to staff")
	f.BoolVar(&in.again, "again", false, "begin at the first row, also when the file was imported before")
	f.IntVar(&in.maxRows, "max-rows", 5_000_000, "stop after this many rows")
	return cmd
}

func (in *importing) run(ctx context.Context) (err error) {
	if in.format != "" && in.format != "csv" && in.format != "jsonl" {
		return usageError{fmt.Errorf("--format is csv or jsonl, not %s", in.format)}
	}
	f, err := os.Open(in.path)
	if err != nil {
		return fmt.Errorf("opening the file: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("opening the file: %s is not a file", in.path)
	}
	in.size = info.Size()
	if in.mark, err = in.fingerprint(f); err != nil {
		return err
	}
	r, err := file.New(f, filepath.Base(in.path), file.Options{Format: in.format, Columns: in.columns, Received: in.p.now()})
	if err != nil {
		return err
	}
	in.rejects.screen = in.p.err
	defer func() { err = errors.Join(err, in.rejects.close()) }()
	if in.dry {
		if err = in.rejects.open(kept{}); err == nil {
			err = in.read(ctx, r, file.Position{}, nil)
		}
	} else {
		err = in.p.change(ctx, func(s *store.Store, _ *config.Config) error { return in.record(ctx, f, r, s) })
	}
	in.report(r)
	return err
}

// fingerprint names this content under this source, so that going on finds its
// place and another file of the same name begins at its own start.
func (in *importing) fingerprint(f *os.File) (string, error) {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%s\n%d\n%s\n%v\n", in.source, in.size, in.format, in.columns) // a hash does not fail
	if _, err := io.Copy(h, io.LimitReader(f, 1<<20)); err != nil {
		return "", fmt.Errorf("reading the file: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("reading the file: %w", err)
	}
	return "import/" + hex.EncodeToString(h.Sum(nil)[:16]), nil
}

// progress is what is kept between two runs.
type progress struct {
	At      file.Position `json:"at"`
	Rows    int           `json:"rows"`
	Good    int           `json:"good"`
	Bad     int           `json:"bad"`
	Added   int           `json:"added"`
	Rejects kept          `json:"rejects"`
	Done    bool          `json:"done"`
}

// record reads the file into the records, from where an earlier run stopped.
func (in *importing) record(ctx context.Context, f *os.File, r *file.Reader, s *store.Store) error {
	saved, err := s.Mark(ctx, in.mark)
	if err != nil {
		return err
	}
	var was progress
	if saved != "" && !in.again && json.Unmarshal([]byte(saved), &was) == nil {
		if was.Done {
			fmt.Fprintf(in.p.out, "This file was imported before: %s recorded. --again reads it anew.\n", count(was.Added, "mention"))
			return nil
		}
		if err := r.Resume(f, was.At); err != nil {
			return err
		}
		in.rows, in.good, in.bad, in.added = was.Rows, was.Good, was.Bad, was.Added
		if was.Rows > 0 {
			fmt.Fprintf(in.p.out, "Going on after line %d.\n", was.At.Line)
		}
	}
	if err := in.rejects.open(was.Rejects); err != nil {
		return err
	}
	keep := func(batch []cases.Mention, at file.Position, done bool) error {
		listed, err := in.rejects.kept()
		if err != nil {
			return err
		}
		place := func(added int) (string, error) {
			b, err := json.Marshal(progress{at, in.rows, in.good, in.bad, in.added + added, listed, done})
			return string(b), err
		}
		added, err := s.Import(ctx, in.source, batch, in.mark, place, in.p.now())
		in.added += added
		return err
	}
	if in.rejects.path != "" { // before its first row, or it could not be gone on with
		if err := keep(nil, was.At, false); err != nil {
			return err
		}
	}
	return in.read(ctx, r, was.At, keep)
}

// read goes through the rows after a place; keep, unless nil, records what was gathered.
func (in *importing) read(ctx context.Context, r *file.Reader, at file.Position, keep func([]cases.Mention, file.Position, bool) error) error {
	var batch []cases.Mention
	var size int
	flush := func(done bool) error {
		if keep == nil {
			return nil
		}
		err := keep(batch, at, done)
		switch {
		case err == nil:
			batch, size, in.waiting = batch[:0], 0, 0
		case ctx.Err() != nil:
			err = errStopped
		}
		return err
	}
	for ctx.Err() == nil {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return flush(true)
		}
		if err != nil {
			return fmt.Errorf("reading %s: %w", in.path, err)
		}
		if in.rows >= in.maxRows {
			if err := flush(false); err != nil {
				return err
			}
			return fmt.Errorf("more than %d rows: start again with a larger --max-rows to go on", in.maxRows)
		}
		in.rows++
		at = row.After
		if len(row.Faults) > 0 {
			in.bad++
			if err := in.rejects.list(row); err != nil {
				return err
			}
			continue
		}
		in.good++
		m := row.Mention
		m.Source, m.Old, m.Direct = in.source, !in.alert, true
		if keep != nil {
			batch, size = append(batch, m), size+len(m.Text)
			in.waiting = len(batch)
		} else if in.good <= 3 {
			fmt.Fprintf(in.p.out, "  line %d: %s, %s, %s: %.80q\n", row.Line, m.ID, m.PostedAt.Format(time.RFC3339), stars(m.Stars), m.Text)
		}
		if len(batch) == importBatch || size >= importBytes {
			if err := flush(false); err != nil {
				return err
			}
		}
		in.tell(at)
	}
	return errStopped
}

// errStopped says that somebody ended an import, whose place is kept.
var errStopped = errors.New("stopped; start it again to go on")

func stars(n int) string {
	if n == 0 {
		return "no stars"
	}
	return count(n, "star")
}

// tell shows how far it is, every other second.
func (in *importing) tell(at file.Position) {
	now := in.p.now()
	if in.told.IsZero() {
		in.told = now
	}
	if now.Sub(in.told) < 2*time.Second {
		return
	}
	in.told = now
	in.draw(at.Offset * 100 / max(in.size, 1))
}

// draw shows the percentage as a bar that stays in its line on a terminal, and
// as a line of its own in a file.
func (in *importing) draw(percent int64) {
	f, file := in.p.err.(*os.File)
	if file {
		info, err := f.Stat()
		file = err != nil || info.Mode()&os.ModeCharDevice == 0
	} else {
		file = true
	}
	if file {
		fmt.Fprintf(in.p.err, "%3d %%  %d rows, %d bad\n", percent, in.rows, in.bad)
		return
	}
	fmt.Fprintf(in.p.err, "\r[%s] %3d %%  %d rows, %d bad ", bar(percent), percent, in.rows, in.bad)
	in.drawn = true
}

// barWidth is the length of the bar in letters.
const barWidth = 30

// bar is a bar for a percentage.
func bar(percent int64) string {
	full := int(min(max(percent, 0), 100) * barWidth / 100)
	return strings.Repeat("#", full) + strings.Repeat(".", barWidth-full)
}

// report says what came of it.
func (in *importing) report(r *file.Reader) {
	if in.rows == 0 {
		return
	}
	if in.drawn {
		fmt.Fprintln(in.p.err)
	}
	if in.bad > in.rejects.shown || in.rejects.shown == maxListed {
		fmt.Fprintf(in.p.err, "%s in all; %s\n", count(in.bad, "bad row"), in.rejects.where())
	}
	if ignored := r.Ignored(); len(ignored) > 0 {
		fmt.Fprintf(in.p.out, "Passed over: %s.\n", strings.Join(ignored, ", "))
	}
	if in.dry {
		fmt.Fprintf(in.p.out, "%s, %d good, %d bad. Nothing was recorded.\n", count(in.rows, "row"), in.good, in.bad)
		return
	}
	fmt.Fprintf(in.p.out, "%s, %d good, %d bad; %s recorded under %s, %d known already.\n",
		count(in.rows, "row"), in.good-in.waiting, in.bad, count(in.added, "mention"), in.source, in.good-in.waiting-in.added)
}

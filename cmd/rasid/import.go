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
	"rasid/internal/phrases"
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

	size  int64
	mark  string // name of the kept position
	tally        // of what was read
	was   tally  // when this run began: what an earlier one left
	kept  tally  // of what is recorded with its place in the file
	told  time.Time
	drawn bool // a bar stands in the last line
}

// tally counts the rows of a file: all, good and bad ones, and the mentions
// that were new. Good rows that are no new mention were known already.
type tally struct {
	Rows  int `json:"rows"`
	Good  int `json:"good"`
	Bad   int `json:"bad"`
	Added int `json:"added"`
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
	in.rejects.p = in.p
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
	tally
	At      file.Position `json:"at"`
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
			in.p.say(in.p.out, "import.before", "n", was.Added)
			return nil
		}
		if err := r.Resume(f, was.At); err != nil {
			return err
		}
		in.tally, in.was, in.kept = was.tally, was.tally, was.tally
		if was.Rows > 0 {
			in.p.say(in.p.out, "import.on", "line", was.At.Line, "rows", in.rows(was.tally), "mentions", in.mentions(was.tally))
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
			now := in.tally
			now.Added += added
			b, err := json.Marshal(progress{now, at, listed, done})
			return string(b), err
		}
		added, err := s.Import(ctx, in.source, batch, in.mark, place, in.p.now())
		if err == nil {
			in.Added += added
			in.kept = in.tally
		}
		return err
	}
	if in.rejects.path != "" { // before its first row, or it could not be gone on with
		if err := keep(nil, was.At, false); err != nil {
			return err
		}
	}
	return in.read(ctx, r, was.At, keep)
}

// keeping records what was gathered up to a place; done says that the file ends
// there. nil records nothing.
type keeping func(batch []cases.Mention, at file.Position, done bool) error

// gathered are the rows that were read and wait to be recorded together.
type gathered struct {
	keep  keeping
	at    file.Position // behind the last of them
	batch []cases.Mention
	size  int // of their texts, in bytes
}

func (g *gathered) full() bool { return len(g.batch) == importBatch || g.size >= importBytes }

// flush records what was gathered and begins anew.
func (g *gathered) flush(ctx context.Context, done bool) error {
	if g.keep == nil {
		return nil
	}
	err := g.keep(g.batch, g.at, done)
	switch {
	case err == nil:
		g.batch, g.size = g.batch[:0], 0
	case ctx.Err() != nil:
		err = errStopped
	}
	return err
}

// read goes through the rows after a place, and keeps them.
func (in *importing) read(ctx context.Context, r *file.Reader, after file.Position, keep keeping) error {
	g := gathered{keep: keep, at: after}
	for ctx.Err() == nil {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return g.flush(ctx, true)
		}
		if err != nil {
			return fmt.Errorf("reading the file %s: %w", in.path, err)
		}
		if in.Rows >= in.maxRows {
			if err := g.flush(ctx, false); err != nil {
				return err
			}
			return fmt.Errorf("more than %d rows: start again with a larger --max-rows to go on", in.maxRows)
		}
		g.at = row.After
		if err := in.take(row, &g); err != nil {
			return err
		}
		if g.full() {
			if err := g.flush(ctx, false); err != nil {
				return err
			}
		}
		in.tell(g.at)
	}
	return errStopped
}

// take counts a row and gathers it, or lists what is wrong with it. Of those
// that are only tried the first few are shown.
func (in *importing) take(row file.Row, g *gathered) error {
	in.Rows++
	if len(row.Faults) > 0 {
		in.Bad++
		return in.rejects.list(row)
	}
	in.Good++
	m := row.Mention
	m.Source, m.Old, m.Direct = in.source, !in.alert, true
	if g.keep != nil {
		g.batch, g.size = append(g.batch, m), g.size+len(m.Text)
	} else if in.Good <= 3 {
		in.show(row.Line, m)
	}
	return nil
}

// errStopped says that somebody ended an import, whose place is kept.
var errStopped = errors.New("stopped; start it again to go on")

// show shows what would be recorded of a row.
func (in *importing) show(line int, m cases.Mention) {
	words, stars := in.p.words, "import.stars"
	if m.Stars == 0 {
		stars = "import.stars.none"
	}
	fmt.Fprintf(in.p.out, "  %s\n", words.Say("import.row", "line", line, "id", in.p.name(m.ID), "time", in.p.name(m.PostedAt.Format(time.RFC3339)),
		"stars", phrases.Plain(words.Say(stars, "n", m.Stars)), "text", in.p.name(fmt.Sprintf("%.80q", m.Text))))
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
	far := in.p.words.Say("import.far", "n", in.Rows, "bad", in.Bad)
	if !onTerminal(in.p.err) {
		fmt.Fprintf(in.p.err, "%s  %s\n", in.p.words.Digits(fmt.Sprintf("%3d %%", percent)), far)
		return
	}
	fmt.Fprintf(in.p.err, "\r[%s] %s  %s ", bar(percent), in.p.words.Digits(fmt.Sprintf("%3d %%", percent)), far)
	in.drawn = true
}

// barWidth is the length of the bar in letters.
const barWidth = 30

// bar is a bar for a percentage.
func bar(percent int64) string {
	full := int(min(max(percent, 0), 100) * barWidth / 100)
	return strings.Repeat("#", full) + strings.Repeat(".", barWidth-full)
}

// report says what came of it. Of an import that ended early it counts what is
// recorded: what was read beyond that is read again.
func (in *importing) report(r *file.Reader) {
	if in.Rows == 0 {
		return
	}
	if in.drawn {
		fmt.Fprintln(in.p.err)
	}
	told := in.kept
	if in.dry {
		told = in.tally
	}
	if told.Bad > in.rejects.shown || in.rejects.shown == maxListed {
		in.p.say(in.p.err, "import.bad", "n", told.Bad, "where", phrases.Plain(in.rejects.where()))
	}
	if ignored := r.Ignored(); len(ignored) > 0 {
		in.p.say(in.p.out, "import.passed", "list", in.p.name(strings.Join(ignored, ", ")))
	}
	switch {
	case in.dry:
		in.p.say(in.p.out, "import.dry", "rows", in.rows(told))
	case told.Rows == 0:
		in.p.say(in.p.out, "import.none")
	default:
		in.p.say(in.p.out, "import.sum", "rows", in.rows(told), "mentions", in.mentions(told))
	}
	if now := told.since(in.was); in.was.Rows > 0 {
		in.p.say(in.p.out, "import.now", "rows", in.rows(now), "mentions", in.mentions(now))
	}
}

// rows says how many rows there were.
func (in *importing) rows(t tally) phrases.Plain {
	return phrases.Plain(in.p.words.Say("import.rows", "n", t.Rows, "good", t.Good, "bad", t.Bad))
}

// mentions says what became of the good ones.
func (in *importing) mentions(t tally) phrases.Plain {
	return phrases.Plain(in.p.words.Say("import.mentions", "n", t.Added, "source", in.p.name(in.source), "known", t.Good-t.Added))
}

// since is what came after an earlier count.
func (t tally) since(was tally) tally {
	return tally{t.Rows - was.Rows, t.Good - was.Good, t.Bad - was.Bad, t.Added - was.Added}
}

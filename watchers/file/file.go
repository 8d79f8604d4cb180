// Package file reads mentions out of CSV and JSON-lines files of any size,
// one row at a time, in constant memory. Bad rows are reported and passed by.
// A position in the file can be kept and gone on from.
package file

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/watchers"
)

// Options say how a file is to be understood.
type Options struct {
	// Format is csv or jsonl; "" looks at the file's name, then at its start.
	Format string
	// Columns names the column of a field where the file calls it otherwise.
	Columns map[string]string // field → column
	// Received is when things count as said that carry no time.
	Received time.Time
}

// Position is a place between two rows.
type Position struct {
	Offset int64 `json:"offset"`
	Line   int   `json:"line"` // lines before it
}

// Row is one row of the file: a mention, or what is wrong with it.
type Row struct {
	Line    int    // where it begins, from 1
	Raw     string // as it stands, at most 1 MiB
	Mention cases.Mention
	Faults  []cases.Fault // empty when the mention is good
	After   Position      // go on from here
}

// Reader reads rows.
type Reader struct {
	lines   *lines
	opts    Options
	comma   rune
	columns []string // field of each column; "" for one that is not read
	ignored []string // columns and fields that mean nothing to us
}

// ErrFormat says that a file is none we can read.
var ErrFormat = errors.New("the file cannot be read")

// New looks at the beginning of a file. To go on from a position, seek the
// file to its start, make the reader, then call Resume.
func New(r io.ReadSeeker, name string, o Options) (*Reader, error) {
	head := make([]byte, 4096)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the start of the file: %w", err)
	}
	head = head[:n]
	if why := foreign(head); why != "" {
		return nil, fmt.Errorf("%w: %s", ErrFormat, why)
	}
	start := int64(0)
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		start, head = 3, head[3:]
	}
	if _, err := r.Seek(start, io.SeekStart); err != nil {
		return nil, fmt.Errorf("going to the start of the file: %w", err)
	}
	f := &Reader{lines: newLines(r, Position{Offset: start}), opts: o}
	switch format(name, head, o.Format) {
	case "jsonl":
		for field, column := range o.Columns {
			if !slices.Contains(watchers.EntryFields(), field) {
				return nil, fmt.Errorf("%w: %s is not a field; the fields are %s", ErrFormat, field, strings.Join(watchers.EntryFields(), ", "))
			}
			_ = column
		}
		return f, nil
	case "csv":
		return f, f.header()
	}
	return nil, fmt.Errorf("%w: it is neither CSV nor JSON lines; say --format", ErrFormat)
}

// foreign recognises files that are something else.
func foreign(head []byte) string {
	switch {
	case len(head) == 0:
		return "it is empty"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "it is a spreadsheet or an archive; in the spreadsheet choose Save As, CSV UTF-8"
	case bytes.HasPrefix(head, []byte("\x1f\x8b")), bytes.HasPrefix(head, []byte("BZh")), bytes.HasPrefix(head, []byte("\xfd7zXZ")), bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		return "it is compressed; unpack it first"
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "it is UTF-16; save it as CSV UTF-8"
	case bytes.IndexByte(head, 0) >= 0:
		return "it is not text"
	}
	return ""
}

// format decides by what was asked, by the name, by the first letter.
func format(name string, head []byte, asked string) string {
	switch {
	case asked != "":
		return asked
	case strings.HasSuffix(strings.ToLower(name), ".jsonl"), strings.HasSuffix(strings.ToLower(name), ".ndjson"):
		return "jsonl"
	case strings.HasSuffix(strings.ToLower(name), ".csv"), strings.HasSuffix(strings.ToLower(name), ".tsv"):
		return "csv"
	case bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")):
		return "jsonl"
	}
	return ""
}

// Ignored lists the columns and fields that were passed over.
func (f *Reader) Ignored() []string { return f.ignored }

// Resume goes on from a position that an earlier reader of the same file gave.
func (f *Reader) Resume(r io.ReadSeeker, at Position) error {
	if at.Offset < f.lines.at.Offset {
		return nil // before the first row: that is where we are
	}
	if _, err := r.Seek(at.Offset, io.SeekStart); err != nil {
		return fmt.Errorf("going to where the file was left: %w", err)
	}
	f.lines = newLines(r, at)
	return nil
}

// Next reads one row; io.EOF ends the file. Any other error is the file's and
// not the row's.
func (f *Reader) Next() (Row, error) {
	if f.columns != nil {
		return f.nextCSV()
	}
	for {
		l, err := f.lines.next()
		if err != nil {
			return Row{}, err
		}
		if strings.TrimSpace(l.text) == "" {
			continue
		}
		row := Row{Line: l.number, Raw: l.text, After: f.lines.at}
		switch {
		case l.long:
			row.Faults = oneFault("", "is longer than 1 MiB", "each mention on one line")
		default:
			f.object(&row)
		}
		return row, nil
	}
}

// object reads one line of JSON.
func (f *Reader) object(row *Row) {
	d := json.NewDecoder(strings.NewReader(row.Raw))
	d.UseNumber()
	var e watchers.Entry
	if !utf8.ValidString(row.Raw) {
		row.Faults = oneFault("", "is not UTF-8", "the file as UTF-8")
		return
	}
	if err := d.Decode(&e); err != nil || e == nil {
		row.Faults = oneFault("", "is not a JSON object", `{"id": "17", "text": "…"} on one line`)
		return
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		row.Faults = oneFault("", "holds more than one object", "one object on each line")
		return
	}
	for field, column := range f.opts.Columns {
		if v, ok := e[column]; ok {
			delete(e, column)
			e[field] = v
		}
	}
	for name := range e {
		if !slices.Contains(watchers.EntryFields(), name) {
			delete(e, name)
			f.ignore(name)
		}
	}
	row.Mention, row.Faults = e.Mention(f.opts.Received)
}

// maxIgnored bounds the list of names nobody reads.
const maxIgnored = 50

func (f *Reader) ignore(name string) {
	if len(f.ignored) < maxIgnored && !slices.Contains(f.ignored, name) {
		f.ignored = append(f.ignored, watchers.Line(name, 60))
	}
}

func oneFault(field, problem, write string) []cases.Fault {
	return []cases.Fault{{Field: field, Problem: problem, Write: write}}
}

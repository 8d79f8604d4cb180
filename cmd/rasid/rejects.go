package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"rasid/internal/phrases"
	"rasid/internal/spreadsheet"
	"rasid/watchers/file"
)

// maxListed bounds the bad rows shown on the screen.
const maxListed = 20

// rejects lists the bad rows of a file: the first ones on the screen, and all
// of them in a file of their own where one was asked for.
type rejects struct {
	p     *program
	path  string // "" when nobody asked for a file
	shown int
	file  *os.File
	out   *csv.Writer
}

// kept is how far the file of bad rows was written when the rows before were
// recorded.
type kept struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
}

// open makes the file, or goes on with the one an earlier run left, without
// the rows that this run will read again.
func (r *rejects) open(was kept) error {
	if r.path == "" {
		return nil
	}
	if was.Size > 0 && was.Path == r.path {
		again, err := r.reopen(was.Size)
		if again || err != nil {
			return err
		}
	}
	f, err := os.OpenFile(r.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the file of bad rows: %w", err)
	}
	r.file, r.out = f, csv.NewWriter(f)
	if err := r.out.Write([]string{"line", "field", "problem", "write", "row"}); err != nil {
		return fmt.Errorf("writing bad rows: %w", err)
	}
	return nil
}

// reopen cuts the file to what it held; false when it is not there any more.
func (r *rejects) reopen(size int64) (bool, error) {
	f, err := os.OpenFile(r.path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("opening the file of bad rows: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() < size {
		err = errors.New("it is shorter than it was; give --rejects another name")
	}
	if err == nil {
		err = f.Truncate(size)
	}
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		return false, errors.Join(fmt.Errorf("going on with the file of bad rows: %w", err), f.Close())
	}
	r.file, r.out = f, csv.NewWriter(f)
	return true, nil
}

// list lists a bad row.
func (r *rejects) list(row file.Row) error {
	for _, f := range row.Faults {
		if r.shown < maxListed {
			r.shown++
			words := r.p.words
			fault := strings.TrimSpace(f.Field + " " + words.Line(f.Problem))
			r.p.say(r.p.err, "import.fault", "line", row.Line, "fault", phrases.Plain(fault), "write", phrases.Plain(words.Line(f.Write)))
		}
		if r.out == nil {
			continue
		}
		// Spreadsheets open this file, and strangers wrote its rows.
		cells := []string{strconv.Itoa(row.Line), f.Field, f.Problem, f.Write, strings.ToValidUTF8(row.Raw, "\ufffd")}
		for i := range cells {
			cells[i] = spreadsheet.Cell(cells[i])
		}
		if err := r.out.Write(cells); err != nil {
			return fmt.Errorf("writing bad rows: %w", err)
		}
	}
	return nil
}

// kept brings what was listed to the disk and tells how far the file reaches.
func (r *rejects) kept() (kept, error) {
	if r.out == nil {
		return kept{}, nil
	}
	r.out.Flush()
	at, err := r.file.Seek(0, io.SeekCurrent)
	if err = errors.Join(r.out.Error(), err, r.file.Sync()); err != nil {
		return kept{}, fmt.Errorf("writing bad rows: %w", err)
	}
	return kept{Path: r.path, Size: at}, nil
}

// where says where all bad rows stand.
func (r *rejects) where() string {
	if r.path == "" {
		return r.p.words.Say("import.rejects")
	}
	return r.p.words.Say("import.rejected", "path", r.p.name(r.path))
}

// close ends the file.
func (r *rejects) close() error {
	if r.out == nil {
		return nil
	}
	r.out.Flush()
	return errors.Join(r.out.Error(), r.file.Close())
}

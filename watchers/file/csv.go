package file

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"rasid/internal/cases"
	"rasid/internal/spreadsheet"
	"rasid/watchers"
)

// maxRowLines bounds a row that spans lines: one forgotten quote must not
// swallow the rest of the file, as it would in encoding/csv, which reads on
// until it finds the other one.
const maxRowLines = 500

// header reads the first row: what the columns hold, and what parts them.
func (f *Reader) header() error {
	first, err := f.lines.next()
	if err != nil || first.long {
		return fmt.Errorf("%w: there is no first line with the names of the columns", ErrFormat)
	}
	f.comma = ','
	for _, c := range []rune{';', '\t'} {
		if strings.Count(first.text, string(c)) > strings.Count(first.text, string(f.comma)) {
			f.comma = c
		}
	}
	names, err := f.split(first.text)
	if err != nil {
		return fmt.Errorf("%w: the first line, with the names of the columns, is not CSV: %w", ErrFormat, err)
	}
	fields := watchers.EntryFields()
	for field, column := range f.opts.Columns {
		if !slices.Contains(fields, field) {
			return fmt.Errorf("%w: %s is not a field; the fields are %s", ErrFormat, field, strings.Join(fields, ", "))
		}
		if !slices.ContainsFunc(names, func(n string) bool { return clean(n) == clean(column) }) {
			return fmt.Errorf("%w: there is no column %q; the columns are %s", ErrFormat, column, strings.Join(names, ", "))
		}
	}
	f.columns = make([]string, len(names))
	for i, name := range names {
		field := f.fieldOf(name, fields)
		if field == "" {
			f.ignore(name)
		} else if slices.Contains(f.columns[:i], field) {
			return fmt.Errorf("%w: two columns hold %s; say which: --column %s=NAME", ErrFormat, field, field)
		}
		f.columns[i] = field
	}
	if !slices.ContainsFunc(f.columns, func(c string) bool { return c == "text" || c == "title" || c == "stars" }) {
		return fmt.Errorf("%w: no column is called text, title or stars; say which is, as in --column text=%q", ErrFormat, names[0])
	}
	return nil
}

// fieldOf is the field a column holds: the one that was said, else the one of
// the same name.
func (f *Reader) fieldOf(column string, fields []string) string {
	for field, name := range f.opts.Columns {
		if clean(name) == clean(column) {
			return field
		}
	}
	name := strings.ReplaceAll(strings.ReplaceAll(clean(column), " ", "_"), "-", "_")
	if _, taken := f.opts.Columns[name]; taken || !slices.Contains(fields, name) {
		return ""
	}
	return name
}

func clean(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// nextCSV reads one row, which may span lines inside quotes.
func (f *Reader) nextCSV() (Row, error) {
	for {
		first, err := f.lines.next()
		if err != nil {
			return Row{}, err
		}
		if strings.TrimSpace(first.text) == "" {
			continue
		}
		got, err := f.gather(first)
		if err != nil {
			return Row{}, err
		}
		return f.row(first, got), nil
	}
}

// gather adds lines to the first while a quote stands open.
func (f *Reader) gather(first oneLine) ([]oneLine, error) {
	got := []oneLine{first}
	open, size := first.odd, len(first.text)
	for open && len(got) < maxRowLines && size < maxLine {
		l, err := f.lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		got = append(got, l)
		open = open != l.odd
		size += len(l.text) + 1
	}
	return got, nil
}

// row reads gathered lines. When the quotes do not come out right, only the
// first line is bad, and the others are tried as rows of their own.
func (f *Reader) row(first oneLine, got []oneLine) Row {
	texts := make([]string, len(got))
	for i, l := range got {
		texts[i] = l.text
	}
	row := Row{Line: first.number, Raw: strings.Join(texts, "\n"), After: f.lines.at}
	values, err := f.split(row.Raw)
	switch {
	case slices.ContainsFunc(got, func(l oneLine) bool { return l.long }) || len(row.Raw) > maxLine:
		err = errors.New("is longer than 1 MiB")
	case err != nil:
		err = errors.New("has a quote that does not open or close a field")
	}
	if err != nil {
		f.lines.takeBack(got[1:], first.after)
		row.Raw, row.After = first.text, f.lines.at
		row.Faults = oneFault("", err.Error(), `fields with quotes or line breaks in "…", and a quote inside them twice`)
		return row
	}
	if len(values) != len(f.columns) {
		row.Faults = oneFault("", fmt.Sprintf("has %d fields, the first line %d", len(values), len(f.columns)), "the same number of fields in each row")
		return row
	}
	row.Mention, row.Faults = f.mention(values)
	return row
}

func (f *Reader) mention(values []string) (cases.Mention, []cases.Fault) {
	e := watchers.Entry{}
	for i, v := range values {
		if !utf8.ValidString(v) {
			return cases.Mention{}, oneFault(f.columns[i], "is not UTF-8", "the file as CSV UTF-8")
		}
		if f.columns[i] != "" {
			e[f.columns[i]] = spreadsheet.Words(v)
		}
	}
	return e.Mention(f.opts.Received)
}

func (f *Reader) split(text string) ([]string, error) {
	if !strings.Contains(text, `"`) {
		return strings.Split(text, string(f.comma)), nil
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = f.comma, -1
	values, err := r.Read()
	if err != nil {
		return nil, err
	}
	if _, err := r.Read(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one row")
	}
	return values, nil
}

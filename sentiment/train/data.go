// Package train learns the scorer's table of weights from labelled texts: deterministic, streaming, on all cores.
package train

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Row is one labelled text.
type Row struct {
	ID, Lang, Source, Domain string
	Label                    uint8 // 0 neg, 1 neu, 2 pos
	Text                     string
}

// Labels names the classes in the order of Row.Label.
var Labels = [3]string{"neg", "neu", "pos"}

func labelOf(s string) (uint8, bool) {
	for i, l := range Labels {
		if s == l {
			return uint8(i), true
		}
	}
	return 0, false
}

// Files lists the .tsv and .tsv.gz files under dirs in a fixed order.
func Files(dirs ...string) ([]string, error) {
	var out []string
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !e.IsDir() && (strings.HasSuffix(p, ".tsv") || strings.HasSuffix(p, ".tsv.gz")) {
				out = append(out, p)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("listing training files in %s: %w", dir, err)
		}
	}
	return out, nil // WalkDir is lexical, so the order is the same everywhere
}

// maxLine bounds one row; the longest known text has 6 kB.
const maxLine = 4 << 20

// ReadFile calls yield for each row of a TSV file (gzipped or not) without holding the file in memory.
func ReadFile(path string, yield func(Row) error) (err error) {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return fmt.Errorf("reading labelled texts: %w", err)
	}
	defer func() { _ = f.Close() }() // opened for reading: nothing can be lost
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			return fmt.Errorf("reading labelled texts %s: %w", path, err)
		}
		r = z
	}
	return ReadRows(path, r, yield)
}

// ReadRows reads id, lang, source, domain, label, text per line; a bad line is an error that names it, but a first
// line that is not a row is taken for a header.
func ReadRows(name string, r io.Reader, yield func(Row) error) error {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 64<<10), maxLine)
	for n := 1; sc.Scan(); n++ {
		c := strings.Split(sc.Text(), "\t")
		var l uint8
		ok := len(c) >= 6
		if ok {
			l, ok = labelOf(c[4])
		}
		if !ok {
			if n == 1 {
				continue
			}
			return fmt.Errorf("reading labelled texts %s:%d: want id, lang, source, domain, neg|neu|pos, text", name, n)
		}
		if err := yield(Row{ID: c[0], Lang: c[1], Source: c[2], Domain: c[3], Label: l, Text: c[5]}); err != nil {
			return err
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("reading labelled texts %s: %w", name, err)
	}
	return nil
}

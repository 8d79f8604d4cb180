package eval

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ReadPreds reads a file of predictions: id, label and, where known, p_neg, p_neu, p_pos. A first line without a label
// is a header; any other bad line is an error that names it.
func ReadPreds(path string) (map[string]Pred, error) {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, fmt.Errorf("reading predictions: %w", err)
	}
	defer func() { _ = f.Close() }() // opened for reading: nothing can be lost
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("reading predictions %s: %w", path, err)
		}
	}
	out := map[string]Pred{}
	sc := bufio.NewScanner(r)
	for n := 1; sc.Scan(); n++ {
		c := strings.Split(sc.Text(), "\t")
		if len(c) < 2 {
			continue
		}
		p, err := parsePred(c)
		if err != nil {
			if n == 1 {
				continue
			}
			return nil, fmt.Errorf("reading predictions %s:%d: %w", path, n, err)
		}
		if _, twice := out[c[0]]; twice {
			return nil, fmt.Errorf("reading predictions %s:%d: id %s stands there twice", path, n, c[0])
		}
		out[c[0]] = p
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("reading predictions %s: %w", path, err)
	}
	return out, nil
}

func parsePred(c []string) (Pred, error) {
	p := Pred{Label: slices.Index(Labels[:], c[1])}
	if p.Label < 0 {
		return p, fmt.Errorf("label %q is not neg, neu or pos", c[1])
	}
	if len(c) < 5 {
		return p, nil
	}
	p.HasP = true
	for k := range 3 {
		v, err := strconv.ParseFloat(c[2+k], 64)
		if err != nil {
			return p, fmt.Errorf("probability %q is not a number", c[2+k])
		}
		p.P[k] = v
	}
	sum := p.P[0] + p.P[1] + p.P[2]
	if !(sum > 0) {
		return p, fmt.Errorf("probabilities add up to %v", sum)
	}
	for k := range 3 {
		p.P[k] /= sum
	}
	return p, nil
}

// WritePreds writes every digit, so that another program reads the very same numbers.
func WritePreds(w io.Writer, all []Scored) error {
	b := bufio.NewWriter(w)
	for _, s := range all {
		p := s.Pred.P
		f := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
		if _, err := fmt.Fprintf(b, "%s\t%s\t%s\t%s\t%s\n", s.ID, Labels[s.Pred.Label], f(p[0]), f(p[1]), f(p[2])); err != nil {
			return fmt.Errorf("writing predictions: %w", err)
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing predictions: %w", err)
	}
	return nil
}

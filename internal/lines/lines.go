// Package lines reads the lists of words that the program carries as files: one
// entry a line. What begins with # is a remark, and an empty line is nothing.
package lines

import (
	"iter"
	"strings"
)

// Of yields the entries of a list, each with the number of its line, counted
// from 1 as editors do.
func Of(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		n := 0
		for line := range strings.Lines(text) {
			n++
			line = strings.TrimRight(line, "\r\n")
			if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if !yield(n, line) {
				return
			}
		}
	}
}

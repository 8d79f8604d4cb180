// Package patterns reads files of words that are looked for in folded text, and
// finds them: at the beginnings of words, in time linear in the text.
//
// A line of a file is: kind, tab, pattern. Both sides are folded (letters, digits,
// case).
//
//	a|b (x )?    alternatives and optional parts        *   the rest of a word
//	..           up to four words between               +   one or more letters
//	#            a number                               ^   a sentence begins here
//	<name>       a part defined by a line of that name
//
// A kind that ends in "?" is advice. In Arabic a leading و or ف is allowed before
// every pattern.
package patterns

import (
	"fmt"
	"io/fs"
	"regexp"
	"unicode"
	"unicode/utf8"
)

// Harmless is the kind of words that only look like another; they are taken out
// before the others are looked for.
const Harmless = "-"

// Taken stands in the place of words that need no second look. It is neither a
// letter nor a gap between words.
const Taken = '\x01'

// Lists is what one file or several hold. It is only read once it is made.
type Lists struct {
	lists    []List
	patterns []pattern // of the first list, then of the second …
	index    index     // the letters that they need
}

// List names the patterns of one kind in one file.
type List struct {
	Kind   string
	Advice bool // the kind was written with a "?"
}

// pattern is one alternative of one line.
type pattern struct {
	list    int                   // its place among the lists
	re      func() *regexp.Regexp // compiled when a text first has what it needs: few ever are
	opening bool                  // only where a sentence begins
	begins  []string              // letters of which a match begins with some; nil is anything
}

// All are the lists in the order of the files.
func (s *Lists) All() []List { return s.lists }

// Read reads the text of a file. The order of kinds is that of the file; an error
// names the line.
func Read(text string) (*Lists, error) {
	var r reading
	if err := r.file(text); err != nil {
		return nil, err
	}
	return r.done(), nil
}

// ReadFiles reads files one after the other; an error names the file and the line.
func ReadFiles(files fs.FS, names ...string) (*Lists, error) {
	var r reading
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading patterns: %w", err)
		}
		if err := r.file(string(b)); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return r.done(), nil
}

// Letter reports what words are made of.
func Letter(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

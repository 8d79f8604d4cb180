// Package sentences holds invented, labelled texts of our own: part of what the scorer learns from, and its golden tests.
package sentences

import (
	"bufio"
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed *.tsv
var files embed.FS

// Sentence is one invented mention.
type Sentence struct {
	ID, Lang, Dialect, Domain, Label, Split, Group, Text string
}

// Utterance is one invented sentence for telling languages apart.
type Utterance struct {
	ID, Lang, Dialect, Split, Text string
}

// Aimed is one invented mention with whom it is about: us, other or none.
type Aimed struct {
	ID, Lang, Brand, About, Label, Split, Text string
}

// Mentions returns all labelled mentions of businesses, in the order of files and lines. The label is the feeling about
// the business.
func Mentions() ([]Sentence, error) { return labelled("mentions*.tsv") }

// Talk returns what else is said in public: tweets, comments, news, reviews of anything. The label is the feeling that is
// voiced, whatever it is about; most of what voices none is there to teach what is no complaint.
func Talk() ([]Sentence, error) { return labelled("talk*.tsv") }

func labelled(pattern string) ([]Sentence, error) {
	var out []Sentence
	err := rows(pattern, 8, func(c []string) error {
		if c[4] != "neg" && c[4] != "neu" && c[4] != "pos" {
			return fmt.Errorf("label %q is not neg, neu or pos", c[4])
		}
		out = append(out, Sentence{c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]})
		return split(c[5])
	})
	return out, err
}

// Languages returns the sentences for language and dialect.
func Languages() ([]Utterance, error) {
	var out []Utterance
	err := rows("language.tsv", 5, func(c []string) error {
		out = append(out, Utterance{c[0], c[1], c[2], c[3], c[4]})
		return split(c[3])
	})
	return out, err
}

// Targets returns the mentions that say whom they are about.
func Targets() ([]Aimed, error) {
	var out []Aimed
	err := rows("target.tsv", 7, func(c []string) error {
		if c[3] != "us" && c[3] != "other" && c[3] != "none" {
			return fmt.Errorf("about %q is not us, other or none", c[3])
		}
		out = append(out, Aimed{c[0], c[1], c[2], c[3], c[4], c[5], c[6]})
		return split(c[5])
	})
	return out, err
}

func split(s string) error {
	if s != "train" && s != "test" {
		return fmt.Errorf("split %q is not train or test", s)
	}
	return nil
}

// rows reads the files that match, and names file and line of the first bad row.
func rows(pattern string, columns int, yield func([]string) error) error {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return fmt.Errorf("listing sentences: %w", err)
	}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return fmt.Errorf("reading sentences: %w", err)
		}
		sc := bufio.NewScanner(strings.NewReader(string(b)))
		for n := 1; sc.Scan(); n++ {
			if l := sc.Text(); l == "" || strings.HasPrefix(l, "#") {
				continue
			}
			c := strings.Split(sc.Text(), "\t")
			if len(c) != columns {
				return fmt.Errorf("reading sentences %s:%d: %d columns instead of %d", name, n, len(c), columns)
			}
			if err := yield(c); err != nil {
				return fmt.Errorf("reading sentences %s:%d: %w", name, n, err)
			}
		}
		if err := sc.Err(); err != nil {
			return fmt.Errorf("reading sentences %s: %w", name, err)
		}
	}
	return nil
}

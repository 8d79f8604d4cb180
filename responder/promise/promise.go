// Package promise finds the time that a reply promises, in Arabic or English:
// "within 24 hours", "by Sunday", "خلال ٢٤ ساعة", "قبل الأحد", "غدًا". A time alone
// is no promise: the clause must say that something will be done, and must not
// speak of opening hours, of the past, or of what the customer should do.
package promise

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"rasid/internal/lines"
)

//go:embed words.tsv
var files embed.FS

// Promise is a time that a text promises.
type Promise struct {
	Words string    // the clause that promises it, as written
	Due   time.Time // when it falls due
}

// Finder finds promises by its word lists.
type Finder struct {
	words   map[string]map[string]string // kind → folded words → value
	longest int                          // words of the longest entry
}

// New reads the embedded word lists.
func New() (*Finder, error) {
	b, err := files.ReadFile("words.tsv")
	if err != nil {
		return nil, fmt.Errorf("reading the words of promises: %w", err)
	}
	f := &Finder{words: map[string]map[string]string{}}
	for n, line := range lines.Of(string(b)) {
		cols := strings.Split(line, "\t")
		if len(cols) < 2 || len(cols) > 3 {
			return nil, fmt.Errorf("words.tsv:%d: want kind, words, value", n)
		}
		kind, value := cols[0], ""
		if len(cols) == 3 {
			value = cols[2]
		}
		if f.words[kind] == nil {
			f.words[kind] = map[string]string{}
		}
		f.words[kind][cols[1]] = value
		f.longest = max(f.longest, strings.Count(cols[1], " ")+1)
	}
	return f, nil
}

// maxText bounds what is read: no reply is longer.
const maxText = 8000

// Find returns the earliest time that a text promises when it is said at now,
// in now's zone. working tells on which days people work; nil is every day.
func (f *Finder) Find(text string, now time.Time, working func(time.Time) bool) (Promise, bool) {
	if len(text) > maxText {
		text = text[:maxText]
	}
	if working == nil {
		working = func(time.Time) bool { return true }
	}
	var first Promise
	found := false
	for _, sentence := range split(text) {
		for i, c := range sentence {
			due, ok := f.due(c, now, working)
			if !ok || f.any("never", c) || !f.committed(sentence, i, now, working) {
				continue
			}
			if !found || due.Before(first.Due) {
				first, found = Promise{Words: c.source(text), Due: due}, true
			}
		}
	}
	return first, found
}

// committed reports whether clause i says that something will be done. A
// clause that only names the time ("within two hours, …") leans on its
// neighbour.
func (f *Finder) committed(sentence []clause, i int, now time.Time, working func(time.Time) bool) bool {
	c := sentence[i]
	if f.commits(c) {
		return true
	}
	if !f.leads(c) {
		return false
	}
	lean := func(j int) bool {
		if j < 0 || j >= len(sentence) || !f.commits(sentence[j]) || f.any("never", sentence[j]) {
			return false
		}
		_, timed := f.due(sentence[j], now, working)
		return !timed
	}
	return lean(i+1) || lean(i-1)
}

// leads reports whether a clause begins with the time itself.
func (f *Finder) leads(c clause) bool {
	return slices.ContainsFunc([]string{"within", "by", "day"}, func(kind string) bool {
		_, n := f.match(kind, c, 0)
		return n > 0
	})
}

// commits reports whether a clause says that something will be done.
func (f *Finder) commits(c clause) bool {
	for i, w := range c {
		if _, n := f.match("commit", c, i); n > 0 {
			// "will not", "we promise nothing".
			if next := i + n; next < len(c) && c[next].text == "not" {
				return false
			}
			return true
		}
		if _, n := f.match("weak", c, i); n > 0 || strings.HasSuffix(w.text, "'ll") || f.future(w.text) {
			return true
		}
	}
	return false
}

// future reports whether an Arabic word is a verb of the future or a "we do":
// سنعود, هنكلمك, بنرسل, ونتصل.
func (f *Finder) future(word string) bool {
	if _, not := f.words["notfuture"][word]; not {
		return false
	}
	w := strings.TrimPrefix(strings.TrimPrefix(word, "و"), "ف")
	if _, not := f.words["notfuture"][w]; not {
		return false
	}
	for _, lead := range []string{"سن", "سي", "ست", "هن", "هي", "هت", "بن", "بي", "بت", "حن", "حي"} {
		if rest, ok := strings.CutPrefix(w, lead); ok && len([]rune(rest)) >= 2 {
			return true
		}
	}
	for _, lead := range []string{"سا", "ها", "ن", "ا", "ت"} {
		rest, ok := strings.CutPrefix(w, lead)
		if !ok || lead == "ت" {
			continue
		}
		for stem := range f.words["stem"] {
			if strings.HasPrefix(rest, stem) && len([]rune(rest)) <= len([]rune(stem))+4 {
				return true
			}
		}
	}
	return false
}

// any reports whether a clause holds a word of a kind, also after "and".
func (f *Finder) any(kind string, c clause) bool {
	for i, w := range c {
		if _, n := f.match(kind, c, i); n > 0 {
			return true
		}
		if _, ok := f.words[kind][strings.TrimPrefix(w.text, "و")]; ok {
			return true
		}
	}
	return false
}

// match finds the longest entry of a kind at word i and how many words it has.
func (f *Finder) match(kind string, c clause, i int) (value string, n int) {
	for n = min(f.longest, len(c)-i); n > 0; n-- {
		if v, ok := f.words[kind][c.text(i, i+n)]; ok {
			return v, n
		}
	}
	return "", 0
}

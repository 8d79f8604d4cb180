// Package phrases holds what staff read, in Arabic and English. The words are
// in ar.txt and en.txt, one "key = text" a line; {name} marks a place for a
// value. Values are put in once and never read again as a phrase, and each is
// isolated (FSI … PDI) so that a Latin name cannot turn an Arabic line around.
package phrases

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed ar.txt en.txt sources.ar.txt lines.ar.txt causes.ar.txt notes.ar.txt notes.en.txt
var files embed.FS

// Isolates of the Unicode bidirectional algorithm (UAX #9).
const (
	FSI = "\u2068" // first strong isolate
	PDI = "\u2069" // pop directional isolate
)

// Catalogue is the words of one language.
type Catalogue struct {
	Language string // ar or en
	words    map[string]string
	sources  map[string]string // what is told of kinds of sources; empty in English
	said     map[string]string // what doctor and check say; nil in English
	causes   [][2]string       // what networks and servers say; empty in English
	kept     [][2]string       // what the program keeps for itself in a history

	reading sync.Once // of said into lines, by the first who asks
	noting  sync.Once // of kept into notes; who reads a history needs no lines
	lines   []line
	notes   []note
}

// Load reads the embedded catalogue of a language: "ar" or "en".
func Load(language string) (*Catalogue, error) {
	words, err := read(language + ".txt")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no phrases in language %q: the languages are ar and en", language)
	}
	if err != nil {
		return nil, err
	}
	c := &Catalogue{Language: language, words: words}
	if c.kept, err = pairs("notes." + language + ".txt"); err != nil {
		return nil, err
	}
	if language == "ar" {
		if c.sources, err = read("sources.ar.txt"); err != nil {
			return nil, err
		}
		if c.causes, err = pairs("causes.ar.txt"); err != nil {
			return nil, err
		}
		c.said, err = read("lines.ar.txt")
	}
	return c, err
}

// read reads a file of "key = text" lines.
func read(name string) (map[string]string, error) {
	list, err := pairs(name)
	words := make(map[string]string, len(list))
	for _, p := range list {
		words[p[0]] = p[1]
	}
	return words, err
}

// pairs reads the pairs of a file of "key = text" lines, in their order.
func pairs(name string) (list [][2]string, err error) {
	b, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, text, ok := strings.Cut(line, " = ")
		if !ok {
			return nil, fmt.Errorf("%s:%d: want key = text", name, i+1)
		}
		if seen[key] {
			return nil, fmt.Errorf("%s:%d: key %s twice", name, i+1, key)
		}
		seen[key] = true
		list = append(list, [2]string{key, strings.ReplaceAll(text, `\n`, "\n")})
	}
	return list, nil
}

// Told says something else of a kind of source (reads, edits, deletions), in
// this language where it is known, and otherwise in the words given.
func (c *Catalogue) Told(kind, what, english string) string {
	return c.Source(kind+"."+what, english)
}

// Source says what the platform of a kind of source does not allow, in this
// language where it is known, and otherwise in the words given.
func (c *Catalogue) Source(kind, english string) string {
	if text, ok := c.sources[kind]; ok {
		return text
	}
	return english
}

// Has reports whether the catalogue knows a key.
func (c *Catalogue) Has(key string) bool {
	_, ok := c.words[key]
	return ok
}

// Say returns the phrase with its places filled from pairs of name and value.
// A key that is missing shows as ⟦key⟧, which a test forbids.
func (c *Catalogue) Say(key string, pairs ...any) string {
	text, ok := c.words[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	if len(pairs) == 0 || !strings.Contains(text, "{") {
		return text
	}
	values := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		values[name] = c.value(pairs[i+1])
	}
	return fill(text, values)
}

// signs stand before a number, a name, or the name of an account on Reddit.
var signs = regexp.MustCompile(`[#@]$|\bu/$`)

// fill replaces each {name} once, from left to right; what it puts in is never
// looked at again. A sign right before a place is isolated with its value:
// outside, it would stand behind it in an Arabic line.
func fill(text string, values map[string]string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			b.WriteString(text)
			return b.String()
		}
		end := strings.IndexByte(text[open:], '}')
		if end < 0 {
			b.WriteString(text)
			return b.String()
		}
		before, name := text[:open], text[open+1:open+end]
		v, ok := values[name]
		if sign := signs.FindString(before); sign != "" && strings.HasPrefix(v, FSI) {
			before, v = strings.TrimSuffix(before, sign), FSI+sign+v[len(FSI):]
		}
		b.WriteString(before)
		if ok {
			b.WriteString(v)
		} else {
			b.WriteString(text[open : open+end+1])
		}
		text = text[open+end+1:]
	}
}

func (c *Catalogue) value(v any) string {
	switch v := v.(type) {
	case int:
		return c.Number(v)
	case int64:
		return FSI + strconv.FormatInt(v, 10) + PDI
	case time.Duration:
		return c.Duration(v)
	case string:
		return FSI + v + PDI
	case Plain:
		return string(v)
	case Noted:
		text, _ := c.Note(string(v), func(by string) string { return by })
		return text
	case Cause:
		return c.Why(string(v))
	default:
		return FSI + fmt.Sprint(v) + PDI
	}
}

// Name writes a name beside words of this language, isolated where it could
// turn their line around.
func (c *Catalogue) Name(s string) string {
	if c.Language == "en" {
		return s
	}
	return FSI + s + PDI
}

// Plain is a value that is already a phrase of the same language: it is put in
// without an isolate.
type Plain string

// Number writes a count with the digits of the language: ٣ in Arabic.
func (c *Catalogue) Number(n int) string {
	s := strconv.Itoa(n)
	if c.Language != "ar" {
		return s
	}
	return ArabicDigits(s)
}

// ArabicDigits turns 0-9 into ٠-٩ and leaves the rest.
func ArabicDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '٠'
		}
		return r
	}, s)
}

// Duration writes a span in its largest fitting unit, rounded: "47 min",
// "٣ س".
func (c *Catalogue) Duration(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	switch {
	case d < time.Minute:
		return c.unit(int(d.Round(time.Second)/time.Second), "unit.second")
	case d < 2*time.Hour:
		return c.unit(int(d.Round(time.Minute)/time.Minute), "unit.minute")
	case d < 48*time.Hour:
		return c.unit(int(d.Round(time.Hour)/time.Hour), "unit.hour")
	}
	return c.unit(int(d.Round(24*time.Hour)/(24*time.Hour)), "unit.day")
}

func (c *Catalogue) unit(n int, key string) string {
	return c.Number(n) + " " + c.Say(key)
}

// Keys lists every key, for the test that compares the languages.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.words))
	for k := range c.words {
		keys = append(keys, k)
	}
	return keys
}

// Text returns the raw text of a key, for the same test.
func (c *Catalogue) Text(key string) string { return c.words[key] }

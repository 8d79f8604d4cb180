// Package phrases holds what staff read, in Arabic and English. The words are
// in ar.txt and en.txt, one "key = text" a line; {name} marks a place for a
// value. Where words change with the count {n}, key.one, key.two, key.few and
// key.many say them for those counts, by the plural rules of CLDR. Values are
// put in once and never read again as a phrase, and each is isolated (FSI … PDI)
// so that a Latin name cannot turn an Arabic line around.
//
// Digits follow one rule. What is counted or measured (mentions, spans of time,
// shares, levels, drafts, lines of the record) and dates and hours in words are
// written in the digits of the language. What is a name, and may be typed,
// searched or compared elsewhere, is written as it is there: #412, incident 3,
// ids, hashes, addresses, 2026-11-20, figures as they stand in config.yaml, and
// scores and weights, which are compared with them. So an int is a count, and an
// int64 or a string a name.
package phrases

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"rasid/internal/lines"
)

//go:embed ar.txt en.txt commands.ar.txt sources.ar.txt lines.ar.txt causes.ar.txt notes.ar.txt notes.en.txt
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
	counted  map[string]string // by key and form, such as unit.day.two
	commands map[string]string // what --help says; empty in English
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
	c := &Catalogue{Language: language, words: words, counted: forms(words)}
	if c.kept, err = pairs("notes." + language + ".txt"); err != nil {
		return nil, err
	}
	if language == "ar" {
		if c.commands, err = read("commands.ar.txt"); err != nil {
			return nil, err
		}
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

// forms takes the forms for single counts out of the words.
func forms(words map[string]string) map[string]string {
	taken := map[string]string{}
	for key, text := range words {
		dot := strings.LastIndexByte(key, '.')
		if dot < 0 || !slices.Contains([]string{"one", "two", "few", "many"}, key[dot+1:]) {
			continue
		}
		if _, ok := words[key[:dot]]; ok {
			taken[key] = text
			delete(words, key)
		}
	}
	return taken
}

// form names the plural form of a count in this language, by CLDR; "other" is
// the phrase itself.
func (c *Catalogue) form(n int) string {
	switch last := n % 100; {
	case n == 1:
		return "one"
	case c.Language != "ar":
		return "other"
	case n == 2:
		return "two"
	case last >= 3 && last <= 10:
		return "few"
	case last >= 11:
		return "many"
	}
	return "other"
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
	for n, line := range lines.Of(string(b)) {
		key, text, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if !ok {
			return nil, fmt.Errorf("%s:%d: want key = text", name, n)
		}
		if seen[key] {
			return nil, fmt.Errorf("%s:%d: key %s twice", name, n, key)
		}
		seen[key] = true
		list = append(list, [2]string{key, strings.ReplaceAll(text, `\n`, "\n")})
	}
	return list, nil
}

// Told returns what else people are told of a kind of source (what it reads,
// edits, deletions) in this language, or english where it is not translated.
func (c *Catalogue) Told(kind, what, english string) string {
	return c.Source(kind+"."+what, english)
}

// Source returns what the platform of a kind of source does not allow in this
// language, or english where it is not translated.
func (c *Catalogue) Source(kind, english string) string {
	if text, ok := c.sources[kind]; ok {
		return text
	}
	return english
}

// Command says a part of a command's help, such as "rasid.stop.long", in this
// language where it is known, and otherwise in the words given.
func (c *Catalogue) Command(part, english string) string {
	return cmp.Or(c.commands[part], english)
}

// Commands lists the parts of the help that this language has, for the test that
// compares them with the commands.
func (c *Catalogue) Commands() []string { return slices.Sorted(maps.Keys(c.commands)) }

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
		if n, ok := pairs[i+1].(int); ok && name == "n" {
			if form, ok := c.counted[key+"."+c.form(n)]; ok {
				text = form
			}
		}
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
	case At:
		return FSI + c.Moment(v.T, v.Now) + PDI
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

// At is a moment as it is told now; the zone is that of T.
type At struct{ T, Now time.Time }

// Plain is a value that is already a phrase of the same language: it is put in
// without an isolate.
type Plain string

// Number writes a count with the digits of the language: ٣ in Arabic.
func (c *Catalogue) Number(n int) string { return c.Digits(strconv.Itoa(n)) }

// Digits writes the digits of a count or a time as the language does.
func (c *Catalogue) Digits(s string) string {
	if c.Language != "ar" {
		return s
	}
	return ArabicDigits(s)
}

// Figures writes numbers that may be fractions or shares with the digits, the
// point and the per cent of the language: ٢٫٥ and ٤٠٪.
func (c *Catalogue) Figures(s string) string {
	if c.Language != "ar" {
		return s
	}
	return ArabicDigits(strings.NewReplacer(".", "٫", "%", "٪").Replace(s))
}

// Moment writes a day and a time of day, with the year when it is not this
// one: "٢١ نوفمبر ٠٩:٠٥". The zone is that of t.
func (c *Catalogue) Moment(t, now time.Time) string {
	key := "digest.moment"
	if t.Year() != now.In(t.Location()).Year() {
		key = "page.moment.year"
	}
	part := func(layout string) Plain { return Plain(c.Digits(t.Format(layout))) }
	month := Plain(c.Say("digest.month." + strconv.Itoa(int(t.Month()))))
	return c.Say(key, "day", part("2"), "month", month, "year", part("2006"), "time", part("15:04"))
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
// "٣ ساعات". Arabic has it as after a preposition: "ساعتين".
func (c *Catalogue) Duration(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	switch {
	case d.Round(time.Second) < time.Minute:
		return c.Say("unit.second", "n", int(d.Round(time.Second)/time.Second))
	case d.Round(time.Minute) < 2*time.Hour:
		return c.Say("unit.minute", "n", int(d.Round(time.Minute)/time.Minute))
	case d.Round(time.Hour) < 48*time.Hour:
		return c.Say("unit.hour", "n", int(d.Round(time.Hour)/time.Hour))
	}
	return c.Say("unit.day", "n", int(d.Round(24*time.Hour)/(24*time.Hour)))
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

package phrases

import (
	"regexp"
	"strings"
	"time"
)

// note is one kind of remark that the program keeps for itself.
type note struct {
	kept  *regexp.Regexp // the whole remark, its places as named groups
	text  string         // as it is read
	whole bool           // without places, or with words of people at its end: no "; " parts it
}

// readNotes makes notes of pairs, in the order in which they are tried.
func readNotes(pairs [][2]string) []note {
	notes := make([]note, len(pairs))
	for i, p := range pairs {
		notes[i] = note{kept: pattern(p[0], `.+?`), text: p[1], whole: !strings.Contains(p[0], "{") || strings.HasSuffix(p[0], "{text}")}
	}
	return notes
}

// Noted is a value that the program noted for itself, told as a note.
type Noted string

// noteWords are the places of a note that hold a word of the catalogue, and how
// its key begins.
var noteWords = map[string]string{
	"label": "digest.chart.", "severity": "severity.", "topic": "topic.", "lang": "lang.", "state": "state.",
	"finding": "finding.", "signals": "signal.", "do": "do.",
}

// Note says in this language what the program kept for itself in the history
// of a case. Names of staff and of rules are told by name. It reports whether
// the note is known; parts that are not known stay as they are, isolated.
func (c *Catalogue) Note(kept string, name func(string) string) (text string, known bool) {
	c.noting.Do(func() { c.notes = readNotes(c.kept) })
	kept = strings.TrimSpace(kept)
	for _, n := range c.notes {
		if found := n.kept.FindStringSubmatch(kept); found != nil && (n.whole || !strings.Contains(kept, "; ")) {
			return c.told(n, found, name), true
		}
	}
	parts := strings.Split(kept, "; ")
	for i, part := range parts {
		var ok bool
		if len(parts) > 1 {
			parts[i], ok = c.Note(part, name)
		}
		known = known || ok
	}
	if !known {
		return c.Why(kept), false
	}
	return strings.Join(parts, c.mark("; ", "؛ ")), known
}

// mark is a mark between words, in English or Arabic.
func (c *Catalogue) mark(english, arabic string) string {
	if c.Language == "ar" {
		return arabic
	}
	return english
}

// told fills the places of a note.
func (c *Catalogue) told(n note, found []string, name func(string) string) string {
	values := map[string]string{}
	for i, place := range n.kept.SubexpNames() {
		if place != "" {
			values[place] = c.noteValue(place, found[i], name)
		}
	}
	return fill(n.text, values)
}

func (c *Catalogue) noteValue(place, kept string, name func(string) string) string {
	switch place {
	case "why":
		text, _ := c.Note(kept, name)
		return text
	case "who", "other":
		return FSI + name(kept) + PDI
	case "aside":
		return FSI + name("rule:"+kept) + PDI
	case "n", "most":
		if c.Language == "ar" {
			return ArabicDigits(strings.ReplaceAll(kept, ", ", "، "))
		}
	case "span":
		if d, err := time.ParseDuration(kept); err == nil {
			return c.Duration(d)
		}
	}
	begin, ok := noteWords[place]
	if !ok {
		return FSI + kept + PDI
	}
	words := strings.Split(kept, ", ")
	for i, w := range words {
		words[i] = FSI + w + PDI
		if c.Has(begin + w) {
			words[i] = c.Say(begin + w)
		}
	}
	return strings.Join(words, c.mark(", ", "، "))
}

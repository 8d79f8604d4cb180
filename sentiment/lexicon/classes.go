package lexicon

import (
	"fmt"
	"strconv"
	"strings"

	"rasid/sentiment/internal/text"
)

// about is how slots go with a node: which the one word fills, what it is worth as a number, and which follow.
type about struct {
	fills slots // of kinds only
	worth worth
	open  slots
}

// about is how slots go with a node, which is good until another one is asked for.
func (s *Set) about(n *node) *about {
	if n.about == 0 {
		s.slots = append(s.slots, about{})
		n.about = uint16(len(s.slots)) // plant looks after it
	}
	return &s.slots[n.about-1]
}

// teach says that the word of a hash fills a slot; a worth of 0 leaves what it was worth before.
func (s *Set) teach(word uint64, k slot, v worth) {
	a := s.about(s.tree.add(text.Step(0, word)))
	a.fills |= k.bit()
	if v != 0 {
		a.worth = v
	}
}

// figures teaches the tree the numbers that are compared: written with digits, as hours, prices and with their unit.
func (s *Set) figures() {
	put := func(word string, k slot, v float64) {
		s.teach(text.HashRunes([]rune(word)), k, worthOf(v))
	}
	for v := range 1000 {
		put(strconv.Itoa(v), aNumber, float64(v))
	}
	for v := range 61 {
		n := strconv.Itoa(v)
		for _, u := range []string{"am", "pm", "x", "k", "ish"} {
			put(n+u, aNumber, float64(v))
		}
		for _, u := range []string{"min", "mins", "m", "h", "hr", "hrs", "hour", "hours", "wk", "wks", "د", "س"} {
			put(n+u, aSpan, float64(v))
		}
		for _, u := range []string{"st", "nd", "rd", "th"} {
			put(n+u, anOrdinal, float64(v))
		}
	}
	for h := range 24 {
		for m := range 60 {
			v := fmt.Sprintf("%d:%02d", h, m)
			put(v, aNumber, float64(h)+float64(m)/60)
			if m%5 == 0 {
				put(v+"am", aNumber, float64(h)+float64(m)/60)
				put(v+"pm", aNumber, float64(h)+float64(m)/60)
			}
		}
	}
	for v := range 100 {
		for _, c := range []int{0, 5, 20, 25, 40, 49, 50, 60, 75, 80, 90, 95, 99} {
			put(fmt.Sprintf("%d.%02d", v, c), aNumber, float64(v)+float64(c)/100)
		}
		for c := range 10 {
			put(fmt.Sprintf("%d.%d", v, c), aNumber, float64(v)+float64(c)/10)
		}
	}
}

// classes reads a line of classes.tsv: the name of a kind and its words, those of a number or a day with what they are worth
// ("two=2").
func (s *Set) classes(f *text.Folder, doc *text.Doc, line string) error {
	name, words, ok := strings.Cut(line, "\t")
	if !ok {
		return fmt.Errorf("no words for the class %q", name)
	}
	k, ok := s.names[name]
	if !ok {
		k = named + slot(len(s.names)-len(own)) // counted from zero
		if k >= maxKinds {
			return fmt.Errorf("class %q is one too many, %d are allowed", name, maxKinds-named)
		}
		s.names[strings.Clone(name)] = k
	}
	if k >= maxKinds {
		return fmt.Errorf("%q compares and has no words", name)
	}
	for w := range strings.FieldsSeq(words) {
		w, v, _ := strings.Cut(w, "=")
		if f.Parse(doc, w); len(doc.Tok) != 1 {
			return fmt.Errorf("%q of the class %q is not one word", w, name)
		}
		amount := worth(0)
		if v != "" {
			x, err := strconv.ParseFloat(v, 64)
			if err != nil {
				return fmt.Errorf("what %q is worth: %w", w, err)
			}
			amount = worthOf(x)
		}
		s.teach(doc.Tok[0].Hash, k, amount)
	}
	return nil
}

// step is a word or a slot of an entry.
type step struct {
	hash uint64
	slot slot
	open bool // it is a slot
}

// stepsOf takes an entry apart, word by word and slot by slot.
func (s *Set) stepsOf(f *text.Folder, doc *text.Doc, entry string) ([]step, error) {
	var out []step
	for entry != "" {
		words, rest, found := strings.Cut(entry, "{")
		f.Parse(doc, words)
		for _, t := range doc.Tok {
			if Joins(t.Kind) {
				out = append(out, step{hash: t.Hash})
			}
		}
		if !found {
			break
		}
		name, rest, _ := strings.Cut(rest, "}")
		k, ok := s.names[name]
		if !ok || k == gap && len(out) == 0 {
			return nil, fmt.Errorf("entry %q: no {%s} can stand there", entry, name)
		}
		out, entry = append(out, step{slot: k, open: true}), rest
	}
	return out, nil
}

// Package lexicon holds the hand-written words of the scorer: valenced words and phrases, negators, intensifiers
// and turning words, in Arabic and English, with a tag for what else a word tells (dialect, threat, churn …).
//
// Each line of a data file is: entry, valence (-4..4; a multiplier for intensifiers), tags or "-", optional note.
package lexicon

import (
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"iter"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"rasid/sentiment/internal/text"
)

//go:embed ar/*.tsv en/*.tsv emoji.tsv
var files embed.FS

// maxPhrase bounds the words of an entry, and with it the work per word of a text.
const maxPhrase = 8

// maxSteps is how many words and slots an entry with slots may have.
const maxSteps = 12

// Role is what an entry does in a sentence.
type Role uint8

// The roles.
const (
	Valued Role = iota
	Negator
	Intensifier
	Contrast
	roles // how many there are
)

// Entry is one word or phrase. It is small, for there are seventy thousand: what it says in the file is not kept.
type Entry struct {
	Valence float32
	Role    Role
	Arabic  bool
	Words   uint8
	tags    *tagged // nil when it has none
}

// tagged are tags and their hashes; many entries have the same ones.
type tagged struct {
	names  []string
	hashes []uint64
}

// Tags tell what else an entry tells; callers must not change them.
func (e *Entry) Tags() []string {
	if e.tags == nil {
		return nil
	}
	return e.tags.names
}

// TagHashes are the hashes of Tags, for hashed features.
func (e *Entry) TagHashes() []uint64 {
	if e.tags == nil {
		return nil
	}
	return e.tags.hashes
}

// Tagged says whether the entry carries the tag.
func (e *Entry) Tagged(tag string) bool { return slices.Contains(e.Tags(), tag) }

// Set is a loaded lexicon, safe for concurrent reading.
type Set struct {
	tree    tree
	stems   map[uint64]uint32
	entries []Entry
	tags    map[string]*tagged // while reading
	names   map[string]slot    // while reading: of slots
	others  []uint32           // index+1 of the entries that have another role than to be valued
	slots   []about            // how slots go with nodes
	begins  slots              // that entries begin with
	print   uint64
}

// Entries that came after the shipped table was learned, and those that went.
const (
	laterFile  = "later.tsv"
	formerFile = "former.tsv"
)

// Load reads the embedded files.
func Load(f *text.Folder) (*Set, error) { return LoadFS(f, files) }

// Taught reads what tables are learned with: what the shipped table was learned with, which can so be learned again.
// A handful of entries moves what is learned of all others.
func Taught(f *text.Folder) (*Set, error) { return read(f, files, laterFile) }

// LoadFS reads ar/*.tsv, en/*.tsv and emoji.tsv from fsys; a bad line is an error that names file and line.
func LoadFS(f *text.Folder, fsys fs.FS) (*Set, error) { return read(f, fsys, formerFile) }

// read reads all files but those of one name.
func read(f *text.Folder, fsys fs.FS, not string) (*Set, error) {
	s := &Set{tree: newTree(), stems: make(map[uint64]uint32, 1<<14), tags: map[string]*tagged{}, names: maps.Clone(own)}
	s.figures()
	sum := fnv.New64a()
	var doc text.Doc
	err := eachFile(fsys, not, func(name string, body []byte) error {
		sum.Write(body) // never fails
		for n, line := range lines(string(body)) {
			if err := s.readLine(f, &doc, name, line); err != nil {
				return fmt.Errorf("reading lexicon %s:%d: %w", name, n, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.print, s.tags, s.names = sum.Sum64(), nil, nil
	s.entries = slices.Clone(s.entries) // as large as they are
	return s, nil
}

// eachFile calls read with the name of each file and what is in it, those of classes first, until there is an error. It
// passes over the files of one name.
func eachFile(fsys fs.FS, not string, read func(name string, body []byte) error) error {
	var names []string
	for _, pat := range []string{"ar/*.tsv", "en/*.tsv", "emoji.tsv"} {
		m, err := fs.Glob(fsys, pat)
		if err != nil {
			return fmt.Errorf("listing %s: %w", pat, err)
		}
		names = append(names, m...)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return path.Base(name) == not })
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("reading lexicon %s: %w", name, err)
		}
		if err := read(name, b); err != nil {
			return err
		}
	}
	return nil
}

// lines are the lines of a file that are no remarks, and their numbers.
func lines(body string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		n := 0
		for l := range strings.Lines(body) {
			n++
			l = strings.TrimRight(l, "\r\n")
			if l == "" || strings.HasPrefix(l, "#") && !strings.Contains(l, "\t") {
				continue
			}
			if !yield(n, l) {
				return
			}
		}
	}
}

// rank puts the classes before the entries that name them.
func rank(file string) int {
	if path.Base(file) == classesFile {
		return 0
	}
	return 1
}

// classesFile holds the words that fill the slots of entries.
const classesFile = "classes.tsv"

// Fingerprint changes when any entry changes; a learned table remembers the one it was trained with.
func (s *Set) Fingerprint() uint64 { return s.print }

// Entries returns all entries; callers must not change them.
func (s *Set) Entries() []Entry { return s.entries }

func roleOf(name string) Role {
	switch strings.TrimSuffix(path.Base(name), ".tsv") {
	case "negators":
		return Negator
	case "intensifiers":
		return Intensifier
	case "contrast":
		return Contrast
	}
	return Valued
}

func (s *Set) readLine(f *text.Folder, doc *text.Doc, name, line string) error {
	if path.Base(name) == classesFile {
		return s.classes(f, doc, line)
	}
	words, e, err := s.parse(line)
	if err != nil {
		return err
	}
	e.Role, e.Arabic = roleOf(name), strings.HasPrefix(name, "ar/")
	return s.add(f, doc, words, e)
}

// parse takes a line apart: the words of an entry, and what they are worth.
func (s *Set) parse(line string) (words string, e Entry, err error) {
	c := strings.Split(line, "\t")
	if len(c) < 3 || len(c) > 4 {
		return "", e, fmt.Errorf("%d columns instead of entry, valence, tags and an optional note", len(c))
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(c[1]), 32)
	if err != nil || v < -4 || v > 4 {
		return "", e, fmt.Errorf("valence %q is not a number from -4 to 4", c[1])
	}
	e.Valence = float32(v)
	if t := strings.TrimSpace(c[2]); t != "-" && t != "" {
		e.tags = s.tagsOf(t)
	}
	return strings.TrimSpace(c[0]), e, nil
}

// tagsOf takes a list of tags apart, the same list only once.
func (s *Set) tagsOf(list string) *tagged {
	t, ok := s.tags[list]
	if !ok {
		t = new(tagged)
		for tag := range strings.SplitSeq(list, ",") {
			tag = strings.Clone(strings.TrimSpace(tag))
			t.names, t.hashes = append(t.names, tag), append(t.hashes, text.HashRunes([]rune(tag)))
		}
		s.tags[strings.Clone(list)] = t
	}
	return t
}

func (s *Set) add(f *text.Folder, doc *text.Doc, words string, e Entry) error {
	steps, err := s.stepsOf(f, doc, words)
	if err != nil {
		return err
	}
	limit := maxPhrase
	if slices.ContainsFunc(steps, func(st step) bool { return st.open }) {
		limit = maxSteps
	}
	if len(steps) == 0 || len(steps) > limit {
		return fmt.Errorf("entry %q has %d words; 1 to %d are allowed", words, len(steps), limit)
	}
	e.Words = uint8(len(steps)) // maxSteps at most
	s.entries = append(s.entries, e)
	at := uint32(len(s.entries)) // as many as lines of the files
	if err := s.plant(steps, e.Role, at); err != nil {
		return fmt.Errorf("entry %q: %w", words, err)
	}
	if e.Role == Valued && e.Arabic && len(steps) == 1 && !steps[0].open {
		s.addStem(doc, at)
	}
	return nil
}

// addStem adds the light stem of an Arabic word, which the document holds.
func (s *Set) addStem(doc *text.Doc, at uint32) {
	i := slices.IndexFunc(doc.Tok, func(t text.Token) bool { return Joins(t.Kind) })
	if doc.Tok[i].Kind != text.Word {
		return
	}
	if stem, ok := text.Stem(doc.R[doc.Tok[i].From:doc.Tok[i].To]); ok {
		k := text.HashRunes(stem)
		if _, dup := s.stems[k]; !dup {
			s.stems[k] = at
		}
	}
}

// plant adds the path of an entry to the tree.
func (s *Set) plant(steps []step, role Role, at uint32) error {
	var h uint64
	var n *node
	for _, st := range steps {
		if st.open {
			if n == nil {
				s.begins |= st.slot.bit()
			} else {
				n.valued |= opens
				s.about(n).open |= st.slot.bit()
			}
			h = st.slot.step(h)
		} else {
			if n != nil {
				n.valued |= goesOn
			}
			h = text.Step(h, st.hash)
		}
		n = s.tree.add(h)
	}
	switch {
	case role == Valued:
		if n.valued&index == 0 {
			n.valued |= at
		}
	case n.other == 0:
		s.others = append(s.others, at)
		n.other = uint16(len(s.others))
	case s.entries[s.others[n.other-1]-1].Role != role:
		return errors.New("it cannot do two things besides having a valence")
	}
	if max(len(s.others), len(s.slots)) > math.MaxUint16 {
		return fmt.Errorf("there are more than %d negators, intensifiers and turning words, or places of slots", math.MaxUint16)
	}
	return nil
}

// Joins says whether a token of this kind can be part of an entry.
func Joins(k text.Kind) bool {
	return k == text.Word || k == text.Number || k == text.EmojiTok || k == text.Happy || k == text.Sad
}

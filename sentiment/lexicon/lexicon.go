// Package lexicon holds the hand-written words of the scorer: valenced words and phrases, negators, intensifiers
// and turning words, in Arabic and English, with a tag for what else a word tells (dialect, threat, churn …).
//
// Each line of a data file is: entry, valence (-4..4; a multiplier for intensifiers), tags or "-", optional note.
package lexicon

import (
	"embed"
	"fmt"
	"hash/fnv"
	"io/fs"
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

// Role is what an entry does in a sentence.
type Role uint8

// The roles.
const (
	Valued Role = iota
	Negator
	Intensifier
	Contrast
)

// Entry is one word or phrase.
type Entry struct {
	Text    string
	Valence float32
	Role    Role
	Arabic  bool
	Tags    []string
	Words   int

	TagHashes []uint64 // of Tags, for hashed features
}

// Tagged says whether the entry carries the tag.
func (e *Entry) Tagged(tag string) bool { return slices.Contains(e.Tags, tag) }

// Set is a loaded lexicon, safe for concurrent reading.
type Set struct {
	tree    tree
	stems   map[uint64]int32
	entries []Entry
	tags    map[string]tagged // while reading: many entries have the same ones
	print   uint64
}

// tagged are tags and their hashes.
type tagged struct {
	names  []string
	hashes []uint64
}

// Load reads the embedded files.
func Load(f *text.Folder) (*Set, error) { return LoadFS(f, files) }

// LoadFS reads ar/*.tsv, en/*.tsv and emoji.tsv from fsys; a bad line is an error that names file and line.
func LoadFS(f *text.Folder, fsys fs.FS) (*Set, error) {
	var names []string
	for _, pat := range []string{"ar/*.tsv", "en/*.tsv", "emoji.tsv"} {
		m, err := fs.Glob(fsys, pat)
		if err != nil {
			return nil, fmt.Errorf("listing %s: %w", pat, err)
		}
		names = append(names, m...)
	}
	s := &Set{tree: newTree(), stems: make(map[uint64]int32, 1<<14), tags: map[string]tagged{}}
	sum := fnv.New64a()
	var doc text.Doc
	for _, name := range names {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("reading lexicon %s: %w", name, err)
		}
		sum.Write(b) // never fails
		if err := s.read(f, &doc, name, string(b)); err != nil {
			return nil, err
		}
	}
	s.print, s.tags = sum.Sum64(), nil
	s.entries, s.tree.nodes = slices.Clip(s.entries), slices.Clip(s.tree.nodes)
	return s, nil
}

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

func (s *Set) read(f *text.Folder, doc *text.Doc, name, body string) error {
	role := roleOf(name)
	line := 0
	for l := range strings.Lines(body) {
		line++
		l = strings.TrimRight(l, "\r\n")
		if l == "" || strings.HasPrefix(l, "#") && !strings.Contains(l, "\t") {
			continue
		}
		e, err := s.parse(l, role)
		if err != nil {
			return fmt.Errorf("reading lexicon %s:%d: %w", name, line, err)
		}
		e.Arabic = strings.HasPrefix(name, "ar/")
		if err := s.add(f, doc, e); err != nil {
			return fmt.Errorf("reading lexicon %s:%d: %w", name, line, err)
		}
	}
	return nil
}

func (s *Set) parse(line string, role Role) (Entry, error) {
	c := strings.Split(line, "\t")
	if len(c) < 3 || len(c) > 4 {
		return Entry{}, fmt.Errorf("%d columns instead of entry, valence, tags and an optional note", len(c))
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(c[1]), 32)
	if err != nil || v < -4 || v > 4 {
		return Entry{}, fmt.Errorf("valence %q is not a number from -4 to 4", c[1])
	}
	e := Entry{Text: strings.Clone(strings.TrimSpace(c[0])), Valence: float32(v), Role: role} // the notes need not stay
	if t := strings.TrimSpace(c[2]); t != "-" && t != "" {
		e.Tags, e.TagHashes = s.tagsOf(t)
	}
	return e, nil
}

// tagsOf takes a list of tags apart, the same list only once.
func (s *Set) tagsOf(list string) ([]string, []uint64) {
	t, ok := s.tags[list]
	if !ok {
		for tag := range strings.SplitSeq(list, ",") {
			tag = strings.Clone(strings.TrimSpace(tag))
			t.names, t.hashes = append(t.names, tag), append(t.hashes, text.HashRunes([]rune(tag)))
		}
		s.tags[strings.Clone(list)] = t
	}
	return t.names, t.hashes
}

func (s *Set) add(f *text.Folder, doc *text.Doc, e Entry) error {
	f.Parse(doc, e.Text)
	toks := make([]text.Token, 0, 8)
	for _, t := range doc.Tok {
		if Joins(t.Kind) {
			toks = append(toks, t)
		}
	}
	if len(toks) == 0 || len(toks) > maxPhrase {
		return fmt.Errorf("entry %q has %d words; 1 to %d are allowed", e.Text, len(toks), maxPhrase)
	}
	e.Words = len(toks)
	s.entries = append(s.entries, e)
	at := int32(len(s.entries))
	var h uint64
	for i, t := range toks {
		h = text.Step(h, t.Hash)
		n := s.tree.add(h)
		if i < len(toks)-1 {
			n.more = true
		} else if n.entry[e.Role] == 0 {
			n.entry[e.Role] = at
		}
	}
	if e.Role == Valued && e.Arabic && len(toks) == 1 && toks[0].Kind == text.Word {
		if stem, ok := text.Stem(doc.R[toks[0].From:toks[0].To]); ok {
			k := text.HashRunes(stem)
			if _, dup := s.stems[k]; !dup {
				s.stems[k] = at
			}
		}
	}
	return nil
}

// Joins says whether a token of this kind can be part of an entry.
func Joins(k text.Kind) bool {
	return k == text.Word || k == text.Number || k == text.EmojiTok || k == text.Happy || k == text.Sad
}

// At finds the longest entry of a role that starts at token i; n is the number of tokens it takes, 0 when there is none.
func (s *Set) At(toks []text.Token, i int, role Role) (e *Entry, n int) {
	var h uint64
	for j := i; j < len(toks) && j-i < maxPhrase && Joins(toks[j].Kind); j++ {
		h = text.Step(h, toks[j].Hash)
		nd := s.tree.find(h)
		if nd == nil {
			break
		}
		if k := nd.entry[role]; k > 0 {
			e, n = &s.entries[k-1], j-i+1
		}
		if !nd.more {
			break
		}
	}
	return e, n
}

// Found is what begins at a token: the longest entry of each role, and how many tokens it takes.
type Found struct {
	Entry [4]*Entry
	N     [4]int
	Seen  int // how many tokens were looked at: where these are the same, the same is found
}

// All is At for every role in one walk.
func (s *Set) All(toks []text.Token, i int, f *Found) {
	*f = Found{}
	var h uint64
	for j := i; j < len(toks) && j-i < maxPhrase; j++ {
		f.Seen++
		if !Joins(toks[j].Kind) {
			return
		}
		h = text.Step(h, toks[j].Hash)
		nd := s.tree.find(h)
		if nd == nil {
			return
		}
		for r, k := range nd.entry {
			if k > 0 {
				f.Entry[r], f.N[r] = &s.entries[k-1], j-i+1
			}
		}
		if !nd.more {
			return
		}
	}
}

// ByStem finds the valued Arabic word that shares the light stem, or the word itself is the stem of.
func (s *Set) ByStem(stem uint64) *Entry {
	if n := s.tree.find(text.Step(0, stem)); n != nil && n.entry[Valued] > 0 {
		return &s.entries[n.entry[Valued]-1]
	}
	if k, ok := s.stems[stem]; ok {
		return &s.entries[k-1]
	}
	return nil
}

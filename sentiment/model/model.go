// Package model holds the learned table of weights: for each hashed feature, how far it moves log(neg/neu) and
// log(pos/neu). CARD.md beside it says what it learned from, how well it does, and how to learn it again.
package model

import (
	"bytes"
	"compress/flate"
	_ "embed" // the table is part of the program
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/bits"
)

//go:embed weights.bin
var weights []byte

//go:embed CARD.md
var card string

// Card is the model card of the embedded table.
func Card() string { return card }

// magic begins every table and names its format.
const magic = "rasid table 3\n"

// maxBits bounds the table in memory: 2^24 slots take 16 MB.
const maxBits = 24

// Header describes a table.
type Header struct {
	Bits     int        `json:"bits"`     // 2^Bits slots
	Scale    float64    `json:"scale"`    // worth of one step of the stored bytes
	Bias     [2]float64 `json:"bias"`     // of log(neg/neu) and log(pos/neu)
	Heat     float64    `json:"heat"`     // the logits are multiplied by it: calibration
	ShiftEn  [2]float64 `json:"shift_en"` // added to Bias where the text has words, all in Latin letters
	LeanEn   float64    `json:"lean_en"`  // P(neg) counts this many times when such a text gets its label
	Lexicon  string     `json:"lexicon"`  // fingerprint of the lexicon it was trained with
	Rows     int        `json:"rows"`     // texts it learned from
	Features int        `json:"features"`
	Sources  []Source   `json:"sources"`
}

// Source is one set of texts the table learned from.
type Source struct {
	Name string `json:"name"`
	Lang string `json:"lang"`
	Rows int    `json:"rows"`
}

// Table is a loaded table, safe for concurrent reading. Four of five slots are empty: only the others have a cell, and
// what is known of a slot stands in one cache line, for looking up the features of a text takes more time than anything
// else done with it.
type Table struct {
	Header
	blocks  []block
	spilled map[uint32]Cell // of slots whose block was full
}

// block is what is known of blockSlots slots in a row.
type block struct {
	used  uint64           // a bit for each slot
	cells [blockCells]Cell // of the slots used, in their order
}

// Sizes of a block. A block of the embedded table uses 14 slots; more than blockCells are used by one block in 25,000.
const (
	blockSlots = 64
	blockCells = 28
)

// Cell is the stored weight of one slot.
type Cell struct{ Neg, Pos int8 }

// New makes a table of cells, one for each of its 1<<h.Bits slots, and counts the features that say anything.
func New(h Header, cells []Cell) *Table {
	t := &Table{Header: h}
	t.clear()
	t.Features = 0
	for slot, c := range cells {
		if c != (Cell{}) {
			t.put(uint32(slot), c) // below 2^maxBits
			t.Features++
		}
	}
	return t
}

// clear empties the table.
func (t *Table) clear() {
	t.blocks, t.spilled = make([]block, max(1<<t.Bits/blockSlots, 1)), map[uint32]Cell{}
}

// put adds a cell; the slots come in order.
func (t *Table) put(slot uint32, c Cell) {
	b := &t.blocks[slot/blockSlots]
	if rank := bits.OnesCount64(b.used); rank < blockCells {
		b.cells[rank] = c
	} else {
		t.spilled[slot] = c
	}
	b.used |= 1 << (slot % blockSlots)
}

// At is the cell of a slot. It does not branch on whether the slot is used, which the processor could only guess; the
// place of the cell is in the same cache line anyway.
func (t *Table) At(slot uint32) Cell {
	b, at := &t.blocks[slot/blockSlots], slot%blockSlots
	rank := bits.OnesCount64(b.used & (1<<at - 1))
	if rank >= blockCells {
		return t.spilled[slot]
	}
	c, used := b.cells[rank], -int8(b.used>>at&1)
	return Cell{c.Neg & used, c.Pos & used}
}

// Near has a bit for each slot that is used of those around a slot. Asking for it fetches what At needs to know.
func (t *Table) Near(slot uint32) uint64 { return t.blocks[slot/blockSlots].used }

// All are the slots used and their cells, in order.
func (t *Table) All() iter.Seq2[int, Cell] {
	return func(yield func(int, Cell) bool) {
		for i := range t.blocks {
			for w := t.blocks[i].used; w != 0; w &= w - 1 {
				slot := i*blockSlots + bits.TrailingZeros64(w)
				if !yield(slot, t.At(uint32(slot))) { // below 2^maxBits
					return
				}
			}
		}
	}
}

// Mask selects a slot of the table from a hash.
func (t *Table) Mask() uint32 { return uint32(1)<<t.Bits - 1 }

// Embedded loads the table that comes with the program.
func Embedded() (*Table, error) { return Read(bytes.NewReader(weights)) }

// Size is the number of bytes the embedded table takes.
func Size() int { return len(weights) }

// Write stores the table: the header, the book, the gaps between the slots used, the places of their cells in the book, and
// the cells that stand elsewhere, the last three each compressed by itself because they look nothing like each other.
func (t *Table) Write(w io.Writer) error {
	head, err := json.Marshal(t.Header)
	if err != nil {
		return fmt.Errorf("writing the model header: %w", err)
	}
	book := bookOf(t)
	at := book.places()
	var gaps, places, rest []byte
	next := 0 // slot after the last one used
	for slot, c := range t.All() {
		gap := slot - next
		for ; gap >= longGap; gap -= longGap {
			gaps = append(gaps, longGap)
		}
		gaps = append(gaps, byte(gap))
		place, ok := at[c]
		if !ok {
			place = elsewhere
		}
		places = append(places, place)
		if place == elsewhere {
			rest = append(rest, byte(c.Neg), byte(c.Pos))
		}
		next = slot + 1
	}
	var out bytes.Buffer
	out.WriteString(magic)
	for _, part := range [][]byte{head, book.bytes(), squeeze(gaps), squeeze(places), squeeze(rest)} {
		out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(part)))) // a table is far below 4 GB
		out.Write(part)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("writing the model: %w", err)
	}
	return nil
}

// longGap stands for so many empty slots and more to come.
const longGap = 255

func squeeze(b []byte) []byte {
	var out bytes.Buffer
	z, _ := flate.NewWriter(&out, flate.HuffmanOnly) // only a bad level is an error
	_, _ = z.Write(b)                                // a bytes.Buffer never fails
	_ = z.Close()
	return out.Bytes()
}

var errShort = errors.New("reading the model: the file ends early or is damaged")

// maxPart bounds one compressed part, so that a damaged length cannot ask for gigabytes.
const maxPart = 32 << 20

// Read loads a table.
func Read(r io.Reader) (*Table, error) {
	m := make([]byte, len(magic))
	if _, err := io.ReadFull(r, m); err != nil || string(m) != magic {
		return nil, errors.New("reading the model: this is not a table of this version")
	}
	var parts [5][]byte
	for i := range parts {
		var n [4]byte
		if _, err := io.ReadFull(r, n[:]); err != nil {
			return nil, errShort
		}
		size := binary.LittleEndian.Uint32(n[:])
		if size > maxPart {
			return nil, errShort
		}
		parts[i] = make([]byte, size)
		if _, err := io.ReadFull(r, parts[i]); err != nil {
			return nil, errShort
		}
	}
	t := &Table{}
	if err := json.Unmarshal(parts[0], &t.Header); err != nil {
		return nil, fmt.Errorf("reading the model header: %w", err)
	}
	if t.Bits < 4 || t.Bits > maxBits {
		return nil, fmt.Errorf("reading the model: a table of 2^%d slots is outside 2^4 to 2^%d", t.Bits, maxBits)
	}
	var b book
	if !b.read(parts[1]) {
		return nil, errShort
	}
	return t, t.fill(&b, parts[2:])
}

func (t *Table) fill(b *book, parts [][]byte) error {
	t.clear()
	slots := 1 << t.Bits
	limit := int64(slots) * 2
	var raw [3][]byte
	for i, z := range parts {
		out := bytes.NewBuffer(make([]byte, 0, slots/4+bytes.MinRead)) // about as much as a table has
		if _, err := out.ReadFrom(io.LimitReader(flate.NewReader(bytes.NewReader(z)), limit)); err != nil {
			return fmt.Errorf("reading the model: %w", err)
		}
		raw[i] = out.Bytes()
	}
	at, k, rest := 0, 0, raw[2]
	for _, g := range raw[0] {
		at += int(g)
		if g == longGap {
			continue
		}
		if at >= slots || k >= len(raw[1]) {
			return errShort
		}
		place := raw[1][k]
		c := b[place]
		if place == elsewhere {
			if len(rest) < 2 {
				return errShort
			}
			c, rest = Cell{int8(rest[0]), int8(rest[1])}, rest[2:] // the bytes are the stored int8
		}
		t.put(uint32(at), c)
		at++
		k++
	}
	if k != len(raw[1]) || len(rest) > 0 {
		return errShort
	}
	return nil
}

package model

import (
	"cmp"
	"slices"
)

// book is a list of cells, so that a byte of the file tells which one a slot has: of 1,844 pairs of weights learned, 254 made up
// 99 of 100 slots. The first place is that of no cell, and the last, elsewhere, that of the cells that the book has not.
type book [256]Cell

const elsewhere = 255

// bookOf takes the cells that most slots have.
func bookOf(t *Table) *book {
	n := map[Cell]int{}
	for _, c := range t.All() {
		n[c]++
	}
	most := make([]Cell, 0, len(n))
	for c := range n {
		most = append(most, c)
	}
	slices.SortFunc(most, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a.Neg, b.Neg), cmp.Compare(a.Pos, b.Pos))
	})
	var b book
	copy(b[1:elsewhere], most)
	return &b
}

// places are where the cells of the book stand in it.
func (b *book) places() map[Cell]uint8 {
	out := make(map[Cell]uint8, len(b))
	for k := uint8(1); k < elsewhere; k++ {
		out[b[k]] = k
	}
	delete(out, Cell{})
	return out
}

// bytes are the book as it is stored.
func (b *book) bytes() []byte {
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = append(out, byte(c.Neg), byte(c.Pos))
	}
	return out
}

// read reads what bytes gave; ok is false for anything else.
func (b *book) read(from []byte) (ok bool) {
	if len(from) != 2*len(b) {
		return false
	}
	for k := range b {
		b[k] = Cell{int8(from[2*k]), int8(from[2*k+1])}
	}
	return true
}

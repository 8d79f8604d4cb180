package model

import (
	"bytes"
	"testing"
)

func TestATableIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	cells := make([]Cell, 1<<14)
	for i := range cells {
		if i%5 == 0 || i/64 == 7 { // a block with more slots used than it has room for
			cells[i] = Cell{int8(i * 7 % 251), int8(i%13 + 1)} // far more different ones than a book has places
		}
	}
	tab := New(Header{Bits: 14, Scale: 0.5}, cells)
	var b bytes.Buffer
	if err := tab.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Read(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for slot := range uint32(len(cells)) {
		if got.At(slot) != cells[slot] || tab.At(slot) != cells[slot] {
			t.Fatalf("slot %d holds %v, read again %v, was given %v", slot, tab.At(slot), got.At(slot), cells[slot])
		}
		if tab.At(slot) != (Cell{}) && tab.Near(slot) == 0 {
			t.Fatalf("nothing is near slot %d, which holds %v", slot, tab.At(slot))
		}
	}
	for _, n := range []int{0, len(magic) - 1, len(magic) + 40, b.Len() - 9} {
		if _, err := Read(bytes.NewReader(b.Bytes()[:n])); err == nil {
			t.Errorf("the first %d bytes are taken for a whole table", n)
		}
	}
}

package model

import "testing"

func TestEverySlotHoldsWhatWasPutThere(t *testing.T) {
	t.Parallel()
	values := []Cell{{Neg: 1}, {Neg: 100, Pos: 4}, {Neg: -127, Pos: 127}, {Pos: 2}, {Neg: 5, Pos: -5}}
	for _, bits := range []int{4, 6, 7, 12} { // less than a word of slots, one, two, many
		cells := make([]Cell, 1<<bits)
		used := 0
		for i := range cells {
			if i*i%7 < 3 { // no pattern that words of slots would repeat
				cells[i] = values[i%len(values)]
				used++
			}
		}
		cells[len(cells)-1] = Cell{Pos: -7} // the last bit of the last word
		tab := New(Header{Bits: bits}, cells)
		slot := uint32(0)
		for _, want := range cells {
			if got := tab.At(slot); got != want {
				t.Fatalf("2^%d slots: slot %d holds %v, want %v", bits, slot, got, want)
			}
			slot++
		}
		n := 0
		for slot, c := range tab.All() {
			if c != cells[slot] {
				t.Fatalf("2^%d slots: walking, slot %d holds %v, want %v", bits, slot, c, cells[slot])
			}
			n++
		}
		if n != tab.Features || n < used {
			t.Errorf("2^%d slots: walked over %d of %d features", bits, n, tab.Features)
		}
	}
}

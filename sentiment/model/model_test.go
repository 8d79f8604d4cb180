package model

import (
	"math/rand/v2"
	"testing"
)

func TestEverySlotHoldsWhatWasPutThere(t *testing.T) {
	t.Parallel()
	for _, bits := range []int{4, 6, 7, 12} { // less than a word of slots, one, two, many
		rnd := rand.New(rand.NewPCG(uint64(bits), 1)) //nolint:gosec // a test that repeats itself
		cells := make([]Cell, 1<<bits)
		used := 0
		for i := range cells {
			if rnd.IntN(3) == 0 {
				cells[i] = Cell{Neg: int8(1 + rnd.IntN(100)), Pos: int8(rnd.IntN(5))} //nolint:gosec // below 128
				used++
			}
		}
		cells[len(cells)-1] = Cell{Pos: -7} // the last bit of the last word
		tab := New(Header{Bits: bits}, cells)
		for slot, want := range cells {
			if got := tab.At(uint32(slot)); got != want { //nolint:gosec // below 2^12
				t.Fatalf("2^%d slots: slot %d holds %v, want %v", bits, slot, got, want)
			}
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

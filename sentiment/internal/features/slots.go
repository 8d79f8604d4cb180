package features

// slotBits is how many bits a slot of the largest table has.
const slotBits = 24

// counted is the half of a cell that counts.
const counted = 1<<32 - 1

// slots counts how many words each slot comes from. It empties itself by beginning a new generation.
type slots struct {
	cells []uint64 // generation, slot, and in the lower half the count
	mask  uint32   // of the cells in use now
	used  int      // cells that this generation or one before may have written to
	gen   uint32
}

// reset empties it and makes room for n slots.
func (s *slots) reset(n int) {
	size := uint32(256)
	for int(size) < 2*n {
		size <<= 1
	}
	if s.gen++; s.gen == 1<<(32-slotBits) {
		clear(s.cells[:s.used])
		s.gen, s.used = 1, 0
	}
	if int(size) > len(s.cells) {
		s.cells, s.gen = make([]uint64, size), 1
	}
	s.used = max(s.used, int(size))
	s.mask = size - 1
}

// find is the cell of a slot, or the empty one where it belongs.
func (s *slots) find(slot uint32) (cell *uint64, found bool) {
	want := s.gen<<slotBits | slot
	for i := slot & s.mask; ; i = (i + 1) & s.mask {
		switch x := uint32(s.cells[i] >> 32); {
		case x == want:
			return &s.cells[i], true
		case x>>slotBits != s.gen:
			return &s.cells[i], false
		}
	}
}

// first is the cell of a slot that is counted for the first time.
func (s *slots) first(slot uint32) uint64 { return uint64(s.gen<<slotBits|slot)<<32 | 1 }

package features

// seen is a set of hashes, whose low bits are as good as any. It empties itself by beginning a new generation.
type seen struct {
	cells []seenCell
	mask  uint64 // of a place
	gen   uint32
}

type seenCell struct {
	key uint64
	gen uint32
}

// reset empties the set and makes room for n hashes.
func (s *seen) reset(n int) {
	if len(s.cells) <= 2*n {
		size := 64
		for size <= 2*n {
			size <<= 1
		}
		s.cells, s.mask = make([]seenCell, size), uint64(size-1)
		s.gen = 0
	}
	if s.gen++; s.gen == 0 {
		clear(s.cells)
		s.gen = 1
	}
}

// put adds a hash; was says that it was there.
func (s *seen) put(key uint64) (was bool) {
	for i := key & s.mask; ; i = (i + 1) & s.mask {
		switch c := &s.cells[i]; {
		case c.gen != s.gen:
			*c = seenCell{key, s.gen}
			return false
		case c.key == key:
			return true
		}
	}
}

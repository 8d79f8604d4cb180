package sentiment

import "sync/atomic"

// memo remembers what words say by themselves: a few thousand words make up most of what is written, and the two dozen
// places of the table that each of them has lie far apart. It is a fixed array in which words that fall on one place
// displace each other. Reading and writing it needs no lock: a cell that two wrote to at once fits no word (Hyatt and
// Mann, A lock-less transposition table implementation, ICGA Journal 25, 2002).
type memo [memoSize]memoCell

const memoSize = 1 << 16

// memoCell is what a word says, packed, and the sign of the word, mixed with it.
type memoCell struct{ check, said atomic.Uint64 }

// get finds what the word of a sign says.
func (m *memo) get(sign uint64) (said said, ok bool) {
	c := &m[sign%memoSize]
	v := c.said.Load()
	if c.check.Load()^v != sign {
		return said, false
	}
	return unpack(v), true
}

// near is not 0 where something is remembered at the place of a sign. Asking for it fetches what get needs to know.
func (m *memo) near(sign uint64) uint64 { return m[sign%memoSize].check.Load() }

// put remembers what the word of a sign says.
func (m *memo) put(sign uint64, s said) {
	c, v := &m[sign%memoSize], s.pack()
	c.said.Store(v)
	c.check.Store(sign ^ v)
}

// Parts of a packed number. A word has at most 64 letters and so fewer than 512 features, of at most 127 each.
const (
	partBits = 20
	part     = 1<<partBits - 1
	middle   = 1 << (partBits - 1) // stands for 0
)

func (s said) pack() uint64 {
	return bits(s.n)<<(2*partBits) | bits(s.neg+middle)<<partBits | bits(s.pos+middle)
}

func unpack(v uint64) said {
	return said{n: int(v >> (2 * partBits) & part), neg: int(v>>partBits&part) - middle, pos: int(v&part) - middle}
}

// bits are those of a number that is not negative.
func bits(v int) uint64 {
	if v < 0 {
		return 0
	}
	return uint64(v)
}

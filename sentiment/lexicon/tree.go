package lexicon

import "math/bits"

// tree holds the first words of all entries, each beginning once, by hash. Most of what is looked for in it is not there,
// and that is told from marks that fit into a near cache (a Bloom filter of one hash).
type tree struct {
	nodes []node // at the place of the hash, or the next ones free
	used  int
	shift int      // from a mixed hash to its place
	marks []uint64 // a bit for every hash that is there, and so for one of thirteen others
}

func newTree() tree {
	var t tree
	t.grow()
	return t
}

// node is the beginning of an entry, or a whole one. It is small, so that looking it up reads one cache line.
type node struct {
	hash   uint64 // of its words
	valued uint32 // index+1 of the entry that has a valence, and the flags below
	other  uint16 // index+1 in Set.others of the entry that negates, intensifies or turns
	about  uint16 // index+1 in Set.slots of how slots go with it
}

// Flags of a node.
const (
	taken  = 1 << 31 // the place is not free
	goesOn = 1 << 30 // a longer entry continues here with a word
	opens  = 1 << 29 // … with a slot, of which Set.slots tells more
	index  = opens - 1
)

// spread turns a hash, whose low bits know little of the first letters, into one whose high bits know all.
const spread = 0x9e3779b97f4a7c15

// place is where a hash stands, or where it would.
func (t *tree) place(hash uint64) int {
	for i := int(hash * spread >> t.shift); ; i = (i + 1) & (len(t.nodes) - 1) { // below the length
		if n := &t.nodes[i]; n.valued&taken == 0 || n.hash == hash {
			return i
		}
	}
}

// marksPerPlace is how many bits of the marks there are for a place.
const marksPerPlace = 8

// mark is where the bit of a hash stands among the marks.
func (t *tree) mark(hash uint64) (at, bit uint64) {
	m := hash * spread >> (t.shift - bits.TrailingZeros(marksPerPlace))
	return m / 64, 1 << (m % 64)
}

// find is the node of a hash, nil when there is none.
func (t *tree) find(hash uint64) *node {
	if at, bit := t.mark(hash); t.marks[at]&bit == 0 {
		return nil
	}
	return t.numbered(t.number(hash))
}

// number is 1 and the place of a hash, or 0 when there is no node of it. It does not ask the marks: whoever looks for many
// hashes reads their places at once.
func (t *tree) number(hash uint64) uint32 {
	i := t.place(hash)
	if t.nodes[i].valued&taken == 0 {
		return 0
	}
	return uint32(i + 1) // below 2^32
}

// numbered is the node of a number, nil for 0.
func (t *tree) numbered(n uint32) *node {
	if n == 0 {
		return nil
	}
	return &t.nodes[n-1]
}

// add is the node of a hash, a new one when there is none. It is good until the next is added.
func (t *tree) add(hash uint64) *node {
	if 4*t.used >= 3*len(t.nodes) {
		t.grow()
	}
	n := &t.nodes[t.place(hash)]
	if n.valued&taken == 0 {
		*n = node{hash: hash, valued: taken}
		t.used++
		at, bit := t.mark(hash)
		t.marks[at] |= bit
	}
	return n
}

// grow doubles the places.
func (t *tree) grow() {
	old, size := t.nodes, max(2*len(t.nodes), 1<<10)
	t.nodes, t.shift = make([]node, size), bits.LeadingZeros64(uint64(size))+1 // never negative
	t.marks = make([]uint64, size*marksPerPlace/64)
	for i := range old {
		if n := &old[i]; n.valued&taken != 0 {
			t.nodes[t.place(n.hash)] = *n
			at, bit := t.mark(n.hash)
			t.marks[at] |= bit
		}
	}
}

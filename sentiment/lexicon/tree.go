package lexicon

import "math/bits"

// tree holds the first words of all entries, each beginning once. Most of what is looked for in it is not there, and
// that is told from marks that fit into a near cache (a Bloom filter of one hash).
type tree struct {
	nodes []node
	index []uint32 // by place of the hash, or the next ones free: number of the node plus 1, 0 where there is none
	shift int      // from a mixed hash to its place
	marks []uint64 // a bit for every hash that is there, and so for one of thirteen others
}

func newTree() tree {
	var t tree
	t.grow()
	return t
}

// node is the beginning of an entry, or a whole one.
type node struct {
	hash  uint64   // of its words
	entry [4]int32 // by role, index+1
	more  bool     // a longer entry continues here
}

// spread turns a hash, whose low bits know little of the first letters, into one whose high bits know all.
const spread = 0x9e3779b97f4a7c15

// place is where a hash stands in the index, or where it would.
func (t *tree) place(hash uint64) int {
	for i := int(hash * spread >> t.shift); ; i = (i + 1) & (len(t.index) - 1) { //nolint:gosec // below the length
		if n := t.index[i]; n == 0 || t.nodes[n-1].hash == hash {
			return i
		}
	}
}

// marksPerPlace is how many bits of the marks there are for a place of the index.
const marksPerPlace = 4

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
	if n := t.index[t.place(hash)]; n > 0 {
		return &t.nodes[n-1]
	}
	return nil
}

// add is the node of a hash, a new one when there is none.
func (t *tree) add(hash uint64) *node {
	if 2*len(t.nodes) >= len(t.index) {
		t.grow()
	}
	i := t.place(hash)
	if t.index[i] == 0 {
		t.nodes = append(t.nodes, node{hash: hash})
		t.index[i] = uint32(len(t.nodes)) //nolint:gosec // as many as words of the files
		at, bit := t.mark(hash)
		t.marks[at] |= bit
	}
	return &t.nodes[t.index[i]-1]
}

// grow doubles the index.
func (t *tree) grow() {
	size := max(2*len(t.index), 1<<10)
	t.index, t.shift = make([]uint32, size), bits.LeadingZeros64(uint64(size))+1 //nolint:gosec // never negative
	t.marks = make([]uint64, size*marksPerPlace/64)
	for i := range t.nodes {
		t.index[t.place(t.nodes[i].hash)] = uint32(i + 1) //nolint:gosec // as above
		at, bit := t.mark(t.nodes[i].hash)
		t.marks[at] |= bit
	}
}

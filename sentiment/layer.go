package sentiment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"math"
	"slices"
)

// LayerBits gives the size of a local layer: 2^LayerBits cells.
const LayerBits = 18

// Layer is a small table that a shop's own judgements put on top of the embedded one. It only adds to the logits, and
// never more than Limit, so no number of wrong labels can turn a sure judgement by more than that.
type Layer struct {
	Version  int
	Examples int     // it was fitted to
	Limit    float64 // of what it may add to a logit
	Bias     [2]float64
	Trust    float64               // share of the embedded table's logits that counts, 0 to MaxTrust; 1 leaves them as they are
	Lean     float64               // a complaint counts so many times more when the label is chosen; 1 changes nothing
	Cells    map[uint32][2]float32 // of log(neg/neu) and log(pos/neu), by LayerSlot
	dense    [][2]float32
}

// LayerSlot is the cell of a layer that a feature of the embedded table falls into.
func LayerSlot(slot uint32) uint32 { return (slot * 2654435769) >> (32 - LayerBits) }

const layerMagic = "rasid layer 2\n"

// MarshalBinary turns the layer into bytes for the store: the same layer gives the same bytes.
func (l *Layer) MarshalBinary() ([]byte, error) {
	b := []byte(layerMagic)
	b = binary.AppendUvarint(b, uint64(max(l.Version, 0)))  // never negative
	b = binary.AppendUvarint(b, uint64(max(l.Examples, 0))) // never negative
	for _, v := range []float64{l.Limit, l.Bias[0], l.Bias[1], l.Trust, l.Lean} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	keys := slices.Sorted(maps.Keys(l.Cells))
	b = binary.AppendUvarint(b, uint64(len(keys)))
	last := uint32(0)
	for _, k := range keys {
		b = binary.AppendUvarint(b, uint64(k-last))
		last = k
		for _, v := range l.Cells[k] {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	return b, nil
}

var errLayer = errors.New("reading the local layer: the bytes are damaged")

// UnmarshalBinary reads what MarshalBinary wrote and refuses anything else.
func (l *Layer) UnmarshalBinary(b []byte) error {
	r := bytes.NewReader(b)
	m := make([]byte, len(layerMagic))
	if _, err := io.ReadFull(r, m); err != nil || string(m) != layerMagic {
		return errLayer
	}
	var got Layer
	version, err1 := binary.ReadUvarint(r)
	examples, err2 := binary.ReadUvarint(r)
	var head [5]float64
	err3 := binary.Read(r, binary.LittleEndian, &head)
	n, err4 := binary.ReadUvarint(r)
	if errors.Join(err1, err2, err3, err4) != nil || n > 1<<LayerBits || version > math.MaxInt32 || examples > math.MaxInt32 {
		return errLayer
	}
	got.Version, got.Examples = int(version), int(examples)
	got.Limit, got.Bias, got.Trust, got.Lean = head[0], [2]float64{head[1], head[2]}, head[3], head[4]
	if !within(got.Limit, 0, maxLimit) || !within(got.Trust, 0, MaxTrust) || !within(got.Lean, 0.1, 10) || isOdd(float32(head[1])) || isOdd(float32(head[2])) {
		return errLayer
	}
	got.Cells = make(map[uint32][2]float32, n)
	at := uint64(0)
	for range n {
		gap, err := binary.ReadUvarint(r)
		var c [2]float32
		if err != nil || binary.Read(r, binary.LittleEndian, &c) != nil {
			return errLayer
		}
		at += gap
		if at >= 1<<LayerBits || isOdd(c[0]) || isOdd(c[1]) {
			return errLayer
		}
		got.Cells[uint32(at)] = c
	}
	if r.Len() > 0 {
		return errLayer
	}
	*l = got
	return nil
}

// within is false for what is no number.
func within(v, low, high float64) bool { return v >= low && v <= high }

func isOdd(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }

// maxLimit is the most a layer may ever add to a logit.
const maxLimit = 6

// MaxTrust is the most that the logits of the embedded table may be multiplied by.
const MaxTrust = 2

// WithLayer returns a scorer that adds the layer; nil takes it away. The embedded tables are shared.
func (s *Scorer) WithLayer(l *Layer) *Scorer {
	out := *s
	out.layer = nil
	if l != nil {
		c := *l
		c.dense = make([][2]float32, 1<<LayerBits)
		for k, v := range l.Cells {
			c.dense[k&(1<<LayerBits-1)] = v
		}
		out.layer = &c
	}
	return &out
}

// add adds what the layer says of a feature.
func (l *Layer) add(t *sum, slot uint32) {
	c := &l.dense[LayerSlot(slot)]
	t.local[0] += float64(c[0])
	t.local[1] += float64(c[1])
}

// logits is what the layer adds to the logits zn and zp, held within its limit; root is that of the number of features.
func (l *Layer) logits(t *sum, root, zn, zp float64) (neg, pos float64) {
	neg, pos = t.local[0], t.local[1]
	x := 1 / root
	more := l.Trust - 1
	return bound(more*zn+l.Bias[0]+neg*x, l.Limit), bound(more*zp+l.Bias[1]+pos*x, l.Limit)
}

func bound(v, limit float64) float64 { return min(max(v, -limit), limit) }

// Evidence is what the judgement of a text rests on, without any layer. It is what a layer is fitted to.
type Evidence struct {
	Slots    []uint32 // of its features, those of a word once however often it stands there
	Count    int      // of all features, those of words said again too; sums are divided by its root
	Neg, Pos float64  // the logits log(neg/neu) and log(pos/neu)
	Lean     float64  // how many times a complaint counts when the label is chosen
}

// Evidence gathers the evidence of a text.
func (s *Scorer) Evidence(in Input) Evidence {
	d := s.desks.Get().(*desk)
	defer s.desks.Put(d)
	plain := *s
	plain.layer = nil
	plain.read(d, in.Text)
	zn, zp := plain.logits(&d.sum, &d.page, in.Stars)
	out := Evidence{Count: d.sum.n, Neg: zn * s.table.Heat, Pos: zp * s.table.Heat, Lean: plain.lean(&d.page)}
	d.page.Extract(s.table.Mask())
	for i := range d.page.Feats {
		out.Slots = append(out.Slots, d.page.Feats[i].Hash)
	}
	return out
}

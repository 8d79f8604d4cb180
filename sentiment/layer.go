package sentiment

import (
	"encoding/json"
	"fmt"
	"math"

	"rasid/sentiment/internal/features"
)

// LayerBits gives the size of a local layer: 2^LayerBits cells.
const LayerBits = 16

// Layer is a small table that a shop's own judgements put on top of the embedded one. It only adds to the logits, and
// never more than Limit, so no number of wrong labels can turn a sure judgement by more than that.
type Layer struct {
	Version  int                   `json:"version"`
	Examples int                   `json:"examples"`
	Limit    float64               `json:"limit"`
	Bias     [2]float64            `json:"bias"`  // of log(neg/neu) and log(pos/neu)
	Cells    map[uint32][2]float32 `json:"cells"` // by slot modulo 2^LayerBits
	dense    [][2]float32
}

// LayerSlot is the cell of a layer that a feature of the embedded table falls into.
func LayerSlot(slot uint32) uint32 { return (slot * 2654435769) >> (32 - LayerBits) }

// MarshalBinary turns the layer into bytes for the store.
func (l *Layer) MarshalBinary() ([]byte, error) {
	b, err := json.Marshal(l) // maps are written in the order of their keys: same layer, same bytes
	if err != nil {
		return nil, fmt.Errorf("writing the local layer: %w", err)
	}
	return b, nil
}

// UnmarshalBinary reads what MarshalBinary wrote.
func (l *Layer) UnmarshalBinary(b []byte) error {
	var got Layer
	if err := json.Unmarshal(b, &got); err != nil {
		return fmt.Errorf("reading the local layer: %w", err)
	}
	if !(got.Limit >= 0 && got.Limit <= maxLimit) {
		return fmt.Errorf("reading the local layer: limit %v is outside 0 to %v", got.Limit, maxLimit)
	}
	for k, c := range got.Cells {
		if k >= 1<<LayerBits || isOdd(c[0]) || isOdd(c[1]) {
			return fmt.Errorf("reading the local layer: cell %d is damaged", k)
		}
	}
	*l = got
	return nil
}

func isOdd(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }

// maxLimit is the most a layer may ever add to a logit.
const maxLimit = 6

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

// logits adds what the layer knows, held within its limit.
func (l *Layer) logits(p *features.Page) (neg, pos float64) {
	for i := range p.Feats {
		c := &l.dense[LayerSlot(p.Feats[i].Hash)]
		neg += float64(c[0])
		pos += float64(c[1])
	}
	x := 1 / math.Sqrt(float64(max(len(p.Feats), 1)))
	return bound(l.Bias[0]+neg*x, l.Limit), bound(l.Bias[1]+pos*x, l.Limit)
}

func bound(v, limit float64) float64 { return min(max(v, -limit), limit) }

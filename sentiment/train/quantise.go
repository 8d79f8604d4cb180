package train

import (
	"io"
	"math"
	"slices"

	"rasid/sentiment/model"
)

// coarser is the factor by which the step grows while the table is too large.
const coarser = 1.05

// shrink stores the weights in steps as fine as the allowed size permits.
func shrink(w *Weights, slots []uint32, o Options) (*model.Table, error) {
	for step := stepFor(w); ; step *= coarser {
		t := quantise(w, slots, o.Bits, step)
		var n counter
		if err := t.Write(&n); err != nil {
			return nil, err
		}
		if o.Bytes <= 0 || int(n) <= o.Bytes || t.Features == 0 {
			return t, nil
		}
	}
}

// counter counts the bytes written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

var _ io.Writer = (*counter)(nil)

// quantise stores each weight in a byte: the difference to the neutral class, in whole steps.
func quantise(w *Weights, slots []uint32, bits int, step float64) *model.Table {
	cells := make([]model.Cell, 1<<bits)
	for i, slot := range slots {
		v := w.W[i]
		cells[slot] = model.Cell{Neg: clip(float64(v[0]-v[1]) / step), Pos: clip(float64(v[2]-v[1]) / step)}
	}
	return model.New(model.Header{
		Bits: bits, Scale: step, ShiftEn: w.Shift,
		Bias: [2]float64{float64(w.Bias[0] - w.Bias[1]), float64(w.Bias[2] - w.Bias[1])},
	}, cells)
}

// clipped is the share of weights that may fall outside the range of a byte: a few outliers must not cost the many
// their precision.
const clipped = 2e-5

func stepFor(w *Weights) float64 {
	var mag []float32
	for _, v := range w.W {
		m := max(v[0]-v[1], v[1]-v[0], v[2]-v[1], v[1]-v[2])
		if m > 0 {
			mag = append(mag, m)
		}
	}
	if len(mag) == 0 {
		return 1
	}
	slices.Sort(mag)
	k := len(mag) - 1 - int(clipped*float64(len(mag)))
	return float64(mag[k]) / math.MaxInt8
}

func clip(v float64) int8 { return int8(min(max(math.Round(v), -math.MaxInt8), math.MaxInt8)) }

package sentiment

import (
	"math"
	"testing"

	"rasid/sentiment/model"
)

func TestWhatTheFeaturesSayIsSharedOutWhole(t *testing.T) {
	s := scorer(t)
	ms := mentions(t)
	var d desk
	for i := 0; i < len(ms); i += 37 {
		s.read(&d, ms[i].Text)
		d.share = make([]float64, len(d.page.Doc.Tok))
		got := 0.0
		for _, v := range s.divide(&d, 1, 0) {
			got += v
		}
		for _, v := range d.share {
			got += v
		}
		if want := float64(d.sum.pos - d.sum.neg); math.Abs(got-want) > 1e-6 {
			t.Errorf("%q: %v is shared out of %v", ms[i].Text, got, want)
		}
	}
}

func TestALayerIsHeardWhereTheTableKnowsNothing(t *testing.T) {
	const bits = 10
	s, err := With(model.New(model.Header{Bits: bits, Scale: 1, Heat: 1}, make([]model.Cell, 1<<bits)))
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Text: "soup there"}
	l := &Layer{Limit: 1, Trust: 1, Lean: 1, Cells: map[uint32][2]float32{}}
	for _, slot := range s.Evidence(in).Slots {
		l.Cells[LayerSlot(slot)] = [2]float32{3, -3}
	}
	for _, word := range []string{"soup", "there"} { // what the two say together is left
		for _, slot := range s.Evidence(Input{Text: word}).Slots {
			delete(l.Cells, LayerSlot(slot))
		}
	}
	before, after := s.Quick(in), s.WithLayer(l).Quick(in)
	if after.Neg <= before.Neg {
		t.Errorf("P(neg) is %v with a layer of complaints, %v without", after.Neg, before.Neg)
	}
}

package train

import (
	"context"
	"math"
	"testing"
)

// heldTexts are texts of which share of 100 are complaints and as many praise; the logits say nothing.
func heldTexts(share int, blind bool) []held {
	var out []held
	for i := range 20_000 {
		label := uint8(neutral)
		switch {
		case i%100 < share:
			label = 0
		case i%100 < 2*share:
			label = 2
		}
		out = append(out, held{weight: 1, label: label, blind: blind})
	}
	return out
}

func TestTheShiftMakesProbabilitiesTrueOnTheMean(t *testing.T) {
	b := shiftOf(heldTexts(20, false))
	p := softmax3(b[0], 0, b[1])
	if math.Abs(p[0]-0.2) > 0.005 || math.Abs(p[2]-0.2) > 0.005 {
		t.Errorf("with the shift %.3f the probabilities are %.3f, want .2, .6, .2", b, p)
	}
}

func TestASourceWithoutNeutralTextsDoesNotMakeThemRare(t *testing.T) {
	sighted := heldTexts(20, false)
	b := shiftOf(append(sighted, heldTexts(50, true)...))
	p := softmax3(b[0], 0, b[1])
	if math.Abs(p[neutral]-0.6) > 0.01 {
		t.Errorf("beside a source that knows no neutral text the others' %.3f are neutral, want .6", p[neutral])
	}
	if got := unseeing([3]float64{0.2, 0.6, 0.2}); math.Abs(got[0]-0.5) > 1e-9 || got[neutral] != 0 {
		t.Errorf("a source that knows no neutral text sees %.3f, want .5, 0, .5", got)
	}
}

func TestAHandfulOfTextsShiftsLittle(t *testing.T) {
	few := []held{{weight: 1, label: 0}, {weight: 1, label: 0}}
	if b := shiftOf(few); math.Abs(b[0]) > 0.3 || math.Abs(b[1]) > 0.3 {
		t.Errorf("two texts shift the biases by %.2f", b)
	}
}

func TestNoLearnerLearnsFromWhatItIsJudgedBy(t *testing.T) {
	o := small(smallTexts(t))
	o.Own = true
	s, err := enrol(context.Background(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	weight := weigh(s.corpus.Rows, s.known, nil)
	times := make([]int, len(weight))
	for k := range uint64(folds) {
		rest, back := s.corpus.split(weight, k)
		for _, i := range back {
			times[i]++
			if rest[i] != 0 {
				t.Fatalf("learner %d learns from row %d, which it keeps back", k, i)
			}
		}
	}
	for i, n := range times {
		want := 1
		if isOwn(s.corpus.Rows[i].Source) || !s.corpus.english[i] {
			want = 0
		}
		if n != want {
			t.Fatalf("row %d (%s, English: %v) is kept back %d times in %d folds, want %d", i, s.corpus.Rows[i].Source, s.corpus.english[i], n, folds, want)
		}
	}
}

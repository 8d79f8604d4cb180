package sentiment

import (
	"math"
	"sync"
	"testing"
)

// shared is built once: every test only reads it.
var shared = sync.OnceValues(New)

func scorer(t testing.TB) *Scorer {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPlainPraiseAndPlainComplaintsAreToldApart(t *testing.T) {
	s := scorer(t)
	for _, c := range []struct {
		text string
		want Label
	}{
		{"The staff were very friendly and the food was delicious", Positive},
		{"Terrible service, rude waiter and the soup was cold", Negative},
		{"المكان نظيف والموظفين متعاونين شكرا لكم", Positive},
		{"خدمة سيئة جدا وتأخير في التوصيل", Negative},
		{"The coffee was not good", Negative},
		{"مو زين ابد 😡", Negative},
	} {
		if got := s.Score(Input{Text: c.text}); got.Label != c.want {
			t.Errorf("%q is %s (%.2f %.2f %.2f), want %s; reasons %v", c.text, got.Label, got.Neg, got.Neu, got.Pos, c.want, got.Reasons)
		}
	}
}

func TestReasonsAddUpToTheRawScore(t *testing.T) {
	s := scorer(t)
	for _, in := range []Input{
		{Text: "great food but terrible service 😡", Stars: 1},
		{Text: "الخدمة ممتازة لكن السعر غالي جدا", Stars: 4},
		{Text: ""},
	} {
		res := s.Score(in)
		sum := 0.0
		for _, r := range res.Reasons {
			sum += r.Weight
			if r.Start != r.End && in.Text[r.Start:r.End] != r.Text {
				t.Errorf("reason %q is not the span %d-%d of %q", r.Text, r.Start, r.End, in.Text)
			}
		}
		if math.Abs(sum-res.Raw) > 1e-9 {
			t.Errorf("%q: reasons add up to %v, raw is %v", in.Text, sum, res.Raw)
		}
		if d := res.Neg + res.Neu + res.Pos - 1; math.Abs(d) > 1e-9 {
			t.Errorf("%q: probabilities add up to 1%+g", in.Text, d)
		}
	}
}

func TestStarsAgainstWordsAreAReasonByThemselves(t *testing.T) {
	res := scorer(t).Score(Input{Text: "great service, excellent", Stars: 1})
	for _, r := range res.Reasons {
		if r.Kind == KindConflict {
			return
		}
	}
	t.Errorf("no conflict among %v", res.Reasons)
}

func TestThreatsAndDangerAreCritical(t *testing.T) {
	s := scorer(t)
	for text, want := range map[string]string{
		"I got food poisoning from your salad": SignalSafety,
		"راح احرق المحل عليكم":                 SignalThreat,
	} {
		res := s.Score(Input{Text: text})
		if res.Severity != Critical || len(res.Signals) == 0 || res.Signals[0] != want {
			t.Errorf("%q: severity %d, signals %v; want critical and %s", text, res.Severity, res.Signals, want)
		}
	}
}

func TestMarksOutOfTenAreJudgedAndDatesAreNot(t *testing.T) {
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]Label{
		"2/10": Negative, "10/10": Positive, "1/5": Negative, "٢ من ١٠": Negative, "١٠ من ١٠": Positive,
		"3 out of 10": Negative, "opened 5/10/2025": Neutral,
	} {
		if r := s.Score(Input{Text: text}); r.Label != want {
			t.Errorf("%q is %s (%.2f %.2f %.2f), want %s", text, r.Label, r.Neg, r.Neu, r.Pos, want)
		}
	}
}

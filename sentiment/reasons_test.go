package sentiment

import (
	"math"
	"strings"
	"testing"

	"rasid/sentiment/sentences"
)

// mentions returns the texts of our own sentences.
func mentions(t testing.TB) []sentences.Sentence {
	t.Helper()
	ss, err := sentences.Mentions()
	if err != nil {
		t.Fatal(err)
	}
	return ss
}

func TestRemovingTheStrongestReasonMovesTheScoreAsItSays(t *testing.T) {
	s := scorer(t)
	tried, wrong := 0, 0
	for _, m := range mentions(t) {
		res := s.Score(Input{Text: m.Text})
		for _, r := range res.Reasons {
			if r.Start == r.End {
				continue // stars, base and rest are no spans
			}
			tried++
			without := s.Score(Input{Text: m.Text[:r.Start] + m.Text[r.End:]})
			if (res.Raw-without.Raw)*r.Weight <= 0 {
				wrong++
				t.Logf("%q: without %q (%.3f, %s) the score goes from %.3f to %.3f", m.Text, r.Text, r.Weight, r.Kind, res.Raw, without.Raw)
			}
			break
		}
	}
	if tried < 1000 {
		t.Errorf("only %d texts had a reason to remove, want 1000", tried)
	}
	if wrong > 0 {
		t.Errorf("%d of %d strongest reasons point the wrong way", wrong, tried)
	}
}

func TestARepeatedEmojiIsOneReason(t *testing.T) {
	s := scorer(t)
	for _, text := range []string{
		"😡😡", "terrible 😡😡😡", "The coffee was cold and nobody answers, terrible 😡😡", "خدمة سيئة 😡😡😡", "قهوة لذيذة 😍😍😍", "Lovely 😍😍",
	} {
		res := s.Score(Input{Text: text})
		first := res.Reasons[0]
		if first.Kind == KindBase || first.Weight*res.Raw <= 0 {
			t.Errorf("%q is %s, and the strongest reason is %q (%s, %.2f)", text, res.Label, first.Text, first.Kind, first.Weight)
		}
		for _, r := range res.Reasons {
			if r.Start < r.End && (strings.HasPrefix(text[r.End:], "😡") || strings.HasPrefix(text[r.End:], "😍")) {
				t.Errorf("%q: the reason %q ends among the repeats", text, r.Text)
			}
		}
	}
}

func TestReasonsOfEveryMentionAddUp(t *testing.T) {
	s := scorer(t)
	for i, m := range mentions(t) {
		in := Input{Text: m.Text, Stars: i % 6}
		res := s.Score(in)
		sum := 0.0
		for _, r := range res.Reasons {
			sum += r.Weight
			if in.Text[r.Start:r.End] != r.Text && r.Start != r.End {
				t.Errorf("%q: reason %q is not the span %d-%d", m.Text, r.Text, r.Start, r.End)
			}
		}
		if math.Abs(sum-res.Raw) > 1e-9 {
			t.Errorf("%q: reasons add up to %v, raw is %v", m.Text, sum, res.Raw)
		}
	}
}

func TestQuickAgreesWithScore(t *testing.T) {
	s := scorer(t)
	for _, m := range mentions(t)[:200] {
		a, b := s.Score(Input{Text: m.Text}), s.Quick(Input{Text: m.Text})
		if a.Neg != b.Neg || a.Label != b.Label || a.Raw != b.Raw || a.Severity != b.Severity {
			t.Errorf("%q: %v with reasons, %v without", m.Text, a, b)
		}
	}
}

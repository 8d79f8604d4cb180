package cases

import "testing"

func TestARatingIsReadHoweverItIsWritten(t *testing.T) {
	for text, want := range map[string]int{
		"5": 5, " 4 ": 4, "٣": 3, "۲": 2, "1!": 1, "4/5": 4, "٤ من ٥": 4, "3 out of 5": 3, "5 stars": 5, "٤ نجوم": 4, "1️⃣": 1, "⭐⭐⭐": 3, "★★★★☆": 4,
		"😡": 1, "😐": 3, "😍": 5, "\u200f٥\u200f": 5, "☹️": 2, "@noor@example.social 4": 4,
	} {
		if got, ok := RatingOf(text); !ok || got != want {
			t.Errorf("%q is read as %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "0", "6", "٦", "55", "1 because nobody called me", "thanks", "order 4", "4.5", "⭐⭐⭐⭐⭐⭐", "☆", "call 5", "😡😡", "5 pm"} {
		if n, ok := RatingOf(text); ok {
			t.Errorf("%q is taken for the rating %d", text, n)
		}
	}
}

package digest_test

import (
	"strings"
	"testing"

	"rasid/internal/phrases"
	"rasid/responder/digest"
)

// TestSeveralDaysAreNotCalledThisDay: the report of a week in which nobody spoke
// says so of the week.
func TestSeveralDaysAreNotCalledThisDay(t *testing.T) {
	day := digest.Day(newPlay(t, place(t, "Asia/Riyadh")).now)
	week := digest.Days(day.From, 7)
	busy := digest.Work{Handled: 1}
	for language, words := range map[string][2]string{"en": {"this day", "these days"}, "ar": {"هذا اليوم", "هذه الأيام"}} {
		say, err := phrases.Load(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []digest.Figures{{Span: day}, {Span: week}, {Span: day, Work: busy}, {Span: week, Work: busy}} {
			want, never := words[0], words[1]
			if f.Length() > 1 {
				want, never = never, want
			}
			if text := f.Text(say, "Noor"); !strings.Contains(text, want) || strings.Contains(text, never) {
				t.Errorf("%s: the report of %d days says:\n%s", language, f.Length(), text)
			}
		}
	}
}

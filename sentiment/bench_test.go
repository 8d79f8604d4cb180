package sentiment

import "testing"

// hundred letters of each kind, as in a usual review.
const (
	englishHundred = "The delivery was two hours late and the food arrived cold, I called three times and nobody answered me"
	arabicHundred  = "طلبت من يومين والى الان ما وصل الطلب وكل ما اتصل محد يرد علي والاكل وصل بارد والخدمة سيئة جدا للاسف "
)

func bench(b *testing.B, text string, f func(*Scorer, Input)) {
	s := scorer(b)
	in := Input{Text: text}
	f(s, in) // the first text makes the scorer learn the dialects
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		f(s, in)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
}

func BenchmarkEnglishWithoutReasons(b *testing.B) {
	bench(b, englishHundred, func(s *Scorer, in Input) { s.Quick(in) })
}

func BenchmarkArabicWithoutReasons(b *testing.B) {
	bench(b, arabicHundred, func(s *Scorer, in Input) { s.Quick(in) })
}

func BenchmarkEnglishWithReasons(b *testing.B) {
	bench(b, englishHundred, func(s *Scorer, in Input) { s.Score(in) })
}

func BenchmarkArabicWithReasons(b *testing.B) {
	bench(b, arabicHundred, func(s *Scorer, in Input) { s.Score(in) })
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(); err != nil {
			b.Fatal(err)
		}
	}
}

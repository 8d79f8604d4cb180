// Package bench compares the scorer's speed with govader, a word-list scorer for English. It is a module of its own so
// that the product does not depend on govader: cd sentiment/bench && go test -bench .
package bench

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/jonreiter/govader"

	"rasid/sentiment"
	"rasid/sentiment/sentences"
)

// A hundred letters each, as in a usual review.
const (
	english = "The delivery was two hours late and the food arrived cold, I called three times and nobody answered me"
	arabic  = "طلبت من يومين والى الان ما وصل الطلب وكل ما اتصل محد يرد علي والاكل وصل بارد والخدمة سيئة جدا للاسف "
)

// own runs f for b and reports processor time beside clock time: on a busy machine only the former can be compared.
func own(b *testing.B, f func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	f() // the first text makes the scorer learn the dialects
	from := spent(b)
	for b.Loop() {
		f()
	}
	cpu := spent(b) - from
	b.ReportMetric(float64(cpu.Nanoseconds())/float64(b.N), "cpu-ns/op")
	b.ReportMetric(float64(b.N)/cpu.Seconds(), "texts/cpu-s")
}

// spent is the processor time of this thread.
func spent(b *testing.B) time.Duration {
	b.Helper()
	const thread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if err := syscall.Getrusage(thread, &u); err != nil {
		b.Skip("processor time cannot be read here")
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func scorer(b *testing.B) *sentiment.Scorer {
	b.Helper()
	s, err := sentiment.New()
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkGovader(b *testing.B) {
	a := govader.NewSentimentIntensityAnalyzer()
	own(b, func() { a.PolarityScores(english) })
}

func BenchmarkRasidEnglishWithoutReasons(b *testing.B) {
	s := scorer(b)
	own(b, func() { s.Quick(sentiment.Input{Text: english}) })
}

func BenchmarkRasidEnglishWithReasons(b *testing.B) {
	s := scorer(b)
	own(b, func() { s.Score(sentiment.Input{Text: english}) })
}

func BenchmarkRasidArabicWithoutReasons(b *testing.B) {
	s := scorer(b)
	own(b, func() { s.Quick(sentiment.Input{Text: arabic}) })
}

func BenchmarkRasidArabicWithReasons(b *testing.B) {
	s := scorer(b)
	own(b, func() { s.Score(sentiment.Input{Text: arabic}) })
}

// mentions are our own English sentences, thousands of different ones: a processor that reads one sentence over and
// over knows every turn of it by heart.
func mentions(b *testing.B) []string {
	b.Helper()
	ms, err := sentences.Mentions()
	if err != nil {
		b.Fatal(err)
	}
	var out []string
	for _, m := range ms {
		if m.Lang == "en" {
			out = append(out, m.Text)
		}
	}
	return out
}

// each calls f with one text after the other.
func each(texts []string, f func(string)) func() {
	i := 0
	return func() {
		f(texts[i%len(texts)])
		i++
	}
}

func BenchmarkGovaderMentions(b *testing.B) {
	a := govader.NewSentimentIntensityAnalyzer()
	own(b, each(mentions(b), func(t string) { a.PolarityScores(t) }))
}

func BenchmarkRasidMentionsWithoutReasons(b *testing.B) {
	s := scorer(b)
	own(b, each(mentions(b), func(t string) { s.Quick(sentiment.Input{Text: t}) }))
}

func BenchmarkRasidMentionsWithReasons(b *testing.B) {
	s := scorer(b)
	own(b, each(mentions(b), func(t string) { s.Score(sentiment.Input{Text: t}) }))
}

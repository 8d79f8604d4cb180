package telegram_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/watchers/telegram"
)

// BenchmarkMessageToMention measures from a message in a watched group, over
// the poll and the inbox, to the mention that Poll returns.
func BenchmarkMessageToMention(b *testing.B) {
	w := newWorld(b, telegram.Config{Chat: group})
	var at cases.Cursor
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		w.Say(group, sara, fmt.Sprint("رسالة ", i))
		for found := false; !found; {
			page, err := w.source.Poll(b.Context(), at)
			if err != nil {
				b.Fatal(err)
			}
			at, found = page.Next, len(page.Mentions) > 0
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

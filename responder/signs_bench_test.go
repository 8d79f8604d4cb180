package responder_test

import (
	"os"
	"strings"
	"testing"

	"rasid/responder"
	"rasid/sentiment/sentences"
)

// BenchmarkSigns tells the signs of one text after the other: of the house's own mentions, where hardly any has one, and of
// those that the signs were measured with, where half have.
func BenchmarkSigns(b *testing.B) {
	s, err := responder.NewSigns()
	if err != nil {
		b.Fatal(err)
	}
	ms, err := sentences.Mentions()
	if err != nil {
		b.Fatal(err)
	}
	said, err := os.ReadFile("testdata/signals.tsv")
	if err != nil {
		b.Fatal(err)
	}
	grave := strings.Split(string(said), "\n")
	b.Run("mentions", func(b *testing.B) { each(b, len(ms), func(i int) { s.Of(ms[i].Text) }) })
	b.Run("grave", func(b *testing.B) { each(b, len(grave), func(i int) { s.Of(grave[i]) }) })
}

// each calls do with one of n numbers after the other.
func each(b *testing.B, n int, do func(i int)) {
	b.Helper()
	for i := range n {
		do(i) // the expressions are compiled by the first text that needs them
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		do(i % n)
	}
}

package main

import (
	"testing"

	"rasid/internal/cases"
	"rasid/sentiment"
)

// TestWhatALetterQuotesIsNotJudged scores the same words with and without a
// quarrel quoted below them.
func TestWhatALetterQuotesIsNotJudged(t *testing.T) {
	h := judging(t)
	const quarrel = "> Terrible service, the worst coffee ever. I am furious and want a refund!"
	m := cases.Mention{Text: "Thank you, everything is wonderful now.", Direct: true}
	alone := h.score(m)
	m.Text += cases.QuoteMark + quarrel
	if with := h.score(m); with.Value != alone.Value || with.Label != alone.Label || len(with.Topics) != len(alone.Topics) {
		t.Errorf("%s %.2f %v with the quotation, %s %.2f %v without", with.Label, with.Value, with.Topics, alone.Label, alone.Value, alone.Topics)
	}
	if bad := h.score(cases.Mention{Text: quarrel, Direct: true}); bad.Label != "neg" {
		t.Errorf("the quarrel alone is %s: the test shows nothing", bad.Label)
	}
}

// judging is a house that can do nothing but score.
func judging(t *testing.T) *house {
	t.Helper()
	h := &house{}
	var err error
	if h.scorer, err = sentiment.New(); err != nil {
		t.Fatal(err)
	}
	if err = h.readWords(); err != nil {
		t.Fatal(err)
	}
	return h
}

func TestWhoWritesNothingBelowATitleIsJudgedByTheTitle(t *testing.T) {
	s := judging(t).score(cases.Mention{Title: "Terrible service, never again", Direct: true})
	if s.Label != "neg" || s.Language != "en" {
		t.Errorf("judged %s in %q", s.Label, s.Language)
	}
	for _, r := range s.Reasons {
		if r.Start != 0 || r.End != 0 {
			t.Errorf("%q stands at %d to %d of an empty text", r.Text, r.Start, r.End)
		}
	}
}

func TestStarsDrawnAsTextAreARating(t *testing.T) {
	h := judging(t)
	for text, want := range map[string]string{"⭐": "neg", "★☆☆☆☆": "neg", "⭐️⭐️": "neg", "⭐⭐⭐⭐⭐": "pos", "★★★★★": "pos", "★★★☆☆": "neu"} {
		if s := h.score(cases.Mention{Text: text, Direct: true}); s.Label != want {
			t.Errorf("%s is %s (%.2f against), want %s", text, s.Label, s.Neg, want)
		}
	}
}

func TestADelayInFrenchIsNoInsult(t *testing.T) {
	s := judging(t).score(cases.Mention{Text: "Ma commande est arrivée avec deux heures de retard et le café était froid.", Direct: true})
	if s.Language != "other" || len(s.Signals) > 0 {
		t.Errorf("language %q, signals %v", s.Language, s.Signals)
	}
}

func TestWhoDrivesLikeAManiacIsNotTheOneWhoReadsIt(t *testing.T) {
	h := judging(t)
	if s := h.score(cases.Mention{Text: "Driver drove like a maniac, I feared for my kids", Direct: true}); len(s.Signals) > 0 {
		t.Errorf("signals %v", s.Signals)
	}
	if s := h.score(cases.Mention{Text: "والله لأحرق المحل عليكم", Direct: true}); s.Severity != cases.Critical {
		t.Errorf("a threat to burn the shop down has severity %d and signals %v", s.Severity, s.Signals)
	}
}

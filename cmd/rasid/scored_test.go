package main

import (
	"testing"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/sentiment"
)

// TestWhatALetterQuotesIsNotJudged scores the same words with and without a
// quarrel quoted below them.
func TestWhatALetterQuotesIsNotJudged(t *testing.T) {
	h := &house{}
	var err error
	if h.scorer, err = sentiment.New(); err != nil {
		t.Fatal(err)
	}
	if h.topics, err = responder.NewTopics(); err != nil {
		t.Fatal(err)
	}
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

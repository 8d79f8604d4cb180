package main

import (
	"testing"

	"rasid/internal/cases"
	"rasid/internal/config"
	"rasid/responder"
	"rasid/sentiment"
)

// TestTalkAboutSomebodyElseDoesNotDisturbStaff lets a source of public talk
// speak of us and of others.
func TestTalkAboutSomebodyElseDoesNotDisturbStaff(t *testing.T) {
	cfg := &config.Config{
		Business: config.Business{Name: config.Text{AR: "نوران", EN: "Noran"}, Match: `noran OR نوران OR "nuran cafe" OR author:fan`},
		Sources:  []config.Source{{Name: "talk"}, {Name: "page", Dedicated: true}},
	}
	h := &house{names: namesIn(cfg), office: &responder.Office{Policy: responder.DefaultPolicy()}}
	var err error
	if h.scorer, err = sentiment.New(); err != nil {
		t.Fatal(err)
	}
	if h.topics, err = responder.NewTopics(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		source, text string
		flag         bool
	}{
		{"talk", "Noran charged me twice and nobody answers, terrible service", true},
		{"talk", "نوران خدمتهم سيئة وطلبي وصل ناقص", true},
		{"talk", "nuran cafe charged me twice and nobody answers, terrible service", true}, // by a word of match
		{"talk", "Terrible traffic on the road next to Noran, the police should be ashamed", false},
		{"talk", "زحمة الشارع عند نوران شي مقرف يا بلدية", false},
		{"talk", "I got food poisoning from the kebab stall next to Noran, terrible", true}, // danger is told whomever it is about
		{"talk", "Terrible traffic, the police should be ashamed", true},                    // found by its author: nobody knows
		{"page", "Terrible traffic on the road next to Noran, the police should be ashamed", true},
	} {
		m := cases.Mention{Source: c.source, Text: c.text, Direct: c.source == "page"}
		s := h.score(m)
		if got := h.office.Flags(cases.Case{Source: c.source}, s, responder.Ruling{}); got != c.flag {
			t.Errorf("%s: %q (P(neg) %.2f, about us %.2f, severity %s): flagged %v, want %v", c.source, c.text, s.Neg, s.Target, s.Severity, got, c.flag)
		}
	}
}

package main

import (
	"slices"
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
	if err = h.readWords(); err != nil {
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

// TestWhoNamesACompetitorWhileLeavingOutranksWhoIsOnlyDissatisfied judges with
// the names that the policy lists. Before the competitor is listed, nobody is
// marked for it.
func TestWhoNamesACompetitorWhileLeavingOutranksWhoIsOnlyDissatisfied(t *testing.T) {
	h := judging(t)
	for _, listed := range []bool{false, true} {
		if listed {
			h.names.rivals = []string{"Desert Bean", "ديزرت بين"}
		}
		for text, leaves := range map[string]bool{
			"The coffee was cold, Desert Bean does it better":         true,
			"From now on I go to Desert Bean, they are friendlier":    true,
			"Moved to Desert Bean, my morning coffee is finally hot":  true,
			"القهوة باردة، ديزرت بين أفضل منكم":                       true,
			"بروح لديزرت بين أحسن منكم":                               true,
			"The coffee was cold and the staff were slow":             false,
			"Noor is better than Desert Bean, lovely coffee":          false,
			"Is Noor cheaper than Desert Bean?":                       false,
			"نور أفضل من ديزرت بين بكثير":                             false,
			"Switched from Desert Bean to Noor, so happy I did":       false,
			"Lovely coffee, I come here instead of Desert Bean now":   false,
			"انتقلت من ديزرت بين لكم والقهوة رائعة":                   false,
			"I went to the desert and the coffee bean was not for me": false,
		} {
			s := h.score(cases.Mention{Text: text, Direct: true})
			if marked := slices.Contains(s.Signals, sentiment.SignalChurn) && s.Severity >= cases.High; marked != (leaves && listed) {
				t.Errorf("competitor listed %v: %q is %s, %s, signals %v", listed, text, s.Label, s.Severity, s.Signals)
			}
		}
	}
}

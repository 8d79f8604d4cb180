package responder_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rasid/internal/cases"
	"rasid/responder"
)

// TestNoPlaceReadsTheSameWordingTwiceRunningAndThePromiseNeverChanges lets many
// customers complain in two places, in both languages, about everything, with
// and without wordings that staff saved, and asks for other drafts in between.
func TestNoPlaceReadsTheSameWordingTwiceRunningAndThePromiseNeverChanges(t *testing.T) {
	within := map[string]string{"en": "within 24 hours", "ar": "خلال ٢٤ ساعة"}
	private := map[string]string{"en": "care@noor.example", "ar": "care@noor.example"}
	dir := t.TempDir()
	saved := &responder.Wordings{Dir: dir}
	for _, w := range []responder.Wording{
		{Language: "en", Topic: "delivery", Text: "Dear {name}, a late order is a poor welcome. You hear from us {within}."},
		{Language: "ar", Topic: "delivery", Text: "نعتذر يا {name} عن تأخر الطلب، وسنرد {within}. للخاص: {private}"},
	} {
		if _, _, err := saved.Save(w); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		templates, err := responder.NewTemplates(responder.Commitment{Within: within, Private: private}, nil)
		if err != nil {
			rt.Fatal(err)
		}
		if rapid.Bool().Draw(rt, "saved") {
			templates.Saved = saved
		}
		templates.Courtesy = rapid.SliceOfDistinct(rapid.SampledFrom(responder.Courtesies()), rapid.ID[string]).Draw(rt, "courtesy")
		last := map[string]string{}
		for i := range rapid.IntRange(2, 25).Draw(rt, "customers") {
			c := customer(rt)
			for range rapid.IntRange(1, 4).Draw(rt, "drafts") {
				d, err := templates.Draft(t.Context(), c)
				if err != nil {
					rt.Fatalf("customer %d has no draft: %v", i, err)
				}
				if d.Origin == last[c.Source] {
					rt.Fatalf("%s twice running in %s: %s", d.Origin, c.Source, d.Text)
				}
				if slices.ContainsFunc(c.Drafts, func(x cases.Draft) bool { return x.Text == d.Text }) {
					rt.Fatalf("the case reads the same words again: %s", d.Text)
				}
				last[c.Source], c.Drafts = d.Origin, append(c.Drafts, d)
				promises := 1
				if c.Score.Label == "pos" {
					promises = 0
				}
				for place, text := range map[string]string{"promise": within[d.Language], "private channel": private[d.Language]} {
					if n := strings.Count(d.Text, text); n != promises {
						rt.Fatalf("the %s stands %d times in %q (%s), want %d", place, n, d.Text, d.Origin, promises)
					}
				}
				if strings.ContainsAny(d.Text, "{}") || strings.Contains(d.Text, "  ") {
					rt.Fatalf("a place was left open in %q (%s)", d.Text, d.Origin)
				}
			}
		}
	})
}

func TestEveryTopicHasFiveWordingsWithOneCommitmentInBothLanguages(t *testing.T) {
	templates := polite(t)
	for _, language := range []string{"ar", "en"} {
		for _, topic := range append(cases.Topics(), "calm", "discreet", "praise") {
			c := cases.Case{ID: 1, Source: "reviews", Score: cases.Score{Label: "neg", Language: language, Topics: []string{topic}}}
			if topic == "praise" {
				c.Score.Label = "pos"
			}
			seen := map[string]bool{}
			for i := range 5 {
				d, err := templates.Draft(t.Context(), c)
				if err != nil {
					t.Fatalf("%s/%s has %d wordings, want 5", language, topic, i)
				}
				seen[fmt.Sprint(d.Origin)] = true
				c.Drafts = append(c.Drafts, d)
			}
			if len(seen) != 5 {
				t.Errorf("%s/%s has %d wordings, want 5: %v", language, topic, len(seen), seen)
			}
		}
	}
}

// customer draws a case as drafters see it.
func customer(rt *rapid.T) cases.Case {
	label, says := rapid.SampledFrom([]string{"neg", "neu", "pos"}).Draw(rt, "label"), []string{"late", "وش هالتأخير", "السلام عليكم، تأخر اوي"}
	if label == "pos" {
		says = []string{"lovely", "وش هالجمال", "السلام عليكم، حلو اوي"}
	}
	return cases.Case{
		ID: rapid.Int64Range(1, 5000).Draw(rt, "case"), Source: rapid.SampledFrom([]string{"reviews", "group"}).Draw(rt, "place"),
		Author: rapid.SampledFrom([]string{"Sara", "سارة", "user_7", ""}).Draw(rt, "author"),
		Score: cases.Score{
			Label: label, Language: rapid.SampledFrom([]string{"ar", "en", "mixed"}).Draw(rt, "language"),
			Topics: []string{rapid.SampledFrom(append(cases.Topics(), "calm", "unheard-of")).Draw(rt, "topic")}, Dialect: rapid.SampledFrom([]string{"", "gulf", "egyptian"}).Draw(rt, "dialect"),
			Severity: rapid.SampledFrom([]cases.Severity{cases.Mild, cases.Low, cases.High, cases.Critical}).Draw(rt, "severity"),
		},
		Mentions: []cases.Mention{{Text: rapid.SampledFrom(says).Draw(rt, "text")}},
	}
}

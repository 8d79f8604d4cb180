package responder

import (
	"errors"
	"testing"

	"rasid/internal/cases"
)

// TestWhoPraisesInIronyIsNotThanked lets templates draft as if every sentence
// had been read as praise. irony.tsv may be looked at while the cues change;
// irony-hard.tsv needs knowledge of the world, which no list of words has, and
// is measured to say so; irony-waits.tsv counts what was borne; irony-shape.tsv is praise
// whose shape betrays it, one half of it unseen. At most few who mean their praise may lose their thanks.
func TestWhoPraisesInIronyIsNotThanked(t *testing.T) {
	templates, err := NewTemplates(Commitment{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []struct {
		file          string
		caught, spare float64 // of the irony, of the praise
	}{{"irony.tsv", 0.96, 0.93}, {"irony-hard.tsv", 0, 0.9}, {"irony-waits.tsv", 0.95, 0.85},
		{"irony-shape.tsv", 0.95, 0.95}, {"irony-shape-held.tsv", 0.9, 0.95}} {
		t.Run(set.file, func(t *testing.T) {
			count, thanked := map[string]int{}, map[string]int{}
			for _, s := range sentences(t, set.file) {
				c := cases.Case{ID: int64(len(count)), Score: cases.Score{Label: "pos", Pos: 1, Language: s.lang}, Mentions: []cases.Mention{{Num: 1, Text: s.text}}}
				count[s.topic]++
				switch _, err := templates.Draft(t.Context(), c); {
				case err == nil:
					thanked[s.topic]++
				case !errors.Is(err, ErrDoubtful):
					t.Fatal(err)
				}
			}
			caught, spare := 1-float64(thanked["irony"])/float64(count["irony"]), float64(thanked["praise"])/float64(count["praise"])
			t.Logf("irony not thanked %.3f of %d, praise thanked %.3f of %d", caught, count["irony"], spare, count["praise"])
			if count["irony"] < 20 || caught < set.caught || spare < set.spare {
				t.Errorf("irony not thanked %.3f, want %.2f; praise thanked %.3f, want %.2f", caught, set.caught, spare, set.spare)
			}
		})
	}
}

func TestKindWordsWithFewStarsOrInQuotesAreDoubted(t *testing.T) {
	templates, err := NewTemplates(Commitment{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		text  string
		stars int
		want  bool
	}{
		{"Lovely place", 1, true}, {"Lovely place", 2, true}, {"Lovely place", 3, false}, {"Lovely place", 0, false},
		{`Lovely "fresh" fish`, 0, true}, {"Lovely fresh fish", 0, false}, {"خدمتكم «السريعة» جميلة", 5, true}, {`The "Old Harbour" soup is lovely`, 5, false},
	} {
		c := cases.Case{Score: cases.Score{Label: "pos"}, Mentions: []cases.Mention{{Num: 1, Text: x.text, Stars: x.stars}}}
		if got := templates.doubts.Of(c); got != x.want {
			t.Errorf("%q with %d stars: doubted %v, want %v", x.text, x.stars, got, x.want)
		}
	}
}

func TestAnExpressionOfAComplaintSpeaksAgainstPraiseAroundIt(t *testing.T) {
	templates, err := NewTemplates(Commitment{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		score cases.Score
		want  bool
	}{
		"a heavy expression":             {cases.Score{Label: "pos", Reasons: []cases.Reason{{Kind: "phrase", Weight: -1.3}}}, true},
		"a light one":                    {cases.Score{Label: "pos", Reasons: []cases.Reason{{Kind: "word", Weight: -0.5}}}, false},
		"what similar texts held":        {cases.Score{Label: "pos", Reasons: []cases.Reason{{Kind: "learned", Weight: -1.3}}}, false},
		"a complaint that is none other": {cases.Score{Label: "neg", Reasons: []cases.Reason{{Kind: "phrase", Weight: -1.3}}}, false},
	} {
		if got := templates.doubts.Of(cases.Case{Score: x.score, Mentions: []cases.Mention{{Num: 1, Text: "Lovely"}}}); got != x.want {
			t.Errorf("%s: doubted %v, want %v", name, got, x.want)
		}
	}
}

package console

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

func TestHighlightMarksTheStrongWordsOnly(t *testing.T) {
	reason := func(text, word string, weight float64) cases.Reason {
		i := strings.Index(text, word)
		return cases.Reason{Start: i, End: i + len(word), Text: word, Weight: weight}
	}
	const text = "القهوة باردة and the staff were kind"
	for name, c := range map[string]struct {
		reasons []cases.Reason
		want    []Part
	}{
		"no reason":          {nil, []Part{{Text: text}}},
		"a bad and a good":   {[]cases.Reason{reason(text, "kind", 0.5), reason(text, "باردة", -0.8)}, []Part{{Text: "القهوة "}, {"باردة", "bad", "−0.8"}, {Text: " and the staff were "}, {"kind", "good", "0.5"}}},
		"a faint one":        {[]cases.Reason{reason(text, "the", 0.1), reason(text, "باردة", -0.8)}, []Part{{Text: "القهوة "}, {"باردة", "bad", "−0.8"}, {Text: " and the staff were kind"}}},
		"of another mention": {[]cases.Reason{{Start: 0, End: 4, Text: "else", Weight: -1}}, []Part{{Text: text}}},
		"beyond the end":     {[]cases.Reason{{Start: 4, End: 4000, Text: "else", Weight: -1}}, []Part{{Text: text}}},
		"before the start":   {[]cases.Reason{{Start: -4, End: 2, Text: "else", Weight: -1}}, []Part{{Text: text}}},
		"overlapping": {[]cases.Reason{reason(text, "staff were", -1), reason(text, "were kind", 1)},
			[]Part{{Text: "القهوة باردة and the "}, {"staff were", "bad", "−1.0"}, {Text: " kind"}}},
		"stars, which are no word": {[]cases.Reason{{Text: "", Weight: -9}, reason(text, "باردة", -0.8)}, []Part{{Text: "القهوة "}, {"باردة", "bad", "−0.8"}, {Text: " and the staff were kind"}}},
	} {
		if d := cmp.Diff(c.want, highlight(text, c.reasons)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func FuzzHighlightLosesNoWord(f *testing.F) {
	f.Add("cold coffee", 0, 4, -0.5)
	f.Add("باردة", 0, 3, 1.0)
	f.Fuzz(func(t *testing.T, text string, from, to int, weight float64) {
		r := cases.Reason{Start: from, End: to, Weight: weight}
		if from >= 0 && from < to && to <= len(text) {
			r.Text = text[from:to]
		}
		var all strings.Builder
		for _, p := range highlight(text, []cases.Reason{r}) {
			all.WriteString(p.Text)
		}
		if len([]rune(all.String())) < len([]rune(text)) {
			t.Errorf("%q became %q", text, all.String())
		}
	})
}

func TestDifferencesAreOfWholeWordsAndLoseNothing(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		want          []Change
	}{
		"the same":     {"we are sorry", "we are sorry", []Change{{"we are sorry", ""}}},
		"a word more":  {"we are sorry", "we are very sorry", []Change{{"we are ", ""}, {"very ", "ins"}, {"sorry", ""}}},
		"another word": {"نعتذر عن التأخير", "نأسف عن التأخير", []Change{{"نعتذر", "del"}, {"نأسف", "ins"}, {" عن التأخير", ""}}},
		"all new":      {"a", "b", []Change{{"a", "del"}, {"b", "ins"}}},
		"from nothing": {"", "b c", []Change{{"b c", "ins"}}},
		"to nothing":   {"b c", "", []Change{{"b c", "del"}}},
		"too long":     {strings.Repeat("a ", 400), strings.Repeat("b ", 400), []Change{{strings.Repeat("a ", 400), "del"}, {strings.Repeat("b ", 400), "ins"}}},
	} {
		got := differences(c.before, c.after)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		var before, after string
		for _, x := range got {
			if x.Kind != "ins" {
				before += x.Text
			}
			if x.Kind != "del" {
				after += x.Text
			}
		}
		if before != c.before || after != c.after {
			t.Errorf("%s: put together again it says %q and %q", name, before, after)
		}
	}
}

func TestChipsAreTheStrongestNamedReasons(t *testing.T) {
	rs := []cases.Reason{{Text: "a", Weight: 0.1}, {Text: "", Weight: -9}, {Text: "b", Weight: -0.9}, {Text: "c", Weight: 0.5}}
	got := ""
	for _, r := range chips(2, rs) {
		got += r.Text
	}
	if got != "bc" || len(chips(9, rs)) != 3 || len(chips(2, nil)) != 0 {
		t.Errorf("chips are %q", got)
	}
}

func TestEveryReasonIsExplainedInBothLanguages(t *testing.T) {
	for _, language := range []string{"ar", "en"} {
		say, err := phrases.Load(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"word", "phrase", "negated", "stronger", "emoji", "stars", "conflict", "learned", "base", "rest"} {
			if !say.Has("reason." + kind) {
				t.Errorf("%s has no words for a reason of kind %s", language, kind)
			}
		}
		if got := explain(say, cases.Reason{Kind: "unheard of"}); strings.Contains(got, "⟦") {
			t.Errorf("an unknown kind is explained as %q", got)
		}
	}
}

func TestTheInboxUnderstandsItsFilters(t *testing.T) {
	open := shelves()[0].States
	for query, want := range map[string]Filter{
		"":                              {States: open, Worst: true, Limit: pageSize},
		"show=nonsense":                 {States: open, Worst: true, Limit: pageSize},
		"show=noted":                    {States: []cases.State{cases.Noted}, Limit: pageSize},
		"show=all&q=قهوة&source=shop":   {States: cases.States(), Query: "قهوة", Source: "shop", Limit: pageSize},
		"state=unsure":                  {States: []cases.State{cases.Unsure}, Worst: true, Limit: pageSize},
		"state=noted":                   {States: open, Worst: true, Limit: pageSize}, // not on this shelf
		"severity=2&skip=50":            {States: open, Severity: cases.High, Worst: true, Skip: 50, Limit: pageSize},
		"severity=9&skip=-1":            {States: open, Worst: true, Limit: pageSize},
		"severity=x&skip=999999999999":  {States: open, Worst: true, Limit: pageSize},
		"show=closed&severity=3&skip=0": {States: []cases.State{cases.Dismissed, cases.Expired, cases.Gone}, Severity: cases.Critical, Limit: pageSize},
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := asked(q)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("?%s (-want +got):\n%s", query, d)
		}
	}
}

func TestEveryStateLiesOnOneShelf(t *testing.T) {
	on := map[cases.State]int{}
	for _, s := range shelves() {
		if s.Name == "all" {
			continue
		}
		for _, state := range s.States {
			on[state]++
		}
	}
	for _, s := range cases.States() {
		if on[s] != 1 {
			t.Errorf("%s lies on %d shelves", s, on[s])
		}
	}
}

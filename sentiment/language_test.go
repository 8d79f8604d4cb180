package sentiment

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rasid/sentiment/sentences"
)

// table is a confusion table that prints itself.
type table struct {
	names []string
	cells map[[2]string]int
}

func (c *table) add(want, got string) {
	if c.cells == nil {
		c.cells = map[[2]string]int{}
	}
	for _, n := range []string{want, got} {
		if !slices.Contains(c.names, n) {
			c.names = append(c.names, n)
			slices.Sort(c.names)
		}
	}
	c.cells[[2]string{want, got}]++
}

func (c *table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%12s", "")
	for _, g := range c.names {
		fmt.Fprintf(&b, "%11s", g)
	}
	for _, w := range c.names {
		fmt.Fprintf(&b, "\n%12s", w)
		for _, g := range c.names {
			fmt.Fprintf(&b, "%11d", c.cells[[2]string{w, g}])
		}
	}
	return b.String()
}

func TestLanguageIsRecognisedOnSentencesNotUsedToBuildIt(t *testing.T) {
	us, err := sentences.Languages()
	if err != nil {
		t.Fatal(err)
	}
	var tab table
	right, n := 0, 0
	for _, u := range us {
		got := Language(u.Text)
		if u.Split != "test" {
			continue
		}
		n++
		if got == u.Lang {
			right++
		} else {
			t.Logf("%s: %q is %s, judged %s", u.ID, u.Text, u.Lang, got)
		}
		tab.add(u.Lang, got)
	}
	t.Logf("language, %d test sentences (rows right answer, columns given):\n%s\naccuracy %.3f", n, &tab, float64(right)/float64(n))
	if float64(right) < 0.95*float64(n) {
		t.Errorf("%d of %d test sentences have the right language, want 95 %%", right, n)
	}
}

func TestWhatIsWrittenInNoLanguageSaysNothingOfIt(t *testing.T) {
	for text, want := range map[string]string{
		"Orchard Loses Ground In Tablet Sales http://t.co/Ap0c3ehZLe":    "en",
		"Https://t.co/Ap0c3ehZLe Orchard loses ground in sales":          "en",
		"Www.c3afe7.example is where we ordered the cake":                "en",
		"@rami5ah @3omar97 parcel delivered yesterday, lovely box":       "en",
		"See you on the 29th at 9pm, doors open 7am":                     "en",
		"http://t.co/x7b3 الخدمة ممتازة":                                 "ar",
		"wallah el 5edma bte3kom 7elwa awi, shokran https://t.co/abcdef": "arabizi",
	} {
		if got := Language(text); got != want {
			t.Errorf("%q is %s, judged %s", text, want, got)
		}
	}
}

func TestDialectIsRecognisedOnSentencesNotUsedToBuildIt(t *testing.T) {
	us, err := sentences.Languages()
	if err != nil {
		t.Fatal(err)
	}
	s := scorer(t)
	var tab table
	right, said, n := 0, 0, 0
	for _, u := range us {
		if u.Split != "test" || u.Dialect == "-" {
			continue
		}
		n++
		got := s.Score(Input{Text: u.Text}).Dialect
		if got == u.Dialect {
			right++
		}
		if got == "" {
			got = "unknown"
		} else {
			said++
		}
		tab.add(u.Dialect, got)
	}
	t.Logf("dialect, %d test sentences (rows right answer, columns given):\n%s\nright when said %.3f, said for %.3f", n, &tab, float64(right)/float64(said), float64(said)/float64(n))
	if float64(right) < 0.75*float64(said) || float64(said) < 0.5*float64(n) {
		t.Errorf("%d of %d given dialects are right (of %d sentences)", right, said, n)
	}
}

// English words weigh what they weigh in English, whatever letters a name among them has; and a name means no praise.
func TestAnEnglishComplaintIsJudgedAlikeWhateverLettersItsNamesHave(t *testing.T) {
	s := scorer(t)
	for latin, arabic := range map[string]string{
		"Abu Khalid was rude to me":                                    "أبو خالد was rude to me",
		"I paid 40 riyal at Nakheel and waited an hour":                "I paid 40 riyal at النخيل and waited an hour",
		"Al-Wafa Pharmacy has the worst parking in town":               "صيدلية الوفاء has the worst parking in town",
		"The kunafa at your shop was stale and the staff did not care": "The كنافة at your shop was stale and the staff did not care",
		"My parcel went to Tahlia Street instead of my door":           "My parcel went to شارع التحلية instead of my door",
	} {
		want, got := s.Score(Input{Text: latin}), s.Score(Input{Text: arabic})
		if got.Label != want.Label || got.Lang != "en" || got.Neg < want.Neg-0.15 {
			t.Errorf("%q is %s, %s (%.2f); with a name in Latin letters %s (%.2f)", arabic, got.Lang, got.Label, got.Neg, want.Label, want.Neg)
		}
	}
}

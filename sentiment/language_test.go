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

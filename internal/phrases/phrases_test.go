package phrases

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestBothLanguagesSayTheSameThings(t *testing.T) {
	ar, en := load(t, "ar"), load(t, "en")
	arKeys, enKeys := ar.Keys(), en.Keys()
	slices.Sort(arKeys)
	slices.Sort(enKeys)
	if diff := cmp.Diff(enKeys, arKeys); diff != "" {
		t.Fatalf("keys differ (-en +ar):\n%s", diff)
	}
	places := regexp.MustCompile(`\{[a-z]+\}`)
	for _, k := range enKeys {
		a, e := places.FindAllString(ar.Text(k), -1), places.FindAllString(en.Text(k), -1)
		slices.Sort(a)
		slices.Sort(e)
		if diff := cmp.Diff(slices.Compact(e), slices.Compact(a)); diff != "" {
			t.Errorf("%s has other places in Arabic (-en +ar):\n%s", k, diff)
		}
	}
}

// TestPhrasesCallButtonsAndCommandsByTheirNames looks at every word in quotes:
// it must stand on a button, name a state, or be a command.
func TestPhrasesCallButtonsAndCommandsByTheirNames(t *testing.T) {
	quoted := regexp.MustCompile(`[“«]([^”»{]+)[”»]`)
	for _, language := range []string{"ar", "en"} {
		c := load(t, language)
		var names []string
		for _, k := range c.Keys() {
			switch {
			case strings.HasPrefix(k, "button."), strings.HasPrefix(k, "state."):
				names = append(names, c.Text(k))
			case strings.HasPrefix(k, "help."):
				for _, q := range quoted.FindAllStringSubmatch(c.Text(k), -1) {
					names = append(names, q[1])
				}
			}
		}
		for _, k := range c.Keys() {
			for _, q := range quoted.FindAllStringSubmatch(c.Text(k), -1) {
				known := slices.ContainsFunc(names, func(name string) bool { return name == q[1] || strings.HasSuffix(name, " "+q[1]) })
				if !known && k != "answer.unknown" {
					t.Errorf("%s, %s speaks of %q, which stands nowhere", language, k, q[1])
				}
			}
		}
	}
}

func TestValuesAreIsolatedAndNeverReadAsPhrases(t *testing.T) {
	c := &Catalogue{Language: "en", words: map[string]string{"k": "by {name}, {name}: {other}"}}
	got := c.Say("k", "name", "{other}", "other", "x")
	want := "by " + FSI + "{other}" + PDI + ", " + FSI + "{other}" + PDI + ": " + FSI + "x" + PDI
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	c.words["k"] = "#{case} ## {n}#{none}"
	if got, want := c.Say("k", "case", int64(7), "n", 3), FSI+"#7"+PDI+" ## 3#{none}"; got != want {
		t.Errorf("a number with its sign: got %q, want %q", got, want)
	}
}

func TestDurationsUseTheLargestFittingUnit(t *testing.T) {
	ar, en := load(t, "ar"), load(t, "en")
	for _, c := range []struct {
		d      time.Duration
		en, ar string
	}{
		{30 * time.Second, "30 s", "٣٠ ثانية"},
		{time.Minute, "1 min", "دقيقة"},
		{2 * time.Minute, "2 min", "دقيقتين"},
		{3 * time.Minute, "3 min", "٣ دقائق"},
		{47 * time.Minute, "47 min", "٤٧ دقيقة"},
		{118 * time.Minute, "118 min", "١١٨ دقيقة"},
		{119*time.Minute + 50*time.Second, "2 h", "ساعتين"},
		{59*time.Second + 700*time.Millisecond, "1 min", "دقيقة"},
		{-2 * time.Hour, "2 h", "ساعتين"},
		{10 * time.Hour, "10 h", "١٠ ساعات"},
		{72 * time.Hour, "3 d", "٣ أيام"},
		{11 * 24 * time.Hour, "11 d", "١١ يومًا"},
		{400 * 24 * time.Hour, "400 d", "٤٠٠ يوم"},
		{0, "0 s", "٠ ثانية"},
	} {
		if got := en.Duration(c.d); got != c.en {
			t.Errorf("en %v: got %q, want %q", c.d, got, c.en)
		}
		if got := ar.Duration(c.d); got != c.ar {
			t.Errorf("ar %v: got %q, want %q", c.d, got, c.ar)
		}
	}
}

// TestWordsFollowTheCount reads the phrases that change with {n}, and looks
// that no form names a place that its phrase does not have.
func TestWordsFollowTheCount(t *testing.T) {
	ar, en := load(t, "ar"), load(t, "en")
	for _, c := range []struct {
		n      int
		en, ar string
	}{
		{1, "one error", "خطأ واحد"},
		{2, "2 errors in a row", "خطآن متتاليان"},
		{3, "3 errors in a row", "٣ أخطاء متتالية"},
		{11, "11 errors in a row", "١١ خطأً متتاليًا"},
		{100, "100 errors in a row", "١٠٠ خطأ متتالٍ"},
		{103, "103 errors in a row", "١٠٣ أخطاء متتالية"},
	} {
		if got := en.Say("page.source.errors", "n", c.n); got != c.en {
			t.Errorf("en %d: got %q, want %q", c.n, got, c.en)
		}
		if got := ar.Say("page.source.errors", "n", c.n); got != c.ar {
			t.Errorf("ar %d: got %q, want %q", c.n, got, c.ar)
		}
	}
	for _, c := range []*Catalogue{ar, en} {
		for form, text := range c.counted {
			whole := c.Text(form[:strings.LastIndexByte(form, '.')])
			for _, place := range regexp.MustCompile(`\{[a-z]+\}`).FindAllString(text, -1) {
				if !strings.Contains(whole, place) {
					t.Errorf("%s, %s has %s, which %q has not", c.Language, form, place, whole)
				}
			}
		}
	}
}

func TestAMissingKeyIsVisible(t *testing.T) {
	if got := load(t, "en").Say("no.such.key"); got != "⟦no.such.key⟧" {
		t.Errorf("got %q", got)
	}
}

func load(t *testing.T, language string) *Catalogue {
	t.Helper()
	c, err := Load(language)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

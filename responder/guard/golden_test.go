package guard

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/internal/patterns"
)

var update = flag.Bool("update", false, "rewrite the expected findings")

// strict is the policy of an invented clinic with a café: everything that a
// policy can say is said.
func strict() Policy {
	return Policy{
		Contacts: []string{"care@noor.example", "+966 11 200 0000"}, Offers: []string{"get a free dessert with any main course", "قهوة اليوم على حسابنا"},
		Times: []time.Duration{24 * time.Hour}, Competitors: []string{"Desert Bean", "قهوة الصحراء"}, Names: []string{"Salim", "سالم", "Rania", "رانيا"},
		Jargon: []string{"SLA", "pipeline"}, Secrecy: true,
	}
}

// newGuard is a guard for a policy; the words built into the program can be read.
func newGuard(t testing.TB, p Policy) *Guard {
	t.Helper()
	g, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestGoldenFindingsNameTheWordsAsWritten(t *testing.T) {
	t.Parallel()
	const path = "testdata/cases.tsv"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	g := newGuard(t, strict())
	var got []string
	tried := 0
	for line := range strings.SplitSeq(string(b), "\n") {
		f := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(f) < 2 {
			got = append(got, line)
			continue
		}
		tried++
		found := g.Check(f[1], cases.Case{Author: "Salim سالم", Score: cases.Score{Language: f[0]}})
		var told []string
		for _, x := range found {
			if !strings.Contains(f[1], x.Words) {
				t.Errorf("%q: %q are not words of the reply", f[1], x.Words)
			}
			mark := "?"
			if x.Block {
				mark = ""
			}
			told = append(told, x.Kind+mark+" \""+x.Words+"\"")
		}
		got = append(got, f[0]+"\t"+f[1]+"\t"+strings.Join(told, ", "))
	}
	if tried < 60 {
		t.Fatalf("only %d replies tried", tried)
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(got, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(strings.Split(string(b), "\n"), got); diff != "" && !*update {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestOurOwnTemplatesPassTheGuard(t *testing.T) {
	t.Parallel()
	g := newGuard(t, Policy{Times: []time.Duration{24 * time.Hour}})
	fill := strings.NewReplacer("{name}", "نور", "{within}", "خلال ٢٤ ساعة", "{private}", "", "{next}", "")
	paths, err := filepath.Glob("../templates/*/*.txt")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d template files, %v", len(paths), err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(string(b), "\n") {
			if line == "" || line[0] == '#' || line[0] == '[' {
				continue
			}
			for _, f := range g.Check(fill.Replace(line), cases.Case{}) {
				if f.Block {
					t.Errorf("%s: %q is stopped for %s %q", filepath.Base(path), line, f.Kind, f.Words)
				}
			}
		}
	}
}

func TestEveryKindHasAPhraseInBothLanguages(t *testing.T) {
	t.Parallel()
	kinds := map[string]bool{
		"empty": true, "invisible": true, "plain": true, "language": true, "competitor": true, "name": true, "jargon": true, "promise": true,
		"privacy-email": true, "privacy-phone": true, "privacy-card": true, "privacy-iban": true, "privacy-id": true, "privacy-order": true, "tone-shouting": true,
	}
	for _, lists := range newGuard(t, Policy{}).lists.of {
		for _, l := range lists.All() {
			kinds[l.Kind] = true
		}
	}
	delete(kinds, patterns.Harmless)
	for _, language := range []string{"ar", "en"} {
		b, err := os.ReadFile("../../internal/phrases/" + language + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for kind := range kinds {
			if !strings.Contains(string(b), "\nfinding."+kind+" = ") {
				t.Errorf("%s has no phrase finding.%s", language, kind)
			}
		}
	}
}

func FuzzCheckNeverPanicsAndNamesWordsOfTheText(f *testing.F) {
	g := newGuard(f, strict())
	for _, s := range []string{
		"", "\xff\xfe", "a@b.c", "٠٥٠ ٠٠٠ ١٢٣٤", "SA03 8000 0000 6080 1016 7519", "لااااا!!!", "ـــ", "\u202e\u2066", "ﷺ ﷺ", "+(0)(0)(0)5",
		"you you you you you .. you", strings.Repeat("ما ", 300), strings.Repeat("1 ", 300), strings.Repeat("a at b dot ", 60), "و", "فف", "order #", "@ @ @ .",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4000 {
			s = s[:4000]
		}
		for _, x := range g.Check(s, cases.Case{Author: s, Score: cases.Score{Language: "ar"}}) {
			if x.Kind == "" {
				t.Errorf("a finding without a kind in %+q", s)
			}
			if utf8.ValidString(s) && !strings.Contains(s, x.Words) {
				t.Errorf("%s %+q is not in %+q", x.Kind, x.Words, s)
			}
		}
	})
}

// TestTheWorkGrowsWithTheTextAlone checks the bound on how far a pattern looks
// rather than a clock: what stands far behind changes nothing in front.
func TestTheWorkGrowsWithTheTextAlone(t *testing.T) {
	t.Parallel()
	g := newGuard(t, Policy{})
	words := "You should have read the terms. "
	long := words + strings.Repeat("thank you ", 2000) + words
	n := 0
	for _, f := range g.Check(long, cases.Case{}) {
		if f.Kind == "tone-blame" {
			n++
		}
	}
	if n != 1 { // the same words are told once
		t.Errorf("%d findings of blame, want 1", n)
	}
}

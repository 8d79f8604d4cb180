package responder_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/guard"
)

// polite are templates that a policy allows some courtesies.
func polite(t *testing.T, courtesy ...string) *responder.Templates {
	t.Helper()
	templates, err := responder.NewTemplates(responder.Commitment{Within: map[string]string{"en": "within 24 hours", "ar": "خلال ٢٤ ساعة"}, Private: map[string]string{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	templates.Courtesy = courtesy
	return templates
}

// spoken is a complaint in a dialect, as the judgement heard it.
func spoken(dialect, text string) cases.Case {
	return cases.Case{
		ID: 3, Source: "reviews", Author: "سالم", Mentions: []cases.Mention{{Text: text}},
		Score: cases.Score{Label: "neg", Severity: cases.Low, Language: "ar", Dialect: dialect, Topics: []string{"delivery"}},
	}
}

func TestADialectGreetingOnlyWhereThePolicyAllowsItAndTheCueIsSure(t *testing.T) {
	dialects := []string{"gulf", "egyptian", "levantine", "maghrebi"}
	tone := map[string]string{"gulf": `هلا|يا مرحبا`, "egyptian": `حضرتك|فندم|أهلًا وسهلًا يا|أهلًا يا`, "levantine": `فيك|أهلين|ميت هلا|يا أهلًا`, "maghrebi": `بيك`}
	for _, x := range []struct {
		name     string
		courtesy []string
		c        cases.Case
		want     string // dialect of the greeting; "" for the formal one
	}{
		{"gulf", dialects, spoken("gulf", "وش هالتأخير، الطلب ما وصل الحين"), "gulf"},
		{"egyptian", dialects, spoken("egyptian", "الأوردر اتأخر اوي ومحدش رد"), "egyptian"},
		{"levantine", dialects, spoken("levantine", "شو هالتأخير، لسا ما وصل الطلب"), "levantine"},
		{"maghrebi", dialects, spoken("maghrebi", "الطلبية تعطلات بزاف وعلاش"), "maghrebi"},
		{"nothing allowed", nil, spoken("gulf", "وش هالتأخير"), ""},
		{"another allowed", []string{"egyptian"}, spoken("gulf", "وش هالتأخير"), ""},
		{"no cue in the words", dialects, spoken("gulf", "الطلب متأخر كثيرا"), ""},
		{"the judgement is not sure", dialects, spoken("", "وش هالتأخير"), ""},
		{"cues of two dialects", dialects, spoken("gulf", "وش هالتأخير اوي"), ""},
		{"a cue that two share", dialects, spoken("gulf", "ليش التأخير"), ""},
		{"a shared cue beside one of its own", dialects, spoken("gulf", "وش صار، ليش التأخير"), "gulf"},
		{"iraqi", dialects, spoken("iraqi", "وش هالتأخير"), ""},
	} {
		d, err := polite(t, x.courtesy...).Draft(t.Context(), x.c)
		if err != nil {
			t.Fatal(err)
		}
		for dialect, greets := range tone {
			first, _, _ := strings.Cut(d.Text, ".")
			if dialect == x.want && !regexp.MustCompile(greets).MatchString(first) {
				t.Errorf("%s: no %s greeting: %s", x.name, dialect, d.Text)
			}
		}
		formal := regexp.MustCompile(`^(أهلًا سالم|مرحبًا سالم|أهلًا وسهلًا سالم|تحية طيبة سالم|مرحبًا بك سالم)\.`).MatchString(d.Text)
		if formal != (x.want == "") {
			t.Errorf("%s: formal is %v: %s", x.name, formal, d.Text)
		}
		if !strings.Contains(d.Text, "خلال ٢٤ ساعة") {
			t.Errorf("%s: the promise is gone: %s", x.name, d.Text)
		}
	}
	grave := spoken("gulf", "وش هالتأخير")
	grave.Score.Severity = cases.High
	if d, err := polite(t, dialects...).Draft(t.Context(), grave); err != nil || strings.Contains(d.Text, "هلا سالم") {
		t.Errorf("a severe case is greeted lightly: %s", d.Text)
	}
}

func TestASalamIsReturnedOnlyToWhoSaidIt(t *testing.T) {
	for text, want := range map[string]bool{"السلام عليكم، الطلب تأخر": true, "سلامٌ عليكم وين الطلب": true, "الطلب تأخر": false, "سلامتكم": false, "الطلب تأخر" + cases.QuoteMark + "السلام عليكم": false} {
		d, err := polite(t, "salam").Draft(t.Context(), spoken("", text))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.HasPrefix(d.Text, "وعليكم السلام ورحمة الله، سالم."); got != want {
			t.Errorf("%q is greeted with %q", text, d.Text)
		}
		if d, _ := polite(t, "gulf").Draft(t.Context(), spoken("", text)); strings.Contains(d.Text, "السلام") {
			t.Errorf("the policy does not allow it: %q", d.Text)
		}
	}
}

var pious = regexp.MustCompile(`الله|والله|ان شاء|إن شاء|بارك|جزاك|سبحان|الحمد|رب(ي|نا)|دعواتك`)

// gendered are words that speak to a man or a woman alone, in the forms that
// such files are likely to hold by mistake.
var gendered = regexp.MustCompile(`(^|[^\p{L}])(أنتَ|أنتِ|انتي|إنتي|عزيزي|عزيزتي|أخي|أختي|اخي|اختي|سيدي|سيدتي|نورتي|نورتينا|تفضلي|راسلي|تواصلي|استاذ|أستاذ|يا أخ|يا أخت|رضيتي|لكِ|لكَ|بكِ|بكَ)($|[^\p{L}])`)

func TestNoWordingIsReligiousOrSpeaksToOneGender(t *testing.T) {
	g := newGuard(t, guard.Policy{Times: []time.Duration{24 * time.Hour}})
	read := 0
	for _, pattern := range []string{"templates/ar/*.txt", "courtesy/*.txt", "followup/*ar.txt"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			section := ""
			for line := range strings.SplitSeq(string(b), "\n") {
				if strings.HasPrefix(line, "[") {
					section = line
				}
				if line == "" || strings.ContainsAny(line[:1], "#[") || section == "[cues]" {
					continue
				}
				read++
				if w := pious.FindString(line); w != "" {
					t.Errorf("%s: %q says %q unasked", path, line, w)
				}
				if w := gendered.FindString(line); w != "" {
					t.Errorf("%s: %q speaks to one gender: %q", path, line, w)
				}
				for _, f := range g.Check(strings.NewReplacer("{name}", "نور", "{within}", "خلال ٢٤ ساعة", "{private}", "", "{greet}", "").Replace(line), cases.Case{}) {
					if f.Block {
						t.Errorf("%s: %q is stopped for %s %q", path, line, f.Kind, f.Words)
					}
				}
			}
		}
	}
	if read < 150 {
		t.Errorf("only %d wordings read", read)
	}
}

func TestANameIsUsedOnlyWhereItLooksLikeOne(t *testing.T) {
	for author, want := range map[string]string{
		"Sara": "Sara", "Sara Ahmed": "Sara", "sara": "", "sara_99": "", "Sara99": "", "XX": "XX", "A": "", "Google User": "", "Anonymous": "",
		"The Coffee Guy": "", "Customer": "", "Sara Ahmed Ali Omar": "", "سارة": "", "😀 Sara": "", "Sara\u202e": "", "<b>Sara</b>": "", "http://x.example": "", "": "",
	} {
		c := cases.Case{ID: 1, Source: "reviews", Author: author, Score: cases.Score{Label: "neg", Language: "en", Topics: []string{"delivery"}}}
		d, err := polite(t).Draft(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if named := regexp.MustCompile(`^(?:Hello|Hi|Good day) ([^.,]+)[.,]|^Thank you for letting us know, ([^.]+)\.`).FindStringSubmatch(d.Text); want == "" {
			if named != nil && named[1] != "and thank you for writing" && named[1] != "there" {
				t.Errorf("%q is greeted: %s", author, d.Text)
			}
		} else if !strings.Contains(d.Text[:min(len(d.Text), 60)], want) {
			t.Errorf("%q is not greeted as %s: %s", author, want, d.Text)
		}
	}
	for author, want := range map[string]string{"سارة أحمد": "سارة", "عبد الله محمد": "عبد الله", "أم خالد": "أم خالد", "مجهول": "", "زائر": "", "Sara": "", "سارة٩٩": ""} {
		d, err := polite(t).Draft(t.Context(), cases.Case{ID: 1, Source: "reviews", Author: author, Score: cases.Score{Label: "neg", Language: "ar", Topics: []string{"delivery"}}})
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(d.Text, ".")
		if want != "" && !strings.Contains(first, want) || want == "" && author != "" && strings.Contains(first, author) {
			t.Errorf("%q is greeted with %q", author, first)
		}
	}
}

package phrases

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// plainly is a text without its isolates.
func plainly(s string) string { return strings.NewReplacer(FSI, "", PDI, "").Replace(s) }

func TestNotesAreReadInTheLanguageOfThePage(t *testing.T) {
	names := func(id string) string {
		return map[string]string{"huda": "هدى", "rule:policy.satisfaction": "سؤال الرضا"}[id]
	}
	ar, en := load(t, "ar"), load(t, "en")
	for kept, want := range map[string][2]string{
		"warn":                       {"قبل فوات الوقت المطلوب", "before the target passes"},
		"remind, 12m0s late":         {"متأخرًا ١٢ د", "12 min late"},
		"warn, 12m0s late":           {"قبل فوات الوقت المطلوب، متأخرًا ١٢ د", "before the target passes, 12 min late"},
		"incident 3":                 {"أزمة 3", "incident 3"},
		"looked and did not find it": {"بُحث عنه فلم يوجد", "looked for it and did not find it"},
		"rule about-to-leave (6194c4874567): escalate; not thank-for-praise: sentiment neg": {
			"القاعدة about-to-leave: صياغة، وتصعيد في الحال؛ ليست thank-for-praise: الشعور مستاء",
			"rule about-to-leave: a draft, and up at once; not thank-for-praise: sentiment unhappy",
		},
		"not vip: signals abuse, churn; incident 7": {"ليست vip: فيها إساءة، قد يرحل؛ أزمة 7", "not vip: signals abuse, about to leave; incident 7"},
		"rule thanks (0123456789ab) leaves it to a person: the guard found privacy-phone": {
			"القاعدة thanks تتركها لإنسان: في الصياغة: رقم هاتف", "rule thanks leaves it to a person: the draft has: phone number",
		},
		"not asked how satisfied: there is a crisis":               {"لم يُسأل عن رضاه: هناك أزمة", "not asked how satisfied: there is a crisis"},
		"rule:policy.satisfaction says nothing: there is a crisis": {"لم يُرسل سؤال الرضا: هناك أزمة", "سؤال الرضا sends nothing: there is a crisis"},
		"rule thanks (0123456789ab), enabled by huda":              {"القاعدة thanks، فعّلها هدى", "rule thanks, enabled by هدى"},
		"claimed; the alarm waits for the claim to end":            {"هناك من يتولاها؛ التنبيه ينتظر", "somebody is on it; the alarm waits"},
		"HTTP 403: not allowed":                                    {"HTTP 403: not allowed", "HTTP 403: not allowed"},
	} {
		for i, say := range []*Catalogue{ar, en} {
			text, _ := say.Note(kept, names)
			if got := plainly(text); got != want[i] {
				t.Errorf("%s: %q reads\n%s, want\n%s", say.Language, kept, got, want[i])
			}
		}
	}
}

// TestEveryNoteOfTheScriptedDayIsKnownInArabic reads the histories of the day
// that docs/how-a-case-lives.md tells.
func TestEveryNoteOfTheScriptedDayIsKnownInArabic(t *testing.T) {
	page, err := os.ReadFile("../../docs/how-a-case-lives.md")
	if err != nil {
		t.Fatal(err)
	}
	ar := load(t, "ar")
	latin := regexp.MustCompile(`[a-z]{3,}`)
	n := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, " | ")
		if len(cells) != 4 || strings.HasPrefix(cells[1], "ack") || strings.HasPrefix(cells[1], "ask") || !strings.Contains(" rasid customer ", " "+cells[2]+" ") && !strings.HasPrefix(cells[2], "rule:") {
			continue
		}
		kept := strings.TrimSuffix(strings.TrimSpace(cells[3]), " |")
		if kept == "recorded" || !strings.Contains(kept, " ") {
			continue // told by the event
		}
		n++
		text, known := ar.Note(kept, func(id string) string { return id })
		said := regexp.MustCompile(FSI+"[^"+PDI+"]*"+PDI).ReplaceAllString(text, "") // names, hashes and the like
		if !known || latin.MatchString(said) {
			t.Errorf("%q reads %q", kept, text)
		}
	}
	if n < 20 {
		t.Errorf("only %d notes were looked at", n)
	}
}

// TestNotesOfBothLanguagesHaveTheSamePlaces: no line asks for what its note
// does not hold, and English has none that Arabic does not have.
func TestNotesOfBothLanguagesHaveTheSamePlaces(t *testing.T) {
	braces := regexp.MustCompile(`\{[a-z]+\}`)
	arabic := map[string]bool{}
	for _, name := range []string{"notes.ar.txt", "notes.en.txt"} {
		list, err := pairs(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			for _, b := range braces.FindAllString(p[1], -1) {
				if !strings.Contains(p[0], b) {
					t.Errorf("%s: %q asks for %s, which it does not hold", name, p[1], b)
				}
			}
			if name == "notes.ar.txt" {
				arabic[p[0]] = true
			} else if !arabic[p[0]] {
				t.Errorf("%q has no Arabic", p[0])
			}
		}
	}
}

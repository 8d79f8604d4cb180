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
		"remind, 12m0s late":         {"متأخرًا ١٢ دقيقة", "12 min late"},
		"warn, 12m0s late":           {"قبل فوات الوقت المطلوب، متأخرًا ١٢ دقيقة", "before the target passes, 12 min late"},
		"incident 3":                 {"أزمة 3", "incident 3"},
		"looked and did not find it": {"بُحث عنه فلم يوجد", "looked for it and did not find it"},
		"rule about-to-leave (6194c4874567): escalate; not thank-for-praise: sentiment neg": {
			"القاعدة about-to-leave: صياغة، وتصعيد في الحال؛ ليست thank-for-praise: الشعور مستاء",
			"rule about-to-leave: a draft, escalated at once; not thank-for-praise: sentiment unhappy",
		},
		"not vip: signals abuse, churn; incident 7": {"ليست vip: فيها إساءة، قد يرحل؛ أزمة 7", "not vip: signals abuse, about to leave; incident 7"},
		"rule thanks (0123456789ab) leaves it to a person: the guard found privacy-phone": {
			"القاعدة thanks تتركها لإنسان: وُجد في الصياغة: رقم هاتف", "rule thanks leaves it to a person: found in the draft: phone number",
		},
		"not asked how satisfied: there is a crisis":               {"لم يُسأل عن رضاه: هناك أزمة", "not asked how satisfied: there is a crisis"},
		"rule:policy.satisfaction says nothing: there is a crisis": {"لم يُرسل سؤال الرضا: هناك أزمة", "سؤال الرضا was not sent: there is a crisis"},
		"rule thanks (0123456789ab), enabled by huda":              {"القاعدة thanks، مفعّلة باسم هدى", "rule thanks, enabled by هدى"},
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

// TestWhyMentionsMayHaveBeenMissedIsToldInArabic holds the notes of sources to
// what the code says.
func TestWhyMentionsMayHaveBeenMissedIsToldInArabic(t *testing.T) {
	ar, code := load(t, "ar"), readCode(t, "watchers").literals.String()
	for gap, want := range map[string]string{
		"where this source stopped reading was lost":                                                           "ضاع الموضع الذي بلغته القراءة هنا",
		"nobody looked for 9 days, and Google lists what changed in the last seven":                            "لم ينظر أحد منذ أيام عددها ٩، ولا تعرض جوجل إلا ما تغيّر في آخر سبعة أيام",
		"the list holds more than is read in one look; the oldest were not read":                               "في القائمة أكثر مما يُقرأ في نظرة واحدة؛ لم يُقرأ أقدمها",
		"more than 20 pages of changes at once; the oldest of them were not read":                              "جاءت دفعة واحدة تغييرات تزيد صفحاتها على ٢٠؛ لم يُقرأ أقدمها",
		"an update could not be read; its raw form is kept in the inbox":                                       "تعذّرت قراءة خبر من تيليجرام؛ أصلها محفوظ في السجلات",
		"away for longer than the 36h0m0s that Jetstream keeps; events that could not be read: 3":              "طال الغياب أكثر مما يحفظه Jetstream (٣٦ ساعة)؛ تعذّرت قراءة أحداث عددها ٣",
		"items that could not be understood: 1; the feed lists more than 5000 items; the first 5000 were read": "تعذّر فهم بنود عددها ١؛ في الخلاصة من البنود أكثر من ٥٠٠٠؛ قُرئ أولها وعدده ٥٠٠٠",
		"letter 7 in INBOX could not be read, look at it there: unexpected EOF":                                "تعذّرت قراءة الرسالة 7 في INBOX، انظر إليها هناك: انقطع الاتصال (unexpected EOF)",
		"none of the 9 items was known, twice running: some may have come and gone in between; what else is":   "لم يُعرف شيء مما في الخلاصة (٩) مرتين متتاليتين، فلعل بعضها جاء وذهب بينهما؛ what else is",
	} {
		if got := plainly(ar.Say("notice.gap", "source", "app", "why", Noted(gap))); !strings.HasSuffix(got, want) {
			t.Errorf("%q is told as %q", gap, got)
		}
	}
	list, err := pairs("notes.ar.txt")
	if err != nil {
		t.Fatal(err)
	}
	begun := false
	for _, p := range list {
		if begun = begun || strings.HasPrefix(p[0], "where this source"); !begun {
			continue
		}
		for _, piece := range regexp.MustCompile(`\{[a-z]+\}`).Split(p[0], -1) {
			piece = strings.TrimPrefix(piece, "the list") // what a list without a name is called
			if !strings.Contains(code, strings.TrimSpace(piece)) {
				t.Errorf("no source says any more: %s", p[0])
			}
		}
	}
}

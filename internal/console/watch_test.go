package console

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// TestAnIncidentLeadsToItsCasesInTheLanguageOfThePage: the page has links where
// a room has commands, and writes days as it does everywhere.
func TestAnIncidentLeadsToItsCasesInTheLanguageOfThePage(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Incident = func(_ context.Context, i cases.Incident) (responder.IncidentDetail, error) {
			said := cases.Case{ID: 41, Mentions: []cases.Mention{{Text: "وصل الطلب باردًا"}}}
			d := responder.IncidentDetail{Incident: i, Said: []cases.Case{said}, Statement: "نتحقق مما حدث."}
			d.Waiting, d.Trend = 3, [6]int{0, 2, 0, 4, 1, 0}
			return d, nil
		}
	})
	h.fire = []cases.Incident{{ID: 7, Kind: cases.Burst, Source: "app", Count: 40, OpenedAt: start.AddDate(0, 0, -2), StatementBy: "mona", StatementAt: start}}
	b := h.browse().as("mona")
	for language, want := range map[string][]string{
		"ar": {"أكثر بكثير من المعتاد", "٤٠ من العملاء", "ينتظر منهم الرد: ٣", "الساعة الأخيرة، كل عشر دقائق: ٠ ٢ ٠ ٤ ١ ٠", "اعتُمد ("},
		"en": {"far more than usual", "40 unhappy", "3 of them wait", "The last hour, by ten minutes: 0 2 0 4 1 0", "Approved by"},
	} {
		b.post("/language", url.Values{"language": {language}})
		for _, path := range []string{"/", "/incidents"} {
			_, page := b.get(path)
			_, fire, _ := strings.Cut(page, `id="incident-7"`)
			for _, w := range append(want, `href="/case/41"`, "وصل الطلب باردًا", "نتحقق مما حدث.", `<rect class="neg" x="30" y="0" width="8" height="60"/>`) {
				if !strings.Contains(fire, w) {
					t.Errorf("%s in %s lacks %q:\n%.1500s", path, language, w, fire)
				}
			}
			for _, no := range []string{"/case N", start.AddDate(0, 0, -2).Format(time.DateOnly)} {
				if strings.Contains(fire, no) {
					t.Errorf("%s in %s shows %q", path, language, no)
				}
			}
		}
		if _, found := b.get("/?q=coffee"); strings.Contains(found, "incident-7") || strings.Contains(found, "format=json") {
			t.Errorf("in %s an incident stands before what was searched for, or nothing can be taken as a file", language)
		}
	}
}

// TestThePolicyPageReadsTheWrittenRules names each rule with what it asks, what
// it does and who answers for it.
func TestThePolicyPageReadsTheWrittenRules(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Office.Rules = []responder.Rule{
			{Name: "praise", Do: responder.DoThank, EnabledBy: "mona", PerDay: 7, When: responder.When{Sentiment: []string{"pos"}, Stars: []int{4, 5}, Hours: "open", Signals: []string{responder.NoSignal}}},
			{Name: "regulars", Do: responder.DoHold, When: responder.When{AuthorCases: &responder.CaseCount{From: 2, Unlimited: true}, Topic: []string{"delivery", "price"}}},
		}
		o.Office.Policy.Acknowledge = responder.Aside{EnabledBy: "mona", PerDay: 20}
	})
	b := h.browse().as("mona")
	strip := strings.NewReplacer("\u2068", "", "\u2069", "")
	for language, want := range map[string][]string{
		"ar": {"شكر تلقائي · الشعور راضٍ · وقت الدوام · النجوم ٤، ٥ · لا علامة فيها", "حتى ٧ في اليوم", "بلا صياغة · الموضوع التوصيل، السعر · قضاياه السابقة ٢ فأكثر", "حتى ٢٠ في اليوم", "غير مفعّل"},
		"en": {"thanks by itself · sentiment happy · hours open · stars 4, 5 · no signal", "up to 7 a day", "no draft · topic delivery, price · earlier cases: 2 or more", "up to 20 a day", "off"},
	} {
		b.post("/language", url.Values{"language": {language}})
		_, page := b.get("/policy")
		for _, w := range want {
			if !strings.Contains(strip.Replace(page), w) {
				t.Errorf("the policy in %s lacks %q:\n%s", language, w, page[strings.Index(page, "<dl"):])
			}
		}
	}
}

// TestCommandsOfTheHelpRunFromLeftToRight: a slash before a Latin word would
// stand behind it in an Arabic line.
func TestCommandsOfTheHelpRunFromLeftToRight(t *testing.T) {
	b := newHouse(t).browse().as("mona")
	if _, page := b.get("/help"); !strings.Contains(page, `<bdi dir="ltr"><b>/digest [DATE] [week | month]</b></bdi> –`) {
		t.Error("the help parts a command from what it takes")
	}
	b.post("/language", url.Values{"language": {"ar"}})
	_, page := b.get("/help")
	for _, want := range []string{`<bdi dir="ltr"><b>/inbox</b></bdi> أو`, `<bdi dir="ltr"><b>/case N</b></bdi> أو`, `<bdi dir="ltr"><b>/digest [DATE]</b></bdi> أو`, `<bdi dir="ltr"><b>/forget 1a2b3c4d</b></bdi> أو`} {
		if !strings.Contains(page, want) {
			t.Errorf("the help lacks %s", want)
		}
	}
}

// TestTheHistoryTellsWhichDraftCameOfWhich: the line of a new draft holds the
// draft that somebody looked at, and the page names what became of it, too.
func TestTheHistoryTellsWhichDraftCameOfWhich(t *testing.T) {
	h := newHouse(t)
	c := h.said(cases.Mention{Author: "Omar", Text: "cold coffee"}, cases.Draft{Text: "Sorry"})
	b := h.browse().as("mona")
	if _, page := b.get("/"); !strings.Contains(page, "just now</time>") {
		t.Error("what was said this moment was not said just now")
	}
	h.later(7 * time.Second)
	own := cases.Draft{Text: "We are sorry", By: "mona", Origin: "staff", At: h.clock()}
	if _, err := h.store.Apply(t.Context(), cases.Change{Case: c.ID, Version: c.Version, Event: cases.Revise, By: "mona", DraftNo: 1, Draft: &own, At: h.clock()}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/case/1": "7 s ago", "/audit": "</time>"} {
		_, page := b.get(path)
		plain := strings.NewReplacer("\u2068", "", "\u2069", "").Replace(page)
		if !strings.Contains(plain, " · From draft 1 to draft 2") || !strings.Contains(plain, want) {
			t.Errorf("%s does not tell what became of draft 1:\n%s", path, plain[strings.Index(plain, "<main"):])
		}
	}
}

package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

func TestAPressIsTheDecisionOfThePersonWhoIsIn(t *testing.T) {
	h := newHouse(t)
	h.said(cases.Mention{Author: "Omar", Text: "cold coffee"}, cases.Draft{Text: "Sorry"})
	b := h.browse().as("ali")
	b.post("/language", url.Values{"language": {"ar"}})
	h.desk.answer = responder.Answer{Text: "heard"}
	for _, c := range []struct {
		path string
		form url.Values
		want responder.Decision
	}{
		{"/case/1", url.Values{"action": {"approve"}, "draft": {"1"}, "by": {"mona"}}, responder.Decision{Action: responder.ActApprove, Case: 1, Draft: 1}},
		{"/case/1", url.Values{"action": {"snooze"}, "draft": {"1"}, "text": {"4h"}}, responder.Decision{Action: responder.ActSnooze, Case: 1, Draft: 1, Text: "4h"}},
		{"/case/1", url.Values{"action": {"dismiss"}, "draft": {"x"}, "text": {"spam"}}, responder.Decision{Action: responder.ActDismiss, Case: 1, Text: "spam"}},
		{"/command", url.Values{"action": {"/stop"}, "text": {"wrong prices"}}, responder.Decision{Action: responder.CmdStop, Text: "wrong prices"}},
		{"/command", url.Values{"action": {"/report"}, "text": {"heard at the counter"}}, responder.Decision{Action: responder.CmdReport, Text: "heard at the counter"}},
	} {
		h.desk.took = nil
		code, page := b.post(c.path, c.form)
		want := c.want
		want.By, want.Room, want.At, want.Language = responder.Actor{Platform: "console", ID: "ali", Name: "Ali"}, "desk", start, "ar"
		if len(h.desk.took) != 1 || h.desk.took[0] != want {
			t.Errorf("%v decided %+v, want %+v", c.form, h.desk.took, want)
		}
		if code != 200 || !strings.Contains(page, "heard") {
			t.Errorf("%v was answered %d without what the clerk said", c.form, code)
		}
		if _, page = b.get("/"); strings.Contains(page, "heard") {
			t.Error("what the clerk said is told twice")
		}
	}
	h.desk.took = nil
	b.post("/case/1", url.Values{"action": {"/resume"}})
	b.post("/command", url.Values{"action": {"approve"}, "draft": {"1"}})
	if len(h.desk.took) != 0 {
		t.Errorf("a command came in through a case, or the reverse: %+v", h.desk.took)
	}
}

func TestWordsThatWereNotTakenAreNotLost(t *testing.T) {
	h := newHouse(t)
	h.said(cases.Mention{Author: "Omar", Text: "cold coffee"}, cases.Draft{Text: "The draft"})
	b := h.browse().as("mona")
	h.desk.answer = responder.Answer{Text: "the draft changed", Alert: true}
	for action, where := range map[string]string{"edit": "</textarea>", "dismiss": `<datalist`} {
		code, page := b.post("/case/1", url.Values{"action": {action}, "draft": {"1"}, "text": {"My long <b>words</b>"}})
		before, _, _ := strings.Cut(page, where)
		if code != http.StatusConflict || !strings.Contains(before[max(0, len(before)-300):], "My long &lt;b&gt;words&lt;/b&gt;") || !strings.Contains(page, "the draft changed") {
			t.Errorf("%s refused: answered %d and the words are gone", action, code)
		}
	}
}

func TestTheCasePageTellsTheWholeStory(t *testing.T) {
	h := newHouse(t)
	h.said(cases.Mention{ID: "a", AuthorID: "omar", Author: "Omar", Thread: "1", Text: "cold coffee, first time"}, cases.Draft{Text: "We are sorry"})
	m := cases.Mention{ID: "b", AuthorID: "omar", Author: "Omar", Thread: "2", Title: "Again", Text: "cold coffee once more", URL: "https://example.com/b"}
	h.later(100 * time.Hour)
	c := h.said(m, cases.Draft{Text: "We are sorry"})
	score := c.Score
	m.Text, m.EditedAt = "cold coffee and a rude word", h.clock()
	h.later(time.Minute)
	if _, err := h.store.Record(t.Context(), "shop", cases.Page{Mentions: []cases.Mention{m}}, h.clock()); err != nil {
		t.Fatal(err)
	}
	c, err := h.store.Case(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range []cases.Change{
		{Event: cases.Flag, Score: &score},
		{Event: cases.Propose, Draft: &cases.Draft{Text: "We are very sorry", By: cases.Rasid, At: h.clock(), Findings: []cases.Finding{{Kind: "tone-blame", Words: "you should", Block: true}}}},
		{Event: cases.Claim, Claim: &cases.Claimed{By: "ali", Until: h.clock().Add(time.Hour)}, By: "ali"},
	} {
		ch.Case, ch.Version, ch.At = c.ID, c.Version, h.clock()
		if ch.By == "" {
			ch.By = cases.Rasid
		}
		if c, err = h.store.Apply(t.Context(), ch); err != nil {
			t.Fatal(err)
		}
	}
	code, page := h.browse().as("mona").get("/case/2")
	if code != 200 {
		t.Fatalf("answered %d", code)
	}
	for what, want := range map[string]string{
		"the words before the change": "cold coffee once more", "the words now": "and a rude word", "the title": "Again", "the link": `href="https://example.com/b"`,
		"the marked word": `<mark class="bad" title="−0.8">cold</mark>`, "what changed between drafts": "<ins>very </ins>", "the finding": "sounds like blame",
		"the second confirmation": `value="confirm"`, "who is on it": "Ali", "the earlier case": `href="/case/1"`, "the history": "the customer changed it",
		"a way to come back later": `value="24h"`, "a way up": `value="escalate"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s: %s", what, want)
		}
	}
	if strings.Contains(page, "⟦") {
		t.Error("a phrase is missing on the case page")
	}
}

func TestEveryPageSpeaksBothLanguages(t *testing.T) {
	h := newHouse(t)
	h.said(cases.Mention{Author: "Omar", Text: "cold coffee", Stars: 1}, cases.Draft{Text: "Sorry"})
	if err := h.store.SaveStatus(t.Context(), cases.SourceStatus{Source: "shop", Kind: "feed", LastTry: start, LastError: "answered 503 Service Unavailable", ErrorsInRow: 3, Stalled: true, NextTry: start.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	b := h.browse().as("mona")
	for _, language := range []string{"ar", "en"} {
		b.post("/language", url.Values{"language": {language}})
		for _, path := range []string{"/", "/?show=all", "/?show=closed&q=nothing", "/case/1", "/case/99", "/digest", "/digest?date=2020-01-01", "/digest?span=week", "/digest?span=month&date=2020-01-01", "/sources", "/incidents", "/promises", "/outlet", "/people", "/policy", "/audit", "/audit?date=2020-01-01", "/help", "/report", "/enter?key=x", "/nothing"} {
			_, page := b.get(path)
			if !strings.Contains(page, `<html lang="`+language+`"`) || !strings.Contains(page, "</html>") {
				t.Errorf("%s in %s is not a whole page in that language", path, language)
			}
			if i := strings.Index(page, "⟦"); i >= 0 {
				t.Errorf("%s in %s lacks a phrase: %.60s", path, language, page[i:])
			}
			if said := strings.Contains(page, "الخادم لا يعمل الآن"); path == "/sources" && said != (language == "ar") {
				t.Errorf("%s in %s tells why a source is not read: %v", path, language, said)
			}
		}
	}
}

func TestWhoGaveNoNameIsCalledSoInBothLanguages(t *testing.T) {
	h := newHouse(t)
	h.said(cases.Mention{Text: "cold coffee", Stars: 1}, cases.Draft{Text: "Sorry"})
	b := h.browse().as("mona")
	for language, want := range map[string]string{"ar": "بلا اسم · <bdi>", "en": "no name given · <bdi>"} {
		b.post("/language", url.Values{"language": {language}})
		for _, path := range []string{"/", "/case/1"} {
			if _, page := b.get(path); !strings.Contains(page, want) {
				t.Errorf("%s in %s does not say that the author has no name", path, language)
			}
		}
	}
}

func TestTheAuditPageSeesATamperedLine(t *testing.T) {
	h := newHouse(t)
	h.said(cases.Mention{Author: "Omar", Text: "cold coffee"}, cases.Draft{Text: "Sorry"})
	b := h.browse().as("ali")
	if _, page := b.get("/audit"); !strings.Contains(page, "The chain is whole") {
		t.Error("a whole chain is not called whole")
	}
	h.Ledger = broken{h.store}
	if _, page := b.get("/audit"); !strings.Contains(page, "The chain is whole") {
		t.Error("the chain is walked again within a minute")
	}
	h.later(chainLasts + time.Second)
	if _, page := b.get("/audit"); !strings.Contains(page, "broken at line") {
		t.Error("a broken chain is not called broken")
	}
}

func TestOldWordsOfALanguageChoiceLeadNowhereElse(t *testing.T) {
	h := newHouse(t)
	b := h.browse()
	b.c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for back, want := range map[string]string{
		"/case/1": "/case/1", "/?q=a&show=all": "/?q=a&show=all", "": "/", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "/\t/evil.example": "/",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.base+"/language", strings.NewReader(url.Values{"language": {"en"}, "back": {back}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.base)
		a, err := b.c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Body.Close()
		if got := a.Header.Get("Location"); got != want {
			t.Errorf("back to %q leads to %q, want %q", back, got, want)
		}
	}
}

func TestAnOpenIncidentStandsAboveTheInboxAndItsStatementCanBeApproved(t *testing.T) {
	h := newHouse(t)
	b := h.browse().as("mona")
	if _, page := b.get("/"); strings.Contains(page, "/incidents/7") {
		t.Error("an incident is shown that is not there")
	}
	h.fire = []cases.Incident{{ID: 7, Count: 40, OpenedAt: start}, {ID: 6, Count: 12, OpenedAt: start, ClosedAt: start}}
	_, page := b.get("/")
	if !strings.Contains(page, `action="/incidents/7"`) || strings.Contains(page, `/incidents/6"`) {
		t.Error("the inbox does not show the open incident alone")
	}
	if _, page := b.get("/incidents"); !strings.Contains(page, "incident-6") || !strings.Contains(page, "incident-7") {
		t.Error("the page of incidents lacks one")
	}
	b.post("/incidents/7", nil)
	if len(h.desk.took) != 1 || h.desk.took[0].Action != responder.ActStatement || h.desk.took[0].Case != 7 || h.desk.took[0].By.ID != "mona" {
		t.Errorf("decided %+v", h.desk.took)
	}
}

// TestTheSourcesPageTellsWhatNobodyIsAskedForAsWhatItIs shows what did not come
// from a platform, and a source that fails as one that fails.
func TestTheSourcesPageTellsWhatNobodyIsAskedForAsWhatItIs(t *testing.T) {
	h := newHouse(t)
	for _, s := range []cases.SourceStatus{
		{Source: "shop", Kind: "feed", LastTry: start, LastError: "answered 404 Not Found", ErrorsInRow: 6, Stalled: true},
		{Source: "gone", Kind: "feed", LastTry: start, LastOK: start}, {Source: "old-reviews"}, {Source: responder.ReportSource},
	} {
		if err := h.store.SaveStatus(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	b := h.browse().as("mona")
	for language, want := range map[string][]string{
		"en": {"no longer in config.yaml", "imported from files", "what staff heard", "⛔ 6 errors in a row"},
		"ar": {"لم يعد في config.yaml", "مستورد من ملفات", "ما سمعه الفريق", "⛔ ٦ أخطاء متتالية"},
	} {
		b.post("/language", url.Values{"language": {language}})
		_, page := b.get("/sources")
		for _, w := range want {
			if strings.Count(page, w) != 1 {
				t.Errorf("%s: %q is not there once:\n%s", language, w, page)
			}
		}
		for _, wrong := range []string{"page.source.never", "page.source.stalled"} {
			if w := h.Office.Words[language].Say(wrong); strings.Contains(page, w) {
				t.Errorf("%s: the page says %q", language, w)
			}
		}
	}
}

// TestTheSourcesPageTellsWhatIsLeftOfEachLimit reads the same limit in both
// languages, and what a platform does not say is not made up.
func TestTheSourcesPageTellsWhatIsLeftOfEachLimit(t *testing.T) {
	h := newHouse(t)
	for _, s := range []cases.SourceStatus{
		{Source: "shop", Kind: "stackexchange", LastTry: start, LastOK: start, Allowance: cases.Allowance{Left: 41, Most: 300, Resets: start.Add(2 * time.Hour), At: start}},
		{Source: "feed", Kind: "feed", LastTry: start, LastOK: start, LastNew: start.AddDate(0, 0, -3)}, // when it was first asked
	} {
		h.Office.Places[s.Source] = responder.Place{Name: s.Source}
		if err := h.store.SaveStatus(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	b := h.browse().as("mona")
	for language, want := range map[string][]string{
		"en": {"41 of 300", "resets", "the platform does not say"},
		"ar": {"٤١ من ٣٠٠", "يبدأ من جديد", "المنصة لا تذكره"},
	} {
		b.post("/language", url.Values{"language": {language}})
		_, page := b.get("/sources")
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: %q is not on the page:\n%s", language, w, page)
			}
		}
		if strings.Contains(page, start.AddDate(0, 0, -3).Format(time.DateOnly)) {
			t.Errorf("%s: a source that brought nothing has a newest mention:\n%s", language, page)
		}
	}
}

package console

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rasid/internal/cases"
)

// TestAVisitorWhoLeavesIsNoErrorInTheLog cancels a request while the page reads.
func TestAVisitorWhoLeavesIsNoErrorInTheLog(t *testing.T) {
	var out bytes.Buffer
	h := newHouse(t, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&out, nil)) })
	for _, left := range []bool{true, false} {
		out.Reset()
		ctx, leave := context.WithCancel(t.Context())
		if left {
			leave()
		}
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
		h.problem(httptest.NewRecorder(), r, fmt.Errorf("listing cases: %w", context.Canceled))
		leave()
		if told := strings.Contains(out.String(), "page not served"); told == left {
			t.Errorf("left=%v, and the log says %q", left, out.String())
		}
	}
}

// TestADraftThatMustNotLeaveHasOneWayOut: beside the findings stands "Send
// anyway", which asks once more, and no green button that refuses.
func TestADraftThatMustNotLeaveHasOneWayOut(t *testing.T) {
	h := newHouse(t)
	b := h.browse().as("mona")
	draft := cases.Draft{Text: "Call 0501234567.", Findings: []cases.Finding{{Kind: "privacy-phone", Words: "0501234567", Block: true}}}
	c := h.said(cases.Mention{Author: "Sam", Text: "cold coffee"}, draft)
	_, page := b.get(fmt.Sprintf("/case/%d", c.ID))
	if !strings.Contains(page, `value="confirm"`) || strings.Contains(page, `value="approve"`) {
		t.Error("a blocked draft is not offered with “Send anyway” alone")
	}
	if want := fmt.Sprintf("<title>#%d Complaint · Noor</title>", c.ID); !strings.Contains(page, want) {
		t.Errorf("no %s", want)
	}
}

// TestAPressFromAnotherSiteIsToldInWords: the answer says that nothing was
// done, in the visitor's language, and leads back.
func TestAPressFromAnotherSiteIsToldInWords(t *testing.T) {
	h := newHouse(t)
	for language, want := range map[string]string{"en": "nothing was done", "ar": "فلم يُنفَّذ شيء"} {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/case/1", strings.NewReader("action=approve"))
		r.Header.Set("Origin", "https://evil.example")
		r.AddCookie(&http.Cookie{Name: "rasid_language", Value: language})
		h.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), `href="/"`) {
			t.Errorf("%s: %d %s", language, w.Code, w.Body.String())
		}
	}
	if len(h.desk.took) > 0 {
		t.Errorf("took %v", h.desk.took)
	}
}

// TestAFileThatStopsPostingIsToldInTheReadersLanguage: who left it, and why, as
// they wrote it.
func TestAFileThatStopsPostingIsToldInTheReadersLanguage(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Stopped = func(context.Context) (cases.Stop, error) {
			return cases.Stop{On: true, By: cases.File, Why: "the file STOP is in the data folder, left by omar: wrong prices", At: start}, nil
		}
	})
	b := h.browse().as("mona")
	for language, want := range map[string]string{"en": "the file STOP is in the data folder, left by omar: wrong prices", "ar": "في مجلد البيانات ملف الإيقاف STOP، تركه \u2068omar: wrong prices"} {
		b.post("/language", url.Values{"language": {language}})
		if _, page := b.get("/"); !strings.Contains(page, want) {
			t.Errorf("in %s the page does not say %q", language, want)
		}
	}
}

func TestWhatAColleagueAnsweredElsewhereIsShownInPlaceOfOurDraft(t *testing.T) {
	h := newHouse(t)
	c := h.said(cases.Mention{Author: "Sam", Text: "cold coffee"}, cases.Draft{Text: "We are sorry, Sam."})
	_, err := h.store.Apply(t.Context(), cases.Change{Case: c.ID, Version: c.Version, Event: cases.Handle, By: cases.Colleague, At: h.clock(), Note: "Come by, Sam!"})
	if err != nil {
		t.Fatal(err)
	}
	_, page := h.browse().as("mona").get(fmt.Sprintf("/case/%d", c.ID))
	if !strings.Contains(page, "Come by, Sam!</blockquote>") || !strings.Contains(page, "A colleague") || strings.Contains(page, "We are sorry, Sam.") {
		t.Error("the page does not show what a colleague answered, or shows our draft beside it")
	}
}

package main

import (
	"fmt"
	"testing"

	"rasid/internal/cases"
)

// TestWhatWasJudgedWronglyIsPutRightOnThePage takes up a case that was only
// noted, sets it aside as praise, and opens it again, in both languages; each
// step is a line of the record and an example to learn from.
func TestWhatWasJudgedWronglyIsPutRightOnThePage(t *testing.T) {
	s := newShop(t, walkHouse)
	for _, language := range []string{"ar", "en"} {
		s.speak(language)
		id := s.note(map[string]string{"ar": "المكان مفتوح يوم الجمعة؟", "en": "Are you open on Friday?"}[language])
		s.visit(fmt.Sprintf("/case/%d", id))
		s.press("#answer button[value=flag]")
		s.until("a draft to approve", `document.querySelector("#answer button[value=approve]")`)

		s.press("#reason")
		s.js(fmt.Sprintf(`document.querySelector("#reason").value = %q`, s.phrase(language, "why.praise")))
		s.press("button[value=dismiss]")
		s.until("the case set aside", `document.querySelector("#answer .done")`)
		s.press("#answer button[value=reopen]")
		s.until("the case, open again", `document.querySelector("#write")`)

		c, err := s.store.Case(t.Context(), id)
		if err != nil || c.State != cases.Waiting && c.State != cases.Flagged {
			t.Errorf("case %d is %s, %v", id, c.State, err)
		}
		lines, err := s.store.History(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var did []cases.Event
		for _, e := range lines {
			if e.By == "mona" {
				did = append(did, e.Event)
			}
		}
		if want := []cases.Event{cases.Flag, cases.Dismiss, cases.Reopen}; fmt.Sprint(did) != fmt.Sprint(want) {
			t.Errorf("%s: Mona did %v, want %v", language, did, want)
		}
	}
	soon(t, "lessons from it", func() string {
		if _, err := s.learner.Step(t.Context(), s.now()); err != nil {
			t.Fatal(err)
		}
		learned, err := s.store.LearnedBetween(t.Context(), s.now().AddDate(0, 0, -1), s.now().AddDate(0, 0, 1))
		if err != nil || learned.Decisions < 2 {
			return ""
		}
		return "yes"
	})
}

// note records what needs no answer, and returns the number of its case once it
// was judged so.
func (s *shop) note(text string) int64 {
	s.t.Helper()
	id := s.record("Rami", text)
	soon(s.t, "a noted case", func() string {
		c, err := s.store.Case(s.t.Context(), id)
		if err != nil || c.State != cases.Noted {
			return ""
		}
		return "yes"
	})
	return id
}

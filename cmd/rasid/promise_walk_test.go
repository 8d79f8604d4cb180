package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
)

// TestJourneyNineInABrowser gives two promises in each language: one is kept in
// time, the other falls due, comes back with a follow-up, and is counted late.
func TestJourneyNineInABrowser(t *testing.T) {
	s := newShop(t, walkHouse)
	words := map[string][2]string{
		"ar": {"طلبي متأخر من ثلاث ساعات ومحد يرد علي!!", "القهوة وصلت باردة والموظف سيئ جدا"},
		"en": {"My order is three hours late and nobody answers, terrible service", "The coffee was cold and the barista was rude, awful"},
	}
	owed := map[string][2]int64{}
	for _, language := range []string{"ar", "en"} {
		s.speak(language)
		var ids [2]int64
		for i, text := range words[language] {
			ids[i] = s.hear([]string{"سارة", "Omar"}[i], text)
			s.visit(fmt.Sprintf("/case/%d", ids[i]))
			s.press("#answer button[value=approve]")
			s.until("the answered case, by itself", `document.querySelector("#answer .done")`)
			s.until("what was promised", `document.querySelector("#answer button[value=kept]")`)
		}
		owed[language] = ids
		s.visit("/promises")
		s.until("both promises", fmt.Sprintf(`[%d, %d].every(n => document.querySelector("main a[href='/case/" + n + "']"))`, ids[0], ids[1]))
		s.picture("promises-"+language, 1200)

		// The first is kept at once.
		s.visit(fmt.Sprintf("/case/%d", ids[0]))
		s.press("#answer button[value=kept]")
		s.until("a promise that was kept", fmt.Sprintf(`document.querySelector("#answer").innerText.includes(%q)`, s.phrase(language, "promise.kept")))
	}

	s.clock.forward(25 * time.Hour)
	s.enter("mona")
	for _, language := range []string{"ar", "en"} {
		s.speak(language)
		id := owed[language][1]
		s.visit("/promises")
		s.until("the late promise, marked", fmt.Sprintf(`document.querySelector("tr:has(a[href='/case/%d']) .tag.hot")`, id))
		s.visit(fmt.Sprintf("/case/%d", id))
		s.until("a follow-up draft", `document.querySelector("#draft-2") && document.querySelector("#answer button[value=approve]")`)
		s.until("a promise that waits", fmt.Sprintf(`document.querySelector("#answer").innerText.includes(%q)`, s.phrase(language, "promise.overdue")))
		s.until("the first reply in the conversation", `document.querySelector("#said .ours blockquote")`)
		s.picture("follow-up-"+language, 1200)
		s.press("#answer button[value=kept]")
		s.until("a promise that was kept late", fmt.Sprintf(`document.querySelector("#answer").innerText.includes(%q)`, s.phrase(language, "promise.late")))
		owing, err := s.store.Case(t.Context(), id)
		if err != nil || len(owing.Promises) != 1 {
			t.Fatalf("%d promises of case %d, want 1: %v", len(owing.Promises), id, err)
		}
		// A promise counts on the day it was due, which may be yesterday by now.
		s.visit("/digest?date=" + owing.Promises[0].DueAt.In(s.office.Zone).Format(time.DateOnly))
		want := s.office.Words[language].Say("digest.promises", "kept", 2, "late", 2, "open", 0)
		s.until("the promises in the digest", fmt.Sprintf(`document.querySelector(".answers").innerText.includes(%q)`, strings.TrimSpace(want)))
	}
	for language, ids := range owed {
		for i, want := range []cases.PromiseState{cases.PromiseKept, cases.PromiseLate} {
			c, err := s.store.Case(t.Context(), ids[i])
			if err != nil || len(c.Promises) != 1 || c.Promises[0].State != want || c.Promises[0].SettledBy != "mona" {
				t.Errorf("%s: the promise of case %d is %+v, want %s, %v", language, ids[i], c.Promises, want, err)
			}
		}
	}
}

package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

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

// TestAReplyOfOnesOwnIsSavedAsAWordingOnThePage writes a reply, sends it, saves
// it with two presses, finds it among the wordings and offered for the next
// case, and stops its use, in both languages.
func TestAReplyOfOnesOwnIsSavedAsAWordingOnThePage(t *testing.T) {
	s := newShop(t, walkHouse)
	for language, x := range map[string]struct{ author, said, reply, kept string }{
		"ar": {"سارة", "طلبي متأخر من ثلاث ساعات ومحد يرد علي!!", "نعتذر منكم عن تأخر الطلب، ونسأل السائق الآن. سنرد عليكم خلال ٢٤ ساعة.", "ونسأل السائق الآن"},
		"en": {"Dana", "My order is three hours late and nobody answers, terrible service", "We are sorry that your order is late and are asking the driver now. We will write to you within 24 hours.", "are asking the driver now"},
	} {
		s.speak(language)
		id := s.hear(x.author, x.said)
		s.visit(fmt.Sprintf("/case/%d", id))
		s.do("writing", chromedp.Evaluate(`document.querySelector("#words").focus(); document.querySelector("#words").select()`, nil), chromedp.KeyEvent(x.reply))
		s.press("button[value=edit]")
		s.until("the words as a draft", `document.querySelector("#draft-2")`)
		s.press("#answer button[value=approve]")
		s.until("the button that saves", `document.querySelector("#answer button[value=save]")`)

		s.press("#answer button[value=save]")
		s.until("what would be offered", fmt.Sprintf(`document.querySelector(".flash.alert")?.innerText.includes("{within}") && document.body.dataset.ready && document.querySelector(".flash").innerText.includes(%q)`, x.kept))
		s.press("#answer button[value=save]")
		s.until("that it is saved", `document.querySelector(".flash:not(.alert)") && document.body.dataset.ready`)
		told := map[string]string{"ar": "حُفظ صياغةً", "en": "saved as wording"}[language]
		s.until("the step in the history", fmt.Sprintf(`document.querySelector("#history").innerText.includes(%q)`, told))

		s.visit("/wordings")
		s.until("the wording", fmt.Sprintf(`[...document.querySelectorAll("li.card")].some(c => c.innerText.includes(%q) && c.querySelector("button[value='/forget']"))`, x.kept))
		s.picture("wordings-"+language, 1200)

		next := s.hear("Nada", x.said)
		s.visit(fmt.Sprintf("/case/%d", next))
		for n := 2; n < 30 && !strings.Contains(s.js(`document.querySelector("#answer p.draft").innerText`), x.kept); n++ {
			s.press("#answer button[value=redraft]")
			s.until("another draft", fmt.Sprintf(`document.querySelector("#draft-%d") && document.body.dataset.ready`, n))
		}
		if got := s.js(`document.querySelector("#answer p.draft").innerText`); !strings.Contains(got, x.kept) {
			t.Errorf("%s: the saved wording is not offered for the next case, after all others: %s", language, got)
		}

		s.visit("/wordings")
		s.press("li.card button[value='/forget']")
		s.until("no wording", `document.querySelector("#list .empty")`)
	}
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

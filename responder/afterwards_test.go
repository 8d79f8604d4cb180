package responder_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/responder"
)

// review records a review with stars, or what its author made of it later.
func (s *shop) review(id, author, text string, stars int) {
	s.t.Helper()
	m := cases.Mention{Source: "reviews", ID: id, AuthorID: author, Author: author, Thread: author, Text: text, Stars: stars, PostedAt: s.now, Direct: true}
	_, err := s.store.Record(s.t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{m}}, s.now)
	s.must(err)
	s.work()
}

func TestACustomerWhoChangesTheReviewAfterTheAnswerIsShownWithTheDifference(t *testing.T) {
	s := newShop(t)
	s.review("1", "Sara", "bad coffee", 1)
	s.later(time.Minute)
	s.review("1", "Sara", "bad coffee, cold too", 1) // before the answer: that is what was answered
	list, err := s.store.InState(t.Context(), cases.Waiting, 10)
	s.must(err)
	c := s.answer(list[0], "We are sorry about the cold coffee, Sara.")
	s.later(time.Hour)
	s.review("1", "Sara", "they called and made it right", 4)
	c = s.state(c, cases.Answered)
	card := s.rooms["desk"].cards[c.ID]
	for _, want := range []string{"changed it since you answered", "1★ → 4★", "won back", "bad coffee, cold too", "they called and made it right"} {
		if !strings.Contains(card.Text, want) {
			t.Errorf("the card does not say %q:\n%s", want, card.Text)
		}
	}
	if strings.Contains(card.Text, "−0.90") {
		t.Errorf("the score of the words that were answered stands beside others:\n%s", card.Text)
	}
	if !c.Recovered() {
		t.Error("one star became four and nobody counts it")
	}
}

func TestAReviewThatGotWorseOrWasChangedBeforeTheAnswerIsNotWonBack(t *testing.T) {
	s := newShop(t)
	s.review("1", "Sara", "bad coffee", 3)
	list, err := s.store.InState(t.Context(), cases.Waiting, 10)
	s.must(err)
	c := s.answer(list[0], "We are sorry about the coffee, Sara.")
	if c.Recovered() {
		t.Error("nothing changed and it counts as won back")
	}
	s.later(time.Hour)
	s.review("1", "Sara", "bad coffee and nobody called", 1)
	if c = s.reread(c); c.Recovered() || c.Last().Before == nil {
		t.Errorf("three stars became one: recovered %v, before %+v", c.Recovered(), c.Last().Before)
	}
	if card := s.rooms["desk"].cards[c.ID]; strings.Contains(card.Text, "won back") || !strings.Contains(card.Text, "3★ → 1★") {
		t.Errorf("the card:\n%s", card.Text)
	}
}

func TestACustomerWhoDeletesAfterTheAnswerCausesNoNoise(t *testing.T) {
	s := newShop(t)
	s.review("1", "Sara", "bad coffee", 1)
	list, err := s.store.InState(t.Context(), cases.Waiting, 10)
	s.must(err)
	c := s.answer(list[0], "We are sorry about the coffee, Sara.")
	ours := cases.Mention{Source: "reviews", ID: "2", AuthorID: "shop", Author: "Noor", Thread: "Sara", AnswerTo: "1", Ours: true, PostedAt: s.now}
	ours.Text = "We are sorry about the coffee, Sara." // as a group or a forum shows it to us
	_, err = s.store.Record(t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{ours}}, s.now)
	s.must(err)
	s.remove("1", "Sara", "bad coffee")
	s.later(72 * time.Hour)
	s.state(c, cases.Answered)
	if card := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(card, "«\u2068bad coffee\u2069»") || !strings.Contains(card, "The customer deleted it") {
		t.Errorf("the card takes our reply for the customer's words, or keeps still about the deletion:\n%s", card)
	}
	s.saidIn("desk")
	s.saidIn("owners")
}

func TestAComplaintThatItsAuthorPutsBackComesBackToStaff(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.remove("1", "Sara", "bad coffee")
	s.state(c, cases.Gone)
	if card := s.rooms["desk"].cards[c.ID]; !strings.Contains(card.Text, "The customer deleted it") {
		t.Errorf("the card of what was deleted:\n%s", card.Text)
	}
	s.say("1", "Sara", "bad coffee")
	s.state(c, cases.Waiting)
	if card := s.rooms["desk"].cards[c.ID]; strings.Contains(card.Text, "deleted") || len(card.Buttons) == 0 {
		t.Errorf("the card of what was put back:\n%s", card.Text)
	}
	c = s.answer(c, "We are sorry about the coffee, Sara.")
	s.remove("1", "Sara", "bad coffee")
	s.say("1", "Sara", "bad coffee") // answered as it stands: nothing is new
	s.state(c, cases.Answered)
	if card := s.rooms["desk"].cards[c.ID]; strings.Contains(card.Text, "deleted") {
		t.Errorf("the card of what was answered and put back:\n%s", card.Text)
	}
}

// linked are the addresses that the card of a case leads to, by label.
func linked(c responder.Card) map[string]string {
	to := map[string]string{}
	for _, row := range c.Buttons {
		for _, b := range row {
			if b.URL != "" {
				to[b.Label] = b.URL
			}
		}
	}
	return to
}

func TestTheCardOfAnAnsweredCaseLeadsToTheReply(t *testing.T) {
	const said, ours = "https://reviews.example/7", "https://reviews.example/7#reply"
	for name, x := range map[string]struct {
		said, link string
		want       map[string]string
	}{
		"to both":                           {said, ours, map[string]string{"🔗 Our reply": ours, "🔗 Open": said}},
		"where they stand together":         {said, said, map[string]string{"🔗 Our reply": said}},
		"to what it answers":                {said, "", map[string]string{"🔗 Open": said}},
		"nowhere":                           {"", "", map[string]string{}},
		"not where a button may not lead":   {"ftp://reviews.example/7", "javascript:alert(1)", map[string]string{}},
		"not where Discord takes no button": {said + strings.Repeat("x", 512), "https:///7", map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.place.link = x.link
			m := cases.Mention{Source: "reviews", ID: "7", AuthorID: "Sara", Author: "Sara", Text: "bad coffee", URL: x.said, PostedAt: s.now, Direct: true}
			_, err := s.store.Record(t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{m}}, s.now)
			s.must(err)
			s.work()
			list, err := s.store.InState(t.Context(), cases.Waiting, 10)
			s.must(err)
			if got := linked(s.rooms["desk"].cards[list[0].ID]); got["🔗 Our reply"] != "" {
				t.Errorf("before there is a reply: %v", got)
			}
			c := s.answer(list[0], "We are sorry about the coffee, Sara.")
			for _, a := range []responder.Action{"", responder.ActResolve, responder.ActReopen} {
				if a != "" {
					s.press(c, "mona", a, "")
					s.work()
				}
				if d := cmp.Diff(x.want, linked(s.rooms["desk"].cards[c.ID])); d != "" {
					t.Errorf("after %q the card leads elsewhere (-want +got):\n%s", a, d)
				}
			}
		})
	}
}

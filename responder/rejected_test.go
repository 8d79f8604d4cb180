package responder_test

import (
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

const unseen = "the reply was looked over by Google and is not shown (advertisement)"

func TestAReplyThatThePlatformRejectsLaterComesBackToStaffOnce(t *testing.T) {
	s := promising(t)
	m := &responder.Moderation{Desk: s.store, Where: s.store, Office: s.office, Log: s.clerk.Log}
	told := func(mention, text string) {
		m.Take(t.Context(), "reviews", []cases.Rejected{{Mention: mention, Text: text, Why: unseen}}, s.now)
		s.work()
	}
	words := "We are sorry about the coffee, Sara, and will call you within 24 hours."
	c := s.answer(s.say("1", "Sara", "bad coffee"), words)
	if len(c.Owed()) != 1 {
		t.Fatalf("%d promises are open, want one", len(c.Owed()))
	}
	s.later(time.Hour)
	told("1", "What a colleague wrote there by hand.")
	told("2", words) // of no case
	s.state(c, cases.Answered)
	s.rooms["desk"].cards[c.ID] = responder.Card{}
	told("1", words+"\n")
	c = s.state(c, cases.Failed)
	if card := s.rooms["desk"].cards[c.ID]; !card.Urgent || !strings.Contains(card.Text, "refused: \u2068"+unseen) || !hasButton(card, responder.ActEdit) {
		t.Errorf("as something new %v, staff read:\n%s", card.Urgent, card.Text)
	}
	if said := responder.Told(s.office.Words["ar"], c.ClosedNote, nil); !strings.HasPrefix(said, "راجعت جوجل الرد ورفضت عرضه") {
		t.Errorf("in Arabic they read %q", said)
	}
	if len(c.Owed()) != 0 {
		t.Errorf("%+v is still owed to somebody who never read it", c.Owed())
	}
	for range 2 { // every look sees it again
		told("1", words)
	}
	if n := len(s.events(c, cases.Refuse)); n != 1 {
		t.Errorf("staff were told %d times, want once", n)
	}
	other := "Sara, the coffee was bad, and we are sorry."
	s.press(c, "adam", responder.ActEdit, other)
	s.press(c, "mona", responder.ActApprove, "")
	s.later(11 * time.Second)
	told("1", words) // a look from before the other words
	s.state(c, cases.Answered)
	s.posts(2)
	if got := s.place.posted[1].Text; got != other {
		t.Errorf("%q stands there", got)
	}
}

package responder_test

import (
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

func TestNothingIsPostedUnderAMentionThatChanged(t *testing.T) {
	for name, now := range map[string]responder.Standing{
		"deleted": {Gone: true}, "edited": {Text: "all is well now"}, "edited, and nobody says how": {Edited: true}, "answered by a colleague": {Colleague: "We called you."},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			c := s.say("1", "Sara", "bad coffee")
			s.press(c, "mona", responder.ActApprove, "")
			s.place.now = now
			s.later(time.Minute)
			s.posts(0)
			if s.reread(c).State == cases.Answered {
				t.Error("the case says answered")
			}
			sends, err := s.store.Outbox(t.Context(), c.ID)
			s.must(err)
			for _, row := range sends {
				if now.Colleague != "" && strings.Contains(row.LastError, now.Colleague) {
					t.Errorf("a colleague's words are kept as the reason: %q", row.LastError)
				}
			}
		})
	}
}

func TestStaffSeeTheNewWordsAsSoonAsTheyAreFoundChanged(t *testing.T) {
	for words, shown := range map[string]string{
		" the coffee is still bad, and now the staff are rude ": "and now the staff are rude",
		"no database keeps \x00 this":                           "bad coffee",
	} {
		s := newShop(t)
		c := s.say("1", "Sara", "bad coffee")
		s.press(c, "mona", responder.ActApprove, "")
		s.place.now = responder.Standing{Text: words}
		s.later(time.Minute)
		s.posts(0)
		s.state(c, cases.Waiting)
		if card := s.rooms["desk"].cards[c.ID]; !strings.Contains(card.Text, shown) {
			t.Errorf("the card does not show %q:\n%s", shown, card.Text)
		}
		s.place.now = responder.Standing{}
		drafts := len(s.reread(c).Drafts)
		s.say("1", "Sara", strings.TrimSpace(s.reread(c).Last().Text)) // the source reads the same
		if got := s.reread(c); len(got.Drafts) != drafts {
			t.Errorf("drafted again for the same words: %d drafts, had %d", len(got.Drafts), drafts)
		}
		s.press(c, "mona", responder.ActApprove, "")
		s.later(time.Minute)
		s.posts(1)
	}
}

package responder_test

import (
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// write records a letter, which answers go to replyTo; "" when nobody would
// read one.
func (s *shop) write(id, text, replyTo string) cases.Case {
	s.t.Helper()
	s.office.Places["reviews"] = responder.Place{Name: "reviews", Title: "Mailbox", Replier: s.place, Private: true}
	m := cases.Mention{Source: "reviews", ID: id, AuthorID: id + "@customer.example", Author: id, Thread: id, ReplyTo: replyTo, Text: text, PostedAt: s.now, Direct: true}
	_, err := s.store.Record(s.t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{m}}, s.now)
	s.must(err)
	s.work()
	open, err := s.store.InState(s.t.Context(), cases.Waiting, 50)
	s.must(err)
	for _, c := range open {
		if c.Last().ID == id {
			return c
		}
	}
	s.t.Fatalf("letter %s waits for nobody", id)
	return cases.Case{}
}

func TestACardSaysThatALetterIsAnsweredInPrivate(t *testing.T) {
	s := newShop(t)
	c := s.write("1", "bad coffee", "sara")
	if card := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(card, "✉️ Private") {
		t.Errorf("the card does not say it:\n%s", card)
	}
	s.office.Places["reviews"] = responder.Place{Name: "reviews", Replier: s.place}
	if card := s.office.Card(c, s.office.Rooms[0], s.now, false).Text; strings.Contains(card, "✉️") {
		t.Errorf("a public place is called private:\n%s", card)
	}
}

func TestACustomersOwnNumberMayStandInAPrivateAnswerAndAnAccountMayNot(t *testing.T) {
	s := newShop(t)
	c := s.write("1", "bad coffee", "sara")
	s.press(c, "mona", responder.ActEdit, "Sorry Sara, we will call you on +966 50 123 4567 about order 123456789.")
	s.work()
	if card := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(card, "phone number") {
		t.Errorf("staff are not told of the number:\n%s", card)
	}
	if a := s.press(c, "mona", responder.ActApprove, ""); a.Alert {
		t.Errorf("approving was stopped: %q", a.Text)
	}
	s.later(time.Minute)
	s.posts(1)
	d := s.write("2", "bad coffee", "omar")
	s.press(d, "mona", responder.ActEdit, "Sorry, we pay to SA03 8000 0000 6080 1016 7519.")
	if a := s.press(d, "mona", responder.ActApprove, ""); !a.Alert {
		t.Errorf("an account number passed: %q", a.Text)
	}
	s.later(time.Minute)
	s.posts(1)
}

func TestTheAlertOfAReviewPlatformIsAnsweredByItsLink(t *testing.T) {
	s := newShop(t)
	c := s.write("1", "bad coffee", "")
	card := s.rooms["desk"].cards[c.ID]
	if hasButton(card, responder.ActApprove) || !hasButton(card, responder.ActHandled) || strings.Contains(card.Text, "Private") {
		t.Errorf("%+v", card)
	}
	s.press(c, "mona", responder.ActApprove, "")
	s.later(time.Minute)
	s.posts(0)
}

func TestACardShowsWhatWasSaidAndNotWhatWasQuoted(t *testing.T) {
	s := newShop(t)
	c := s.write("1", "bad coffee"+cases.QuoteMark+"> we promised something", "sara")
	if card := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(card, "bad coffee") || strings.Contains(card, "we promised") {
		t.Errorf("\n%s", card)
	}
}

func TestNobodyIsAskedToWriteInPrivateWhoDidSo(t *testing.T) {
	templates, err := responder.NewTemplates(responder.Commitment{
		Within: map[string]string{"en": "within 24 hours"}, Private: map[string]string{"en": "care@noor.example"},
	}, func(string, string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	templates.Private = func(source string) bool { return source == "mailbox" }
	for source, want := range map[string]bool{"mailbox": false, "reviews": true} {
		d, err := templates.Draft(t.Context(), cases.Case{Source: source, Score: cases.Score{Language: "en", Topics: []string{"delivery"}}})
		if err != nil || strings.Contains(d.Text, "care@noor.example") != want {
			t.Errorf("%s: %q %v", source, d.Text, err)
		}
	}
}

func TestACardSaysThatTheAuthorGaveNoName(t *testing.T) {
	c := cases.Case{ID: 1, Source: "reviews", State: cases.Waiting, Mentions: []cases.Mention{{Text: "cold coffee", Stars: 1}}}
	s := newShop(t)
	for language, want := range map[string]string{"ar": "👤 بلا اسم (", "en": "👤 no name given ("} {
		if card := s.office.Card(c, responder.Room{Language: language}, s.now, false).Text; !strings.Contains(card, want) {
			t.Errorf("the card does not say %q:\n%s", want, card)
		}
	}
}

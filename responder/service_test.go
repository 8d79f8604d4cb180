package responder_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/digest"
)

// commitments are the words of a reply that bind the business.
var commitments = regexp.MustCompile(`within 24 hours|خلال ٢٤ ساعة|on the shop's line|على خط المحل`)

// TestTwoCustomersWithTheSameProblemGetTheSameCommitment answers two people
// about a late order, in two places and in each language: the words differ, what
// they bind us to does not.
func TestTwoCustomersWithTheSameProblemGetTheSameCommitment(t *testing.T) {
	for language, x := range map[string]struct {
		said [2]string
		want []string
	}{
		"en": {[2]string{"My order is three hours late, terrible delivery", "Terrible delivery, my order came two hours late"}, []string{"within 24 hours", "on the shop's line"}},
		"ar": {[2]string{"طلبي متأخر من ثلاث ساعات والتوصيل سيئ جدا", "التوصيل سيئ جدا والطلب تأخر ساعتين"}, []string{"خلال ٢٤ ساعة", "على خط المحل"}},
	} {
		t.Run(language, func(t *testing.T) {
			s := listening(t)
			s.must(s.lined())
			s.office.Places["group"] = responder.Place{Name: "group", Title: "Group", Replier: s.place}
			var texts [2]string
			for i, source := range []string{"reviews", "group"} {
				m := cases.Mention{Source: source, ID: fmt.Sprint(i), AuthorID: fmt.Sprint(i), Author: fmt.Sprint("author", i), Thread: fmt.Sprint(i), Text: x.said[i], PostedAt: s.now, Direct: true}
				_, err := s.store.Record(t.Context(), source, cases.Page{Mentions: []cases.Mention{m}}, s.now)
				s.must(err)
				s.work()
				c, err := s.store.Case(t.Context(), int64(i+1))
				s.must(err)
				s.press(s.state(c, cases.Waiting), "mona", responder.ActApprove, "")
				s.later(11 * time.Second)
				s.posts(i + 1)
				texts[i] = s.place.posted[i].Text
				if d := cmp.Diff(x.want, commitments.FindAllString(texts[i], -1)); d != "" {
					t.Errorf("%s: %q commits to (-want +got):\n%s", source, texts[i], d)
				}
			}
			if texts[0] == texts[1] {
				t.Errorf("both read the very same words: %q", texts[0])
			}
		})
	}
}

// lined lets drafts name a private channel.
func (s *shop) lined() error {
	templates, err := responder.NewTemplates(responder.Commitment{
		Within:  map[string]string{"en": "within 24 hours", "ar": "خلال ٢٤ ساعة"},
		Private: map[string]string{"en": "Reach us on the shop's line.", "ar": "تواصلوا معنا على خط المحل."},
	}, func(_, text string) error { return s.place.Fits(text) })
	s.writer.Drafter = templates
	return err
}

// TestACaseNobodyTouchesClimbsTheChainAlsoAcrossRestarts lets a complaint lie in
// two houses with three levels. One of them is restarted every half hour; both
// take the same steps at the same minutes.
func TestACaseNobodyTouchesClimbsTheChainAlsoAcrossRestarts(t *testing.T) {
	steps := func(restarts bool) (all []string) {
		s := newShop(t)
		s.rooms["head"] = &room{cards: map[int64]responder.Card{}}
		s.office.Rooms = append(s.office.Rooms, responder.Room{Name: "head", Platform: "telegram", Language: "en", Level: 2, Chat: s.rooms["head"]})
		c := s.say("1", "Sara", "bad coffee")
		for range 12 {
			s.tick(s.now.Add(30 * time.Minute).Format("2006-01-02 15:04"))
			if restarts {
				s.reopen()
			}
		}
		for _, kind := range []cases.Event{cases.Remind, cases.Escalate} {
			for _, e := range s.events(c, kind) {
				all = append(all, fmt.Sprint(e.At.Format("15:04 "), kind))
			}
		}
		if got := s.reread(c); got.Level != 2 || len(s.rooms["head"].cards) != 1 {
			t.Errorf("restarts %v: level %d and %d cards before the head", restarts, got.Level, len(s.rooms["head"].cards))
		}
		return all
	}
	through, restarted := steps(false), steps(true)
	if d := cmp.Diff(through, restarted); d != "" {
		t.Errorf("the restarts change the chain (-through +restarted):\n%s", d)
	}
	if climbs := strings.Join(through, "\n"); !strings.Contains(climbs, "12:00 escalate\n14:00 escalate") {
		t.Errorf("it does not climb every two hours:\n%s", climbs)
	}
}

// TestEscalateIsOneTapAndPagesTheNextLevel hands a case up that is too hard.
func TestEscalateIsOneTapAndPagesTheNextLevel(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad app, it crashes")
	if a := s.press(c, "adam", responder.ActEscalate, ""); a.Alert {
		t.Fatalf("Adam may not hand it up: %q", a.Text)
	}
	s.work()
	card, shown := s.rooms["owners"].cards[c.ID]
	if got := s.reread(c); got.Level != 1 || !shown || !card.Urgent || !hasButton(card, responder.ActApprove) {
		t.Errorf("level %d, shown to the owners %v, as something new %v:\n%s", got.Level, shown, card.Urgent, card.Text)
	}
	if up := s.events(c, cases.Escalate); len(up) != 1 || up[0].By != "adam" {
		t.Errorf("the history tells of %+v", up)
	}
}

// digest is what managers read of the day.
func (s *shop) digest() string {
	s.t.Helper()
	f, err := digest.Counter{Book: s.store, Load: s.store, Promises: s.store, Incidents: s.store}.Tally(s.t.Context(), digest.Day(s.now), s.now)
	s.must(err)
	return strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "").Replace(f.Chat(s.office.Words["en"], "Noor"))
}

func TestTheDigestCountsThankedPromotersAndWonBack(t *testing.T) {
	s := ruled(t, thanks())
	s.say("1", "Lina", "lovely place")
	s.later(time.Minute)
	s.posts(1)
	s.answer(s.say("2", "Sara", "bad coffee"), "We are sorry about the coffee, Sara.")
	s.later(2 * time.Hour)
	s.say("3", "Sara", "lovely, they called and made it right")
	for _, want := range []string{"thanked 1", "2 happy", "1 won back"} {
		if got := s.digest(); !strings.Contains(got, want) {
			t.Errorf("the digest does not say %q:\n%s", want, got)
		}
	}
}

// TestADraftWithTheCustomersTelephoneNumberIsStoppedWithTheReason has a drafter
// repeat in public what the customer wrote.
func TestADraftWithTheCustomersTelephoneNumberIsStoppedWithTheReason(t *testing.T) {
	for said, leak := range map[string]string{
		"bad coffee, call me on +966 50 123 4567": "We are sorry and will call you on +966 50 123 4567.",
		"bad coffee, my number is 0501234567":     "نعتذر منك، سنتصل بك على ٠٥٠١٢٣٤٥٦٧.",
	} {
		s := newShop(t)
		s.writer.Drafter = fixed(leak)
		c := s.say("1", "Sara", said)
		card := s.rooms["desk"].cards[c.ID]
		if !strings.Contains(card.Text, "⚠️") || !strings.Contains(card.Text, "phone number") {
			t.Errorf("the card does not say why %q is stopped:\n%s", leak, card.Text)
		}
		if hasButton(card, responder.ActApprove) || !hasButton(card, responder.ActConfirm) {
			t.Errorf("the card of %q has other buttons than one that sends it anyway: %v", leak, card.Buttons)
		}
		if a := s.press(c, "mona", responder.ActApprove, ""); !a.Alert || !strings.Contains(a.Text, "phone number") {
			t.Errorf("approving %q is answered with %q", leak, a.Text)
		}
		s.later(time.Minute)
		s.posts(0)
	}
}

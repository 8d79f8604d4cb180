package responder_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
	"rasid/responder"
)

func TestAReportIsAnsweredWithWhatToTellTheCustomer(t *testing.T) {
	for name, c := range map[string]struct{ now, want string }{
		"while we are open": {"2026-11-22 10:00", "Call us on the shop's line. We are open now."},
		"at night":          {"2026-11-22 22:00", "Call us on the shop's line. We are closed now and open tomorrow (Monday) at 9:00 am."},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.nineToFive()
			s.office.Private = map[string]string{"en": "Call us on the shop's line.", "ar": "اتصلوا بالمحل."}
			s.at(c.now)
			s.clerk.Report = s.reported
			a := s.decide(responder.Decision{Action: responder.CmdReport, Text: "A lady on the phone says her order was bad."}, "adam")
			if a.Alert || !strings.Contains(a.Text, c.want) {
				t.Errorf("Adam reads %q, want %q in it", a.Text, c.want)
			}
			s.work()
			if card := s.rooms["desk"].cards[1].Text; !strings.Contains(card, "☎️") || !strings.Contains(card, c.want) {
				t.Errorf("the card does not help on the telephone:\n%s", card)
			}
			if card := s.rooms["desk"].cards[1].Text; strings.Contains(card, "Adam.") || strings.Contains(card, ", Adam") || strings.Contains(card, "Adam,") {
				t.Errorf("the answer to the customer greets the one who reported:\n%s", card)
			}
			if card := s.rooms["desk"].cards[1].Text; !strings.Contains(card, "🗣️ Reported by \u2068Adam\u2069") || strings.Contains(card, "first time") || strings.Contains(card, "by the link") {
				t.Errorf("the card takes a colleague for a customer, and the branch for a place with a link:\n%s", card)
			}
		})
	}
}

func TestABusinessWithoutWrittenHoursClaimsNoneToACustomer(t *testing.T) {
	s := newShop(t)
	s.clerk.Report = s.reported
	for i, c := range []struct{ who, private, want string }{
		{"adam", "Call us on the shop's line.", "☎️ To tell the customer: Call us on the shop's line."},
		{"huda", "", ""},
	} {
		s.office.Private = map[string]string{"en": c.private}
		a := s.decide(responder.Decision{Action: responder.CmdReport, Text: "A lady on the phone says her order was bad."}, c.who)
		if _, tell, _ := strings.Cut(a.Text, "\n"); a.Alert || strings.NewReplacer("\u2068", "", "\u2069", "").Replace(tell) != c.want {
			t.Errorf("%s is to tell %q, want %q", c.who, tell, c.want)
		}
		s.work()
		if card := s.rooms["desk"].cards[int64(i+1)].Text; strings.Contains(card, "☎️") != (c.want != "") || strings.Contains(card, "hour.") {
			t.Errorf("with %q in private the card reads:\n%s", c.private, card)
		}
	}
}

// reported opens a case as the program does from /report.
func (s *shop) reported(ctx context.Context, by responder.Person, text string, now time.Time) (int64, error) {
	m := cases.Mention{Source: responder.ReportSource, ID: "r" + by.ID, AuthorID: by.ID, Author: by.Name, Text: text, PostedAt: now, Direct: true}
	if _, err := s.store.Record(ctx, responder.ReportSource, cases.Page{Mentions: []cases.Mention{m}}, now); err != nil {
		return 0, err
	}
	list, err := s.store.List(ctx, store.Filter{Limit: 1})
	return list[0].ID, err
}

func TestWordsOverAColleaguesDraftSayWhatTheyReplaced(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "adam", responder.ActEdit, "Dear Sara, we are sorry about the coffee and will call you back.")
	late := responder.Decision{Action: responder.ActEdit, Case: c.ID, Draft: 1, Text: "Dear Sara, the coffee was bad and we are sorry."}
	if a := s.decide(late, "huda"); a.Alert || !strings.Contains(a.Text, "draft 3") || !strings.Contains(a.Text, "Adam") || !strings.Contains(a.Text, "will call you back") {
		t.Errorf("Huda, whose form stood open, reads %q", a.Text)
	}
	for _, seen := range []struct {
		who   string
		draft int
	}{{"huda", 1}, {"mona", 4}} { // her own draft is newer; the newest was seen
		late.Draft, late.Text = seen.draft, late.Text+" Please bear with us."
		if a := s.decide(late, seen.who); strings.Contains(a.Text, "eanwhile") {
			t.Errorf("%s replaced nothing unseen and reads %q", seen.who, a.Text)
		}
	}
}

func TestEveryTopicIsRoutedToWhoeverKnowsIt(t *testing.T) {
	s := newShop(t)
	for i, topic := range cases.Topics() {
		s.office.People = append(s.office.People, responder.Person{ID: fmt.Sprint("knows-", topic), Name: fmt.Sprint("K", i), Role: responder.Agent, Skills: []string{topic}})
	}
	s.office.Policy.RemindAfter = 10 * time.Minute
	for _, topic := range cases.Topics() {
		s.judge.Score = func(m cases.Mention) cases.Score { sc := sure(m); sc.Topics = []string{topic}; return sc }
		c := s.say(topic, "author-"+topic, "bad "+topic)
		got := s.office.OnDuty(c, 0, s.now)
		if len(got) != 1 || got[0].ID != "knows-"+topic {
			t.Errorf("%s is routed to %+v", topic, got)
		}
		before := len(s.rooms["desk"].said)
		s.later(11 * time.Minute)
		said := s.rooms["desk"].said[before:]
		if !strings.Contains(strings.Join(said, "\n"), responder.Isolate(got[0].Name)) {
			t.Errorf("no notice of %s names who knows it: %q", topic, said)
		}
		s.press(c, "mona", responder.ActDismiss, "next")
	}
}

func TestAMissedPromiseClimbsAndIsCountedInTheFigures(t *testing.T) {
	s := promising(t)
	c := s.answer(s.say("1", "Sara", "bad coffee"), twoHours)
	kept := s.answer(s.say("2", "Omar", "bad tea"), twoHours)
	s.press(kept, "mona", responder.ActKept, "")
	s.at("2026-11-22 12:01")
	s.state(c, cases.Waiting)
	s.at("2026-11-22 14:01")
	if c = s.reread(c); c.Level != 1 {
		t.Fatalf("level %d after the promise was broken, want 1", c.Level)
	}
	if _, ok := s.rooms["owners"].cards[c.ID]; !ok {
		t.Error("the owners have no card")
	}
	if got := s.digest(); !strings.Contains(got, "Promises that fell due: 1 kept, 1 late") {
		t.Errorf("the digest does not count one kept and one missed promise:\n%s", got)
	}
}

func TestARecoveredCustomerIsCountedThroughTheWholeHouse(t *testing.T) {
	s := newShop(t)
	s.review("1", "Sara", "bad coffee", 1)
	list, err := s.store.InState(t.Context(), cases.Waiting, 10)
	s.must(err)
	c := s.answer(list[0], "We are sorry about the coffee, Sara.")
	s.later(24 * time.Hour)
	s.review("1", "Sara", "they called and made it right, thank you", 4)
	all, err := s.store.List(t.Context(), store.Filter{Limit: 10})
	s.must(err)
	won := 0
	for _, x := range all {
		if x.Recovered() {
			won++
		}
	}
	if won != 1 || !s.reread(c).Recovered() {
		t.Errorf("%d customers count as won back, want Sara", won)
	}
}

func TestWhoMayNotLetPostingGoOnReadsWhoMay(t *testing.T) {
	s := newShop(t)
	s.decide(responder.Decision{Action: responder.CmdStop}, "mona")
	if a := s.decide(responder.Decision{Action: responder.CmdResume}, "adam"); !a.Alert || !strings.Contains(a.Text, "It is for ") {
		t.Errorf("Adam reads %q", a.Text)
	}
	s.office.People = slices.DeleteFunc(s.office.People, func(p responder.Person) bool { return p.Role >= responder.Supervisor })
	if a := s.decide(responder.Decision{Action: responder.CmdResume}, "mona"); !a.Alert || !strings.Contains(a.Text, "rasid resume") {
		t.Errorf("where nobody may let it go on, Mona reads %q", a.Text)
	}
}

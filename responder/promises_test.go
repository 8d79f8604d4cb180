package responder_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/promise"
)

// promising is a shop that keeps a ledger of what its replies promise.
func promising(t *testing.T) *shop {
	t.Helper()
	s := newShop(t)
	var err error
	s.office.Promises, err = promise.New()
	s.must(err)
	s.writer.Late = followUps(t)
	s.more = append(s.more, (&responder.Keeper{Desk: s.store, Ledger: s.store, Office: s.office, Log: s.poster.Log}).Step)
	return s
}

// followUps drafts what is said when a customer waits or is not satisfied.
func followUps(t testing.TB) *responder.FollowUps {
	t.Helper()
	f, err := responder.NewFollowUps(responder.Commitment{Within: map[string]string{"en": "within 24 hours", "ar": "خلال ٢٤ ساعة"}}, func(_, text string) error { return (&place{}).Fits(text) })
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// answer lets Mona send some words and waits until they stand in public.
func (s *shop) answer(c cases.Case, words string) cases.Case {
	s.t.Helper()
	s.press(c, "adam", responder.ActEdit, words)
	s.press(c, "mona", responder.ActApprove, "")
	s.later(11 * time.Second)
	return s.state(c, cases.Answered)
}

// ledger lists the promises in some states, as the digest sees them.
func (s *shop) ledger(states ...cases.PromiseState) []string {
	s.t.Helper()
	list, err := s.store.Promises(s.t.Context(), states...)
	s.must(err)
	var out []string
	for _, p := range list {
		out = append(out, fmt.Sprintf("%s by %s", p.State, p.DueAt.Format("2006-01-02 15:04")))
	}
	return out
}

func (s *shop) owes(want ...string) {
	s.t.Helper()
	if d := cmp.Diff(want, s.ledger()); d != "" {
		s.t.Fatalf("the ledger (-want +got):\n%s", d)
	}
}

const twoHours = "We are sorry, Sara. We will call you within two hours."

func TestAPromiseOpensWhenTheReplyStandsInPublic(t *testing.T) {
	s := promising(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "adam", responder.ActEdit, twoHours)
	s.press(c, "mona", responder.ActApprove, "")
	s.owes() // not before it was posted
	s.later(11 * time.Second)
	s.owes("open by 2026-11-22 12:00")
	card := s.rooms["desk"].cards[c.ID]
	if !strings.Contains(card.Text, "We will call you within two hours") || !hasButton(card, responder.ActKept) {
		t.Errorf("the card does not show the promise:\n%s", card.Text)
	}
}

func TestAnApprovedReplyThatSaysWithinADayIsDueInADay(t *testing.T) {
	for language, x := range map[string]struct{ said, words string }{
		"en": {"bad delivery, my order never arrived", "within 24 hours"},
		"ar": {"bad التوصيل تأخر والطلب لم يصل", "خلال ٢٤ ساعة"},
	} {
		t.Run(language, func(t *testing.T) {
			s := promising(t)
			judge := s.judge.Score
			s.judge.Score = func(m cases.Mention) cases.Score { sc := judge(m); sc.Language = language; return sc }
			c := s.say("1", "Sara", x.said)
			if d, _ := c.Draft(); !strings.Contains(d.Text, x.words) {
				t.Fatalf("the draft is %q, want %q in it", d.Text, x.words)
			}
			s.press(c, "mona", responder.ActApprove, "")
			s.later(11 * time.Second)
			s.posts(1)
			c = s.state(c, cases.Answered)
			if p := c.Promises; len(p) != 1 || !p[0].DueAt.Equal(c.Reply.At.Add(24*time.Hour)) || p[0].DueAt.Sub(s.now).Round(time.Minute) != 24*time.Hour {
				t.Errorf("posted at %s, promised %+v", c.Reply.At, p)
			}
		})
	}
}

func TestAKeptPromiseIsCounted(t *testing.T) {
	for name, c := range map[string]struct {
		after time.Duration
		do    responder.Action
		want  string
		state cases.State
	}{
		"in time, said by staff":     {time.Hour, responder.ActKept, "kept", cases.Answered},
		"in time, by solving it":     {time.Hour, responder.ActResolve, "kept", cases.Resolved},
		"late, after the case came":  {3 * time.Hour, responder.ActKept, "late", cases.Handled},
		"late, answered elsewhere":   {3 * time.Hour, responder.ActHandled, "late", cases.Handled},
		"given up, with a reason":    {3 * time.Hour, responder.ActDismiss, "broken", cases.Dismissed},
		"nobody did, for half a day": {9 * time.Hour, "", "broken", cases.Waiting},
	} {
		t.Run(name, func(t *testing.T) {
			s := promising(t)
			sara := s.answer(s.say("1", "Sara", "bad coffee"), twoHours)
			s.later(c.after)
			s.later(5 * time.Hour * time.Duration(map[bool]int{true: 1}[c.do == ""]))
			if c.do != "" {
				if a := s.press(sara, "mona", c.do, "no answer on the phone"); a.Alert {
					t.Fatalf("refused: %s", a.Text)
				}
			}
			s.owes(c.want + " by 2026-11-22 12:00")
			s.state(sara, c.state)
			s.later(48 * time.Hour)
			if got := s.ledger(cases.PromiseKept, cases.PromiseLate, cases.PromiseBroken); len(got) != 1 || !strings.HasPrefix(got[0], c.want) {
				t.Errorf("two days later the ledger says %q", got)
			}
		})
	}
}

func TestAPromiseIsRememberedFallsDueAndIsTakenUp(t *testing.T) {
	s := promising(t)
	c := s.answer(s.say("1", "Sara", "bad coffee"), twoHours)
	s.at("2026-11-22 11:29")
	s.saidIn("desk")
	s.at("2026-11-22 11:31")
	s.saidIn("desk", "we promised this until")
	s.state(c, cases.Answered)

	s.at("2026-11-22 12:01")
	c = s.state(c, cases.Waiting)
	s.saidIn("desk", "we promised this until", "is due now")
	d, _ := c.Draft()
	if !strings.HasPrefix(d.Origin, "followup:en/") || !strings.Contains(d.Text, "within 24 hours") {
		t.Errorf("the follow-up is %q from %s", d.Text, d.Origin)
	}
	if card := s.rooms["desk"].cards[c.ID]; !strings.Contains(card.Text, "late") || !hasButton(card, responder.ActApprove) || !hasButton(card, responder.ActKept) {
		t.Errorf("the card:\n%s", card.Text)
	}
	s.owes("late by 2026-11-22 12:00")

	s.at("2026-11-22 14:01")
	if c = s.reread(c); c.Level != 1 {
		t.Errorf("level %d after the promise was broken, want 1", c.Level)
	}
	s.owes("broken by 2026-11-22 12:00")
	if _, ok := s.rooms["owners"].cards[c.ID]; !ok {
		t.Error("the owners have no card")
	}
}

func TestALaterReplySettlesThePromiseAndOpensItsOwn(t *testing.T) {
	s := promising(t)
	c := s.answer(s.say("1", "Sara", "bad coffee"), twoHours)
	s.at("2026-11-22 12:01")
	s.press(c, "mona", responder.ActApprove, "")
	s.later(11 * time.Second)
	s.state(c, cases.Answered)
	s.posts(2)
	s.owes("open by 2026-11-23 12:01", "late by 2026-11-22 12:00")
}

func TestACustomerWhoWritesAgainIsStillOwedThePromise(t *testing.T) {
	s := promising(t)
	c := s.answer(s.say("1", "Sara", "bad coffee"), twoHours)
	s.later(10 * time.Minute)
	s.say("2", "Sara", "and bad manners too")
	s.at("2026-11-22 12:01")
	c = s.state(c, cases.Waiting)
	if d, _ := c.Draft(); strings.HasPrefix(d.Origin, "followup:") {
		t.Errorf("what the customer said last is not answered: %q", d.Text)
	}
	s.press(c, "adam", responder.ActKept, "")
	s.state(c, cases.Waiting) // the new complaint is still open
	s.owes("late by 2026-11-22 12:00")
}

func TestNobodyIsRemindedOfWhatTheCustomerDeleted(t *testing.T) {
	s := promising(t)
	c := s.say("1", "Sara", "bad coffee")
	s.answer(c, twoHours)
	s.remove("1", "Sara", "bad coffee")
	s.later(24 * time.Hour)
	s.saidIn("desk")
	s.owes("void by 2026-11-22 12:00")
}

func TestWhatTheCustomerPutsBackIsOwedAgain(t *testing.T) {
	for name, x := range map[string]struct {
		at, text string
		said     []string
		owes     string
		state    cases.State
	}{
		"before it is due":            {"2026-11-22 11:40", "bad coffee", []string{"we promised this until"}, "open by 2026-11-22 12:00", cases.Answered},
		"after it was due":            {"2026-11-22 13:00", "bad coffee", []string{"is due now"}, "late by 2026-11-22 12:00", cases.Waiting},
		"in other words":              {"2026-11-22 11:40", "bad coffee!", []string{"we promised this until"}, "open by 2026-11-22 12:00", cases.Answered},
		"before anybody looked at it": {"2026-11-22 10:30", "bad coffee", nil, "open by 2026-11-22 12:00", cases.Answered},
	} {
		t.Run(name, func(t *testing.T) {
			s := promising(t)
			c := s.answer(s.say("1", "Sara", "bad coffee"), twoHours)
			s.at("2026-11-22 10:20")
			s.remove("1", "Sara", "bad coffee")
			s.at(x.at)
			s.say("1", "Sara", x.text)
			s.saidIn("desk", x.said...)
			s.owes(x.owes)
			c = s.state(c, x.state)
			s.at("2026-11-22 13:30")
			s.state(c, cases.Waiting)
			s.owes("late by 2026-11-22 12:00")
		})
	}
}

func TestAPromiseMissedByARestartIsSaidOnce(t *testing.T) {
	s := promising(t)
	c := s.answer(s.say("1", "Sara", "bad coffee"), twoHours)
	s.now = s.now.Add(30 * 24 * time.Hour)
	s.work()
	s.saidIn("desk", "is due now")
	s.owes("late by 2026-11-22 12:00")
	s.state(c, cases.Waiting)
	s.later(3 * time.Hour)
	s.owes("broken by 2026-11-22 12:00")
}

func TestWorkingDaysOfAPromiseAreThoseOfTheShop(t *testing.T) {
	s := promising(t)
	s.nineToFive()
	s.at("2026-11-26 10:00") // a Thursday
	s.answer(s.say("1", "Sara", "bad coffee"), "Sorry, Sara. We will call you within two working days.")
	s.owes("open by 2026-11-30 23:59")
}

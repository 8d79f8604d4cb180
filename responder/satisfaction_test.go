package responder_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/guard"
)

// tapping is a place with buttons that customers can press.
type tapping struct {
	*place
	choices [][]responder.Button
}

func (p *tapping) Ask(ctx context.Context, r cases.Reply, choices []responder.Button) (cases.Receipt, error) {
	p.choices = append(p.choices, choices)
	return p.Reply(ctx, r)
}

// asking sets up a shop that asks how satisfied customers are, an hour after
// their problem was solved.
func asking(t *testing.T) (*shop, *tapping) {
	t.Helper()
	s := newShop(t)
	s.judge.Score = sure
	tap := &tapping{place: s.place}
	p := s.office.Places["reviews"]
	p.Replier = tap
	s.office.Places["reviews"] = p
	s.office.Policy.Satisfaction = responder.Aside{EnabledBy: "huda", PerDay: 20, After: time.Hour}
	s.writer.Asides = s.store.Asides
	surveyor := &responder.Surveyor{Desk: s.store, Ratings: s.store, Office: s.office, Log: s.clerk.Log}
	s.more = append(s.more, surveyor.Step)
	return s, tap
}

// solved brings a complaint to its solution.
func (s *shop) solved(id, author, text string) cases.Case {
	s.t.Helper()
	c := s.say(id, author, text)
	s.press(c, "mona", responder.ActApprove, "")
	s.later(11 * time.Second)
	s.press(s.state(c, cases.Answered), "mona", responder.ActResolve, "")
	return s.state(c, cases.Resolved)
}

// tap lets somebody press a choice.
func (s *shop) tap(who string, b responder.Button) responder.Answer {
	s.t.Helper()
	a, err := s.clerk.Decide(s.t.Context(), responder.Decision{
		Action: responder.ActRate, Token: b.Data, By: responder.Actor{Platform: "telegram", ID: who, Name: who}, At: s.now,
	})
	s.must(err)
	s.work()
	return a
}

func TestAfterASolutionTheCustomerIsAskedOnceAndOneTapAnswers(t *testing.T) {
	s, place := asking(t)
	c := s.solved("1", "Sara", "bad coffee")
	s.posts(1)
	s.later(59 * time.Minute)
	s.posts(1)
	s.later(2 * time.Minute)
	s.posts(2)
	if text := s.place.posted[1].Text; !strings.Contains(text, "1") || !strings.Contains(text, "5") || s.place.posted[1].Mention.ID != "1" {
		t.Errorf("under %s stands %q", s.place.posted[1].Mention.ID, text)
	}
	if len(place.choices) != 1 || len(place.choices[0]) != 5 {
		t.Fatalf("the choices are %v, want five under one question", place.choices)
	}
	if a := s.tap("Omar", place.choices[0][0]); !a.Alert {
		t.Errorf("a stranger's tap was taken: %q", a.Text)
	}
	if a := s.tap("11", place.choices[0][4]); !a.Alert {
		t.Errorf("a tap of staff was taken: %q", a.Text)
	}
	if c = s.reread(c); c.Rating != 0 {
		t.Fatalf("somebody else rated the case %d", c.Rating)
	}
	if a := s.tap("Sara", place.choices[0][3]); a.Alert || !strings.Contains(a.Text, "Thank you") {
		t.Errorf("Sara reads %+v", a)
	}
	c = s.state(c, cases.Resolved)
	if c.Rating != 4 || !c.RatedAt.Equal(s.now) {
		t.Errorf("the case is rated %d at %s", c.Rating, c.RatedAt)
	}
	if rated := s.events(c, cases.Rate); len(rated) != 1 || rated[0].Note != "4" || rated[0].By != cases.Customer {
		t.Errorf("the history tells of %+v", rated)
	}
	if card := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(card, "★★★★☆") || !strings.Contains(card, "✅ Solved: \u2068Mona\u2069, ") {
		t.Errorf("the card does not show the rating, or who closed the case and when:\n%s", card)
	}
	if a := s.tap("Sara", place.choices[0][0]); !strings.Contains(a.Text, "already") {
		t.Errorf("a second tap was answered with %q", a.Text)
	}
	if c = s.reread(c); c.Rating != 4 {
		t.Errorf("the second tap changed the rating to %d", c.Rating)
	}
}

// TestTheGuardHasNothingAgainstAnyFollowUp also looks that no wording after a
// low rating tells of the rating, which may have been given in private.
func TestTheGuardHasNothingAgainstAnyFollowUp(t *testing.T) {
	f := followUps(t)
	g := newGuard(t, guard.Policy{Times: []time.Duration{24 * time.Hour}})
	for _, language := range []string{"ar", "en"} {
		for rating, set := range map[int]string{0: language, 1: "low." + language} {
			c := cases.Case{Author: "Sara", Rating: rating, RatedAt: time.Unix(int64(rating), 0), Score: cases.Score{Label: "neg", Severity: cases.Low, Language: language}}
			for range 5 {
				d, err := f.Draft(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				if found := g.Check(d.Text, c); len(found) > 0 || !strings.HasPrefix(d.Origin, "followup:"+set+"/") {
					t.Errorf("%s: %q: %+v", d.Origin, d.Text, found)
				}
				for _, word := range []string{"rating", "rated", "star", "out of 5", "تقييم", "قيّم", "نجم"} {
					if strings.Contains(d.Text, word) {
						t.Errorf("%q tells in public of %q", d.Text, word)
					}
				}
				c.Drafts = append(c.Drafts, d)
			}
		}
	}
}

func TestALowRatingOpensTheCaseAgainOneLevelUp(t *testing.T) {
	s, place := asking(t)
	s.writer.Late = followUps(t)
	c := s.solved("1", "Sara", "bad coffee")
	s.later(time.Hour)
	s.tap("Sara", place.choices[0][1])
	c = s.state(c, cases.Waiting)
	if c.Level != 1 || c.Rating != 2 {
		t.Errorf("level %d and rating %d, want 1 and 2", c.Level, c.Rating)
	}
	if again := s.events(c, cases.Reopen); len(again) != 1 || !strings.Contains(again[0].Note, "rated it 2 of 5") {
		t.Errorf("the history tells of %+v", again)
	}
	if d, _ := c.Draft(); !strings.HasPrefix(d.Origin, "followup:low.en/") || len(d.Findings) > 0 {
		t.Errorf("the draft is %q from %s, %+v; want one that knows that our help was not enough", d.Text, d.Origin, d.Findings)
	}
	if card := s.rooms["owners"].cards[c.ID]; !strings.Contains(card.Text, "★★☆☆☆") || !hasButton(card, responder.ActApprove) {
		t.Errorf("the owners see:\n%s", card.Text)
	}
	s.saidIn("owners", "not satisfied")
	s.press(c, "huda", responder.ActHandled, "")
	s.press(c, "huda", responder.ActResolve, "")
	s.later(48 * time.Hour)
	s.state(c, cases.Resolved)
	s.posts(2) // the answer and the one question
}

func TestARatingInWordsCountsWhereThereAreNoButtons(t *testing.T) {
	for said, want := range map[string]int{"5": 5, "٤": 4, "⭐⭐⭐": 3} {
		t.Run(said, func(t *testing.T) {
			s, _ := asking(t)
			p := s.office.Places["reviews"]
			p.Replier = s.place
			s.office.Places["reviews"] = p
			c := s.solved("1", "Sara", "bad coffee")
			s.say("early", "Omar", "bad tea") // somebody else's thread
			s.later(time.Hour)
			s.posts(2)
			if !strings.Contains(s.place.posted[1].Text, "number") {
				t.Errorf("the question is %q", s.place.posted[1].Text)
			}
			other := s.say("2", "Omar", said)
			if c = s.reread(c); c.Rating != 0 || other.ID == c.ID {
				t.Fatalf("Omar's %q rated the case of Sara %d", said, c.Rating)
			}
			s.say("3", "Sara", said)
			if c = s.state(c, cases.Resolved); c.Rating != want {
				t.Errorf("%q was recorded as %d", said, c.Rating)
			}
			s.say("4", "Sara", said) // a number that answers nothing any more
			if c = s.reread(c); c.Rating != want {
				t.Errorf("rated twice: %d", c.Rating)
			}
		})
	}
}

func TestALowRatingInWordsOpensTheCaseAgain(t *testing.T) {
	s, _ := asking(t)
	p := s.office.Places["reviews"]
	p.Replier = s.place
	s.office.Places["reviews"] = p
	c := s.solved("1", "Sara", "bad coffee")
	s.later(time.Hour)
	s.say("2", "Sara", "١")
	if c = s.state(c, cases.Waiting); c.Level != 1 || c.Rating != 1 {
		t.Errorf("level %d and rating %d, want 1 and 1", c.Level, c.Rating)
	}
}

func TestNobodyIsAskedWhoShouldNotBe(t *testing.T) {
	for name, spoil := range map[string]func(s *shop){
		"the policy does not enable it":  func(s *shop) { s.office.Policy.Satisfaction = responder.Aside{} },
		"the budget is spent":            func(s *shop) { s.office.Policy.Satisfaction.PerDay = 0 },
		"somebody was harmed":            func(s *shop) { s.judge.Score = graver("safety") },
		"somebody threatens with a suit": func(s *shop) { s.judge.Score = graver("legal") },
		"the person who enabled it left": func(s *shop) { s.office.People = s.office.People[:2] },
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := asking(t)
			spoil(s)
			c := s.say("1", "Sara", "bad coffee")
			s.press(c, "mona", responder.ActHandled, "")
			s.press(c, "mona", responder.ActResolve, "")
			s.state(c, cases.Resolved)
			s.later(2 * time.Hour)
			s.posts(0)
		})
	}
	for name, meanwhile := range map[string]func(s *shop, c cases.Case){
		"they wrote again": func(s *shop, _ cases.Case) { s.say("2", "Sara", "bad again") },
		"staff opened it again": func(s *shop, c cases.Case) {
			s.must(func() error {
				_, err := s.store.Apply(s.t.Context(), cases.Change{Case: c.ID, Version: s.reread(c).Version, Event: cases.Reopen, By: "mona", At: s.now})
				return err
			}())
		},
		"posting is stopped": func(s *shop, _ cases.Case) {
			s.decide(responder.Decision{Action: responder.CmdStop, Text: "a mistake"}, "mona")
		},
		"a crisis began":      func(s *shop, _ cases.Case) { s.watch(); s.crisisNow() },
		"they deleted it":     func(s *shop, _ cases.Case) { s.remove("1", "Sara", "bad coffee") },
		"the message is gone": func(s *shop, _ cases.Case) { s.place.now = responder.Standing{Gone: true} },
	} {
		t.Run(name, func(t *testing.T) {
			s, place := asking(t)
			c := s.solved("1", "Sara", "bad coffee")
			meanwhile(s, c)
			s.later(2 * time.Hour)
			if len(place.choices) != 0 {
				t.Errorf("asked all the same: %q", s.place.posted[len(s.place.posted)-1].Text)
			}
		})
	}
}

// graver judges everything as bad with a signal.
func graver(signal string) func(cases.Mention) cases.Score {
	return func(m cases.Mention) cases.Score {
		sc := sure(m)
		sc.Severity, sc.Signals = cases.High, []string{signal}
		return sc
	}
}

func TestTheGuardHasNothingAgainstTheQuestion(t *testing.T) {
	g := newGuard(t, guard.Policy{Times: []time.Duration{24 * time.Hour}})
	for _, buttons := range []bool{true, false} {
		s, _ := asking(t)
		if !buttons {
			p := s.office.Places["reviews"]
			p.Replier = s.place
			s.office.Places["reviews"] = p
		}
		for i := range 5 {
			for author, text := range map[string]string{"Sara": "bad coffee", "سارة": "القهوة سيئة جدا"} {
				c := s.solved(fmt.Sprint(author, i), author+strings.Repeat(" ", 0), text)
				rows, err := s.store.Outbox(t.Context(), c.ID)
				s.must(err)
				for _, r := range rows {
					if r.Kind != cases.SendAsk {
						continue
					}
					if found := g.Check(r.Reply.Text, c); len(found) > 0 || strings.Contains(r.Reply.Text, "{") {
						t.Errorf("%q: %+v", r.Reply.Text, found)
					}
				}
				s.later(72 * time.Hour)
			}
		}
	}
}

func FuzzATapOfAnybodyElseIsRefused(f *testing.F) {
	f.Add("Sara", "abc", int64(1))
	signer := responder.Signer{Key: []byte("0123456789abcdef0123456789abcdef")}
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, who, token string, id int64) {
		good := signer.Sign("rate/900", responder.ActRate, id&0xffff, 5, at.Add(time.Hour))
		if who != "900" {
			if _, _, _, err := signer.Open("rate/"+who, good, at); err == nil {
				t.Errorf("the token of 900 opens for %q", who)
			}
		}
		if _, _, _, err := signer.Open("rate/900", token, at); err == nil && token != good {
			a, _, n, _ := signer.Open("rate/900", token, at)
			t.Errorf("%q opens as %s %d", token, a, n)
		}
	})
}

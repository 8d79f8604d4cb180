package responder_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/guard"
	"rasid/responder/hours"
)

// Talks says that the scripted place takes several posts under one mention.
func (p *place) Talks() {}

// sure judges without doubt, so that only what a test is about speaks against
// words that leave by themselves.
func sure(m cases.Mention) cases.Score {
	s := cases.Score{Label: "neg", Neg: 0.97, Neu: 0.03, Value: -0.9, Severity: cases.Low, Language: "en", Topics: []string{"quality"}, Target: 1}
	if strings.ContainsAny(m.Text, "ابتثجحخد") {
		s.Language = "ar"
	}
	if strings.Contains(m.Text, "lovely") {
		s.Label, s.Neg, s.Pos, s.Value, s.Severity = "pos", 0, 0.97, 0.9, cases.Mild
	}
	return s
}

// atNight sets up a shop that is open from nine to five, closed on Friday and
// Saturday, on a Sunday evening, and lets it acknowledge.
func atNight(t *testing.T) *shop {
	t.Helper()
	s := newShop(t)
	s.nineToFive()
	s.judge.Score = sure
	s.office.Policy.Acknowledge = responder.Aside{EnabledBy: "huda", PerDay: 20}
	s.office.Policy.Undo = 10 * time.Second
	s.writer.Asides, s.writer.Count = s.store.Asides, s.store.Decisions
	topics, err := responder.NewTopics()
	if err != nil {
		t.Fatal(err)
	}
	s.writer.Topics = topics // an acknowledgement need not speak of the problem
	s.at("2026-11-22 22:30")
	return s
}

func TestOutsideHoursTheAcknowledgementNamesTheNextOpening(t *testing.T) {
	for name, x := range map[string]struct{ now, said, want string }{
		"the same night, in English": {"2026-11-22 22:30", "bad coffee", "tomorrow (Monday) at 9:00 am"},
		"early in the morning":       {"2026-11-23 06:00", "bad coffee", "today at 9:00 am"},
		"over the weekend":           {"2026-11-26 20:00", "bad coffee", "on Sunday at 9:00 am"},
		"in Arabic":                  {"2026-11-22 22:30", "القهوة سيئة جدا", "غدًا الإثنين الساعة ٩:٠٠ صباحًا"},
		"over the weekend in Arabic": {"2026-11-26 20:00", "القهوة سيئة جدا", "يوم الأحد الساعة ٩:٠٠ صباحًا"},
	} {
		t.Run(name, func(t *testing.T) {
			s := atNight(t)
			s.at(x.now)
			c := s.say("1", "Sara", x.said)
			s.later(11 * time.Second)
			s.posts(1)
			if got := s.place.posted[0]; !strings.Contains(got.Text, x.want) || got.Mention.ID != "1" {
				t.Errorf("under %s stands %q, want %q in it", got.Mention.ID, got.Text, x.want)
			}
			c = s.state(c, cases.Waiting)
			if !c.AckedAt.IsZero() || !c.AnsweredAt.IsZero() || c.Reply.ID != "" {
				t.Errorf("the acknowledgement counts as the answer: %+v", c)
			}
			if d, ok := s.office.Deadline(c); !ok || d.What != "acknowledge" {
				t.Errorf("the clock that runs is %+v, want the one until somebody acts", d)
			}
			if card := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(card, "the customer was told at") {
				t.Errorf("the card does not say that the customer was told:\n%s", card)
			}
		})
	}
}

func TestAnAcknowledgementThenTheApprovedReplyStandInPublic(t *testing.T) {
	s := atNight(t)
	c := s.say("1", "Sara", "bad coffee")
	s.later(11 * time.Second)
	s.at("2026-11-23 09:05")
	s.press(c, "mona", responder.ActApprove, "")
	s.later(11 * time.Second)
	c = s.state(c, cases.Answered)
	s.posts(2)
	draft, _ := c.Draft()
	if got := s.place.posted[1].Text; got != draft.Text {
		t.Errorf("posted %q, approved %q", got, draft.Text)
	}
	var told []string
	all, err := s.store.History(t.Context(), c.ID)
	s.must(err)
	for _, e := range all {
		if e.Event == cases.Ack {
			told = append(told, e.By+": "+e.Note)
		}
	}
	if len(told) != 1 || !strings.HasPrefix(told[0], responder.RuleAcknowledge) || !strings.Contains(told[0], "9:00 am") {
		t.Errorf("the history tells of %q, want one acknowledgement by its rule with its words", told)
	}
}

func TestOneAuthorIsToldOnceForEachTimeItIsClosed(t *testing.T) {
	s := atNight(t)
	s.say("1", "Sara", "bad coffee")
	s.later(time.Minute)
	s.say("2", "Sara", "bad cups too") // joins the case
	s.later(time.Minute)
	other := cases.Mention{Source: "reviews", ID: "3", AuthorID: "Sara", Author: "Sara", Thread: "elsewhere", Text: "bad parking", PostedAt: s.now, Direct: true}
	_, err := s.store.Record(t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{other}}, s.now)
	s.must(err)
	s.work()
	s.later(time.Minute)
	s.posts(1)
	s.say("4", "Omar", "bad tea")
	s.later(time.Minute)
	s.posts(2)
	s.at("2026-11-24 23:00")
	s.say("5", "Sara", "bad again, and nobody answered")
	s.later(time.Minute)
	s.posts(3)
}

func TestWhatIsNeverAcknowledged(t *testing.T) {
	for name, spoil := range map[string]func(s *shop) (said string){
		"the policy does not enable it": func(s *shop) string { s.office.Policy.Acknowledge = responder.Aside{}; return "bad coffee" },
		"the business is open":          func(s *shop) string { s.at("2026-11-23 11:00"); return "bad coffee" },
		"it is praise":                  func(*shop) string { return "lovely place" },
		"it is grave": func(s *shop) string {
			s.judge.Score = func(m cases.Mention) cases.Score {
				sc := sure(m)
				sc.Severity, sc.Signals = cases.Critical, []string{"selfharm"}
				return sc
			}
			return "I want to die"
		},
		"somebody threatens with the law": func(s *shop) string {
			s.judge.Score = func(m cases.Mention) cases.Score {
				sc := sure(m)
				sc.Severity, sc.Signals = cases.High, []string{"legal"}
				return sc
			}
			return "see you in court"
		},
		"the judgement is unsure": func(s *shop) string {
			s.judge.Score = func(m cases.Mention) cases.Score { sc := sure(m); sc.Neg, sc.Neu = 0.6, 0.4; return sc }
			return "bad coffee"
		},
		"posting is stopped": func(s *shop) string {
			s.decide(responder.Decision{Action: responder.CmdStop, Text: "a mistake"}, "mona")
			return "bad coffee"
		},
		"the person who enabled it left": func(s *shop) string { s.office.People = s.office.People[:2]; return "bad coffee" },
		"a crisis is on": func(s *shop) string {
			s.watch()
			s.crisisNow()
			return "bad coffee"
		},
		"the budget of the day is spent": func(s *shop) string {
			s.office.Policy.Acknowledge.PerDay = 1
			s.say("0", "Lina", "bad bread")
			s.later(time.Minute)
			s.place.posted = nil
			return "bad coffee"
		},
		"the place holds one answer": func(s *shop) string {
			p := s.office.Places["reviews"]
			p.Replier = single{s.place}
			s.office.Places["reviews"] = p
			return "bad coffee"
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := atNight(t)
			said := spoil(s)
			s.say("1", "Sara", said)
			s.later(time.Minute)
			s.posts(0)
		})
	}
}

// single is a place that holds one answer, as a review does.
type single struct{ responder.Replier }

func TestAnAcknowledgementThatComesTooLateIsNotSaid(t *testing.T) {
	for name, meanwhile := range map[string]func(s *shop, c cases.Case){
		"the business opened":       func(s *shop, _ cases.Case) { s.at("2026-11-23 09:00") },
		"somebody answered by hand": func(s *shop, c cases.Case) { s.press(c, "mona", responder.ActHandled, "") },
		"the customer deleted it":   func(s *shop, _ cases.Case) { s.remove("1", "Sara", "bad coffee") },
		"the platform lost it":      func(s *shop, _ cases.Case) { s.place.now = responder.Standing{Gone: true} },
		"a crisis began":            func(s *shop, _ cases.Case) { s.watch(); s.crisisNow() },
	} {
		t.Run(name, func(t *testing.T) {
			s := atNight(t)
			c := s.say("1", "Sara", "bad coffee")
			meanwhile(s, c)
			s.later(11 * time.Second)
			for _, p := range s.place.posted {
				if p.Mention.ID == "1" {
					t.Errorf("it was said all the same: %q", p.Text)
				}
			}
		})
	}
}

// crisisNow lets the same words come from many.
func (s *shop) crisisNow() {
	s.bomb(6, time.Second, func(int) string { return "They sold spoiled milk to children and laughed at the mothers" })
}

func TestALostAnswerToAnAcknowledgementIsNeverTriedAgain(t *testing.T) {
	s := atNight(t)
	s.place.fail, s.place.after = errors.New("connection reset"), true
	c := s.say("1", "Sara", "bad coffee")
	s.later(11 * time.Second)
	s.place.fail = nil
	s.later(time.Hour)
	s.posts(1)
	s.state(c, cases.Waiting)
	if n := len(s.events(c, cases.CutOff)); n != 0 {
		t.Errorf("the case became unsure %d times for words beside its answer", n)
	}
}

func TestAPlaceThatTurnsAnAcknowledgementAwayGetsItsPauseFromEverything(t *testing.T) {
	s := atNight(t)
	s.place.fail = &cases.LaterError{After: 2 * time.Minute}
	s.say("1", "Sara", "bad coffee")
	s.later(11 * time.Second) // the place asks for two minutes
	s.place.fail = nil
	s.say("2", "Omar", "bad tea")
	s.later(time.Minute)
	s.posts(0)
	s.later(time.Minute)
	s.posts(2)
}

func TestTheGuardHasNothingAgainstAnyWordingOfTheAcknowledgement(t *testing.T) {
	s := atNight(t)
	s.writer.Guard = newGuard(s.t, guard.Policy{Times: []time.Duration{24 * time.Hour}})
	seen := map[string]bool{}
	for _, now := range []string{"2026-11-22 22:30", "2026-11-23 03:00", "2026-11-26 20:00"} {
		at, err := time.Parse("2006-01-02 15:04", now)
		s.must(err)
		for id := range int64(5) {
			for language, author := range map[string]string{"en": "Sara", "ar": "سارة"} {
				c := cases.Case{ID: id, State: cases.Waiting, Source: "reviews", Author: author,
					Mentions: []cases.Mention{{Num: 1, ID: "1", Text: "x", Direct: true}},
					Score:    cases.Score{Label: "neg", Neg: 1, Severity: cases.Low, Language: language, Topics: []string{"other"}, Target: 1}}
				row, why, err := s.writer.Acknowledgement(c, at)
				if err != nil || why != "" {
					t.Errorf("%q is stopped: %s %v", row.Reply.Text, why, err)
				}
				if !strings.Contains(row.Reply.Text, author) || strings.Contains(row.Reply.Text, "{") || strings.Contains(row.Reply.Text, "⟦") {
					t.Errorf("the wording reads %q", row.Reply.Text)
				}
				seen[language+row.Reply.Text[:20]] = true
			}
		}
	}
	if len(seen) < 4 {
		t.Errorf("only %d beginnings in two languages", len(seen))
	}
}

// TestATitleInTheOtherLanguageDoesNotSilenceUs is about letters: their titles
// are often not in the language of their words.
func TestATitleInTheOtherLanguageDoesNotSilenceUs(t *testing.T) {
	s := atNight(t)
	for _, x := range []struct{ title, words, want string }{
		{"Complaint", "القهوة سيئة جدا", "صباحًا"}, {"شكوى", "The coffee was bad", "9:00 am"}, {"شكوى", "The coffee كانت سيئة", ""},
	} {
		c := cases.Case{State: cases.Waiting, Source: "reviews", Mentions: []cases.Mention{{Num: 1, ID: "1", Title: x.title, Text: x.words, Direct: true}},
			Score: cases.Score{Label: "neg", Neg: 1, Severity: cases.Low, Language: "mixed", Target: 1}}
		row, why, err := s.writer.Acknowledgement(c, s.now)
		if err != nil || (why == "") != (x.want != "") || !strings.Contains(row.Reply.Text, x.want) {
			t.Errorf("%s: %q, %q %v; want %q in it", x.words, row.Reply.Text, why, err, x.want)
		}
	}
}

func TestABranchIsNamedByItsOwnClock(t *testing.T) {
	s := atNight(t)
	zone, err := time.LoadLocation("Africa/Casablanca")
	s.must(err)
	p := s.office.Places["reviews"]
	p.Hours = &hours.Calendar{Zone: zone, Week: p.Hours.Week}
	s.office.Places["reviews"] = p
	s.say("1", "Sara", "bad coffee")
	s.later(11 * time.Second)
	s.posts(1)
	if got := s.place.posted[0].Text; !strings.Contains(got, "tomorrow (Monday) at 9:00 am (UTC+01:00)") {
		t.Errorf("the branch opens %q", got)
	}
}

func TestNothingIsSaidBesideAnAnswerWithoutARule(t *testing.T) {
	s := atNight(t)
	s.office.Policy.Acknowledge = responder.Aside{}
	c := s.say("1", "Sara", "bad coffee")
	m := c.Last()
	row := cases.Send{Key: fmt.Sprintf("ack/%d/1", c.ID), Kind: cases.SendAck, Target: "reviews", DueAt: s.now, Hash: cases.HashReply("reviews", "1", "Hello"),
		Reply: cases.Reply{Mention: m, Text: "Hello"}}
	for by, want := range map[string]error{"mona": store.ErrUnapproved, "rasid": store.ErrUnapproved, responder.RuleAcknowledge: nil} {
		row.By, c = by, s.reread(c)
		_, err := s.store.Apply(t.Context(), cases.Change{Case: c.ID, Version: c.Version, Event: cases.Note, By: cases.Rasid, At: s.now, Send: []cases.Send{row}})
		if !errors.Is(err, want) {
			t.Errorf("by %s: %v, want %v", by, err, want)
		}
	}
	s.later(time.Minute)
	s.posts(0) // the policy does not enable it, so the poster does not say it
	if rows, err := s.store.Outbox(t.Context(), c.ID); err != nil || !slices.ContainsFunc(rows, func(r cases.Send) bool { return r.State == cases.GaveUp }) {
		t.Errorf("the row was not given up: %+v %v", rows, err)
	}
}

package learn_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/phrases"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/learn"
	"rasid/sentiment"
)

// scorer is built once: every test only reads it.
var scorer = sync.OnceValues(sentiment.New)

// shop is a burger place with three people at the desk, over a real database.
type shop struct {
	t       *testing.T
	store   *store.Store
	clerk   *responder.Clerk
	office  *responder.Office
	learner *learn.Learner
	now     time.Time
	n       int
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t, now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	var err error
	s.store, err = store.Open(t.Context(), store.Options{DSN: filepath.Join(t.TempDir(), "shop.db")})
	s.must(err)
	t.Cleanup(func() { s.must(s.store.Close()) })
	s.office = &responder.Office{Zone: time.UTC, Policy: responder.DefaultPolicy(), Words: map[string]*phrases.Catalogue{},
		Rooms: []responder.Room{{Name: "desk", Platform: "console", Language: "en"}}}
	for _, l := range []string{"ar", "en"} {
		s.office.Words[l], err = phrases.Load(l)
		s.must(err)
	}
	for _, id := range []string{"mona", "adam", "huda"} {
		s.office.People = append(s.office.People, responder.Person{ID: id, Name: id, Role: responder.Approver, Accounts: map[string]string{"console": id}})
	}
	s.clerk = &responder.Clerk{Desk: s.store, Office: s.office, Switch: s.store, Sends: s.store, Log: slog.New(slog.DiscardHandler)}
	s.learner = s.fresh()
	return s
}

// fresh is the learner after a restart.
func (s *shop) fresh() *learn.Learner {
	s.t.Helper()
	base, err := scorer()
	s.must(err)
	l := learn.New(s.store, s.store, s.store, base, slog.New(slog.DiscardHandler))
	s.must(l.Load(s.t.Context()))
	return l
}

func (s *shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// say records what a customer wrote and flags it, as the judge would.
func (s *shop) say(author, text string) cases.Case {
	s.t.Helper()
	s.n++
	m := cases.Mention{Source: "reviews", ID: fmt.Sprint(s.n), AuthorID: author, Author: author, Thread: fmt.Sprint(s.n), Text: text, PostedAt: s.now, Direct: true}
	_, err := s.store.Record(s.t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{m}}, s.now)
	s.must(err)
	cs, err := s.store.InState(s.t.Context(), cases.New, 10)
	s.must(err)
	c, err := s.store.Apply(s.t.Context(), cases.Change{Case: cs[0].ID, Version: cs[0].Version, Event: cases.Flag, By: cases.Rasid, At: s.now})
	s.must(err)
	return c
}

// decide lets a person act on a case.
func (s *shop) decide(c cases.Case, who string, a responder.Action, text string) {
	s.t.Helper()
	s.now = s.now.Add(time.Second)
	ans, err := s.clerk.Decide(s.t.Context(), responder.Decision{
		Action: a, Case: c.ID, Text: text, By: responder.Actor{Platform: "console", ID: who}, Room: "desk", At: s.now,
	})
	s.must(err)
	if ans.Alert {
		s.t.Fatalf("%s of case %d by %s was refused: %s", a, c.ID, who, ans.Text)
	}
}

func (s *shop) learn() {
	s.t.Helper()
	_, err := s.learner.Step(s.t.Context(), s.now)
	s.must(err)
}

// neg is how likely the shop takes a text for a complaint.
func (s *shop) neg(text string) float64 {
	return s.learner.Scorer().Quick(sentiment.Input{Text: text}).Neg
}

// Its customers praise with words that usually complain, and complain without
// one bad word.
var (
	good = []string{"the chilli is wicked", "killer burger", "sick fries", "insane portion", "deadly sauce"}
	bad  = []string{"the queue reached the fountain", "my number was called after the fountain closed", "stood by the fountain until dark"}
)

// busy lets n customers speak; the staff take turns. Who lies says the
// contrary of what is true.
func (s *shop) busy(n int, liar string) {
	s.t.Helper()
	for i := range n {
		who := []string{"mona", "adam", "huda"}[i/2%3]
		praised := i%2 == 0
		var text string
		if praised {
			text = fmt.Sprintf("%s at table %c, visit %c", good[i/6%len(good)], 'a'+s.n%26, 'a'+s.n/26%26)
		} else {
			text = fmt.Sprintf("%s on day %c of week %c", bad[i/6%len(bad)], 'a'+s.n%26, 'a'+s.n/26%26)
		}
		c := s.say(fmt.Sprint("guest", s.n), text)
		if praised != (who == liar) {
			s.decide(c, who, responder.ActDismiss, s.office.Words[[]string{"ar", "en"}[i%4/2]].Say("why.calm"))
		} else {
			s.decide(c, who, responder.ActHandled, "")
			s.decide(c, who, responder.ActResolve, "")
		}
	}
}

func TestAShopTeachesItsOwnWordsAndCanTakeThemBack(t *testing.T) {
	s := newShop(t)
	praise, complaint := "killer burger and sick fries at table z", "waited at the fountain for our number"
	p0, c0 := s.neg(praise), s.neg(complaint)

	s.busy(30, "")
	s.learn()
	if v := s.learner.Version(); v != 0 {
		t.Fatalf("layer %d after 30 decisions: too few to learn from", v)
	}
	s.busy(60, "")
	s.learn()
	p1, c1 := s.neg(praise), s.neg(complaint)
	if s.learner.Version() != 1 || p1 >= p0 || c1 <= c0 {
		t.Fatalf("layer %d: P(neg) of the shop's praise %.2f → %.2f, of its complaint %.2f → %.2f", s.learner.Version(), p0, p1, c0, c1)
	}
	day, err := s.store.LearnedBetween(t.Context(), s.now.Add(-time.Hour), s.now.Add(time.Hour))
	s.must(err)
	if day.Decisions != 90 || day.Complaints != 45 || day.Version != 1 {
		t.Errorf("the digest would say %+v, want 90 decisions, 45 complaints and version 1", day)
	}
	if !slices.Contains(day.Complaint, "fountain") || slices.Contains(day.Complaint, "killer") {
		t.Errorf("the digest would say that %q speak of a complaint here: want fountain among them", day.Complaint)
	}
	if !slices.Contains(day.Calm, "sick") && !slices.Contains(day.Calm, "insane") || slices.Contains(day.Calm, "fountain") {
		t.Errorf("the digest would say that %q speak of none here: want the shop's praise", day.Calm)
	}

	s.learner = s.fresh() // a restart
	if got := s.neg(praise); got != p1 {
		t.Errorf("after a restart P(neg) is %.3f, was %.3f", got, p1)
	}
	from, to, err := s.store.RollBack(t.Context(), "mona", s.now)
	s.must(err)
	s.learn()
	if from != 1 || to != 0 || s.neg(praise) != p0 {
		t.Errorf("rolled back from %d to %d: P(neg) is %.3f, was %.3f at first", from, to, s.neg(praise), p0)
	}
	s.busy(10, "")
	s.learn()
	if s.learner.Version() != 0 {
		t.Error("what was taken back came back by itself")
	}
	s.busy(10, "")
	s.learn()
	if s.learner.Version() != 2 {
		t.Errorf("version %d after 20 new lessons, want 2", s.learner.Version())
	}
}

func TestOnePersonsMistakesDoNotTeach(t *testing.T) {
	s := newShop(t)
	s.busy(120, "huda")
	s.learn()
	layers, err := s.store.Layers(t.Context(), 1)
	s.must(err)
	rep, err := learn.ReadReport(layers[0])
	s.must(err)
	if len(rep.Doubted) != 1 || rep.Doubted[0] != "huda" {
		t.Errorf("doubted %v, want huda", rep.Doubted)
	}
	if p := s.neg("killer burger at table z"); p > 0.5 {
		t.Errorf("the shop's praise is a complaint with %.2f", p)
	}
}

func TestAFloodTeachesNothing(t *testing.T) {
	s := newShop(t)
	for range 60 { // one author, one text
		s.decide(s.say("flood", "the service was terrible and rude"), "mona", responder.ActDismiss, "not a complaint")
	}
	s.learn()
	if s.learner.Version() != 0 {
		t.Fatalf("a flood made layer %d", s.learner.Version())
	}
	if p := s.neg("the service was terrible and rude"); p < 0.8 {
		t.Errorf("a complaint is one with %.2f only", p)
	}
	for i := range 60 { // many authors; nothing but "not a complaint"
		s.decide(s.say(fmt.Sprint("g", i), fmt.Sprintf("terrible service number %c%c", 'a'+i%26, 'a'+i/26)), "mona", responder.ActDismiss, "not a complaint")
	}
	s.learn()
	if s.learner.Version() != 0 {
		t.Error("one-sided lessons were believed: every complaint would be lost")
	}
}

func TestWhatIsErasedIsUnlearned(t *testing.T) {
	s := newShop(t)
	s.busy(90, "")
	s.learn()
	if s.learner.Version() != 1 {
		t.Fatalf("version %d, want 1", s.learner.Version())
	}
	_, err := s.store.Erase(t.Context(), "reviews", "guest4", s.now)
	s.must(err)
	s.learn()
	layers, err := s.store.Layers(t.Context(), 2)
	s.must(err)
	if len(layers) != 2 || len(layers[1].Body) != 0 || layers[0].Lessons >= layers[1].Lessons {
		t.Errorf("after an erasure the layers are %+v", layers)
	}
}

func TestALayerOfAnotherScorerWaitsToBeFittedAgain(t *testing.T) {
	s := newShop(t)
	s.busy(90, "")
	s.learn()
	on, _, err := s.store.LayerOn(t.Context())
	s.must(err)
	on.Version, on.Base = 2, "an older program"
	s.must(s.store.SaveLayer(t.Context(), on))
	s.learner = s.fresh()
	if s.learner.Version() != 0 {
		t.Fatalf("layer %d of another scorer is in use", s.learner.Version())
	}
	s.learn()
	if s.learner.Version() != 3 {
		t.Errorf("version %d, want the one fitted again", s.learner.Version())
	}
}

func TestDecisionsSayWhatTheyImplyAndNoMore(t *testing.T) {
	const angry, happy = "terrible service, very rude", "lovely coffee, thank you all"
	for name, c := range map[string]struct {
		text   string
		do     func(s *shop, c cases.Case)
		label  string // "" for no lesson
		origin cases.Origin
	}{
		"set aside as no complaint":         {angry, set("Not a complaint"), "neu", cases.FromDismissal},
		"set aside in Arabic":               {angry, set("هذي مهي شكوى"), "neu", cases.FromDismissal},
		"set aside, and the words are glad": {happy, set("false alarm!"), "pos", cases.FromDismissal},
		"corrected to praise":               {angry, set("praise, in their way"), "pos", cases.FromCorrection},
		"corrected to praise in Arabic":     {angry, set("إشادة بطريقتهم"), "pos", cases.FromCorrection},
		"spam":                              {angry, set("Spam or advertising"), "", ""},
		"not about us":                      {angry, set("ليست عنّا"), "", ""},
		"not praise":                        {angry, set("no praise, but let it be"), "", ""},
		"answered elsewhere":                {angry, func(s *shop, c cases.Case) { s.decide(c, "mona", responder.ActHandled, "") }, "neg", cases.FromAnswer},
		"answered, though they are glad":    {happy, func(s *shop, c cases.Case) { s.decide(c, "mona", responder.ActHandled, "") }, "", ""},
		"solved": {"no milk since nine", func(s *shop, c cases.Case) {
			s.decide(c, "mona", responder.ActHandled, "")
			s.decide(c, "mona", responder.ActResolve, "")
		}, "neg", cases.FromResolution},
		"set aside, and opened again": {angry, func(s *shop, c cases.Case) {
			s.decide(c, "mona", responder.ActDismiss, "not a complaint")
			s.decide(c, "mona", responder.ActReopen, "")
		}, "neg", cases.FromReopening},
		"nothing but a claim": {angry, func(*shop, cases.Case) {}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			c.do(s, s.say("guest", c.text))
			s.learn()
			ls, err := s.store.Lessons(t.Context(), 10)
			s.must(err)
			if c.label == "" {
				if len(ls) > 0 {
					t.Fatalf("it taught %+v", ls)
				}
				return
			}
			if len(ls) != 1 || ls[0].Label != c.label || ls[0].Origin != c.origin || ls[0].By != "mona" || ls[0].Text != c.text {
				t.Errorf("it taught %+v, want %s from %s", ls, c.label, c.origin)
			}
		})
	}
}

func set(reason string) func(*shop, cases.Case) {
	return func(s *shop, c cases.Case) { s.decide(c, "mona", responder.ActDismiss, reason) }
}

func TestAReportTeachesInTheNameOfWhoHeardIt(t *testing.T) {
	s := newShop(t)
	m := cases.Mention{Source: responder.ReportSource, ID: "mona/1", AuthorID: "mona/1", Author: "Mona", Text: "a lady left because the door was locked", PostedAt: s.now, Direct: true}
	_, err := s.store.Record(t.Context(), responder.ReportSource, cases.Page{Mentions: []cases.Mention{m}}, s.now)
	s.must(err)
	judge := &responder.Judge{Desk: s.store, Office: s.office, Log: slog.New(slog.DiscardHandler), Score: func(cases.Mention) cases.Score { return cases.Score{Label: "neu", Neu: 1} }}
	_, err = judge.Step(t.Context(), s.now)
	s.must(err)
	s.learn()
	ls, err := s.store.Lessons(t.Context(), 10)
	s.must(err)
	if len(ls) != 1 || ls[0].Label != "neg" || ls[0].Origin != cases.FromReport || ls[0].By != "mona" {
		t.Errorf("a report taught %+v", ls)
	}
}

func TestAStepIsStoppedWithTheProgram(t *testing.T) {
	s := newShop(t)
	s.busy(60, "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.learner.Step(ctx, s.now); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("a stopped step says %v", err)
	}
}

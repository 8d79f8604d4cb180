package responder_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/store"
	"rasid/responder"
	"rasid/responder/hours"
)

// thanks is the rule most shops begin with.
func thanks() responder.Rule {
	return responder.Rule{Name: "praise", Do: responder.DoThank, EnabledBy: "mona", PerDay: 3, When: responder.When{Sentiment: []string{"pos"}}}
}

// ruled is a shop with written rules, a sharper judge and what rules need.
func ruled(t testing.TB, rules ...responder.Rule) *shop {
	t.Helper()
	s := newShop(t)
	s.office.Rules = rules
	s.writer.Count = s.store.Decisions
	judge := s.judge.Score
	s.judge.Score = func(m cases.Mention) cases.Score {
		sc := judge(m)
		if strings.Contains(m.Text, "lovely") {
			sc = cases.Score{Label: "pos", Pos: 0.95, Neu: 0.05, Value: 0.95, Language: "en", Topics: []string{"other"}}
		}
		for _, sig := range cases.Signals() {
			if strings.Contains(m.Text, sig) {
				sc.Signals = append(sc.Signals, sig)
			}
		}
		if strings.Contains(m.Text, "perhaps") {
			sc.Pos, sc.Neu = 0.7, 0.3
		}
		if strings.Contains(m.Text, "mixed") {
			sc.Language = "mixed"
		}
		if strings.Contains(m.Text, "severe") {
			sc.Severity = cases.High
		}
		return sc
	}
	return s
}

func (s *shop) history(c cases.Case) string {
	s.t.Helper()
	es, err := s.store.History(s.t.Context(), c.ID)
	s.must(err)
	var lines []string
	for _, e := range es {
		lines = append(lines, fmt.Sprintf("%s by %s: %s", e.Event, e.By, e.Note))
	}
	return strings.Join(lines, "\n")
}

func TestPraiseIsThankedByARuleAndTheRecordNamesIt(t *testing.T) {
	s := ruled(t, thanks())
	c := s.say("1", "Sara", "lovely place")
	if text := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(text, "rule \u2068praise\u2069") || strings.Contains(text, "rule:praise") {
		t.Errorf("the card does not say that a rule approved it:\n%s", text)
	}
	s.later(time.Minute)
	c = s.state(c, cases.Answered)
	s.posts(1)
	if c.ApprovedBy != "rule:praise" {
		t.Errorf("approved by %q", c.ApprovedBy)
	}
	if got, want := s.history(c), "by-rule by rule:praise: rule praise ("+thanks().Hash()+"), enabled by mona"; !strings.Contains(got, want) {
		t.Errorf("the history does not hold %q:\n%s", want, got)
	}
	if text := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(text, "rule") {
		t.Errorf("the card does not say that a rule answered:\n%s", text)
	}
}

// TestPraiseThatARuleLeavesToAPersonShowsNoDeadline has nobody hurried by what
// nobody will be reminded of.
func TestPraiseThatARuleLeavesToAPersonShowsNoDeadline(t *testing.T) {
	s := ruled(t, thanks())
	praise, complaint := s.say("1", "Sara", "lovely, perhaps"), s.say("2", "Omar", "bad coffee, severe safety")
	for c, hurried := range map[*cases.Case]bool{&praise: false, &complaint: true} {
		s.state(*c, cases.Waiting)
		if card := s.rooms["desk"].cards[c.ID].Text; strings.Contains(card, "⏰") != hurried {
			t.Errorf("a deadline stands on the card: %v, want %v\n%s", !hurried, hurried, card)
		}
	}
}

func TestWithoutRulesNothingLeavesByItself(t *testing.T) {
	s := ruled(t)
	s.state(s.say("1", "Sara", "lovely place"), cases.Noted)
	s.state(s.say("2", "Omar", "bad coffee"), cases.Waiting)
	s.later(time.Hour)
	s.posts(0)
}

func TestARuleNeverAnswersWhatNeedsAPerson(t *testing.T) {
	for text, why := range map[string]string{
		"lovely, severe":  "severity high",
		"lovely, churn":   "signal churn",
		"lovely, abuse":   "signal abuse",
		"lovely, perhaps": "unsure: 0.70 below 0.80",
		"lovely, mixed":   "language mixed",
	} {
		t.Run(why, func(t *testing.T) {
			s := ruled(t, thanks())
			c := s.say("1", "Sara", text)
			s.later(time.Hour)
			s.posts(0)
			if got := s.history(s.state(c, cases.Waiting)); !strings.Contains(got, "leaves it to a person: "+why) {
				t.Errorf("the history does not say %q:\n%s", why, got)
			}
		})
	}
}

// TestRefrainNamesEveryReason goes through what no story reaches easily.
func TestRefrainNamesEveryReason(t *testing.T) {
	office := newShop(t).office
	good := cases.Case{
		Source: "reviews", Score: cases.Score{Label: "pos", Pos: 0.95, Language: "ar", Target: 1},
		Mentions: []cases.Mention{{Text: "رائع", Direct: true}},
	}
	draft := cases.Draft{Text: "شكرًا لكم.", Language: "ar", Origin: "template:ar/thanks/1"}
	if why := office.Refrain(good, draft); why != "" {
		t.Fatalf("a sure, plain praise is left to a person: %s", why)
	}
	for want, spoil := range map[string]func(*cases.Case, *cases.Draft){
		"the guard found length":               func(_ *cases.Case, d *cases.Draft) { d.Findings = []cases.Finding{{Kind: "length"}} },
		"the words are not from a template":    func(_ *cases.Case, d *cases.Draft) { d.Origin = "staff" },
		"unsure: 0.85 below 0.90":              func(c *cases.Case, _ *cases.Draft) { c.Score.Pos = 0.85 },
		"stars and words disagree":             func(c *cases.Case, _ *cases.Draft) { c.Mentions[0].Stars = 1 },
		"written by a program":                 func(c *cases.Case, _ *cases.Draft) { c.Mentions[0].Bot = true },
		"perhaps not about us: 0.50":           func(c *cases.Case, _ *cases.Draft) { c.Mentions[0].Direct, c.Score.Target = false, 0.5 },
		"the words are disguised":              func(c *cases.Case, _ *cases.Draft) { c.Mentions[0].Text = "را\u200bئع" },
		"answered before":                      func(c *cases.Case, _ *cases.Draft) { c.Reply.At = time.Unix(1, 0) },
		"the draft is in another language":     func(_ *cases.Case, d *cases.Draft) { d.Language = "en" },
		"this place takes no replies":          func(c *cases.Case, _ *cases.Draft) { c.Source = "elsewhere" },
		"stars and words disagree (by reason)": func(c *cases.Case, _ *cases.Draft) { c.Score.Reasons = []cases.Reason{{Kind: "conflict"}} },
	} {
		c, d := good, draft
		c.Mentions = []cases.Mention{good.Mentions[0]}
		spoil(&c, &d)
		want, _, _ = strings.Cut(want, " (by")
		if why := office.Refrain(c, d); !strings.HasPrefix(why, want) {
			t.Errorf("refrains because %q, want %q", why, want)
		}
	}
}

// TestNoDisguisedTextIsAnsweredByARule tries every disguise on the same praise,
// and writing that only looks unusual.
func TestNoDisguisedTextIsAnsweredByARule(t *testing.T) {
	office := newShop(t).office
	for text, disguised := range map[string]bool{
		"the coffee is lovely": false,
		"قهوة رائعة ❤️ 👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿":              false, // joiners and tags where they belong
		"خیلی خوب می\u200cخوام":                    false,
		"café ‘lovely’ – 10 µm":                    false,
		"the c\u200boffee is lovely":               true,
		"the cof\u200dfee is lovely":               true,
		"the \u202eeeffoc\u202c is lovely":         true,
		"the \u2067coffee\u2069 is lovely":         true,
		"the cof\u00adfee is lovely":               true,
		"the coffee\U000E0061\U000E0062 is lovely": true,
		"the c\u043effee is lovely":                true, // Cyrillic о
		"the c\u03bfffee is lovely":                true, // Greek ο
		"the \uff43\uff4fffee is lovely":           true, // full width
		"the \U0001d41c\U0001d428ffee is lovely":   true, // mathematical
		"the co\u0301\u03bfffee is lovely":         true, // behind a mark
		"قهوة را\u200bئعة":                         true,
		"قهوة \u202bرائعة\u202c":                   true,
	} {
		c := cases.Case{
			Source: "reviews", Score: cases.Score{Label: "pos", Pos: 0.99, Language: "en", Target: 1},
			Mentions: []cases.Mention{{Text: text, Direct: true}},
		}
		why := office.Refrain(c, cases.Draft{Text: "Thank you.", Language: "en", Origin: "template:en/thanks/1"})
		if (why != "") != disguised {
			t.Errorf("%+q: a rule refrains because %q, want %v", text, why, disguised)
		}
	}
}

func TestARuleStopsAtItsDailyBudget(t *testing.T) {
	s := ruled(t, thanks())
	for i := range 5 {
		s.say(fmt.Sprint(i), fmt.Sprint("author", i), "lovely place")
		s.later(2 * time.Minute)
	}
	s.posts(3)
	s.later(24 * time.Hour)
	s.say("6", "author6", "lovely place")
	s.later(time.Minute)
	s.posts(4)
}

func TestTheKillSwitchStopsRulesToo(t *testing.T) {
	s := ruled(t, thanks())
	s.writer.Stopped = nil
	s.decide(responder.Decision{Action: responder.CmdStop}, "adam")
	s.say("1", "Sara", "lovely place")
	s.later(time.Hour)
	s.posts(0)
}

func TestTheFirstRuleThatMatchesDecides(t *testing.T) {
	rules := []responder.Rule{
		{Name: "regulars", Do: responder.DoHold, When: responder.When{AuthorCases: &responder.CaseCount{From: 1, Unlimited: true}}},
		{Name: "stars", Do: responder.DoIgnore, When: responder.When{Stars: []int{5}}},
		{Name: "up", Do: responder.DoEscalate, Level: 1, When: responder.When{Sentiment: []string{"neg"}, Signals: []string{"churn"}}},
		{Name: "quiet", Do: responder.DoIgnore, When: responder.When{Topic: []string{"other"}, Signals: []string{responder.NoSignal}}},
	}
	s := ruled(t, rules...)
	up := s.state(s.say("1", "Sara", "bad coffee, churn"), cases.Waiting)
	if _, shown := s.rooms["owners"].cards[up.ID]; up.Level != 1 || !shown {
		t.Errorf("level %d, shown to the owners: %v", up.Level, shown)
	}
	if got, want := s.history(up), "rule up ("+rules[2].Hash()+"): escalate; not regulars: author_cases 0; not stars: stars 0"; !strings.Contains(got, want) {
		t.Errorf("the history does not hold %q:\n%s", want, got)
	}
	ignored := s.state(s.say("2", "Omar", "bad thing"), cases.Noted)
	if got := s.history(ignored); !strings.Contains(got, "rule quiet") || !strings.Contains(got, "not up: signals none") {
		t.Errorf("the history does not say why it was ignored:\n%s", got)
	}
	s.later(5 * 24 * time.Hour) // beyond the window in which one author's mentions are one problem
	if _, drafted := s.state(s.say("3", "Omar", "bad delivery, it never arrived"), cases.Waiting).Draft(); drafted {
		t.Error("a regular got a draft although the first rule holds")
	}
}

func TestARuleFollowsTheOpeningHours(t *testing.T) {
	s := ruled(t, responder.Rule{Name: "closed", Do: responder.DoIgnore, When: responder.When{Hours: "closed"}})
	s.state(s.say("1", "Sara", "bad coffee"), cases.Waiting) // without a calendar every hour is open
	place := s.office.Places["reviews"]
	place.Hours = &hours.Calendar{Zone: time.UTC, Week: hours.Week{time.Monday: {{From: hours.At(9, 0), To: hours.At(17, 0)}}}}
	s.office.Places["reviews"] = place
	s.state(s.say("2", "Omar", "bad coffee"), cases.Noted) // it is a Sunday
}

func TestWhatIsGraveGoesToPeopleAtOnceWithoutATemplate(t *testing.T) {
	for _, signal := range []string{"selfharm", "threat", "safety"} {
		s := ruled(t, responder.Rule{Name: "all", Do: responder.DoIgnore})
		s.now = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
		c := s.state(s.say("1", "Sara", "bad "+signal), cases.Waiting)
		if _, drafted := c.Draft(); drafted || c.Level != 1 {
			t.Errorf("%s: drafted %v, level %d", signal, drafted, c.Level)
		}
		for _, room := range []string{"desk", "owners"} {
			if !s.rooms[room].cards[c.ID].Urgent {
				t.Errorf("%s: no urgent card in %s", signal, room)
			}
		}
	}
}

func TestInsultsAreAnsweredCalmlyOrNotAtAll(t *testing.T) {
	s := ruled(t)
	c := s.state(s.say("1", "Sara", "bad delivery, abuse abuse"), cases.Waiting)
	d, _ := c.Draft()
	if !strings.Contains(d.Origin, "/calm/") || strings.Contains(d.Text, "abuse") {
		t.Errorf("draft %q from %s, want a calm one", d.Text, d.Origin)
	}
	s = ruled(t)
	s.office.Policy.HoldAbuse = true
	if _, drafted := s.state(s.say("1", "Sara", "bad delivery, abuse"), cases.Waiting).Draft(); drafted {
		t.Error("a draft was offered although the policy holds insults")
	}
}

func TestATrollGetsTwoRepliesADayAtMost(t *testing.T) {
	s := newShop(t)
	for i := range 20 {
		c := s.say(fmt.Sprint(i), "troll", fmt.Sprintf("bad thing number %d", i))
		if a := s.press(c, "mona", responder.ActApprove, ""); strings.Contains(a.Text, "2 of 2 replies to this author in 24 hours") != (i >= 2) {
			t.Errorf("who approves reply %d reads %q", i+1, a.Text)
		}
		s.later(10 * time.Minute)
	}
	if n := len(s.place.posted); n != 2 {
		t.Errorf("%d replies to one author within four hours, want 2", n)
	}
}

// sayInOneThread lets the author of that number complain below the same post as all others.
func (s *shop) sayInOneThread(author int) {
	s.t.Helper()
	id := fmt.Sprint(author)
	m := cases.Mention{Source: "reviews", ID: id, AuthorID: id, Author: "A", Thread: "same", Text: "bad thing", PostedAt: s.now, Direct: true}
	_, err := s.store.Record(s.t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{m}}, s.now)
	s.must(err)
	s.work()
}

// approveAll lets Mona approve all that waits, and ten minutes pass.
func (s *shop) approveAll() {
	s.t.Helper()
	waiting, err := s.store.List(s.t.Context(), store.Filter{States: []cases.State{cases.Waiting}, Limit: 50})
	s.must(err)
	for _, c := range waiting {
		s.press(c, "mona", responder.ActApprove, "")
	}
	s.later(10 * time.Minute)
}

func TestAThreadGetsThreeRepliesADayAtMost(t *testing.T) {
	s := newShop(t)
	for i := range 10 {
		s.sayInOneThread(i)
		s.approveAll()
	}
	if n := len(s.place.posted); n != 3 {
		t.Errorf("%d replies in one thread within two hours, want 3", n)
	}
}

func TestAnApprovalFallsWhenItsPersonLeavesBeforeThePost(t *testing.T) {
	for name, change := range map[string]func(*responder.Office){
		"removed": func(o *responder.Office) { o.People = o.People[1:] },
		"demoted": func(o *responder.Office) { o.People[0].Role = responder.Agent },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			c := s.say("1", "Sara", "bad coffee")
			s.press(c, "mona", responder.ActApprove, "")
			change(s.office)
			s.later(time.Minute)
			s.posts(0)
			s.state(c, cases.Waiting)
			if card := s.rooms["desk"].cards[c.ID]; !hasButton(card, responder.ActApprove) {
				t.Errorf("the card cannot be approved again:\n%s", card.Text)
			}
			s.press(c, "huda", responder.ActApprove, "")
			s.later(time.Minute)
			s.state(c, cases.Answered)
			s.posts(1)
		})
	}
}

func TestAReplyByARuleFallsWhenTheRuleIsRemoved(t *testing.T) {
	s := ruled(t, thanks())
	c := s.say("1", "Sara", "lovely place")
	s.state(c, cases.Approved)
	s.office.Rules = nil
	s.later(time.Minute)
	s.posts(0)
	s.state(c, cases.Waiting)
}

func TestManyApprovalsInAMinuteAskForASecondPress(t *testing.T) {
	s := newShop(t)
	asked := 0
	for i := range 20 {
		c := s.say(fmt.Sprint(i), fmt.Sprint("author", i), "bad coffee")
		if a := s.press(c, "mona", responder.ActApprove, ""); a.Alert {
			asked++
			s.state(c, cases.Waiting)
			s.press(c, "mona", responder.ActApprove, "")
		}
		s.state(c, cases.Approved)
	}
	if asked != 15 {
		t.Errorf("asked %d times in 20 approvals within a minute, want 15", asked)
	}
}

// Who approves several in a row is told of each that it leaves: none has left yet. What the budget then keeps back must
// not look stuck.
func TestACardTellsWhichBudgetKeepsItsReplyBack(t *testing.T) {
	s := newShop(t)
	for i := range 4 {
		s.sayInOneThread(i)
	}
	s.approveAll()
	held, err := s.store.List(t.Context(), store.Filter{States: []cases.State{cases.Approved}, Limit: 50})
	s.must(err)
	if len(held) != 1 {
		t.Fatalf("%d replies wait, want the fourth in one thread", len(held))
	}
	const want = "over budget: 3 of 3 replies in this thread in 24 hours"
	if card := s.rooms["desk"].cards[held[0].ID].Text; !strings.Contains(card, want) {
		t.Errorf("the card reads\n%s\nwant in it: %s", card, want)
	}
	s.later(25 * time.Hour)
	s.state(held[0], cases.Answered)
	if card := s.rooms["desk"].cards[held[0].ID].Text; strings.Contains(card, "It waits") {
		t.Errorf("after it left the card reads\n%s", card)
	}
}

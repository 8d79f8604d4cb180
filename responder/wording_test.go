package responder_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/guard"
	"rasid/sentiment"
)

func TestNamesAndWordsOfThePolicyAreStoppedInEveryEdit(t *testing.T) {
	for edit, want := range map[string]string{
		"We are sorry. Desert Bean has the same trouble.": "names a competitor: \u2068Desert Bean",
		"We are sorry, as we told Huda Sample.":           "names another customer: \u2068Huda Sample",
		"We are sorry, your bad visit is with us.":        "confirms a customer or patient",
	} {
		s := newShop(t)
		s.writer.Guard = newGuard(s.t, guard.Policy{Competitors: []string{"desert bean"}, Names: []string{"Huda Sample"}, Secrecy: true})
		c := s.say("1", "Sara", "bad coffee")
		s.press(c, "adam", responder.ActEdit, edit)
		s.work()
		if card := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(card, want) {
			t.Errorf("the card does not say %q:\n%s", want, card)
		}
		if a := s.press(c, "mona", responder.ActApprove, ""); !a.Alert {
			t.Errorf("%q was approved at the first press: %q", edit, a.Text)
		}
		s.state(c, cases.Waiting)
		s.press(c, "mona", responder.ActConfirm, "")
		s.state(c, cases.Approved)
	}
}

func TestJargonIsToldAndDoesNotStop(t *testing.T) {
	s := newShop(t)
	s.writer.Guard = newGuard(s.t, guard.Policy{Jargon: []string{"SLA"}})
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "adam", responder.ActEdit, "We are sorry that we missed the SLA.")
	s.work()
	if card := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(card, "jargon: \u2068SLA") {
		t.Errorf("the card does not name the jargon:\n%s", card)
	}
	if a := s.press(c, "mona", responder.ActApprove, ""); a.Alert {
		t.Errorf("jargon stops an approval: %q", a.Text)
	}
}

// committed are the built-in templates of a business that answers within a day,
// at that address.
func committed(t *testing.T, address string) *responder.Templates {
	t.Helper()
	templates, err := responder.NewTemplates(responder.Commitment{
		Within:  map[string]string{"en": "within 24 hours", "ar": "خلال ٢٤ ساعة"},
		Private: map[string]string{"en": address, "ar": address},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return templates
}

// A57: a reply must not confirm that somebody is a customer or a patient.
func TestAClinicsDraftsNeverConfirmThatSomebodyIsAPatient(t *testing.T) {
	templates := committed(t, "care@waha.example")
	templates.Discreet = true
	g := newGuard(t, guard.Policy{Secrecy: true, Contacts: []string{"care@waha.example"}, Times: []time.Duration{24 * time.Hour}})
	seen := map[string]bool{}
	for _, language := range []string{"ar", "en"} {
		for _, topic := range append(cases.Topics(), "praise") {
			for id := range 12 {
				c := cases.Case{ID: int64(id), Source: "reviews", Author: "Sara", Score: cases.Score{Label: "neg", Language: language, Topics: []string{topic}}}
				if topic == "praise" {
					c.Score.Label = "pos"
				}
				if id%3 == 0 {
					c.Score.Severity = cases.Critical
				}
				d, err := templates.Draft(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				seen[d.Origin] = true
				for _, f := range g.Check(d.Text, c) {
					if f.Block {
						t.Errorf("%s: %q: %s %q", d.Origin, d.Text, f.Kind, f.Words)
					}
				}
				for _, word := range []string{"order", "visit", "delivery", "طلبك", "زيارتك", "التوصيل"} {
					if strings.Contains(d.Text, word) {
						t.Errorf("%s says %q: %s", d.Origin, word, d.Text)
					}
				}
			}
		}
	}
	if len(seen) != 20 {
		t.Errorf("%d wordings seen, want 20: %v", len(seen), seen)
	}
}

// A53: the same words again and again read like a machine, and spread an error.
func TestTheVerySameWordsToManyCustomersNeedASecondLook(t *testing.T) {
	s := newShop(t)
	s.writer.Same = s.store.SameText
	s.office.Policy.SameText = 3
	send := func(n int) responder.Answer {
		c := s.say(fmt.Sprint(n), fmt.Sprint("author ", n), fmt.Sprint("bad coffee ", n))
		s.press(c, "adam", responder.ActEdit, "We are sorry about the coffee.")
		a := s.press(c, "mona", responder.ActApprove, "")
		if a.Alert {
			s.state(c, cases.Waiting)
			if a := s.press(c, "mona", responder.ActApprove, ""); a.Alert {
				t.Errorf("the second press is refused: %q", a.Text)
			}
		}
		s.state(c, cases.Approved)
		s.now = s.now.Add(5 * time.Minute)
		return a
	}
	for n := range 3 {
		if a := send(n); a.Alert {
			t.Fatalf("reply %d was refused: %q", n+1, a.Text)
		}
	}
	if a := send(3); !strings.Contains(a.Text, "These very words went to 3 customers within an hour") {
		t.Errorf("the fourth of the same words is answered with %q", a.Text)
	}
	s.now = s.now.Add(time.Hour)
	if a := send(4); a.Alert {
		t.Errorf("after an hour the words are refused: %q", a.Text)
	}
}

func TestTheVerySameWordsToManyCustomersNeverLeaveByARule(t *testing.T) {
	s := ruled(t, responder.Rule{Name: "praise", Do: responder.DoThank, EnabledBy: "mona", PerDay: 50, When: responder.When{Sentiment: []string{"pos"}}})
	s.writer.Same = s.store.SameText
	s.writer.Drafter = fixed("Thank you.")
	s.office.Policy.SameText = 2
	var last cases.Case
	for n := range 3 {
		last = s.say(fmt.Sprint(n), fmt.Sprint("author ", n), "lovely place")
	}
	s.later(time.Minute)
	s.posts(2)
	if got := s.history(s.state(last, cases.Waiting)); !strings.Contains(got, "these very words went to 2 customers within an hour") {
		t.Errorf("the history does not say why:\n%s", got)
	}
}

// fixed is a drafter with one wording.
type fixed string

func (f fixed) Draft(context.Context, cases.Case) (cases.Draft, error) {
	return cases.Draft{Text: string(f), Language: "en", Origin: "template:en/thanks/1"}, nil
}

// A54: words of law are held for a person, in what the customer wrote and in
// what we write.
func TestWordsOfLawAreNeverAnsweredByARule(t *testing.T) {
	scorer, err := sentiment.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"My lawyer will contact you.", "See you in court!", "I will sue this shop.", "سأرفع عليكم قضية في المحكمة", "قدمت بلاغ ضدكم في وزارة التجارة", "سيتواصل معكم المحامي",
	} {
		r := scorer.Score(sentiment.Input{Text: text, AboutUs: true})
		c := cases.Case{Source: "reviews", Score: cases.Score{Label: "pos", Pos: 0.99, Language: r.Lang, Target: 1, Signals: r.Signals}, Mentions: []cases.Mention{{Text: text, Direct: true}}}
		office := newShop(t).office
		if why := office.Refrain(c, cases.Draft{Text: "x", Language: r.Lang, Origin: "template:en/other/1"}); !strings.HasPrefix(why, "signal") {
			t.Errorf("%q: signals %v, a rule refrains because %q", text, r.Signals, why)
		}
	}
	g := newGuard(t, guard.Policy{})
	for _, text := range []string{"Our lawyer will answer you.", "We will see you in court.", "سيتواصل معك محامينا.", "سنرفع بلاغًا ضدك."} {
		if !slices.ContainsFunc(g.Check(text, cases.Case{}), func(f cases.Finding) bool { return f.Kind == "legal" && f.Block }) {
			t.Errorf("%q is not held", text)
		}
	}
}

func TestTheNotesForTheTopicStandOnTheCardInTheRoomsLanguage(t *testing.T) {
	s := newShop(t)
	s.office.Rooms[1].Level, s.office.Rooms[1].Language = 0, "ar"
	s.office.Notes = []responder.Note{
		{Text: map[string]string{"en": "We open at nine.", "ar": "نفتح في التاسعة."}},
		{Topics: []string{"delivery"}, Text: map[string]string{"en": "Late orders are free.", "ar": "الطلب المتأخر مجاني."}},
		{Topics: []string{"warranty"}, Text: map[string]string{"en": "Two years."}},
	}
	c := s.say("1", "Sara", "bad delivery, my order never arrived")
	for room, want := range map[string][]string{
		"desk":   {"Good to know: \u2068Late orders are free.", "Good to know: \u2068We open at nine."},
		"owners": {"للعلم: \u2068الطلب المتأخر مجاني.", "للعلم: \u2068نفتح في التاسعة."},
	} {
		card, from := s.rooms[room].cards[c.ID].Text, 0
		for _, line := range want { // what is for the topic stands first
			at := strings.Index(card[from:], line)
			if at < 0 {
				t.Errorf("%s: the card does not say %q behind the others:\n%s", room, line, card)
			}
			from += max(at, 0)
		}
		if strings.Contains(card, "Two years") {
			t.Errorf("%s: a note on another topic stands on the card:\n%s", room, card)
		}
	}
	if notes := s.office.NotesFor(cases.Case{Score: cases.Score{Topics: []string{"warranty"}}}, "ar"); len(notes) != 2 || notes[0] != "Two years." {
		t.Errorf("a note in one language alone is shown as %q", notes)
	}
}

// choices is a drafter that has several wordings, the first ones worse.
type choices []string

func (w choices) Draft(_ context.Context, c cases.Case) (cases.Draft, error) {
	if len(c.Drafts) >= len(w) {
		return cases.Draft{}, responder.ErrNoWording
	}
	return cases.Draft{Text: w[len(c.Drafts)], Language: "en", Origin: "template:en/x/1"}, nil
}

func TestADraftThatIgnoresTheTopicIsNotOfferedFirst(t *testing.T) {
	topics, err := responder.NewTopics()
	if err != nil {
		t.Fatal(err)
	}
	s := newShop(t)
	s.writer.Topics = topics
	s.writer.Drafter = choices{"Thank you for writing.", "We are glad that you came.", "We are sorry that the delivery was late.", "We see."}
	d, _ := s.say("1", "Sara", "bad delivery, my order never arrived").Draft()
	if d.Text != "We are sorry that the delivery was late." || len(d.Findings) > 0 {
		t.Errorf("offered first: %+v", d)
	}
	s.writer.Drafter = choices{"Thank you for writing."}
	c := s.say("2", "Omar", "bad delivery, my order never arrived")
	if card := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(card, "does not speak of the problem") {
		t.Errorf("where there is no better wording, the card does not say so:\n%s", card)
	}
	s.press(c, "adam", responder.ActEdit, "Thank you for writing to us.")
	s.work()
	if card := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(card, "does not speak of the problem") {
		t.Errorf("an edit that ignores the problem passes without a word:\n%s", card)
	}
	if a := s.press(c, "mona", responder.ActApprove, ""); a.Alert {
		t.Errorf("advice stops an approval: %q", a.Text)
	}
}

func TestEveryWordingSpeaksOfItsTopic(t *testing.T) {
	topics, err := responder.NewTopics()
	if err != nil {
		t.Fatal(err)
	}
	templates, err := responder.NewTemplates(responder.Commitment{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"ar", "en"} {
		for _, topic := range cases.Topics() {
			if topic == responder.TopicOther {
				continue
			}
			c := cases.Case{Source: "reviews", Score: cases.Score{Label: "neg", Language: language, Topics: []string{topic}}}
			for range 5 {
				d, err := templates.Draft(t.Context(), c)
				if errors.Is(err, responder.ErrNoWording) {
					break
				}
				if !topics.Speaks(d.Text, topic) {
					t.Errorf("%s does not speak of %s: %s", d.Origin, topic, d.Text)
				}
				c.Drafts = append(c.Drafts, d)
			}
			if len(c.Drafts) < 5 {
				t.Errorf("%s/%s has %d wordings, want at least 5", language, topic, len(c.Drafts))
			}
		}
	}
}

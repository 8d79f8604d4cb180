package responder_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/sentiment"
)

// TestPrinciplesNameTestsThatExist keeps docs/principles.md honest: each test it
// names exists, and a row without one does not claim to be closed.
func TestPrinciplesNameTestsThatExist(t *testing.T) {
	page, err := os.ReadFile("../docs/principles.md")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	err = filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(src, -1) {
			have[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for row := range strings.Lines(string(page)) {
		numbered := regexp.MustCompile(`^\| \d+ \|`).MatchString(row)
		if !strings.HasPrefix(row, "| ") {
			continue
		}
		if numbered {
			rows++
		}
		named := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(row, -1)
		if numbered && len(named) == 0 && !strings.Contains(row, "| open") {
			t.Errorf("claims without a test: %s", row)
		}
		for _, n := range named {
			if !have[n[1]] {
				t.Errorf("names %s, which does not exist", n[1])
			}
		}
	}
	if rows != 21 {
		t.Errorf("%d rows, want 21", rows)
	}
}

func TestARudeEditIsWarnedOfWithItsWords(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	a := s.press(c, "adam", responder.ActEdit, "You should have read the sign. It is your fault.")
	if !a.Alert || !strings.Contains(a.Text, "your fault") {
		t.Fatalf("a rude edit is answered without its words: %+v", a)
	}
	s.work()
	if card := s.rooms["desk"].cards[c.ID].Text; !strings.Contains(card, "⚠️") || !strings.Contains(card, "your fault") {
		t.Errorf("the card does not name the words:\n%s", card)
	}
}

// TestWhoWasToldWhileEditingConfirmsWithOnePress tells what is wrong with words
// once to each person: to who wrote them at once, to anybody else at the press.
func TestWhoWasToldWhileEditingConfirmsWithOnePress(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	if a := s.press(c, "mona", responder.ActEdit, "You should have read the sign. It is your fault."); !a.Alert || !strings.Contains(a.Text, "your fault") {
		t.Fatalf("a rude edit was answered with %q", a.Text)
	}
	if a := s.press(c, "huda", responder.ActConfirm, ""); !a.Alert || !strings.Contains(a.Text, "your fault") {
		t.Errorf("Huda, who was told nothing, was answered with %q", a.Text)
	}
	if a := s.press(c, "mona", responder.ActConfirm, ""); a.Alert {
		t.Errorf("Mona was told again: %q", a.Text)
	}
	s.state(c, cases.Approved)
}

// listening is a shop that judges with the scorer of the program.
func listening(t *testing.T) *shop {
	t.Helper()
	s := newShop(t)
	scorer, err := sentiment.New()
	s.must(err)
	topics, err := responder.NewTopics()
	s.must(err)
	s.writer.Topics = topics
	s.judge.Score = func(m cases.Mention) cases.Score {
		r := scorer.Score(sentiment.Input{Text: m.Text, AboutUs: m.Direct})
		return cases.Score{
			Label: string(r.Label), Neg: r.Neg, Neu: r.Neu, Pos: r.Pos, Value: r.Score, Severity: cases.Severity(r.Severity),
			Signals: r.Signals, Language: r.Lang, Topics: topics.Of(m.Text),
		}
	}
	return s
}

func TestADraftSpeaksOfTheProblemInTheCustomersLanguage(t *testing.T) {
	s := listening(t)
	for _, c := range []struct{ author, said, language, shape string }{
		{"Sara", "My order is three hours late and nobody answers, terrible service", "en", `(?is)\bSara\b.*(late|delay|wait|deliver|order).*within 24 hours`},
		{"سارة", "طلبي متأخر من ثلاث ساعات والتوصيل سيئ جدا", "ar", `(?s)سارة.*(تأخ|توصيل|طلب).*خلال ٢٤ ساعة`},
	} {
		card := s.say(c.said, c.author, c.said)
		for n := range 5 { // and so does each further wording
			d, ok := s.reread(card).Draft()
			if !ok || d.Language != c.language || !regexp.MustCompile(c.shape).MatchString(d.Text) || !s.writer.Topics.Speaks(d.Text, "delivery") {
				t.Errorf("draft %d for %q is %q in %s, want %s", n+1, c.said, d.Text, d.Language, c.shape)
			}
			s.press(card, "adam", responder.ActRedraft, "")
		}
	}
}

func TestSomebodyAboutToLeaveComesFirst(t *testing.T) {
	for name, said := range map[string][2]string{ // plain dissatisfaction, and with a sign
		"for the last time": {"The coffee was cold and the staff were slow.", "The coffee was cold and this is the last time I come here."},
		"never again":       {"The coffee was cold and the staff were slow.", "Cold coffee. Never again!"},
		"آخر مرة":           {"القهوة باردة والخدمة بطيئة", "القهوة باردة، آخر مرة أجيكم"},
		"a boycott":         {"The coffee was cold and the staff were slow.", "Boycott this shop, terrible coffee"},
		"مقاطعة":            {"القهوة باردة والخدمة بطيئة", "قاطعوا هذا المحل، القهوة سيئة"},
		"the law":           {"The coffee was cold and the staff were slow.", "The coffee was terrible, my lawyer will contact you"},
		"المحكمة":           {"القهوة باردة والخدمة بطيئة", "القهوة سيئة وسأرفع عليكم قضية في المحكمة"},
		"the press":         {"The coffee was cold and the staff were slow.", "The coffee was terrible and I am going to the press."},
		"الصحافة":           {"القهوة باردة والخدمة بطيئة", "القهوة سيئة جدا وسأنشر الموضوع في الصحافة"},
		"safety":            {"The coffee was cold and the staff were slow.", "The food was bad and my son got food poisoning"},
		"التسمم":            {"القهوة باردة والخدمة بطيئة", "الأكل سيئ وتسمم ولدي"},
	} {
		t.Run(name, func(t *testing.T) {
			s := listening(t)
			plain := s.state(s.say("1", "Sara", said[0]), cases.Waiting)
			leaving := s.state(s.say("2", "Omar", said[1]), cases.Waiting)
			if plain.Score.Severity != cases.Low || leaving.Score.Severity < cases.High {
				t.Errorf("%q is %s and %q is %s", said[0], plain.Score.Severity, said[1], leaving.Score.Severity)
			}
			a := s.decide(responder.Decision{Action: responder.CmdInbox}, "adam")
			if first, second := strings.Index(a.Text, "Omar"), strings.Index(a.Text, "Sara"); first < 0 || second < 0 || first > second {
				t.Errorf("#%d does not come before #%d:\n%s", leaving.ID, plain.ID, a.Text)
			}
		})
	}
}

func TestTheCardOfARegularTellsOfTheEarlierCases(t *testing.T) {
	s := newShop(t)
	ends := []responder.Action{responder.ActDismiss, responder.ActResolve, responder.ActHandled, responder.ActDismiss}
	for i, end := range ends {
		c := s.say(fmt.Sprint(i), "Sara", fmt.Sprint("bad coffee ", i))
		if end == responder.ActResolve {
			s.press(c, "mona", responder.ActHandled, "")
		}
		s.press(c, "mona", end, "at the counter")
		s.later(5 * 24 * time.Hour)
	}
	again := s.say("9", "Sara", "bad coffee again")
	if card := s.rooms["desk"].cards[again.ID].Text; !strings.Contains(card, "(4 earlier: \u2068#4\u2069 set aside · \u2068#3\u2069 answered by a person · \u2068#2\u2069 solved · …)") {
		t.Errorf("the card does not tell of the earlier cases and how they ended:\n%s", card)
	}
}

func TestAnyMemberOfStaffCanReportWhatTheyHeard(t *testing.T) {
	s := newShop(t)
	s.clerk.Report = s.reported
	for i, who := range []string{"adam", "mona", "huda"} { // an agent, an approver and a manager
		words := "A gentleman at the counter told " + who + " that he waited an hour."
		if a := s.decide(responder.Decision{Action: responder.CmdReport, Text: words}, who); a.Alert {
			t.Fatalf("%s was refused: %q", who, a.Text)
		}
		s.work()
		c, err := s.store.Case(t.Context(), int64(i+1))
		s.must(err)
		if card := s.rooms["desk"].cards[c.ID].Text; c.State != cases.Waiting || !strings.Contains(card, words) {
			t.Errorf("the report of %s is %s:\n%s", who, c.State, card)
		}
	}
	if a := s.decide(responder.Decision{Action: responder.CmdReport, Text: "Let me in."}, "stranger"); !a.Alert {
		t.Errorf("a stranger reported: %q", a.Text)
	}
	if _, err := s.store.Case(t.Context(), 4); err == nil {
		t.Error("a stranger's report is a case")
	}
}

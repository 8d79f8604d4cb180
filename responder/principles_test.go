package responder_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
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
	if !a.Alert && !strings.Contains(s.rooms["desk"].cards[c.ID].Text, "your fault") {
		t.Fatalf("a rude edit passed without a word: %+v", a)
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

func TestADraftSpeaksOfTheProblemInTheCustomersLanguage(t *testing.T) {
	s := newShop(t)
	for text, want := range map[string]string{
		"bad delivery, my order never arrived": `(?i)deliver|order|late`,
		"bad bad الطلب تأخر ولم يصل التوصيل":   `طلب|توصيل|تأخ`,
	} {
		judge := s.judge.Score
		s.judge.Score = func(m cases.Mention) cases.Score {
			sc := judge(m)
			if strings.Contains(m.Text, "الطلب") {
				sc.Language, sc.Topics = "ar", []string{"delivery"}
			}
			return sc
		}
		d, ok := s.say(text, "author "+text, text).Draft()
		if !ok || !regexp.MustCompile(want).MatchString(d.Text) {
			t.Errorf("the draft for %q is %q", text, d.Text)
		}
	}
}

func TestSomebodyAboutToLeaveComesFirst(t *testing.T) {
	s := ruled(t)
	plain := s.say("1", "Sara", "bad coffee")
	leaving := s.say("2", "Omar", "bad coffee, severe churn")
	a := s.decide(responder.Decision{Action: responder.CmdInbox}, "adam")
	if first, second := strings.Index(a.Text, "Omar"), strings.Index(a.Text, "Sara"); first < 0 || second < 0 || first > second {
		t.Errorf("#%d does not come before #%d:\n%s", leaving.ID, plain.ID, a.Text)
	}
}

func TestTheCardOfARegularTellsOfTheEarlierCases(t *testing.T) {
	s := newShop(t)
	c := s.say("1", "Sara", "bad coffee")
	s.press(c, "mona", responder.ActDismiss, "solved at the counter")
	s.later(5 * 24 * time.Hour)
	again := s.say("2", "Sara", "bad coffee again")
	if card := s.rooms["desk"].cards[again.ID].Text; again.ID == c.ID || !strings.Contains(card, "1 earlier, last one set aside") {
		t.Errorf("the card does not tell of the earlier case:\n%s", card)
	}
}

func TestAnyMemberOfStaffCanReportWhatTheyHeard(t *testing.T) {
	s := newShop(t)
	s.clerk.Report = func(ctx context.Context, by responder.Person, text string, now time.Time) (int64, error) {
		m := cases.Mention{Source: responder.ReportSource, ID: "r1", AuthorID: by.ID, Author: by.Name, Text: text, PostedAt: now, Direct: true}
		if _, err := s.store.Record(ctx, responder.ReportSource, cases.Page{Mentions: []cases.Mention{m}}, now); err != nil {
			return 0, err
		}
		return 1, nil
	}
	if a := s.decide(responder.Decision{Action: responder.CmdReport, Text: "A gentleman at the counter waited an hour."}, "adam"); a.Alert {
		t.Fatalf("the agent was refused: %q", a.Text)
	}
	s.work()
	c, err := s.store.Case(t.Context(), 1)
	s.must(err)
	if c.State != cases.Waiting || !strings.Contains(s.rooms["desk"].cards[1].Text, "waited an hour") {
		t.Errorf("the report is %s:\n%s", c.State, s.rooms["desk"].cards[1].Text)
	}
}

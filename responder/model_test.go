package responder_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// oracle is a model whose words a test decides.
type oracle struct {
	words string
	err   error
	asked int
}

func (o *oracle) Draft(context.Context, cases.Case) (cases.Draft, error) {
	o.asked++
	return cases.Draft{Text: o.words, Language: "en", Topic: "quality", Origin: "model:small-1"}, o.err
}

func TestTheCardSaysThatWordsComeFromAModel(t *testing.T) {
	s := newShop(t)
	s.writer.Model = &oracle{words: "We are sorry about the coffee you got."}
	c := s.say("1", "Sara", "bad coffee")
	card := s.rooms["desk"].cards[c.ID].Text
	if !strings.Contains(card, "We are sorry about the coffee you got.") || !strings.Contains(card, "language model") {
		t.Errorf("the card does not say where the words come from:\n%s", card)
	}
	s.later(time.Hour)
	s.posts(0)
	s.press(c, "adam", responder.ActRedraft, "")
	s.work()
	if card := s.rooms["desk"].cards[c.ID].Text; strings.Contains(card, "language model") {
		t.Errorf("another draft comes from the templates, and the card still names the model:\n%s", card)
	}
}

func TestATemplateTakesThePlaceOfAModelThatFails(t *testing.T) {
	for name, model := range map[string]*oracle{
		"late":             {err: errors.New("no answer within 10s")},
		"stopped by guard": {words: "It is your own fault."},
		"too long":         {words: strings.Repeat("We are sorry. ", 60)},
	} {
		s := newShop(t)
		s.writer.Model = model
		c := s.state(s.say("1", "Sara", "bad coffee"), cases.Waiting)
		d, _ := c.Draft()
		if !strings.HasPrefix(d.Origin, "template:") || model.asked != 1 {
			t.Errorf("%s: the draft is from %s after %d questions: %s", name, d.Origin, model.asked, d.Text)
		}
		if got := s.history(c); !strings.Contains(got, "a template instead of the model: ") {
			t.Errorf("%s: the history does not say so:\n%s", name, got)
		}
	}
}

func TestTheModelIsNotAskedWhereNobodyWouldReadItsWords(t *testing.T) {
	model := &oracle{words: "Thank you."}
	sorry := responder.Rule{Name: "late", Do: responder.DoAnswer, EnabledBy: "mona", PerDay: 3, When: responder.When{Topic: []string{"delivery"}}}
	s := ruled(t, thanks(), sorry)
	s.writer.Model = model
	s.say("0", "Huda", "bad delivery, my order never arrived")
	s.say("1", "Sara", "lovely place")
	s.say("2", "Omar", "bad abuse")
	s.say("3", "Noor", "bad safety")
	if model.asked != 0 {
		t.Errorf("asked %d times: for what a rule answers, insults, or what is grave", model.asked)
	}
	s.later(time.Minute)
	s.posts(2)
}

package responder_test

import (
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// TestNothingIsApprovedWhereNothingCanLeave has whoever presses told at once,
// and the case left where it was.
func TestNothingIsApprovedWhereNothingCanLeave(t *testing.T) {
	for name, x := range map[string]struct {
		spoil func(*shop)
		want  string
	}{
		"a case without a draft": {func(s *shop) {
			s.judge.Score = func(cases.Mention) cases.Score {
				return cases.Score{Label: "neg", Neg: 1, Severity: cases.Critical, Language: "en", Signals: []string{"threat"}}
			}
		}, "card.nodraft"},
		"a place that takes no replies": {func(s *shop) { s.office.Places["reviews"] = responder.Place{Name: "reviews"} }, "answer.noreply"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			x.spoil(s)
			c := s.state(s.say("1", "Sara", "bad coffee"), cases.Waiting)
			if a := s.press(c, "mona", responder.ActApprove, ""); !a.Alert || a.Text != s.office.Words["en"].Say(x.want) {
				t.Errorf("Mona reads %q, want %q", a.Text, s.office.Words["en"].Say(x.want))
			}
			s.later(time.Minute)
			s.state(c, cases.Waiting)
			s.posts(0)
		})
	}
}

// TestADraftCountsAsReadForExactlyItsTime looks at the last moment and the next.
func TestADraftCountsAsReadForExactlyItsTime(t *testing.T) {
	s := newShop(t)
	first, second := s.say("1", "Sara", "bad coffee"), s.say("2", "Omar", "bad tea")
	s.now = s.now.Add(s.office.Policy.MaxAge)
	if a := s.press(first, "mona", responder.ActApprove, ""); a.Alert {
		t.Errorf("refused in its last moment: %q", a.Text)
	}
	s.now = s.now.Add(time.Second)
	if a := s.press(second, "mona", responder.ActApprove, ""); !a.Alert {
		t.Errorf("approved unread: %q", a.Text)
	}
	s.state(first, cases.Approved)
	s.state(second, cases.Waiting)
}

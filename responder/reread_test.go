package responder_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// dealt brings a review to a state in which nobody has anything to do with it.
func (s *shop) dealt(as cases.State, text string, stars int) cases.Case {
	s.t.Helper()
	s.review("1", "Sara", text, stars)
	list, err := s.store.InState(s.t.Context(), cases.Waiting, 10)
	s.must(err)
	if len(list) == 0 { // praise: somebody says that it needs an answer
		s.press(cases.Case{ID: 1}, "mona", responder.ActFlag, "")
		s.work()
		list = []cases.Case{s.reread(cases.Case{ID: 1})}
	}
	c := list[0]
	switch as {
	case cases.Dismissed:
		s.press(c, "mona", responder.ActDismiss, "answered by phone")
	case cases.Handled:
		s.press(c, "mona", responder.ActHandled, "")
	case cases.Expired:
		s.now = s.now.Add(s.office.Policy.ExpireAfter + time.Hour)
		_, err := s.waker.Step(s.t.Context(), s.now)
		s.must(err)
	default:
		s.answer(c, "We are sorry about it, Sara.")
		if as == cases.Resolved {
			s.press(c, "mona", responder.ActResolve, "")
		}
	}
	s.work()
	return s.state(c, as)
}

// reason is the note of the last step of a kind.
func (s *shop) reason(c cases.Case, e cases.Event) string {
	s.t.Helper()
	list := s.events(c, e)
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].Note
}

// change is what became of a review, from what stood there with its stars to
// what does, and what the history must say of it.
type change struct {
	before, after string
	from, to      int
	said          string
}

// dealtWith are the states of a case after which nobody looks at it any more.
func dealtWith() []cases.State {
	return []cases.State{cases.Answered, cases.Resolved, cases.Handled, cases.Dismissed, cases.Expired}
}

func TestAReviewThatGetsWorseAfterItWasDealtWithComesBackAndIsNotAnsweredTwice(t *testing.T) {
	for _, x := range []change{
		{"bad coffee", "bad coffee", 4, 1, "changed for the worse: stars fell from 4 to 1"},
		{"quite nice coffee", "bad coffee", 0, 0, "changed for the worse: it was no complaint before"},
		{"bad coffee", "bad coffee. And a bad waiter shouted at us", 2, 2, "changed for the worse: another complaint was added"},
		{"bad coffee, the rest was fine", "bad coffee, the rest was bad", 2, 2, "changed for the worse: another complaint was added"},
		{"bad coffee", "bad coffee, safety is nothing to them", 2, 2, "changed for the worse: it is graver than before"},
	} {
		for _, state := range dealtWith() {
			t.Run(fmt.Sprint(x.after, " while ", state), func(t *testing.T) {
				s := ruled(t, responder.Rule{Name: "sorry", Do: responder.DoAnswer, EnabledBy: "mona", PerDay: 9, When: responder.When{Sentiment: []string{"neg"}, AuthorCases: &responder.CaseCount{From: 1, To: 1}}})
				c := s.dealt(state, x.before, x.from)
				posts, fresh := len(s.place.posted), s.rooms["desk"].fresh
				s.office.Rules[0].When.AuthorCases = nil // from now on the rule would answer every complaint
				s.now = s.now.Add(time.Hour)
				s.review("1", "Sara", x.after, x.to)
				s.review("1", "Sara", x.after, x.to) // the source tells of it again
				back := s.reread(c)
				if state == cases.Answered || state == cases.Resolved || state == cases.Handled {
					c = s.state(c, cases.Waiting)
					s.posts(posts)
				}
				if got := s.reason(c, cases.Reopen); got != x.said {
					t.Errorf("the history says %q, want %q", got, x.said)
				}
				if n := len(s.events(c, cases.Reopen)); n != 1 || back.Score.Label != "neg" {
					t.Errorf("opened again %d times, judged as %q", n, back.Score.Label)
				}
				if got := s.rooms["desk"].fresh; got != fresh+1 {
					t.Errorf("staff were shown %d new cards, want one", got-fresh)
				}
				s.later(time.Minute)
				if state != cases.Dismissed && state != cases.Expired { // nothing was said there in public yet
					s.posts(posts)
				}
			})
		}
	}
}

func TestTheCardOfWhatGotWorseSaysWhatChangedAndASecondReplyWantsASecondDecision(t *testing.T) {
	for language, want := range map[string][]string{
		"en": {"changed it since you answered", "4★ → 1★", "Before: “", "slow waiter", "bad coffee, slow waiter"},
		"ar": {"عدّل", "4★ → 1★", "slow waiter"},
	} {
		s := newShop(t)
		s.office.Rooms[0].Language = language
		s.reopen()
		s.review("1", "Sara", "slow waiter, bad day", 4)
		c := s.answer(s.reread(cases.Case{ID: 1}), "We are sorry about the wait, Sara.")
		s.later(time.Hour)
		s.review("1", "Sara", "bad coffee, slow waiter", 1)
		s.reopen()
		c = s.state(c, cases.Waiting)
		card := s.rooms["desk"].cards[c.ID]
		for _, words := range want {
			if !strings.Contains(card.Text, words) {
				t.Errorf("the card does not say %q:\n%s", words, card.Text)
			}
		}
		if !hasButton(card, responder.ActApprove) || !card.Urgent {
			t.Errorf("nobody is asked for a decision, or the old card was changed: %+v", card.Buttons)
		}
		s.later(time.Hour)
		s.posts(1)
		s.press(c, "mona", responder.ActApprove, "")
		s.later(time.Minute)
		s.posts(2)
		s.later(time.Hour)
		s.review("1", "Sara", "bad coffee,  slow waitter", 1)
		s.state(c, cases.Answered) // a slip of the finger is no complaint
	}
}

func TestAnEditThatIsNotWorseDisturbsNobody(t *testing.T) {
	for _, x := range []change{
		{"bad cofffee and bitter", "Bad coffee,  and bitter!!", 1, 1, "read again: nothing new to answer"},
		{"bad coffee", "bad coffee", 1, 4, "better: stars rose from 1 to 4"},
		{"bad coffee", "they called me and made it right", 1, 4, "better: stars rose from 1 to 4"},
		{"bad coffee", "bad coffee. They called me and made all of it right", 2, 2, "read again: nothing new to answer"},
		{"bad coffee", "bad tea", 2, 2, "read again: nothing new to answer"},
		{"quite nice coffee", "a nice coffee, really", 5, 4, "read again: nothing new to answer"},
	} {
		for _, state := range dealtWith() {
			s := newShop(t)
			c := s.dealt(state, x.before, x.from)
			fresh := s.rooms["desk"].fresh
			s.now = s.now.Add(time.Hour)
			s.review("1", "Sara", x.after, x.to)
			s.later(time.Hour)
			if c = s.reread(c); c.State != state || s.rooms["desk"].fresh != fresh {
				t.Errorf("%q became %q and the case, which was %s, is %s, with %d new cards", x.before, x.after, state, c.State, s.rooms["desk"].fresh-fresh)
			}
			if got := s.reason(c, cases.Note); got != x.said {
				t.Errorf("%q became %q: the history says %q, want %q", x.before, x.after, got, x.said)
			}
			if c.Last().Text != x.after || c.Last().Unread {
				t.Errorf("the case holds %q, unread %v", c.Last().Text, c.Last().Unread)
			}
		}
	}
}

// TestWhoWasWonBackAndIsLostAgainComesBack changes a review for the better and
// then back to what it was.
func TestWhoWasWonBackAndIsLostAgainComesBack(t *testing.T) {
	s := newShop(t)
	c := s.dealt(cases.Answered, "bad coffee", 1)
	for _, x := range []struct {
		text  string
		stars int
		want  cases.State
	}{{"lovely again", 4, cases.Answered}, {"bad coffee", 1, cases.Waiting}} {
		s.later(time.Hour)
		s.review("1", "Sara", x.text, x.stars)
		s.state(c, x.want)
	}
}

// TestAnEditThatIsToldOfMuchTooLateOpensNothing lets a source tell of an old edit.
func TestAnEditThatIsToldOfMuchTooLateOpensNothing(t *testing.T) {
	for late, want := range map[time.Duration]cases.State{6 * 24 * time.Hour: cases.Waiting, 8 * 24 * time.Hour: cases.Answered} {
		s := newShop(t)
		c := s.dealt(cases.Answered, "bad coffee", 4)
		m := s.reread(c).Last()
		m.Stars, m.EditedAt = 1, s.now.Add(time.Hour)
		s.now = m.EditedAt.Add(late)
		_, err := s.store.Record(t.Context(), "reviews", cases.Page{Mentions: []cases.Mention{m}}, s.now)
		s.must(err)
		s.work()
		s.state(c, want)
	}
}

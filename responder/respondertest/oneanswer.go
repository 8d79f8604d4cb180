package respondertest

import (
	"errors"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// Review is a place where one answer stands under each review, with one review
// in it and the levers of a test.
type Review struct {
	// Replier answers there; it is a Finder and a Checker as well.
	Replier responder.Replier
	// Mention is the review as the source of the platform reads it.
	Mention cases.Mention
	// Answer is what stands under it now.
	Answer func() string
	// ByHand lets a colleague answer it.
	ByHand func(text string)
	// Edit lets its author change it, and Delete remove it.
	Edit   func(text string)
	Delete func()
	// Fail makes the next call to the platform fail.
	Fail func(f Fault)
	// Writes is how many answers were tried.
	Writes func() int
}

// reply is attempt n at an answer, the first of which was made when the review
// was written.
func (r Review) reply(n int) cases.Reply {
	return cases.Reply{Key: "reply/1/1", Attempt: n, First: r.Mention.PostedAt.Add(time.Second), Mention: r.Mention, Text: "نعتذر\nمنك"}
}

// ExerciseOneAnswer runs what must hold where an answer written twice replaces
// the first, which a colleague may have written. Setup is called once for each
// part, with a review that says "cold".
func ExerciseOneAnswer(t *testing.T, setup func(*testing.T) Review) {
	t.Run("a colleague's answer is never written over", func(t *testing.T) {
		v := setup(t)
		v.ByHand("by hand")
		_, err := v.Replier.Reply(t.Context(), v.reply(1))
		if cases.OutcomeOf(err) != cases.WasRefused || !errors.Is(err, responder.ErrColleague) || v.Writes() != 0 || v.Answer() != "by hand" {
			t.Errorf("%v after %d writes; %q stands", err, v.Writes(), v.Answer())
		}
	})
	t.Run("another answer takes the place of ours and of nobody else's", func(t *testing.T) {
		v := setup(t)
		ExerciseAnotherAnswer(t, v.Replier, v.reply(1), v.Answer, v.ByHand)
	})
	t.Run("a lost answer is found and not written again", func(t *testing.T) {
		v := setup(t)
		v.Fail(DropBefore)
		if _, err := v.Replier.Reply(t.Context(), v.reply(1)); cases.OutcomeOf(err) != cases.WasNotSent {
			t.Fatalf("%v, want another attempt", err)
		}
		v.Fail(Lost)
		if got, err := v.Replier.Reply(t.Context(), v.reply(2)); err != nil || got.ID == "" || got.At.IsZero() {
			t.Fatalf("%+v %v", got, err)
		}
		before := v.Writes()
		if _, err := v.Replier.Reply(t.Context(), v.reply(3)); err != nil {
			t.Fatal(err)
		}
		if v.Writes() != before {
			t.Error("what stands there was written again")
		}
		if _, there, err := v.Replier.(responder.Finder).Find(t.Context(), v.reply(3)); err != nil || !there {
			t.Errorf("found: %v %v", there, err)
		}
	})
	t.Run("what changed before answering is seen", func(t *testing.T) {
		v := setup(t)
		check := func() responder.Standing {
			st, err := v.Replier.(responder.Checker).Check(t.Context(), v.Mention)
			if err != nil {
				t.Fatal(err)
			}
			return st
		}
		if st := check(); st.Gone || st.Text != "cold" {
			t.Errorf("%+v", st)
		}
		v.Edit("warm")
		if st := check(); st.Text != "warm" {
			t.Errorf("%+v", st)
		}
		v.Delete()
		if st := check(); !st.Gone {
			t.Errorf("%+v", st)
		}
	})
}

// ExerciseAnotherAnswer posts an answer and then another one to the same mention:
// the second takes the place of the first, of which it knows, and of nothing that
// a colleague wrote. answer tells what stands there, byHand lets a colleague write.
func ExerciseAnotherAnswer(t *testing.T, p responder.Replier, first cases.Reply, answer func() string, byHand func(text string)) {
	t.Helper()
	second := first
	second.Key, second.Text = "reply/1/2", "We are sorry about the second visit as well."
	if _, err := p.Reply(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Reply(t.Context(), second); !errors.Is(err, responder.ErrColleague) {
		t.Errorf("over words of which it knows nothing: %v", err)
	}
	second.Earlier = []string{"something still older", first.Text}
	if got, err := p.Reply(t.Context(), second); err != nil || got.ID == "" || !responder.SameWords(answer(), second.Text) {
		t.Errorf("%+v, %v; %q stands", got, err, answer())
	}
	byHand("by hand")
	third := second
	third.Key, third.Text, third.Earlier = "reply/1/3", "And once more.", []string{second.Text, first.Text}
	if _, err := p.Reply(t.Context(), third); !errors.Is(err, responder.ErrColleague) || answer() != "by hand" {
		t.Errorf("over a colleague's words: %v; %q stands", err, answer())
	}
}

package appstore

import (
	"errors"
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/internal/platform/apple/fakeapple"
	"rasid/internal/platform/faketest"
	"rasid/responder"
	"rasid/responder/respondertest"
)

func fake(t *testing.T) *fakeapple.Server {
	t.Helper()
	return faketest.Start(t, fakeapple.New(faketest.Noon))
}

func open(t *testing.T, f *fakeapple.Server, url string) responder.Replier {
	t.Helper()
	k := f.Key()
	p, err := New(ReplyConfig{App: fakeapple.App, KeyID: k.ID, IssuerID: k.Issuer, PrivateKey: k.Private, APIURL: url}, faketest.Net(t), faketest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mention(f *fakeapple.Server, text string) cases.Mention {
	r := f.Say(fakeapple.Review{Text: text, Stars: 1})
	return cases.Mention{Source: "reviews", ID: r.ID, ReplyTo: r.ID, Text: text, PostedAt: faketest.Noon()}
}

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		f := fake(t)
		p := &respondertest.Movable{Replier: open(t, f, f.URL)}
		return respondertest.Replier{
			Replier: p, Secret: "CANARY", Limit: 5970, Unit: "م", Settles: true,
			Mention: func(_ *testing.T, text string) cases.Mention { return mention(f, text) },
			Posted: func() (out []respondertest.Post) {
				for _, v := range f.Reviews() {
					if v.Answer != "" {
						out = append(out, respondertest.Post{Text: v.Answer, ReplyTo: v.ID})
					}
				}
				return out
			},
			Fail:     p.Failing(func() responder.Replier { return open(t, f, faketest.Nobody(t)) }, func(fault respondertest.Fault) { f.Fault(faketest.Fault(fault)) }),
			Withdraw: func(m cases.Mention) { f.Delete(m.ReplyTo) },
		}
	})
}

func TestAColleaguesAnswerIsNeverWrittenOver(t *testing.T) {
	for _, state := range []string{"PENDING_PUBLISH", "PUBLISHED"} {
		f := fake(t)
		m := mention(f, "cold")
		f.Change(m.ID, func(v *fakeapple.Review) { v.Answer, v.State = "by hand", state })
		_, err := open(t, f, f.URL).Reply(t.Context(), faketest.Reply(m, "sorry"))
		if _, writes := f.Counts(); !errors.Is(err, responder.ErrColleague) || writes != 0 || f.Reviews()[0].Answer != "by hand" {
			t.Errorf("%s: %v after %d writes; %q stands", state, err, writes, f.Reviews()[0].Answer)
		}
	}
}

func TestAnotherAnswerTakesThePlaceOfOursAndOfNobodyElses(t *testing.T) {
	f := fake(t)
	m := mention(f, "cold")
	respondertest.ExerciseAnotherAnswer(t, open(t, f, f.URL), faketest.Reply(m, "sorry"), func() string { return f.Reviews()[0].Answer }, func(text string) {
		f.Change(m.ID, func(v *fakeapple.Review) { v.Answer = text })
	})
}

func TestAnAnswerThatWaitsToBePublishedIsFoundAndNotWrittenAgain(t *testing.T) {
	f := fake(t)
	p := open(t, f, f.URL)
	r := faketest.Reply(mention(f, "cold"), "نعتذر\nمنك")
	f.Fault(faketest.Lost)
	if got, err := p.Reply(t.Context(), r); err != nil || got.ID == "" || got.At.IsZero() {
		t.Fatalf("%+v %v", got, err)
	}
	if f.Reviews()[0].State != "PENDING_PUBLISH" {
		t.Fatal("the fake publishes at once")
	}
	r.Attempt = 2
	if _, err := p.Reply(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, writes := f.Counts(); writes != 1 {
		t.Errorf("%d writes, want 1", writes)
	}
	if _, there, err := p.(responder.Finder).Find(t.Context(), r); err != nil || !there {
		t.Errorf("found: %v %v", there, err)
	}
}

func TestAReviewOfThePublicFeedCannotBeAnswered(t *testing.T) {
	f := fake(t)
	m := mention(f, "cold")
	m.ID, m.ReplyTo = "11000000000", "11000000000" // how the public feed names the same review
	_, err := open(t, f, f.URL).Reply(t.Context(), faketest.Reply(m, "sorry"))
	if cases.OutcomeOf(err) != cases.WasRefused || !strings.Contains(err.Error(), "only reviews read with its key") {
		t.Errorf("%v", err)
	}
}

func TestWhatAppleFindsInvalidIsRefusedForGood(t *testing.T) {
	f := fake(t)
	m := mention(f, "cold")
	at := open(t, f, f.URL).(responder.OneAnswer).Place.(place)
	if _, err := at.Put(t.Context(), m.ReplyTo, " "); cases.OutcomeOf(err) != cases.WasRefused {
		t.Errorf("409 with ENTITY_ERROR: %v, want refused", err)
	}
	f.ReadOnly()
	if _, err := at.Put(t.Context(), m.ReplyTo, "sorry"); cases.OutcomeOf(err) != cases.WasRefused {
		t.Errorf("a role that may not answer: %v, want refused", err)
	}
}

func TestWhatChangedBeforeAnsweringIsSeen(t *testing.T) {
	f := fake(t)
	p := open(t, f, f.URL).(responder.Checker)
	m := mention(f, "cold")
	for _, step := range []struct {
		change func()
		want   responder.Standing
	}{
		{func() {}, responder.Standing{Text: "cold"}},
		{func() { f.Change(m.ID, func(v *fakeapple.Review) { v.Text = "warm" }) }, responder.Standing{Text: "warm"}},
		{func() { f.Delete(m.ID) }, responder.Standing{Gone: true}},
	} {
		step.change()
		if st, err := p.Check(t.Context(), m); err != nil || st != step.want {
			t.Errorf("%+v %v, want %+v", st, err, step.want)
		}
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	f := fake(t)
	p := open(t, f, f.URL).(responder.OneAnswer)
	if a := p.Doctor(t.Context()); len(a) != 1 || !a[0].OK || !strings.Contains(a[0].What, "role") {
		t.Errorf("%+v", a)
	}
	f.Revoke()
	if a := p.Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "key_id") {
		t.Errorf("%+v", a)
	}
}

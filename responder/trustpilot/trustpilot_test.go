package trustpilot

import (
	"context"
	"errors"
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/trustpilot"
	"rasid/internal/platform/trustpilot/faketrustpilot"
	"rasid/responder"
	"rasid/responder/respondertest"
)

func fake(t *testing.T) *faketrustpilot.Server {
	t.Helper()
	return faketest.Start(t, faketrustpilot.New(faketest.Noon))
}

func open(t *testing.T, url string, change func(*ReplyConfig)) responder.Replier {
	t.Helper()
	c := ReplyConfig{Key: faketrustpilot.Key, Secret: faketrustpilot.Secret, BusinessUser: faketrustpilot.User, APIURL: url}
	if change != nil {
		change(&c)
	}
	p, err := New(c, faketest.Net(t), faketest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mention(f *faketrustpilot.Server, text string) cases.Mention {
	r := f.Say(faketrustpilot.Review{Text: text, Stars: 1})
	return cases.Mention{Source: "reviews", ID: r.ID, ReplyTo: r.ID, Text: text, PostedAt: faketest.Noon()}
}

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		f := fake(t)
		p := &respondertest.Movable{Replier: open(t, f.URL, nil)}
		return respondertest.Replier{
			Replier: p, Secret: "CANARY", Limit: trustpilot.MaxReply, Unit: "م", Settles: true,
			Mention: func(_ *testing.T, text string) cases.Mention { return mention(f, text) },
			Posted: func() (out []respondertest.Post) {
				for _, v := range f.Reviews() {
					if v.Answer != "" {
						out = append(out, respondertest.Post{Text: strings.TrimSpace(v.Answer), ReplyTo: v.ID})
					}
				}
				return out
			},
			Fail:     p.Failing(func() responder.Replier { return open(t, faketest.Nobody(t), nil) }, func(fault respondertest.Fault) { f.Fault(faketest.Fault(fault)) }),
			Withdraw: func(m cases.Mention) { f.Delete(m.ReplyTo) },
		}
	})
}

func TestAColleaguesAnswerIsNeverWrittenOver(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, nil)
	m := mention(f, "cold")
	f.Change(m.ReplyTo, func(v *faketrustpilot.Review) { v.Answer = "by hand" })
	_, err := p.Reply(t.Context(), faketest.Reply(m, "sorry"))
	if cases.OutcomeOf(err) != cases.WasRefused || !errors.Is(err, responder.ErrColleague) || f.Writes() != 0 || f.Reviews()[0].Answer != "by hand" {
		t.Errorf("%v after %d writes; %q stands", err, f.Writes(), f.Reviews()[0].Answer)
	}
}

func TestAnotherAnswerTakesThePlaceOfOursAndOfNobodyElses(t *testing.T) {
	f := fake(t)
	m := mention(f, "cold")
	respondertest.ExerciseAnotherAnswer(t, open(t, f.URL, nil), faketest.Reply(m, "sorry"), func() string { return f.Reviews()[0].Answer }, func(text string) {
		f.Change(m.ReplyTo, func(v *faketrustpilot.Review) { v.Answer = text })
	})
}

func TestALostAnswerIsFoundAndNotWrittenAgain(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, nil)
	r := faketest.Reply(mention(f, "cold"), "نعتذر\nمنك")
	f.Fault(faketest.Drop)
	if _, err := p.Reply(t.Context(), r); cases.OutcomeOf(err) != cases.WasNotSent {
		t.Fatalf("%v, want another attempt", err)
	}
	r.Attempt = 2
	f.Fault(faketest.Lost)
	if got, err := p.Reply(t.Context(), r); err != nil || got.ID == "" || got.At.IsZero() {
		t.Fatalf("%+v %v", got, err)
	}
	before := f.Writes()
	r.Attempt = 3
	if _, err := p.Reply(t.Context(), r); err != nil || f.Writes() != before {
		t.Errorf("what stands there was written again: %v", err)
	}
	if _, there, err := p.(responder.Finder).Find(t.Context(), r); err != nil || !there {
		t.Errorf("found: %v %v", there, err)
	}
}

func TestOurReplyIsTakenBackAndAColleaguesIsNot(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, nil).(Replier)
	r := faketest.Reply(mention(f, "cold"), "sorry")
	if err := p.Retract(t.Context(), r); !errors.Is(err, cases.ErrNotFound) || f.Writes() != 0 {
		t.Errorf("with no reply there: %v after %d writes", err, f.Writes())
	}
	if _, err := p.Reply(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	f.Fault(faketest.Denied)
	if err := p.Retract(t.Context(), r); !errors.Is(err, cases.ErrRefused) || f.Reviews()[0].Answer != "sorry" {
		t.Errorf("refused, and it says %v; %q stands", err, f.Reviews()[0].Answer)
	}
	if err := p.Retract(t.Context(), r); err != nil || f.Reviews()[0].Answer != "" {
		t.Errorf("%v; %q stands", err, f.Reviews()[0].Answer)
	}
	f.Change(r.Mention.ReplyTo, func(v *faketrustpilot.Review) { v.Answer = "by hand" })
	before := f.Writes()
	if err := p.Retract(t.Context(), r); !errors.Is(err, responder.ErrColleague) || f.Writes() != before || f.Reviews()[0].Answer != "by hand" {
		t.Errorf("%v after %d writes; %q stands", err, f.Writes()-before, f.Reviews()[0].Answer)
	}
	f.Delete(r.Mention.ReplyTo)
	if err := p.Retract(t.Context(), r); !errors.Is(err, cases.ErrNotFound) {
		t.Errorf("the review is gone, and with it the reply: %v", err)
	}
}

func TestAnEndedTokenIsRenewed(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, nil)
	for i := range 3 {
		if _, err := p.Reply(t.Context(), faketest.Reply(mention(f, "cold"), "sorry")); err != nil || f.SignIns() != 1 {
			t.Fatalf("reply %d: %d sign-ins, %v", i, f.SignIns(), err)
		}
	}
	f.Expire()
	m := mention(f, "late")
	_, _ = p.Reply(t.Context(), faketest.Reply(m, "sorry")) // the token it had is no longer taken
	if _, err := p.Reply(t.Context(), faketest.Reply(m, "sorry")); err != nil || f.SignIns() != 2 {
		t.Errorf("%d sign-ins, %v", f.SignIns(), err)
	}
}

func TestWhatChangedBeforeAnsweringIsSeen(t *testing.T) {
	f := fake(t)
	p := open(t, f.URL, nil)
	m := mention(f, "cold")
	for want, change := range map[string]func(*faketrustpilot.Review){"cold": func(*faketrustpilot.Review) {}, "warm": func(v *faketrustpilot.Review) { v.Text = "warm" }} {
		f.Change(m.ReplyTo, func(v *faketrustpilot.Review) { v.Text = "cold"; change(v) })
		if st, err := p.(responder.Checker).Check(t.Context(), m); err != nil || st.Gone || st.Text != want {
			t.Errorf("%+v %v, want %q", st, err, want)
		}
	}
	f.Delete(m.ReplyTo)
	if st, err := p.(responder.Checker).Check(t.Context(), m); err != nil || !st.Gone {
		t.Errorf("%+v %v", st, err)
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	f := fake(t)
	doctor := func(p responder.Replier) cases.Advice {
		return p.(interface {
			Doctor(ctx context.Context) []cases.Advice
		}).Doctor(t.Context())[0]
	}
	if a := doctor(open(t, f.URL, nil)); !a.OK {
		t.Errorf("%+v", a)
	}
	if a := doctor(open(t, f.URL, func(c *ReplyConfig) { c.Secret = "other" })); a.OK || !strings.Contains(a.Fix, "API key") {
		t.Errorf("%+v", a)
	}
	f.Paid = false
	if a := doctor(open(t, f.URL, nil)); a.OK || !strings.Contains(a.Fix, "plan with the API module") {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, ReplyConfig{BusinessUser: "mona", APIURL: "api"}.Check(), "key secret business_user api_url")
}

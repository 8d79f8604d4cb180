package googleplay

import (
	"errors"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/google/fakegoogle"
	"rasid/responder"
	"rasid/responder/respondertest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

func fake(t *testing.T) *fakegoogle.Server {
	t.Helper()
	f := fakegoogle.New(clock)
	t.Cleanup(f.Close)
	return f
}

func open(t *testing.T, f *fakegoogle.Server, url string) responder.Replier {
	t.Helper()
	p, err := New(ReplyConfig{Package: fakegoogle.Package, ServiceAccount: outbound.Secret(f.Key()), APIURL: url, TokenURL: f.URL + "/token"}, faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mention(f *fakegoogle.Server, text string) cases.Mention {
	r := f.Say(fakegoogle.Review{Text: "\t" + text, Stars: 1})
	at := r.ID
	return cases.Mention{Source: "reviews", ID: at, ReplyTo: at, Text: text, PostedAt: noon}
}

// movable lets a test move the platform's address to where nobody listens.
type movable struct{ responder.Replier }

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		f := fake(t)
		p := &movable{open(t, f, f.URL)}
		return respondertest.Replier{
			Replier: p, Secret: "CANARY", Limit: 350, Unit: "م", Settles: true,
			Mention: func(_ *testing.T, text string) cases.Mention { return mention(f, text) },
			Posted: func() (out []respondertest.Post) {
				for _, v := range f.Reviews() {
					if v.Answer != "" {
						out = append(out, respondertest.Post{Text: strings.TrimSpace(v.Answer), ReplyTo: v.ID})
					}
				}
				return out
			},
			Fail: func(fault respondertest.Fault) {
				if fault == respondertest.Unreachable {
					p.Replier = open(t, f, faketest.Nobody(t))
					return
				}
				f.Fault(faketest.Fault(fault))
			},
			Withdraw: func(m cases.Mention) { f.Delete(m.ReplyTo[strings.LastIndex(m.ReplyTo, "/")+1:]) },
		}
	})
}

func TestAColleaguesAnswerIsNeverWrittenOver(t *testing.T) {
	f := fake(t)
	p := open(t, f, f.URL)
	m := mention(f, "cold")
	f.Change(f.Reviews()[0].ID, func(v *fakegoogle.Review) { v.Answer = "by hand" })
	_, err := p.Reply(t.Context(), cases.Reply{Key: "reply/1/1", Attempt: 1, First: noon, Mention: m, Text: "sorry"})
	if writes, _ := f.Counts(); cases.OutcomeOf(err) != cases.WasRefused || !errors.Is(err, responder.ErrColleague) || writes != 0 || f.Reviews()[0].Answer != "by hand" {
		t.Errorf("%v after %d writes; %q stands", err, writes, f.Reviews()[0].Answer)
	}
}

func TestALostAnswerIsFoundAndNotWrittenAgain(t *testing.T) {
	f := fake(t)
	p := open(t, f, f.URL)
	r := cases.Reply{Key: "reply/1/1", Attempt: 1, First: noon, Mention: mention(f, "cold"), Text: "نعتذر\nمنك"}
	f.Fault(faketest.Drop)
	if _, err := p.Reply(t.Context(), r); cases.OutcomeOf(err) != cases.WasNotSent {
		t.Fatalf("%v, want another attempt", err)
	}
	r.Attempt = 2
	f.Fault(faketest.Lost)
	if got, err := p.Reply(t.Context(), r); err != nil || got.ID == "" || got.At.IsZero() {
		t.Fatalf("%+v %v", got, err)
	}
	before, _ := f.Counts()
	r.Attempt = 3
	if _, err := p.Reply(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if writes, _ := f.Counts(); writes != before {
		t.Error("what stands there was written again")
	}
	if _, there, err := p.(responder.Finder).Find(t.Context(), r); err != nil || !there {
		t.Errorf("found: %v %v", there, err)
	}
}

func TestWhatChangedBeforeAnsweringIsSeen(t *testing.T) {
	f := fake(t)
	p := open(t, f, f.URL)
	m := mention(f, "cold")
	check := func() responder.Standing {
		st, err := p.(responder.Checker).Check(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	if st := check(); st.Gone || st.Text != "cold" {
		t.Errorf("%+v", st)
	}
	id := f.Reviews()[0].ID
	f.Change(id, func(v *fakegoogle.Review) { v.Text = "warm" })
	if st := check(); st.Text != "warm" {
		t.Errorf("%+v", st)
	}
	f.Delete(id)
	if st := check(); !st.Gone {
		t.Errorf("%+v", st)
	}
}

package googlebusiness

import (
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/google/fakegoogle"
	"rasid/responder"
	"rasid/responder/respondertest"
)

func fake(t *testing.T) *fakegoogle.Server {
	t.Helper()
	return faketest.Start(t, fakegoogle.New(faketest.Noon))
}

func open(t *testing.T, f *fakegoogle.Server, url string) responder.Replier {
	t.Helper()
	p, err := New(ReplyConfig{Location: fakegoogle.Location, ServiceAccount: outbound.Secret(f.Key()), APIURL: url, TokenURL: f.URL + "/token"}, faketest.Net(t), faketest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mention(f *fakegoogle.Server, text string) cases.Mention {
	r := f.Say(fakegoogle.Review{Text: text, Stars: 1})
	at := fakegoogle.Location + "/reviews/" + r.ID
	return cases.Mention{Source: "reviews", ID: at, ReplyTo: at, Text: text, PostedAt: faketest.Noon()}
}

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		f := fake(t)
		p := &respondertest.Movable{Replier: open(t, f, f.URL)}
		return respondertest.Replier{
			Replier: p, Secret: "CANARY", Limit: 4096, Unit: "m", Settles: true,
			Mention: func(_ *testing.T, text string) cases.Mention { return mention(f, text) },
			Posted: func() (out []respondertest.Post) {
				for _, v := range f.Reviews() {
					if v.Answer != "" {
						out = append(out, respondertest.Post{Text: strings.TrimSpace(v.Answer), ReplyTo: fakegoogle.Location + "/reviews/" + v.ID})
					}
				}
				return out
			},
			Fail:     p.Failing(func() responder.Replier { return open(t, f, faketest.Nobody(t)) }, func(fault respondertest.Fault) { f.Fault(faketest.Fault(fault)) }),
			Withdraw: func(m cases.Mention) { f.Delete(m.ReplyTo[strings.LastIndex(m.ReplyTo, "/")+1:]) },
		}
	})
}

func TestOneAnswerStandsUnderEachReview(t *testing.T) {
	respondertest.ExerciseOneAnswer(t, func(t *testing.T) respondertest.Review {
		f := fake(t)
		m := mention(f, "cold")
		id := f.Reviews()[0].ID
		return respondertest.Review{
			Replier: open(t, f, f.URL), Mention: m,
			Answer: func() string { return f.Reviews()[0].Answer },
			ByHand: func(text string) { f.Change(id, func(v *fakegoogle.Review) { v.Answer = text }) },
			Edit:   func(text string) { f.Change(id, func(v *fakegoogle.Review) { v.Text = text }) },
			Delete: func() { f.Delete(id) },
			Fail:   func(fault respondertest.Fault) { f.Fault(faketest.Fault(fault)) },
			Writes: f.Writes,
		}
	})
}

func TestAReplyThatGoogleRejectsIsRefusedAndMayBeWrittenAnew(t *testing.T) {
	f := fake(t)
	p := open(t, f, f.URL)
	m := mention(f, "cold")
	f.Reject("ADVERTISEMENT")
	_, err := p.Reply(t.Context(), cases.Reply{Case: 1, Mention: m, Text: "Come for our offer!"})
	if cases.OutcomeOf(err) != cases.WasRefused || !strings.Contains(err.Error(), "(advertisement)") {
		t.Errorf("a rejected reply ended with %v", err)
	}
	if _, err := p.Reply(t.Context(), cases.Reply{Case: 1, Mention: m, Text: "We are sorry."}); err != nil {
		t.Error(err)
	}
	if got := f.Reviews()[0]; got.Answer != "We are sorry." || got.State != "PENDING" {
		t.Errorf("%q stands there, %s", got.Answer, got.State)
	}
}

func TestDoctorTellsOfRepliesThatWereRejectedLater(t *testing.T) {
	f := fake(t)
	p := open(t, f, f.URL)
	m := mention(f, "cold")
	for state, want := range map[string]int{"PENDING": 1, "APPROVED": 1, "REJECTED": 2} {
		f.Change(f.Reviews()[0].ID, func(v *fakegoogle.Review) { v.Answer, v.State = "We are sorry.", state })
		got := p.(responder.OneAnswer).Doctor(t.Context())
		if len(got) != want || want == 2 && (got[1].OK || !strings.Contains(got[1].What, m.ID)) {
			t.Errorf("%s: %+v", state, got)
		}
	}
}

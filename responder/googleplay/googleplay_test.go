package googleplay

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
	p, err := New(ReplyConfig{Package: fakegoogle.Package, ServiceAccount: outbound.Secret(f.Key()), APIURL: url, TokenURL: f.URL + "/token"}, faketest.Net(t), faketest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mention(f *fakegoogle.Server, text string) cases.Mention {
	r := f.Say(fakegoogle.Review{Text: "\t" + text, Stars: 1})
	at := r.ID
	return cases.Mention{Source: "reviews", ID: at, ReplyTo: at, Text: text, PostedAt: faketest.Noon()}
}

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		f := fake(t)
		p := &respondertest.Movable{Replier: open(t, f, f.URL)}
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

package bluesky

import (
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/bluesky"
	"rasid/internal/platform/bluesky/fakebluesky"
	"rasid/internal/platform/faketest"
	"rasid/responder/respondertest"
)

var noon = faketest.Noon()

// stage is a fake Bluesky with a replier on it, and a clock.
type stage struct {
	*fakebluesky.Server
	*Replier
	after atomic.Int64 // noon; the server reads it while the test moves it
	t     *testing.T
}

func (s *stage) clock() time.Time { return noon.Add(time.Duration(s.after.Load())) }

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t}
	s.Server = fakebluesky.New(s.clock)
	t.Cleanup(s.Close)
	s.Replier = s.open(s.URL, nil)
	return s
}

func (s *stage) open(url string, change func(*ReplyConfig)) *Replier {
	s.t.Helper()
	c := ReplyConfig{Handle: fakebluesky.Handle, AppPassword: fakebluesky.Password, Server: url}
	if change != nil {
		change(&c)
	}
	p, err := New(c, faketest.Net(s.t), s.clock)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *stage) mention(text string, change ...func(*bluesky.Post)) cases.Mention {
	p := s.Say("sara", noon.Add(-time.Minute), text, change...)
	return cases.Mention{Source: "sky", ID: p.Author + "/" + p.RKey, ReplyTo: p.URI, Text: text, PostedAt: noon.Add(-time.Minute)}
}

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		s := newStage(t)
		return respondertest.Replier{
			Replier: s.Replier, Secret: "CANARY", Limit: 300, Unit: "م", Settles: true,
			Mention: func(_ *testing.T, text string) cases.Mention { return s.mention(text) },
			Posted: func() (out []respondertest.Post) {
				for _, p := range s.Ours() {
					out = append(out, respondertest.Post{Text: p.Record.Text, ReplyTo: p.Record.Reply.Parent.URI})
				}
				return out
			},
			Fail: func(fault respondertest.Fault) {
				if fault == respondertest.Unreachable {
					*s.Replier = *s.open(faketest.Nobody(t), nil)
					return
				}
				s.Fault(faketest.Fault(fault))
			},
			Withdraw: func(m cases.Mention) { s.Delete(m.ReplyTo, noon) },
		}
	})
}

func TestBothLimitsOfLengthHold(t *testing.T) {
	family := "👩‍👩‍👧‍👦" // one letter as people see it, 25 bytes
	for text, fits := range map[string]bool{
		strings.Repeat("م", 300): true, strings.Repeat("م", 301): false, strings.Repeat(family, 120): true, strings.Repeat(family, 121): false,
	} {
		if err := (&Replier{}).Fits(text); (err == nil) != fits {
			t.Errorf("%d bytes: %v, want fits %v", len(text), err, fits)
		}
	}
}

func TestAReplyNamesItsParentAndTheRootOfTheConversation(t *testing.T) {
	s := newStage(t)
	top := s.Say("omar", noon.Add(-time.Hour), "what do you think of noor?")
	m := s.mention("noor is cold", func(p *bluesky.Post) { p.Reply = &bluesky.ReplyRef{Root: top.Ref, Parent: top.Ref} })
	if _, err := s.Reply(t.Context(), faketest.Reply(m, "sorry")); err != nil {
		t.Fatal(err)
	}
	got := s.Ours()[0].Record.Reply
	if got.Root != top.Ref || got.Parent.URI != m.ReplyTo || got.Parent.CID == "" {
		t.Errorf("%+v", got)
	}
	alone := s.mention("noor is warm")
	if _, err := s.Reply(t.Context(), faketest.Reply(alone, "thanks")); err != nil {
		t.Fatal(err)
	}
	if got := s.Ours()[1].Record.Reply; got.Root != got.Parent || got.Root.URI != alone.ReplyTo {
		t.Errorf("%+v", got)
	}
}

func TestAddressesAndTheAuthorAreMarkedByTheirBytes(t *testing.T) {
	s := newStage(t)
	m := s.mention("noor is cold")
	const text = "أهلًا @sara.bsky.example، اكتبي إلى care@noor.example أو https://noor.example/مساعدة؟ب=1."
	if _, err := s.Reply(t.Context(), faketest.Reply(m, text)); err != nil {
		t.Fatal(err)
	}
	p := s.Ours()[0].Record
	var marked []string
	for _, f := range p.Facets {
		marked = append(marked, p.Text[f.Index.Start:f.Index.End]+" "+f.Features[0].DID+f.Features[0].URI)
	}
	want := []string{"https://noor.example/مساعدة؟ب=1 https://noor.example/مساعدة؟ب=1", "@sara.bsky.example " + fakebluesky.DID("sara")}
	if !slices.Equal(marked, want) {
		t.Errorf("%q, want %q", marked, want)
	}
	for _, other := range []string{"ask @omar.bsky.example", "(@omar.bsky.example)", "معذرة،@omar.bsky.example"} {
		if _, err := s.Reply(t.Context(), faketest.Reply(m, other)); cases.OutcomeOf(err) != cases.WasRefused {
			t.Errorf("%q: %v, want refused", other, err)
		}
	}
}

func TestALostAnswerNeverBecomesASecondPost(t *testing.T) {
	for _, fault := range []faketest.Fault{faketest.Lost, faketest.Cut, faketest.Garbage, faketest.Drop, faketest.Broken} {
		s := newStage(t)
		r := faketest.Reply(s.mention("cold"), "sorry")
		s.Fault(fault)
		_, err := s.Reply(t.Context(), r)
		if got := cases.OutcomeOf(err); got != cases.WasDelivered && got != cases.WasNotSent {
			t.Fatalf("%s: %v", fault, err)
		}
		// A restart, hours later, and a person who sends it once more.
		s.after.Store(int64(5 * time.Hour))
		again := s.open(s.URL, nil)
		r.Attempt = 2
		first, err := again.Reply(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		r.Attempt, r.First = 1, s.clock()
		second, err := again.Reply(t.Context(), r)
		if err != nil || len(s.Ours()) != 1 || first.ID != second.ID || first.ID != s.Ours()[0].URI {
			t.Errorf("%s: %d posts; %+v and %+v, %v", fault, len(s.Ours()), first, second, err)
		}
	}
}

func TestAReplyThatStandsIsFoundThoughWhatItAnswersIsGone(t *testing.T) {
	s := newStage(t)
	r := faketest.Reply(s.mention("cold"), "sorry")
	if _, err := s.Reply(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	s.Delete(r.Mention.ReplyTo, noon)
	r.Attempt = 2
	if got, err := s.Reply(t.Context(), r); err != nil || got.ID != s.Ours()[0].URI {
		t.Errorf("%+v %v", got, err)
	}
	r.Text = "other words"
	if _, there, err := s.Find(t.Context(), r); err != nil || there {
		t.Errorf("found other words: %v %v", there, err)
	}
}

func TestASessionIsRenewedAndSigningInIsRare(t *testing.T) {
	s := newStage(t)
	signIns := func() int { _, n, _ := s.Counts(); return n }
	for i := range 6 {
		if _, err := s.Reply(t.Context(), faketest.Reply(s.mention("cold"), "sorry")); err != nil {
			t.Fatalf("after %d: %v", i, err)
		}
		s.Expire(false)
	}
	if n := signIns(); n != 1 {
		t.Errorf("%d sign-ins while the refresh token was good, want 1", n)
	}
	var err error
	for range 10 {
		s.Expire(true)
		if _, err = s.Reply(t.Context(), faketest.Reply(s.mention("cold"), "sorry")); err != nil {
			break
		}
	}
	if later, ok := errors.AsType[*cases.LaterError](err); !ok || later.After <= 0 || signIns() > 3 {
		t.Errorf("%v after %d sign-ins, want a pause after 3", err, signIns())
	}
	s.after.Store(int64(6 * time.Minute))
	if _, err := s.Reply(t.Context(), faketest.Reply(s.mention("cold"), "sorry")); err != nil {
		t.Errorf("after the pause: %v", err)
	}
}

func TestWhoLetsNobodyReplyIsLeftAlone(t *testing.T) {
	s := newStage(t)
	m := s.mention("cold")
	s.Shut(m.ReplyTo)
	if _, err := s.Reply(t.Context(), faketest.Reply(m, "sorry")); cases.OutcomeOf(err) != cases.WasRefused || len(s.Ours()) != 0 {
		t.Errorf("%v with %d posts", err, len(s.Ours()))
	}
}

func TestRepliesSayThatAProgramHelpsOnlyWhenAsked(t *testing.T) {
	s := newStage(t)
	marked := s.open(s.URL, func(c *ReplyConfig) { c.Automated = true })
	for i, p := range []*Replier{s.Replier, marked} {
		if _, err := p.Reply(t.Context(), faketest.Reply(s.mention("cold"), "sorry")); err != nil {
			t.Fatal(err)
		}
		if got := s.Ours()[i].Record.Labels.Has("bot"); got != (i == 1) {
			t.Errorf("reply %d is marked: %v", i, got)
		}
	}
	if a := marked.Doctor(t.Context()); len(a) != 2 || a[1].OK || !strings.Contains(a[1].Fix, "mark the account as automated") {
		t.Errorf("%+v", a)
	}
	s.Mark(fakebluesky.Self)
	if a := marked.Doctor(t.Context()); len(a) != 2 || !a[1].OK {
		t.Errorf("%+v", a)
	}
}

func TestWhatChangedBeforePostingIsSeen(t *testing.T) {
	s := newStage(t)
	m := s.mention("cold\n\ncoffee")
	m.Text = "cold coffee"
	if st, err := s.Check(t.Context(), m); err != nil || st.Gone || st.Text != m.Text || st.Colleague != "" {
		t.Errorf("unchanged: %+v %v", st, err)
	}
	s.Edit(m.ReplyTo, "warm", noon)
	s.ByHand(fakebluesky.Post{Ref: bluesky.Ref{URI: m.ReplyTo, CID: "c"}}, "we are sorry")
	if st, err := s.Check(t.Context(), m); err != nil || st.Text != "warm" || st.Colleague != "we are sorry" {
		t.Errorf("edited and answered: %+v %v", st, err)
	}
	s.Delete(m.ReplyTo, noon)
	if st, err := s.Check(t.Context(), m); err != nil || !st.Gone {
		t.Errorf("gone: %+v %v", st, err)
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	s := newStage(t)
	if a := s.Doctor(t.Context()); len(a) != 1 || !a[0].OK || !strings.Contains(a[0].What, fakebluesky.Handle) {
		t.Errorf("%+v", a)
	}
	wrong := s.open(s.URL, func(c *ReplyConfig) { c.AppPassword = "aaaa-bbbb-cccc-dddd" })
	if a := wrong.Doctor(t.Context()); len(a) != 1 || a[0].OK || !strings.Contains(a[0].Fix, "App passwords") {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, ReplyConfig{Handle: "@noor", AppPassword: outbound.Secret(faketest.Canary), Server: "x"}.Check(), "handle app_password server")
}

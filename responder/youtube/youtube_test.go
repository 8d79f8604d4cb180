package youtube

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/google"
	"rasid/internal/platform/google/fakeyoutube"
	"rasid/internal/store"
	"rasid/responder/respondertest"
)

var noon, clock = faketest.Noon(), faketest.Noon

// stage is a fake YouTube with a replier on it, and the records in which the
// quota is kept.
type stage struct {
	*fakeyoutube.Server
	*Replier
	t    *testing.T
	book *store.Store
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{Server: fakeyoutube.New(clock), t: t}
	t.Cleanup(s.Close)
	var err error
	if s.book, err = store.Open(t.Context(), store.Options{DSN: filepath.Join(t.TempDir(), "rasid.db"), Owner: "test"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.book.Close() })
	s.Replier = s.open(s.URL, google.DailyUnits)
	return s
}

func (s *stage) open(url string, units int64) *Replier {
	s.t.Helper()
	c := DefaultReplyConfig()
	c.ClientID, c.ClientSecret, c.RefreshToken, c.Units = "id", "CANARY-secret", fakeyoutube.Refresh, units
	c.APIURL, c.TokenURL = url, s.URL+"/token"
	p, err := New(c, s.book, faketest.Net(s.t), clock)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *stage) mention(text string) cases.Mention {
	c := s.Say("UCsara", "", text, noon.Add(-time.Hour))
	return cases.Mention{Source: "tube", ID: c.ID, ReplyTo: c.ID, Text: text, PostedAt: c.Published}
}

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		s := newStage(t)
		return respondertest.Replier{
			Replier: s.Replier, Secret: "CANARY", Limit: 10_000, Unit: "م",
			Mention: func(_ *testing.T, text string) cases.Mention { return s.mention(text) },
			Posted: func() (out []respondertest.Post) {
				for _, c := range s.Ours() {
					out = append(out, respondertest.Post{Text: c.Text, ReplyTo: c.Parent})
				}
				return out
			},
			Fail: func(fault respondertest.Fault) {
				if fault == respondertest.Unreachable {
					s.tube = s.open(faketest.Nobody(t), google.DailyUnits).tube
					return
				}
				s.Fault(faketest.Fault(fault))
			},
			Withdraw: func(m cases.Mention) { s.Delete(m.ReplyTo) },
		}
	})
}

func TestALostAnswerStaysInDoubtUntilItWasLookedFor(t *testing.T) {
	for fault, stands := range map[faketest.Fault]bool{faketest.Lost: true, faketest.Cut: true, faketest.Garbage: true, faketest.Drop: false, faketest.Broken: false} {
		s := newStage(t)
		r := faketest.Reply(s.mention("cold"), "نعتذر منك")
		s.Fault(fault)
		if _, err := s.Reply(t.Context(), r); cases.OutcomeOf(err) != cases.WasUnknown {
			t.Fatalf("%s: %v, want unknown", fault, err)
		}
		got, there, err := s.Find(t.Context(), r)
		if err != nil || there != stands || there && got.ID != s.Ours()[0].ID {
			t.Errorf("%s: found %v %+v %v, want %v", fault, there, got, err, stands)
		}
	}
	s := newStage(t)
	r := faketest.Reply(s.mention("cold"), "sorry")
	s.Stumble()
	if _, err := s.Reply(t.Context(), r); cases.OutcomeOf(err) != cases.WasUnknown || len(s.Ours()) != 1 {
		t.Errorf("a processingFailure that was done all the same: %v with %d comments", err, len(s.Ours()))
	}
}

func TestOnlyThisReplyIsFound(t *testing.T) {
	s := newStage(t)
	m := s.mention("cold")
	s.Say(fakeyoutube.Channel, m.ID, "sorry", noon.Add(-30*time.Minute)) // an earlier one, with the same words
	s.Say("UComar", m.ID, "sorry", noon)                                 // somebody else
	if _, there, err := s.Find(t.Context(), faketest.Reply(m, "sorry")); err != nil || there {
		t.Errorf("found %v %v", there, err)
	}
	if _, err := s.Reply(t.Context(), faketest.Reply(m, "sorry")); err != nil {
		t.Fatal(err)
	}
	if got, there, err := s.Find(t.Context(), faketest.Reply(m, "sorry")); err != nil || !there || got.ID != s.Ours()[1].ID {
		t.Errorf("found %v %+v %v", there, got, err)
	}
}

func TestAnAnswerToAnAnswerGoesBelowTheThread(t *testing.T) {
	s := newStage(t)
	top := s.mention("cold")
	below := s.Say("UComar", top.ID, "me too", noon.Add(-time.Minute))
	m := cases.Mention{Source: "tube", ID: below.ID, ReplyTo: google.Below(top.ID, below.ID), Text: "me too", PostedAt: below.Published}
	if _, err := s.Reply(t.Context(), faketest.Reply(m, "sorry")); err != nil || s.Ours()[0].Parent != top.ID {
		t.Errorf("%v; %+v", err, s.Ours())
	}
	s.Delete(below.ID)
	if _, err := s.Reply(t.Context(), faketest.Reply(m, "sorry once more")); cases.OutcomeOf(err) != cases.WasRefused {
		t.Errorf("below an answer that is gone: %v, want refused", err)
	}
}

func TestAnswersStopBeforeTheQuotaIsGone(t *testing.T) {
	s := newStage(t)
	p := s.open(s.URL, google.LeastUnits)
	var err error
	sent := 0
	for range 30 {
		if _, err = p.Reply(t.Context(), faketest.Reply(s.mention("cold"), "sorry")); err != nil {
			break
		}
		sent++
	}
	later, ok := errors.AsType[*cases.LaterError](err)
	if !ok || cases.OutcomeOf(err) != cases.WasNotSent || later.After < 19*time.Hour || sent != 19 {
		t.Fatalf("%d answers, then %v; want 19 and a pause until midnight in California", sent, err)
	}
	// What is kept lets a lost answer still be looked for.
	if _, there, err := p.Find(t.Context(), faketest.Reply(cases.Mention{ReplyTo: s.Ours()[0].Parent}, "sorry")); err != nil || !there {
		t.Errorf("found %v %v", there, err)
	}
	if s.Spent() > google.LeastUnits {
		t.Errorf("%d units spent of %d", s.Spent(), google.LeastUnits)
	}
}

func TestGooglesOwnWordOnTheQuotaIsAPauseAndNothingWasSent(t *testing.T) {
	s := newStage(t)
	m := s.mention("cold")
	s.Quota(10) // enough to look, too little to answer
	_, err := s.Reply(t.Context(), faketest.Reply(m, "sorry"))
	if cases.OutcomeOf(err) != cases.WasNotSent || !errors.Is(err, google.ErrQuota) || len(s.Ours()) != 0 {
		t.Errorf("%v with %d comments", err, len(s.Ours()))
	}
}

func TestATokenThatIsNoLongerTakenIsRenewed(t *testing.T) {
	s := newStage(t)
	m := s.mention("cold")
	if _, err := s.Reply(t.Context(), faketest.Reply(m, "sorry")); err != nil {
		t.Fatal(err)
	}
	s.Expire()
	if _, err := s.Reply(t.Context(), faketest.Reply(m, "once more")); cases.OutcomeOf(err) != cases.WasNotSent {
		t.Fatalf("%v, want another attempt", err)
	}
	if _, err := s.Reply(t.Context(), faketest.Reply(m, "once more")); err != nil || len(s.Ours()) != 2 {
		t.Errorf("%v with %d comments", err, len(s.Ours()))
	}
}

func TestWhatChangedBeforePostingIsSeen(t *testing.T) {
	s := newStage(t)
	m := s.mention("cold")
	s.Say(fakeyoutube.Channel, m.ID, "an old word of ours", m.PostedAt.Add(-time.Second))
	if st, err := s.Check(t.Context(), m); err != nil || st.Gone || st.Text != "cold" || st.Colleague != "" {
		t.Errorf("unchanged: %+v %v", st, err)
	}
	s.Edit(m.ID, "warm", noon)
	s.Say(fakeyoutube.Channel, m.ID, "we are sorry", noon)
	if st, err := s.Check(t.Context(), m); err != nil || st.Text != "warm" || st.Colleague != "we are sorry" {
		t.Errorf("edited and answered: %+v %v", st, err)
	}
	s.Delete(m.ID)
	if st, err := s.Check(t.Context(), m); err != nil || !st.Gone {
		t.Errorf("gone: %+v %v", st, err)
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	s := newStage(t)
	if a := s.Doctor(t.Context()); len(a) != 1 || !a[0].OK || !strings.Contains(a[0].What, "Noor Coffee") {
		t.Errorf("%+v", a)
	}
	wrong := s.open(s.URL, google.DailyUnits)
	wrong.tube = s.other()
	if a := wrong.Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "consent again") {
		t.Errorf("%+v", a)
	}
	s.ReadOnly()
	if _, err := s.Reply(t.Context(), faketest.Reply(s.mention("cold"), "sorry")); cases.OutcomeOf(err) != cases.WasRefused {
		t.Errorf("a consent for reading alone: %v, want refused", err)
	}
}

// other is a client with a consent that was taken back.
func (s *stage) other() *google.YouTube {
	y, err := google.NewYouTube(google.YouTubeAccess{
		Consent: google.Identity{ClientID: "id", ClientSecret: "s", Refresh: "revoked", TokenURL: s.URL + "/token"}, Units: google.DailyUnits, Ledger: s.book,
	}, s.URL, faketest.Net(s.t), clock)
	if err != nil {
		s.t.Fatal(err)
	}
	return y
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, ReplyConfig{ClientID: "id"}.Check(), "client_secret refresh_token units")
}

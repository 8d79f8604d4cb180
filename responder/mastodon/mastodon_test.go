package mastodon

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/mastodon/fakemastodon"
	"rasid/responder"
	"rasid/responder/respondertest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// stage is a fake server with a replier on it, and a clock.
type stage struct {
	*fakemastodon.Server
	*Replier
	after atomic.Int64 // noon; the server reads it while the test moves it
}

func (s *stage) clock() time.Time { return noon.Add(time.Duration(s.after.Load())) }

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{}
	s.Server = fakemastodon.New(s.clock)
	t.Cleanup(s.Close)
	c := DefaultReplyConfig()
	c.Server, c.Token = s.URL+"/", outbound.Secret(s.Token)
	p, err := New(c, faketest.Net(t), s.clock)
	if err != nil {
		t.Fatal(err)
	}
	s.Replier = p
	return s
}

func (s *stage) mention(text, visibility string) cases.Mention {
	p := s.Say("sara@other.example", text, visibility)
	return cases.Mention{Source: "masto", ID: p.ID, ReplyTo: p.ID, Text: text, PostedAt: noon}
}

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		s := newStage(t)
		return respondertest.Replier{
			Replier: s.Replier, Secret: s.Token, Limit: 500 - forName, Unit: "👩‍💻", Settles: true,
			Mention: func(_ *testing.T, text string) cases.Mention { return s.mention(text, "public") },
			Posted: func() (out []respondertest.Post) {
				for _, p := range s.Ours() {
					out = append(out, respondertest.Post{Text: strings.TrimPrefix(p.Text, "@sara@other.example "), ReplyTo: p.InReplyTo})
				}
				for i := range out {
					out[i].Text = strings.TrimSpace(out[i].Text)
				}
				return out
			},
			Fail: func(f respondertest.Fault) {
				if f == respondertest.Unreachable {
					s.client.Server = faketest.Nobody(t)
					return
				}
				s.Fail(map[respondertest.Fault]fakemastodon.Fault{
					respondertest.Limited: fakemastodon.Limited, respondertest.Forbidden: fakemastodon.Denied, respondertest.Broken: fakemastodon.Broken,
					respondertest.DropBefore: fakemastodon.Drop, respondertest.Lost: fakemastodon.Lost, respondertest.Cut: fakemastodon.Cut, respondertest.Garbage: fakemastodon.Garbage,
				}[f])
			},
			Withdraw: func(m cases.Mention) { s.Delete(m.ID) },
		}
	})
}

func TestOnlyTheAuthorIsMentioned(t *testing.T) {
	s := newStage(t)
	s.Say("omar", "hello", "public")
	m := s.mention("cold", "public")
	for _, text := range []string{"sorry @omar", "@omar sorry", "(@omar)", "معذرة،@omar"} {
		if _, err := s.Reply(t.Context(), faketest.Reply(m, text)); cases.OutcomeOf(err) != cases.WasRefused {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := s.Reply(t.Context(), faketest.Reply(m, "write to care@noor.example")); err != nil {
		t.Fatal(err)
	}
	if got := s.Ours(); len(got) != 1 || !slices.Equal(got[0].Mentions, []string{"u-sara@other.example"}) || got[0].Text != "@sara@other.example write to care@noor.example" {
		t.Errorf("%+v", got)
	}
}

func TestAReplyIsNeverMoreVisibleThanWhatItAnswers(t *testing.T) {
	for theirs, want := range map[string]string{"public": "unlisted", "unlisted": "unlisted", "private": "private", "direct": "direct", "strange": "unlisted"} {
		s := newStage(t)
		if _, err := s.Reply(t.Context(), faketest.Reply(s.mention("cold", theirs), "sorry")); err != nil {
			t.Fatal(err)
		}
		if got := s.Ours()[0].Visibility; got != want {
			t.Errorf("under a %s post: %s, want %s", theirs, got, want)
		}
	}
}

func TestALostAnswerIsAskedForWithTheSameKeyWhileTheServerKnowsIt(t *testing.T) {
	s := newStage(t)
	r := faketest.Reply(s.mention("cold", "public"), "sorry")
	s.Fail(fakemastodon.Lost)
	_, err := s.Reply(t.Context(), r)
	if cases.OutcomeOf(err) != cases.WasNotSent {
		t.Fatalf("%v, want a retry with the same key", err)
	}
	s.after.Store(int64(time.Minute))
	r.Attempt = 2
	got, err := s.Reply(t.Context(), r)
	if err != nil || len(s.Ours()) != 1 || got.ID != s.Ours()[0].ID {
		t.Errorf("%+v %v, %d posts", got, err, len(s.Ours()))
	}
	// Two hours later the key is forgotten; the post is found by looking.
	s.after.Store(int64(2 * time.Hour))
	r.Attempt = 3
	if got, err = s.Reply(t.Context(), r); err != nil || len(s.Ours()) != 1 || got.ID != s.Ours()[0].ID {
		t.Errorf("%+v %v, %d posts", got, err, len(s.Ours()))
	}
	// A late first loss is left to the looker.
	late := faketest.Reply(s.mention("late", "public"), "sorry")
	late.First, late.Attempt = s.clock().Add(-45*time.Minute), 2
	s.Fail(fakemastodon.Lost)
	if _, err = s.Reply(t.Context(), late); cases.OutcomeOf(err) != cases.WasUnknown {
		t.Fatalf("%v, want unknown", err)
	}
	if _, there, err := s.Find(t.Context(), late); err != nil || !there {
		t.Errorf("found %v %v", there, err)
	}
	late.Text = "other words"
	if _, there, err := s.Find(t.Context(), late); err != nil || there {
		t.Errorf("found other words: %v %v", there, err)
	}
}

func TestWhatChangedBeforePostingIsSeen(t *testing.T) {
	s := newStage(t)
	m := s.mention("cold", "public")
	if st, err := s.Check(t.Context(), m); err != nil || st != (responder.Standing{}) {
		t.Errorf("unchanged: %+v %v", st, err)
	}
	s.after.Store(int64(time.Minute))
	s.Edit(m.ID, "warm")
	if st, err := s.Check(t.Context(), m); err != nil || !st.Edited {
		t.Errorf("edited: %+v %v", st, err)
	}
	s.Answer(m.ID, "we are sorry")
	if st, err := s.Check(t.Context(), m); err != nil || st.Colleague != "we are sorry" {
		t.Errorf("answered: %+v %v", st, err)
	}
	s.Delete(m.ID)
	if st, err := s.Check(t.Context(), m); err != nil || !st.Gone {
		t.Errorf("gone: %+v %v", st, err)
	}
}

func TestTheInstancesOwnLengthIsTaken(t *testing.T) {
	s := newStage(t)
	s.Max = 1000
	long := strings.Repeat("م", 900)
	if s.Fits(long) == nil {
		t.Error("before anybody asked, Mastodon's own limit holds")
	}
	if a := s.Doctor(t.Context()); len(a) != 2 || !a[1].OK || !strings.Contains(a[1].What, "968") {
		t.Errorf("%+v", a)
	}
	if err := s.Fits(long); err != nil {
		t.Error(err)
	}
	if err := s.Fits("https://noor.example/" + strings.Repeat("x", 2000)); err != nil {
		t.Errorf("an address counts 23: %v", err)
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	s := newStage(t)
	s.Scopes("read")
	if a := s.Doctor(t.Context()); len(a) != 3 || a[1].OK || !strings.Contains(a[1].Fix, "write:statuses") {
		t.Errorf("%+v", a)
	}
	s.client.Token = "wrong"
	if a := s.Doctor(t.Context()); len(a) != 1 || a[0].OK || !strings.Contains(a[0].Fix, "access token") {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, ReplyConfig{Server: "mastodon.example", Visibility: "all"}.Check(), "server token visibility")
}

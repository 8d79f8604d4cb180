package googleplay

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/google/fakegoogle"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var noon, clock = faketest.Noon(), faketest.Noon

func fake(t *testing.T) *fakegoogle.Server {
	t.Helper()
	return faketest.Start(t, fakegoogle.New(clock))
}

func open(t *testing.T, f *fakegoogle.Server) *Source {
	t.Helper()
	s, err := New(Config{Package: fakegoogle.Package, ServiceAccount: outbound.Secret(f.Key()), Every: 5 * time.Minute, APIURL: f.URL, TokenURL: f.URL + "/token"}, "reviews", faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		f := fake(t)
		return watcherstest.Bench{
			Open: func() watchers.Source { return open(t, f) }, Now: clock, Fail: f.Fail, Hang: f.Hang, Secrets: []string{"CANARY", "PRIVATE KEY"},
			Say: watcherstest.Numbered(func(n int) {
				f.Say(fakegoogle.Review{Text: fmt.Sprintf("coffee %d", n), Stars: 2, Changed: noon.Add(-24*time.Hour + time.Duration(n)*time.Second)})
			}),
		}
	})
}

func TestTheSourceKeepsWhatEverySourceOfReviewsMustKeep(t *testing.T) {
	watcherstest.ExerciseReviews(t, func(t *testing.T) watcherstest.Reviews {
		f := fake(t)
		return watcherstest.Reviews{Source: open(t, f), Now: noon, Say: f.SayAt, Edit: f.EditAt, Answer: f.AnswerAt}
	})
}

func TestWhoWasAwayForMoreThanAWeekIsTold(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	now := noon
	s.now = func() time.Time { return now }
	f.Say(fakegoogle.Review{Text: "cold", Stars: 2, Changed: noon.Add(-time.Hour)})
	at := cases.Cursor("")
	for day := range 30 { // nobody writes, and somebody looks: nothing is missed
		p, err := s.Poll(t.Context(), at)
		if err != nil || p.Gap != "" {
			t.Fatalf("day %d: gap %q, %v", day, p.Gap, err)
		}
		if again, err := s.Poll(t.Context(), p.Next); err != nil || again.Next != p.Next {
			t.Fatalf("day %d: an empty look right after another changes the cursor, %v", day, err)
		}
		at, now = p.Next, now.Add(24*time.Hour)
	}
	now = now.Add(8 * 24 * time.Hour)
	p, err := s.Poll(t.Context(), at)
	if err != nil || !strings.Contains(p.Gap, "nobody looked for 9 days") {
		t.Errorf("gap %q, %v", p.Gap, err)
	}
	if p, err = s.Poll(t.Context(), p.Next); err != nil || p.Gap != "" {
		t.Errorf("told twice: %q, %v", p.Gap, err)
	}
}

func TestACursorOfAnEarlierVersionIsReadOn(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	f.Say(fakegoogle.Review{Text: "cold", Stars: 2, Changed: noon.Add(-time.Hour)})
	first, err := s.Poll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var m mark
	if err := json.Unmarshal([]byte(first.Next), &m); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Poll(t.Context(), m.Window); err != nil || len(p.Mentions) != 0 || p.Gap != "" || p.Next != first.Next {
		t.Errorf("%+v %v", p, err)
	}
}

func TestATokenThatIsNoLongerTakenIsRenewed(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	f.ExerciseSignIn(t, func() (int, error) {
		p, err := s.Poll(t.Context(), "")
		return len(p.Mentions), err
	})
}

func TestAReviewBecomesAMention(t *testing.T) {
	f := fake(t)
	f.Say(fakegoogle.Review{Text: "Bad\tcold", Original: "سيئ\tالقهوة باردة", Stars: 1, Answer: "sorry"})
	f.Say(fakegoogle.Review{Text: "\tno title", Stars: 5})
	f.Say(fakegoogle.Review{Text: "old", Changed: noon.AddDate(0, 0, -8)})
	p, err := open(t, f).Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 2 {
		t.Fatal(p, err)
	}
	m, n := p.Mentions[0], p.Mentions[1]
	if m.Title != "سيئ" || m.Text != "القهوة باردة" || m.Stars != 1 || m.Lang != "ar" || !m.Direct || m.Author != "سارة" || m.ReplyTo != m.ID || n.Title != "" || n.Text != "no title" {
		t.Errorf("%+v\n%+v", m, n)
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	if a := s.Doctor(t.Context()); len(a) != 1 || !a[0].OK {
		t.Errorf("%+v", a)
	}
	f.Rotate()
	_ = s.Doctor(t.Context()) // the token it had is no longer taken
	if a := s.Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "new JSON key") {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, Config{Package: "noor", ServiceAccount: "CANARY"}.Check(), "package service_account every")
}

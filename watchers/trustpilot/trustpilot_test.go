package trustpilot

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/trustpilot/faketrustpilot"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var noon, clock = faketest.Noon(), faketest.Noon

func fake(t *testing.T) *faketrustpilot.Server {
	t.Helper()
	return faketest.Start(t, faketrustpilot.New(clock))
}

func open(t *testing.T, f *faketrustpilot.Server, change func(*Config)) *Source {
	t.Helper()
	c := DefaultConfig()
	c.BusinessUnit, c.Key, c.APIURL = faketrustpilot.Unit, faketrustpilot.Key, f.URL
	if change != nil {
		change(&c)
	}
	s, err := New(c, "reviews", faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		f := fake(t)
		return watcherstest.Bench{
			Open: func() watchers.Source { return open(t, f, nil) }, Now: clock, Fail: f.Fail, Hang: f.Hang, Secrets: []string{"CANARY"},
			Say: watcherstest.Numbered(func(n int) {
				f.Say(faketrustpilot.Review{Text: fmt.Sprintf("coffee %d", n), Stars: 2, Created: noon.Add(-24*time.Hour + time.Duration(n)*time.Second)})
			}),
		}
	})
}

func TestTheSourceKeepsWhatEverySourceOfReviewsMustKeep(t *testing.T) {
	watcherstest.ExerciseReviews(t, func(t *testing.T) watcherstest.Reviews {
		f := fake(t)
		return watcherstest.Reviews{
			Source: open(t, f, nil), Now: noon,
			Say: func(text string, at time.Time) string {
				return f.Say(faketrustpilot.Review{Text: text, Stars: 1, Created: at}).ID
			},
			Edit: func(id, text string, at time.Time) {
				f.Change(id, func(v *faketrustpilot.Review) { v.Text, v.Updated = text, at })
			},
			Answer: func(id, text string, at time.Time) {
				f.Change(id, func(v *faketrustpilot.Review) { v.Answer, v.Answered = text, at })
			},
		}
	})
}

func TestAnEditOfAnOldReviewComesAgainUnderTheSameID(t *testing.T) {
	f := fake(t)
	s := open(t, f, nil)
	old := f.Say(faketrustpilot.Review{Text: "cold", Stars: 2, Created: noon.Add(-100 * time.Hour)})
	for i := range 5 {
		f.Say(faketrustpilot.Review{Text: "fine", Stars: 4, Created: noon.Add(-time.Duration(20-i) * time.Hour)})
	}
	first, err := s.Poll(t.Context(), "")
	if err != nil || len(first.Mentions) != 6 {
		t.Fatal(first, err)
	}
	f.Change(old.ID, func(v *faketrustpilot.Review) {
		v.Text, v.Stars, v.Updated = "warm after all", 5, noon.Add(-time.Minute)
	})
	again, err := s.Poll(t.Context(), first.Next)
	if err != nil || len(again.Mentions) != 1 {
		t.Fatalf("%+v %v", again.Mentions, err)
	}
	if m := again.Mentions[0]; m.ID != old.ID || m.Text != "warm after all" || m.Stars != 5 || !m.EditedAt.Equal(noon.Add(-time.Minute)) || !m.PostedAt.Equal(old.Created) {
		t.Errorf("%+v", m)
	}
	if more, err := s.Poll(t.Context(), again.Next); err != nil || len(more.Mentions) != 0 {
		t.Errorf("the edit came twice: %+v %v", more.Mentions, err)
	}
}

func TestAReviewBecomesAMention(t *testing.T) {
	f := fake(t)
	r := f.Say(faketrustpilot.Review{Title: "بارد", Text: "القهوة باردة\u0000", Language: "ar", Stars: 1, Answer: "sorry", Answered: noon})
	f.Say(faketrustpilot.Review{Title: "Only a title", Stars: 3, Language: "da"})
	f.Say(faketrustpilot.Review{Text: "old", Created: noon.AddDate(0, 0, -8)})
	p, err := open(t, f, nil).Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 2 {
		t.Fatal(p, err)
	}
	m, n := p.Mentions[0], p.Mentions[1]
	if m.Title != "بارد" || m.Text != "القهوة باردة" || m.Stars != 1 || m.Lang != "ar" || !m.Direct || m.Author != "سارة" || m.AuthorID == "" || m.ReplyTo != r.ID || m.URL != "https://www.trustpilot.com/reviews/"+r.ID || !m.EditedAt.IsZero() {
		t.Errorf("%+v", m)
	}
	if n.Title != "" || n.Text != "Only a title" || n.Lang != "" {
		t.Errorf("%+v", n)
	}
}

func TestAPauseThatTrustpilotAsksForIsKept(t *testing.T) {
	f := fake(t)
	f.Say(faketrustpilot.Review{Text: "cold", Stars: 1})
	f.Busy = 90 * time.Second
	later, told := errors.AsType[*cases.LaterError](poll(t, f))
	if !told || later.After != 90*time.Second {
		t.Errorf("%v, want a pause of 90 seconds", later)
	}
	if a := open(t, f, nil).Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "look less often") {
		t.Errorf("%+v", a)
	}
	f.Busy = 0
	if err := poll(t, f); err != nil {
		t.Error(err)
	}
}

func poll(t *testing.T, f *faketrustpilot.Server) error {
	t.Helper()
	_, err := open(t, f, nil).Poll(t.Context(), "")
	return err
}

func TestLooksLeaveHalfOfTheYearsCallsToAnswers(t *testing.T) {
	for _, c := range []struct {
		every time.Duration
		calls int64
		fits  bool
	}{{15 * time.Minute, 200_000, true}, {5 * time.Minute, 200_000, false}, {5 * time.Minute, 300_000, true}, {15 * time.Minute, 60_000, false}} {
		cfg := DefaultConfig()
		cfg.BusinessUnit, cfg.Key, cfg.Every, cfg.Calls = faketrustpilot.Unit, faketrustpilot.Key, c.every, c.calls
		if faults := cfg.Check(); (len(faults) == 0) != c.fits {
			t.Errorf("%s with %d calls a year: %+v", c.every, c.calls, faults)
		}
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	f := fake(t)
	if a := open(t, f, nil).Doctor(t.Context()); len(a) != 1 || !a[0].OK {
		t.Errorf("%+v", a)
	}
	for want, change := range map[string]func(*Config){
		"does not take the key": func(c *Config) { c.Key = "other" },
		"business-units/find":   func(c *Config) { c.BusinessUnit = strings.Repeat("a", 24) },
	} {
		if a := open(t, f, change).Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, want) {
			t.Errorf("want %q: %+v", want, a)
		}
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, Config{BusinessUnit: "noor.example", APIURL: "api"}.Check(), "business_unit key every max_age api_url")
}

package appstore

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/internal/platform/apple/fakeapple"
	"rasid/internal/platform/faketest"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var update = flag.Bool("update", false, "write the expected files anew")

var noon, clock = faketest.Noon(), faketest.Noon

func fake(t *testing.T) *fakeapple.Server {
	t.Helper()
	return faketest.Start(t, fakeapple.New(clock))
}

// open makes a source without a key for some countries, or with one for none.
func open(t *testing.T, f *fakeapple.Server, countries ...string) *Source {
	t.Helper()
	c := DefaultConfig()
	c.App, c.APIURL, c.FeedURL, c.Countries = fakeapple.App, f.URL, f.URL, countries
	if len(countries) == 0 {
		k := f.Key()
		c.KeyID, c.IssuerID, c.PrivateKey = k.ID, k.Issuer, k.Private
	}
	s, err := New(c, "reviews", faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	for name, countries := range map[string][]string{"with a key": nil, "public feeds": {"sa", "ae"}} {
		t.Run(name, func(t *testing.T) {
			watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
				f := fake(t)
				return watcherstest.Bench{
					Open: func() watchers.Source { return open(t, f, countries...) }, Now: clock, Fail: f.Fail, Hang: f.Hang, Secrets: []string{"CANARY", "PRIVATE KEY", "eyJ"},
					Say: watcherstest.Numbered(func(n int) {
						f.Say(fakeapple.Review{Country: []string{"sa", "ae"}[n%2], Text: fmt.Sprintf("coffee %d", n), Stars: 2, Written: noon.Add(-24*time.Hour + time.Duration(n)*time.Second)})
					}),
				}
			})
		})
	}
}

func TestFixturesAreReadAsExpected(t *testing.T) {
	watcherstest.Fixtures(t, *update, func(t *testing.T, name string, answer []byte) watchers.Source {
		f := fake(t)
		countries := map[string][]string{"public": {"sa"}}[name]
		s := open(t, f, countries...)
		c := s.cfg
		web := faketest.Always(t, answer)
		c.APIURL, c.FeedURL = web, web
		s, err := New(c, "reviews", s.net, clock)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

// say writes n reviews in a country, one each second of the last hours.
func say(f *fakeapple.Server, country string, from, n int) {
	for i := range n {
		f.Say(fakeapple.Review{Country: country, Text: fmt.Sprintf("coffee %d", from+i), Stars: 1, Written: noon.Add(-3*time.Hour + time.Duration(from+i)*time.Second)})
	}
}

func TestManyReviewsAreReadBackToWhatIsKnown(t *testing.T) {
	for name, countries := range map[string][]string{"with a key": nil, "public feed": {"sa"}} {
		t.Run(name, func(t *testing.T) {
			f := fake(t)
			s := open(t, f, countries...)
			say(f, "sa", 0, 3)
			first := watcherstest.Poll(t, s, "")
			say(f, "sa", 3, 450)
			p := watcherstest.Poll(t, s, first.Next)
			if len(first.Mentions) != 3 || len(p.Mentions) != 450 || p.Gap != "" {
				t.Errorf("%d, then %d mentions, gap %q", len(first.Mentions), len(p.Mentions), p.Gap)
			}
			before, _ := f.Counts()
			if again := watcherstest.Poll(t, s, p.Next); len(again.Mentions) != 0 {
				t.Errorf("%d came again", len(again.Mentions))
			}
			if after, _ := f.Counts(); after != before+1 {
				t.Errorf("%d pages read where nothing is new, want 1", after-before)
			}
		})
	}
}

func TestMoreThanAppleListsIsSaid(t *testing.T) {
	f := fake(t)
	s := open(t, f, "sa")
	say(f, "sa", 0, 2)
	first := watcherstest.Poll(t, s, "")
	say(f, "sa", 2, 600)
	if p := watcherstest.Poll(t, s, first.Next); len(p.Mentions) != 500 || !strings.Contains(p.Gap, "more reviews than Apple lists") {
		t.Errorf("%d mentions, gap %q", len(p.Mentions), p.Gap)
	}
}

func TestAnEditComesAgainUnderTheSameID(t *testing.T) {
	for name, countries := range map[string][]string{"with a key": nil, "public feed": {"sa"}} {
		t.Run(name, func(t *testing.T) {
			f := fake(t)
			s := open(t, f, countries...)
			r := f.Say(fakeapple.Review{Text: "cold", Stars: 1, Written: noon.Add(-2 * time.Hour)})
			first := watcherstest.Poll(t, s, "")
			f.Change(r.ID, func(v *fakeapple.Review) { v.Text, v.Stars = "warm after all", 4 })
			p := watcherstest.Poll(t, s, first.Next)
			if len(p.Mentions) != 1 || p.Mentions[0].ID != first.Mentions[0].ID || p.Mentions[0].Text != "warm after all" || p.Mentions[0].EditedAt.IsZero() || p.Mentions[0].Stars != 4 {
				t.Errorf("%+v", p.Mentions)
			}
			if again := watcherstest.Poll(t, s, p.Next); len(again.Mentions) != 0 {
				t.Errorf("the edit came again: %+v", again.Mentions)
			}
		})
	}
}

func TestAnAnswerOfTheBusinessIsToldAtEveryLookThatSeesIt(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	r := f.Say(fakeapple.Review{Text: "cold", Stars: 1, Written: noon.Add(-2 * time.Hour)})
	p := watcherstest.Poll(t, s, "")
	if len(p.Answers) != 0 {
		t.Errorf("before anybody answered: %+v", p.Answers)
	}
	f.Change(r.ID, func(v *fakeapple.Review) { v.Answer, v.State, v.Changed = "We are sorry.", "PUBLISHED", noon })
	for range 2 {
		p = watcherstest.Poll(t, s, p.Next)
		if diff := cmp.Diff([]cases.Answer{{Mention: r.ID, Text: "We are sorry.", At: noon}}, p.Answers); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestOneCountryThatFailsDoesNotHoldUpTheOthers(t *testing.T) {
	f := fake(t)
	s := open(t, f, "sa", "ae")
	say(f, "sa", 0, 1)
	say(f, "ae", 1, 1)
	p := watcherstest.Poll(t, s, "")
	f.Down("ae", true)
	say(f, "ae", 2, 1)
	say(f, "sa", 3, 1)
	var gaps []string
	got := 0
	for range 5 {
		p = watcherstest.Poll(t, s, p.Next)
		got += len(p.Mentions)
		gaps = append(gaps, p.Gap)
	}
	if got != 1 || gaps[0] != "" || !strings.Contains(gaps[2], "reviews in ae") || gaps[3]+gaps[4] != "" {
		t.Errorf("%d mentions, gaps %q", got, gaps)
	}
	f.Down("ae", false)
	if p = watcherstest.Poll(t, s, p.Next); len(p.Mentions) != 1 || p.Gap != "" {
		t.Errorf("afterwards %+v, gap %q", p.Mentions, p.Gap)
	}
}

func TestAnEmptyAnswerForgetsNothing(t *testing.T) {
	f := fake(t)
	s := open(t, f, "sa")
	say(f, "sa", 0, 3)
	p := watcherstest.Poll(t, s, "")
	hide := func(on bool) {
		for _, r := range f.Reviews() {
			f.Change(r.ID, func(v *fakeapple.Review) { v.Hidden = on })
		}
	}
	hide(true) // Apple's feeds do this at times
	empty := watcherstest.Poll(t, s, p.Next)
	hide(false)
	if again := watcherstest.Poll(t, s, empty.Next); len(again.Mentions) != 0 || empty.Gap != "" || again.Gap != "" {
		t.Errorf("%d came again, gaps %q and %q", len(again.Mentions), empty.Gap, again.Gap)
	}
}

func TestATokenIsUsedUntilShortlyBeforeItsEnd(t *testing.T) {
	now := noon
	f := fakeapple.New(func() time.Time { return now })
	t.Cleanup(f.Close)
	at := open(t, f)
	s, err := New(at.cfg, "reviews", at.net, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	for range 8 { // for longer than any token lives, also just past its end
		if _, err := s.Poll(t.Context(), ""); err != nil {
			t.Fatalf("at %v: %v", now, err)
		}
		now = now.Add(4 * time.Minute)
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	f := fake(t)
	if a := open(t, f).Doctor(t.Context()); len(a) != 1 || !a[0].OK {
		t.Errorf("%+v", a)
	}
	say(f, "sa", 0, 1)
	a := open(t, f, "sa", "ae").Doctor(t.Context())
	if len(a) != 3 || !a[0].OK || a[1].OK || !a[2].OK || !strings.Contains(a[1].Fix, "nobody wrote one") || !strings.Contains(a[2].What, "key of App Store Connect") {
		t.Errorf("%+v", a)
	}
	s := open(t, f)
	f.Revoke()
	if a := s.Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "key_id and issuer_id") {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{Config{}, "app countries every max_age"},
		{Config{App: "1234567890", Countries: []string{"SA", "sa", "sa"}, Every: time.Hour, MaxAge: time.Hour}, "countries countries"},
		{Config{App: "1234567890", Countries: []string{"sa"}, KeyID: "K", PrivateKey: "CANARY", Every: time.Hour, MaxAge: time.Hour}, "countries"},
		{Config{App: "1234567890", KeyID: "K", PrivateKey: "CANARY", Every: time.Hour, MaxAge: time.Hour, APIURL: "x"}, "issuer_id private_key api_url"},
	} {
		faketest.Mistakes(t, c.cfg.Check(), c.want)
	}
}

package stackexchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/faketest"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var noon, clock = faketest.Noon(), faketest.Noon

func (f *fake) open(t *testing.T, change func(*Config)) *Source {
	t.Helper()
	c := DefaultConfig()
	c.Query, c.APIURL = "noor", f.URL
	if change != nil {
		change(&c)
	}
	s, err := New(c, "questions", faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		f := newFake(t)
		return watcherstest.Bench{
			Open: func() watchers.Source { return f.open(t, func(c *Config) { c.Key = key }) }, Now: clock, Fail: f.Fail, Hang: f.Hang, Secrets: []string{"CANARY"},
			Say: watcherstest.Numbered(func(n int) {
				f.ask("noor app", "<p>It fails</p>", noon.Add(-24*time.Hour+time.Duration(n)*time.Second))
			}),
		}
	})
}

func TestQuestionsBecomeMentions(t *testing.T) {
	f := newFake(t)
	f.ask("How to log in to noor &quot;app&quot;?", "<p>It says</p><pre><code>a &lt; b</code></pre>", noon.Add(-2*time.Hour))
	f.ask("tagged", "x", noon.Add(-time.Hour), "noor-app")
	f.ask("noor, long ago", "x", noon.AddDate(0, 0, -30))
	p := watcherstest.Poll(t, f.open(t, func(c *Config) { c.Tags, c.Every = []string{"noor-app", "noor-api"}, time.Hour }), "")
	if len(p.Mentions) != 2 {
		t.Fatalf("%+v", p.Mentions)
	}
	if m := p.Mentions[0]; m.Title != `How to log in to noor "app"?` || !strings.Contains(m.Text, "a < b") || m.Author != "Omar & co" || m.AuthorID != "7" || m.URL == "" || m.Direct {
		t.Errorf("%+v", m)
	}
}

func TestEditsAndDeletionsAreSeen(t *testing.T) {
	f := newFake(t)
	now := noon
	s := f.open(t, nil)
	s.now = func() time.Time { return now }
	a := f.ask("noor a", "cold", noon.Add(-50*time.Hour))
	b := f.ask("noor b", "bad", noon.Add(-20*time.Hour))
	f.ask("noor c", "fine", noon.Add(-time.Hour))
	first := watcherstest.Poll(t, s, "")
	f.mu.Lock()
	a.Body, a.Edited, a.active = "warm", noon.Add(time.Hour).Unix(), noon.Add(time.Hour).Unix()
	b.deleted = true
	f.mu.Unlock()
	now = noon.Add(3 * time.Hour)
	p := watcherstest.Poll(t, s, first.Next)
	if len(first.Mentions) != 3 || len(p.Mentions) != 2 || p.Mentions[0].Text != "warm" || !p.Mentions[0].EditedAt.Equal(noon.Add(time.Hour)) || !p.Mentions[1].Gone {
		t.Errorf("%+v", p.Mentions)
	}
}

func TestManyPagesAreReadAlsoWhenAnOldQuestionIsAnswered(t *testing.T) {
	f := newFake(t)
	f.cut = 10
	for i := range 35 {
		f.ask("noor", fmt.Sprint(i), noon.Add(-time.Duration(100-i)*time.Minute))
	}
	old := f.ask("noor", "years ago", noon.AddDate(-3, 0, 0))
	old.active = noon.Unix() // it comes first
	if p := watcherstest.Poll(t, f.open(t, nil), ""); len(p.Mentions) != 35 || p.Gap != "" {
		t.Errorf("%d mentions, gap %q", len(p.Mentions), p.Gap)
	}
}

func TestABackoffIsObeyed(t *testing.T) {
	f := newFake(t)
	f.backoff = 17
	f.ask("noor", "x", noon.Add(-time.Hour))
	if p := watcherstest.Poll(t, f.open(t, nil), ""); p.Wait != 17*time.Second || len(p.Mentions) != 1 {
		t.Errorf("waits %v", p.Wait)
	}
	f.cut, f.backoff = 1, 600
	f.ask("noor", "y", noon.Add(-time.Hour))
	asked := f.asked
	_, err := f.open(t, nil).Poll(t.Context(), "")
	var later *cases.LaterError
	if !errors.As(err, &later) || later.After != 10*time.Minute || f.asked != asked+1 {
		t.Errorf("%v after %d requests", err, f.asked-asked)
	}
	f.backoff = 20 // short enough to wait for, but not to be waited for here
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := f.open(t, nil).Poll(ctx, ""); !errors.Is(err, context.DeadlineExceeded) || f.asked != asked+2 {
		t.Errorf("%v after %d requests", err, f.asked-asked)
	}
}

func TestTheDaysRequestsAreKept(t *testing.T) {
	f := newFake(t)
	f.quota = 6
	if p := watcherstest.Poll(t, f.open(t, nil), ""); p.Wait != time.Hour {
		t.Errorf("with %d requests left it waits %v", f.quota, p.Wait)
	}
	f.quota = 0
	s := f.open(t, nil)
	_, err := s.Poll(t.Context(), "")
	var later *cases.LaterError
	if !errors.As(err, &later) || later.After != time.Hour || !strings.Contains(err.Error(), "throttle_violation") {
		t.Errorf("%v", err)
	}
	if a := s.Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "stackapps.com") {
		t.Errorf("%+v", a)
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	f := newFake(t)
	for want, change := range map[string]func(*Config){
		"":                 nil,
		"doesn't match":    func(c *Config) { c.Key = "other" },
		"letter by letter": func(c *Config) { c.Site = "stackunderflow" },
	} {
		if a := f.open(t, change).Doctor(t.Context()); len(a) != 1 || a[0].OK != (want == "") || !strings.Contains(a[0].Fix, want) || want == "" && !strings.Contains(a[0].What, "requests left today") {
			t.Errorf("want %q: %+v", want, a)
		}
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"site query every max_age api_url": func(c *Config) { *c = Config{} },
		"tags":                             func(c *Config) { c.Tags = []string{"two words"}; c.Every = time.Hour },
		"every":                            func(c *Config) { c.Query, c.Tags, c.Every = "x", []string{"y"}, 10*time.Minute },
		"":                                 func(c *Config) { c.Query, c.Tags, c.Every, c.Key = "x", []string{"y"}, time.Minute, "k" },
	} {
		c := DefaultConfig()
		change(&c)
		faketest.Mistakes(t, c.Check(), want)
	}
}

func TestTheRequestsLeftTodayAreTold(t *testing.T) {
	f := newFake(t)
	f.quota = 41
	ctx, meter := cases.Metered(t.Context())
	if _, err := f.open(t, nil).Poll(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if a := meter.Heard(); a.Left != int64(f.quota) || a.Most != 300 {
		t.Errorf("%+v, want %d of 300", a, f.quota)
	}
}

package reddit

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/reddit"
	"rasid/internal/platform/reddit/fakereddit"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// stage is a fake Reddit and a clock.
type stage struct {
	*fakereddit.Server
	after time.Duration // noon
}

func (s *stage) clock() time.Time { return noon.Add(s.after) }

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{}
	s.Server = fakereddit.New(func() time.Time { return noon })
	t.Cleanup(s.Close)
	return s
}

func (s *stage) open(t *testing.T, change func(*Config)) *Source {
	t.Helper()
	c := DefaultConfig()
	c.Communities, c.SiteURL, c.APIURL = []string{fakereddit.Community}, s.URL, s.URL
	if change != nil {
		change(&c)
	}
	src, err := New(c, "reddit", faketest.Net(t), s.clock)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// approved signs in with an application that Reddit approved.
func approved(c *Config) {
	c.ClientID, c.ClientSecret, c.User, c.Password = fakereddit.ID, fakereddit.Secret, fakereddit.Account, fakereddit.Password
}

func (s *stage) poll(t *testing.T, src *Source, after cases.Cursor) cases.Page {
	t.Helper()
	p, err := src.Poll(t.Context(), after)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	for name, change := range map[string]func(*Config){"feeds": nil, "API": approved} {
		t.Run(name, func(t *testing.T) {
			watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
				s := newStage(t)
				return watcherstest.Bench{
					Open: func() watchers.Source { return s.open(t, change) }, Now: s.clock, Fail: s.Fail, Hang: s.Hang, Secrets: []string{"CANARY"},
					Say: watcherstest.Numbered(func(n int) {
						s.Say(fakereddit.Thing{Title: fmt.Sprintf("coffee %d", n), Text: "it was cold", Created: noon.Add(-24*time.Hour + time.Duration(n)*time.Second)})
					}),
				}
			})
		})
	}
}

func TestPostsAndCommentsBecomeMentions(t *testing.T) {
	for name, change := range map[string]func(*Config){"feeds": nil, "API": approved} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			post := s.Say(fakereddit.Thing{Title: "سيئ", Text: "القهوة باردة & مرة", Created: noon.Add(-3 * time.Hour)})
			s.Say(fakereddit.Thing{Title: "Only a title", Created: noon.Add(-2 * time.Hour)})
			comment := s.Say(fakereddit.Thing{Parent: post.Name, Author: "omar", Text: "same here", Created: noon.Add(-time.Hour)})
			s.Say(fakereddit.Thing{Title: "old", Created: noon.AddDate(0, 0, -8)})
			p := s.poll(t, s.open(t, change), "")
			if len(p.Mentions) != 3 {
				t.Fatalf("%+v", p.Mentions)
			}
			if m := p.Mentions[0]; m.ID != post.Name || m.ReplyTo != post.Name || m.Title != "سيئ" || m.Text != "القهوة باردة & مرة" || m.Author != "sara" || m.AuthorID == "" || m.Thread != post.Name || !strings.Contains(m.URL, "/comments/") || m.Direct {
				t.Errorf("%+v", m)
			}
			if m := p.Mentions[1]; m.Title != "" || m.Text != "Only a title" {
				t.Errorf("%+v", m)
			}
			if m := p.Mentions[2]; m.ID != comment.Name || m.Title != "سيئ" || m.Text != "same here" || m.Author != "omar" || change != nil && (m.Thread != post.Name || m.AnswerTo != post.Name) {
				t.Errorf("%+v", m)
			}
		})
	}
}

func TestEditsAndDeletionsAreSeenThroughTheAPI(t *testing.T) {
	s := newStage(t)
	src := s.open(t, approved)
	edited := s.Say(fakereddit.Thing{Title: "a", Text: "cold", Created: noon.Add(-30 * time.Hour)})
	deleted := s.Say(fakereddit.Thing{Title: "b", Text: "bad", Created: noon.Add(-29 * time.Hour)})
	removed := s.Say(fakereddit.Thing{Parent: edited.Name, Text: "rude", Created: noon.Add(-28 * time.Hour)})
	first := s.poll(t, src, "")
	s.Change(edited.Name, func(v *fakereddit.Thing) { v.Text, v.Edited = "warm", noon.Add(-time.Minute) })
	s.Change(deleted.Name, func(v *fakereddit.Thing) { v.Deleted = true })
	s.Change(removed.Name, func(v *fakereddit.Thing) { v.Removed = true })
	s.after = 2 * time.Hour
	p := s.poll(t, src, first.Next)
	got := map[string]cases.Mention{}
	for _, m := range p.Mentions {
		got[m.ID] = m
	}
	if m := got[edited.Name]; m.Text != "warm" || !m.EditedAt.Equal(noon.Add(-time.Minute)) {
		t.Errorf("edited: %+v", m)
	}
	if len(got) != 3 || !got[deleted.Name].Gone || !got[removed.Name].Gone {
		t.Errorf("%+v", got)
	}
	if more := s.poll(t, src, p.Next); len(more.Mentions) != 0 {
		t.Errorf("told twice: %+v", more.Mentions)
	}
}

func TestADeletedAccountLeavesItsWords(t *testing.T) {
	s := newStage(t)
	s.Say(fakereddit.Thing{Title: "a", Text: "cold", Author: "[deleted]"})
	p := s.poll(t, s.open(t, approved), "")
	if len(p.Mentions) != 1 || p.Mentions[0].Gone || p.Mentions[0].Text != "cold" || p.Mentions[0].AuthorID != "" {
		t.Errorf("%+v", p.Mentions)
	}
}

func TestMentionsOfTheAccountAreToUsAndItsOwnWordsAreOurs(t *testing.T) {
	s := newStage(t)
	post := s.Say(fakereddit.Thing{Title: "elsewhere", Text: "x", Created: noon.Add(-3 * time.Hour)})
	s.Say(fakereddit.Thing{Parent: post.Name, Text: "u/noor_coffee please answer", Created: noon.Add(-2 * time.Hour)})
	s.Say(fakereddit.Thing{Parent: post.Name, Author: fakereddit.Account, Text: "we do", Created: noon.Add(-time.Hour)})
	only := s.poll(t, s.open(t, func(c *Config) { approved(c); c.Communities, c.Mentions = nil, true }), "")
	if len(only.Mentions) != 1 || !only.Mentions[0].Direct {
		t.Errorf("%+v", only.Mentions)
	}
	all := s.poll(t, s.open(t, approved), "")
	if n := len(all.Mentions); n != 3 || !all.Mentions[2].Ours || all.Mentions[1].Ours {
		t.Errorf("%+v", all.Mentions)
	}
}

func TestARefusalIsShownAsBlockedAndWaitedFor(t *testing.T) {
	for _, status := range []int{403, 429, 200} {
		s := newStage(t)
		s.Block(status)
		src := s.open(t, nil)
		_, err := src.Poll(t.Context(), "")
		if !errors.Is(err, reddit.ErrBlocked) || !strings.Contains(err.Error(), "blocked by Reddit") {
			t.Errorf("%d: %v", status, err)
		}
		var later *cases.LaterError
		if status != 200 && (!errors.As(err, &later) || later.After < 10*time.Minute) {
			t.Errorf("%d: %v does not say when to come back", status, err)
		}
		if a := src.Doctor(t.Context()); len(a) != 2 || a[0].OK || !strings.Contains(a[0].Fix, "prefs/apps") {
			t.Errorf("%d: %+v", status, a)
		}
	}
}

func TestManyPagesOfTheAPIAreRead(t *testing.T) {
	s := newStage(t)
	for i := range 250 {
		s.Say(fakereddit.Thing{Title: fmt.Sprint(i), Created: noon.Add(-5*time.Hour + time.Duration(i)*time.Second)})
	}
	if p := s.poll(t, s.open(t, approved), ""); len(p.Mentions) != 250 || p.Gap != "" {
		t.Errorf("%d mentions, gap %q", len(p.Mentions), p.Gap)
	}
	if p := s.poll(t, s.open(t, nil), ""); len(p.Mentions) != 100 || p.Gap == "" {
		t.Errorf("a feed: %d mentions, gap %q", len(p.Mentions), p.Gap)
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	s := newStage(t)
	for want, change := range map[string]func(*Config){
		"":                 func(c *Config) { approved(c); c.Query, c.Mentions = "noor", true },
		"client_id":        func(c *Config) { approved(c); c.ClientSecret = "other" },
		"two-step":         func(c *Config) { approved(c); c.Password = "other" },
		"letter by letter": func(c *Config) { approved(c); c.Communities = []string{"nowhere"} },
	} {
		for _, a := range s.open(t, change).Doctor(t.Context()) {
			if a.OK != (want == "") || !strings.Contains(a.Fix, want) {
				t.Errorf("want %q: %+v", want, a)
			}
		}
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	for want, c := range map[string]Config{
		"communities every max_age": {},
		"communities every":         {Communities: []string{"r/noor"}, MaxAge: time.Hour, Every: time.Minute},
		"client_id user mentions":   {Mentions: true, MaxAge: time.Hour, Every: time.Minute},
		"user":                      {Query: "x", ClientID: "a", ClientSecret: "b", User: "u/noor", MaxAge: time.Hour, Every: time.Minute},
		"":                          {Query: "x", MaxAge: time.Hour, Every: 5 * time.Minute},
	} {
		faketest.Mistakes(t, c.Check(), want)
	}
}

func TestWhatIsLeftOfTheTenMinutesIsTold(t *testing.T) {
	s := newStage(t)
	ctx, meter := cases.Metered(t.Context())
	if _, err := s.open(t, approved).Poll(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if a := meter.Heard(); a.Most != 1000 || a.Left >= 1000 || a.Left < 990 || a.Resets.IsZero() {
		t.Errorf("%+v", a)
	}
}

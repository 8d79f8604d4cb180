package bluesky

import (
	"bytes"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/bluesky"
	"rasid/internal/platform/bluesky/fakebluesky"
	"rasid/internal/platform/faketest"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var update = flag.Bool("update", false, "write the expected files anew")

var noon = time.Date(2026, 11, 22, 12, 0, 1, 0, time.UTC)

func clock() time.Time { return noon }

func fake(t *testing.T) *fakebluesky.Server {
	t.Helper()
	return faketest.Start(t, fakebluesky.New(clock))
}

// open makes a source that listens for noor, to both streams.
func open(t *testing.T, f *fakebluesky.Server, change ...func(*Config)) *Source {
	t.Helper()
	c := DefaultConfig()
	c.Handle, c.Streams, c.APIURL = fakebluesky.Handle, []string{f.Stream("one"), f.Stream("two")}, f.URL
	for _, do := range change {
		do(&c)
	}
	about := func(m cases.Mention) bool {
		return strings.Contains(m.Text, "noor") || strings.Contains(m.Text, "نور")
	}
	s, err := New(c, "sky", about, faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	s.quiet = 60 * time.Millisecond
	return s
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		f := fake(t)
		return watcherstest.Bench{
			Open: func() watchers.Source { return open(t, f) }, Now: clock, Fail: f.Fail, Hang: f.Hang,
			Say: watcherstest.Numbered(func(n int) {
				f.Say("sara", noon.Add(-5*time.Minute+time.Duration(n)*time.Second), fmt.Sprintf("noor %d", n))
			}),
		}
	})
}

func TestFixturesAreReadAsExpected(t *testing.T) {
	watcherstest.Fixtures(t, *update, func(t *testing.T, _ string, answer []byte) watchers.Source {
		f := fake(t)
		for line := range bytes.Lines(answer) {
			f.Tell(noon.Add(-time.Second), string(line))
		}
		return open(t, f)
	})
}

func TestADeletionIsHonoured(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	p := f.Say("sara", noon.Add(-time.Minute), "noor is cold")
	first := watcherstest.Poll(t, s, "")
	f.Delete(p.URI, noon.Add(-30*time.Second))
	next := watcherstest.Poll(t, s, first.Next)
	if len(first.Mentions) != 1 || len(next.Mentions) != 1 || !next.Mentions[0].Gone || next.Mentions[0].ID != first.Mentions[0].ID {
		t.Errorf("%+v, then %+v", first.Mentions, next.Mentions)
	}
}

func TestAnEditComesAgainUnderTheSameID(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	p := f.Say("sara", noon.Add(-time.Minute), "noor is cold")
	first := watcherstest.Poll(t, s, "")
	f.Edit(p.URI, "noor is warm", noon.Add(-30*time.Second))
	next := watcherstest.Poll(t, s, first.Next)
	if len(next.Mentions) != 1 || next.Mentions[0].ID != first.Mentions[0].ID || next.Mentions[0].Text != "noor is warm" || next.Mentions[0].EditedAt.IsZero() {
		t.Errorf("%+v", next.Mentions)
	}
}

func TestTheNextStreamIsReadWhenOneFails(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	f.Say("sara", noon.Add(-time.Minute), "noor 1")
	first := watcherstest.Poll(t, s, "")
	f.Down("one", true)
	f.Say("sara", noon.Add(-59*time.Second), "noor 2")
	next := watcherstest.Poll(t, s, first.Next)
	if len(next.Mentions) != 1 || next.Mentions[0].Text != "noor 2" {
		t.Fatalf("%+v", next.Mentions)
	}
	f.Down("two", true)
	if _, err := s.Poll(t.Context(), next.Next); err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("with both down: %v", err)
	}
}

// TestAStreamThatBreaksOffLosesAndRepeatsNothing lets every connection end
// after a few events.
func TestAStreamThatBreaksOffLosesAndRepeatsNothing(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	for i := range 40 { // a second apart: the rewind goes back over five of them each time
		f.Say("sara", noon.Add(-2*time.Minute+time.Duration(i)*time.Second), fmt.Sprintf("noor %d", i))
	}
	f.Break(8)
	seen := map[string]int{}
	after := cases.Cursor("")
	for range 40 {
		p := watcherstest.Poll(t, s, after)
		for _, m := range p.Mentions {
			seen[m.Text]++
		}
		after = p.Next
	}
	for i := range 40 {
		if n := seen[fmt.Sprintf("noor %d", i)]; n != 1 {
			t.Errorf("noor %d was given %d times", i, n)
		}
	}
}

func TestABusyNetworkComesInSeveralPages(t *testing.T) {
	if testing.Short() {
		t.Skip("many posts")
	}
	f := fake(t)
	s := open(t, f)
	const all = maxEvents + 500
	for i := range all {
		text := "elsewhere"
		if i%1000 == 0 {
			text = "noor"
		}
		f.Tell(noon, fmt.Sprintf(`{"did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa","time_us":%d,"kind":"commit","commit":{"rev":"r%d","operation":"create","collection":"app.bsky.feed.post","rkey":"k%d","record":{"text":%q,"createdAt":"2026-11-22T11:55:00Z"}}}`,
			noon.Add(-8*time.Minute).UnixMicro()+int64(i)*10_000, i, i, text))
	}
	first := watcherstest.Poll(t, s, "")
	second := watcherstest.Poll(t, s, first.Next)
	if !first.More || second.More || len(first.Mentions)+len(second.Mentions) != all/1000+1 {
		t.Errorf("%d (more %v), then %d (more %v)", len(first.Mentions), first.More, len(second.Mentions), second.More)
	}
}

func TestWhoWasAwayTooLongIsTold(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	old := cases.Cursor(fmt.Sprintf(`{"v":1,"until":%d}`, noon.Add(-40*time.Hour).UnixMicro()))
	if p := watcherstest.Poll(t, s, old); !strings.Contains(p.Gap, "36h") {
		t.Errorf("gap %q", p.Gap)
	}
	f.Tell(noon, "not JSON")
	if p := watcherstest.Poll(t, s, ""); !strings.Contains(p.Gap, "events that could not be read: 1") {
		t.Errorf("gap %q", p.Gap)
	}
}

func TestAProgramIsKnownByItsProfile(t *testing.T) {
	f := fake(t)
	s := open(t, f)
	f.Say("robot", noon.Add(-time.Minute), "noor noor noor")
	f.Mark(fakebluesky.DID("robot"))
	if p := watcherstest.Poll(t, s, ""); len(p.Mentions) != 1 || !p.Mentions[0].Bot || p.Mentions[0].Author != "robot" {
		t.Errorf("%+v", p.Mentions)
	}
}

// member reads as our account and no stream.
func member(f *fakebluesky.Server, search ...string) func(*Config) {
	return func(c *Config) {
		c.AppPassword, c.Server, c.Search, c.Streams = fakebluesky.Password, f.URL, search, nil
	}
}

func TestTheAccountsListsKeepWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		f, n := fake(t), 0
		return watcherstest.Bench{
			Open: func() watchers.Source { return open(t, f, member(f, "noor")) }, Now: clock, Fail: f.Fail, Hang: f.Hang, Secrets: []string{fakebluesky.Password, "CANARY"},
			Say: func(k int) {
				for range k {
					n++
					f.Say("sara", noon.Add(-5*time.Minute+time.Duration(n)*time.Second), fmt.Sprintf("noor %d", n))
				}
			},
		}
	})
}

// toUs makes a post an answer to something of ours.
func toUs(p *bluesky.Post) {
	ours := bluesky.Ref{URI: bluesky.URI(fakebluesky.Self, "3kaaaaaaaaaaa"), CID: "x"}
	p.Reply = &bluesky.ReplyRef{Root: ours, Parent: ours}
}

func TestWhatOurAccountIsToldAndWhatIsFoundBecomeMentionsOnce(t *testing.T) {
	f := fake(t)
	s := open(t, f, member(f, "noor", "coffee"))
	f.Like("laila")
	f.Say("sara", noon.Add(-3*time.Minute), "the coffee of noor is cold") // both searches find it
	f.Say("omar", noon.Add(-2*time.Minute), "still waiting", toUs)
	f.Say("badr", noon.Add(-time.Minute), "something else")
	f.Inform(f.Say("huda", noon.Add(-90*time.Second), "look at this").URI, "quote")
	f.Inform(f.Say("ali", noon.Add(-80*time.Second), "good morning").URI, "subscribed-post")
	first := watcherstest.Poll(t, s, "")
	if len(first.Mentions) != 3 || first.Mentions[2].Author != "huda" || !first.Mentions[2].Direct || first.Mentions[0].Author != "sara" || first.Mentions[0].Direct || first.Mentions[1].Author != "omar" || !first.Mentions[1].Direct {
		t.Fatalf("%+v", first.Mentions)
	}
	if again := watcherstest.Poll(t, s, first.Next); len(again.Mentions) != 0 {
		t.Errorf("again: %+v", again.Mentions)
	}
}

func TestAPostThatTheStreamAndTheListsTellOfIsOneMention(t *testing.T) {
	f := fake(t)
	s := open(t, f, func(c *Config) { c.AppPassword, c.Server, c.Search = fakebluesky.Password, f.URL, []string{"noor"} })
	f.Say("sara", noon.Add(-time.Minute), "noor is cold", toUs)
	if p := watcherstest.Poll(t, s, ""); len(p.Mentions) != 1 || !p.Mentions[0].Direct {
		t.Errorf("%+v", p.Mentions)
	}
}

func TestWithoutAStreamADeletionIsSeenWhenPostsAreLookedAtAgain(t *testing.T) {
	f := fake(t)
	s := open(t, f, member(f, "noor"))
	p := f.Say("sara", noon.Add(-time.Minute), "noor is cold")
	kept := f.Say("omar", noon.Add(-time.Minute), "noor is slow")
	first := watcherstest.Poll(t, s, "")
	f.Delete(p.URI, noon)
	f.Edit(kept.URI, "noor is quick", noon)
	s.now = func() time.Time { return noon.Add(2 * time.Hour) }
	next := watcherstest.Poll(t, s, first.Next)
	gone, edited := 0, 0
	for _, m := range next.Mentions {
		if m.Gone && m.ID == id(p.URI) {
			gone++
		}
		if m.Text == "noor is quick" && !m.EditedAt.IsZero() {
			edited++
		}
	}
	if len(next.Mentions) != 2 || gone != 1 || edited != 1 {
		t.Errorf("%+v", next.Mentions)
	}
}

func TestASessionThatRanOutIsRenewedAndAWrongPasswordIsSaid(t *testing.T) {
	f := fake(t)
	s := open(t, f, member(f, "noor"))
	after := watcherstest.Poll(t, s, "").Next
	f.Expire(false)
	f.Say("sara", noon.Add(-time.Second), "noor is cold")
	if p := watcherstest.Poll(t, s, after); len(p.Mentions) != 1 {
		t.Errorf("%+v", p.Mentions)
	}
	if _, signIns, _ := f.Counts(); signIns != 1 {
		t.Errorf("signed in %d times", signIns)
	}
	if a := s.Doctor(t.Context()); len(a) != 3 || !a[0].OK || !a[1].OK || !a[2].OK {
		t.Errorf("%+v", a)
	}
	wrong := open(t, f, member(f), func(c *Config) { c.AppPassword = "wron-gwro-ngwr-ongw" })
	if a := wrong.Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "App passwords") || strings.Contains(a[0].Fix, "wron-g") {
		t.Errorf("%+v", a)
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	f := fake(t)
	f.Say("sara", noon.Add(-10*time.Second), "hello")
	s := open(t, f)
	f.Down("two", true)
	a := s.Doctor(t.Context())
	if len(a) != 3 || !a[0].OK || a[1].OK || !strings.Contains(a[1].Fix, "streams:") || !a[2].OK {
		t.Errorf("%+v", a)
	}
	s = open(t, f)
	s.cfg.Handle = "nobody.bsky.example"
	if a := s.Doctor(t.Context()); a[2].OK || !strings.Contains(a[2].Fix, "without @") {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, Config{Handle: "@noor", Streams: []string{"https://x.example"}, Every: time.Second, APIURL: "x"}.Check(), "handle streams[0] every max_age api_url")
	faketest.Mistakes(t, Config{Search: []string{"noor", " "}, Every: time.Minute, MaxAge: 48 * time.Hour, Server: "x", AppPassword: "secret"}.Check(), "app_password handle search[1] server")
	if f := (Config{Search: []string{"noor"}, Every: time.Minute, MaxAge: time.Hour}).Check(); len(f) != 2 || f[0].Field != "streams" || f[1].Field != "app_password" {
		t.Error(f)
	}
	if f := DefaultConfig().Check(); f != nil {
		t.Error(f)
	}
	if _, err := New(DefaultConfig(), "sky", nil, faketest.Net(t), clock); err == nil {
		t.Error("everything anybody says was taken for words about us")
	}
	if bluesky.CheckStream(bluesky.Streams()[0]) != nil {
		t.Error("the public stream is refused")
	}
}

package youtube

import (
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/google"
	"rasid/internal/platform/google/fakeyoutube"
	"rasid/internal/store"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var update = flag.Bool("update", false, "write the expected files anew")

var noon, clock = faketest.Noon(), faketest.Noon

// stage is a fake YouTube, and the records in which the quota is kept.
type stage struct {
	*fakeyoutube.Server
	t    *testing.T
	file string
	book *store.Store
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{Server: fakeyoutube.New(clock), t: t, file: filepath.Join(t.TempDir(), "rasid.db")}
	t.Cleanup(s.Close)
	s.restart()
	return s
}

// restart opens the records again, as after a restart of the program.
func (s *stage) restart() {
	s.t.Helper()
	if s.book != nil {
		if err := s.book.Close(); err != nil {
			s.t.Fatal(err)
		}
	}
	book, err := store.Open(s.t.Context(), store.Options{DSN: s.file, Owner: "test"})
	if err != nil {
		s.t.Fatal(err)
	}
	if s.book == nil {
		s.t.Cleanup(func() { _ = s.book.Close() })
	}
	s.book = book
}

func (s *stage) open(change ...func(*Config)) *Source {
	s.t.Helper()
	c := DefaultConfig()
	c.Channel, c.Key, c.APIURL = fakeyoutube.Channel, fakeyoutube.Key, s.URL
	for _, f := range change {
		f(&c)
	}
	src, err := New(c, "tube", s.book, faketest.Net(s.t), clock)
	if err != nil {
		s.t.Fatal(err)
	}
	return src
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		s := newStage(t)
		return watcherstest.Bench{
			Open: func() watchers.Source { return s.open() }, Now: clock, Fail: s.Fail, Hang: s.Hang, Secrets: []string{"CANARY"},
			Say: watcherstest.Numbered(func(n int) {
				s.Say("UCsara", "", fmt.Sprintf("coffee %d", n), noon.Add(-24*time.Hour+time.Duration(n)*time.Second))
			}),
		}
	})
}

func TestFixturesAreReadAsExpected(t *testing.T) {
	watcherstest.Fixtures(t, *update, func(t *testing.T, _ string, answer []byte) watchers.Source {
		return newStage(t).open(func(c *Config) { c.APIURL = faketest.Always(t, answer) })
	})
}

func TestAnswersToACommentAreReadWhenTheirNumberChanges(t *testing.T) {
	s := newStage(t)
	src := s.open()
	top := s.Say("UCsara", "", "cold", noon.Add(-time.Hour))
	for i := range 8 { // more than the list of threads shows
		s.Say("UComar", top.ID, fmt.Sprintf("me too %d", i), noon.Add(-50*time.Minute+time.Duration(i)*time.Second))
	}
	first := watcherstest.Poll(t, src, "")
	before := s.Spent()
	quiet := watcherstest.Poll(t, src, first.Next)
	if len(first.Mentions) != 9 || len(quiet.Mentions) != 0 || s.Spent() != before+1 {
		t.Errorf("%d mentions, then %d for %d units", len(first.Mentions), len(quiet.Mentions), s.Spent()-before)
	}
	s.Say("UComar", top.ID, "and again", noon.Add(-time.Minute))
	more := watcherstest.Poll(t, src, quiet.Next)
	if len(more.Mentions) != 1 || more.Mentions[0].Text != "and again" || more.Mentions[0].AnswerTo != top.ID || more.Mentions[0].Thread != top.ID {
		t.Errorf("%+v", more.Mentions)
	}
}

func TestAnEditComesAgainUnderTheSameID(t *testing.T) {
	s := newStage(t)
	src := s.open()
	c := s.Say("UCsara", "", "cold", noon.Add(-time.Hour))
	first := watcherstest.Poll(t, src, "")
	s.Edit(c.ID, "warm", noon.Add(-time.Minute))
	next := watcherstest.Poll(t, src, first.Next)
	if len(next.Mentions) != 1 || next.Mentions[0].ID != c.ID || next.Mentions[0].Text != "warm" || !next.Mentions[0].EditedAt.Equal(noon.Add(-time.Minute)) {
		t.Errorf("%+v", next.Mentions)
	}
}

func TestManyThreadsAreReadBackToWhatIsKnown(t *testing.T) {
	s := newStage(t)
	src := s.open()
	s.Say("UCsara", "", "first", noon.Add(-2*time.Hour))
	first := watcherstest.Poll(t, src, "")
	for i := range 230 {
		s.Say("UCsara", "", fmt.Sprintf("coffee %d", i), noon.Add(-time.Hour+time.Duration(i)*time.Second))
	}
	p := watcherstest.Poll(t, src, first.Next)
	if len(p.Mentions) != 230 || p.Gap != "" {
		t.Errorf("%d mentions, gap %q", len(p.Mentions), p.Gap)
	}
}

func TestVideosOfOthersAreNotSaidToUs(t *testing.T) {
	s := newStage(t)
	src := s.open(func(c *Config) { c.Channel, c.Videos = "", []string{fakeyoutube.Video} })
	s.Say("UCsara", "", "cold", noon.Add(-time.Hour))
	s.Say(fakeyoutube.Channel, "", "hello", noon.Add(-time.Minute))
	if p := watcherstest.Poll(t, src, ""); len(p.Mentions) != 2 || p.Mentions[0].Direct || p.Mentions[1].Ours {
		t.Errorf("%+v", p.Mentions)
	}
	ours := s.open(func(c *Config) {
		c.Channel, c.Videos, c.Ours = "", []string{fakeyoutube.Video}, []string{fakeyoutube.Channel}
	})
	if p := watcherstest.Poll(t, ours, ""); !p.Mentions[0].Direct || !p.Mentions[1].Ours {
		t.Errorf("%+v", p.Mentions)
	}
}

func TestReadingStopsBeforeTheUnitsForAnswersAreGone(t *testing.T) {
	s := newStage(t)
	small := func(c *Config) { c.Units = 1000 }
	looks := 0
	var err error
	for range 1000 {
		if looks%250 == 0 {
			s.restart() // what was spent outlives it
		}
		if _, err = s.open(small).Poll(t.Context(), ""); err != nil {
			break
		}
		looks++
	}
	later, ok := errors.AsType[*cases.LaterError](err)
	if !ok || looks != 900 || !errors.Is(err, google.ErrQuota) {
		t.Fatalf("%d looks, then %v; want 900 and a pause", looks, err)
	}
	// Noon in UTC is four in the morning in California: 20 hours are left.
	if want := 20 * time.Hour; later.After < want || later.After > want+time.Minute {
		t.Errorf("a pause of %v, want until midnight in California", later.After)
	}
	if s.Spent() != 900 {
		t.Errorf("%d units spent", s.Spent())
	}
	qs, err := s.book.Quotas(t.Context())
	if err != nil || len(qs) != 1 || qs[0].Left(noon) != 100 || qs[0].Left(noon.Add(20*time.Hour)) != 1000 {
		t.Errorf("%+v %v", qs, err)
	}
}

func TestWhatGoogleSaysOfTheQuotaIsBelieved(t *testing.T) {
	s := newStage(t)
	s.Quota(0) // another program of the project used it
	for range 3 {
		if _, err := s.open().Poll(t.Context(), ""); !errors.Is(err, google.ErrQuota) {
			t.Fatal(err)
		}
	}
	s.Quota(100)
	if _, err := s.open().Poll(t.Context(), ""); !errors.Is(err, google.ErrQuota) || s.Spent() != 0 {
		t.Errorf("%v after %d units: Google was asked again before its midnight", err, s.Spent())
	}
}

func TestTheDoctorSaysWhichSwitch(t *testing.T) {
	s := newStage(t)
	for want, change := range map[string]func(*Config){
		"":                 func(*Config) {},
		"take the key":     func(c *Config) { c.Key = "CANARY-wrong" },
		"no such channel":  func(c *Config) { c.Channel = "UCaaaaaaaaaaaaaaaaaaaaaa" },
		"switched off":     func(c *Config) { c.Channel, c.Videos = "", []string{fakeyoutube.Quiet} },
		"letter by letter": func(c *Config) { c.Channel, c.Videos = "", []string{"aaaaaaaaaaa"} },
	} {
		a := s.open(change).Doctor(t.Context())
		if len(a) != 1 || a[0].OK != (want == "") || !strings.Contains(a[0].Fix, want) {
			t.Errorf("%s: %+v", want, a)
		}
	}
	s.Quota(0)
	if a := s.open().Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "California") {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	for want, c := range map[string]Config{
		"channel key units every max_age": {},
		"channel":                         {Channel: "noor", Key: "k", Units: 10_000, Every: time.Hour, MaxAge: time.Hour},
		"videos videos[0] ours[0]":        {Channel: fakeyoutube.Channel, Videos: []string{"x"}, Ours: []string{"x"}, Key: "k", Units: 10_000, Every: time.Hour, MaxAge: time.Hour},
		"every":                           {Videos: slices.Repeat([]string{fakeyoutube.Video}, 20), Key: "k", Units: 10_000, Every: 5 * time.Minute, MaxAge: time.Hour},
	} {
		faketest.Mistakes(t, c.Check(), want)
	}
}

func TestTheUnitsLeftTodayAreTold(t *testing.T) {
	s := newStage(t)
	ctx, meter := cases.Metered(t.Context())
	if _, err := s.open().Poll(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if a := meter.Heard(); a.Left != google.DailyUnits-int64(s.Spent()) || a.Most != google.DailyUnits || a.Resets.Sub(noon) != 20*time.Hour {
		t.Errorf("%+v after %d units", a, s.Spent())
	}
	s.Quota(0) // another program of the project used it
	ctx, meter = cases.Metered(t.Context())
	if _, err := s.open().Poll(ctx, ""); err == nil || meter.Heard().Left != 0 {
		t.Errorf("Google gives no more, and %+v is told (%v)", meter.Heard(), err)
	}
}

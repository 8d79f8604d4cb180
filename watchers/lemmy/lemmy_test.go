package lemmy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/lemmy"
	"rasid/internal/platform/lemmy/fakelemmy"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var noon, clock = faketest.Noon(), faketest.Noon

var huda = lemmy.Person{ID: 9, Name: "huda", DisplayName: "هدى", ActorID: "https://l.example/u/huda", Bot: true}

func newFake(t *testing.T) *fakelemmy.Server {
	t.Helper()
	return faketest.Start(t, fakelemmy.New(clock))
}

// say makes posts and comments in turn.
func say(f *fakelemmy.Server, n *int, k int) {
	for range k {
		at := noon.Add(-24*time.Hour + time.Duration(*n)*time.Second)
		if *n%2 == 0 {
			f.AddPost(fmt.Sprint("coffee ", *n), "", at, huda)
		} else {
			f.AddComment(1, 0, fmt.Sprint("coffee ", *n), at, huda)
		}
		*n++
	}
}

func open(t *testing.T, f *fakelemmy.Server) *Source {
	t.Helper()
	c := DefaultConfig()
	c.Server, c.Query = f.URL, "noor CANARY"
	s, err := New(c, "lemmy", faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		f, n := newFake(t), 0
		return watcherstest.Bench{Open: func() watchers.Source { return open(t, f) }, Say: func(k int) { say(f, &n, k) }, Fail: f.Fail, Hang: f.Hang, Now: clock, Secrets: []string{"CANARY"}}
	})
}

func TestPostsAndCommentsBecomeMentions(t *testing.T) {
	f := newFake(t)
	post := f.AddPost("Cold coffee", "It was **cold**", noon.Add(-4*time.Hour), huda)
	f.AddPost("Only a title", "", noon.Add(-3*time.Hour), huda)
	first := f.AddComment(post.Post.ID, 0, "same here", noon.Add(-2*time.Hour), lemmy.Person{ID: 10, Name: "x"})
	f.AddComment(post.Post.ID, first.Comment.ID, "me too", noon.Add(-time.Hour), huda)
	p := watcherstest.Poll(t, open(t, f), "")
	if len(p.Mentions) != 4 {
		t.Fatalf("%+v", p.Mentions)
	}
	if m := p.Mentions[0]; m.ID != "post/1" || m.ReplyTo != "post/1" || m.Title != "Cold coffee" || m.Text != "It was **cold**" || m.Author != "هدى" || m.AuthorID != "https://l.example/u/huda" || !m.Bot || m.URL == "" {
		t.Errorf("%+v", m)
	}
	if m := p.Mentions[1]; m.Title != "" || m.Text != "Only a title" {
		t.Errorf("%+v", m)
	}
	if m := p.Mentions[2]; m.ID != "comment/1" || m.ReplyTo != "comment/1" || m.Thread != "post/1" || m.AnswerTo != "post/1" || m.Author != "x" || m.Bot {
		t.Errorf("%+v", m)
	}
	if m := p.Mentions[3]; m.AnswerTo != "comment/1" {
		t.Errorf("%+v", m)
	}
}

func TestEditsAndDeletionsAreSeen(t *testing.T) {
	f := newFake(t)
	s := open(t, f)
	now := noon
	s.now = func() time.Time { return now }
	f.AddPost("a", "cold", noon.Add(-30*time.Hour), huda)
	f.AddComment(1, 0, "bad", noon.Add(-29*time.Hour), huda)
	f.AddComment(1, 0, "rude", noon.Add(-28*time.Hour), huda)
	f.AddComment(1, 0, "fine", noon.Add(-27*time.Hour), huda)
	first := watcherstest.Poll(t, s, "")
	f.ChangePost(1, func(p *lemmy.Post) { p.Body, p.Updated = "warm", outbound.Moment{Time: noon.Add(time.Hour)} })
	f.ChangeComment(1, func(c *lemmy.Comment) { c.Deleted = true })
	f.Forget(2)
	now = noon.Add(2 * time.Hour)
	p := watcherstest.Poll(t, s, first.Next)
	if len(first.Mentions) != 4 || len(p.Mentions) != 3 {
		t.Fatalf("%+v", p.Mentions)
	}
	if m := p.Mentions[0]; m.Text != "warm" || !m.EditedAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("%+v", m)
	}
	if !p.Mentions[1].Gone || p.Mentions[1].ID != "comment/1" || !p.Mentions[2].Gone || p.Mentions[2].ID != "comment/2" {
		t.Errorf("%+v", p.Mentions[1:])
	}
}

func TestLookingAgainStaysGentle(t *testing.T) {
	f, n := newFake(t), 0
	say(f, &n, 100)
	s := open(t, f)
	now := noon
	s.now = func() time.Time { return now }
	p := watcherstest.Poll(t, s, "")
	for range 12 { // two hours of looks
		now = now.Add(10 * time.Minute)
		p = watcherstest.Poll(t, s, p.Next)
	}
	if asked := f.Asked("/api/v3/post") + f.Asked("/api/v3/comment"); asked != 2*maxAgain {
		t.Errorf("%d requests for single things in two hours, want %d", asked, 2*maxAgain)
	}
}

func TestManyPagesAreReadAndTooManyAreAGap(t *testing.T) {
	for n, want := range map[int]int{400: 400, 1000: 2 * lemmy.PerPage * maxPages} {
		f, said := newFake(t), 0
		say(f, &said, n)
		p := watcherstest.Poll(t, open(t, f), "")
		if len(p.Mentions) != want || (p.Gap != "") != (want < n) {
			t.Errorf("%d said, %d read, gap %q", n, len(p.Mentions), p.Gap)
		}
	}
}

func TestTheDoctorSaysWhetherTheSearchAnswers(t *testing.T) {
	f := newFake(t)
	if a := open(t, f).Doctor(t.Context()); len(a) != 1 || !a[0].OK {
		t.Errorf("%+v", a)
	}
	f.Fail(true)
	if a := open(t, f).Doctor(t.Context()); len(a) != 1 || a[0].OK || !strings.Contains(a[0].Fix, "503") {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	if f := (Config{}).Check(); len(f) != 4 {
		t.Errorf("%+v", f)
	}
	c := DefaultConfig()
	if c.Server, c.Query = "https://lemmy.example", "x"; len(c.Check()) != 0 {
		t.Errorf("%+v", c.Check())
	}
}

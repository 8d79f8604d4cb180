package lemmy

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/outbound"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// fake is a server's search: newest first, one kind at a time, at most 50.
type fake struct {
	*httptest.Server
	mu         sync.Mutex
	posts      []postView    // oldest first
	comments   []commentView // oldest first
	fail, hang bool
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	fail, hang := f.fail, f.hang
	posts, comments := append([]postView(nil), f.posts...), append([]commentView(nil), f.comments...)
	f.mu.Unlock()
	q := r.URL.Query()
	limit, _ := strconv.Atoi(q.Get("limit"))
	page, _ := strconv.Atoi(q.Get("page"))
	switch {
	case hang:
		<-r.Context().Done()
		return
	case fail:
		http.Error(w, `{"error":"rate_limit_error"}`, http.StatusTooManyRequests)
		return
	case r.URL.Path != "/api/v3/search" || q.Get("q") == "" || q.Get("sort") != "New" || limit < 1 || limit > 50 || page < 1:
		http.Error(w, `{"error":"couldnt_get_posts"}`, http.StatusBadRequest)
		return
	}
	var a answer
	switch q.Get("type_") {
	case "Posts":
		a.Posts = slice(posts, page, limit)
	case "Comments":
		a.Comments = slice(comments, page, limit)
	}
	_ = json.NewEncoder(w).Encode(a)
}

// slice returns one page of a list, newest first.
func slice[T any](all []T, page, limit int) (out []T) {
	for i := len(all) - 1 - (page-1)*limit; i >= 0 && len(out) < limit; i-- {
		out = append(out, all[i])
	}
	return out
}

// say makes posts and comments in turn.
func (f *fake) say(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range n {
		i := len(f.posts) + len(f.comments)
		at := noon.Add(-24*time.Hour + time.Duration(i)*time.Second).Format(time.RFC3339Nano)
		who := creator{Name: "a", ActorID: "https://lemmy.example/u/a"}
		if i%2 == 0 {
			f.posts = append(f.posts, postView{Post: post{ID: int64(i), Name: fmt.Sprint("coffee ", i), ApID: "https://lemmy.example/post/1", Published: at}, Creator: who})
		} else {
			f.comments = append(f.comments, commentView{Comment: comment{ID: int64(i - 1), Content: fmt.Sprint("coffee ", i), Path: "0.5", ApID: "https://lemmy.example/comment/1", Published: at}, Creator: who})
		}
	}
}

func (f *fake) open(t *testing.T) *Source {
	t.Helper()
	net := outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, PerHost: 1e6, Burst: 1000})
	t.Cleanup(net.Close)
	c := DefaultConfig()
	c.Server, c.Query = f.URL, "noor CANARY"
	s, err := New(c, "lemmy", net, clock)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		f := newFake(t)
		set := func(p *bool) func(bool) {
			return func(on bool) { f.mu.Lock(); defer f.mu.Unlock(); *p = on }
		}
		return watcherstest.Bench{Open: func() watchers.Source { return f.open(t) }, Say: f.say, Fail: set(&f.fail), Hang: set(&f.hang), Now: clock, Secrets: []string{"CANARY"}}
	})
}

func TestPostsAndCommentsBecomeMentions(t *testing.T) {
	f := newFake(t)
	who := creator{Name: "huda", DisplayName: "هدى", ActorID: "https://l.example/u/huda", Bot: true}
	f.posts = []postView{
		{Post: post{ID: 1, Name: "Cold coffee", Body: "It was **cold**", ApID: "https://l.example/post/1", Published: "2026-11-22T08:00:00Z"}, Creator: who},
		{Post: post{ID: 2, Name: "Removed", Published: "2026-11-22T08:30:00Z", Removed: true}},
	}
	f.comments = []commentView{
		{Comment: comment{ID: 1, Content: "same here", Path: "0.1", Published: "2026-11-22T09:00:00.123456"}, Post: f.posts[0].Post, Creator: creator{Name: "x"}},
		{Comment: comment{ID: 2, Content: "me too", Path: "0.1.2", Published: "2026-11-22T09:30:00Z"}, Post: f.posts[0].Post},
		{Comment: comment{ID: 3, Content: "gone", Path: "0.3", Published: "2026-11-22T09:40:00Z", Deleted: true}, Post: f.posts[0].Post},
	}
	p, err := f.open(t).Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 3 {
		t.Fatalf("%+v %v", p.Mentions, err)
	}
	if m := p.Mentions[0]; m.ID != "post/1" || m.Title != "Cold coffee" || m.Text != "It was **cold**" || m.Author != "هدى" || m.AuthorID != "https://l.example/u/huda" || !m.Bot || m.URL == "" {
		t.Errorf("%+v", m)
	}
	if m := p.Mentions[1]; m.ID != "comment/1" || m.Thread != "post/1" || m.AnswerTo != "post/1" || m.Author != "x" || m.PostedAt.Hour() != 9 {
		t.Errorf("%+v", m)
	}
	if m := p.Mentions[2]; m.AnswerTo != "comment/1" {
		t.Errorf("%+v", m)
	}
}

func TestManyPagesAreReadAndTooManyAreAGap(t *testing.T) {
	for n, want := range map[int]int{400: 400, 1000: 2 * perPage * maxPages} {
		f := newFake(t)
		f.say(n)
		p, err := f.open(t).Poll(t.Context(), "")
		if err != nil || len(p.Mentions) != want || (p.Gap != "") != (want < n) {
			t.Errorf("%d said, %d read, gap %q, %v", n, len(p.Mentions), p.Gap, err)
		}
	}
}

func TestTheDoctorSaysWhetherTheSearchAnswers(t *testing.T) {
	f := newFake(t)
	if a := f.open(t).Doctor(t.Context()); len(a) != 1 || !a[0].OK {
		t.Errorf("%+v", a)
	}
	f.fail = true
	if a := f.open(t).Doctor(t.Context()); len(a) != 1 || a[0].OK || !strings.Contains(a[0].Fix, "429") {
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

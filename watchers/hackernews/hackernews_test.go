package hackernews

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/platform/faketest"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var noon, clock = faketest.Noon(), faketest.Noon

// fake is Algolia's search: newest first, filtered by time, paged, at most
// 1,000 results.
type fake struct {
	*httptest.Server
	mu         sync.Mutex
	hits       []hit             // oldest first
	gone       map[string]string // id → deleted or dead
	items      int               // asked for by id
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
	fail, hang, hits := f.fail, f.hang, append([]hit(nil), f.hits...)
	f.mu.Unlock()
	q := r.URL.Query()
	since, err := strconv.ParseInt(strings.TrimPrefix(q.Get("numericFilters"), "created_at_i>="), 10, 64)
	size, _ := strconv.Atoi(q.Get("hitsPerPage"))
	page, _ := strconv.Atoi(q.Get("page"))
	id, isItem := strings.CutPrefix(r.URL.Path, "/v0/item/")
	switch {
	case hang:
		<-r.Context().Done()
		return
	case fail:
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	case isItem:
		f.item(w, strings.TrimSuffix(id, ".json"))
		return
	case r.URL.Path != "/api/v1/search_by_date" || q.Get("query") == "" || err != nil || size < 1 || size > 1000:
		http.Error(w, `{"message":"invalid"}`, http.StatusBadRequest)
		return
	}
	var list []hit
	for i := len(hits) - 1; i >= 0 && len(list) < 1000; i-- {
		if hits[i].CreatedAt >= since {
			list = append(list, hits[i])
		}
	}
	a := answer{NbPages: (len(list) + size - 1) / size}
	if from := page * size; from < len(list) {
		a.Hits = list[from:min(from+size, len(list))]
	}
	_ = json.NewEncoder(w).Encode(a)
}

// item answers as Firebase does: null for what never existed.
func (f *fake) item(w http.ResponseWriter, id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.items++
	n, err := strconv.ParseInt(id, 10, 64)
	known := slices.ContainsFunc(f.hits, func(h hit) bool { return h.ObjectID == id })
	if err != nil || !known {
		_, _ = w.Write([]byte("null"))
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"id": n, "type": "comment", "deleted": f.gone[id] == "deleted", "dead": f.gone[id] == "dead"})
}

func (f *fake) say(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range n {
		i := len(f.hits)
		f.hits = append(f.hits, hit{ObjectID: strconv.Itoa(1000 + i), CreatedAt: noon.Add(-24*time.Hour + time.Duration(i)*time.Second).Unix(), Author: "a", CommentText: fmt.Sprintf("<p>Noor &amp; co %d", i), StoryID: 7, ParentID: 7, StoryTitle: "Coffee"})
	}
}

func (f *fake) open(t *testing.T) *Source {
	t.Helper()
	c := DefaultConfig()
	c.Query, c.APIURL, c.ItemsURL = "noor coffee CANARY", f.URL, f.URL
	s, err := New(c, "hn", faketest.Net(t), clock)
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

func TestStoriesAndCommentsBecomeMentions(t *testing.T) {
	f := newFake(t)
	f.hits = []hit{
		{ObjectID: "1", CreatedAt: noon.Add(-3 * time.Hour).Unix(), Author: "x", Title: "Noor Coffee raises prices", StoryID: 1},
		{ObjectID: "2", CreatedAt: noon.Add(-2 * time.Hour).Unix(), Author: "y", Title: "Ask", StoryText: "Is Noor <i>any</i> good?", StoryID: 2},
		{ObjectID: "3", CreatedAt: noon.Add(-time.Hour).Unix(), Author: "z", CommentText: "No.<p>Never &gt; again", StoryTitle: "Ask", StoryID: 2, ParentID: 2},
	}
	p, err := f.open(t).Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 3 {
		t.Fatalf("%+v %v", p, err)
	}
	if m := p.Mentions[0]; m.Text != "Noor Coffee raises prices" || m.Title != "" {
		t.Errorf("a bare story: %+v", m)
	}
	if m := p.Mentions[1]; m.Text != "Is Noor any good?" || m.Title != "Ask" {
		t.Errorf("a question: %+v", m)
	}
	if m := p.Mentions[2]; m.Text != "No.\n\nNever > again" || m.Thread != "2" || m.AnswerTo != "2" || m.URL != "https://news.ycombinator.com/item?id=3" || m.AuthorID != "z" {
		t.Errorf("a comment: %+v", m)
	}
}

func TestMoreThanTheSearchListsIsAGap(t *testing.T) {
	f := newFake(t)
	f.say(1200)
	p, err := f.open(t).Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 1000 || p.Gap == "" {
		t.Errorf("%d mentions, gap %q, %v", len(p.Mentions), p.Gap, err)
	}
}

func TestWhatWasDeletedOrKilledIsSeenWithFewRequests(t *testing.T) {
	f := newFake(t)
	f.say(50)
	s := f.open(t)
	now := noon
	s.now = func() time.Time { return now }
	p, err := s.Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 50 || f.items != 0 {
		t.Fatalf("%d mentions after %d items, %v", len(p.Mentions), f.items, err)
	}
	f.gone = map[string]string{"1049": "deleted", "1045": "dead", "1000": "deleted"} // 1000 waits for its turn
	gone := ""
	for range 12 { // two hours of looks
		now = now.Add(10 * time.Minute)
		if p, err = s.Poll(t.Context(), p.Next); err != nil {
			t.Fatal(err)
		}
		for _, m := range p.Mentions {
			if gone += m.ID + " "; !m.Gone {
				t.Errorf("%+v", m)
			}
		}
	}
	if gone != "1045 1049 " || f.items != maxAgain {
		t.Errorf("gone: %s after %d items", gone, f.items)
	}
}

func TestTheDoctorSaysWhetherTheSearchAnswers(t *testing.T) {
	f := newFake(t)
	if a := f.open(t).Doctor(t.Context()); len(a) != 1 || !a[0].OK {
		t.Errorf("%+v", a)
	}
	f.fail = true
	if a := f.open(t).Doctor(t.Context()); len(a) != 1 || a[0].OK || a[0].Fix == "" {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	if f := (Config{}).Check(); len(f) != 5 {
		t.Errorf("%+v", f)
	}
	c := DefaultConfig()
	if c.Query = "x"; len(c.Check()) != 0 {
		t.Errorf("%+v", c.Check())
	}
}

package mastodon

import (
	"context"
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

	"github.com/gorilla/websocket"

	"rasid/internal/cases"
	"rasid/internal/platform/faketest"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var noon, clock = faketest.Noon(), faketest.Noon

// fake is a server's tag timelines: newest first; with min_id the oldest that
// are newer than it, still newest first; at most 40.
type fake struct {
	*httptest.Server
	mu         sync.Mutex
	tags       map[string][]status // oldest first
	fail, hang bool
	members    bool // 401 without a token
	told       []notification
	deaf       bool // it cannot be listened to
	asked      chan string
	ears       []*websocket.Conn
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{tags: map[string][]status{}, asked: make(chan string, 10)}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	fail, hang, members := f.fail, f.hang, f.members
	tag, found := strings.CutPrefix(r.URL.Path, "/api/v1/timelines/tag/")
	all := append([]status(nil), f.tags[tag]...)
	f.mu.Unlock()
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	w.Header().Set("X-RateLimit-Limit", "300") // docs.joinmastodon.org/api/rate-limits
	w.Header().Set("X-RateLimit-Remaining", "288")
	w.Header().Set("X-RateLimit-Reset", time.Now().Add(4*time.Minute).UTC().Format(time.RFC3339Nano))
	switch {
	case hang:
		<-r.Context().Done()
		return
	case fail:
		http.Error(w, "down", http.StatusBadGateway)
		return
	case r.URL.Path == "/api/v2/instance":
		_, _ = w.Write([]byte(`{"configuration":{"urls":{"streaming":"ws` + strings.TrimPrefix(f.URL, "http") + `"}}}`))
		return
	case r.URL.Path == "/api/v1/streaming":
		f.stream(w, r)
		return
	case r.URL.Path == "/api/v1/notifications":
		f.notify(w, r)
		return
	case !found || err != nil:
		http.NotFound(w, r)
		return
	case members && r.Header.Get("Authorization") != "Bearer CANARY":
		http.Error(w, `{"error":"This method requires an authenticated user"}`, http.StatusUnauthorized)
		return
	}
	limit = min(limit, 40)
	var list []status
	if last := r.URL.Query().Get("min_id"); last != "" {
		for _, s := range all {
			if newer(s.ID, last) && len(list) < limit {
				list = append(list, s)
			}
		}
	} else {
		list = all[max(0, len(all)-limit):]
	}
	out := make([]status, 0, len(list))
	for _, l := range slices.Backward(list) {
		out = append(out, l)
	}
	_ = json.NewEncoder(w).Encode(out)
}

func (f *fake) say(tag string, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range n {
		i := len(f.tags[tag])
		s := status{ID: strconv.Itoa(998 + i), CreatedAt: noon.Add(-24*time.Hour + time.Duration(i)*time.Second), Content: fmt.Sprintf("<p>coffee %d</p>", i), URL: "https://social.example/@a/1", Language: "en"}
		s.Account.ID, s.Account.Acct = "9", "a@social.example"
		f.tags[tag] = append(f.tags[tag], s)
	}
}

func (f *fake) open(t *testing.T, tags ...string) *Source {
	t.Helper()
	c := DefaultConfig()
	c.Server, c.Tags, c.Token = f.URL+"/", tags, "CANARY"
	s, err := New(c, "masto", faketest.Net(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	s.wait = 0
	return s
}

// stream is the streaming API: for members, and only what they ask for.
func (f *fake) stream(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	deaf := f.deaf
	f.mu.Unlock()
	if deaf || r.Header.Get("Authorization") != "Bearer CANARY" {
		http.Error(w, `{"error":"Missing access token"}`, http.StatusUnauthorized)
		return
	}
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	f.mu.Lock()
	f.ears = append(f.ears, conn)
	f.mu.Unlock()
	for {
		var ask struct{ Type, Stream, Tag string }
		if conn.ReadJSON(&ask) != nil {
			return
		}
		f.asked <- ask.Stream + " " + ask.Tag
	}
}

// tell tells whoever listens.
func (f *fake) tell(kind, payload string, stream ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.ears {
		_ = c.WriteJSON(map[string]any{"stream": stream, "event": kind, "payload": payload})
	}
}

// listening is a look that listens as long as it takes; it returns when the
// server was asked for everything.
func (f *fake) listening(t *testing.T, s *Source, after cases.Cursor, asks int) func() cases.Page {
	t.Helper()
	s.wait = time.Hour
	type result struct {
		page cases.Page
		err  error
	}
	got := make(chan result, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	go func() {
		p, err := s.Poll(ctx, after)
		got <- result{p, err}
	}()
	for range asks {
		<-f.asked
	}
	return func() cases.Page {
		t.Helper()
		r := <-got
		if r.err != nil {
			t.Fatal(r.err)
		}
		return r.page
	}
}

func TestAPostIsReadAsSoonAsTheServerTellsOfItAndOnce(t *testing.T) {
	f := newFake(t)
	s := f.open(t, "a", "Noor")
	f.say("a", 1)
	p, err := s.Poll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	end := f.listening(t, s, p.Next, 2)
	f.tell("update", "{}", "public") // not ours
	f.say("Noor", 1)
	f.tell("update", "{}", "hashtag", "noor")
	next := end()
	if len(next.Mentions) != 1 || next.Mentions[0].ID != "998" {
		t.Fatalf("%+v", next.Mentions)
	}
	s.wait = 0
	if again, err := s.Poll(t.Context(), next.Next); err != nil || len(again.Mentions) != 0 {
		t.Errorf("again: %+v %v", again.Mentions, err)
	}
}

func TestWhileItIsListenedToTheServerTellsOfDeletionsEditsAndMentionsOfUs(t *testing.T) {
	f := newFake(t)
	s := f.open(t, "a")
	s.cfg.Mentions = true
	f.say("a", 2)
	f.told = []notification{{ID: "7"}}
	p, err := s.Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 2 {
		t.Fatalf("%+v %v", p.Mentions, err)
	}
	end := f.listening(t, s, p.Next, 2)
	f.tell("delete", "998", "hashtag", "a")
	if p = end(); len(p.Mentions) != 1 || !p.Mentions[0].Gone || p.Mentions[0].ID != "998" {
		t.Fatalf("deleted: %+v", p.Mentions)
	}
	end = f.listening(t, s, p.Next, 2)
	f.mu.Lock()
	f.tags["a"][1].Content, f.tags["a"][1].EditedAt = "<p>changed</p>", noon.Add(-time.Minute)
	f.mu.Unlock()
	f.tell("status.update", "{}", "hashtag", "a")
	if p = end(); len(p.Mentions) != 1 || p.Mentions[0].Text != "changed" {
		t.Fatalf("edited: %+v", p.Mentions)
	}
	end = f.listening(t, s, p.Next, 2)
	only := f.tags["a"][0]
	only.ID = "2000"
	f.mu.Lock()
	f.told = append(f.told, notification{ID: "8", Status: &only})
	f.mu.Unlock()
	f.tell("notification", "{}", "user:notification")
	if p = end(); len(p.Mentions) != 1 || !p.Mentions[0].Direct {
		t.Fatalf("to us: %+v", p.Mentions)
	}
}

func TestAServerThatCannotBeListenedToIsAskedInstead(t *testing.T) {
	f := newFake(t)
	f.deaf = true
	s := f.open(t, "a")
	f.say("a", 1)
	p, err := s.Poll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	s.wait = time.Hour
	if p, err = s.Poll(t.Context(), p.Next); err != nil || len(p.Mentions) != 0 {
		t.Fatalf("%+v %v", p.Mentions, err)
	}
	f.say("a", 1)
	if p, err = s.Poll(t.Context(), p.Next); err != nil || len(p.Mentions) != 1 || s.deaf.IsZero() {
		t.Errorf("%+v %v", p.Mentions, err)
	}
	a := s.Doctor(t.Context())
	if len(a) != 2 || !a[1].OK || !strings.Contains(a[1].What, "cannot be listened to") {
		t.Errorf("%+v", a)
	}
	f.deaf = false
	if a = s.Doctor(t.Context()); len(a) != 2 || !strings.Contains(a[1].What, "at once") {
		t.Errorf("%+v", a)
	}
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		f := newFake(t)
		set := func(p *bool) func(bool) {
			return func(on bool) { f.mu.Lock(); defer f.mu.Unlock(); *p = on }
		}
		return watcherstest.Bench{Open: func() watchers.Source { return f.open(t, "قهوة_نور") }, Say: func(n int) { f.say("قهوة_نور", n) },
			Fail: set(&f.fail), Hang: set(&f.hang), Now: clock, Secrets: []string{"CANARY"}}
	})
}

func TestALongAbsenceIsReadForwardWithoutLoss(t *testing.T) {
	f := newFake(t)
	s := f.open(t, "noor")
	f.say("noor", 1)
	p, err := s.Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 1 {
		t.Fatalf("%+v %v", p, err)
	}
	f.say("noor", 95) // ids pass from three digits to four
	total := 0
	for range 4 {
		if p, err = s.Poll(t.Context(), p.Next); err != nil {
			t.Fatal(err)
		}
		if total += len(p.Mentions); !p.More {
			break
		}
	}
	if total != 95 || p.More {
		t.Errorf("%d of 95 were read, more is %v", total, p.More)
	}
}

func TestAPostUnderTwoTagsIsOneMention(t *testing.T) {
	f := newFake(t)
	f.say("a", 2)
	f.tags["b"] = f.tags["a"][1:]
	p, err := f.open(t, "a", "b").Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 2 {
		t.Errorf("%+v %v", p.Mentions, err)
	}
}

func TestPostsBecomeMentions(t *testing.T) {
	f := newFake(t)
	f.say("a", 1)
	st := &f.tags["a"][0]
	st.Content, st.Spoiler, st.InReplyTo, st.Account.Bot, st.Account.DisplayName, st.Language = `<p>سيئ <a href="x">#<span>قهوة</span></a><br>جدا</p>`, "تحذير", "5", true, "نور", "ar"
	p, err := f.open(t, "a").Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 1 {
		t.Fatal(p, err)
	}
	m := p.Mentions[0]
	if m.Text != "تحذير\n\nسيئ #قهوة\nجدا" || m.AnswerTo != "5" || !m.Bot || m.Author != "نور" || m.AuthorID != "9" || m.Lang != "ar" || m.ReplyTo != "998" {
		t.Errorf("%+v", m)
	}
}

func TestTheFirstLookLeavesOldPostsAlone(t *testing.T) {
	f := newFake(t)
	f.say("a", 2)
	f.tags["a"][0].CreatedAt = noon.AddDate(-1, 0, 0)
	p, err := f.open(t, "a").Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 1 || p.Mentions[0].ID != "999" {
		t.Errorf("%+v %v", p.Mentions, err)
	}
}

func TestTheDoctorTellsHiddenTimelinesFromWorkingOnes(t *testing.T) {
	f := newFake(t)
	f.say("full", 1)
	a := f.open(t, "full", "empty").Doctor(t.Context())
	if len(a) != 3 || !a[0].OK || a[1].OK || !strings.Contains(a[1].Fix, "4.5") || !a[2].OK {
		t.Errorf("%+v", a)
	}
	f.members = true
	s := f.open(t, "full")
	if a = s.Doctor(t.Context()); !a[0].OK {
		t.Errorf("with a token: %+v", a)
	}
	s.cfg.Token = ""
	if a = s.Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "set token") {
		t.Errorf("without: %+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	for _, tc := range []struct {
		c    Config
		want string
	}{
		{Config{}, "server tags every max_age"},
		{Config{Server: "mastodon.example", Tags: []string{"a"}, Every: time.Minute, MaxAge: 1}, "server"},
		{Config{Server: "https://m.example", Tags: []string{"#a", "b c"}, Every: time.Minute, MaxAge: 1}, "tags tags"},
		{Config{Server: "https://m.example", Mentions: true, Every: time.Minute, MaxAge: 1}, "token"},
		{Config{Server: "https://m.example", Tags: []string{"قهوة_نور"}, Every: time.Minute, MaxAge: 1}, ""},
	} {
		faketest.Mistakes(t, tc.c.Check(), tc.want)
	}
}

// notify lists mentions of us as the real server does: newest first, and with
// min_id the oldest that are newer.
func (f *fake) notify(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer CANARY" || r.URL.Query().Get("types[]") != "mention" {
		http.Error(w, `{"error":"The access token is invalid"}`, http.StatusUnauthorized)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	out := []notification{}
	for _, n := range f.told {
		if last := r.URL.Query().Get("min_id"); last == "" || newer(n.ID, last) {
			out = append([]notification{n}, out...)
		}
	}
	_ = json.NewEncoder(w).Encode(out)
}

func TestMentionsOfUsAreReadAndAreSaidToUs(t *testing.T) {
	f := newFake(t)
	s := f.open(t, "a")
	s.cfg.Mentions = true
	f.say("a", 1)
	both := f.tags["a"][0]
	only := both
	only.ID, only.Content = "2000", "<p>@noor cold</p>"
	f.told = []notification{{ID: "7", Status: &both}, {ID: "8"}, {ID: "9", Status: &only}}
	p, err := s.Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 2 || !p.Mentions[0].Direct || !p.Mentions[1].Direct {
		t.Fatalf("%+v %v", p.Mentions, err)
	}
	if p, err = s.Poll(t.Context(), p.Next); err != nil || len(p.Mentions) != 0 {
		t.Errorf("again: %+v %v", p.Mentions, err)
	}
	if a := s.Doctor(t.Context()); len(a) != 3 || !a[0].OK {
		t.Errorf("%+v", a)
	}
}

func TestAnEditIsToldOnce(t *testing.T) {
	f := newFake(t)
	s := f.open(t, "a")
	f.say("a", 3)
	p, err := s.Poll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	f.tags["a"][1].Content, f.tags["a"][1].EditedAt = "<p>changed</p>", noon.Add(-time.Minute)
	f.say("a", 1)
	if p, err = s.Poll(t.Context(), p.Next); err != nil || len(p.Mentions) != 2 || p.Mentions[0].Text != "changed" || p.Mentions[0].ID != "999" || p.Mentions[0].EditedAt.IsZero() {
		t.Fatalf("%+v %v", p.Mentions, err)
	}
	if p, err = s.Poll(t.Context(), p.Next); err != nil || len(p.Mentions) != 0 {
		t.Errorf("again: %+v %v", p.Mentions, err)
	}
}

func TestWhatIsLeftOfTheFiveMinutesIsTold(t *testing.T) {
	f := newFake(t)
	f.say("noor", 1)
	ctx, meter := cases.Metered(t.Context())
	if _, err := f.open(t, "noor").Poll(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if a := meter.Heard(); a.Left != 288 || a.Most != 300 || a.Resets.IsZero() {
		t.Errorf("%+v", a)
	}
}

package telegramweb

import (
	"flag"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/goldentest"
	"rasid/internal/platform/faketest"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

var update = flag.Bool("update", false, "rewrite the expected files")

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// fake is t.me with one public channel: twenty messages a page, the oldest
// first, older ones behind ?before=.
type fake struct {
	*httptest.Server
	faketest.Mood
	mu sync.Mutex

	messages []shown  // oldest first
	first    int      // number of the oldest message
	pages    []string // what was asked for
	busy     bool     // answers 429
}

type shown struct {
	text   string
	at     time.Time
	edited bool
}

const channel = "riyadh_food"

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{first: 100}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /s/"+channel, f.preview)
	mux.HandleFunc("GET /s/{name}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/"+r.PathValue("name"), http.StatusFound)
	})
	mux.HandleFunc("GET /{name}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<!doctype html><div class="tgme_page">You can view and join right away.</div>`))
	})
	f.Server = httptest.NewServer(f.Guard(faketest.InTurn(&f.mu, mux)))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) preview(w http.ResponseWriter, r *http.Request) {
	f.pages = append(f.pages, r.URL.RawQuery)
	if f.busy {
		http.Error(w, "Too many requests", http.StatusTooManyRequests)
		return
	}
	end := len(f.messages)
	if before, err := strconv.Atoi(r.URL.Query().Get("before")); err == nil {
		end = min(max(before-f.first, 0), end)
	}
	var b strings.Builder
	b.WriteString(`<!doctype html><div class="tgme_channel_info"></div><section class="tgme_channel_history">`)
	for i := max(0, end-20); i < end; i++ {
		m, edited := f.messages[i], ""
		if m.edited {
			edited = "edited &nbsp;"
		}
		fmt.Fprintf(&b, `<div class="tgme_widget_message js-widget_message" data-post="%s/%d"><a class="tgme_widget_message_owner_name"><span>أكل الرياض</span></a><div class="tgme_widget_message_text js-message_text">%s</div><span class="tgme_widget_message_meta">%s<a class="tgme_widget_message_date"><time datetime="%s">x</time></a></span></div>`,
			channel, f.first+i, html.EscapeString(m.text), edited, m.at.Format(time.RFC3339))
	}
	b.WriteString(`</section>`)
	_, _ = w.Write([]byte(b.String()))
}

func (f *fake) say(text string, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.messages = append(f.messages, shown{text: text, at: at})
}

func (f *fake) open(t *testing.T, now func() time.Time, channels ...string) *Source {
	t.Helper()
	c := DefaultConfig()
	c.Channels, c.SiteURL = append(channels, channel), f.URL
	s, err := New(c, "channels", faketest.Net(t), now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func clock() time.Time { return noon }

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		f := newFake(t)
		return watcherstest.Bench{
			Open: func() watchers.Source { return f.open(t, clock) }, Now: clock, Fail: f.Fail, Hang: f.Hang,
			Say: watcherstest.Numbered(func(n int) {
				f.say(fmt.Sprint("coffee ", n), noon.Add(-24*time.Hour+time.Duration(n)*time.Second))
			}),
		}
	})
}

func TestPagesAreReadAsTheyAreShown(t *testing.T) {
	files, err := filepath.Glob("testdata/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal("no pages", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		posts, err := read(body, channel)
		if err != nil {
			t.Fatal(err)
		}
		s, got := (&Source{now: func() time.Time { return noon }}), ""
		for _, p := range posts {
			m := s.mention(channel, p)
			line := []string{p.number, m.Author, m.PostedAt.Format(time.RFC3339)}
			if m.AnswerTo != "" {
				line = append(line, "answers "+p.answerTo)
			}
			if !m.EditedAt.IsZero() {
				line = append(line, "edited")
			}
			got += strings.Join(line, " · ") + "\n" + m.Text + "\n--\n"
		}
		goldentest.Compare(t, strings.TrimSuffix(file, ".html")+".want", got, *update)
	}
}

func TestEditsAreSeenAndOlderPagesReadOnlyWhenNeeded(t *testing.T) {
	f := newFake(t)
	for i := range 50 {
		f.say(fmt.Sprint("m", i), noon.Add(-time.Duration(60-i)*time.Hour))
	}
	s := f.open(t, clock)
	first, err := s.Poll(t.Context(), "")
	if err != nil || len(first.Mentions) != 50 || first.Gap != "" || strings.Join(f.pages, " ") != " before=130 before=110 before=100" {
		t.Fatalf("%d mentions, gap %q, pages %q, %v", len(first.Mentions), first.Gap, f.pages, err)
	}
	f.say("new", noon.Add(-time.Minute))
	f.messages[40] = shown{text: "changed", at: f.messages[40].at, edited: true}
	f.pages = nil
	p, err := s.Poll(t.Context(), first.Next)
	if err != nil || len(p.Mentions) != 2 || len(f.pages) != 1 {
		t.Fatalf("%+v, pages %q, %v", p.Mentions, f.pages, err)
	}
	if m := p.Mentions[0]; m.ID != "riyadh_food/140" || m.Text != "changed" || m.EditedAt.IsZero() || m.URL != "https://t.me/riyadh_food/140" {
		t.Errorf("%+v", m)
	}
}

func TestAMissingMessageIsNotTakenForADeletedOne(t *testing.T) {
	f := newFake(t)
	f.say("a", noon.Add(-2*time.Hour))
	f.say("b", noon.Add(-time.Hour))
	s := f.open(t, clock)
	first, err := s.Poll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	f.messages = f.messages[:1]
	if p, err := s.Poll(t.Context(), first.Next); err != nil || len(p.Mentions) != 0 {
		t.Errorf("%+v %v", p.Mentions, err)
	}
}

func TestTheDoctorTellsAHiddenChannelFromARefusal(t *testing.T) {
	f := newFake(t)
	f.say("a", noon)
	a := f.open(t, clock, "a_group").Doctor(t.Context())
	if len(a) != 2 || a[0].OK || !strings.Contains(a[0].Fix, "groups have none") || !a[1].OK {
		t.Errorf("%+v", a)
	}
	f.busy = true
	if a := f.open(t, clock).Doctor(t.Context()); a[0].OK || !strings.Contains(a[0].Fix, "refuses this address") {
		t.Errorf("%+v", a)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	faketest.Mistakes(t, Config{Channels: []string{"@noor"}}.Check(), "channels every max_age site_url")
}

func FuzzRead(f *testing.F) {
	page, err := os.ReadFile("testdata/channel.html")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(page)
	f.Add([]byte(strings.Repeat(`<div class="tgme_channel_info tgme_widget_message">`, 2000)))
	s := &Source{now: clock}
	f.Fuzz(func(t *testing.T, body []byte) {
		posts, err := read(body, channel)
		for _, p := range posts {
			if m := s.mention(channel, p); m.ID == "" || m.Text == "" || len(m.Text) > watchers.MaxText || m.PostedAt.After(noon) {
				t.Errorf("%+v", m)
			}
		}
		if err != nil && len(posts) > 0 {
			t.Error("an error and posts")
		}
	})
}

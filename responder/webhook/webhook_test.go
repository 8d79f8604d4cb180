package webhook

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/webhook"
	"rasid/responder/respondertest"
)

const secret = "whsec_Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ"

var noon, clock = faketest.Noon(), faketest.Noon

// receiver posts what it is sent, as a careful one does: it verifies, and acts
// once on each id.
type receiver struct {
	*httptest.Server
	t     *testing.T
	mu    sync.Mutex
	fault respondertest.Fault
	said  map[string]bool
	ids   map[string]string
	posts []respondertest.Post
	calls int
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	f := &receiver{t: t, said: map[string]bool{}, ids: map[string]string{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	fault := f.fault
	f.fault = ""
	body, err := io.ReadAll(r.Body)
	keys, kerr := webhook.ReadKeys(secret)
	var m Message
	switch {
	case fault == respondertest.DropBefore:
		drop(w)
		return
	case fault == respondertest.Limited:
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case fault == respondertest.Forbidden:
		w.WriteHeader(http.StatusForbidden)
		return
	case fault == respondertest.Broken:
		http.Error(w, "<html>bad gateway</html>", http.StatusBadGateway)
		return
	case err != nil || kerr != nil || keys.Verify(r.Header, noon, body) != nil:
		w.WriteHeader(http.StatusUnauthorized)
		return
	case json.Unmarshal(body, &m) != nil || m.Type != "reply.approved":
		w.WriteHeader(http.StatusUnprocessableEntity)
		return
	case !f.said[m.Mention.ReplyTo]:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	id := r.Header.Get(webhook.HeaderID)
	if f.ids[id] == "" {
		f.ids[id] = fmt.Sprint(len(f.posts) + 1)
		f.posts = append(f.posts, respondertest.Post{Text: strings.TrimSpace(m.Text), ReplyTo: m.Mention.ReplyTo})
	}
	answer := fmt.Sprintf(`{"id":%q,"url":"https://shop.example/r/%s"}`, f.ids[id], f.ids[id])
	switch fault {
	case respondertest.Lost:
		drop(w)
		return
	case respondertest.Cut:
		w.Header().Set("Content-Length", "500")
	case respondertest.Garbage:
		answer = "<html>thank you</html>"
	default: // the others happened before the effect
	}
	_, _ = io.WriteString(w, answer)
}

func drop(w http.ResponseWriter) {
	if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = c.Close()
	}
}

func (f *receiver) replier(t *testing.T, repeatable bool, url string) *Replier {
	t.Helper()
	client := outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.Close)
	p, err := New(ReplyConfig{URL: url, Secret: secret, MaxLength: 300, Repeatable: repeatable}, client, clock)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func bench(t *testing.T, repeatable bool) respondertest.Replier {
	f := newReceiver(t)
	p := f.replier(t, repeatable, f.URL+"/replies")
	n := 0
	return respondertest.Replier{
		Replier: p, Secret: "Q0FOQVJZ", Limit: 300, Unit: "م",
		Mention: func(_ *testing.T, text string) cases.Mention {
			n++
			id := fmt.Sprintf("ticket-%d", n)
			f.mu.Lock()
			defer f.mu.Unlock()
			f.said[id] = true
			return cases.Mention{Source: "shop", ID: id, ReplyTo: id, Text: text, PostedAt: noon}
		},
		Posted: func() []respondertest.Post {
			f.mu.Lock()
			defer f.mu.Unlock()
			return append([]respondertest.Post(nil), f.posts...)
		},
		Fail: func(fault respondertest.Fault) {
			if fault == respondertest.Unreachable {
				p.cfg.URL = faketest.Nobody(t)
				return
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			f.fault = fault
		},
		Withdraw: func(m cases.Mention) {
			f.mu.Lock()
			defer f.mu.Unlock()
			delete(f.said, m.ReplyTo)
		},
	}
}

func TestTheReplierKeepsWhatEveryReplierMustKeep(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier { return bench(t, false) })
}

func TestALostAnswerIsAskedForAgainOnlyWhereTheReceiverActsOnce(t *testing.T) {
	for _, repeatable := range []bool{false, true} {
		b := bench(t, repeatable)
		r := cases.Reply{Key: "reply/1/1", Attempt: 1, Mention: b.Mention(t, "x"), Text: "نعتذر"}
		b.Fail(respondertest.Lost)
		_, err := b.Replier.Reply(t.Context(), r)
		want := cases.WasUnknown
		if repeatable {
			want = cases.WasNotSent
		}
		if got := cases.OutcomeOf(err); got != want {
			t.Fatalf("repeatable %v: %s (%v), want %s", repeatable, got, err, want)
		}
		if !repeatable {
			continue
		}
		r.Attempt = 2
		got, err := b.Replier.Reply(t.Context(), r)
		if err != nil || got.ID != "1" || got.URL != "https://shop.example/r/1" || len(b.Posted()) != 1 {
			t.Errorf("%+v %v, posted %+v", got, err, b.Posted())
		}
		r.Attempt = sameIDTries
		b.Fail(respondertest.Lost)
		if _, err := b.Replier.Reply(t.Context(), r); cases.OutcomeOf(err) != cases.WasUnknown {
			t.Errorf("after %d tries: %v", sameIDTries, err)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	f := newReceiver(t)
	front := httptest.NewServer(http.RedirectHandler(f.URL, http.StatusTemporaryRedirect))
	t.Cleanup(front.Close)
	f.said["1"] = true
	_, err := f.replier(t, false, front.URL).Reply(t.Context(), cases.Reply{Key: "reply/1/1", Attempt: 1, Mention: cases.Mention{ReplyTo: "1"}, Text: "x"})
	if cases.OutcomeOf(err) != cases.WasRefused || f.calls != 0 {
		t.Errorf("%v after %d calls", err, f.calls)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	for _, tc := range []struct {
		c    ReplyConfig
		want string
	}{
		{ReplyConfig{}, "url secret max_length"}, {ReplyConfig{URL: "https://u:p@x.example", Secret: secret, MaxLength: 1}, "url"}, {ReplyConfig{URL: "https://x.example", Secret: secret, MaxLength: 1}, ""},
	} {
		faketest.Mistakes(t, tc.c.Check(), tc.want)
	}
}

func TestTheDoctorSendsNothing(t *testing.T) {
	f := newReceiver(t)
	a := f.replier(t, false, f.URL).Doctor(t.Context())
	if len(a) != 1 || a[0].OK || !strings.Contains(a[0].Fix, "unencrypted") || f.calls != 0 {
		t.Errorf("%+v after %d calls", a, f.calls)
	}
}

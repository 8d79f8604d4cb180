package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/internal/platform/webhook"
	"rasid/watchers"
	"rasid/watchers/watcherstest"
)

const secret = "whsec_Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ"

var noon, clock = faketest.Noon(), faketest.Noon

// inbox keeps messages as the store does: in order, each key once.
type inbox struct {
	mu    sync.Mutex
	items []cases.InboxItem
	fail  bool
}

func (b *inbox) PutInbox(ctx context.Context, account string, items []cases.InboxItem, _ string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail {
		return errors.New("disk full")
	}
	for _, it := range items {
		known := false
		for _, old := range b.items {
			known = known || old.Account == account && old.Key == it.Key
		}
		if !known {
			it.Seq = int64(len(b.items) + 1)
			b.items = append(b.items, it)
		}
	}
	return ctx.Err()
}

func (b *inbox) Inbox(_ context.Context, account string, after int64, limit int) (out []cases.InboxItem, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail {
		return nil, errors.New("disk full")
	}
	for _, it := range b.items {
		if it.Account == account && it.Seq > after && len(out) < limit {
			out = append(out, it)
		}
	}
	return out, nil
}

func open(t *testing.T, b *inbox) *Source {
	t.Helper()
	s, err := New(Config{Secret: secret, Dedicated: true}, "shop", b, clock)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// send signs a message and sends it.
func send(t *testing.T, s *Source, id, body string, change ...func(*http.Request)) (int, answer) {
	t.Helper()
	keys, err := webhook.ReadKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/hook/shop", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	keys.Sign(r.Header, id, noon, []byte(body))
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatalf("the answer %q: %v", w.Body, err)
	}
	return w.Code, a
}

func TestTheSourceKeepsWhatEverySourceMustKeep(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		b := &inbox{}
		return watcherstest.Bench{
			Open: func() watchers.Source { return open(t, b) }, Now: clock, Secrets: []string{"CANARY"},
			Fail: func(on bool) { b.mu.Lock(); defer b.mu.Unlock(); b.fail = on },
			Say: watcherstest.Numbered(func(n int) {
				body := fmt.Sprintf(`{"id":"m%d","text":"coffee %d","posted_at":%q}`, n, n, noon.Add(time.Duration(n-1000)*time.Second).Format(time.RFC3339))
				if code, a := send(t, open(t, b), fmt.Sprintf("msg_%d", n), body); code != http.StatusAccepted {
					t.Fatalf("%d %+v", code, a)
				}
			}),
		}
	})
}

func TestAMessageBecomesMentions(t *testing.T) {
	s := open(t, &inbox{})
	code, a := send(t, s, "msg_1", `{"mentions":[
		{"id":12345678901234567890,"text":"الطلب\u0000 متأخر","author":"سارة","author_id":"u7","stars":2,"language":"AR","url":"https://shop.example/r/1","posted_at":"2026-11-22T12:30:00+03:00"},
		{"id":"b","title":"Cold coffee","stars":"1","reply_to":"ticket-9","thread":"t","answer_to":"a","posted_at":1763800000,"edited_at":"2026-11-22T10:00:00Z"}]}`)
	if code != http.StatusAccepted || a.Accepted != 2 {
		t.Fatalf("%d %+v", code, a)
	}
	p, err := s.Poll(t.Context(), "")
	if err != nil || len(p.Mentions) != 2 {
		t.Fatalf("%+v %v", p, err)
	}
	m, n := p.Mentions[0], p.Mentions[1]
	if m.ID != "12345678901234567890" || m.Text != "الطلب متأخر" || m.Stars != 2 || m.Lang != "ar" || !m.PostedAt.Equal(noon.Add(-150*time.Minute)) || !m.Direct || m.ReplyTo != m.ID {
		t.Errorf("%+v", m)
	}
	if n.Title != "Cold coffee" || n.Stars != 1 || n.ReplyTo != "ticket-9" || n.AnswerTo != "a" || n.EditedAt.IsZero() || n.PostedAt.Year() != 2025 {
		t.Errorf("%+v", n)
	}
}

func TestAMessageSentAgainIsStoredOnce(t *testing.T) {
	b := &inbox{}
	for range 3 {
		if code, _ := send(t, open(t, b), "msg_1", `{"id":"1","text":"x"}`); code != http.StatusAccepted {
			t.Fatal(code)
		}
	}
	if len(b.items) != 1 {
		t.Errorf("%d messages are stored", len(b.items))
	}
}

func TestStrangersAreTurnedAwayWithoutWorkAndWithoutReasons(t *testing.T) {
	read := false
	for name, tc := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"no header":       {func(r *http.Request) { r.Header.Del(webhook.HeaderSignature); r.Body = watched{&read} }, 401},
		"an old message":  {func(r *http.Request) { r.Header.Set(webhook.HeaderTimestamp, "1000"); r.Body = watched{&read} }, 401},
		"wrong signature": {func(r *http.Request) { r.Header.Set(webhook.HeaderSignature, "v1,AAAA") }, 401},
		"GET":             {func(r *http.Request) { r.Method = http.MethodGet; r.Body = watched{&read} }, 405},
		"a form":          {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain"); r.Body = watched{&read} }, 415},
	} {
		b := &inbox{}
		code, a := send(t, open(t, b), "msg_1", `{"id":"1","text":"x"}`, tc.change)
		if code != tc.want || len(b.items) != 0 || read {
			t.Errorf("%s: %d %+v, %d stored, body read: %v", name, code, a, len(b.items), read)
		}
		if tc.want == 401 && a.Errors[0].Problem != "not a signed message of the last five minutes" {
			t.Errorf("%s: it told why: %+v", name, a)
		}
	}
}

type watched struct{ read *bool }

func (w watched) Read([]byte) (int, error) { *w.read = true; return 0, errors.New("read") }
func (w watched) Close() error             { return nil }

func TestAMessageThatIsTooLargeIsRefused(t *testing.T) {
	b := &inbox{}
	if code, _ := send(t, open(t, b), "m", `{"id":"1","text":"`+strings.Repeat("x", maxBody)+`"}`); code != http.StatusRequestEntityTooLarge || len(b.items) != 0 {
		t.Errorf("%d, %d stored", code, len(b.items))
	}
}

func TestMistakesAreNamedByField(t *testing.T) {
	for body, want := range map[string]string{
		`{}`:                       "id text",
		`[]`:                       "",
		`{"id":"1","text":"x"} {}`: "",
		`{"id":"1"}`:               "text",
		`{"id":"1","text":7}`:      "", // a number is text too
		`{"id":"1","text":["x"]}`:  "text",
		`{"id":"1","text":"x","stars":6,"url":"javascript:alert(1)","posted_at":"yesterday","language":"fr","shout":1}`: "language posted_at shout stars url",
		`{"id":"1","text":"x","posted_at":"2027-01-01T00:00:00Z"}`:                                                      "posted_at",
		`{"mentions":[]}`:          "mentions",
		`{"mentions":[],"id":"1"}`: "mentions",
		`{"mentions":[{"id":"1","text":"x"},{"id":"1","text":"y"},{"text":"z","stars":0},3]}`: "mentions[1].id mentions[2].id mentions[2].stars mentions[3].",
	} {
		b := &inbox{}
		code, a := send(t, open(t, b), "m", body)
		var got []string
		for _, f := range a.Errors {
			if f.Problem == "" || f.Write == "" {
				t.Errorf("%s: %+v says too little", body, f)
			}
			got = append(got, f.Field)
		}
		if body == `{"id":"1","text":7}` {
			if code != http.StatusAccepted {
				t.Errorf("%s: %d %+v", body, code, a)
			}
			continue
		}
		sorted := strings.Fields(strings.Join(got, " "))
		if code != http.StatusUnprocessableEntity || len(b.items) != 0 || !sameWords(sorted, strings.Fields(want)) {
			t.Errorf("%s: %d, mistakes at %v, want %s", body, code, got, want)
		}
	}
}

func sameWords(a, b []string) bool {
	count := map[string]int{}
	for _, w := range a {
		count[w]++
	}
	for _, w := range b {
		count[w]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestNothingIsAcceptedThatIsNotStored(t *testing.T) {
	if code, _ := send(t, open(t, &inbox{fail: true}), "m", `{"id":"1","text":"x"}`); code != http.StatusServiceUnavailable {
		t.Errorf("answered %d", code)
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	for _, tc := range []struct {
		c    Config
		want string
	}{
		{Config{}, "secret"}, {Config{Secret: "CANARY", Listen: "here"}, "secret listen"}, {Config{Secret: outbound.Secret(secret), Listen: ":7879"}, ""},
	} {
		faketest.Mistakes(t, tc.c.Check(), tc.want)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"id":"1","text":"x"}`))
	f.Add([]byte(`{"mentions":[{"id":"1","stars":5.0}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		ms, faults := read(b, noon)
		for _, m := range ms {
			if len(faults) == 0 && (m.ID == "" || m.PostedAt.IsZero() || m.Stars < 0 || m.Stars > 5) {
				t.Errorf("%q became %+v", b, m)
			}
		}
	})
}

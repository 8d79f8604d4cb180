package telegram_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/outbound"
	"rasid/internal/platform/telegram"
	"rasid/internal/platform/telegram/faketelegram"
)

const (
	group = -1001500
	basic = -77
	sara  = 9001
)

// journal collects log lines; tests search it for what must not be there.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

type world struct {
	*faketelegram.Server
	client *telegram.Client
	inbox  *faketelegram.Inbox
	log    *journal
	net    *outbound.Client
}

func newWorld(t *testing.T, change ...func(*telegram.Config)) *world {
	t.Helper()
	w := &world{Server: faketelegram.New(), inbox: &faketelegram.Inbox{}, log: &journal{}}
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	w.AddUser(faketelegram.User{ID: sara, First: "سارة", Username: "sara_q"})
	w.AddChat(group, "supergroup", "مجموعة العملاء", 5)
	w.AddChat(basic, "group", "مجموعة صغيرة")
	w.net = outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: 5 * time.Second})
	t.Cleanup(w.net.Close)
	cfg := telegram.Config{Token: faketelegram.Token, API: w.URL(), Poll: time.Second, Pause: 2 * time.Millisecond, PerMinute: -1}
	for _, f := range change {
		f(&cfg)
	}
	w.client = telegram.New(cfg, w.net, slog.New(slog.NewTextHandler(w.log, nil)))
	t.Cleanup(func() {
		if strings.Contains(w.log.String(), "AAFakeToken") {
			t.Errorf("the token is in the log:\n%s", w.log)
		}
	})
	return w
}

// run starts a connection and stops it with the test.
func (w *world) run(t *testing.T, c *telegram.Connection) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() { _ = stop() })
	return stop
}

func (w *world) wait(t *testing.T, what string, holds func() bool) {
	t.Helper()
	if !w.Eventually(10*time.Second, holds) {
		t.Fatalf("%s did not happen within 10 s; log:\n%s", what, w.log)
	}
}

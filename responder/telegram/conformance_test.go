package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	wire "rasid/internal/platform/telegram"
	"rasid/internal/platform/telegram/faketelegram"
	"rasid/responder"
	"rasid/responder/respondertest"
	"rasid/responder/telegram"
	watch "rasid/watchers/telegram"
)

const (
	customers = -1001500
	staffRoom = -1002600
	forum     = -1003700
	sara      = 9001
	mona      = 55
	room      = "desk"
)

var signer = responder.Signer{Key: bytes.Repeat([]byte{3}, 32)}

// gate is a network that can be cut off.
type gate struct {
	*outbound.Client
	shut atomic.Bool
}

var errShut = errors.New("no route to host")

func (g *gate) wrap(hc *http.Client) *http.Client {
	t := &http.Transport{DisableKeepAlives: true}
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if g.shut.Load() {
			return nil, errShut
		}
		return g.DialContext(ctx, network, addr)
	}
	out := *hc
	out.Transport = t
	return &out
}

func (g *gate) Once() *http.Client                      { return g.wrap(g.Client.Once()) }
func (g *gate) HTTPWithin(d time.Duration) *http.Client { return g.wrap(g.Client.HTTPWithin(d)) }

// cardBook stands for the store's memory of cards.
type cardBook struct {
	mu   sync.Mutex
	refs map[string]int64
	down bool
}

func (b *cardBook) CardByRef(_ context.Context, room, ref string) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return 0, faketelegram.ErrDown
	}
	if id, ok := b.refs[room+" "+ref]; ok {
		return id, nil
	}
	return 0, cases.ErrNotFound
}

func (b *cardBook) put(room, ref string, id int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refs[room+" "+ref] = id
}

type world struct {
	*faketelegram.Server
	net   *gate
	conn  *wire.Connection
	chat  *telegram.Chat
	inbox *faketelegram.Inbox
	cards *cardBook
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Server: faketelegram.New(), inbox: &faketelegram.Inbox{}, cards: &cardBook{refs: map[string]int64{}}}
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	w.AddUser(faketelegram.User{ID: sara, First: "سارة"})
	w.AddUser(faketelegram.User{ID: mona, First: "منى"})
	w.AddChat(customers, "supergroup", "مجموعة العملاء")
	w.AddChat(staffRoom, "supergroup", "الموظفون")
	w.AddChat(forum, "supergroup", "منتدى الموظفين", 8, 9)
	w.net = &gate{Client: outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: 5 * time.Second})}
	t.Cleanup(w.net.Close)
	logs := &safeBuffer{}
	log := slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	client := wire.New(wire.Config{Token: faketelegram.Token, API: w.URL(), Poll: time.Second, Pause: time.Millisecond, PerMinute: -1}, w.net, log)
	w.conn = wire.Connect(client, "main", w.inbox, log)
	w.conn.Watch(customers)
	var err error
	w.chat, err = telegram.NewChat(w.conn, signer, w.cards, log,
		telegram.Room{Name: room, Chat: staffRoom, Language: "ar"},
		telegram.Room{Name: "managers", Chat: forum, Topic: 8, Language: "en"},
		telegram.Room{Name: "everybody", Chat: forum, Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if strings.Contains(logs.String(), "AAFakeToken") {
			t.Errorf("the token is in the log:\n%s", logs)
		}
		if t.Failed() {
			t.Logf("log:\n%s", logs)
		}
	})
	return w
}

// connect starts the connection.
func (w *world) connect(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.conn.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, wire.ErrToken) {
			t.Errorf("Run = %v", err)
		}
	})
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func (w *world) fail(method string, place int64) func(respondertest.Fault) {
	return func(f respondertest.Fault) {
		switch f {
		case respondertest.Unreachable:
			w.net.shut.Store(true)
		case respondertest.Limited:
			w.Next(faketelegram.Fault{Method: method, Kind: faketelegram.TooMany, Wait: 7 * time.Second})
		case respondertest.Forbidden:
			w.SetMember(place, faketelegram.BotID, "kicked")
		default:
			w.Next(faketelegram.Fault{Method: method, Kind: map[respondertest.Fault]faketelegram.Kind{
				respondertest.Broken: faketelegram.ServerError, respondertest.DropBefore: faketelegram.DropBefore,
				respondertest.Lost: faketelegram.DropAfter, respondertest.Cut: faketelegram.CutBody, respondertest.Garbage: faketelegram.Garbage,
			}[f]})
		}
	}
}

func TestReplierKeepsWhatEveryReplierMust(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		w := newWorld(t)
		w.connect(t)
		source := &watch.Source{Name: "customers", Account: "main", Config: watch.Config{Chat: customers}, Inbox: w.inbox, Client: w.conn.Client()}
		var at cases.Cursor
		return respondertest.Replier{
			Replier: telegram.Replier{Client: w.conn.Client()},
			Mention: func(t *testing.T, text string) cases.Mention {
				t.Helper()
				w.Say(customers, sara, text)
				var got []cases.Mention
				w.Eventually(respondertest.Patience, func() bool {
					page, err := source.Poll(t.Context(), at)
					if err != nil {
						t.Error(err)
						return true
					}
					got, at = append(got, page.Mentions...), page.Next
					return len(got) > 0
				})
				if len(got) != 1 {
					t.Fatalf("said one thing, heard %d", len(got))
				}
				return got[0]
			},
			Posted: func() []respondertest.Post {
				var out []respondertest.Post
				for _, m := range w.Posted(customers) {
					out = append(out, respondertest.Post{Text: m.Text, ReplyTo: wire.Ref{Chat: m.Chat, Topic: m.Topic, Message: m.ReplyTo}.String()})
				}
				return out
			},
			Fail: w.fail("sendMessage", customers),
			Withdraw: func(m cases.Mention) {
				ref, err := wire.ParseRef(m.ReplyTo)
				if err != nil {
					t.Fatal(err)
				}
				w.Delete(customers, ref.Message)
			},
			Secret: "AAFakeTokenForTestsOnly", Limit: 2048, Unit: "😡",
		}
	})
}

// TestAQuestionIsAskedInOnePlace asks in the group only when Telegram said that
// it did not ask in private.
func TestAQuestionIsAskedInOnePlace(t *testing.T) {
	choices := []responder.Button{{Label: "1", Data: "a"}, {Label: "5", Data: "b"}}
	for name, x := range map[string]struct {
		fault          faketelegram.Kind
		want           cases.Outcome
		private, group int
	}{
		"Telegram takes it":       {want: cases.WasDelivered, private: 1},
		"its answer is lost":      {faketelegram.DropAfter, cases.WasUnknown, 1, 0},
		"it is asked to wait":     {faketelegram.TooMany, cases.WasNotSent, 0, 0},
		"it never came to a talk": {want: cases.WasDelivered, group: 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if x.private > 0 || x.fault != 0 {
				w.AddChat(sara, "private", "سارة")
				w.SetUsername(sara, "sara_q")
			}
			if x.fault != 0 {
				w.Next(faketelegram.Fault{Method: "sendMessage", Kind: x.fault, Wait: time.Second})
			}
			said := w.Say(customers, sara, "cold")
			at, err := telegram.Replier{Client: w.conn.Client()}.Ask(t.Context(), cases.Reply{Key: "ask/1", Text: "How satisfied are you?", Mention: cases.Mention{
				ID: "1", AuthorID: strconv.Itoa(sara), ReplyTo: wire.Ref{Chat: customers, Message: said}.String()}}, choices)
			if got := cases.OutcomeOf(err); got != x.want || len(w.Posted(sara)) != x.private || len(w.Posted(customers)) != x.group {
				t.Errorf("%s (%v), asked %d times in private and %d in the group, want %s, %d and %d", got, err, len(w.Posted(sara)), len(w.Posted(customers)), x.want, x.private, x.group)
			}
			if x.private > 0 && at.URL != "" {
				t.Errorf("a private question has the link %s, which leads nobody to it", at.URL)
			}
		})
	}
}

func TestChatKeepsWhatEveryChatMust(t *testing.T) {
	respondertest.ExerciseChat(t, func(t *testing.T) respondertest.Chat {
		w := newWorld(t)
		w.connect(t)
		id := func(by string) int64 {
			n, err := strconv.ParseInt(by, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		message := func(ref string) int64 {
			r, err := wire.ParseRef(ref)
			if err != nil {
				t.Fatal(err)
			}
			return r.Message
		}
		return respondertest.Chat{
			Chat: w.chat, Room: room, Staff: strconv.Itoa(mona), Secret: "AAFakeTokenForTestsOnly",
			Sign: func(a responder.Action, caseID int64, draft int) string {
				return signer.Sign(room, a, caseID, draft, time.Now().Add(time.Hour))
			},
			Seen: func() []respondertest.Seen {
				var out []respondertest.Seen
				for _, m := range w.Posted(staffRoom) {
					if m.Deleted {
						continue
					}
					s := respondertest.Seen{Ref: wire.Ref{Chat: m.Chat, Message: m.ID}.String(), Text: m.Words(), Picture: m.Photo}
					for _, b := range slices.Concat(m.Buttons...) {
						s.Data = append(s.Data, b.Data)
					}
					out = append(out, s)
				}
				return out
			},
			Press: func(_ *testing.T, ref, data, by string) { w.Press(staffRoom, message(ref), id(by), data) },
			Type:  func(_ *testing.T, command, by string) { w.Say(staffRoom, id(by), "/"+command) },
			Answer: func(_ *testing.T, ref, text, by string) {
				w.ReplyTo(staffRoom, message(ref), id(by), text)
			},
			Told: func() []string {
				var out []string
				for _, e := range w.Answers() {
					out = append(out, e.Text)
				}
				for _, m := range w.Posted(staffRoom) {
					if m.ReplyTo != 0 {
						out = append(out, m.Text)
					}
				}
				return out
			},
			Remove: func(ref string) { w.Delete(staffRoom, message(ref)) },
			Fail:   w.fail("sendMessage", staffRoom),
			Waits:  func(holds func() bool) bool { return w.Eventually(respondertest.Patience, holds) },
		}
	})
}

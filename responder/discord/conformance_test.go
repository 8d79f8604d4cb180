package discord_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	platform "rasid/internal/platform/discord"
	"rasid/internal/platform/discord/fakediscord"
	"rasid/responder"
	"rasid/responder/discord"
	"rasid/responder/respondertest"
	watch "rasid/watchers/discord"
)

// gate is a network that can be cut off.
type gate struct {
	*outbound.Client
	shut atomic.Bool
}

func (g *gate) wrap(hc *http.Client) *http.Client {
	out := *hc
	out.Transport = &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if g.shut.Load() {
			return nil, errors.New("no route to host")
		}
		return g.DialContext(ctx, network, addr)
	}}
	return &out
}

func (g *gate) Once() *http.Client { return g.wrap(g.Client.Once()) }
func (g *gate) HTTP() *http.Client { return g.wrap(g.Client.HTTP()) }

// world is a fake with a public channel and a staff room, and a client of it.
type world struct {
	*fakediscord.Server
	gate             *gate
	client           *platform.Client
	inbox            *fakediscord.Inbox
	customers, staff string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	fake, err := fakediscord.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	w := &world{Server: fake, inbox: fakediscord.NewInbox(), customers: fake.AddChannel("customers"), staff: fake.AddChannel("staff")}
	w.gate = &gate{Client: outbound.New(outbound.Options{AllowHosts: []string{fake.Addr()}, Timeout: 5 * time.Second})}
	w.client, err = platform.New(platform.Config{Account: "shop", Token: fakediscord.Token, API: fake.API(), Net: w.gate, Inbox: w.inbox,
		Times: platform.Times{Identify: time.Millisecond, Pause: 10 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// connect runs the connection until the test ends.
func (w *world) connect(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = w.client.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	if !w.AwaitGateway(soon, 1) {
		t.Fatal("no gateway")
	}
}

// fail makes the next message to a channel fail.
func (w *world) fail(channel string) func(respondertest.Fault) {
	return func(f respondertest.Fault) {
		next := fakediscord.Fault{Method: http.MethodPost, Path: "/channels/"}
		switch f {
		case respondertest.Unreachable:
			w.gate.shut.Store(true)
			return
		case respondertest.Forbidden:
			w.Mute(channel)
			return
		case respondertest.Limited:
			next = fakediscord.TooMany(time.Second, "user")
			next.Method = http.MethodPost
		case respondertest.Broken:
			next.Status, next.Body = 502, "<html>502 Bad Gateway</html>"
		case respondertest.DropBefore:
			next.Drop = true
		case respondertest.Lost:
			next.Drop, next.After = true, true
		case respondertest.Cut:
			next.Cut = true
		case respondertest.Garbage:
			next.Status, next.Body, next.After = 200, "<html>sign in</html>", true
		}
		w.Inject(next)
	}
}

func TestReplierKeepsWhatEveryReplierMust(t *testing.T) {
	respondertest.ExerciseReplier(t, func(t *testing.T) respondertest.Replier {
		w := newWorld(t)
		source := watch.New(watch.Config{Channel: w.customers}, "community", w.client, w.inbox, nil)
		w.connect(t)
		var at cases.Cursor
		return respondertest.Replier{
			Replier: &discord.Replier{Client: w.client, Clock: time.Now},
			Mention: func(t *testing.T, text string) cases.Mention {
				t.Helper()
				w.Say(sara, w.customers, text)
				return next(t, w, source, &at)
			},
			Posted: func() []respondertest.Post {
				var out []respondertest.Post
				for _, m := range w.Posted(w.customers) {
					out = append(out, respondertest.Post{Text: m.Raw, ReplyTo: platform.Ref{Channel: w.customers, Message: m.Reply}.String()})
				}
				return out
			},
			Fail: w.fail(w.customers),
			Withdraw: func(m cases.Mention) {
				ref, _ := platform.ParseRef(m.ReplyTo)
				w.Delete(ref.Channel, ref.Message)
			},
			Secret: fakediscord.Token, Limit: 2000, Unit: "😡",
		}
	})
}

// next waits for one mention of the source.
func next(t *testing.T, w *world, source *watch.Source, at *cases.Cursor) cases.Mention {
	t.Helper()
	over := time.NewTimer(soon)
	defer over.Stop()
	for {
		p, err := source.Poll(t.Context(), *at)
		if err != nil {
			t.Fatal(err)
		}
		*at = p.Next
		for _, m := range p.Mentions {
			if !m.Bot {
				return m
			}
		}
		select {
		case <-w.inbox.Woken():
		case <-over.C:
			t.Fatal("the mention was not heard")
		}
	}
}

func TestChatKeepsWhatEveryChatMust(t *testing.T) {
	respondertest.ExerciseChat(t, func(t *testing.T) respondertest.Chat {
		w := newWorld(t)
		chat, err := discord.NewChat(w.client, signer, time.Now, nil, discord.Room{Name: "front", Channel: w.staff, Language: "ar"})
		if err != nil {
			t.Fatal(err)
		}
		w.connect(t)
		return w.levers(chat)
	})
}

// levers are what the suite works the staff room with.
func (w *world) levers(chat *discord.Chat) respondertest.Chat {
	message := func(ref string) string {
		r, _ := platform.ParseRef(ref)
		return r.Message
	}
	who := func(id string) fakediscord.Person { return fakediscord.Person{ID: id, Name: "Mona"} }
	heard := func() { // commands are registered once somebody listens
		w.Await(soon, func(l []fakediscord.Effect) bool {
			for _, e := range l {
				if e.Kind == "commands" {
					return true
				}
			}
			return false
		})
	}
	sign := func(a responder.Action, caseID int64, draft int) string {
		return signer.Sign("front", a, caseID, draft, later)
	}
	return respondertest.Chat{
		Chat: chat, Room: "front", Staff: mona.ID, Secret: fakediscord.Token, Sign: sign,
		Seen: func() []respondertest.Seen {
			var out []respondertest.Seen
			for _, m := range w.Posted(w.staff) {
				out = append(out, respondertest.Seen{Ref: platform.Ref{Channel: w.staff, Message: m.ID}.String(), Text: m.Text, Data: m.Buttons, Picture: m.Picture})
			}
			return out
		},
		Press: func(_ *testing.T, ref, data, by string) {
			heard()
			w.Press(who(by), w.staff, message(ref), data)
		},
		Type: func(_ *testing.T, command, by string) {
			heard()
			name, rest, _ := strings.Cut(command, " ")
			var options []any
			if n, err := strconv.Atoi(rest); err == nil {
				options = []any{"number", n}
			} else if rest != "" {
				options = []any{map[string]string{"digest": "date"}[name] + map[string]string{"report": "text", "forget": "text"}[name], rest}
			}
			w.Slash(who(by), w.staff, name, options...)
		},
		Answer: func(t *testing.T, ref, text, by string) {
			heard()
			edit := sign(responder.ActEdit, 41, 2)
			if kind := w.AwaitAnswer(soon, w.Press(who(by), w.staff, message(ref), edit)); kind == 0 {
				t.Error("no answer to the edit button")
			}
			before := len(w.EffectsOf("follow"))
			w.SubmitModal(who(by), w.staff, edit, "words", text)
			poll(func() bool { return len(w.EffectsOf("follow")) > before })
		},
		Told: func() []string {
			var out []string
			for _, e := range append(w.EffectsOf("respond"), w.EffectsOf("follow")...) {
				if e.Content != "" {
					out = append(out, fakediscord.Read(e.Content))
				}
			}
			return out
		},
		Remove: func(ref string) { w.Delete(w.staff, message(ref)) },
		Fail:   w.fail(w.staff),
		Waits: func(holds func() bool) bool {
			return poll(holds)
		},
	}
}

// poll waits until holds comes true.
func poll(holds func() bool) bool {
	over := time.NewTimer(respondertest.Patience)
	defer over.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-over.C:
			return false
		}
	}
	return true
}

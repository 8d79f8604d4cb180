package discord_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/discord"
	"rasid/internal/platform/discord/fakediscord"
)

// TestMain fails when a goroutine outlives the tests. The library's Close
// sleeps for a second, hence the patience.
func TestMain(m *testing.M) {
	code := m.Run()
	over := time.Now().Add(10 * time.Second)
	err := goleak.Find()
	for err != nil && time.Now().Before(over) {
		err = goleak.Find()
	}
	if err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

const soon = 20 * time.Second // how long a test waits for what must happen

var sara = fakediscord.Person{ID: "700000000000000001", Name: "Sara"}

// start runs a fake and a client of it that is not connected yet.
func start(t *testing.T) (*fakediscord.Server, *discord.Client, *fakediscord.Inbox) {
	t.Helper()
	fake, err := fakediscord.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	inbox := fakediscord.NewInbox()
	return fake, connect(t, fake, inbox), inbox
}

func connect(t *testing.T, fake *fakediscord.Server, inbox discord.Inbox) *discord.Client {
	t.Helper()
	return connectWith(t, fake, inbox, func(*discord.Times) {})
}

// connectWith makes a client with clocks of its own.
func connectWith(t *testing.T, fake *fakediscord.Server, inbox discord.Inbox, change func(*discord.Times)) *discord.Client {
	t.Helper()
	out := outbound.New(outbound.Options{AllowHosts: []string{fake.Addr()}, Timeout: 10 * time.Second})
	t.Cleanup(out.Close)
	times := discord.Times{Silence: 3 * time.Second, Identify: time.Millisecond, Pause: 10 * time.Millisecond, Ready: 5 * time.Second, Patience: 50 * time.Millisecond}
	change(&times)
	c, err := discord.New(discord.Config{Account: "shop", Token: fakediscord.Token, API: fake.API(), Net: out, Inbox: inbox, Times: times})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run keeps the client connected until the test ends.
func run(t *testing.T, c *discord.Client) (ended <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	var wg sync.WaitGroup
	wg.Go(func() { done <- c.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	return done
}

// eventually waits until the inbox satisfies ok.
func eventually(t *testing.T, inbox *fakediscord.Inbox, what string, ok func([]discord.Item) bool) {
	t.Helper()
	over := time.NewTimer(soon)
	defer over.Stop()
	for !ok(read(t, inbox)) {
		select {
		case <-inbox.Woken():
		case <-over.C:
			t.Fatalf("%s did not come about; the inbox holds %s", what, lines(t, inbox))
		}
	}
}

func read(t *testing.T, inbox *fakediscord.Inbox) []discord.Item {
	t.Helper()
	var out []discord.Item
	for _, it := range inbox.Items() {
		var i discord.Item
		if err := json.Unmarshal(it.Body, &i); err != nil {
			t.Fatal(err)
		}
		out = append(out, i)
	}
	return out
}

func lines(t *testing.T, inbox *fakediscord.Inbox) string {
	t.Helper()
	var b strings.Builder
	for _, i := range read(t, inbox) {
		fmt.Fprintf(&b, "%s %s; ", i.Event, text(i))
	}
	return b.String()
}

func text(i discord.Item) string {
	var m discord.Message
	_ = json.Unmarshal(i.Message, &m)
	return m.Content + i.Note
}

func has(event, words string) func([]discord.Item) bool {
	return func(list []discord.Item) bool { return count(list, event, words) > 0 }
}

func count(list []discord.Item, event, words string) int {
	n := 0
	for _, i := range list {
		if i.Event == event && strings.Contains(text(i), words) {
			n++
		}
	}
	return n
}

func TestEverySendPathRingsNobody(t *testing.T) {
	fake, c, _ := start(t)
	ch := fake.AddChannel("cards")
	c.Watch(ch, false)
	heard := make(chan discord.Interaction, 2)
	ctx := t.Context()
	defer c.Hear(func(_ context.Context, i discord.Interaction) { heard <- i })()
	run(t, c)
	if !fake.AwaitGateway(soon, 1) {
		t.Fatal("no gateway")
	}
	o := discord.Outgoing{Content: "@everyone @here <@1> <@&2>"}
	m, err := c.Send(ctx, ch, o)
	if err != nil {
		t.Fatal(err)
	}
	reply := o
	reply.Reply, reply.Nonce = m.ID, discord.NonceOf("reply/1/1")
	picture := o
	picture.PNG = []byte("png")
	for name, send := range map[string]func() error{
		"reply":   func() error { _, err := c.Send(ctx, ch, reply); return err },
		"picture": func() error { _, err := c.Send(ctx, ch, picture); return err },
		"edit":    func() error { _, err := c.Edit(ctx, ch, m.ID, o); return err },
		"answers to interactions": func() error {
			fake.Slash(sara, ch, "help")
			i := <-heard
			if err := c.Respond(ctx, i, discord.AnswerMessage, &o); err != nil {
				return err
			}
			fake.Slash(sara, ch, "help")
			i = <-heard
			return errors.Join(c.Respond(ctx, i, discord.AnswerLater, nil), c.Complete(ctx, i, o), c.Follow(ctx, i, o))
		},
	} {
		if err := send(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if v := fake.Violations(); len(v) > 0 {
		t.Errorf("somebody could have been rung: %v", v)
	}
	if n := len(fake.EffectsOf("send")) + len(fake.EffectsOf("edit")) + len(fake.EffectsOf("respond")) + len(fake.EffectsOf("follow")); n != 8 {
		t.Errorf("%d effects, want 8: a send path was not walked", n)
	}
}

func TestErrorsSayWhatIsKnown(t *testing.T) {
	fake, c, _ := start(t)
	open := fake.AddChannel("open")
	hidden, mute := fake.AddChannel("hidden"), fake.AddChannel("mute")
	fake.Hide(hidden)
	fake.Mute(mute)
	said := fake.Say(sara, open, "hello")
	send := func(o discord.Outgoing, ch string) func() error {
		return func() error { _, err := c.Send(t.Context(), ch, o); return err }
	}
	hi := discord.Outgoing{Content: "hi"}
	for _, tc := range []struct {
		name  string
		fault *fakediscord.Fault
		do    func() error
		want  cases.Outcome
		words string
	}{
		{"a channel that is not there", nil, send(hi, "123456"), cases.WasRefused, "Unknown Channel (10003)"},
		{"a channel out of sight", nil, send(hi, hidden), cases.WasRefused, "Missing Access (50001)"},
		{"a channel to read only", nil, send(hi, mute), cases.WasRefused, "Missing Permissions (50013)"},
		{"an empty message", nil, send(discord.Outgoing{}, open), cases.WasRefused, "empty message (50006)"},
		{"a long message", nil, send(discord.Outgoing{Content: strings.Repeat("ا", 2001)}, open), cases.WasRefused, "2000 or fewer"},
		{"a reply to what is gone", nil, send(discord.Outgoing{Content: "hi", Reply: "1234567"}, open), cases.WasRefused, "Unknown message"},
		{"a reply to what is there", nil, send(discord.Outgoing{Content: "hi", Reply: said}, open), cases.WasDelivered, ""},
		{"answer lost after the effect", &fakediscord.Fault{Method: "POST", Drop: true, After: true}, send(hi, open), cases.WasUnknown, ""},
		{"connection lost before the effect", &fakediscord.Fault{Method: "POST", Drop: true}, send(hi, open), cases.WasUnknown, ""},
		{"answer cut", &fakediscord.Fault{Method: "POST", Cut: true}, send(hi, open), cases.WasUnknown, ""},
		{"502", &fakediscord.Fault{Method: "POST", Status: 502, Body: "<html>"}, send(hi, open), cases.WasUnknown, "502"},
		{"500 after the effect", &fakediscord.Fault{Method: "POST", Status: 500, After: true, Body: "{}"}, send(hi, open), cases.WasUnknown, "500"},
		{"200 with another thing in it", &fakediscord.Fault{Method: "POST", Status: 200, Body: `{"id":"5"}`}, send(hi, open), cases.WasUnknown, ""},
		{"a redirect", &fakediscord.Fault{Method: "POST", Status: 307, Header: http.Header{"Location": {"/api/v9/users/@me"}}}, send(hi, open), cases.WasUnknown, "307"},
	} {
		if tc.fault != nil {
			fake.Inject(*tc.fault)
		}
		before := fake.Requests("POST", "/channels/")
		err := tc.do()
		if got := cases.OutcomeOf(err); got != tc.want || err != nil && !strings.Contains(err.Error(), tc.words) {
			t.Errorf("%s: %s (%v), want %s with %q", tc.name, got, err, tc.want, tc.words)
		}
		if n := fake.Requests("POST", "/channels/") - before; n != 1 {
			t.Errorf("%s: %d requests, want exactly 1", tc.name, n)
		}
	}
}

func TestNothingListeningMeansNotSent(t *testing.T) {
	fake, c, _ := start(t)
	ch := fake.AddChannel("open")
	fake.Close()
	_, err := c.Send(t.Context(), ch, discord.Outgoing{Content: "hi"})
	if got := cases.OutcomeOf(err); got != cases.WasNotSent {
		t.Errorf("%s (%v), want not-sent", got, err)
	}
}

func TestRateLimitsAreTheCallersToWaitFor(t *testing.T) {
	for _, tc := range []struct {
		name string
		f    fakediscord.Fault
		want time.Duration
	}{
		{"of the bot", fakediscord.TooMany(65*time.Second, "user"), 65 * time.Second},
		{"of everything", fakediscord.TooMany(65*time.Second, "global"), 65 * time.Second},
		{"absurd", fakediscord.Fault{Status: 429, Header: http.Header{"Retry-After": {"1e9"}}, Body: `{"retry_after":1e9}`}, time.Hour},
		{"negative", fakediscord.Fault{Status: 429, Header: http.Header{"Retry-After": {"-1"}}, Body: `{"retry_after":-1}`}, time.Second},
		{"no number", fakediscord.Fault{Status: 429, Header: http.Header{"Retry-After": {"abc"}, "X-Ratelimit-Reset-After": {"abc"}}, Body: `{"retry_after":"abc"}`}, time.Second},
		{"no body", fakediscord.Fault{Status: 429, Body: `<html>`}, time.Second},
	} {
		fake, c, _ := start(t)
		ch, other := fake.AddChannel("open"), fake.AddChannel("other")
		tc.f.Method = "POST"
		fake.Inject(tc.f)
		_, err := c.Send(t.Context(), ch, discord.Outgoing{Content: "hi"})
		var later *cases.LaterError
		if !errors.As(err, &later) || later.After < tc.want-time.Second || later.After > tc.want+time.Second {
			t.Errorf("%s: %v, want to be told to wait %s", tc.name, err, tc.want)
			continue
		}
		n := fake.Requests("POST", "/channels/")
		if _, err = c.Send(t.Context(), ch, discord.Outgoing{Content: "hi"}); !errors.As(err, &later) && tc.want > time.Second {
			t.Errorf("%s: a second try gave %v, want to be told to wait", tc.name, err)
		}
		if tc.want > time.Second && fake.Requests("POST", "/channels/") != n {
			t.Errorf("%s: a request left before its time", tc.name)
		}
		if _, err = c.Send(t.Context(), other, discord.Outgoing{Content: "hi"}); err != nil && tc.name == "of the bot" {
			t.Errorf("%s: another channel is held up: %v", tc.name, err)
		}
	}
}

func TestAWrongTokenStopsEverything(t *testing.T) {
	fake, c, _ := start(t)
	ch := fake.AddChannel("open")
	fake.Revoke()
	for range 5 {
		if _, err := c.Send(t.Context(), ch, discord.Outgoing{Content: "hi"}); !errors.Is(err, cases.ErrRefused) || !strings.Contains(err.Error(), "Reset Token") {
			t.Fatalf("got %v, want a refusal that says what to do", err)
		}
	}
	if n := fake.Requests("POST", "/channels/"); n != 1 {
		t.Errorf("%d requests with a token Discord rejected, want 1", n)
	}
}

func TestTooManyRefusalsHoldEverythingBack(t *testing.T) {
	fake, c, _ := start(t)
	ch := fake.AddChannel("hidden")
	fake.Hide(ch)
	var err error
	for range 150 {
		_, err = c.Message(t.Context(), ch, "1234567")
		if _, ok := errors.AsType[*cases.LaterError](err); ok {
			break
		}
	}
	if n := fake.Requests("GET", "/channels/"); n != 100 {
		t.Errorf("%d refused requests, want to stop at 100 (%v)", n, err)
	}
}

func TestTheSameNonceIsTheSameMessage(t *testing.T) {
	fake, c, _ := start(t)
	ch := fake.AddChannel("open")
	o := discord.Outgoing{Content: "sorry", Nonce: discord.NonceOf("reply/41/2")}
	fake.Inject(fakediscord.Fault{Method: "POST", Drop: true, After: true})
	if _, err := c.Send(t.Context(), ch, o); cases.OutcomeOf(err) != cases.WasUnknown {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), ch, o); err != nil {
		t.Fatal(err)
	}
	if got := fake.Messages(ch); len(got) != 1 {
		t.Errorf("the channel shows %q, want one message", got)
	}
}

func TestTheTokenIsInNoError(t *testing.T) {
	fake, c, _ := start(t)
	ch := fake.AddChannel("open")
	var all []error
	add := func(err error) { all = append(all, err) }
	fake.Inject(fakediscord.Fault{Drop: true})
	_, err := c.Send(t.Context(), ch, discord.Outgoing{Content: "x"})
	add(err)
	i := discord.Interaction{ID: "1", Token: "tok-secret-interaction", ApplicationID: "1"}
	fake.Inject(fakediscord.Fault{Drop: true})
	add(c.Respond(t.Context(), i, discord.AnswerLater, nil))
	add(c.Respond(t.Context(), i, discord.AnswerLater, nil))
	fake.Close()
	add(c.Follow(t.Context(), i, discord.Outgoing{Content: "x"}))
	for _, err := range all {
		if err == nil {
			t.Error("no error")
		} else if s := err.Error(); strings.Contains(s, fakediscord.Token) || strings.Contains(s, "tok-secret") {
			t.Errorf("a secret in %q", s)
		}
	}
}

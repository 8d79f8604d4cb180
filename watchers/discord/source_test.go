package discord_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	platform "rasid/internal/platform/discord"
	"rasid/internal/platform/discord/fakediscord"
	"rasid/internal/platform/faketest"
	"rasid/watchers"
	"rasid/watchers/discord"
)

const soon = 20 * time.Second

var (
	sara = fakediscord.Person{ID: "700000000000000001", Name: "Sara"}
	mona = fakediscord.Person{ID: "700000000000000002", Name: "Mona"} // staff
	bot  = fakediscord.Person{ID: "700000000000000003", Name: "Otherbot", Bot: true}
	hook = fakediscord.Person{ID: "700000000000000004", Name: "Hook", Webhook: true}
)

// place is a fake with one channel, and a client that connect brings there.
type place struct {
	*fakediscord.Server
	inbox   *fakediscord.Inbox
	client  *platform.Client
	channel string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	fake, err := fakediscord.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	out := outbound.New(outbound.Options{AllowHosts: []string{fake.Addr()}})
	t.Cleanup(out.Close)
	inbox := fakediscord.NewInbox()
	client, err := platform.New(platform.Config{Account: "shop", Token: fakediscord.Token, API: fake.API(), Net: out, Inbox: inbox,
		Times: platform.Times{Identify: time.Millisecond, Pause: 10 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	return &place{Server: fake, inbox: inbox, client: client, channel: fake.AddChannel("customers")}
}

// connect lets the client run until the test ends. Sources are made before.
func (p *place) connect(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = p.client.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	if !p.AwaitGateway(soon, 1) {
		t.Fatal("no gateway")
	}
}

// watch starts a fake with one watched channel and a connected source.
func watch(t *testing.T) (*fakediscord.Server, *discord.Source, *fakediscord.Inbox, string) {
	t.Helper()
	p := newPlace(t)
	s := discord.New(discord.Config{Channel: p.channel, Threads: true}, "community", p.client, p.inbox, []string{mona.ID})
	p.connect(t)
	return p.Server, s, p.inbox, p.channel
}

// until polls from the start until a page satisfies ok.
func until(t *testing.T, s *discord.Source, inbox *fakediscord.Inbox, ok func(cases.Page) bool) cases.Page {
	t.Helper()
	over := time.NewTimer(soon)
	defer over.Stop()
	for {
		p, err := s.Poll(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		if ok(p) {
			return p
		}
		select {
		case <-inbox.Woken():
		case <-over.C:
			t.Fatalf("it did not come about: %+v", p)
		}
	}
}

func last(text string) func(cases.Page) bool {
	return func(p cases.Page) bool {
		return len(p.Mentions) > 0 && p.Mentions[len(p.Mentions)-1].Text == text
	}
}

func TestAMessageBecomesAMention(t *testing.T) {
	fake, s, inbox, ch := watch(t)
	id := fake.Say(sara, ch, "طلبي متأخر <:sad:700000000000000009> يا <@"+mona.ID+">")
	p := until(t, s, inbox, last("طلبي متأخر :sad: يا @user"))
	got := p.Mentions[0]
	got.PostedAt = time.Time{}
	want := cases.Mention{
		Source: "community", ID: id, Thread: ch + "/" + id, ReplyTo: ch + "/" + id,
		URL:      "https://discord.com/channels/" + fakediscord.Guild + "/" + ch + "/" + id,
		AuthorID: sara.ID, Author: "Sara", Text: "طلبي متأخر :sad: يا @user",
	}
	want.Old = got.Old // it may have been read as history, when it came before the first look
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if age := time.Since(p.Mentions[0].PostedAt); age < 0 || age > time.Hour {
		t.Errorf("posted %s ago", age)
	}
}

func TestWhoSpeaksAndToWhom(t *testing.T) {
	fake, s, inbox, ch := watch(t)
	first := fake.Say(sara, ch, "first")
	ours := fake.Answer(mona, ch, first, "we are looking")
	fake.Answer(sara, ch, ours, "thank you")
	fake.Say(bot, ch, "beep")
	fake.Say(hook, ch, "posted by a hook")
	thread := fake.AddThread(ch, "t")
	fake.Say(sara, thread, "in a thread")
	p := until(t, s, inbox, last("in a thread"))
	type row struct {
		Text, Author, Answers string
		Ours, Bot, Direct     bool
	}
	var got []row
	for _, m := range p.Mentions {
		got = append(got, row{m.Text, m.AuthorID, m.AnswerTo, m.Ours, m.Bot, m.Direct})
	}
	want := []row{
		{"first", sara.ID, "", false, false, false},
		{"we are looking", mona.ID, first, true, false, false},
		{"thank you", sara.ID, ours, false, false, true},
		{"beep", bot.ID, "", false, true, false},
		{"posted by a hook", "webhook:" + hook.ID, "", false, true, false},
		{"in a thread", sara.ID, "", false, false, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if m := p.Mentions[5]; m.Thread != thread || !strings.HasPrefix(m.ReplyTo, thread+"/") {
		t.Errorf("the thread's mention: %+v", m)
	}
}

func TestEditsAndDeletionsAreTold(t *testing.T) {
	fake, s, inbox, ch := watch(t)
	id := fake.Say(sara, ch, "bad")
	fake.Edit(ch, id, "very bad")
	fake.Delete(ch, id)
	p := until(t, s, inbox, func(p cases.Page) bool {
		return len(p.Mentions) > 0 && p.Mentions[len(p.Mentions)-1].Gone
	})
	edited := p.Mentions[len(p.Mentions)-2]
	if edited.Text != "very bad" || edited.EditedAt.IsZero() || edited.ID != id {
		t.Errorf("the edit: %+v", edited)
	}
	if gone := p.Mentions[len(p.Mentions)-1]; gone.ID != id || gone.Source != "community" {
		t.Errorf("the deletion: %+v", gone)
	}
}

func TestPollingTwiceGivesTheSamePage(t *testing.T) {
	fake, s, inbox, ch := watch(t)
	fake.Say(sara, ch, "one")
	fake.Say(sara, ch, "two")
	p := until(t, s, inbox, last("two"))
	again, err := s.Poll(t.Context(), "")
	if err != nil || cmp.Diff(p, again) != "" {
		t.Errorf("the same cursor gave another page: %v %s", err, cmp.Diff(p, again))
	}
	next, err := s.Poll(t.Context(), p.Next)
	if err != nil || len(next.Mentions) != 0 || next.Next != p.Next {
		t.Errorf("after the end: %+v %v", next, err)
	}
	if _, err := s.Poll(t.Context(), "not a number"); err == nil {
		t.Error("a foreign cursor was accepted")
	}
}

func TestAGapIsTold(t *testing.T) {
	fake, s, inbox, ch := watch(t)
	for range 6 {
		fake.Say(sara, ch, "")
	}
	p := until(t, s, inbox, func(p cases.Page) bool { return p.Gap != "" })
	if !strings.Contains(p.Gap, "Message Content Intent") || len(p.Mentions) != 0 {
		t.Errorf("gap %q, %d mentions", p.Gap, len(p.Mentions))
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	const good = "1100000000000000001"
	for _, tc := range []struct {
		c    discord.Config
		want string
	}{
		{discord.Config{}, "channel"},
		{discord.Config{Channel: "#general"}, "channel"},
		{discord.Config{Channel: "12"}, "channel"},
		{discord.Config{Channels: []string{"-1001234567890"}}, "channels[0]"}, // as on Telegram
		{discord.Config{Channel: good, Channels: []string{good}}, "channels[0]"},
		{discord.Config{Channels: []string{good}}, ""},
	} {
		faketest.Mistakes(t, tc.c.Check(), tc.want)
	}
}

func TestDoctorSaysWhatToSwitch(t *testing.T) {
	fake, s, _, ch := watch(t)
	var _ watchers.Doctor = s
	bad := func() (fixes []string) {
		for _, a := range s.Doctor(t.Context()) {
			if !a.OK {
				fixes = append(fixes, a.Fix)
			}
		}
		return fixes
	}
	if f := bad(); len(f) != 0 {
		t.Fatalf("all is well, but: %q", f)
	}
	fake.Mute(ch)
	if f := bad(); len(f) != 1 || !strings.Contains(f[0], "Send Messages") {
		t.Errorf("a muted channel: %q", f)
	}
	fake.Revoke()
	if f := bad(); len(f) != 1 || !strings.Contains(f[0], "Reset Token") {
		t.Errorf("a revoked token: %q", f)
	}
}

func TestWhatDiscordSaysOfItsLimitIsTold(t *testing.T) {
	fake, s, inbox, ch := watch(t)
	fake.Say(sara, ch, "hello")
	until(t, s, inbox, last("hello")) // the channel's history was asked for by then
	if found := s.Client.InspectToken(t.Context()); len(found) == 0 {
		t.Fatal("the doctor asked nothing")
	}
	ctx, meter := cases.Metered(t.Context())
	if _, err := s.Poll(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if a := meter.Heard(); a.Most == 0 || a.Left >= a.Most || a.Resets.IsZero() {
		t.Errorf("%+v", a)
	}
}

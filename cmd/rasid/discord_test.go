package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rasid/internal/platform/discord/fakediscord"
)

// onDiscord is a shop on a fake Discord, with the program running.
type onDiscord struct {
	t                             testing.TB
	server                        *fakediscord.Server
	support, general, desk, leads string
	karim, lina, sara             fakediscord.Person
	out                           *lines
	data                          string // folder of the program that was started last
}

func newDiscord(t testing.TB) *onDiscord {
	t.Helper()
	s, err := fakediscord.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	o := &onDiscord{
		t: t, server: s, out: &lines{},
		karim: fakediscord.Person{ID: "400000000000000001", Name: "Karim"}, lina: fakediscord.Person{ID: "400000000000000002", Name: "Lina"},
		sara: fakediscord.Person{ID: "500000000000000001", Name: "Sara"},
	}
	o.support, o.general, o.desk, o.leads = s.AddChannel("support"), s.AddChannel("general"), s.AddChannel("staff"), s.AddChannel("leads")
	return o
}

// run starts the program with examples/discord.yaml turned to the fake, with
// extra lines under policy.
func (o *onDiscord) run(policy ...string) {
	o.t.Helper()
	o.start(time.Now, "undo: 15s", strings.Join(append([]string{"undo: 1s"}, policy...), "\n  "))
}

// start is run with pairs of what stands in the example and what to put there,
// and a clock.
func (o *onDiscord) start(now func() time.Time, pairs ...string) {
	o.t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "discord.yaml"))
	if err != nil {
		o.t.Fatal(err)
	}
	dir := o.t.TempDir()
	o.data = filepath.Join(dir, "data")
	mine := strings.NewReplacer(append(pairs,
		"kind: discord\n    token: ${DISCORD_TOKEN}", "kind: discord\n    api_url: "+o.server.API()+"\n    token: ${DISCORD_TOKEN}",
		"1100000000000000001", o.support, "1100000000000000002", o.general, "1100000000000000003", o.desk, "1100000000000000004", o.leads,
	)...).Replace(string(text))
	mine += "\nlog: {level: debug}\ndata: " + o.data + "\nconsole: {listen: \"off\"}\nnetwork: {allow: [127.0.0.1]}\n"
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(mine), 0o600); err != nil {
		o.t.Fatal(err)
	}
	started(o.t, path, o.out, now, "DISCORD_TOKEN", fakediscord.Token)
	if !o.server.AwaitGateway(time.Minute, 1) {
		o.t.Fatalf("the program never connected:\n%s", o.out)
	}
}

// card waits for a message of the bot in a room that holds some words.
func (o *onDiscord) card(room, words string) fakediscord.Posted {
	o.t.Helper()
	var found fakediscord.Posted
	defer func() {
		if o.t.Failed() {
			o.t.Logf("the room:\n%+v\nlog:\n%s", o.server.Posted(room), o.out)
		}
	}()
	soon(o.t, "a card with "+words, func() string {
		for _, p := range o.server.Posted(room) {
			if strings.Contains(p.Text, words) {
				found = p
				return p.ID
			}
		}
		return ""
	})
	return found
}

func TestAComplaintOnDiscordIsAnsweredUnderTheCustomersMessage(t *testing.T) {
	o := newDiscord(t)
	o.run()
	said := o.server.Say(o.sara, o.support, "The app keeps crashing @everyone, I was charged twice and nobody answers. Terrible!")
	card := o.card(o.desk, "keeps crashing")
	for _, want := range []string{"Sara", "Complaint", "within 24 hours"} {
		if !strings.Contains(card.Text, want) {
			t.Errorf("the card does not say %q:\n%s", want, card.Text)
		}
	}
	o.server.Press(o.sara, o.desk, card.ID, card.Buttons[0]) // a stranger may not
	o.server.Press(o.karim, o.desk, card.ID, card.Buttons[0])
	var posts []fakediscord.Posted
	soon(t, "the reply", func() string {
		if posts = o.server.Posted(o.support); len(posts) == 0 {
			return ""
		}
		return posts[0].ID
	})
	if len(posts) != 1 || posts[0].Reply != said || !strings.Contains(card.Text, posts[0].Text) {
		t.Errorf("posted %+v, want one reply to %s with the card's words:\n%s", posts, said, card.Text)
	}
	if answered := o.card(o.desk, "Answered, approved by"); len(answered.Links) == 0 || !strings.HasSuffix(answered.Links[0], "/"+posts[0].ID) {
		t.Errorf("the card leads to %v, want to the reply %s", answered.Links, posts[0].ID)
	}
	if v := o.server.Violations(); len(v) > 0 {
		t.Errorf("sends that could have pinged people: %v", v)
	}
	if strings.Contains(o.out.String(), fakediscord.Token) {
		t.Error("the token is in the log")
	}
}

func TestADeletedMessageOnDiscordIsNotAnswered(t *testing.T) {
	o := newDiscord(t)
	o.run()
	said := o.server.Say(o.sara, o.support, "worst support ever, I want my money back")
	card := o.card(o.desk, "money back")
	o.server.Delete(o.support, said)
	o.card(o.desk, "deleted")
	o.server.Press(o.karim, o.desk, card.ID, card.Buttons[0])
	o.server.Say(o.sara, o.support, "my second order is broken too, terrible")
	second := o.card(o.desk, "second order")
	o.server.Press(o.karim, o.desk, second.ID, second.Buttons[0])
	soon(t, "the reply to the second message", func() string {
		if posts := o.server.Posted(o.support); len(posts) > 0 {
			return posts[0].ID
		}
		return ""
	})
	for _, p := range o.server.Posted(o.support) {
		if p.Reply == said {
			t.Errorf("answered a message that was deleted: %+v", p)
		}
	}
}

// BenchmarkDiscordMessageToCard measures from a message in a watched channel to
// its card in the staff channel. Run it with -benchtime 1000x.
func BenchmarkDiscordMessageToCard(b *testing.B) {
	o := newDiscord(b)
	o.run(oneByOne)
	var took []time.Duration
	for i := range b.N {
		who := fakediscord.Person{ID: fmt.Sprint(500000000000001000 + i), Name: "Customer"}
		words := fmt.Sprintf("terrible service on visit %d", i)
		began := time.Now()
		o.server.Say(who, o.support, words)
		seen := o.server.Await(30*time.Second, func(all []fakediscord.Effect) bool {
			return len(all) > 0 && strings.Contains(fmt.Sprint(all[len(all)-1]), words)
		})
		if !seen {
			b.Fatalf("no card for %q:\n%s", words, o.out)
		}
		took = append(took, time.Since(began))
	}
	percentiles(b, took)
}

func TestWordsThatGetWorseAfterTheReplyComeBackOnDiscord(t *testing.T) {
	o := newDiscord(t)
	o.run()
	said := o.server.Say(o.sara, o.support, "My order came late, nobody told me")
	card := o.card(o.desk, "came late")
	o.server.Press(o.karim, o.desk, card.ID, card.Buttons[0])
	o.card(o.desk, "Answered, approved by")
	o.server.Edit(o.support, said, "My order came late, nobody told me. The driver was rude to my mother and threw it over the fence!")
	var back fakediscord.Posted
	soon(t, "a new card", func() string {
		for _, p := range o.server.Posted(o.desk) {
			if p.ID != card.ID && strings.Contains(p.Text, "threw it over") && len(p.Buttons) > 0 {
				back = p
				return p.ID
			}
		}
		return ""
	})
	for _, words := range []string{"changed it since you answered", "Before: “"} {
		if !strings.Contains(back.Text, words) {
			t.Errorf("the card that came back does not say %q:\n%s", words, back.Text)
		}
	}
	if posts := o.server.Posted(o.support); len(posts) != 1 || len(back.Links) == 0 || !strings.HasSuffix(back.Links[0], "/"+posts[0].ID) {
		t.Errorf("posted %+v, and the card leads to %v", posts, back.Links)
	}
}

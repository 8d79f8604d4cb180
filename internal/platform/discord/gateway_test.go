package discord_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/discord"
	"rasid/internal/platform/discord/fakediscord"
)

// live starts a fake, and a client that watches one channel and is connected.
func live(t *testing.T) (*fakediscord.Server, *discord.Client, *fakediscord.Inbox, string) {
	t.Helper()
	fake, c, inbox := start(t)
	fake.Heartbeat(100 * time.Millisecond)
	ch := fake.AddChannel("customers")
	c.Watch(ch, true)
	run(t, c)
	if !fake.AwaitGateway(soon, 1) {
		t.Fatal("no gateway")
	}
	return fake, c, inbox, ch
}

func TestMessagesEditsAndDeletionsAreWrittenDown(t *testing.T) {
	fake, _, inbox, ch := live(t)
	fake.Say(sara, ch, "marker")
	eventually(t, inbox, "the marker", has(discord.Said, "marker")) // history is read by now
	other := fake.AddChannel("elsewhere")
	fake.Say(sara, other, "not watched")
	thread := fake.AddThread(ch, "order 7")
	first := fake.Say(sara, ch, "where is my order")
	fake.Say(sara, thread, "said in a thread")
	fake.Edit(ch, first, "where is my order?!")
	a, b := fake.Say(sara, ch, "one"), fake.Say(sara, ch, "two")
	fake.Delete(ch, first)
	fake.Delete(ch, a, b)
	eventually(t, inbox, "three deletions", func(l []discord.Item) bool { return count(l, discord.Removed, "") == 3 })
	l := read(t, inbox)
	if has(discord.Said, "not watched")(l) {
		t.Error("a channel that is not watched was written down")
	}
	for _, want := range []struct{ event, words string }{{discord.Said, "where is my order"}, {discord.Changed, "?!"}, {discord.Said, "said in a thread"}} {
		if !has(want.event, want.words)(l) {
			t.Errorf("no %s %q in %s", want.event, want.words, lines(t, inbox))
		}
	}
	for _, i := range l {
		if text(i) == "said in a thread" && (i.Channel != thread || i.Parent != ch || i.Guild != fakediscord.Guild) {
			t.Errorf("the thread's message stands at %s under %s of %s", i.Channel, i.Parent, i.Guild)
		}
	}
}

func TestEveryWayOfLosingTheGatewayIsRecovered(t *testing.T) {
	for _, tc := range []struct {
		name string
		lose func(*fakediscord.Server)
		heal func(*fakediscord.Server)
	}{
		{"reconnect asked (op 7)", func(s *fakediscord.Server) { s.Reconnect() }, nil},
		{"connection reset", func(s *fakediscord.Server) { s.Disconnect(0) }, nil},
		{"closed with 4000", func(s *fakediscord.Server) { s.Disconnect(4000) }, nil},
		{"closed with 4009, session gone", func(s *fakediscord.Server) { s.ForgetSessions(); s.Disconnect(4009) }, nil},
		{"session invalid (op 9)", func(s *fakediscord.Server) { s.Invalidate() }, nil},
		{"silent", func(s *fakediscord.Server) { s.Silence(true, false) }, func(s *fakediscord.Server) { s.Silence(false, false) }},
		{"silent, and no HELLO", func(s *fakediscord.Server) { s.Silence(true, true) }, func(s *fakediscord.Server) { s.Silence(false, false) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			fake, _, inbox, ch := live(t)
			fake.Say(sara, ch, "before")
			eventually(t, inbox, "the first message", has(discord.Said, "before"))
			sessions, resumes := fake.Identified(), fake.Resumed()
			tc.lose(fake)
			fake.Say(sara, ch, "while away")
			if tc.heal != nil {
				// The silence must be noticed before it ends: a second
				// connection is the sign.
				if !fake.AwaitConnections(soon, 2) {
					t.Fatal("the silence was not noticed")
				}
				tc.heal(fake)
			}
			eventually(t, inbox, "the message said while away", has(discord.Said, "while away"))
			fake.Say(sara, ch, "after")
			eventually(t, inbox, "the message said after", has(discord.Said, "after"))
			if fake.Identified()+fake.Resumed() == sessions+resumes {
				t.Error("the gateway was never taken up again")
			}
			for _, words := range []string{"before", "while away", "after"} {
				if n := count(read(t, inbox), discord.Said, words); n != 1 {
					t.Errorf("%q is there %d times", words, n)
				}
			}
		})
	}
}

func TestAGatewayThatRefusesForGoodStopsWithAdvice(t *testing.T) {
	for code, words := range map[int]string{4004: "Reset Token", 4010: "4010", 4011: "too many servers", 4012: "Update", 4013: "Update", 4014: "Message Content Intent"} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			fake, c, _ := start(t)
			fake.RefuseIdentify(code)
			select {
			case err := <-run(t, c):
				if !errors.Is(err, discord.ErrHalted) || !strings.Contains(err.Error(), words) {
					t.Errorf("ended with %v, want advice with %q", err, words)
				}
			case <-time.After(soon):
				t.Fatal("still trying")
			}
			if n := fake.Identified(); n != 1 {
				t.Errorf("identified %d times, want 1", n)
			}
			if _, err := c.Me(t.Context()); !errors.Is(err, cases.ErrRefused) {
				t.Errorf("a later call gave %v, want a refusal", err)
			}
		})
	}
}

func TestTheIntentSwitchedOffIsFatal(t *testing.T) {
	fake, c, _ := start(t)
	fake.WithholdContent()
	select {
	case err := <-run(t, c):
		if !strings.Contains(fmt.Sprint(err), "Message Content Intent") {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(soon):
		t.Fatal("still trying")
	}
}

func TestStrangeEventsDoNotStopTheOthers(t *testing.T) {
	fake, _, inbox, ch := live(t)
	base := fmt.Sprintf(`"channel_id":%q,"guild_id":%q,"timestamp":"2026-01-01T00:00:00+00:00"`, ch, fakediscord.Guild)
	for i, e := range []struct{ name, data string }{
		{"MESSAGE_CREATE", `null`},
		{"MESSAGE_CREATE", `"text"`},
		{"MESSAGE_CREATE", `[1,2]`},
		{"MESSAGE_CREATE", `{}`},
		{"MESSAGE_CREATE", `{"id":5,"channel_id":7}`},
		{"MESSAGE_CREATE", `{"id":"1e400","channel_id":null}`},
		{"MESSAGE_CREATE", `{"id":"111111111111111101",` + base + `,"content":"nil author","author":null}`},
		{"MESSAGE_CREATE", `{"id":"111111111111111102",` + base + `,"content":"unknown component","author":{"id":"5"},"components":[{"type":77,"x":[null]},null]}`},
		{"MESSAGE_CREATE", `{"id":"111111111111111103",` + base + `,"content":7,"author":{"id":"5"}}`},
		{"MESSAGE_UPDATE", `{"id":"111111111111111102",` + base + `,"author":null,"edited_timestamp":"tomorrow"}`},
		{"MESSAGE_DELETE_BULK", `{"ids":null}`},
		{"GUILD_CREATE", `null`},
		{"GUILD_CREATE", `{}`},
		{"GUILD_CREATE", `{"id":"1","channels":[null],"members":[null],"threads":[null]}`},
		{"GUILD_UPDATE", `null`},
		{"VOICE_STATE_UPDATE", `{}`},
		{"VOICE_SERVER_UPDATE", `null`},
		{"THREAD_CREATE", `{"id":null}`},
		{"INTERACTION_CREATE", `null`},
		{"INTERACTION_CREATE", `{"id":"1","token":"t","type":3,"data":null,"member":null}`},
		{"SOMETHING_NEW", `{"a":[[[[]]]]}`},
		{"RESUMED", `null`},
	} {
		fake.Dispatch(e.name, e.data)
		words := fmt.Sprintf("still here %d.", i)
		fake.Say(sara, ch, words)
		eventually(t, inbox, e.name+" "+e.data+" survived", has(discord.Said, words))
	}
	for _, payload := range []string{`null`, `[]`, `7`, `not json`, `{"op":99,"d":{}}`, `{"op":0,"t":null,"d":null}`, `{"op":"x"}`, `{"op":11,"d":{"x":1}}`, `{"op":1}`} {
		fake.Raw(payload)
		fake.Say(sara, ch, "past "+payload)
		eventually(t, inbox, payload+" survived", has(discord.Said, "past "+payload))
	}
	if !has(discord.Said, "unknown component")(read(t, inbox)) {
		t.Error("a message with an unknown component was lost")
	}
	if fake.Identified() != 1 {
		t.Errorf("identified %d times: something strange broke the connection", fake.Identified())
	}
}

func TestDoubledAndReorderedEventsAreWrittenOnce(t *testing.T) {
	fake, _, inbox, ch := live(t)
	fake.Double(true)
	fake.Say(sara, ch, "doubled")
	fake.Double(false)
	fake.Reorder(3)
	for _, w := range []string{"x1", "x2", "x3"} {
		fake.Say(sara, ch, w)
	}
	fake.Say(sara, ch, "last")
	eventually(t, inbox, "the last one", has(discord.Said, "last"))
	for _, w := range []string{"doubled", "x1", "x2", "x3"} {
		if n := count(read(t, inbox), discord.Said, w); n != 1 {
			t.Errorf("%q is there %d times, want once", w, n)
		}
	}
}

func TestWhatWasSaidWhileTheProgramWasDownIsReadBack(t *testing.T) {
	fake, c, inbox := start(t)
	fake.Advance(-time.Hour)
	ch := fake.AddChannel("customers")
	forum := fake.AddForum("questions")
	fake.Say(sara, ch, "long ago")
	fake.Advance(time.Hour)
	for _, id := range []string{ch, forum} {
		c.Watch(id, true)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	eventually(t, inbox, "history", has(discord.Said, "long ago"))
	edited := fake.Say(sara, ch, "first wording")
	eventually(t, inbox, "a live message", has(discord.Said, "first wording"))
	cancel()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("the first run ended with %v", err)
	}

	for n := range 250 { // three pages
		fake.Say(sara, ch, fmt.Sprintf("missed %d.", n))
	}
	thread := fake.AddThread(ch, "new thread")
	fake.Say(sara, thread, "in a new thread")
	post := fake.AddThread(forum, "a question")
	fake.Say(sara, post, "in the forum")
	old := fake.AddThread(ch, "archived meanwhile")
	fake.Say(sara, old, "in an archived thread")
	fake.Archive(old)
	fake.Edit(ch, edited, "second wording")

	again := connect(t, fake, inbox)
	for _, id := range []string{ch, forum} {
		again.Watch(id, true)
	}
	run(t, again)
	eventually(t, inbox, "the forum's message", has(discord.Said, "in the forum"))
	eventually(t, inbox, "the archived thread", has(discord.Said, "in an archived thread"))
	l := read(t, inbox)
	for n := range 250 {
		if got := count(l, discord.Said, fmt.Sprintf("missed %d.", n)); got != 1 {
			t.Fatalf("message %d is there %d times", n, got)
		}
	}
	if !has(discord.Said, "in a new thread")(l) || !has(discord.Changed, "second wording")(l) {
		t.Errorf("not all was read back: %s", lines(t, inbox))
	}
	for _, i := range l {
		if want := text(i) == "long ago"; i.Old != want {
			t.Errorf("%q: old = %v, want %v", text(i), i.Old, want)
		}
	}
}

func TestAFailingBackfillIsTriedAgainAndARefusedOneIsAGap(t *testing.T) {
	fake, c, inbox := start(t)
	ch, hidden := fake.AddChannel("customers"), fake.AddChannel("hidden")
	fake.Hide(hidden)
	fake.Say(sara, ch, "there")
	fake.Inject(fakediscord.Fault{Method: "GET", Path: "/messages", Status: 503, Times: 3})
	c.Watch(ch, false)
	c.Watch(hidden, false)
	run(t, c)
	eventually(t, inbox, "the message", has(discord.Said, "there"))
	eventually(t, inbox, "the gap", has(discord.Missed, "Missing Access"))
}

func TestADatabaseThatIsDownLosesNothing(t *testing.T) {
	fake, _, inbox, ch := live(t)
	fake.Say(sara, ch, "marker")
	eventually(t, inbox, "the marker", has(discord.Said, "marker"))
	inbox.Fail(errors.New("disk full"))
	fake.Say(sara, ch, "one")
	fake.Say(sara, ch, "two")
	eventually(t, inbox, "a write that fails", func([]discord.Item) bool { return inbox.Refused() > 0 })
	inbox.Fail(nil)
	eventually(t, inbox, "both", func(l []discord.Item) bool {
		return count(l, discord.Said, "one") == 1 && count(l, discord.Said, "two") == 1
	})
}

func TestEmptyMessagesRaiseAnAlarmOnce(t *testing.T) {
	fake, c, inbox, ch := live(t)
	for range 12 {
		fake.Say(sara, ch, "")
	}
	fake.Say(sara, ch, "end")
	eventually(t, inbox, "the end", has(discord.Said, "end"))
	if n := count(read(t, inbox), discord.Missed, "Message Content Intent"); n != 1 {
		t.Errorf("%d alarms, want 1: %s", n, lines(t, inbox))
	}
	if c.Hollow() {
		t.Error("still alarmed after a message with text")
	}
}

func TestARepeatedEmptyMessageCountsOnce(t *testing.T) {
	fake, c, inbox, ch := live(t)
	fake.Double(true)
	for range 4 {
		fake.Say(sara, ch, "")
	}
	fake.Say(sara, ch, "words at last")
	eventually(t, inbox, "the words", has(discord.Said, "words at last"))
	if n := count(read(t, inbox), discord.Missed, "Message Content Intent"); n != 0 || c.Hollow() {
		t.Errorf("%d alarms over four messages told twice: %s", n, lines(t, inbox))
	}
}

func TestInspectNamesTheSwitch(t *testing.T) {
	fake, c, _ := start(t)
	ok, hidden, mute := fake.AddChannel("ok"), fake.AddChannel("hidden"), fake.AddChannel("mute")
	thread := fake.AddThread(mute, "t")
	fake.Hide(hidden)
	fake.Mute(mute)
	for _, tc := range []struct {
		name, channel, words string
		good                 bool
	}{
		{"all right", ok, "", true},
		{"out of sight", hidden, "Invite", false},
		{"read only", mute, `allow "Send Messages"`, false},
		{"a thread of it", thread, `allow "Send Messages"`, false},
		{"no such channel", "12345678", "Copy Channel ID", false},
	} {
		f := c.InspectChannel(t.Context(), tc.channel, discord.PermSend)
		if len(f) != 1 || f[0].OK != tc.good || !strings.Contains(f[0].Fix, tc.words) {
			t.Errorf("%s: %+v", tc.name, f)
		}
	}
	if f := c.InspectToken(t.Context()); len(f) != 2 || !f[0].OK || !f[1].OK {
		t.Errorf("token: %+v", f)
	}
	fake.WithholdContent()
	if f := c.InspectToken(t.Context()); f[1].OK || !strings.Contains(f[1].Fix, "switch on Message Content Intent") {
		t.Errorf("intent: %+v", f)
	}
	fake.Revoke()
	if f := c.InspectToken(t.Context()); f[0].OK || !strings.Contains(f[0].Fix, "Reset Token") {
		t.Errorf("revoked: %+v", f)
	}
}

// The library would notice after five heartbeats and go on with the session.
func TestAGatewayThatTellsButAnswersNoHeartbeatIsLeftForANewSession(t *testing.T) {
	fake, _, inbox := start(t)
	fake.Heartbeat(900 * time.Millisecond)
	c := connectWith(t, fake, inbox, func(tm *discord.Times) { tm.Silence = time.Second })
	ch := fake.AddChannel("customers")
	c.Watch(ch, true)
	run(t, c)
	if !fake.AwaitGateway(soon, 1) {
		t.Fatal("no gateway")
	}
	fake.Benumb(true)
	for range 400 {
		if fake.AwaitGateway(50*time.Millisecond, 2) {
			return
		}
		fake.Say(sara, ch, "still talking")
	}
	t.Error("nobody noticed that heartbeats are not answered")
}

func TestWhatIsSaidInAThreadIsHeardAsItIsSaid(t *testing.T) {
	fake, _, inbox, ch := live(t)
	for _, words := range []string{"one", "two"} { // the second is told by the gateway: reading back is over
		fake.Say(sara, ch, words)
		eventually(t, inbox, words, has(discord.Said, words))
	}
	thread, other := fake.AddThread(ch, "begun now"), fake.AddThread(fake.AddChannel("not ours"), "theirs")
	fake.Say(sara, other, "in a thread of others")
	fake.Say(sara, thread, "in our thread")
	eventually(t, inbox, "the message in the thread", has(discord.Said, "in our thread"))
	if has(discord.Said, "in a thread of others")(read(t, inbox)) {
		t.Error("a thread of a channel that is not watched was heard")
	}
}

func TestAGatewayThatAnswersButTellsNothingIsNoticed(t *testing.T) {
	fake, _, inbox := start(t)
	fake.Heartbeat(100 * time.Millisecond)
	c := connectWith(t, fake, inbox, func(tm *discord.Times) { tm.Audit = 100 * time.Millisecond })
	ch := fake.AddChannel("customers")
	c.Watch(ch, true)
	run(t, c)
	if !fake.AwaitGateway(soon, 1) {
		t.Fatal("no gateway")
	}
	fake.Say(sara, ch, "before")
	eventually(t, inbox, "the first message", has(discord.Said, "before"))
	fake.Deafen(true)
	fake.Say(sara, ch, "told to nobody")
	eventually(t, inbox, "the message nobody told of", has(discord.Said, "told to nobody"))
	fake.Deafen(false)
	if !fake.AwaitGateway(soon, 2) {
		t.Error("the deaf connection was kept")
	}
	deleted := fake.Say(sara, ch, "soon gone")
	eventually(t, inbox, "the one that goes", has(discord.Said, "soon gone"))
	fake.Delete(ch, deleted)
	eventually(t, inbox, "its deletion", func(l []discord.Item) bool { return count(l, discord.Removed, "") == 1 })
}

func TestIdentifyIsSpacedAndBounded(t *testing.T) {
	fake, _, inbox := start(t)
	c := connectWith(t, fake, inbox, func(tm *discord.Times) { tm.Identify, tm.Ready = 150*time.Millisecond, 700*time.Millisecond })
	fake.InvalidIdentify(true) // the library would answer each with an IDENTIFY at once
	begun := time.Now()
	run(t, c)
	if !fake.AwaitConnections(soon, 3) {
		t.Fatal("no further connection")
	}
	most := int(time.Since(begun)/(150*time.Millisecond)) + 1
	if n := fake.Identified(); n < 2 || n > most {
		t.Errorf("identified %d times in %s, want at least 2 and at most %d", n, time.Since(begun).Round(time.Millisecond), most)
	}
	fake.InvalidIdentify(false)
	if !fake.AwaitGateway(soon, 1) {
		t.Error("it never got in")
	}
}

func TestAnOutageOfTheNetworkKeepsTheSession(t *testing.T) {
	fake, _, inbox, ch := live(t)
	fake.Say(sara, ch, "before")
	eventually(t, inbox, "the first message", has(discord.Said, "before"))
	fake.Inject(fakediscord.Fault{Path: "/gateway", Drop: true, Times: 2})
	fake.RefuseConnections(3)
	fake.Disconnect(0)
	fake.Say(sara, ch, "while away")
	eventually(t, inbox, "the message said while away", has(discord.Said, "while away"))
	if fake.Resumed() != 1 || fake.Identified() != 1 {
		t.Errorf("resumed %d times and identified %d, want 1 and 1", fake.Resumed(), fake.Identified())
	}
}

func TestAnInteractionToldTwiceIsHeardOnce(t *testing.T) {
	fake, c, _, ch := live(t)
	heard := make(chan string, 10)
	stop := c.Hear(func(_ context.Context, i discord.Interaction) { heard <- i.Data.Name })
	fake.Double(true)
	fake.Slash(sara, ch, "stop")
	fake.Double(false)
	fake.Slash(sara, ch, "help")
	count := map[string]int{}
	for _, name := range []string{"stop", "help", "one", "two", "three", "four"} { // each of the last comes after the second "stop"
		if name != "stop" && name != "help" {
			fake.Slash(sara, ch, name)
		}
		for count[name] == 0 {
			count[<-heard]++
		}
	}
	stop()
	if count["stop"] != 1 || len(heard) != 0 {
		t.Errorf("heard %v and %d more, want each once", count, len(heard))
	}
}

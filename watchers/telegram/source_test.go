package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	wire "rasid/internal/platform/telegram"
	"rasid/internal/platform/telegram/faketelegram"
	"rasid/watchers"
	"rasid/watchers/telegram"
	"rasid/watchers/watcherstest"
)

const (
	group   = -1001500
	basic   = -77
	channel = -1001900
	sara    = 9001
	mona    = 55 // of our staff
	gifbot  = 8080
)

type world struct {
	*faketelegram.Server
	source *telegram.Source
	conn   *wire.Connection
	inbox  *faketelegram.Inbox
}

func newWorld(t testing.TB, cfg telegram.Config) *world {
	t.Helper()
	w := &world{Server: faketelegram.New(), inbox: &faketelegram.Inbox{}}
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	w.AddUser(faketelegram.User{ID: sara, First: "سارة", Last: "ق"})
	w.AddUser(faketelegram.User{ID: mona, First: "Mona"})
	w.AddUser(faketelegram.User{ID: gifbot, First: "Gif", Bot: true})
	w.AddChat(group, "supergroup", "مجموعة العملاء")
	w.AddChat(basic, "group", "صغيرة")
	w.AddChat(channel, "channel", "قناتنا")
	w.SetMember(channel, faketelegram.BotID, "administrator")
	net := outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(net.Close)
	client := wire.New(wire.Config{Token: faketelegram.Token, API: w.URL(), Poll: time.Second, Pause: time.Millisecond}, net, nil)
	w.conn = wire.Connect(client, "main", w.inbox, nil)
	w.conn.Watch(cfg.All()...)
	w.source = &telegram.Source{Name: "customers", Account: "main", Config: cfg, Inbox: w.inbox, Client: client, Staff: []int64{mona}, Strangers: w.conn.Strangers}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.conn.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, wire.ErrToken) {
			t.Errorf("Run = %v", err)
		}
	})
	return w
}

// read polls until n mentions came, or nothing more is under way.
func (w *world) read(t *testing.T, n int) []cases.Mention {
	t.Helper()
	var out []cases.Mention
	var at cases.Cursor
	w.Eventually(10*time.Second, func() bool {
		page, err := w.source.Poll(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.source.Poll(t.Context(), at)
		if err != nil || !slices.EqualFunc(page.Mentions, again.Mentions[:min(len(again.Mentions), len(page.Mentions))], func(a, b cases.Mention) bool { return cmp.Equal(a, b) }) {
			t.Fatalf("the same cursor gave another page: %v", err)
		}
		out = append(out, page.Mentions...)
		at = page.Next
		return len(out) >= n && w.Waiting() == 0
	})
	if len(out) != n {
		t.Fatalf("%d mentions, want %d: %+v", len(out), n, out)
	}
	return out
}

func TestAMessageBecomesAMentionWithAllThatIsNeededToAnswer(t *testing.T) {
	w := newWorld(t, telegram.Config{Chat: group})
	at := time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC)
	w.SayAs(group, sara, "طلبي متأخر من ثلاث ايام", faketelegram.Said{At: at})
	want := cases.Mention{
		Source: "customers", ID: "-1001500/1", Thread: "-1001500/1", ReplyTo: "-1001500/0/1", URL: "https://t.me/c/1500/1",
		AuthorID: "9001", Author: "سارة ق", Text: "طلبي متأخر من ثلاث ايام", PostedAt: at,
	}
	if diff := cmp.Diff(want, w.read(t, 1)[0]); diff != "" {
		t.Errorf("mention (-want +got):\n%s", diff)
	}
}

func TestWhoSpeaksDecidesWhetherItIsAnswered(t *testing.T) {
	w := newWorld(t, telegram.Config{Chat: group})
	w.BotToBot = true
	asked := w.Say(group, sara, "أين الطلب؟")
	tests := []struct {
		name string
		from int64
		how  faketelegram.Said
		ours bool
		bot  bool
	}{
		{"a customer", sara, faketelegram.Said{}, false, false},
		{"our staff", mona, faketelegram.Said{ReplyTo: asked}, true, false},
		{"a hidden administrator", faketelegram.AnonymousAdmin, faketelegram.Said{SenderChat: group}, true, false},
		{"a post of the linked channel", 777000, faketelegram.Said{SenderChat: channel, Linked: true}, true, false},
		{"somebody writing as their channel", 136817688, faketelegram.Said{SenderChat: channel}, false, true},
		{"another bot", gifbot, faketelegram.Said{}, false, true},
		{"a customer through an inline bot", sara, faketelegram.Said{ViaBot: gifbot}, false, true},
	}
	for _, tt := range tests {
		w.SayAs(group, tt.from, tt.name, tt.how)
	}
	got := w.read(t, len(tests)+1)[1:]
	for i, tt := range tests {
		if m := got[i]; m.Ours != tt.ours || m.Bot != tt.bot || m.AuthorID == "" {
			t.Errorf("%s: ours %v, bot %v, author %q; want ours %v, bot %v", tt.name, m.Ours, m.Bot, m.AuthorID, tt.ours, tt.bot)
		}
	}
	if got[1].AnswerTo != "-1001500/1" {
		t.Errorf("our colleague answered %q, want the customer's message", got[1].AnswerTo)
	}
}

func TestConversationsStayTogether(t *testing.T) {
	w := newWorld(t, telegram.Config{Chat: group})
	root := w.Say(group, sara, "سؤال")
	answer := w.ReplyTo(group, root, mona, "جواب")
	w.ReplyTo(group, answer, sara, "سؤال آخر")
	w.Say(group, sara, "موضوع جديد")
	m := w.read(t, 4)
	if m[1].Thread != m[0].Thread || m[2].Thread != m[0].Thread || m[3].Thread == m[0].Thread {
		t.Errorf("threads %q %q %q %q, want the first three alike and the last of its own", m[0].Thread, m[1].Thread, m[2].Thread, m[3].Thread)
	}
	if !m[2].Direct || m[0].Direct {
		t.Errorf("direct %v and %v, want only the answer to our colleague", m[0].Direct, m[2].Direct)
	}
}

func TestAForumTopicIsAPlaceOfManyConversations(t *testing.T) {
	w := newWorld(t, telegram.Config{Chat: -1001600, Topics: []int64{5}})
	w.AddChat(-1001600, "supergroup", "منتدى", 5, 6)
	w.SayAs(-1001600, sara, "في موضوع آخر", faketelegram.Said{Topic: 6})
	w.SayAs(-1001600, sara, "في الشكاوى", faketelegram.Said{Topic: 5})
	m := w.read(t, 1)[0]
	if m.Text != "في الشكاوى" || m.Thread != "-1001600/2" || m.ReplyTo != "-1001600/5/2" || m.URL != "https://t.me/c/1600/5/2" {
		t.Errorf("mention %+v, want the one of topic 5, with its topic in reply and link, and a conversation of its own", m)
	}
}

func TestCaptionsEditsAndChannelsAreRead(t *testing.T) {
	w := newWorld(t, telegram.Config{Chats: []int64{group, channel}, Dedicated: true})
	w.SetUsername(channel, "noor_news")
	photo := w.SayAs(group, sara, "الكيس ممزق", faketelegram.Said{Caption: true})
	w.Edit(group, photo, "الكيس ممزق تمامًا")
	w.SayAs(channel, 0, "خبر", faketelegram.Said{SenderChat: channel})
	w.SayAs(group, sara, "", faketelegram.Said{})
	m := w.read(t, 3)
	if m[0].Text != "الكيس ممزق" || m[1].Text != "الكيس ممزق تمامًا" || m[0].ID != m[1].ID || m[1].EditedAt.IsZero() || !m[0].EditedAt.IsZero() {
		t.Errorf("photo and its edit: %+v", m[:2])
	}
	if m[2].URL != "https://t.me/noor_news/1" || m[2].AuthorID != "chat:-1001900" || m[2].Bot || !m[2].Direct {
		t.Errorf("channel post: %+v", m[2])
	}
}

func TestAMigratedGroupIsStillTheSameSource(t *testing.T) {
	w := newWorld(t, telegram.Config{Chat: basic})
	w.Say(basic, sara, "قبل")
	w.Migrate(basic, -1007700)
	w.Say(-1007700, sara, "بعد")
	m := w.read(t, 2)
	if m[0].URL != "" || m[1].ReplyTo != "-1007700/0/2" {
		t.Errorf("mentions %+v, want the second under the new number", m)
	}
	// A program that was started anew knows the move from the cursor alone.
	page, err := w.source.Poll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	fresh := *w.source
	fresh.Client = nil
	w.Say(-1007700, sara, "لاحقًا")
	if !w.Eventually(10*time.Second, func() bool {
		next, err := fresh.Poll(t.Context(), page.Next)
		return err == nil && len(next.Mentions) == 1 && next.Mentions[0].Text == "لاحقًا"
	}) {
		t.Error("what was said after the restart was not read")
	}
}

func TestWhatCannotBeReadIsAGap(t *testing.T) {
	w := newWorld(t, telegram.Config{Chat: group})
	w.PushRaw(func(id int64) string { return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":"x"}}`, id) })
	w.Say(group, sara, "بعده")
	var gap string
	w.Eventually(10*time.Second, func() bool {
		page, err := w.source.Poll(t.Context(), "")
		gap = page.Gap
		return err == nil && len(page.Mentions) == 1
	})
	if !strings.Contains(gap, "could not be read") {
		t.Errorf("gap %q, want that an update could not be read", gap)
	}
}

func TestBeingRemovedIsAGap(t *testing.T) {
	w := newWorld(t, telegram.Config{Chat: group})
	w.SetMember(group, faketelegram.BotID, "kicked")
	var gap string
	w.Eventually(10*time.Second, func() bool {
		page, err := w.source.Poll(t.Context(), "")
		gap = page.Gap
		return err == nil && gap != ""
	})
	if !strings.Contains(gap, "removed from chat -1001500") {
		t.Errorf("gap %q, want that the bot was removed", gap)
	}
}

func TestAConnectionThatFailsIsNoQuietDay(t *testing.T) {
	w := newWorld(t, telegram.Config{Chat: group})
	if !w.Eventually(10*time.Second, func() bool { return !w.source.Client.Status().LastOK.IsZero() }) {
		t.Fatal("nothing was ever read")
	}
	w.Revoke()
	var err error
	if !w.Eventually(10*time.Second, func() bool {
		_, err = w.source.Poll(t.Context(), "")
		return err != nil
	}) {
		t.Fatal("a source whose token was revoked looks well")
	}
	if !strings.Contains(err.Error(), "does not accept the bot's token") || strings.Contains(err.Error(), "AAFakeToken") {
		t.Errorf("error %v, want the reason and no token", err)
	}
}

func TestManyMessagesComeInPages(t *testing.T) {
	w := newWorld(t, telegram.Config{Chat: group})
	for i := range 450 {
		w.Say(group, sara, fmt.Sprint("رسالة ", i))
	}
	for i, m := range w.read(t, 450) {
		if m.Text != fmt.Sprint("رسالة ", i) {
			t.Fatalf("mention %d reads %q", i, m.Text)
		}
	}
}

func TestTheSourceKeepsWhatEverySourceMust(t *testing.T) {
	watcherstest.Exercise(t, func(t *testing.T) watcherstest.Bench {
		w := newWorld(t, telegram.Config{Chat: group})
		return watcherstest.Bench{
			Open: func() watchers.Source { fresh := *w.source; return &fresh },
			Say: func(n int) {
				before := w.inbox.Len()
				for i := range n {
					w.Say(group, sara, fmt.Sprint("رسالة ", before+i))
				}
				w.Eventually(10*time.Second, func() bool { return w.inbox.Len() == before+n })
			},
			Fail:    w.inbox.SetDown,
			Secrets: []string{"AAFakeTokenForTestsOnly"},
			Now:     time.Now,
		}
	})
}

func TestWhatDatabasesChokeOnIsDropped(t *testing.T) {
	w := newWorld(t, telegram.Config{Chat: group})
	w.Say(group, sara, "قبل\x00بعد\x1b[31m\u202e")
	if m := w.read(t, 1)[0]; m.Text != "قبلبعد[31m\u202e" {
		t.Errorf("text %q, want it without control characters and otherwise as it was", m.Text)
	}
}

func TestABrokenCursorIsAnError(t *testing.T) {
	if _, err := (&telegram.Source{Name: "x"}).Poll(t.Context(), "nonsense"); err == nil {
		t.Error("Poll accepted a cursor it did not write")
	}
}

func TestTheDoctorSaysWhatToSwitchWhere(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(*world)
		fix     string // "" = all is well
	}{
		{"all is well", func(*world) {}, ""},
		{"privacy mode", func(w *world) { w.Privacy = true }, "/setprivacy"},
		{"privacy mode, but an administrator", func(w *world) { w.Privacy = true; w.SetMember(group, faketelegram.BotID, "administrator") }, ""},
		{"not in the group", func(w *world) { w.SetMember(group, faketelegram.BotID, "left"); w.SetUsername(group, "noor") }, "add it"},
		{"kicked", func(w *world) { w.SetMember(group, faketelegram.BotID, "kicked") }, "Add it to the chat again"},
		{"muted", func(w *world) { w.SetMember(group, faketelegram.BotID, "restricted") }, "allow it to send messages"},
		{"no such chat", func(w *world) { w.source.Config.Chat = -1004242 }, "there is no such chat"},
		{"a number without its beginning", func(w *world) { w.source.Config.Chat = -1500 }, "write chat: -1001500"},
		{"a plain member of a channel", func(w *world) {
			w.source.Config.Chat = channel
			w.SetMember(channel, faketelegram.BotID, "member")
		}, "only as administrators"},
		{"a revoked token", func(w *world) { w.Revoke() }, "@BotFather"},
		{"a server that answers web pages", func(w *world) { w.Next(faketelegram.Fault{Method: "getMe", Kind: faketelegram.Garbage}) }, "check api_url"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, telegram.Config{Chat: group})
			tt.prepare(w)
			var fixes []string
			for _, a := range w.source.Doctor(t.Context()) {
				if !a.OK {
					fixes = append(fixes, a.Fix)
				}
				if strings.Contains(a.Fix+a.What, "AAFakeToken") {
					t.Errorf("the token is in the advice: %+v", a)
				}
			}
			if got := strings.Join(fixes, "; "); (got == "") != (tt.fix == "") || !strings.Contains(got, tt.fix) {
				t.Errorf("fixes %q, want one that says %q", fixes, tt.fix)
			}
		})
	}
}

func TestMistakesInTheConfigurationAreNamed(t *testing.T) {
	tests := []struct {
		cfg  telegram.Config
		want string
	}{
		{telegram.Config{Chat: group}, ""},
		{telegram.Config{}, "chat"},
		{telegram.Config{Chat: 1500}, "chat"},
		{telegram.Config{Chat: group, Chats: []int64{group, 0, 7}}, "chats[0] chats[1] chats[2]"},
		{telegram.Config{Chat: group, Topics: []int64{5, 0}}, "topics[1]"},
	}
	for _, tt := range tests {
		faketest.Mistakes(t, tt.cfg.Check(), tt.want)
	}
}

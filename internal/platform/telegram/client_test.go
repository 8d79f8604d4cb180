package telegram_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/internal/platform/telegram"
	"rasid/internal/platform/telegram/faketelegram"
)

func TestAMessageStandsInPublicAsItWasWritten(t *testing.T) {
	w := newWorld(t)
	id := w.SayAs(group, sara, "طلبي متأخر من ثلاث ايام", faketelegram.Said{Topic: 5})
	text := "أهلًا سارة، نعتذر. *not bold* <b>nor this</b> [x](y) @someone /ban 😡"
	sent, err := w.client.SendMessage(t.Context(), telegram.Post{Chat: group, Topic: 5, ReplyTo: id, Text: text, Public: true})
	if err != nil {
		t.Fatal(err)
	}
	m, found := w.Message(group, sent.ID)
	if !found || m.Text != text || m.ReplyTo != id || m.Topic != 5 {
		t.Errorf("posted %+v, want the text, under #%d, in topic 5", m, id)
	}
}

// TestEveryWayToFailIsClassified walks the outcome table: what is proven not
// sent may be retried, what Telegram refused may not, and the rest is unknown.
func TestEveryWayToFailIsClassified(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(*world, *telegram.Post)
		want    cases.Outcome
		effects int
		after   time.Duration // of a LaterError
	}{
		{"the connection breaks before any effect", fault(faketelegram.DropBefore), cases.WasUnknown, 0, 0},
		{"the answer is lost", fault(faketelegram.DropAfter), cases.WasUnknown, 1, 0},
		{"the answer breaks off", fault(faketelegram.CutBody), cases.WasUnknown, 1, 0},
		{"a web page answers 200", fault(faketelegram.Garbage), cases.WasUnknown, 1, 0},
		{"another chat is confirmed", fault(faketelegram.OtherChat), cases.WasUnknown, 1, 0},
		{"502 with a web page", fault(faketelegram.ServerError), cases.WasUnknown, 0, 0},
		{"500 after the effect", fault(faketelegram.Broken), cases.WasUnknown, 1, 0},
		{"429 with a pause", func(w *world, _ *telegram.Post) {
			w.Next(faketelegram.Fault{Kind: faketelegram.TooMany, Wait: 7 * time.Second})
		}, cases.WasNotSent, 0, 7 * time.Second},
		{"429 with no pause", raw(429, `{"ok":false,"error_code":429,"description":"Too Many Requests"}`), cases.WasNotSent, 0, time.Second},
		{"429 with a pause of years", raw(429, `{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":1000000000}}`), cases.WasNotSent, 0, time.Hour},
		{"429 with a negative pause", raw(429, `{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":-1}}`), cases.WasNotSent, 0, time.Second},
		{"429 with a word for a pause", raw(429, `{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":"abc"}}`), cases.WasNotSent, 0, 30 * time.Second},
		{"429 with a web page", raw(429, "<html>slow down</html>"), cases.WasNotSent, 0, 30 * time.Second},
		{"403 with a web page of some proxy", raw(403, "<html>no</html>"), cases.WasUnknown, 0, 0},
		{"200 that says nothing", raw(200, `{}`), cases.WasUnknown, 0, 0},
		{"200 with null", raw(200, `{"ok":true,"result":null}`), cases.WasUnknown, 0, 0},
		{"200 with another type", raw(200, `{"ok":true,"result":[1,2]}`), cases.WasUnknown, 0, 0},
		{"the bot was kicked", func(w *world, _ *telegram.Post) { w.SetMember(group, faketelegram.BotID, "kicked") }, cases.WasRefused, 0, 0},
		{"the bot may not write", func(w *world, _ *telegram.Post) { w.SetMember(group, faketelegram.BotID, "restricted") }, cases.WasRefused, 0, 0},
		{"the user blocked the bot", func(w *world, p *telegram.Post) {
			w.AddUser(faketelegram.User{ID: 5, Blocked: true})
			p.Chat = 5
		}, cases.WasRefused, 0, 0},
		{"no such chat", func(_ *world, p *telegram.Post) { p.Chat = -5 }, cases.WasRefused, 0, 0},
		{"no such topic", func(_ *world, p *telegram.Post) { p.Topic = 99 }, cases.WasRefused, 0, 0},
		{"the topic is closed", func(w *world, p *telegram.Post) { w.CloseTopic(group, 5); p.Topic = 5 }, cases.WasRefused, 0, 0},
		{"the message answered is gone", func(w *world, p *telegram.Post) { w.Delete(group, p.ReplyTo) }, cases.WasRefused, 0, 0},
		{"the text is empty", func(_ *world, p *telegram.Post) { p.Text = "" }, cases.WasRefused, 0, 0},
		{"the text is white space", func(_ *world, p *telegram.Post) { p.Text = " \n " }, cases.WasRefused, 0, 0},
		{"the text is too long", func(_ *world, p *telegram.Post) { p.Text = strings.Repeat("😡", 2049) }, cases.WasRefused, 0, 0},
		{"an entity splits an emoji", func(_ *world, p *telegram.Post) {
			p.Text, p.Entities = "😡", []telegram.Entity{{Type: "bold", Offset: 1, Length: 1}}
		}, cases.WasRefused, 0, 0},
		{"a button carries too much", func(_ *world, p *telegram.Post) {
			p.Buttons = [][]telegram.Button{{{Text: "x", Data: strings.Repeat("ا", 33)}}}
		}, cases.WasRefused, 0, 0},
		{"the group became a supergroup", func(w *world, p *telegram.Post) {
			p.ReplyTo = w.Say(basic, sara, "أين طلبي؟")
			w.Migrate(basic, -1007700)
			p.Chat = basic
		}, cases.WasNotSent, 0, time.Second},
		{"the token was revoked", func(w *world, _ *telegram.Post) { w.Revoke() }, cases.WasRefused, 0, 0},
		{"all is well", func(*world, *telegram.Post) {}, cases.WasDelivered, 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			p := telegram.Post{Chat: group, ReplyTo: w.Say(group, sara, "خدمة سيئة"), Text: "نعتذر", Public: true}
			tt.prepare(w, &p)
			_, err := w.client.SendMessage(t.Context(), p)
			if got := cases.OutcomeOf(err); got != tt.want {
				t.Errorf("outcome %s of %v, want %s", got, err, tt.want)
			}
			if got := len(w.Effects()); got != tt.effects {
				t.Errorf("%d effects, want %d", got, tt.effects)
			}
			var later *cases.LaterError
			if errors.As(err, &later); tt.after != 0 && (later == nil || later.After != tt.after) {
				t.Errorf("asked to wait %v, want %v", later, tt.after)
			}
			if err != nil && strings.Contains(err.Error(), "AAFakeToken") {
				t.Errorf("the token is in the error: %v", err)
			}
		})
	}
}

func fault(k faketelegram.Kind) func(*world, *telegram.Post) {
	return func(w *world, _ *telegram.Post) { w.Next(faketelegram.Fault{Method: "sendMessage", Kind: k}) }
}

func raw(status int, body string) func(*world, *telegram.Post) {
	return func(w *world, _ *telegram.Post) {
		w.Next(faketelegram.Fault{Kind: faketelegram.Raw, Status: status, Body: body})
	}
}

func TestNothingIsSentWhereNobodyAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for name, api := range map[string]string{
		"nobody listens":          "http://" + address,
		"the name does not exist": "http://telegram.invalid",
		"the address is private":  "http://10.0.0.1",
		"it is no TLS server":     "", // filled in below
	} {
		w := newWorld(t, func(c *telegram.Config) {
			if api == "" {
				api = strings.Replace(c.API, "http:", "https:", 1)
			}
			c.API = api
		})
		_, err := w.client.SendMessage(t.Context(), telegram.Post{Chat: group, Text: "نعتذر", Public: true})
		if cases.OutcomeOf(err) != cases.WasNotSent {
			t.Errorf("%s: %v is %s, want not sent", name, err, cases.OutcomeOf(err))
		}
		if strings.Contains(err.Error(), "AAFakeToken") {
			t.Errorf("%s: the token is in the error: %v", name, err)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var strayed atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed.Add(1) }))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(server.Close)
	w := newWorld(t, func(c *telegram.Config) { c.API = server.URL })
	for _, public := range []bool{false, true} {
		_, err := w.client.SendMessage(t.Context(), telegram.Post{Chat: group, Text: "نعتذر", Public: public})
		if cases.OutcomeOf(err) != cases.WasUnknown || strings.Contains(err.Error(), "AAFakeToken") {
			t.Errorf("a redirect gave %v, want unknown and no token", err)
		}
	}
	if n := strayed.Load(); n != 0 {
		t.Errorf("%d requests went where the redirect led", n)
	}
}

func TestACancelledSendIsNotSent(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := w.client.SendMessage(ctx, telegram.Post{Chat: group, Text: "نعتذر", Public: true})
	if cases.OutcomeOf(err) != cases.WasNotSent || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want not sent and cancelled", err)
	}
	if n := w.Calls("sendMessage"); n != 0 {
		t.Errorf("%d requests reached the server, want none", n)
	}
}

func TestASendThatIsCutOffHalfwayIsUnknown(t *testing.T) {
	w := newWorld(t)
	w.Next(faketelegram.Fault{Method: "sendMessage", Kind: faketelegram.Late, Wait: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		w.Eventually(10*time.Second, func() bool { return len(w.Effects()) == 1 })
		cancel()
	}()
	_, err := w.client.SendMessage(ctx, telegram.Post{Chat: group, Text: "نعتذر", Public: true})
	if cases.OutcomeOf(err) != cases.WasUnknown {
		t.Errorf("error %v is %s, want unknown", err, cases.OutcomeOf(err))
	}
}

func TestAfterA401NothingIsAskedAnyMore(t *testing.T) {
	w := newWorld(t)
	w.Revoke()
	for range 3 {
		_, err := w.client.SendMessage(t.Context(), telegram.Post{Chat: group, Text: "نعتذر"})
		if !errors.Is(err, telegram.ErrToken) || cases.OutcomeOf(err) != cases.WasRefused {
			t.Fatalf("error %v, want ErrToken and refused", err)
		}
	}
	if n := w.Calls("sendMessage"); n != 1 {
		t.Errorf("%d calls after the token was refused, want 1", n)
	}
}

func TestARefusedTokenEndsTheConnection(t *testing.T) {
	w := newWorld(t)
	w.Revoke()
	err := telegram.Connect(w.client, "main", w.inbox, nil).Run(t.Context())
	if !errors.Is(err, telegram.ErrToken) {
		t.Errorf("Run = %v, want ErrToken", err)
	}
}

func TestWhatIsNotATokenSaysSo(t *testing.T) {
	for _, token := range []string{"", "abc", "12:x", "700100:AAFakeTokenOfSomebodyElse-0123456789"} {
		w := newWorld(t, func(c *telegram.Config) { c.Token = outbound.Secret(token) })
		if _, err := w.client.GetMe(t.Context()); !errors.Is(err, telegram.ErrToken) {
			t.Errorf("token %q: %v, want ErrToken", token, err)
		}
	}
}

func TestAnEditThatChangesNothingSucceeds(t *testing.T) {
	w := newWorld(t)
	sent, err := w.client.SendMessage(t.Context(), telegram.Post{Chat: group, Text: "بطاقة", Buttons: [][]telegram.Button{{{Text: "✅", Data: "a"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.client.EditMessage(t.Context(), group, sent.ID, "تم الرد", nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	m, _ := w.Message(group, sent.ID)
	if m.Text != "تم الرد" || len(m.Buttons) != 0 {
		t.Errorf("the card reads %q with %d rows of buttons, want «تم الرد» and none", m.Text, len(m.Buttons))
	}
	w.Delete(group, sent.ID)
	if err := w.client.EditMessage(t.Context(), group, sent.ID, "ثم", nil, nil); !telegram.Says(err, "message to edit not found") {
		t.Errorf("editing a deleted message: %v", err)
	}
}

func TestAnAnswerNobodyWaitsForSucceeds(t *testing.T) {
	w := newWorld(t)
	card := w.Say(group, sara, "x")
	id := w.Press(group, card, sara, "data")
	w.Advance(time.Minute)
	if told, err := w.client.AnswerCallback(t.Context(), id, "تم", false); told || err != nil {
		t.Errorf("answering an old query: told %v, %v", told, err)
	}
	id = w.Press(group, card, sara, "data")
	if told, err := w.client.AnswerCallback(t.Context(), id, strings.Repeat("ن", 500), true); !told || err != nil {
		t.Errorf("answering at length: told %v, %v", told, err)
	}
	if a := w.Answers(); len(a) != 1 || !a[0].Alert {
		t.Errorf("answers %+v, want one alert", a)
	}
}

func TestOneChatThatMustWaitDelaysNoOther(t *testing.T) {
	w := newWorld(t)
	w.Next(faketelegram.Fault{Method: "sendMessage", Kind: faketelegram.TooMany, Wait: 30 * time.Second})
	for range 3 {
		_, err := w.client.SendMessage(t.Context(), telegram.Post{Chat: group, Text: "أ"})
		var later *cases.LaterError
		if !errors.As(err, &later) || later.After > 30*time.Second || later.After < 25*time.Second {
			t.Errorf("the chat that was told to wait: %v, want about 30 s", err)
		}
	}
	if n := w.Calls("sendMessage"); n != 1 {
		t.Errorf("%d requests during the pause, want only the first", n)
	}
	if _, err := w.client.SendMessage(t.Context(), telegram.Post{Chat: basic, Text: "ب"}); err != nil {
		t.Errorf("the other chat: %v", err)
	}
}

func TestTheDocumentedPaceIsKeptWithoutBeingTold(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	w := newWorld(t, func(c *telegram.Config) { c.PerMinute, c.Now = 20, func() time.Time { return now } })
	w.GroupMinute = 20
	for i := range 60 {
		_, err := w.client.SendMessage(t.Context(), telegram.Post{Chat: group, Text: "رسالة"})
		if later, ok := errors.AsType[*cases.LaterError](err); ok {
			now = now.Add(later.After)
			w.Advance(later.After)
			_, err = w.client.SendMessage(t.Context(), telegram.Post{Chat: group, Text: "رسالة"})
		}
		if err != nil {
			t.Fatalf("post %d: %v", i, err)
		}
	}
	if len(w.Effects()) != 60 || w.Calls("sendMessage") != 60 {
		t.Errorf("%d posts in %d requests, want 60 in 60: the server never had to refuse", len(w.Effects()), w.Calls("sendMessage"))
	}
}

func TestAMigratedGroupIsReachedUnderItsNewNumber(t *testing.T) {
	w := newWorld(t)
	asked := w.Say(basic, sara, "أين طلبي؟")
	w.Migrate(basic, -1007700)
	p := telegram.Post{Chat: basic, ReplyTo: asked, Text: "نعتذر", Public: true}
	if _, err := w.client.SendMessage(t.Context(), p); cases.OutcomeOf(err) != cases.WasNotSent {
		t.Fatalf("first try: %v, want not sent", err)
	}
	sent, err := w.client.SendMessage(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := w.Message(-1007700, sent.ID)
	if m.Text != "نعتذر" || m.ReplyTo != asked || m.ReplyChat != basic {
		t.Errorf("posted %+v, want an answer to #%d of the old group", m, asked)
	}
}

func TestAPictureGoesWithItsWords(t *testing.T) {
	w := newWorld(t)
	png := []byte("\x89PNG\r\n\x1a\n and so on")
	if _, err := w.client.SendPhoto(t.Context(), telegram.Post{Chat: group, Text: "الملخص"}, png); err != nil {
		t.Fatal(err)
	}
	if e := w.Effects(); len(e) != 1 || !e[0].Photo || e[0].Text != "الملخص" {
		t.Errorf("effects %+v, want a picture with its words", e)
	}
	_, err := w.client.SendPhoto(t.Context(), telegram.Post{Chat: group, Text: strings.Repeat("ن", 1025)}, png)
	if cases.OutcomeOf(err) != cases.WasRefused || !telegram.Says(err, "caption is too long") {
		t.Errorf("a long caption: %v, want refused", err)
	}
	w.Next(faketelegram.Fault{Method: "sendPhoto", Kind: faketelegram.TooMany, Wait: 3 * time.Second})
	if _, err = w.client.SendPhoto(t.Context(), telegram.Post{Chat: group}, png); cases.OutcomeOf(err) != cases.WasNotSent {
		t.Errorf("429 on an upload: %v, want not sent", err)
	}
}

func TestUnitsAreCountedAsTelegramCounts(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "متأخر": 5, "😡": 2, "👨‍👩‍👧": 8, "e\u0301": 2, "\xff": 1} {
		if got := telegram.Units(s); got != want {
			t.Errorf("Units(%q) = %d, want %d", s, got, want)
		}
	}
	if err := telegram.Fits(strings.Repeat("ن", 4096)); err != nil {
		t.Error(err)
	}
	if err := telegram.Fits(strings.Repeat("😡", 2049)); err == nil || !strings.Contains(err.Error(), "2 over") {
		t.Errorf("Fits of 4098 units = %v, want 2 over", err)
	}
}

func TestCutNeverSplitsACharacterOrLeavesAnIsolateOpen(t *testing.T) {
	s := strings.Repeat("\u2068😡 اسم\u2069", 50)
	for limit := 3; limit < telegram.Units(s)+2; limit++ {
		got := telegram.Cut(s, limit)
		if telegram.Units(got) > limit {
			t.Fatalf("limit %d: %d units", limit, telegram.Units(got))
		}
		if strings.Count(got, "\u2068") != strings.Count(got, "\u2069") || strings.ContainsRune(got, '\ufffd') {
			t.Fatalf("limit %d: %q", limit, got)
		}
	}
}

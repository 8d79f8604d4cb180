package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/platform/telegram"
	"rasid/internal/platform/telegram/faketelegram"
)

// stored returns the texts in the inbox, in order.
func (w *world) stored(t *testing.T) []string {
	t.Helper()
	items, err := w.inbox.Inbox(t.Context(), "main", 0, 10_000)
	if err != nil {
		return nil
	}
	var out []string
	for _, it := range items {
		u := telegram.ParseUpdate(it.Body)
		switch m := u.Said(); {
		case u.Undecodable != nil:
			out = append(out, "unreadable")
		case u.Lost != "":
			out = append(out, "lost")
		case u.Member != nil:
			out = append(out, "member "+u.Member.New.Status)
		case m != nil && m.MovedFrom != 0, m != nil && m.MovedTo != 0:
			out = append(out, "moved")
		case m != nil:
			out = append(out, m.Words())
		}
	}
	return out
}

func (w *world) connect(chats ...int64) *telegram.Connection {
	c := telegram.Connect(w.client, "main", w.inbox, nil)
	c.Watch(chats...)
	return c
}

func (w *world) want(t *testing.T, want ...string) {
	t.Helper()
	w.wait(t, fmt.Sprintf("storing %q", want), func() bool { return len(w.stored(t)) >= len(want) })
	if got := w.stored(t); !slices.Equal(got, want) {
		t.Errorf("the inbox holds %q, want %q", got, want)
	}
}

func TestWhatIsSaidInWatchedChatsIsStored(t *testing.T) {
	w := newWorld(t)
	id := w.Say(group, sara, "طلبي متأخر")
	w.Edit(group, id, "طلبي متأخر جدًا")
	w.SayAs(group, sara, "صورة الطلب", faketelegram.Said{Caption: true})
	w.AddChat(-42, "group", "غرباء")
	w.Say(-42, sara, "not ours")
	w.run(t, w.connect(group))
	w.want(t, "طلبي متأخر", "طلبي متأخر جدًا", "صورة الطلب")
	w.wait(t, "confirming", func() bool { return w.Waiting() == 0 })
}

func TestAnUpdateIsConfirmedOnlyAfterItWasStored(t *testing.T) {
	w := newWorld(t)
	w.run(t, w.connect(group))
	w.wait(t, "polling", func() bool { return w.Calls("getUpdates") > 0 })
	w.inbox.SetDown(true)
	w.Say(group, sara, "أولى")
	w.Say(group, sara, "ثانية")
	w.wait(t, "failing a few times", func() bool { return strings.Count(w.log.String(), "store is down") >= 3 })
	if n := w.Waiting(); n != 2 {
		t.Errorf("%d updates wait at Telegram while the store is down, want both", n)
	}
	w.inbox.SetDown(false)
	w.want(t, "أولى", "ثانية")
	w.wait(t, "confirming", func() bool { return w.Waiting() == 0 })
}

func TestARestartLosesNothingAndRepeatsNothing(t *testing.T) {
	w := newWorld(t)
	var want []string
	for i := range 5 {
		for j := range 30 {
			text := fmt.Sprintf("رسالة %d/%d", i, j)
			want = append(want, text)
			w.Say(group, sara, text)
		}
		stop := w.run(t, w.connect(group))
		w.wait(t, "storing", func() bool { return len(w.stored(t)) > i*30 })
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	}
	w.run(t, w.connect(group))
	w.want(t, want...)
}

func TestOneUnreadableUpdateHoldsUpNothing(t *testing.T) {
	w := newWorld(t)
	w.Say(group, sara, "قبل")
	w.PushRaw(func(id int64) string {
		return fmt.Sprintf(`{"update_id":%d,"message":{"message_id":1,"date":1,"chat":{"id":-1001500,"type":"supergroup"},"text":{"new":"type"}}}`, id)
	})
	w.PushRaw(func(id int64) string { return fmt.Sprintf(`{"update_id":%d,"something_new":{"chat":{"id":1}}}`, id) })
	w.PushRaw(func(id int64) string { return fmt.Sprintf(`{"update_id":%d,"message":null}`, id) })
	w.Say(group, sara, "بعد")
	w.run(t, w.connect(group))
	w.want(t, "قبل", "unreadable", "بعد")
	w.wait(t, "confirming", func() bool { return w.Waiting() == 0 })
}

func TestTheSameMessageTwiceIsStoredOnce(t *testing.T) {
	w := newWorld(t)
	w.Say(group, sara, "مرة")
	w.RepeatLast()
	w.RepeatLast()
	w.Say(group, sara, "أخرى")
	w.Reorder()
	w.run(t, w.connect(group))
	w.wait(t, "confirming", func() bool { return w.Waiting() == 0 })
	got := w.stored(t)
	slices.Sort(got)
	if !slices.Equal(got, []string{"أخرى", "مرة"}) {
		t.Errorf("the inbox holds %q, want each once", got)
	}
}

func TestNumbersThatStartAnewAreFollowed(t *testing.T) {
	w := newWorld(t)
	w.run(t, w.connect(group))
	w.Say(group, sara, "قديمة")
	w.want(t, "قديمة")
	w.wait(t, "confirming", func() bool { return w.Waiting() == 0 })
	w.JumpIDs(17)
	w.Say(group, sara, "جديدة")
	w.want(t, "قديمة", "جديدة")
	w.wait(t, "confirming", func() bool { return w.Waiting() == 0 })
}

func TestAPollThatFailsIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	for _, k := range []faketelegram.Kind{faketelegram.DropBefore, faketelegram.DropAfter, faketelegram.ServerError, faketelegram.Garbage, faketelegram.CutBody} {
		w.Next(faketelegram.Fault{Method: "getUpdates", Kind: k})
	}
	w.Next(faketelegram.Fault{Method: "getUpdates", Kind: faketelegram.Raw, Status: 200, Body: `{"ok":true,"result":{"not":"a list"}}`})
	w.Say(group, sara, "وصلت")
	w.run(t, w.connect(group))
	w.want(t, "وصلت")
	w.wait(t, "a good poll", func() bool { return !w.client.Status().LastOK.IsZero() && w.client.Status().LastError == "" })
}

func TestASecondProgramWithTheSameTokenIsReported(t *testing.T) {
	w := newWorld(t)
	w.SetWebhook(true) // answers every poll with 409, as a stranger's poll would
	w.run(t, w.connect(group))
	w.wait(t, "stepping aside", func() bool { return strings.Contains(w.log.String(), "another program uses this bot's token: stop it") })
	if n := w.Calls("getUpdates"); n != 6 || !w.client.Status().Conflict {
		t.Errorf("stepped aside after %d polls with status %+v, want after 6 with a conflict", n, w.client.Status())
	}
	w.SetWebhook(false)
	w.Say(group, sara, "بعد النزاع")
	w.want(t, "بعد النزاع")
}

func TestAPassingConflictIsSurvived(t *testing.T) {
	w := newWorld(t)
	w.run(t, w.connect(group))
	w.wait(t, "polling", func() bool { return w.Calls("getUpdates") > 0 })
	resp, err := http.Post(w.URL()+"/bot"+faketelegram.Token+"/getUpdates?timeout=0", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	w.Say(group, sara, "بعد النزاع")
	w.want(t, "بعد النزاع")
}

func TestSilenceBeyondADayIsReportedAsPossibleLoss(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	w := newWorld(t, func(c *telegram.Config) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	w.Say(group, sara, "الجمعة")
	stop := w.run(t, w.connect(group))
	w.want(t, "الجمعة")
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	now = now.Add(25 * time.Hour)
	mu.Unlock()
	w.Say(group, sara, "السبت")
	w.run(t, w.connect(group))
	w.want(t, "الجمعة", "lost", "السبت")
}

func TestAMigratedGroupStaysWatched(t *testing.T) {
	w := newWorld(t)
	w.Say(basic, sara, "قبل")
	w.Migrate(basic, -1007700)
	w.Say(-1007700, sara, "بعد")
	stop := w.run(t, w.connect(basic))
	w.want(t, "قبل", "moved", "moved", "بعد")
	w.wait(t, "confirming", func() bool { return w.Waiting() == 0 })
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	fresh := newWorldAt(t, w)
	fresh.Say(-1007700, sara, "بعد إعادة التشغيل")
	fresh.run(t, fresh.connect(basic))
	fresh.want(t, "قبل", "moved", "moved", "بعد", "بعد إعادة التشغيل")
}

// newWorldAt is the same world with a program that was started anew.
func newWorldAt(t *testing.T, w *world) *world {
	t.Helper()
	fresh := *w
	fresh.client = telegram.New(telegram.Config{Token: faketelegram.Token, API: w.URL(), Poll: time.Second, Pause: time.Millisecond}, w.net, nil)
	return &fresh
}

func TestAStrangersGroupIsNotedOnceAndLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.AddChat(-42, "group", "غرباء")
	c := w.connect(group)
	w.SetMember(-42, faketelegram.BotID, "member")
	for range 5 {
		w.Say(-42, sara, "/inbox@"+faketelegram.BotName)
	}
	w.Press(-42, 1, sara, "forged")
	w.run(t, c)
	w.wait(t, "confirming", func() bool { return w.Waiting() == 0 })
	if got := c.Strangers(); len(got) != 1 || got[-42] != "غرباء" {
		t.Errorf("strangers %v, want the one group", got)
	}
	if len(w.stored(t)) != 0 || len(w.Effects()) != 0 {
		t.Errorf("stored %q and did %+v, want nothing", w.stored(t), w.Effects())
	}
}

func TestADecisionComesAgainUntilItIsTaken(t *testing.T) {
	w := newWorld(t)
	w.AddChat(-9, "group", "الموظفون")
	c := w.connect(group)
	c.Expect(telegram.Spot{Chat: -9})
	card := w.Say(-9, sara, "card")
	w.Say(group, sara, "قبل")
	w.Press(-9, card, sara, "first")
	w.Say(group, sara, "بين")
	w.Press(-9, card, sara, "second")
	var mu sync.Mutex
	var heard []string
	fails := 3
	w.run(t, c)
	w.want(t, "قبل", "بين") // what was said waits for no decision
	stop := c.Listen(func(_ context.Context, u telegram.Update) error {
		mu.Lock()
		defer mu.Unlock()
		if u.Callback == nil {
			return nil
		}
		heard = append(heard, u.Callback.Data)
		if u.Callback.Data == "first" && fails > 0 {
			fails--
			return faketelegram.ErrDown
		}
		return nil
	}, telegram.Spot{Chat: -9})
	defer stop()
	w.wait(t, "confirming", func() bool { return w.Waiting() == 0 })
	mu.Lock()
	defer mu.Unlock()
	if want := []string{"first", "first", "first", "first", "second"}; !slices.Equal(heard, want) {
		t.Errorf("heard %q, want %q", heard, want)
	}
}

func TestADecisionNobodyCanTakeIsPassedOverInTheEnd(t *testing.T) {
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	w := newWorld(t, func(c *telegram.Config) {
		c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); now = now.Add(time.Second); return now }
	})
	w.AddChat(-9, "group", "الموظفون")
	c := telegram.Connect(w.client, "main", w.inbox, nil)
	defer c.Listen(func(context.Context, telegram.Update) error { return errors.New("always") }, telegram.Spot{Chat: -9})()
	w.Say(-9, sara, "poison")
	w.run(t, c)
	w.wait(t, "passing over", func() bool { return w.Waiting() == 0 })
}

func TestTheLoopStopsAtOnce(t *testing.T) {
	w := newWorld(t, func(c *telegram.Config) { c.Poll = 50 * time.Second })
	stop := w.run(t, w.connect(group))
	w.wait(t, "polling", func() bool { return w.Calls("getUpdates") == 1 })
	if err := stop(); err != nil { // would hang for 50 s if the poll were not cancelled
		t.Errorf("Run = %v, want nil", err)
	}
}

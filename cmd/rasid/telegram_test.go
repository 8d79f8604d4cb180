package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/platform/telegram/faketelegram"
)

// The chats and people of the Telegram tests.
const (
	customers = -1001234567890
	desk      = -1009876543210
	owners    = -1005555555555
	mona      = 111111111 // approver
	saad      = 222222222 // agent
	sara      = 900000001 // customer
)

// onTelegram is a shop on a fake Telegram, with the program running.
type onTelegram struct {
	t      testing.TB
	server *faketelegram.Server
	out    *lines
	dir    string
}

func newTelegram(t testing.TB) *onTelegram {
	t.Helper()
	s := faketelegram.New()
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	for _, u := range []faketelegram.User{{ID: mona, First: "Mona"}, {ID: saad, First: "Saad"}, {ID: sara, First: "سارة"}} {
		s.AddUser(u)
	}
	s.AddChat(customers, "supergroup", "Noor customers")
	s.AddChat(desk, "supergroup", "Noor front desk")
	s.AddChat(owners, "supergroup", "Noor owners")
	return &onTelegram{t: t, server: s, out: &lines{}, dir: t.TempDir()}
}

// configure writes examples/telegram.yaml for the fake, with extra lines under
// policy.
func (o *onTelegram) configure(policy string) string {
	o.t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "examples", "telegram.yaml"))
	if err != nil {
		o.t.Fatal(err)
	}
	mine := strings.NewReplacer(
		"kind: telegram\n    token: ${TELEGRAM_TOKEN}", "kind: telegram\n    api_url: "+o.server.URL()+"\n    token: ${TELEGRAM_TOKEN}",
		"undo: 30s", policy,
		"match: '", "dedicated: true\n    match: '",
	).Replace(string(text))
	mine += "\ndata: " + filepath.Join(o.dir, "data") + "\nconsole: {listen: \"off\"}\nnetwork: {allow: [127.0.0.1]}\n"
	path := filepath.Join(o.dir, "config.yaml")
	if err := os.WriteFile(path, []byte(mine), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return path
}

// run starts the program and stops it with the test.
func (o *onTelegram) run(path string) (stop func()) {
	return started(o.t, path, o.out, time.Now, "TELEGRAM_TOKEN", faketelegram.Token)
}

// started runs the program, with one variable in its environment, until stop or
// the end of the test.
func started(t testing.TB, path string, out *lines, now func() time.Time, variable, value string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	p := &program{in: strings.NewReader(""), out: out, err: out, now: now, env: func(name string) (string, bool) {
		return value, name == variable
	}}
	go func() { done <- p.run(ctx, []string{"run", "--config", path}) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if code := <-done; code != 0 {
			t.Errorf("the program ended with %d:\n%s", code, out)
		}
	})
	t.Cleanup(stop)
	return stop
}

// card waits for the newest message in a room that holds some words.
func (o *onTelegram) card(room int64, words string) faketelegram.Message {
	o.t.Helper()
	var found faketelegram.Message
	ok := o.server.Eventually(time.Minute, func() bool {
		all := o.server.Messages(room)
		for _, m := range slices.Backward(all) {
			if m.From == faketelegram.BotID && strings.Contains(m.Text, words) {
				found = m
				return true
			}
		}
		return false
	})
	if !ok {
		o.t.Fatalf("no message with %q in %d:\n%s\nlog:\n%s", words, room, o.server.Transcript(room, time.TimeOnly), o.out)
	}
	return found
}

// press waits for a button under a message and lets a person press it.
func (o *onTelegram) press(room int64, m faketelegram.Message, who int64, label string) {
	o.t.Helper()
	pressed := func() bool {
		_, ok := o.server.PressLabel(room, m.ID, who, label)
		return ok
	}
	if !o.server.Eventually(time.Minute, pressed) {
		o.t.Fatalf("no button %q under:\n%s", label, m.Text)
	}
}

func TestAComplaintOnTelegramIsAnsweredUnderTheCustomersMessage(t *testing.T) {
	o := newTelegram(t)
	o.run(o.configure("undo: 1s"))
	said := o.server.Say(customers, sara, "طلبي متأخر من ثلاث ايام ومحد يرد علي!! خدمة سيئة")
	card := o.card(desk, "طلبي متأخر")
	for _, want := range []string{"سارة", "التوصيل", "خلال ٢٤ ساعة"} {
		if !strings.Contains(card.Text, want) {
			t.Errorf("the card does not say %q:\n%s", want, card.Text)
		}
	}
	o.press(desk, card, saad, "أرسل") // an agent may not
	o.press(desk, card, mona, "أرسل")
	ok := o.server.Eventually(time.Minute, func() bool { return len(o.server.Posted(customers)) > 0 })
	if !ok {
		t.Fatalf("nothing was posted:\n%s\n%s", o.server.Transcript(desk, time.TimeOnly), o.out)
	}
	posts := o.server.Posted(customers)
	if len(posts) != 1 || posts[0].ReplyTo != said {
		t.Errorf("posted %+v, want one reply to %d", posts, said)
	}
	if !strings.Contains(card.Text, posts[0].Text) {
		t.Errorf("posted words that were not on the card:\n%s\n\n%s", posts[0].Text, card.Text)
	}
	o.card(desk, "✅ أُجيبت باعتماد")
	m, _ := o.server.Message(desk, card.ID)
	if strings.Contains(fmt.Sprint(m.Buttons), "أرسل") {
		t.Errorf("the card still has its buttons: %+v", m.Buttons)
	}
	if link := fmt.Sprintf("/%d ", posts[0].ID); !strings.Contains(fmt.Sprint(m.Buttons), link) || !strings.Contains(fmt.Sprint(m.Buttons), "ردّنا") {
		t.Errorf("the card does not lead to the reply %d: %+v", posts[0].ID, m.Buttons)
	}
	if strings.Contains(o.out.String(), faketelegram.Token) {
		t.Error("the token is in the log")
	}
}

func TestStaffWordsByReplyingToTheCardArePostedAndAnOldCardIsNot(t *testing.T) {
	o := newTelegram(t)
	o.run(o.configure("undo: 1s"))
	o.server.Say(customers, sara, "the coffee was cold and the staff were rude, terrible service")
	card := o.card(desk, "coffee was cold")
	words := "Dear Sara, we are sorry about the cold coffee and the way you were treated. We will talk to the team today."
	o.server.ReplyTo(desk, card.ID, saad, words)
	now := o.card(desk, "Dear Sara")
	o.press(desk, now, mona, "أرسل")
	if !o.server.Eventually(time.Minute, func() bool { return len(o.server.Posted(customers)) == 1 }) {
		t.Fatalf("nothing was posted:\n%s\n%s", o.server.Transcript(desk, time.TimeOnly), o.out)
	}
	if got := o.server.Posted(customers)[0].Text; got != words {
		t.Errorf("posted %q", got)
	}
}

func TestARestartLosesNothingOnTelegram(t *testing.T) {
	o := newTelegram(t)
	path := o.configure("undo: 1s")
	stop := o.run(path)
	o.server.Say(customers, sara, "bad service, my order is late again")
	o.card(desk, "late again")
	stop()
	o.server.Say(customers, sara, "and nobody answers me, this is awful")
	o.run(path)
	o.card(desk, "nobody answers")
	// A person presses again when the card changed under the finger.
	posted := o.server.Eventually(30*time.Second, func() bool {
		newest := o.card(desk, "nobody answers")
		o.server.PressLabel(desk, newest.ID, mona, "أرسل")
		return o.server.Eventually(2*time.Second, func() bool { return len(o.server.Posted(customers)) > 0 })
	})
	if !posted {
		t.Fatalf("nothing was posted:\n%s\n%s\nanswers: %+v", o.server.Transcript(desk, time.TimeOnly), o.out, o.server.Answers())
	}
	if n := len(o.server.Posted(customers)); n != 1 {
		t.Errorf("%d replies stand in public, want one", n)
	}
}

// oneByOne gives every complaint its card, also when many say nearly the same.
const oneByOne = "incidents: {cards: 10000, copies: 10000, burst: 10000}"

// BenchmarkMessageToCard measures how long it takes from a message in a
// watched group to its card in the staff room, one message after another. Run
// it with -benchtime 1000x; it prints the median and the 99th percentile.
func BenchmarkMessageToCard(b *testing.B) {
	o := newTelegram(b)
	path := o.configure("undo: 1s\n  " + oneByOne)
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	fast := strings.Replace(string(text), "kind: telegram\n    api_url", "kind: telegram\n    per_minute: 1000000\n    api_url", 1)
	if err := os.WriteFile(path, []byte(fast), 0o600); err != nil {
		b.Fatal(err)
	}
	o.run(path)
	var took []time.Duration
	for i := range b.N {
		user := int64(1_000_000 + i)
		o.server.AddUser(faketelegram.User{ID: user, First: "Customer"})
		words := fmt.Sprintf("terrible service on visit %d", i)
		began := time.Now()
		o.server.Say(customers, user, words)
		o.card(desk, words)
		took = append(took, time.Since(began))
	}
	percentiles(b, took)
}

// percentiles reports the median and the 99th percentile.
func percentiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Milliseconds()), "p99-ms")
}

func TestStaffCommandsWorkInBothLanguagesOnTelegram(t *testing.T) {
	o := newTelegram(t)
	o.run(o.configure("undo: 1s"))
	o.server.Say(customers, sara, "terrible service, nobody answers")
	o.card(desk, "terrible service")
	const huda = 333333333
	o.server.AddUser(faketelegram.User{ID: huda, First: "Huda"})
	for _, c := range []struct {
		who       int64
		say, want string
	}{
		{saad, "/help", "/inbox"},
		{saad, "مساعدة", "/inbox"},
		{saad, "/inbox", "في الانتظار"},
		{saad, "الوارد", "في الانتظار"},
		{saad, "/case 1", "terrible service"},
		{saad, "حالة 1", "terrible service"},
		{saad, "/case 99", "لا توجد قضية"},
		{saad, "/report سمعت في الفرع أن القهوة باردة", "سُجّلت قضية"},
		{saad, "/digest", "Noor"},
		{saad, "/digest tomorrow", "لا أفهم هذا التاريخ"},
		{saad, "/stop", "أُوقف النشر"},
		{saad, "/resume", "دورك لا يسمح"},
		{huda, "تابع", "عاد النشر"},
		{sara, "/inbox", "لست في قائمة"},
	} {
		before := len(o.server.Effects())
		o.server.Say(desk, c.who, c.say)
		answered := o.server.Eventually(time.Minute, func() bool {
			for _, e := range o.server.Effects()[before:] {
				if strings.Contains(e.Text, c.want) || c.want == "Noor" && strings.Contains(e.Text, "نور") {
					return true
				}
			}
			return false
		})
		if !answered {
			t.Errorf("%q by %d was not answered with %q; the room since:\n%+v\nlog:\n%s", c.say, c.who, c.want, o.server.Effects()[before:], o.out)
		}
	}
	o.card(desk, "القهوة باردة") // the report is a case of its own
}

func TestASecondProcessOnTheSameRecordsRefusesToStart(t *testing.T) {
	o := newTelegram(t)
	path := o.configure("undo: 1s")
	o.run(path)
	o.server.Say(customers, sara, "terrible service, nobody answers")
	o.card(desk, "terrible service") // the first one is up
	out := &lines{}
	p := &program{in: strings.NewReader(""), out: out, err: out, now: time.Now, env: func(name string) (string, bool) {
		return faketelegram.Token, name == "TELEGRAM_TOKEN"
	}}
	if code := p.run(t.Context(), []string{"run", "--config", path}); code != 3 || !strings.Contains(out.String(), "another rasid works on this database") {
		t.Errorf("the second process ended with %d and said:\n%s", code, out)
	}
}

// TestWordsThatGetWorseAfterTheReplyComeBackOnTelegram lets a customer mend a
// spelling after our answer, and then put a second complaint to the first.
func TestWordsThatGetWorseAfterTheReplyComeBackOnTelegram(t *testing.T) {
	o := newTelegram(t)
	o.run(o.configure("undo: 1s"))
	said := o.server.Say(customers, sara, "القهوه كانت بارده")
	card := o.card(desk, "بارده")
	o.press(desk, card, mona, "أرسل")
	o.card(desk, "✅ أُجيبت باعتماد")
	o.server.Advance(time.Minute) // edits are told to the second
	o.server.Edit(customers, said, "القهوة كانت باردة!")
	same := o.card(desk, "باردة!")
	o.server.Edit(customers, said, "القهوة كانت باردة! والموظف كان وقحا معي ولم يعتذر")
	var back faketelegram.Message
	if !o.server.Eventually(time.Minute, func() bool {
		back = o.card(desk, "وقحا معي") // the card that stood there is changed first
		return back.ID != card.ID && len(back.Buttons) > 0
	}) {
		t.Fatalf("no new card:\n%s\n%s", o.server.Transcript(desk, time.TimeOnly), o.out)
	}
	if same.ID != card.ID {
		t.Errorf("the first card is %d, and the spelling is on %d", card.ID, same.ID)
	}
	for _, words := range []string{"غيّرها العميل بعد أن أجبتم", "ردّنا", "أرسل"} {
		if !strings.Contains(back.Text+fmt.Sprint(back.Buttons), words) {
			t.Errorf("the card that came back does not say %q:\n%s\n%+v", words, back.Text, back.Buttons)
		}
	}
	if posts := o.server.Posted(customers); len(posts) != 1 {
		t.Errorf("posted %+v before anybody approved a second reply", posts)
	}
	o.press(desk, back, mona, "أرسل")
	if !o.server.Eventually(time.Minute, func() bool { return len(o.server.Posted(customers)) == 2 }) {
		t.Errorf("no second reply:\n%s\n%s", o.server.Transcript(desk, time.TimeOnly), o.out)
	}
}

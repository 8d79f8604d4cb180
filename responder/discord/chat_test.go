package discord_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	platform "rasid/internal/platform/discord"
	"rasid/internal/platform/discord/fakediscord"
	"rasid/responder"
	"rasid/responder/discord"
)

const soon = 20 * time.Second

var (
	sara = fakediscord.Person{ID: "700000000000000001", Name: "Sara"}
	mona = fakediscord.Person{ID: "700000000000000002", Name: "Mona"}
)

// open starts a fake and a client of it that is not connected.
func open(t *testing.T) (*fakediscord.Server, *platform.Client) {
	t.Helper()
	fake, err := fakediscord.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	out := outbound.New(outbound.Options{AllowHosts: []string{fake.Addr()}, Timeout: 10 * time.Second})
	t.Cleanup(out.Close)
	client, err := platform.New(platform.Config{Account: "shop", Token: fakediscord.Token, API: fake.API(), Net: out,
		Times: platform.Times{Identify: time.Millisecond, Pause: 10 * time.Millisecond}})
	if err != nil {
		t.Fatal(err)
	}
	return fake, client
}

// staffRoom is a connected room whose decisions go to take.
func staffRoom(t *testing.T, language string, take func(context.Context, responder.Decision) (responder.Answer, error)) (*fakediscord.Server, *discord.Chat, string) {
	t.Helper()
	fake, client := open(t)
	ch := fake.AddChannel("staff")
	chat, err := discord.NewChat(client, signer, time.Now, slog.New(slog.DiscardHandler), discord.Room{Name: "front", Channel: ch, Language: language})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = client.Run(ctx) })
	if take != nil {
		wg.Go(func() { _ = chat.Listen(ctx, take) })
	}
	t.Cleanup(func() { cancel(); wg.Wait() })
	ready := fake.AwaitGateway(soon, 1)
	if take != nil {
		ready = ready && fake.Await(soon, func(l []fakediscord.Effect) bool { return len(l) > 0 && l[len(l)-1].Kind == "commands" })
	}
	if !ready {
		t.Fatal("the room did not open")
	}
	return fake, chat, ch
}

func card(version int, buttons ...responder.Button) responder.Card {
	return responder.Card{Case: 41, Version: version, Draft: 2, Language: "en", Text: fmt.Sprintf("card version %d", version), Buttons: [][]responder.Button{buttons}}
}

var (
	signer = responder.Signer{Key: []byte("a key of sixteen bytes and more")}
	later  = time.Now().Add(time.Hour)
)

func token(a responder.Action) string { return signer.Sign("front", a, 41, 2, later) }

func press(a responder.Action) responder.Button {
	return responder.Button{Action: a, Label: string(a), Data: token(a)}
}

func TestACardIsShownChangedAndShownAnew(t *testing.T) {
	fake, chat, ch := staffRoom(t, "en", nil)
	show := func(c responder.Card, ref string) string {
		t.Helper()
		r, err := chat.Show(t.Context(), "front", c, ref)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := show(card(1, press(responder.ActApprove), press(responder.ActEdit)), "")
	if again := show(card(2), first); again != first {
		t.Errorf("an edit moved the card from %s to %s", first, again)
	}
	at, _ := platform.ParseRef(first)
	if got := fake.Messages(ch); !cmp.Equal(got, []string{"card version 2"}) {
		t.Errorf("the room shows %q", got)
	}
	if b := fake.Buttons(ch, at.Message); len(b) != 0 {
		t.Errorf("the buttons are still there: %q", b)
	}
	fake.Delete(ch, at.Message)
	if third := show(card(3, press(responder.ActUndo)), first); third == first {
		t.Error("a deleted card was not shown as a new message")
	}
	urgent := card(4)
	urgent.Urgent = true
	show(urgent, first)
	if got := fake.Messages(ch); !cmp.Equal(got, []string{"card version 3", "card version 4"}) {
		t.Errorf("the room shows %q", got)
	}
	fourth := show(card(4), "")
	urgent = card(5, press(responder.ActUndo))
	urgent.Urgent = true
	show(urgent, fourth)
	if got := fake.Messages(ch)[2:]; !cmp.Equal(got, []string{"⬇️ Shown again below.\ncard version 5", "card version 5"}) {
		t.Errorf("the room shows %q", got)
	}
	at, _ = platform.ParseRef(fourth)
	if b := fake.Buttons(ch, at.Message); len(b) != 0 {
		t.Errorf("the card that was shown anew keeps its buttons: %q", b)
	}
}

func TestALostAnswerDoesNotDoubleTheCard(t *testing.T) {
	fake, chat, ch := staffRoom(t, "en", nil)
	fake.Inject(fakediscord.Fault{Method: "POST", Path: "/messages", Drop: true, After: true})
	if _, err := chat.Show(t.Context(), "front", card(1), ""); cases.OutcomeOf(err) != cases.WasUnknown {
		t.Fatalf("got %v", err)
	}
	if _, err := chat.Show(t.Context(), "front", card(1), ""); err != nil {
		t.Fatal(err)
	}
	if got := fake.Messages(ch); len(got) != 1 {
		t.Errorf("the room shows %q", got)
	}
}

func TestARoomThatCannotBeReachedIsARefusal(t *testing.T) {
	fake, chat, ch := staffRoom(t, "en", nil)
	fake.Mute(ch)
	if _, err := chat.Show(t.Context(), "front", card(1), ""); !errors.Is(err, cases.ErrRefused) {
		t.Errorf("a muted room: %v", err)
	}
	if err := chat.Say(t.Context(), "back", "x", nil); !errors.Is(err, cases.ErrRefused) {
		t.Errorf("a room of nobody: %v", err)
	}
}

func TestWhatCustomersWriteShowsLiterally(t *testing.T) {
	fake, chat, ch := staffRoom(t, "en", nil)
	hostile := []string{"@everyone", "@here", "@\u200beveryone", "<@700000000000000001>", "<@!1>", "<@&123>", "<#1>", "</cmd:1>", "<:x:1>", "<a:x:1>",
		"<t:0:R>", "<id:home>", "discord.gg/abc", "discord.com/invite/abc", "**bold**", "||spoiler||", "[text](https://evil.example)", "> quote", "# head", "- list", "`code`", "~~gone~~", "_it_", `\*`}
	c := card(1)
	c.Text = strings.Join(hostile, "\n")
	if _, err := chat.Show(t.Context(), "front", c, ""); err != nil {
		t.Fatal(err)
	}
	got := fake.Messages(ch)[0]
	bare := regexp.MustCompile(`\\.`).ReplaceAllString(got, "") // without what is escaped
	for _, live := range []string{"@everyone", "@here", "<@", "<#", "</", "<:", "<a:", "<t:", "<id:", "discord.gg/", "discord.com/invite", "**", "||", "](", "\n>", "\n#", "\n-", "~~"} {
		if strings.Contains(bare, live) {
			t.Errorf("%q is alive in %q", live, got)
		}
	}
	// Staff read what was written: without escapes and invisible breaks it is
	// the same text.
	plain := strings.NewReplacer(`\`, "", "\u200b", "", "<https://evil.example)>", "https://evil.example)").Replace(got)
	want := strings.NewReplacer(`\`, "", "\u200b", "").Replace(c.Text)
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(plain, "\n")); diff != "" {
		t.Errorf("the visible text changed (-written +shown):\n%s", diff)
	}
	if v := fake.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

func TestLongCardsGoIntoEmbedsAndStayWhole(t *testing.T) {
	fake, chat, _ := staffRoom(t, "ar", nil)
	c := card(1)
	c.Text = strings.Repeat("سطر طويل من الكلام\n", 250) // 4750 characters
	if _, err := chat.Show(t.Context(), "front", c, ""); err != nil {
		t.Fatal(err)
	}
	if body := string(fake.EffectsOf("send")[0].Body); strings.Count(body, "سطر") != 250 {
		t.Errorf("%d of 250 lines are there", strings.Count(body, "سطر"))
	}
	c.Text = strings.Repeat("x", 9000)
	if _, err := chat.Show(t.Context(), "front", c, ""); err != nil {
		t.Errorf("a card beyond every limit: %v", err)
	}
	if err := chat.Say(t.Context(), "front", "التقرير", []byte("png bytes")); err != nil {
		t.Fatal(err)
	}
	if e := fake.EffectsOf("send"); string(e[len(e)-1].PNG) != "png bytes" {
		t.Error("the picture did not arrive")
	}
}

// deciding records what was decided and answers with ans.
type deciding struct {
	mu   sync.Mutex
	seen []responder.Decision
	ans  map[responder.Action]responder.Answer
	err  error
	hold chan struct{} // decisions without words wait for it
}

func (d *deciding) take(ctx context.Context, x responder.Decision) (responder.Answer, error) {
	d.mu.Lock()
	d.seen = append(d.seen, x)
	hold := d.hold
	d.mu.Unlock()
	if hold != nil && x.Text == "" {
		select {
		case <-hold:
		case <-ctx.Done():
			return responder.Answer{}, ctx.Err()
		}
	}
	return d.ans[x.Action], d.err
}

func (d *deciding) all() []responder.Decision {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := append([]responder.Decision(nil), d.seen...)
	for i := range out {
		out[i].At = time.Time{}
	}
	return out
}

// offer shows a card with one button in the room.
func offer(t *testing.T, fake *fakediscord.Server, chat *discord.Chat, room string, a responder.Action) (message, button string) {
	t.Helper()
	ref, err := chat.Show(t.Context(), "front", card(1, press(a)), "")
	if err != nil {
		t.Fatal(err)
	}
	at, _ := platform.ParseRef(ref)
	return at.Message, fake.Buttons(room, at.Message)[0]
}

// opensForm presses a button that asks for words.
func opensForm(t *testing.T, fake *fakediscord.Server, room, message, button string) {
	t.Helper()
	if kind := fake.AwaitAnswer(soon, fake.Press(mona, room, message, button)); kind != platform.AnswerForm {
		t.Fatalf("answered with %d, want a form", kind)
	}
}

func awaitFollow(t *testing.T, fake *fakediscord.Server, n int) []fakediscord.Effect {
	t.Helper()
	if !fake.Await(soon, func(l []fakediscord.Effect) bool {
		k := 0
		for _, e := range l {
			if e.Kind == "follow" {
				k++
			}
		}
		return k >= n
	}) {
		t.Fatalf("no answer came; effects: %+v", fake.Effects())
	}
	return fake.EffectsOf("follow")
}

func TestAButtonIsAcknowledgedBeforeAnyWork(t *testing.T) {
	d := &deciding{hold: make(chan struct{}), ans: map[responder.Action]responder.Answer{responder.ActApprove: {Text: "Approved."}}}
	fake, chat, ch := staffRoom(t, "en", d.take)
	message, button := offer(t, fake, chat, ch, responder.ActApprove)
	id := fake.Press(mona, ch, message, button)
	if kind := fake.AwaitAnswer(soon, id); kind != platform.AnswerQuiet {
		t.Errorf("acknowledged with %d while the decision waits, want %d", kind, platform.AnswerQuiet)
	}
	if len(fake.EffectsOf("follow")) != 0 {
		t.Error("told done before the decision was taken")
	}
	close(d.hold)
	if f := awaitFollow(t, fake, 1); f[0].Content != "Approved." || !f[0].Whisper {
		t.Errorf("the answer: %+v", f[0])
	}
	want := []responder.Decision{{Action: responder.ActApprove, Case: 41, Draft: 2, Room: "front", Token: token(responder.ActApprove),
		By: responder.Actor{Platform: "discord", ID: mona.ID, Name: "Mona"}}}
	if diff := cmp.Diff(want, d.all()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEditOpensAFormWithTheDraft(t *testing.T) {
	d := &deciding{ans: map[responder.Action]responder.Answer{responder.ActEdit: {Text: "empty", Alert: true, Edit: "the draft", Ask: responder.ActEdit}}}
	fake, chat, ch := staffRoom(t, "ar", d.take)
	message, button := offer(t, fake, chat, ch, responder.ActEdit)
	opensForm(t, fake, ch, message, button)
	if body := string(fake.EffectsOf("respond")[0].Body); !strings.Contains(body, `"value":"the draft"`) || !strings.Contains(body, "الرد بكلماتك") {
		t.Errorf("the form: %s", body)
	}
	fake.SubmitModal(mona, ch, button, "words", "my own words")
	awaitFollow(t, fake, 1)
	if got := d.all()[1]; got.Action != responder.ActEdit || got.Text != "my own words" || got.Token != token(responder.ActEdit) {
		t.Errorf("the form became %+v", got)
	}
}

func TestAFormComesInTimeEvenWhenTheDatabaseIsSlow(t *testing.T) {
	t.Parallel()
	d := &deciding{hold: make(chan struct{})}
	fake, chat, ch := staffRoom(t, "en", d.take)
	message, button := offer(t, fake, chat, ch, responder.ActDismiss)
	opensForm(t, fake, ch, message, button)
	fake.SubmitModal(mona, ch, button, "words", "spam")
	awaitFollow(t, fake, 1)
	all := d.all()
	if got := all[len(all)-1]; got.Action != responder.ActDismiss || got.Text != "spam" {
		t.Errorf("the form became %+v", got)
	}
}

func TestWhoMayNotEditIsToldAtOnce(t *testing.T) {
	d := &deciding{ans: map[responder.Action]responder.Answer{responder.ActEdit: {Text: "You are not on the staff list", Alert: true}}}
	fake, chat, ch := staffRoom(t, "en", d.take)
	message, button := offer(t, fake, chat, ch, responder.ActEdit)
	id := fake.Press(sara, ch, message, button)
	if kind := fake.AwaitAnswer(soon, id); kind != platform.AnswerMessage {
		t.Errorf("answered with %d, want a message", kind)
	}
	if e := fake.EffectsOf("respond")[0]; !e.Whisper || !strings.Contains(e.Content, "staff list") {
		t.Errorf("the answer: %+v", e)
	}
}

func TestADecisionThatCannotBeRecordedIsTold(t *testing.T) {
	t.Parallel()
	d := &deciding{err: errors.New("disk full")}
	fake, chat, ch := staffRoom(t, "en", d.take)
	message, button := offer(t, fake, chat, ch, responder.ActApprove)
	fake.Press(mona, ch, message, button)
	if f := awaitFollow(t, fake, 1); !strings.Contains(f[0].Content, "did not work") || strings.Contains(f[0].Content, "disk") {
		t.Errorf("the answer: %+v", f[0])
	}
}

func TestSlashCommandsInBothLanguages(t *testing.T) {
	d := &deciding{ans: map[responder.Action]responder.Answer{
		responder.CmdInbox: {Text: "2 waiting"}, responder.CmdDigest: {Text: "digest", PNG: []byte("chart")},
		responder.CmdCase: {Cards: []responder.Card{card(1, press(responder.ActApprove))}},
	}}
	fake, _, ch := staffRoom(t, "en", d.take)
	names := fake.Commands(fakediscord.Guild)
	for _, want := range []string{"inbox", "case", "digest", "report", "stop", "resume", "help", "الوارد", "قضية", "حالة", "أوقف"} {
		if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+want+" ") {
			t.Errorf("no /%s among %q", want, names)
		}
	}
	for i, run := range []func(){
		func() { fake.Slash(mona, ch, "inbox") },
		func() { fake.Slash(mona, ch, "قضية", "number", 41) },
		func() { fake.Slash(mona, ch, "حالة", "number", 41) }, // as it was called before
		func() { fake.Slash(mona, ch, "digest", "date", "2026-11-20") },
		func() { fake.Slash(mona, ch, "stop", "text", "too many") },
		func() { fake.Slash(mona, ch, "report", "text", "said at the counter") },
		func() { fake.Slash(mona, ch, "مساعدة") },
	} {
		run()
		awaitFollow(t, fake, i+1)
	}
	var got []responder.Decision
	for _, x := range d.all() {
		x.By, x.Room = responder.Actor{}, ""
		got = append(got, x)
	}
	want := []responder.Decision{
		{Action: responder.CmdInbox}, {Action: responder.CmdCase, Case: 41}, {Action: responder.CmdCase, Case: 41}, {Action: responder.CmdDigest, Text: "2026-11-20"},
		{Action: responder.CmdStop, Text: "too many"}, {Action: responder.CmdReport, Text: "said at the counter"}, {Action: responder.CmdHelp},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	f := fake.EffectsOf("follow")
	for _, e := range f {
		if !e.Whisper {
			t.Errorf("an answer everybody sees: %+v", e)
		}
	}
	if f[0].Content != "2 waiting" || string(f[3].PNG) != "chart" || !strings.Contains(string(f[1].Body), token(responder.ActApprove)) {
		t.Errorf("the answers: %+v", f)
	}
	id := fake.Slash(mona, ch, "report")
	if kind := fake.AwaitAnswer(soon, id); kind != platform.AnswerForm {
		t.Errorf("/report without words answered with %d, want a form", kind)
	}
	fake.SubmitModal(mona, ch, "report", "words", "from the form")
	awaitFollow(t, fake, 8)
	if x := d.all(); x[len(x)-1].Action != responder.CmdReport || x[len(x)-1].Text != "from the form" {
		t.Errorf("the form became %+v", x[len(x)-1])
	}
}

func TestStrangersPlacesAreMetWithSilence(t *testing.T) {
	d := &deciding{}
	fake, _, ch := staffRoom(t, "en", d.take)
	foreign := fake.AddForeignChannel("800000000000000099", "elsewhere")
	other := fake.AddChannel("same server, no room")
	var ids []string
	for _, at := range []string{foreign, other} {
		ids = append(ids, fake.Press(mona, at, "", token(responder.ActApprove)), fake.Slash(mona, at, "stop"),
			fake.SubmitModal(mona, at, token(responder.ActEdit), "words", "x"))
	}
	fake.Dispatch("INTERACTION_CREATE", `{"id":"1","token":"t","type":3,"channel_id":"`+ch+`","data":{"custom_id":"approve:x"}}`)
	fake.Press(fakediscord.Person{ID: "5", Name: "B", Bot: true}, ch, "", "approve:x")
	fake.Slash(mona, ch, "help") // comes after all of them
	awaitFollow(t, fake, 1)
	if got := d.all(); len(got) != 1 || got[0].Action != responder.CmdHelp {
		t.Errorf("heard %+v", got)
	}
	for _, id := range ids {
		if kind := fake.AwaitAnswer(0, id); kind != 0 {
			t.Errorf("a stranger's place was answered with %d", kind)
		}
	}
	if n := len(fake.EffectsOf("send")); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

func TestAnAnswerThatComesTooLateIsNotFatal(t *testing.T) {
	d := &deciding{hold: make(chan struct{}), ans: map[responder.Action]responder.Answer{responder.ActApprove: {Text: "late"}}}
	fake, _, ch := staffRoom(t, "en", d.take)
	id := fake.Press(mona, ch, "", token(responder.ActApprove))
	fake.AwaitAnswer(soon, id)
	fake.Advance(16 * time.Minute) // the interaction's token ends
	close(d.hold)
	fake.Slash(mona, ch, "help", "x", "y")
	awaitFollow(t, fake, 1)
}

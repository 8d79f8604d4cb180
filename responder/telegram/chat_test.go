package telegram_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/platform/telegram"
	"rasid/internal/platform/telegram/faketelegram"
	"rasid/responder"
	"rasid/responder/respondertest"
	chat "rasid/responder/telegram"
)

// clerk takes decisions as the desk does, as far as these tests need it.
type clerk struct {
	mu    sync.Mutex
	heard []responder.Decision
	slow  time.Duration
}

func (k *clerk) take(ctx context.Context, d responder.Decision) (responder.Answer, error) {
	if k.slow > 0 {
		select {
		case <-time.After(k.slow):
		case <-ctx.Done():
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.heard = append(k.heard, d)
	switch {
	case d.By.ID != "55":
		return responder.Answer{Text: "لست في القائمة", Alert: true}, nil
	case d.Action == responder.ActDismiss && d.Text == "":
		return responder.Answer{Text: "اكتب السبب", Alert: true, Ask: responder.ActDismiss}, nil
	case d.Action == responder.ActEdit && d.Text == "":
		return responder.Answer{Text: "اكتب", Alert: true, Ask: responder.ActEdit, Edit: "أهلًا سارة، نعتذر عن تأخر طلبك."}, nil
	case d.Action == responder.CmdDigest:
		return responder.Answer{Text: "الملخص", PNG: []byte("\x89PNG\r\n\x1a\n")}, nil
	case d.Action == responder.CmdCase:
		return responder.Answer{Cards: []responder.Card{{Case: d.Case, Text: fmt.Sprintf("بطاقة %d", d.Case)}}}, nil
	}
	return responder.Answer{Text: "تم"}, nil
}

func (k *clerk) last() responder.Decision {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.heard) == 0 {
		return responder.Decision{}
	}
	return k.heard[len(k.heard)-1]
}

func (k *clerk) count() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.heard)
}

// open starts a world with a card of case 41 in the staff room.
func open(t *testing.T) (w *world, k *clerk, card int64) {
	t.Helper()
	w, k = newWorld(t), &clerk{}
	w.connect(t)
	w.listen(t, k)
	press := func(a responder.Action, label string) responder.Button {
		return responder.Button{Action: a, Label: label, Data: token(a)}
	}
	ref, err := w.chat.Show(t.Context(), room, responder.Card{Case: 41, Draft: 2, Text: "شكوى #41", Buttons: [][]responder.Button{
		{press(responder.ActApprove, "✅ أرسل"), press(responder.ActEdit, "✏️ عدّل"), press(responder.ActDismiss, "🙈 نحِّها")},
	}}, "")
	if err != nil {
		t.Fatal(err)
	}
	w.cards.put(room, ref, 41)
	parsed, err := telegram.ParseRef(ref)
	if err != nil {
		t.Fatal(err)
	}
	return w, k, parsed.Message
}

func token(a responder.Action) string { return signer.Sign(room, a, 41, 2, time.Now().Add(time.Hour)) }

func (w *world) listen(t *testing.T, k *clerk) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	rooms := w.chat // some tests listen with several
	go func() { done <- rooms.Listen(ctx, k.take) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Listen = %v", err)
		}
	})
}

func (w *world) wait(t *testing.T, what string, holds func() bool) {
	t.Helper()
	if !w.Eventually(respondertest.Patience, holds) {
		t.Fatalf("%s did not happen; the room reads\n%s", what, w.Transcript(staffRoom, ""))
	}
}

// newest is the last message the bot put into the staff room.
func (w *world) newest() faketelegram.Message {
	posted := w.Posted(staffRoom)
	return posted[len(posted)-1]
}

func TestDismissingAsksForAReasonAndTakesAButton(t *testing.T) {
	w, k, card := open(t)
	w.PressLabel(staffRoom, card, mona, "نحِّها")
	w.wait(t, "the question", func() bool { return len(w.Posted(staffRoom)) == 2 })
	question := w.newest()
	if question.ReplyTo != card || len(question.Buttons) != 7 {
		t.Errorf("the question %+v, want six reasons and a way out under the card", question)
	}
	if _, found := w.PressLabel(staffRoom, question.ID, mona, "ليست عنّا"); !found {
		t.Fatal("no button for «ليست عنّا»")
	}
	w.wait(t, "the decision", func() bool { return k.last().Text == "ليست عنّا" })
	if d := k.last(); d.Action != responder.ActDismiss || d.Case != 41 || d.Draft != 2 || d.Token != token(responder.ActDismiss) {
		t.Errorf("decision %+v, want dismiss of case 41 with the button's own token", d)
	}
	w.wait(t, "settling the question", func() bool { m, _ := w.Message(staffRoom, question.ID); return m.Text == "تم" && len(m.Buttons) == 0 })
}

func TestDismissingTakesAReasonInOnesOwnWords(t *testing.T) {
	w, k, card := open(t)
	w.PressLabel(staffRoom, card, mona, "نحِّها")
	w.wait(t, "the question", func() bool { return len(w.Posted(staffRoom)) == 2 })
	question := w.newest()
	w.ReplyTo(staffRoom, question.ID, mona, "اتصلنا به")
	w.wait(t, "the decision", func() bool { return k.last().Text == "اتصلنا به" })
	if d := k.last(); d.Action != responder.ActDismiss || d.Case != 41 {
		t.Errorf("decision %+v, want dismiss of case 41", d)
	}
	w.wait(t, "taking the buttons away", func() bool { m, _ := w.Message(staffRoom, question.ID); return len(m.Buttons) == 0 })
}

func TestAQuestionCanBeLeft(t *testing.T) {
	w, k, card := open(t)
	w.PressLabel(staffRoom, card, mona, "نحِّها")
	w.wait(t, "the question", func() bool { return len(w.Posted(staffRoom)) == 2 })
	question := w.newest()
	before := k.count()
	w.PressLabel(staffRoom, question.ID, mona, "اتركها")
	w.wait(t, "leaving", func() bool { m, _ := w.Message(staffRoom, question.ID); return m.Text == "بقيت كما هي." })
	if k.count() != before {
		t.Errorf("leaving a question became a decision: %+v", k.last())
	}
}

func TestEditingOffersTheDraftToCopy(t *testing.T) {
	w, k, card := open(t)
	w.PressLabel(staffRoom, card, mona, "عدّل")
	w.wait(t, "the question", func() bool { return len(w.Posted(staffRoom)) == 2 })
	question := w.newest()
	if !strings.HasSuffix(question.Text, "أهلًا سارة، نعتذر عن تأخر طلبك.") || question.Buttons[0][0].Copy == nil ||
		question.Buttons[0][0].Copy.Text != "أهلًا سارة، نعتذر عن تأخر طلبك." {
		t.Errorf("the question %+v, want the draft in it and behind a copy button", question)
	}
	w.ReplyTo(staffRoom, question.ID, mona, "أهلًا سارة، نعتذر، وصل السائق.")
	w.wait(t, "the decision", func() bool { return k.last().Text != "" })
	if d := k.last(); d.Action != responder.ActEdit || d.Case != 41 || d.Draft != 2 {
		t.Errorf("decision %+v, want an edit of draft 2 of case 41", d)
	}
}

func TestAReplyToACardWithoutButtonsStillFindsItsCase(t *testing.T) {
	w, k, card := open(t)
	ref := telegram.Ref{Chat: staffRoom, Message: card}.String()
	if _, err := w.chat.Show(t.Context(), room, responder.Card{Case: 41, Text: "لا أزرار"}, ref); err != nil {
		t.Fatal(err)
	}
	w.cards.mu.Lock()
	w.cards.down = true
	w.cards.mu.Unlock()
	w.ReplyTo(staffRoom, card, mona, "كلام جديد")
	w.wait(t, "waiting for the store", func() bool { return w.Waiting() == 1 })
	w.cards.mu.Lock()
	w.cards.down = false
	w.cards.mu.Unlock()
	w.wait(t, "the decision", func() bool { return k.count() == 1 })
	if d := k.last(); d.Action != responder.ActEdit || d.Case != 41 || d.Token != "" || d.Text != "كلام جديد" {
		t.Errorf("decision %+v, want an edit of case 41", d)
	}
}

func TestWhoCorrectsTheirOwnWordsIsHeardAgain(t *testing.T) {
	w, k, card := open(t)
	talk := w.Say(staffRoom, mona, "صباح الخير")
	said := w.ReplyTo(staffRoom, card, mona, "نعتذر يا سارة، يصل اليم.")
	w.wait(t, "the words", func() bool { return k.last().Text == "نعتذر يا سارة، يصل اليم." })
	first := k.last()
	w.Edit(staffRoom, talk, "مساء الخير")
	w.Edit(staffRoom, said, "نعتذر يا سارة، يصل اليوم.")
	w.wait(t, "the corrected words", func() bool { return k.last().Text == "نعتذر يا سارة، يصل اليوم." })
	if d := k.last(); d.Action != responder.ActEdit || d.Case != 41 || d.Draft != first.Draft || d.By != first.By || d.Token != first.Token {
		t.Errorf("decision %+v, want the first one with other words: %+v", d, first)
	}
	w.wait(t, "an answer under the correction", func() bool { return w.newest().ReplyTo == said && w.newest().Text == "تم" })
	w.PressLabel(staffRoom, card, mona, "عدّل")
	w.wait(t, "the question", func() bool { return len(w.newest().Buttons) > 0 })
	said = w.ReplyTo(staffRoom, w.newest().ID, mona, "كلام آخر")
	w.wait(t, "the answer to the question", func() bool { return k.last().Text == "كلام آخر" })
	w.Edit(staffRoom, said, "كلام آخر.")
	w.wait(t, "its correction", func() bool { return k.last().Text == "كلام آخر." })
	if n := k.count(); n != 5 {
		t.Errorf("%d decisions were taken, want the two texts, their corrections and one press", n)
	}
}

func TestWhoDidNotActUnderTheirNameDoesNotDecide(t *testing.T) {
	w, k, card := open(t)
	w.AddUser(faketelegram.User{ID: 8080, First: "Bot", Bot: true})
	w.BotToBot = true
	w.SayAs(staffRoom, faketelegram.AnonymousAdmin, "/stop", faketelegram.Said{SenderChat: staffRoom})
	w.SayAs(staffRoom, faketelegram.AnonymousAdmin, "كلام", faketelegram.Said{SenderChat: staffRoom, ReplyTo: card})
	w.SayAs(staffRoom, 136817688, "/stop", faketelegram.Said{SenderChat: customers})
	w.Say(staffRoom, 8080, "/stop")
	w.SayAs(staffRoom, mona, "/stop", faketelegram.Said{ViaBot: 8080})
	w.wait(t, "reading", func() bool { return w.Waiting() == 0 })
	w.wait(t, "the hint", func() bool { return len(w.Posted(staffRoom)) >= 2 })
	if k.count() != 0 {
		t.Errorf("decided %+v", k.last())
	}
	if n := len(w.Posted(staffRoom)); n != 2 {
		t.Errorf("%d messages in the room, want the card and one hint", n)
	}
}

func TestAForgedPressIsPassedOnAsNothingButItsToken(t *testing.T) {
	w, k, card := open(t)
	good := token(responder.ActApprove)
	other := "A"
	if strings.HasSuffix(good, other) {
		other = "E"
	}
	for i, data := range []string{
		"", "x", strings.Repeat("A", 64), good[:42] + other, good + ".spam", "." + good,
		signer.Sign("managers", responder.ActApprove, 41, 2, time.Now().Add(time.Hour)),
		signer.Sign(room, responder.ActApprove, 41, 2, time.Now().Add(-time.Hour)),
		token(responder.ActDismiss) + ".forged",
	} {
		w.Press(staffRoom, card, mona, data)
		w.wait(t, "hearing", func() bool { return k.count() == i+1 })
		d := k.last()
		if _, _, _, err := signer.Open(room, d.Token, time.Now()); err == nil && data != good+".spam" {
			t.Errorf("%q came with a token that opens: %+v", data, d)
		}
		if d.Token == "" {
			t.Errorf("%q came without a token, as a typed command would: %+v", data, d)
		}
	}
}

func TestAPressThatTakesLongIsAnsweredAtOnce(t *testing.T) {
	w, k, card := open(t)
	k.slow = 1500 * time.Millisecond
	w.PressLabel(staffRoom, card, mona, "أرسل")
	w.wait(t, "the early answer", func() bool { return len(w.Answers()) == 1 })
	if k.count() != 0 || w.Answers()[0].Text != "" {
		t.Errorf("answered %+v after %d decisions, want an empty answer before the decision", w.Answers(), k.count())
	}
	w.wait(t, "the outcome as a message", func() bool { return w.newest().Text == "تم" && w.newest().ReplyTo == card })
}

func TestAPressHeardLateIsAnsweredWithAMessage(t *testing.T) {
	w, _, card := open(t)
	w.AnswerWindow = time.Nanosecond
	w.PressLabel(staffRoom, card, mona, "أرسل")
	w.wait(t, "the outcome as a message", func() bool { return w.newest().Text == "تم" && w.newest().ReplyTo == card })
}

func TestCommandsAreUnderstoodInBothLanguages(t *testing.T) {
	w, k, _ := open(t)
	tests := []struct {
		text string
		want responder.Decision // zero: talk
	}{
		{"/inbox", responder.Decision{Action: responder.CmdInbox}},
		{"/inbox@" + faketelegram.BotName, responder.Decision{Action: responder.CmdInbox}},
		{"/inbox@some_other_bot", responder.Decision{}},
		{"/INBOX", responder.Decision{Action: responder.CmdInbox}},
		{"inbox", responder.Decision{}},
		{"الوارد", responder.Decision{Action: responder.CmdInbox}},
		{"/الوارد", responder.Decision{Action: responder.CmdInbox}},
		{"الوارد اليوم كثير", responder.Decision{}},
		{"قضية ٤١", responder.Decision{Action: responder.CmdCase, Case: 41}},
		{"حالة ٤١", responder.Decision{Action: responder.CmdCase, Case: 41}}, // as it was called before
		{"حاله 41", responder.Decision{Action: responder.CmdCase, Case: 41}},
		{"قضية #41", responder.Decision{Action: responder.CmdCase, Case: 41}},
		{"حالة العميل صعبة", responder.Decision{}},
		{"/case abc", responder.Decision{Action: responder.CmdCase}},
		{"ملخص", responder.Decision{Action: responder.CmdDigest}},
		{"ملخص ٢٠٢٦-١١-٢٠", responder.Decision{Action: responder.CmdDigest, Text: "2026-11-20"}},
		{"ملخص الأسبوع", responder.Decision{Action: responder.CmdDigest, Text: "الأسبوع"}},
		{"/digest month 2026-10-31", responder.Decision{Action: responder.CmdDigest, Text: "month 2026-10-31"}},
		{"ملخص الاجتماع غدًا", responder.Decision{}},
		{"تقرير اتصل عميل غاضب", responder.Decision{Action: responder.CmdReport, Text: "اتصل عميل غاضب"}},
		{"تقرير", responder.Decision{}},
		{"/report\nسطر\nآخر", responder.Decision{Action: responder.CmdReport, Text: "سطر\nآخر"}},
		{"أوقف", responder.Decision{Action: responder.CmdStop}},
		{"أَوْقِف", responder.Decision{Action: responder.CmdStop}},
		{"أوقف النشر", responder.Decision{Action: responder.CmdStop}},
		{"أوقف السيارة", responder.Decision{}},
		{"تابع", responder.Decision{Action: responder.CmdResume}},
		{"مساعدة", responder.Decision{Action: responder.CmdHelp}},
		{"/start", responder.Decision{Action: responder.CmdHelp}},
		{"الصياغات", responder.Decision{Action: responder.CmdWordings}},
		{"انس 1A2B3C4D", responder.Decision{Action: responder.CmdForget, Text: "1a2b3c4d"}},
		{"انس الموضوع", responder.Decision{}},
		{"صباح الخير", responder.Decision{}},
		{"/unknown", responder.Decision{}},
	}
	for _, tt := range tests {
		before := k.count()
		w.Say(staffRoom, mona, tt.text)
		w.wait(t, "reading "+tt.text, func() bool { return w.Waiting() == 0 })
		if tt.want.Action == "" {
			if k.count() != before {
				t.Errorf("%q became %+v, want talk", tt.text, k.last())
			}
			continue
		}
		if d := k.last(); k.count() != before+1 || d.Action != tt.want.Action || d.Case != tt.want.Case || d.Text != tt.want.Text || d.Room != room {
			t.Errorf("%q became %+v, want %+v", tt.text, d, tt.want)
		}
	}
}

func TestACommandIsAnsweredWithWordsPictureAndCards(t *testing.T) {
	w, _, _ := open(t)
	w.Say(staffRoom, mona, "/digest")
	w.wait(t, "the digest", func() bool { m := w.newest(); return m.Photo && m.Caption == "الملخص" })
	w.Say(staffRoom, mona, "/case 7")
	w.wait(t, "the card", func() bool { return w.newest().Text == "بطاقة 7" })
}

func TestEachTopicIsARoomOfItsOwn(t *testing.T) {
	w, k, _ := open(t)
	w.SayAs(forum, mona, "/inbox", faketelegram.Said{Topic: 8})
	w.wait(t, "managers", func() bool { return k.last().Room == "managers" })
	w.SayAs(forum, mona, "/inbox", faketelegram.Said{Topic: 9})
	w.wait(t, "everybody else", func() bool { return k.last().Room == "everybody" })
	if err := w.chat.Say(t.Context(), "managers", "notice", nil); err != nil {
		t.Fatal(err)
	}
	w.wait(t, "the answers and the notice", func() bool { return len(w.Posted(forum)) == 3 })
	for _, m := range w.Posted(forum) {
		if want := map[string]int64{"notice": 8}[m.Text]; want != 0 && m.Topic != want {
			t.Errorf("%q stands in topic %d, want %d", m.Text, m.Topic, want)
		}
	}
}

func TestSeveralChatsShareOneForum(t *testing.T) {
	w := newWorld(t)
	heard := map[int64]*clerk{8: {}, 9: {}}
	for topic, k := range heard {
		one, err := chat.NewChat(w.conn, signer, w.cards, nil, chat.Room{Name: fmt.Sprint("topic ", topic), Chat: forum, Topic: topic, Language: "en"})
		if err != nil {
			t.Fatal(err)
		}
		w.chat = one
		w.listen(t, k)
	}
	w.connect(t)
	for topic, k := range heard {
		w.SayAs(forum, mona, "/inbox", faketelegram.Said{Topic: topic})
		w.wait(t, "hearing", func() bool { return k.last().Room == fmt.Sprint("topic ", topic) })
	}
	if heard[8].count() != 1 || heard[9].count() != 1 {
		t.Errorf("heard %d and %d times, want once each", heard[8].count(), heard[9].count())
	}
}

func TestCardsGoOnInAMigratedRoom(t *testing.T) {
	w := newWorld(t)
	k := &clerk{}
	w.AddChat(-88, "group", "فريق")
	small, err := chat.NewChat(w.conn, signer, w.cards, nil, chat.Room{Name: "small", Chat: -88, Language: "ar"})
	if err != nil {
		t.Fatal(err)
	}
	w.chat = small
	ref, err := small.Show(t.Context(), "small", responder.Card{Case: 1, Text: "قبل"}, "")
	if err != nil {
		t.Fatal(err)
	}
	w.Migrate(-88, -1008800)
	w.connect(t)
	w.listen(t, k)
	var fresh string
	w.wait(t, "showing the card in the new group", func() bool {
		fresh, err = small.Show(t.Context(), "small", responder.Card{Case: 1, Text: "بعد"}, ref)
		return err == nil
	})
	if !strings.HasPrefix(fresh, "-1008800/") || cases.OutcomeOf(err) != cases.WasDelivered {
		t.Errorf("the card stands at %s, want the new group", fresh)
	}
	w.Say(-1008800, mona, "/inbox")
	w.wait(t, "hearing the new group", func() bool { return k.last().Action == responder.CmdInbox && k.last().Room == "small" })
}

func TestTheMenuIsSetInTheRoomsLanguage(t *testing.T) {
	w, _, _ := open(t)
	w.wait(t, "the menus", func() bool {
		return slices.ContainsFunc(w.Effects(), func(e faketelegram.Effect) bool { return e.Method == "setMyCommands" })
	})
}

func TestARoomMayStandInATopicOnly(t *testing.T) {
	if f := (chat.RoomConfig{Topic: -1}).Check(); len(f) != 1 || f[0].Field != "topic" {
		t.Errorf("faults %+v, want one at topic", f)
	}
	if f := (chat.RoomConfig{Topic: 5}).Check(); len(f) != 0 {
		t.Errorf("faults %+v, want none", f)
	}
}

func TestACardThatIsShownAnewLeavesAWordAndNoButtons(t *testing.T) {
	w, _, card := open(t)
	ref := telegram.Ref{Chat: staffRoom, Message: card}.String()
	urgent := responder.Card{Case: 41, Draft: 2, Text: "شكوى #41 · المستوى ١", Urgent: true, Buttons: [][]responder.Button{
		{{Action: responder.ActApprove, Label: "✅ أرسل", Data: token(responder.ActApprove)}},
	}}
	if _, err := w.chat.Show(t.Context(), room, urgent, ref); err != nil {
		t.Fatal(err)
	}
	posted := w.Posted(staffRoom)
	if len(posted) != 2 || posted[0].Text != "⬇️ معروضة من جديد أدناه.\nشكوى #41 · المستوى ١" || len(posted[0].Buttons) != 0 || len(posted[1].Buttons) != 1 {
		t.Errorf("the room shows %+v", posted)
	}
}

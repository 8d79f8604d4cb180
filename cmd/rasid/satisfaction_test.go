package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/platform/discord/fakediscord"
	"rasid/internal/platform/telegram/faketelegram"
)

// solved lets Sara complain, be answered, and her case be closed as solved. It
// returns what she said and the question, the nth post of ours in a chat.
func (o *onTelegram) solved(chat int64, nth int) (said int64, question faketelegram.Message) {
	o.t.Helper()
	o.run(o.configure("undo: 1s\n  satisfaction: {enabled_by: mona, after: 0s}"))
	said = o.server.Say(customers, sara, "the coffee was cold and the staff were rude, terrible service")
	o.press(desk, o.card(desk, "coffee was cold"), mona, "أرسل")
	o.press(desk, o.card(desk, "أُجيبت"), mona, "حُلّت")
	if !o.server.Eventually(20*time.Second, func() bool { return len(o.server.Posted(chat)) == nth }) {
		o.t.Fatalf("nobody was asked:\n%s\n%s", o.server.Transcript(chat, time.TimeOnly), o.out)
	}
	return said, o.server.Posted(chat)[nth-1]
}

// TestOnTelegramWhoWroteToTheBotIsAskedInPrivate asks Sara where nobody else
// sees it, and takes her tap there.
func TestOnTelegramWhoWroteToTheBotIsAskedInPrivate(t *testing.T) {
	o := newTelegram(t)
	o.server.AddChat(sara, "private", "سارة")
	said, question := o.solved(sara, 1)
	if question.ReplyTo != said || question.ReplyChat != customers || len(question.Buttons) != 1 || len(question.Buttons[0]) != 5 {
		t.Errorf("the question is %+v, want five buttons under her own words", question)
	}
	if n := len(o.server.Posted(customers)); n != 1 {
		t.Errorf("%d posts in the group, want the reply alone", n)
	}
	if press, ok := o.server.PressLabel(sara, question.ID, sara, "1"); !ok {
		t.Fatalf("press %s", press)
	}
	o.card(owners, "★☆☆☆☆")
	if !o.server.Eventually(20*time.Second, func() bool { m, _ := o.server.Message(sara, question.ID); return len(m.Buttons) == 0 }) {
		t.Error("the question keeps its buttons after the answer")
	}
}

// TestOnTelegramWhoBlockedTheBotIsAskedUnderTheirMessage asks in the group: in
// private Telegram refuses.
func TestOnTelegramWhoBlockedTheBotIsAskedUnderTheirMessage(t *testing.T) {
	o := newTelegram(t)
	o.server.AddChat(sara, "private", "سارة")
	o.server.AddUser(faketelegram.User{ID: sara, First: "سارة", Blocked: true})
	if said, question := o.solved(customers, 2); question.ReplyTo != said || len(question.Buttons) != 1 {
		t.Errorf("the question is %+v, want buttons under what Sara said", question)
	}
}

func TestOnTelegramOnlyTheCustomersTapCountsAndALowOneComesBack(t *testing.T) {
	o := newTelegram(t)
	const omar = 900000002
	o.server.AddUser(faketelegram.User{ID: omar, First: "Omar"})
	said, question := o.solved(customers, 2)
	if question.ReplyTo != said || len(question.Buttons) != 1 || len(question.Buttons[0]) != 5 {
		t.Fatalf("the question is %+v, want five buttons under what Sara said", question)
	}
	told := func(who int64, label, want string) {
		t.Helper()
		press, ok := o.server.PressLabel(customers, question.ID, who, label)
		heard := ok && o.server.Eventually(20*time.Second, func() bool {
			return slices.ContainsFunc(o.server.Answers(), func(e faketelegram.Effect) bool { return strings.Contains(e.Text, want) })
		})
		if !heard {
			t.Fatalf("press %s of %d was not answered with %q: %+v\n%s", press, who, want, o.server.Answers(), o.out)
		}
	}
	told(omar, "1", "Only the person who was asked")
	told(mona, "5", "Only the person who was asked")
	if m, _ := o.server.Message(customers, question.ID); len(m.Buttons) == 0 {
		t.Error("a stranger's press took the buttons away")
	}
	told(sara, "2", "not right yet")
	o.card(owners, "★★☆☆☆")
	if !o.server.Eventually(20*time.Second, func() bool { m, _ := o.server.Message(customers, question.ID); return len(m.Buttons) == 0 }) {
		t.Error("the question keeps its buttons after the answer")
	}
}

func TestOnDiscordOnlyTheCustomersTapCounts(t *testing.T) {
	o := newDiscord(t)
	o.run("satisfaction: {enabled_by: karim, after: 0s}")
	said := o.server.Say(o.sara, o.support, "The coffee was cold and the staff were rude, terrible service")
	card := o.card(o.desk, "coffee was cold")
	o.server.Press(o.karim, o.desk, card.ID, card.Buttons[0])
	answered := o.card(o.desk, "Answered, approved by")
	o.server.Press(o.karim, o.desk, answered.ID, answered.Buttons[1]) // the first one: the promise is kept
	var question fakediscord.Posted
	soon(t, "the question", func() string {
		posts := o.server.Posted(o.support)
		if len(posts) < 2 {
			return ""
		}
		question = posts[1]
		return question.ID
	})
	if question.Reply != said || len(question.Buttons) != 5 {
		t.Fatalf("the question is %+v, want five buttons under what Sara said", question)
	}
	stranger := o.server.Press(o.lina, o.support, question.ID, question.Buttons[0])
	if kind := o.server.AwaitAnswer(10*time.Second, stranger); kind != 4 {
		t.Errorf("the press of somebody else was answered with kind %d, want a message to them alone", kind)
	}
	if left := o.server.Buttons(o.support, question.ID); len(left) != 5 {
		t.Errorf("somebody else's press left %d buttons", len(left))
	}
	o.server.Press(o.sara, o.support, question.ID, question.Buttons[3])
	o.card(o.desk, "★★★★☆")
	soon(t, "the question without buttons", func() string {
		if len(o.server.Buttons(o.support, question.ID)) == 0 {
			return "gone"
		}
		return ""
	})
	if v := o.server.Violations(); len(v) > 0 {
		t.Errorf("sends that could have pinged people: %v", v)
	}
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"rasid/internal/phrases"
	"rasid/internal/platform/telegram/faketelegram"
)

const huda = 333333333 // manager: may press everything

// walk is one person's way through every button and command of a staff room,
// with what they were told.
type walk struct {
	*onTelegram
	say     *phrases.Catalogue
	pressed map[string]bool // buttons, by their key in the catalogue
	told    strings.Builder
}

// open starts the shop in a language and with an undo window.
func (w *walk) open(language, undo string) {
	w.onTelegram = newTelegram(w.t)
	w.server.AddUser(faketelegram.User{ID: huda, First: "Huda"})
	path := w.configure("undo: " + undo + "\n  " + oneByOne)
	text, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	mine := strings.NewReplacer(
		"  language: ar\n", "  language: "+language+"\n",
		"kind: telegram\n    api_url", "kind: telegram\n    per_minute: 1000000\n    api_url", // nobody waits for a place in the queue
	).Replace(string(text))
	if err := os.WriteFile(path, []byte(mine), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.run(path)
}

// part is the longest piece of a phrase between its values: what can be looked
// for in a text that has them filled in.
func (w *walk) part(key string) string {
	w.t.Helper()
	longest := ""
	for _, p := range regexp.MustCompile(`\{[a-z]+\}`).Split(w.say.Text(key), -1) {
		if len(p) > len(longest) {
			longest = p
		}
	}
	if longest == "" {
		w.t.Fatalf("the catalogue has no words for %q", key)
	}
	return strings.TrimSpace(longest)
}

// press presses a button under the newest card about something and waits for
// an answer.
func (w *walk) press(about, button, answer string) {
	w.t.Helper()
	label := w.say.Say("button." + button)
	w.after("["+label+"]", answer, func() bool {
		for _, m := range slices.Backward(w.server.Posted(desk)) {
			if !strings.Contains(m.Text, about) {
				continue
			}
			if _, ok := w.server.PressLabel(desk, m.ID, huda, label); ok {
				w.pressed["button."+button] = true
				return true
			}
		}
		return false
	})
}

// choose presses a button of the question that was asked last.
func (w *walk) choose(question, label, answer string) {
	w.t.Helper()
	w.after("["+label+"]", answer, func() bool {
		for _, m := range slices.Backward(w.server.Posted(desk)) {
			if strings.Contains(m.Text, w.part(question)) {
				_, ok := w.server.PressLabel(desk, m.ID, huda, label)
				return ok
			}
		}
		return false
	})
}

// write replies to the newest card about something.
func (w *walk) write(about, words, answer string) {
	w.t.Helper()
	w.after("« "+words+" »", answer, func() bool {
		for _, m := range slices.Backward(w.server.Posted(desk)) {
			if strings.Contains(m.Text, about) {
				w.server.ReplyTo(desk, m.ID, saad, words)
				return true
			}
		}
		return false
	})
}

// command says something in the room and waits for the answer.
func (w *walk) command(words, answer string) {
	w.t.Helper()
	w.after(words, answer, func() bool { w.server.Say(desk, huda, words); return true })
}

// after does something, waits until the room was told, and writes both down.
func (w *walk) after(what, answer string, do func() bool) {
	w.t.Helper()
	before := len(w.server.Effects())
	if !w.server.Eventually(time.Minute, do) {
		w.t.Fatalf("%s cannot be done:\n%s\n%s", what, w.server.Transcript(desk, time.TimeOnly), w.out)
	}
	want, told := w.part(answer), ""
	ok := w.server.Eventually(time.Minute, func() bool {
		for _, e := range w.server.Effects()[before:] {
			if strings.Contains(e.Text, want) {
				told = e.Text
				return true
			}
		}
		return false
	})
	if !ok {
		w.t.Fatalf("%s was not answered with %q (%s) but:\n%+v\n%s", what, want, answer, w.server.Effects()[before:], w.out)
	}
	first, _, _ := strings.Cut(told, "\n")
	fmt.Fprintf(&w.told, "%s\n    %s\n", what, number.ReplaceAllString(bare.Replace(first), "#"))
}

// What differs from run to run, or cannot be seen, is left out of what is
// compared.
var (
	number = regexp.MustCompile(`[0-9٠-٩]+([ :٫.,/-][0-9٠-٩]+)*`) // a time beyond midnight has its date before it
	bare   = strings.NewReplacer("\u2066", "", "\u2067", "", "\u2068", "", "\u2069", "", "\u200f", "", "\u200e", "")
)

// elsewhere are the buttons that stand on no card of these rooms.
var elsewhere = map[string]string{
	"button.open":      "a link",
	"button.flag":      "on the page only, under what was noted",
	"button.statement": "under an incident: TestAReviewBombIsOneIncidentAndElevenCards",
}

func TestEveryButtonAndCommandOfARoomOnTelegramIsAnsweredInBothLanguages(t *testing.T) {
	for language, said := range map[string][4]string{
		"ar": {"طلبي متأخر من ثلاث ساعات", "القهوة باردة والموظف سيئ", "الخدمة سيئة جدا وما احد يرد", "المحل وسخ والتعامل سيئ"},
		"en": {"my order is three hours late, terrible", "the coffee was cold and the barista rude", "awful service and nobody answers", "the shop was dirty, never again"},
	} {
		t.Run(language, func(t *testing.T) {
			words, err := phrases.Load(language)
			if err != nil {
				t.Fatal(err)
			}
			w := &walk{onTelegram: &onTelegram{t: t}, say: words, pressed: map[string]bool{}}
			w.beforePosting(language, said)
			w.afterPosting(language, said)
			for _, key := range words.Keys() {
				if strings.HasPrefix(key, "button.") && !w.pressed[key] && elsewhere[key] == "" {
					t.Errorf("nobody pressed %s (%s)", key, words.Text(key))
				}
			}
			path := filepath.Join("testdata", "buttons."+language+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(w.told.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := gocmp.Diff(string(want), w.told.String()); d != "" {
				t.Errorf("staff read something else (make golden if it is better):\n%s", d)
			}
		})
	}
}

// beforePosting presses what stands on a card until its reply leaves.
func (w *walk) beforePosting(language string, said [4]string) {
	w.open(language, "1h")
	w.server.Say(customers, sara, said[0])
	late := said[0]
	w.press(late, "claim", "answer.claimed")
	w.press(late, "release", "answer.released")
	w.press(late, "snooze", "answer.snoozed")
	w.press(late, "redraft", "answer.redrafted")
	w.press(late, "escalate", "answer.escalated")
	w.press(late, "edit", "ask.edit")
	mine := map[string]string{"ar": "نعتذر منك، طلبك في الطريق. اتصل على 0501234567.", "en": "We are sorry, your order is on its way. Call 0501234567."}[language]
	w.write(late, mine, "answer.confirm")
	w.press(mine, "approve", "answer.confirm")
	w.press(mine, "confirm", "answer.approved")
	w.press(late, "undo", "answer.undone")
	w.press(late, "handled", "answer.handled")
	w.press(late, "reopen", "answer.reopened")
	w.press(late, "dismiss", "answer.reason")
	w.choose("ask.reason", w.say.Say("why.spam"), "answer.dismissed")
	w.commands()
}

// commands says every command of the list that /help shows.
func (w *walk) commands() {
	for _, c := range []struct{ en, ar, answer string }{
		{"/help", "مساعدة", "help.title"},
		{"/inbox", "الوارد", "inbox.none"},
		{"/case 1", "حالة 1", "card.complaint"},
		{"/case 99", "حالة 99", "answer.nocase"},
		{"/report the coffee is cold", "تقرير القهوة باردة", "answer.reported"},
		{"/digest tomorrow", "/ملخص بكرة", "answer.date"},
		{"/wordings", "الصياغات", "wordings.none"},
		{"/forget abcdefab", "انس abcdefab", "wordings.unknown"},
	} {
		w.command(c.en, c.answer)
		w.command(c.ar, c.answer)
	}
	w.command("/stop", "answer.stopped")
	w.command("أوقف", "answer.wasstopped")
	w.command("تابع", "answer.resumed")
	w.command("/resume", "answer.notstopped")
}

// afterPosting presses what stands on a card once its reply left, or may have.
func (w *walk) afterPosting(language string, said [4]string) {
	w.open(language, "0s")
	cold, awful, dirty := said[1], said[2], said[3]
	w.server.Say(customers, sara, cold)
	mine := map[string]string{
		"ar": "نعتذر أن القهوة وصلت باردة. نراجع الموضوع مع الفريق ونتواصل معك خلال ٢٤ ساعة.",
		"en": "We are sorry that the coffee was cold. We look into it with the team and will get back to you within 24 hours.",
	}[language]
	w.write(cold, mine, "answer.edited")
	w.press(mine, "approve", "answer.leaves")
	w.press(cold, "kept", "answer.kept")
	w.press(cold, "save", "answer.save.sure")
	w.press(cold, "resolve", "answer.resolved")

	for i, about := range []string{awful, dirty} {
		user := int64(sara + 1 + i)
		w.server.AddUser(faketelegram.User{ID: user, First: "Omar"})
		w.server.Say(customers, user, about)
		w.server.Next(faketelegram.Fault{Method: "sendMessage", Chat: customers, Kind: faketelegram.DropAfter})
		w.press(about, "approve", "answer.leaves")
	}
	w.press(awful, "not-there", "answer.locked")
	w.press(awful, "there", "answer.there")
	w.press(dirty, "drop", "answer.reason")
	w.choose("ask.reason", w.say.Say("why.nothing"), "answer.dismissed")
}

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
	"rasid/internal/store"
)

// staffRoom is a staff room of a running program, as the people in it use it.
// What asks for words is answered with replace or reason, on Telegram by a
// reply or a button, on Discord by a form.
type staffRoom interface {
	complain(n int, words string) // the nth customer, in public
	press(about, label string) bool
	offered(about string) []string // the buttons under the newest card about something
	replace(about, words string) bool
	reason(why string) bool
	command(en bool, c command) bool
	told() []string          // what people were told, from the start
	asks() map[string]string // the words that buttons ask for, by button, and how help says to change a draft
	folder() string          // where the program keeps its data
	loseAnswers()            // nobody learns whether the next two posts arrived
	doubt()                  // the post that was just approved is one of them
	record() string          // for whoever looks why a walk failed
}

// command is a command of the list that /help shows, in both languages.
type command struct {
	en, ar       string // its names
	option       string // what Discord calls its argument; "" without one
	argEN, argAR string
	answer       string
}

// walk is one person's way through every button and command of a staff room,
// with what they were told.
type walk struct {
	staffRoom
	t       *testing.T
	say     *phrases.Catalogue
	pressed map[string]bool // buttons, by their key in the catalogue
	seen    strings.Builder
}

// part is the longest piece of a phrase between its values: what can be looked
// for in a text that has them filled in.
func part(t testing.TB, words *phrases.Catalogue, key string) string {
	t.Helper()
	longest := ""
	for _, p := range regexp.MustCompile(`\{[a-z]+\}`).Split(words.Text(key), -1) {
		if len(p) > len(longest) {
			longest = p
		}
	}
	if longest == "" {
		t.Fatalf("the catalogue has no words for %q", key)
	}
	return strings.TrimSpace(longest)
}

// push presses a button under the newest card about something and waits for
// an answer.
func (w *walk) push(about, button, answer string) {
	w.t.Helper()
	key := "button." + button
	label := w.say.Say(key)
	w.after("["+label+"]", answer, func() bool {
		w.pressed[key] = true
		return w.press(about, label)
	})
}

// edit puts other words in the place of a draft.
func (w *walk) edit(about, words, answer string) {
	w.t.Helper()
	w.push(about, "edit", w.asks()["edit"])
	w.after("« "+words+" »", answer, func() bool { return w.replace(about, words) })
}

// oneWayOut looks that a draft that must not leave as it stands can only be sent
// by the button that says so.
func (w *walk) oneWayOut(about string) {
	w.t.Helper()
	var labels []string
	if !patiently(func() bool { labels = w.offered(about); return len(labels) > 0 }) {
		w.t.Fatalf("no card shows %q:\n%s", about, w.record())
	}
	if slices.Contains(labels, w.say.Say("button.approve")) || !slices.Contains(labels, w.say.Say("button.confirm")) {
		w.t.Errorf("under a blocked draft stand %q", labels)
	}
	fmt.Fprintf(&w.seen, "    [%s]\n", strings.Join(labels, "] ["))
}

// setAside presses a button that wants a reason and gives it.
func (w *walk) setAside(about, button, why string) {
	w.t.Helper()
	w.push(about, button, w.asks()["dismiss"])
	why = w.say.Say(why)
	w.after("["+why+"]", "answer.dismissed", func() bool { return w.reason(why) })
}

// order says a command in both languages.
func (w *walk) order(c command) {
	w.t.Helper()
	w.after("/"+c.en+" "+c.argEN, c.answer, func() bool { return w.command(true, c) })
	w.after(c.ar+" "+c.argAR, c.answer, func() bool { return w.command(false, c) })
}

// after does something, waits until the room was told, and writes both down.
func (w *walk) after(what, answer string, do func() bool) {
	w.t.Helper()
	before := len(w.told())
	if !patiently(do) {
		w.t.Fatalf("%s cannot be done:\n%s", what, w.record())
	}
	want, told := bare.Replace(part(w.t, w.say, answer)), ""
	ok := patiently(func() bool {
		for _, text := range w.told()[before:] {
			for line := range strings.Lines(bare.Replace(text)) {
				if strings.Contains(line, want) {
					told = strings.TrimSpace(line)
					return true
				}
			}
		}
		return false
	})
	if !ok {
		w.t.Fatalf("%s was not answered with %q (%s) but:\n%q\n%s", what, want, answer, w.told()[before:], w.record())
	}
	fmt.Fprintf(&w.seen, "%s\n    %s\n", strings.TrimSpace(what), number.ReplaceAllString(told, "#"))
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
	"button.reply":     "a link",
	"button.flag":      "on the page only, under what was noted",
	"button.statement": "under an incident: TestAReviewBombIsOneIncidentAndElevenCards",
}

// sayings is what customers and staff say in a language.
type sayings struct {
	late, cold, awful, dirty string
	number, sorry            string // replies of staff, the first with a telephone number
}

func TestEveryButtonAndCommandOfARoomIsAnsweredInBothLanguages(t *testing.T) {
	for platform, open := range map[string]func(t *testing.T, words *phrases.Catalogue, undo string) staffRoom{"telegram": roomOnTelegram, "discord": roomOnDiscord} {
		for language, said := range map[string]sayings{
			"ar": {
				"طلبي متأخر من ثلاث ساعات", "القهوة باردة والموظف سيئ", "الخدمة سيئة جدا وما احد يرد", "المحل وسخ والتعامل سيئ",
				"نعتذر منك، طلبك في الطريق. اتصل على 0501234567.",
				"نعتذر أن القهوة وصلت باردة. نراجع الموضوع مع الفريق ونتواصل معك خلال ٢٤ ساعة.",
			},
			"en": {
				"my order is three hours late, terrible", "the coffee was cold and the barista rude", "awful service and nobody answers", "the shop was dirty, never again",
				"We are sorry, your order is on its way. Call 0501234567.",
				"We are sorry that the coffee was cold. We look into it with the team and will get back to you within 24 hours.",
			},
		} {
			t.Run(platform+" "+language, func(t *testing.T) {
				t.Parallel()
				words, err := phrases.Load(language)
				if err != nil {
					t.Fatal(err)
				}
				w := &walk{t: t, say: words, pressed: map[string]bool{}}
				w.staffRoom = open(t, words, "1h")
				w.beforePosting(said)
				w.staffRoom = open(t, words, "0s")
				w.afterPosting(said)
				w.compare(filepath.Join("testdata", "buttons."+platform+"."+language+".txt"))
			})
		}
	}
}

// compare looks that every button was pressed, and that staff read what stands
// in a file.
func (w *walk) compare(path string) {
	for _, key := range w.say.Keys() {
		if strings.HasPrefix(key, "button.") && !w.pressed[key] && elsewhere[key] == "" {
			w.t.Errorf("nobody pressed %s (%s)", key, w.say.Text(key))
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(w.seen.String()), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	if d := gocmp.Diff(string(want), w.seen.String()); d != "" {
		w.t.Errorf("staff read something else (make golden if it is better):\n%s", d)
	}
}

// beforePosting presses what stands on a card until its reply leaves, and says
// every command.
func (w *walk) beforePosting(said sayings) {
	late := said.late
	w.complain(0, late)
	w.push(late, "claim", "answer.claimed")
	w.push(late, "release", "answer.released")
	w.push(late, "snooze", "answer.snoozed")
	w.push(late, "redraft", "answer.redrafted")
	w.push(late, "escalate", "answer.escalated")
	w.edit(late, said.number, "answer.confirm")
	w.oneWayOut(said.number)
	w.push(said.number, "confirm", "answer.confirm.again") // a colleague, who was not told yet
	w.push(said.number, "confirm", "answer.approved")
	w.push(late, "undo", "answer.undone")
	w.push(late, "handled", "answer.handled")
	w.push(late, "reopen", "answer.reopened")
	w.setAside(late, "dismiss", "why.spam")
	for _, c := range []command{
		{"help", "مساعدة", "", "", "", w.asks()["help"]},
		{"inbox", "الوارد", "", "", "", "inbox.none"},
		{"case", "قضية", "number", "1", "1", "card.complaint"},
		{"case", "حالة", "number", "99", "99", "answer.nocase"},
		{"digest", "ملخص", "date", "2026-01-05", "2026-01-05", "digest.none"}, // nobody waits yet
		{"digest", "/ملخص", "date", "tomorrow", "بكرة", "answer.date"},
		{"report", "تقرير", "text", "the coffee is cold", "القهوة باردة", "answer.reported"},
		{"wordings", "الصياغات", "", "", "", "wordings.none"},
		{"forget", "انس", "text", "abcdefab", "abcdefab", "wordings.unknown"},
		{"stop", "/أوقف", "text", "wrong prices", "أسعار خاطئة", ""},
		{"resume", "تابع", "", "", "", ""},
	} {
		if c.answer != "" {
			w.order(c)
			continue
		}
		first, second := "answer.stopped", "answer.wasstopped"
		if c.en == "resume" {
			first, second = "answer.resumed", "answer.notstopped"
		}
		w.after("/"+c.en+" "+c.argEN, first, func() bool { return w.command(true, c) })
		w.after(c.ar+" "+c.argAR, second, func() bool { return w.command(false, c) })
	}
	// "rasid stop" left a file, which no room can take away.
	if err := os.WriteFile(filepath.Join(w.folder(), store.StopFile), []byte(store.StopNote("omar", "wrong prices", time.Now())), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.order(command{"resume", "تابع", "", "", "", "answer.stays"})
}

// afterPosting presses what stands on a card once its reply left, or may have.
func (w *walk) afterPosting(said sayings) {
	w.complain(0, said.cold)
	w.edit(said.cold, said.sorry, "answer.edited")
	w.push(said.sorry, "approve", "answer.leaves")
	w.push(said.cold, "kept", "answer.kept")
	w.push(said.cold, "save", "answer.save.sure")
	w.push(said.cold, "resolve", "answer.resolved")

	w.loseAnswers()
	for n, about := range []string{said.awful, said.dirty} {
		w.complain(n+1, about)
		w.push(about, "approve", "answer.leaves")
		w.doubt()
	}
	w.push(said.awful, "not-there", "answer.locked")
	w.push(said.awful, "there", "answer.there")
	w.setAside(said.dirty, "drop", "why.nothing")
}

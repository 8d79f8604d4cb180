package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/phrases"
	"rasid/internal/platform/discord/fakediscord"
	"rasid/internal/platform/telegram/faketelegram"
	"rasid/responder"
)

const huda = 333333333 // manager: may press everything

// telegramRoom is the front desk of a shop on Telegram.
type telegramRoom struct {
	*onTelegram
	words *phrases.Catalogue
}

func roomOnTelegram(t *testing.T, words *phrases.Catalogue, undo string) staffRoom {
	t.Helper()
	o := newTelegram(t)
	o.server.AddUser(faketelegram.User{ID: huda, First: "Huda"})
	path := o.configure("undo: " + undo + "\n  " + oneByOne)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	mine := strings.NewReplacer(
		"  language: ar\n", "  language: "+words.Language+"\n",
		"kind: telegram\n    api_url", "kind: telegram\n    per_minute: 1000000\n    api_url", // nobody waits for a place in the queue
	).Replace(string(text))
	if err := os.WriteFile(path, []byte(mine), 0o600); err != nil {
		t.Fatal(err)
	}
	o.run(path)
	return telegramRoom{o, words}
}

func (r telegramRoom) complain(n int, words string) {
	user := int64(sara + n)
	r.server.AddUser(faketelegram.User{ID: user, First: "Omar"})
	r.server.Say(customers, user, words)
}

// newest finds the newest message that says something and for which do works.
func (r telegramRoom) newest(about string, do func(id int64) bool) bool {
	for _, m := range slices.Backward(r.server.Posted(desk)) {
		if strings.Contains(m.Text, about) && do(m.ID) {
			return true
		}
	}
	return false
}

func (r telegramRoom) press(about, label string) bool {
	return r.newest(about, func(id int64) bool {
		_, ok := r.server.PressLabel(desk, id, huda, label)
		return ok
	})
}

func (r telegramRoom) offered(about string) (labels []string) {
	r.newest(about, func(id int64) bool {
		m, _ := r.server.Message(desk, id)
		for _, b := range slices.Concat(m.Buttons...) {
			labels = append(labels, b.Text)
		}
		return len(labels) > 0
	})
	return labels
}

func (r telegramRoom) replace(about, words string) bool {
	return r.newest(about, func(id int64) bool {
		r.server.ReplyTo(desk, id, saad, words)
		return true
	})
}

func (r telegramRoom) reason(why string) bool { return r.press(part(r.t, r.words, "ask.reason"), why) }

func (r telegramRoom) command(en bool, c command) bool {
	words := c.ar + " " + c.argAR
	if en {
		words = "/" + c.en + " " + c.argEN
	}
	r.server.Say(desk, huda, strings.TrimSpace(words))
	return true
}

func (r telegramRoom) told() []string {
	var out []string
	for _, e := range r.server.Effects() {
		out = append(out, e.Text)
	}
	return out
}

func (telegramRoom) asks() map[string]string {
	return map[string]string{"edit": "ask.edit", "dismiss": "answer.reason", "help": "help.edit"}
}

func (r telegramRoom) loseAnswers() {
	for range 2 {
		r.server.Next(faketelegram.Fault{Method: "sendMessage", Chat: customers, Kind: faketelegram.DropAfter})
	}
}

func (telegramRoom) doubt() {} // Telegram cannot be asked whether something is there

func (r telegramRoom) folder() string { return filepath.Join(r.dir, "data") }

func (r telegramRoom) record() string {
	return r.server.Transcript(desk, time.TimeOnly) + "\n" + r.out.String()
}

// discordRoom is the staff channel of a server on Discord.
type discordRoom struct {
	*onDiscord
	clock *clockwork
	lost  *int // posts whose answer was lost
}

func roomOnDiscord(t *testing.T, words *phrases.Catalogue, undo string) staffRoom {
	t.Helper()
	r := discordRoom{newDiscord(t), &clockwork{}, new(int)}
	r.start(r.clock.now, "undo: 15s", "undo: "+undo+"\n  "+oneByOne, "language: en", "language: "+words.Language, "role: supervisor", "role: manager")
	soon(t, "the slash commands", func() string { return strings.Join(r.server.Commands(fakediscord.Guild), " ") })
	return r
}

func (r discordRoom) complain(n int, words string) {
	r.server.Say(fakediscord.Person{ID: r.sara.ID[:len(r.sara.ID)-1] + string(rune('1'+n)), Name: "Omar"}, r.support, words)
}

func (r discordRoom) press(about, label string) bool {
	for _, p := range slices.Backward(r.server.Posted(r.desk)) {
		if strings.Contains(p.Text, about) {
			if _, ok := r.server.PressLabel(r.lina, r.desk, p.ID, label); ok {
				return true
			}
		}
	}
	return false
}

func (r discordRoom) offered(about string) []string {
	for _, p := range slices.Backward(r.server.Posted(r.desk)) {
		if strings.Contains(p.Text, about) && len(p.Labels) > 0 {
			return p.Labels
		}
	}
	return nil
}

// fill fills in the form that was shown last.
func (r discordRoom) fill(who fakediscord.Person, words string) bool {
	for _, e := range slices.Backward(r.server.EffectsOf("respond")) {
		var form struct {
			ID   string `json:"custom_id"`
			Rows []struct {
				Fields []struct {
					ID string `json:"custom_id"`
				} `json:"components"`
			} `json:"components"`
		}
		if e.Answer == 9 && json.Unmarshal(e.Body, &form) == nil {
			r.server.SubmitModal(who, r.desk, form.ID, form.Rows[0].Fields[0].ID, words)
			return true
		}
	}
	return false
}

func (r discordRoom) replace(_, words string) bool { return r.fill(r.karim, words) }

func (r discordRoom) reason(why string) bool { return r.fill(r.lina, why) }

func (r discordRoom) command(en bool, c command) bool {
	name, arg := strings.TrimPrefix(c.ar, "/"), c.argAR
	if en {
		name, arg = c.en, c.argEN
	}
	var options []any
	switch {
	case c.option == "number":
		n := 0
		for _, d := range arg {
			n = 10*n + int(d-'0')
		}
		options = []any{c.option, n}
	case arg != "":
		options = []any{c.option, arg}
	}
	r.server.Slash(r.lina, r.desk, name, options...)
	return true
}

func (r discordRoom) told() []string {
	var out []string
	for _, e := range r.server.Effects() {
		if e.Kind == "respond" || e.Kind == "follow" {
			out = append(out, e.Text())
		}
	}
	return out
}

func (discordRoom) asks() map[string]string {
	return map[string]string{"edit": "form.words", "dismiss": "form.reason", "help": "help.edit.button"}
}

// loseAnswers cuts the answers to two posts, and keeps the channel from being
// read, so that nobody can look whether they are there.
func (r discordRoom) loseAnswers() {
	path := "/channels/" + r.support + "/messages"
	r.server.Inject(fakediscord.Fault{Method: "POST", Path: path, Cut: true, Times: 2})
	r.server.Inject(fakediscord.Fault{Method: "GET", Path: path, Status: 503, Times: -1})
}

// doubt lets the time pass in which Discord knows a post again by its nonce.
func (r discordRoom) doubt() {
	*r.lost++
	if !patiently(func() bool { return strings.Count(r.out.String(), "outcome=not-sent") == *r.lost }) {
		r.t.Fatalf("the answer was not lost:\n%s", r.record())
	}
	r.clock.forward(3 * time.Minute)
}

func (r discordRoom) folder() string { return r.data }

func (r discordRoom) record() string {
	var b strings.Builder
	for _, p := range r.server.Posted(r.desk) {
		b.WriteString(p.Text + "\n--\n")
	}
	return b.String() + r.out.String()
}

func TestDoctorNamesEveryRoomOfAConnection(t *testing.T) {
	type chat struct{ responder.StaffChat }
	one, other := &chat{}, &chat{}
	rooms := []responder.Room{{Name: "staff", Chat: one}, {Name: "page", Chat: other}, {Name: "leads", Chat: one}}
	if got := sharing(rooms, one); got != "staff, leads" {
		t.Errorf("the lines of both rooms are headed %q", got)
	}
}

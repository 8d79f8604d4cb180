package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/internal/pgtest"
	"rasid/responder"
)

// counted is a place that counts what is posted there.
type counted struct{ posts *int }

func (c counted) Reply(context.Context, cases.Reply) (cases.Receipt, error) {
	*c.posts++
	return cases.Receipt{ID: fmt.Sprint(*c.posts)}, nil
}
func (counted) Fits(string) error { return nil }

// doing runs the duties with these names once, in this order.
func (h *house) doing(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		for _, d := range h.duties() {
			if d.name != name {
				continue
			}
			if _, err := d.step(t.Context(), h.now()); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

// commanded runs a command of the program on the configuration of a house.
func commanded(t *testing.T, file string, args ...string) (code int, said string) {
	t.Helper()
	out := &lines{}
	p := &program{in: strings.NewReader(""), out: out, err: out, now: time.Now, env: inventedTokens}
	return p.run(t.Context(), append(args, "--config", file)), out.String()
}

func TestAStopAtTheTerminalReachesEveryInstanceOnTheDatabase(t *testing.T) {
	text := muteHouse + "database: " + pgtest.Start(t).DSN(t) + "\n"
	near, far := houseOf(t, text), houseOf(t, text)
	posts := 0
	for _, h := range []*house{near, far} {
		place := h.office.Places["app"]
		place.Replier = counted{&posts}
		h.office.Places["app"] = place
	}
	approved := func(n int) {
		t.Helper()
		m := cases.Mention{Source: "app", ID: fmt.Sprint(n), AuthorID: fmt.Sprint(n), Text: "The coffee was cold and nobody answers, terrible", PostedAt: far.now(), Direct: true}
		if _, err := far.store.Record(t.Context(), "app", cases.Page{Mentions: []cases.Mention{m}}, far.now()); err != nil {
			t.Fatal(err)
		}
		far.doing(t, "judge", "draft")
		d := responder.Decision{Action: responder.ActApprove, Case: int64(n), Draft: 1, By: responder.Actor{Platform: "console", ID: "mona"}, Room: "desk", At: far.now()}
		if ans, err := far.clerk.Decide(t.Context(), d); err != nil {
			t.Fatalf("approving: %+v %v", ans, err)
		}
	}
	command := func(want int, words string, args ...string) {
		t.Helper()
		if code, said := commanded(t, near.cfg.File, args...); code != want || !strings.Contains(said, words) {
			t.Errorf("rasid %v ended with %d and said %q, want %d and %q", args, code, said, want, words)
		}
	}
	expect := func(when string, want int) {
		t.Helper()
		near.doing(t, "post")
		far.doing(t, "post")
		if posts != want {
			t.Errorf("%s %d replies are in public, want %d", when, posts, want)
		}
	}

	approved(1)
	command(0, "Posting is stopped", "stop", "wrong prices", "--lang", "en")
	expect("after the stop", 0)
	if stop, err := far.store.Stopped(t.Context()); err != nil || !stop.On || stop.Why != "wrong prices" || !strings.HasPrefix(stop.By, atTerminal) {
		t.Errorf("the other instance says: %+v, %v", stop, err)
	}
	d := responder.Decision{Action: responder.CmdStop, By: responder.Actor{Platform: "console", ID: "mona"}, Room: "desk", Language: "ar", At: far.now()}
	if ans, err := far.clerk.Decide(t.Context(), d); err != nil || !strings.Contains(ans.Text, "من سطر الأوامر") || strings.Contains(ans.Text, atTerminal) {
		t.Errorf("who stops again in a room reads %+v, %v", ans, err)
	}
	command(0, "Posting is stopped", "stop", "again", "--lang", "en") // twice is as good as once
	command(0, "Posting has resumed", "resume", "--lang", "en")
	expect("after the resume", 1)
	command(0, "Posting was not stopped", "resume", "--lang", "en")

	// What staff stopped in a room, no terminal lets go on.
	approved(2)
	if err := far.store.Stop(t.Context(), "mona", "storm", far.now()); err != nil {
		t.Fatal(err)
	}
	command(0, "Posting is stopped", "stop", "me too", "--lang", "en")
	command(1, "mona stopped posting in a room", "resume", "--lang", "en")
	expect("while staff stopped it", 1)
}

func TestAStopThatDoesNotReachTheDatabaseStopsThisInstanceAndSaysSo(t *testing.T) {
	h := houseOf(t, muteHouse)
	text := strings.Replace(muteHouse, "data: data\n", "data: "+h.cfg.Data+"\n", 1) + "database: postgres://nobody@127.0.0.1:1/none\n"
	if err := os.WriteFile(h.cfg.File, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := commanded(t, h.cfg.File, "stop", "--lang", "en"); code != 1 || !strings.Contains(said, "other instances were not reached") {
		t.Errorf("it ended with %d and said %q", code, said)
	}
	if !h.stopped(t.Context()) {
		t.Error("this instance goes on posting")
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"rasid/internal/cases"
	"rasid/responder"
)

// decide lets Mona take a step at the newest draft of a case.
func (s *shop) decide(id int64, a responder.Action, text string) {
	s.t.Helper()
	c, err := s.store.Case(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	draft, _ := c.Draft()
	ans, err := s.clerk.Decide(s.t.Context(), responder.Decision{
		Action: a, Case: id, Draft: draft.Version, Text: text, By: responder.Actor{Platform: "console", ID: "mona"}, Room: "desk", At: s.now(),
	})
	if err != nil || ans.Alert {
		s.t.Fatalf("%s: %+v %v", a, ans, err)
	}
}

// TestTheExportAndTheCasePageTellEverythingThatHappened takes a complaint from
// its first word to its solution and reads it back twice.
func TestTheExportAndTheCasePageTellEverythingThatHappened(t *testing.T) {
	s := newShop(t, walkHouse)
	const said, first, words = "My order is three hours late and nobody answers, terrible service", "We are sorry about the late order.", "We are sorry about the late order, Sara. We will call you within 24 hours."
	id := s.hear("Sara", said)
	for _, step := range []struct {
		a    responder.Action
		text string
	}{{responder.ActClaim, ""}, {responder.ActEdit, first}, {responder.ActEdit, words}, {responder.ActApprove, ""}, {responder.ActKept, ""}, {responder.ActResolve, ""}} {
		s.decide(id, step.a, step.text)
		if step.a == responder.ActApprove {
			soon(t, "the reply", func() string {
				c, err := s.store.Case(t.Context(), id)
				if err != nil || c.State != cases.Answered {
					return ""
				}
				return c.Reply.ID
			})
		}
	}
	history, err := s.store.History(t.Context(), id)
	if err != nil || len(history) < 9 {
		t.Fatalf("%d lines of history: %v", len(history), err)
	}

	var out bytes.Buffer
	p := &program{env: inventedTokens, now: s.now, out: &out, err: &out}
	if code := p.run(t.Context(), []string{"export", fmt.Sprint(id), "--config", filepath.Join(filepath.Dir(s.cfg.Data), "config.yaml")}); code != 0 {
		t.Fatalf("the export ended with %d:\n%s", code, &out)
	}
	var got exported
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(history, got.History); d != "" {
		t.Errorf("the exported history (-kept +exported):\n%s", d)
	}
	drafts, posted := "", ""
	for _, d := range got.Case.Drafts {
		drafts += d.Text + "\n"
	}
	for _, send := range got.Outbox {
		posted += send.Reply.Text + "\n"
	}
	if got.Case.Mentions[0].Text != said || !strings.Contains(drafts, first) || !strings.Contains(drafts, words) || !strings.Contains(posted, words) || len(got.Case.Promises) != 1 {
		t.Errorf("the export lacks words:\n%s", &out)
	}

	s.speak("en")
	s.visit(fmt.Sprintf("/case/%d", id))
	page := s.js(`document.querySelector("main").textContent`)
	for _, want := range []string{said, first, words} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	lines := strings.Split(s.js(`[...document.querySelectorAll("#history li")].map(l => l.textContent).join("\n")`), "\n")
	if len(lines) != len(history) {
		t.Fatalf("%d lines on the page, %d in the history:\n%q", len(lines), len(history), lines)
	}
	say := s.office.Words["en"]
	for i, e := range history {
		for _, want := range []string{responder.Happened(say, e), responder.Author(say, e.By, s.office.NameOf), responder.Remark(say, e, s.office.NameOf)} {
			if !strings.Contains(lines[i], want) {
				t.Errorf("line %d of the page is %q, want %q in it", i+1, lines[i], want)
			}
		}
	}
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/outbound"
	"rasid/internal/platform/webhook"
)

// walkedElsewhere are the kinds whose walk through the program has a test of its own.
var walkedElsewhere = []string{"telegram", "discord"}

// fullHouse is the started program with one source of every kind, each at its
// fake.
type fullHouse struct {
	t        *testing.T
	path     string // of config.yaml
	url, key string // of the API
	out      *lines
	env      func(string) (string, bool)
	stop     func()
}

const everyHouse = `business: {name: {ar: نور, en: Noor}, language: en, match: "noor"}
data: %s
console: {listen: "127.0.0.1:0"}
network: {allow: [127.0.0.1]}
rooms: [{name: desk, kind: console, language: en}]
policy: {undo: 0s, words: {same_text: 0}}
staff:
  - {id: mona, name: Mona, role: manager}
%ssources:
%s`

// start runs the program with these places.
func start(t *testing.T, places map[string]*spot) *fullHouse {
	t.Helper()
	dir := t.TempDir()
	secrets, sources, staff := map[string]string{}, "", ""
	for _, kind := range slices.Sorted(keys(places)) {
		p := places[kind]
		sources += fmt.Sprintf("  - {name: at-%s, kind: %s, %s}\n", kind, kind, p.config)
		staff += fmt.Sprintf("  - {id: for-%s, role: approver}\n", kind) // who approves too much at once is stopped
		maps.Copy(secrets, p.secrets)
	}
	e := &fullHouse{t: t, path: filepath.Join(dir, "config.yaml"), out: &lines{}, env: func(name string) (string, bool) { v, ok := secrets[name]; return v, ok }}
	if err := os.WriteFile(e.path, fmt.Appendf(nil, everyHouse, filepath.Join(dir, "data"), staff, sources), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() { done <- e.program(e.out).run(ctx, []string{"run", "--config", e.path}) }()
	e.stop = func() {
		cancel()
		if code := <-done; code != 0 {
			t.Errorf("the program ended with %d:\n%s", code, e.out)
		}
		done <- 0
	}
	t.Cleanup(func() { e.stop() })
	link := soon(t, "the link to the page", func() string { return linkPattern.FindString(e.out.String()) })
	e.url = link[:strings.Index(link, "/enter")]
	return e
}

func (e *fullHouse) program(out io.Writer) *program {
	return &program{in: strings.NewReader(""), out: out, err: e.out, env: e.env, now: time.Now}
}

// command runs another command beside the program and returns what it said.
func (e *fullHouse) command(args ...string) string {
	e.t.Helper()
	var said bytes.Buffer
	if code := e.program(&said).run(e.t.Context(), append(args, "--config", e.path)); code != 0 {
		e.t.Fatalf("rasid %s ended with %d: %s\n%s", strings.Join(args, " "), code, said.String(), e.out)
	}
	return said.String()
}

// call asks the API.
func (e *fullHouse) call(method, path string, body, into any) {
	e.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		e.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(e.t.Context(), method, e.url+"/api/v1/"+path, bytes.NewReader(text))
	if err != nil {
		e.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+e.key)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	got, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil || resp.StatusCode != http.StatusOK {
		e.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, got, err)
	}
	if err := json.Unmarshal(got, into); err != nil {
		e.t.Fatal(err)
	}
}

// toldCase is a case as the API tells it.
type toldCase struct {
	ID       int64
	State    string
	Source   string
	Mentions []mentioned
	Drafts   []struct{ Text string }
	History  []struct{ Event, Note string }
}

// mentioned is one thing that was said.
type mentioned struct {
	ID, Text, URL string
	Gone          bool
}

// soon asks until get returns something, and less often than 600 times a
// minute, which is what the API takes.
func (e *fullHouse) soon(what string, get func() string) {
	e.t.Helper()
	turn := 0
	soon(e.t, what, func() string {
		if turn++; turn%20 != 1 {
			return ""
		}
		return get()
	})
}

// about waits for the case of a source in which something is said, in a state.
func (e *fullHouse) about(kind, words, state string) (found toldCase) {
	e.t.Helper()
	var list struct{ Cases []toldCase }
	defer func() {
		if found.ID == 0 {
			e.t.Logf("what there is of %s: %+v\n%s", kind, list.Cases, e.out)
		}
	}()
	e.soon(fmt.Sprintf("a case %s of %s about %q", state, kind, words), func() string {
		e.call(http.MethodGet, "cases?show=all&source=at-"+kind, nil, &list)
		for _, c := range list.Cases {
			if c.State == state && slices.ContainsFunc(c.Mentions, func(m mentioned) bool { return strings.Contains(m.Text, words) }) {
				found = c
				return "found"
			}
		}
		return ""
	})
	return found
}

// decide takes a decision on the newest draft of a case.
func (e *fullHouse) decide(c toldCase, action string) {
	e.t.Helper()
	var answer struct {
		Done bool
		Say  string
	}
	e.call(http.MethodPost, fmt.Sprint("cases/", c.ID), map[string]any{"action": action, "draft": len(c.Drafts)}, &answer)
	if !answer.Done {
		e.t.Errorf("%s of case %d of %s: %s", action, c.ID, c.Source, answer.Say)
	}
}

const (
	answered = "The noor coffee was cold, nobody answers, and I want my money back. Terrible!"
	changed  = "Waited an hour for a noor coffee, and the waiter was rude. Awful service!"
	deleted  = "My noor order arrived broken and the shop ignores me. Never again, horrible!"
	reworded = "The waiter of noor was rude, and the cake was stale as well. Awful!"
)

// TestEveryKindOfSourceIsReadAndAnsweredByTheStartedProgram walks once through
// the whole program for every kind: a complaint becomes a case with a draft, the
// approved words stand below it once; what was edited or deleted before they
// left is not answered.
func TestEveryKindOfSourceIsReadAndAnsweredByTheStartedProgram(t *testing.T) {
	places := allPlaces(t)
	for _, kind := range names(sourceKinds()) {
		if places[kind] == nil && !slices.Contains(walkedElsewhere, kind) {
			t.Errorf("kind %s is registered and nobody walks through it", kind)
		}
	}
	ids := map[string]string{}
	say := func(kind string) {
		for _, text := range []string{answered, changed, deleted} {
			if places[kind].posted == nil && text != answered {
				continue
			}
			ids[kind+text] = places[kind].say(text)
		}
	}
	for _, kind := range slices.Sorted(keys(places)) {
		if !places[kind].late {
			say(kind)
		}
	}
	e := start(t, places)
	for _, kind := range slices.Sorted(keys(places)) {
		if places[kind].late {
			places[kind].page = e.url
			say(kind)
		}
	}
	walked := map[string]bool{}
	for _, kind := range slices.Sorted(keys(places)) {
		t.Run(kind, func(t *testing.T) {
			p, at := places[kind], *e
			at.t, at.key = t, strings.TrimSpace(e.command("token", "for-"+kind, "--scope", "act"))
			if p.posted == nil {
				at.byHand(kind)
				return
			}
			at.posts(kind, p, ids[kind+answered])
			if p.edit != nil {
				at.leavesAlone(kind, p, changed, func() { p.edit(ids[kind+changed], reworded) }, "changed before the reply left")
			}
			if p.remove != nil {
				at.leavesAlone(kind, p, deleted, func() { p.remove(ids[kind+deleted]) }, "deleted before the reply left")
			}
			walked[kind] = !t.Failed() // not set when -run passes it over
		})
	}
	if walked["trustpilot"] {
		e.retracts(places["trustpilot"])
	}
}

// byHand answers where the program cannot.
func (e *fullHouse) byHand(kind string) {
	c := e.about(kind, "nobody answers", "waiting")
	if c.Mentions[0].URL == "" {
		e.t.Errorf("staff have no link to follow: %+v", c)
	}
	e.decide(c, "handled")
	e.about(kind, "nobody answers", "handled")
}

// posts approves a draft and finds it in its place, once and to the letter.
func (e *fullHouse) posts(kind string, p *spot, id string) {
	c := e.about(kind, "nobody answers", "waiting")
	e.decide(c, "approve")
	e.about(kind, "nobody answers", "answered")
	got := p.posted()
	if len(got) != 1 || got[0].text != c.Drafts[len(c.Drafts)-1].Text || got[0].to != id {
		e.t.Errorf("posted %+v, want %q once below %s", got, c.Drafts[len(c.Drafts)-1].Text, id)
	}
}

// leavesAlone approves a draft whose mention changed at the last moment: the
// history says what happened, and nothing is posted.
func (e *fullHouse) leavesAlone(kind string, p *spot, was string, change func(), note string) {
	c := e.about(kind, was, "waiting")
	change()
	e.decide(c, "approve")
	e.soon(note, func() string {
		var now toldCase
		e.call(http.MethodGet, fmt.Sprint("cases/", c.ID), nil, &now)
		for _, h := range now.History {
			if h.Note == note {
				return "yes"
			}
		}
		return ""
	})
	if got := p.posted(); len(got) != 1 {
		e.t.Errorf("posted %+v, and what was approved was no longer there", got)
	}
}

// retracts takes a posted reply back at the terminal.
func (e *fullHouse) retracts(p *spot) {
	e.key = strings.TrimSpace(e.command("token", "mona", "--scope", "read"))
	c := e.about("trustpilot", "nobody answers", "answered")
	e.stop()
	if said := e.command("retract", fmt.Sprint(c.ID), "the wrong branch"); !strings.Contains(said, "was taken back; the case is flagged") {
		e.t.Error(said)
	}
	if got := p.posted(); len(got) != 0 {
		e.t.Errorf("%+v stands there still", got)
	}
	// No draft is written while nothing runs; it can be looked at again all the same.
	if said := e.command("retract", fmt.Sprint(c.ID), "once more"); !strings.Contains(said, "nothing was deleted, and the case is flagged") {
		e.t.Error(said)
	}
	for language, want := range map[string][]string{
		"en": {"took the reply back: the wrong branch", "(at the terminal)", "within 24 hours\u2069” · void"},
		"ar": {"سحب الرد: \u2068the wrong branch\u2069", "(من سطر الأوامر)", "\u2069» · سقط"},
	} {
		said := e.command("explain", "--lang", language, fmt.Sprint(c.ID))
		for _, words := range want {
			if !strings.Contains(said, words) {
				e.t.Errorf("the story does not say %q: who took the reply back, why, and what became of its promise:\n%s", words, said)
			}
		}
	}
}

// hook is another program that tells of mentions, and takes answers.
func (p *spot) hook(t *testing.T, secret outbound.Secret) func(body map[string]any) {
	return func(body map[string]any) {
		t.Helper()
		keys, err := webhook.ReadKeys(secret)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.page+"/hook/at-webhook", bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		keys.Sign(r.Header, fmt.Sprint("msg_", time.Now().UnixNano()), time.Now(), text)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusAccepted {
			t.Errorf("the message was answered with %s %v", resp.Status, err)
		}
	}
}

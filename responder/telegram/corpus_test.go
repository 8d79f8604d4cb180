package telegram_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rasid/internal/cases"
	"rasid/internal/goldentest"
	wire "rasid/internal/platform/telegram"
	"rasid/responder"
	"rasid/responder/telegram"
)

// corpora finds the third-party texts, or skips.
func corpora(t *testing.T) string {
	t.Helper()
	folder, there := goldentest.Beside(t, "corpora/text")
	if !there {
		t.Skip("../shared/corpora/text is not here: the third-party texts are not part of the repository")
	}
	return folder
}

// texts reads every line of the corpora: naughty strings, script injections,
// and real Arabic, Persian, Urdu, Hebrew and English prose.
func texts(t *testing.T) []string {
	t.Helper()
	dir := corpora(t)
	read := func(path ...string) string {
		b, err := os.ReadFile(filepath.Join(append([]string{dir}, path...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var out []string
	if err := json.Unmarshal([]byte(read("naughty-strings", "blns.json")), &out); err != nil {
		t.Fatal(err)
	}
	files := []string{read("xss-payloads", "xss-payload-list.txt")}
	prose, err := filepath.Glob(filepath.Join(dir, "udhr", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range prose {
		files = append(files, read("udhr", filepath.Base(p)))
	}
	for _, f := range files {
		out = append(out, strings.Split(f, "\n")...)
	}
	return out
}

// TestNoTextOfTheCorporaBecomesAnythingElse shows every text on a card and
// posts it as a reply: what stands there afterwards is the text, or nothing.
func TestNoTextOfTheCorporaBecomesAnythingElse(t *testing.T) {
	w := newWorld(t)
	replier := telegram.Replier{Client: w.conn.Client()}
	asked := w.Say(customers, sara, "خدمة سيئة")
	mention := cases.Mention{ID: "x", ReplyTo: wire.Ref{Chat: customers, Message: asked}.String()}
	shown, posted, refused := 0, 0, 0
	ref := ""
	for i, text := range texts(t) {
		if strings.TrimSpace(text) == "" {
			continue
		}
		var err error
		if ref, err = w.chat.Show(t.Context(), room, responder.Card{Case: 1, Text: "«" + text + "»"}, ref); err != nil {
			t.Fatalf("showing %q: %v", text, err)
		}
		at, err := wire.ParseRef(ref)
		if err != nil {
			t.Fatal(err)
		}
		m, _ := w.Message(staffRoom, at.Message)
		if card := "«" + text + "»"; wire.Literal(card) == nil && wire.Fits(card) == nil && m.Text != strings.ReplaceAll(card, "\t", " ") {
			t.Errorf("a card shows %q as %q", text, m.Text)
		}
		if shown++; i%3 != 0 { // each post is a connection of its own
			continue
		}
		receipt, err := replier.Reply(t.Context(), cases.Reply{Key: "k", Mention: mention, Text: text})
		switch {
		case errors.Is(err, cases.ErrRefused) && wire.Literal(text) != nil:
			refused++
			continue
		case err != nil:
			t.Fatalf("posting %q: %v", text, err)
		}
		if at, err = wire.ParseRef(receipt.ID); err != nil {
			t.Fatal(err)
		}
		if m, _ := w.Message(customers, at.Message); m.Text != strings.ReplaceAll(strings.TrimSpace(text), "\t", " ") || m.ReplyTo != asked {
			t.Errorf("approved %q, posted %q", text, m.Text)
		}
		posted++
	}
	t.Logf("%d texts shown, %d posted as they are, %d refused because Telegram would change them", shown, posted, refused)
	if shown < 1000 || posted < shown/4 {
		t.Errorf("only %d texts shown and %d posted: the corpora are not what this test was written for", shown, posted)
	}
}

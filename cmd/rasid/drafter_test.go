package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rasid/internal/phrases"
	"rasid/internal/platform/chatmodel/fakechatmodel"
)

const modelHouse = `business: {name: {en: Noor}}
network: {allow: ["127.0.0.1"]}
sources: [{name: reviews, kind: feed, url: "file:feed.xml", dedicated: true}]
rooms: [{name: desk, kind: console}]
staff: [{id: mona, role: approver}]
policy: {model: {url: "%s/v1", name: %s, key: "${MODEL_KEY}"}}
`

// TestADraftOfTheModelReachesTheCard goes from a feed to the card with a model
// on a server of its own, asks the doctor, and looks that its key stands nowhere.
func TestADraftOfTheModelReachesTheCard(t *testing.T) {
	const key = "CANARY-model-key"
	server := fakechatmodel.New(key)
	defer server.Close()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"config.yaml": fmt.Sprintf(modelHouse, server.URL, fakechatmodel.Model),
		"feed.xml": `<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title>f</title><entry><id>1</id><updated>` + time.Now().UTC().Format(time.RFC3339) +
			`</updated><author><name>Sara</name></author><title>Late</title><content>Terrible delivery, my order was two hours late and cold.</content></entry></feed>`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	p := &program{config: filepath.Join(dir, "config.yaml"), now: time.Now, out: &out, err: &out, env: func(name string) (string, bool) { return key, name == "MODEL_KEY" }}
	h := p.house(t)
	now := time.Now()
	for _, w := range h.watchers {
		w.Step(t.Context(), now)
	}
	for _, d := range h.duties() {
		if d.name == "judge" || d.name == "draft" {
			if _, err := d.step(t.Context(), now); err != nil {
				t.Fatal(err)
			}
		}
	}
	c, err := h.store.Case(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	d, _ := c.Draft()
	if !d.ByModel() || !strings.Contains(d.Text, "stayed with the courier") || !strings.Contains(d.Text, "within 24 hours") {
		t.Errorf("the draft is %q from %s", d.Text, d.Origin)
	}
	room, _ := h.office.Room("desk")
	if card := h.office.Card(c, room, now, false).Text; !strings.Contains(card, h.office.Words[room.Language].Say("card.model")) {
		t.Errorf("the card does not name the model:\n%s", card)
	}
	words, err := phrases.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.examine(t.Context(), h.cfg, words); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "ok    model: small-1 answers within") || strings.Contains(out.String(), "within 0s") {
		t.Errorf("the doctor says:\n%s", out.String())
	}
	if strings.Contains(out.String(), key) {
		t.Errorf("the key was printed:\n%s", out.String())
	}
}

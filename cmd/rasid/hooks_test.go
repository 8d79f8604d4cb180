package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/outbound"
	"rasid/internal/platform/webhook"
	"rasid/internal/store"
)

// houseOf opens the house of a configuration in a folder of its own.
func houseOf(t *testing.T, text string) *house {
	t.Helper()
	return houseAt(t, text, time.Now)
}

// houseAt opens the house of a config.yaml by a clock.
func houseAt(t *testing.T, text string, now func() time.Time) *house {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &program{config: path, env: inventedTokens, now: now, out: io.Discard, err: io.Discard}
	return p.house(t)
}

// house opens the house of the program's configuration until the test ends.
func (p *program) house(t *testing.T) *house {
	t.Helper()
	cfg, err := p.load()
	if err != nil {
		t.Fatal(err)
	}
	h, err := p.open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// busy lets a house do its duties until the test ends, but for those that the
// test does itself.
func busy(t *testing.T, h *house, but ...string) {
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	list := slices.DeleteFunc(h.duties(), func(d duty) bool { return slices.Contains(but, d.name) })
	go func() { defer close(done); h.perform(ctx, list) }()
	t.Cleanup(func() { stop(); <-done })
}

const doorHouse = `business: {name: {en: Noor}}
data: data
sources:
  - {name: app, kind: webhook, secret: "${HOOK_SECRET}", dedicated: true}
  - {name: shop, kind: webhook, secret: "${HOOK_SECRET}", listen: "127.0.0.1:0", match: noor}
rooms: [{name: desk, kind: console}]
staff: [{id: mona, role: approver}]
`

func TestAMessageFromAnotherProgramOpensACase(t *testing.T) {
	h := houseOf(t, doorHouse)
	secret, _ := inventedTokens("HOOK_SECRET")
	keys, err := webhook.ReadKeys(outbound.Secret(secret))
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.console(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	body := `{"id":"17","text":"The coffee was cold and nobody answers","author_id":"u1"}`
	for address, want := range map[string]int{"/hook/app": http.StatusAccepted, "/hook/shop": http.StatusNotFound, "/hook/": http.StatusNotFound} {
		r := httptest.NewRequest(http.MethodPost, "http://hooks.noor.example"+address, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		keys.Sign(r.Header, "msg_1", time.Now(), []byte(body))
		w := httptest.NewRecorder()
		c.Handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s answered %d %s, want %d", address, w.Code, w.Body, want)
		}
	}
	for _, w := range h.watchers {
		w.Step(t.Context(), time.Now())
	}
	list, err := h.store.List(t.Context(), store.Filter{Limit: 9})
	if err != nil || len(list) != 1 || list[0].Source != "app" || len(list[0].Mentions) != 1 || !list[0].Mentions[0].Direct {
		t.Errorf("%+v %v", list, err)
	}
}

func TestSecretsOfSourcesAndReplyPlacesStayOutOfTheLog(t *testing.T) {
	h := houseOf(t, doorHouse)
	secret, _ := inventedTokens("HOOK_SECRET")
	if got := h.secrets.String("key " + secret); strings.Contains(got, secret) {
		t.Error("the key would be logged")
	}
}

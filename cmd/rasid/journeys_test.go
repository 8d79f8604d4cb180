package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	cdp "github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"rasid/internal/cases"
	"rasid/internal/console"
	"rasid/responder"
)

// TestJourneyOneInABrowser is the first run: no keys, the sample shop, a link,
// flagged cases with drafts, one approved and seen in public.
func TestJourneyOneInABrowser(t *testing.T) {
	link, _ := startSample(t)
	p := open(t, link[:strings.Index(link, "/enter")])
	p.do("entering", chromedp.Navigate(link), chromedp.WaitVisible("ol.cards li.card", chromedp.ByQuery))
	p.until("the whole sample in the inbox, by itself", `document.querySelectorAll("button[value=approve]").length >= 10`)
	for _, language := range []string{"ar", "en"} {
		p.visit("/")
		p.speak(language)
		if got, want := p.js("document.documentElement.dir"), map[string]string{"ar": "rtl", "en": "ltr"}[language]; got != want {
			t.Errorf("the %s page runs %s, want %s", language, got, want)
		}
		p.head(language)
		worst := p.js(`document.querySelector("li.card:has(button[value=approve]) h2 a").getAttribute("href")`)
		pages := map[string]string{"inbox": "/", "case": worst, "digest": "/digest", "sources": "/sources", "incidents": "/incidents", "promises": "/promises", "people": "/people", "policy": "/policy", "audit": "/audit", "help": "/help", "report": "/report"}
		for name, path := range pages {
			p.visit(path)
			p.scheme("light")
			if name == "inbox" || name == "case" {
				p.picture(name+"-"+language, 1200)
			}
			p.narrow(name, language)
		}
	}
	p.approveOne()

	// A second use of the link lets nobody in.
	p.do("using the link again", cdp.ClearBrowserCookies(), chromedp.Navigate(link), chromedp.WaitReady("main h1", chromedp.ByQuery))
	p.until("a refusal", `/used up|استُعمل/.test(document.querySelector("main").innerText) && !document.querySelector("ol.cards")`)
}

// narrow looks that a page fits a telephone.
func (p *tab) narrow(name, language string) {
	p.t.Helper()
	if name == "inbox" || name == "case" {
		p.picture("narrow-"+name+"-"+language, 390)
	}
	p.do("a telephone", chromedp.EmulateViewport(390, 844))
	if wide := p.js("document.documentElement.scrollWidth - document.documentElement.clientWidth"); wide != "0" {
		p.t.Errorf("the page %s in %s is %s pixels wider than a telephone", name, language, wide)
	}
	p.do("what is folded", chromedp.Evaluate(`document.querySelectorAll("main details").forEach(d => d.open = true)`, nil))
	if wide := p.js(`[...document.querySelectorAll(".scroll:not(.late)")].filter(e => e.scrollWidth > e.clientWidth).map(e => e.innerText.slice(0, 60))`); wide != "" {
		p.t.Errorf("on a telephone the page %s in %s must be pushed to the side to read %s", name, language, wide)
	}
	p.do("a desk", chromedp.EmulateViewport(1200, 900))
}

// head looks that the head of the page is one line on a small desk, less the bar
// at its side, and that the name can be read on the narrowest telephone.
func (p *tab) head(language string) {
	p.t.Helper()
	p.do("a desk with a bar", chromedp.EmulateViewport(1185, 900))
	if places := p.js(`[...new Set([...document.querySelectorAll("header > *, .tools > *")].map(e => Math.round((e.getBoundingClientRect().top + e.getBoundingClientRect().bottom) / 8)))]`); strings.Contains(places, ",") {
		p.t.Errorf("the head of the page in %s has more than one line: its parts stand at %s", language, places)
	}
	p.do("the narrowest telephone", chromedp.EmulateViewport(360, 800))
	if between := p.js(`(() => { const [b, t] = [".brand b", ".tools"].map(q => document.querySelector(q).getBoundingClientRect()); return Math.round(Math.max(t.left - b.right, b.left - t.right)) })()`); strings.HasPrefix(between, "-") {
		p.t.Errorf("on a narrow telephone the buttons in %s cover %s pixels of the name", language, between[1:])
	}
	p.do("a desk", chromedp.EmulateViewport(1200, 900))
}

// approveOne sends a draft and finds it in public, word for word.
func (p *tab) approveOne() {
	p.t.Helper()
	p.visit("/")
	href := p.js(`document.querySelector("li.card:has(button[value=approve]) h2 a").getAttribute("href")`)
	p.visit(href)
	draft := strings.TrimSpace(p.js(`document.querySelector("#answer p.draft").innerText`))
	p.press("#answer button[value=approve]")
	p.until("what happens now", `document.querySelector(".flash")`)
	p.until("the answered case, by itself", `document.querySelector("#answer .done") && document.querySelector("#answer").innerText.includes("posted")`)
	p.visit("/outlet")
	if outlet := p.js(`document.querySelector("main").innerText`); draft == "" || !strings.Contains(outlet, draft) {
		p.t.Errorf("the outlet does not show what was approved:\n%s\n\noutlet:\n%s", draft, outlet)
	}
}

// mute posts, but its answer is lost: nobody knows whether the reply is there.
type mute struct{}

func (mute) Reply(context.Context, cases.Reply) (cases.Receipt, error) {
	return cases.Receipt{}, errors.New("the connection was cut")
}
func (mute) Fits(string) error { return nil }

const muteHouse = `business: {name: {ar: نور, en: Noor}}
data: data
sources:
  - {name: app, kind: webhook, secret: "${HOOK_SECRET}", dedicated: true}
rooms: [{name: desk, kind: console, language: ar}]
staff:
  - {id: mona, name: Mona, role: manager}
  - {id: ali, name: Ali, role: approver}
policy: {undo: 0s}
`

// muteShop is a shop whose replies end in doubt, running, with two complaints.
func muteShop(t *testing.T) (h *house, p *tab) {
	t.Helper()
	h = houseOf(t, muteHouse)
	place := h.office.Places["app"]
	place.Replier = mute{}
	h.office.Places["app"] = place
	for i, text := range []string{"القهوة باردة والموظف سيئ جدا", "The coffee was cold and nobody answers, terrible"} {
		m := cases.Mention{Source: "app", ID: fmt.Sprint(i), AuthorID: fmt.Sprint(i), Author: "Omar", Text: text, PostedAt: h.now(), Direct: true}
		if _, err := h.store.Record(t.Context(), "app", cases.Page{Mentions: []cases.Mention{m}}, h.now()); err != nil {
			t.Fatal(err)
		}
	}
	c, err := h.console(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c.Handler())
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	busy(t, h)
	p = open(t, server.URL)
	p.do("entering", chromedp.Navigate(server.URL+console.InvitationPath(console.Invitation(c.Key, "mona", h.now().Add(time.Hour)))), chromedp.WaitVisible("main h1", chromedp.ByQuery))
	p.until("both complaints with drafts", `document.querySelectorAll("button[value=approve]").length === 2`)
	return h, p
}

// TestJourneysFourAndFiveInABrowser edits, is refused on a draft that changed,
// approves, and settles a reply of which nobody knows whether it is there.
func TestJourneysFourAndFiveInABrowser(t *testing.T) {
	h, p := muteShop(t)
	for id, language := range map[int]string{1: "ar", 2: "en"} {
		path := fmt.Sprintf("/case/%d", id)
		say := h.office.Words[language]
		p.visit(path)
		p.speak(language)
		flash := func(key string) {
			t.Helper()
			want, _, _ := strings.Cut(say.Say(key, "what", "|", "n", "|", "span", "|", "time", "|"), "\u2068|\u2069")
			p.until(key, fmt.Sprintf(`document.querySelector(".flash")?.innerText.includes(%q)`, strings.TrimSpace(want)))
		}

		// Words under the pen stay while the page changes around them.
		mine := map[string]string{"ar": "نعتذر منك، واتصل بنا على 0501234567.", "en": "We are sorry, please call us on 0501234567."}[language]
		p.do("writing", chromedp.Evaluate(`document.querySelector("#words").focus(); document.querySelector("#words").select()`, nil), chromedp.KeyEvent(mine))
		if _, err := h.clerk.Decide(t.Context(), responder.Decision{
			Action: responder.ActClaim, Case: int64(id), By: responder.Actor{Platform: "console", ID: "ali"}, Room: "desk", At: h.now(),
		}); err != nil {
			t.Fatal(err)
		}
		p.until("the claim of a colleague, by itself", `document.querySelector("#head").innerText.includes("Ali")`)
		if got := p.js(`document.querySelector("#words").value`); got != mine {
			t.Errorf("the words under the pen became %q", got)
		}

		// Edit: a new draft; the old one can no longer be sent.
		p.press("button[value=edit]")
		p.until("the second draft", `document.querySelector("#draft-2")`)
		flash("answer.confirm")
		p.until("what changed", `document.querySelector("#answer ins, #answer del")`)
		p.do("pressing on an old page", chromedp.Evaluate(`document.querySelector("#answer input[name=draft]").value = "1"; document.querySelector("#answer button[value=confirm]").click()`, nil))
		flash("answer.stale")

		// Send: a telephone number stands in the words, of which who wrote them was told, so
		// that one press sends. The platform's answer is lost, and a person says what is there.
		p.press("#answer button[value=confirm]")
		p.until("a case in doubt, by itself", `document.querySelector("#answer button[value=there]")`)
		p.fair("an unsure case in " + language)
		p.press("#answer button[value=not-there]")
		flash("answer.locked")
		p.press("#answer button[value=there]")
		flash("answer.there")
		p.until("the answered case", `document.querySelector("#answer .done")`)
		c, err := h.store.Case(t.Context(), int64(id))
		if err != nil || c.State != cases.Answered || c.ApprovedBy != "mona" || c.Drafts[len(c.Drafts)-1].Text != mine {
			t.Errorf("case %d is %s, approved by %s, %v", id, c.State, c.ApprovedBy, err)
		}
	}
}

// TestThePageWorksWithKeysAlone walks, edits, puts aside and approves without
// a mouse, and switches the keys off.
func TestThePageWorksWithKeysAlone(t *testing.T) {
	h, p := muteShop(t)
	p.speak("en")
	p.do("j j k", chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent("k"))
	p.until("the first card in focus", `document.activeElement === document.querySelector("li.card h2 a")`)
	if got := p.js(`getComputedStyle(document.activeElement).outlineStyle`); got == "none" {
		t.Error("the focus cannot be seen")
	}
	p.do("?", chromedp.KeyEvent("?"))
	p.until("the list of keys", `document.querySelector("dialog[open]")`)
	p.do("Escape", chromedp.KeyEvent(kb.Escape))
	p.until("the list closed", `!document.querySelector("dialog[open]")`)
	p.do("j e", chromedp.Evaluate(`document.querySelector("li.card h2 a").focus()`, nil), chromedp.KeyEvent("e"))
	p.until("the pen on the case page", `document.activeElement?.id === "words"`)
	p.do("typing letters that are keys elsewhere", chromedp.KeyEvent("ajx?"))
	if got := p.js(`document.querySelector("#words").value`); !strings.Contains(got, "ajx?") {
		t.Errorf("keys were taken out of the words: %q", got)
	}
	p.visit("/")
	p.do("j x", chromedp.KeyEvent("j"), chromedp.KeyEvent("x"))
	p.until("the reason on the case page", `document.activeElement?.id === "reason"`)
	p.do("a reason", chromedp.KeyEvent("spam"), chromedp.KeyEvent(kb.Enter))
	p.until("the case put aside", `document.querySelector("#answer .done")?.innerText.includes("spam")`)
	p.visit("/")
	p.do("j a", chromedp.KeyEvent("j"), chromedp.KeyEvent("a"))
	p.until("what happens now", `document.querySelector(".flash")`)
	soon(t, "the approval", func() string {
		counts, err := h.store.Counts(t.Context())
		if err != nil || counts[cases.Unsure]+counts[cases.Approved] == 0 {
			return ""
		}
		return "yes"
	})
	p.speak("ar")
	p.visit("/")
	for _, typed := range []struct{ key, code string }{{"ت", "KeyJ"}, {"ت", "KeyJ"}, {"ن", "KeyK"}} {
		p.do("a key of an Arabic keyboard", input.DispatchKeyEvent(input.KeyDown).WithKey(typed.key).WithCode(typed.code).WithText(typed.key))
	}
	p.until("the first card in focus", `document.activeElement === document.querySelector("li.card h2 a")`)
	p.do("؟", input.DispatchKeyEvent(input.KeyDown).WithKey("؟").WithCode("Slash").WithText("؟"))
	p.until("the list of keys", `document.querySelector("dialog[open]")`)
	p.visit("/help")
	p.press("button[value=off]")
	p.until("no keys", `!document.body.dataset.keys && document.querySelector("button[value=on]")`)
}

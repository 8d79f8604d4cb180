package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cdp "github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"rasid/internal/cases"
	"rasid/responder"
	"rasid/responder/digest"
)

// axeFile is axe-core, which looks whether everybody can use a page. It is a
// package of npm and no part of the program: `make axe` fetches it.
var axeFile = filepath.Join("..", "..", "node_modules", "axe-core", "axe.min.js")

// everywhere makes that test look at every page of a language in each colour and
// width, which takes minutes: go test ./cmd/rasid -run EverybodyCanUse -everywhere=ar.
var everywhere = flag.String("everywhere", "", "language in which every page is looked at, in each colour and width, with a picture of each")

// TestEverybodyCanUseEveryPage looks at every page with axe-core, in both
// languages, in light and dark, and on a telephone: nothing serious may be
// found.
func TestEverybodyCanUseEveryPage(t *testing.T) {
	if _, err := os.Stat(axeFile); err != nil {
		t.Skip("no axe-core in node_modules (make axe): NOT LOOKED AT whether everybody can use the page")
	}
	var yesterday time.Time
	var owed, endless int64
	s := newShop(t, walkHouse, func(t *testing.T, h *house) {
		yesterday = digest.StartOfDay(digest.StartOfDay(h.now().In(h.office.Zone)).Add(-time.Hour))
		p := &past{house: h, t: t}
		p.fortnight(yesterday)
		owed = p.owes(h.now())
		at := h.now().Add(-30 * time.Minute)
		endless = p.said(at, strings.Repeat("X", 200), "سي"+strings.Repeat("ي", 600)+"ئة "+strings.Repeat("The coffee was cold, said خالد, and nobody came. ", 100), "neg", "quality", cases.High).ID
		for _, w := range []responder.Wording{
			{Language: "ar", Topic: "delivery", Text: "{name}، نعتذر عن تأخر طلبك ونتابعه الآن. سنوافيك بالجديد {within}. {private}", By: "mona", Case: 61, At: yesterday},
			{Language: "en", Topic: "taste", Text: "{name}, that cup was not as it should be and we are sorry. We will write to you {within}.", By: "mona", Case: 60, At: yesterday},
		} {
			if _, _, err := savedWordings(h.cfg).Save(w); err != nil {
				t.Fatal(err)
			}
		}
	})
	date := yesterday.Format(time.DateOnly)
	pages := map[string]string{
		"inbox": "/", "everything": "/?show=all", "nothing found": "/?q=xyzzy", "answered case": "/case/61", "owing case": fmt.Sprintf("/case/%d", owed), "endless case": fmt.Sprintf("/case/%d", endless), "digest": "/digest?date=" + date, "week": "/digest?span=week",
		"sources": "/sources", "incidents": "/incidents", "promises": "/promises", "people": "/people", "policy": "/policy", "wordings": "/wordings",
		"audit": "/audit?date=" + date, "help": "/help", "report": "/report", "outlet": "/outlet", "missing": "/nothing",
	}
	for _, language := range []string{"ar", "en"} {
		if *everywhere != "" && *everywhere != language {
			continue
		}
		s.visit("/")
		s.speak(language)
		waits := s.js(`document.querySelector("#list h2 a").getAttribute("href")`)
		pages["waiting case"] = waits
		for name, path := range pages {
			s.visit(path)
			if *everywhere != "" {
				s.everywhere(name, language)
				continue
			}
			s.scheme("light")
			s.fair(name + " in " + language)
			s.narrow(name, language)
			if language == "ar" && slices.Contains([]string{"inbox", "waiting case", "digest", "people", "incidents"}, name) { // the same colours everywhere
				s.scheme("dark")
				s.fair(name + " in " + language + ", dark")
			}
		}
		s.stranger(language)
	}
}

// stranger looks at what somebody sees who is not in, and comes back.
func (s *shop) stranger(language string) {
	s.t.Helper()
	s.do("leaving", cdp.ClearBrowserCookies())
	s.visit("/")
	s.speak(language)
	if *everywhere != "" {
		s.everywhere("stranger", language)
	} else {
		s.fair("a stranger in " + language)
	}
	s.enter("mona")
}

// owes answers a complaint with a promise, in the middle of an incident that
// goes on, and returns its case.
func (p *past) owes(now time.Time) int64 {
	p.t.Helper()
	at := now.Add(-90 * time.Minute)
	c := p.answered(p.said(at, "هند", "القهوة وصلت باردة والموظف سيئ جدا", "neg", "quality", cases.High), at, 20)
	p.do(c, cases.Note, cases.Rasid, at.Add(21*time.Minute), func(ch *cases.Change) {
		ch.Note = "rule about-to-leave (6194c4874567): escalate; not thank-for-praise: sentiment neg; incident 2"
		ch.Promises = []cases.Promise{{Case: c.ID, Draft: 1, Words: "ونعود إليك بالجواب خلال ٢٤ ساعة", OpenedAt: at, DueAt: at.Add(24 * time.Hour), State: cases.PromiseOpen}}
	})
	incident := &cases.Incident{Kind: cases.Copies, Source: "reviews", OpenedAt: at}
	if _, _, err := p.store.Enrol(p.t.Context(), cases.Unhappy{Case: c.ID, Source: "reviews", At: now.Add(-20 * time.Minute), SeenAt: at}, incident, nil); err != nil {
		p.t.Fatal(err)
	}
	return c.ID
}

// everywhere looks at a page with axe-core in both colours, on a telephone and
// on a desk, and keeps a picture of each, from its top to its end.
func (p *tab) everywhere(name, language string) {
	p.t.Helper()
	for _, colours := range []string{"light", "dark"} {
		p.scheme(colours)
		for _, width := range []int64{390, 1280} {
			p.do("a screen", chromedp.EmulateViewport(width, 900))
			what := fmt.Sprintf("%s-%s-%s-%d", strings.ReplaceAll(name, " ", "-"), language, colours, width)
			p.fair(what)
			if wide := p.js("document.documentElement.scrollWidth - document.documentElement.clientWidth"); wide != "0" {
				p.t.Errorf("%s is %s pixels wider than the screen", what, wide)
			}
			p.do("rest", chromedp.Evaluate(`document.activeElement?.blur(); scrollTo(0, 0); document.querySelectorAll(".card").forEach(c => c.style.contentVisibility = "visible")`, nil))
			high, err := strconv.ParseInt(p.js("document.documentElement.scrollHeight"), 10, 64)
			if err != nil {
				p.t.Fatal(err)
			}
			var png []byte
			p.do("a picture", chromedp.EmulateViewport(width, max(high, 900)), chromedp.CaptureScreenshot(&png)) // FullScreenshot misplaces what runs from right to left
			if err := os.WriteFile(filepath.Join(p.dir, what+".png"), png, 0o600); err != nil {
				p.t.Fatal(err)
			}
		}
	}
	p.do("a desk", chromedp.EmulateViewport(1200, 900))
}

// fair lets axe-core look whether everybody can use the page as it is now.
func (p *tab) fair(what string) {
	p.t.Helper()
	axe, err := os.ReadFile(axeFile)
	if err != nil {
		p.t.Logf("%s: no axe-core here (make axe): not looked at", what)
		return
	}
	p.do("loading axe-core", chromedp.Evaluate(string(axe)+";1", nil))
	text := p.js(`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(r.violations.map(v => ({id: v.id, impact: v.impact, help: v.help, n: v.nodes.length, first: v.nodes[0].html, why: v.nodes[0].failureSummary}))))`)
	var found []struct {
		ID, Impact, Help, First, Why string
		N                            int
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		p.t.Fatalf("%s: reading %.200s: %v", what, text, err)
	}
	for _, f := range found {
		say := p.t.Logf
		if f.Impact == "serious" || f.Impact == "critical" {
			say = p.t.Errorf
		}
		say("%s: %s (%s, %d times): %s\n%s\n%s", what, f.ID, f.Impact, f.N, f.Help, f.First, f.Why)
	}
}

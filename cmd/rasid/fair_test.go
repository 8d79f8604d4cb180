package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"rasid/responder/digest"
)

// axeFile is axe-core, which looks whether everybody can use a page. It is a
// package of npm and no part of the program: `make axe` fetches it.
var axeFile = filepath.Join("..", "..", "node_modules", "axe-core", "axe.min.js")

// TestEverybodyCanUseEveryPage looks at every page with axe-core, in both
// languages, in light and dark, and on a telephone: nothing serious may be
// found.
func TestEverybodyCanUseEveryPage(t *testing.T) {
	if _, err := os.Stat(axeFile); err != nil {
		t.Skip("no axe-core in node_modules (make axe): NOT LOOKED AT whether everybody can use the page")
	}
	var yesterday time.Time
	s := newShop(t, walkHouse, func(t *testing.T, h *house) {
		yesterday = digest.StartOfDay(digest.StartOfDay(h.now().In(h.office.Zone)).Add(-time.Hour))
		(&past{house: h, t: t}).fortnight(yesterday)
	})
	date := yesterday.Format(time.DateOnly)
	pages := map[string]string{
		"inbox": "/", "everything": "/?show=all", "nothing found": "/?q=xyzzy", "answered case": "/case/61", "digest": "/digest?date=" + date, "week": "/digest?span=week",
		"sources": "/sources", "incidents": "/incidents", "promises": "/promises", "people": "/people", "policy": "/policy",
		"audit": "/audit?date=" + date, "help": "/help", "report": "/report", "outlet": "/outlet", "missing": "/nothing",
	}
	for _, language := range []string{"ar", "en"} {
		s.visit("/")
		s.speak(language)
		waits := s.js(`document.querySelector("#list h2 a").getAttribute("href")`)
		pages["waiting case"] = waits
		for name, path := range pages {
			s.visit(path)
			s.scheme("light")
			s.fair(name + " in " + language)
			s.narrow(name, language)
			if language == "ar" && slices.Contains([]string{"inbox", "waiting case", "digest", "people", "incidents"}, name) { // the same colours everywhere
				s.scheme("dark")
				s.fair(name + " in " + language + ", dark")
			}
		}
	}
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

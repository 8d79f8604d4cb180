package feed

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/watchers/watcherstest"
)

func TestGUIDChurnMakesOneMentionEach(t *testing.T) {
	original := posts(50, 0)
	mutations := map[string]func(i, round int, p *post){
		"new guid each time": func(i, round int, p *post) { p.guid = fmt.Sprintf("%d-%d", round, i) },
		"no guid":            func(_, _ int, p *post) { p.guid = "" },
		"https to http":      func(_, _ int, p *post) { p.guid = ""; p.link = strings.Replace(p.link, "https", "http", 1) },
		"www and slash":      func(_, _ int, p *post) { p.guid = ""; p.link = strings.Replace(p.link, "shop", "www.SHOP", 1) + "/" },
		"tracking":           func(_, round int, p *post) { p.guid = ""; p.link += fmt.Sprintf("?utm_source=%d&fbclid=x", round) },
		"new guid and new link": func(i, round int, p *post) {
			p.guid = fmt.Sprintf("%d-%d", round, i)
			p.link = fmt.Sprintf("https://cdn%d.example/%d", round, i)
		},
		"no guid, no link": func(_, _ int, p *post) { p.guid, p.link = "", "" },
		"one link for all": func(_, _ int, p *post) { p.link = "https://shop.example/all" },
		"one guid for all": func(_, _ int, p *post) { p.guid = "same" },
		"markup and punctuation": func(_, round int, p *post) {
			p.guid, p.link = "", ""
			p.text = strings.Repeat("&lt;b&gt;", round%2) + p.text + strings.Repeat("!", round)
		},
		"republished with a date": func(_, round int, p *post) { p.at = p.at.Add(time.Duration(round) * 24 * time.Hour) },
		"reordered":               func(_, _ int, _ *post) {},
	}
	for _, name := range slices.Sorted(maps.Keys(mutations)) {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			src := source(t, s.URL, func(c *Config) { c.FirstRun = "last 1000" })
			var cur cases.Cursor
			total := 0
			for round := range 20 {
				now := append([]post(nil), original...)
				for i := range now {
					if round > 0 {
						mutations[name](i, round, &now[i])
					} else if strings.HasPrefix(name, "no guid, no link") || name == "markup and punctuation" {
						now[i].guid, now[i].link = "", ""
					}
				}
				if name == "reordered" {
					for i := range now {
						j := (i*7 + round) % len(now)
						now[i], now[j] = now[j], now[i]
					}
				}
				body := rssOf(now...)
				s.set(func(s *site) { s.body = func() string { return body } })
				p := watcherstest.Poll(t, src, cur)
				cur = p.Next
				for _, m := range p.Mentions {
					if m.EditedAt.IsZero() {
						total++
					}
				}
			}
			if total != 50 {
				t.Errorf("%d mentions of 50 items", total)
			}
		})
	}
}

func TestDifferentItemsThatLookAlikeStayApart(t *testing.T) {
	for name, change := range map[string]func(i int, p *post){
		"same title":                        func(_ int, p *post) { p.title = "bad" },
		"same title, no text, no author":    func(_ int, p *post) { p.title, p.text, p.author = "bad", "", "" },
		"same words by the same author":     func(_ int, p *post) { p.title, p.text, p.author = "bad", "very", "x" },
		"same words, no link":               func(_ int, p *post) { p.title, p.text, p.author, p.link = "bad", "very", "x", "" },
		"same words, no guid":               func(_ int, p *post) { p.title, p.text, p.author, p.guid = "bad", "very", "x", "" },
		"same link, different words":        func(_ int, p *post) { p.link, p.guid = "https://shop.example/reviews", "" },
		"same guid, different words":        func(_ int, p *post) { p.guid, p.link = "1", "" },
		"link to comments on the same page": func(i int, p *post) { p.guid = ""; p.link = fmt.Sprintf("https://shop.example/a#c%d", i) },
	} {
		t.Run(name, func(t *testing.T) {
			all := posts(50, 0)
			for i := range all {
				change(i, &all[i])
			}
			s := newSite(t)
			s.body = func() string { return rssOf(all...) }
			p := watcherstest.Poll(t, source(t, s.URL, func(c *Config) { c.FirstRun = "last 1000" }), "")
			if len(p.Mentions) != 50 {
				t.Errorf("%d mentions of 50 items", len(p.Mentions))
			}
			owner := map[string]string{}
			for _, m := range p.Mentions {
				for _, name := range append(m.Aliases, m.ID) {
					if other := owner[name]; other != "" {
						t.Fatalf("%s and %s share the identity %s", other, m.ID, name)
					}
					owner[name] = m.ID
				}
			}
		})
	}
}

func TestOneAtATimeItemsWithEqualWordsByStrangersAreNotMerged(t *testing.T) {
	s := newSite(t)
	src := source(t, s.URL, nil)
	var cur cases.Cursor
	total := 0
	for i := range 10 {
		one := post{guid: fmt.Sprint(i), link: "https://shop.example/", title: "bad", at: noon.Add(-time.Hour)}
		s.set(func(s *site) { s.body = func() string { return rssOf(one) } })
		p := watcherstest.Poll(t, src, cur)
		cur = p.Next
		total += len(p.Mentions)
	}
	if total != 10 {
		t.Errorf("%d mentions of 10 items", total)
	}
}

func TestAnEditIsTheSameMentionAgain(t *testing.T) {
	s := newSite(t)
	all := posts(3, 0)
	s.body = func() string { return rssOf(all...) }
	src := source(t, s.URL, nil)
	first := watcherstest.Poll(t, src, "")
	s.set(func(*site) { all[1].text = "now I am angry" })
	again := watcherstest.Poll(t, src, first.Next)
	if len(again.Mentions) != 1 || again.Mentions[0].ID != "g1" || again.Mentions[0].Text != "now I am angry" || again.Mentions[0].EditedAt.IsZero() {
		t.Errorf("got %+v", again.Mentions)
	}
	if p := watcherstest.Poll(t, src, again.Next); len(p.Mentions) != 0 {
		t.Errorf("the edit came twice: %+v", p.Mentions)
	}
}

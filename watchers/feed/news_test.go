package feed

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"rasid/internal/outbound"
	"rasid/internal/platform/faketest"
	"rasid/watchers/watcherstest"
)

func TestTheNewsSearchIsAskedForThePhraseInItsCountry(t *testing.T) {
	for query, want := range map[string]string{"قهوة نور": `"قهوة نور"`, `"قهوة نور" OR "noor coffee"`: `"قهوة نور" OR "noor coffee"`, "noor OR نور": "noor OR نور"} {
		c := DefaultConfig()
		c.News = query
		u, err := url.Parse(c.newsURL())
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		if u.Host != "news.google.com" || q.Get("q") != want || q.Get("hl") != "ar" || q.Get("gl") != "SA" || q.Get("ceid") != "SA:ar" || !isNews(u.String()) {
			t.Errorf("%s", u)
		}
		if f := c.Check(); len(f) != 0 {
			t.Errorf("%+v", f)
		}
	}
}

func TestMistakesInANewsSearchAreNamed(t *testing.T) {
	c := DefaultConfig()
	c.News, c.URL, c.NewsLanguage, c.NewsCountry = "noor", "https://noor.example/feed", "fr", "ksa"
	faketest.Mistakes(t, c.Check(), "news news_language news_country")
}

// story is an item as Google News writes it.
func story(id string, at time.Time, title, paper, below string) string {
	return fmt.Sprintf(`<item><title>%s - %s</title><link>https://news.google.com/rss/articles/%s?oc=5</link><guid isPermaLink="false">%s</guid><pubDate>%s</pubDate><description>&lt;ol&gt;&lt;li&gt;%s&lt;/li&gt;&lt;/ol&gt;</description><source url="https://paper.example">%s</source></item>`,
		title, paper, id, id, at.Format(time.RFC1123), below, paper)
}

func TestTheSameStoryUnderAnotherRedirectIsOneMention(t *testing.T) {
	s := newSite(t)
	src := source(t, s.URL, nil)
	src.cfg.URL = newsSearch + "?q=noor" // what it is recognised by; the answers come from the site
	at := noon.Add(-14 * time.Hour)      // two hours before midnight
	read := func(st state, first bool, items ...string) (titles []string, next state) {
		t.Helper()
		body := `<rss version="2.0"><channel><title>News</title>` + strings.Join(items, "") + `</channel></rss>`
		doc, err := parse([]byte(body), src.dates, noon)
		if err != nil {
			t.Fatal(err)
		}
		p := src.page(doc, st, first, noon)
		for _, m := range p.Mentions {
			titles = append(titles, m.Author+": "+m.Title+m.Text)
		}
		next, _ = decodeState(p.Next)
		return titles, next
	}
	first, st := read(state{V: 1}, true,
		story("AAA", at, "Noor Coffee closes", "The Paper", "Other Paper"), story("AAB", at, "Noor Coffee closes", "The Paper", "x"),
		story("CCC", at, "Noor Coffee closes", "Another Paper", "x"))
	if strings.Join(first, ", ") != "Another Paper: Noor Coffee closes, The Paper: Noor Coffee closes" {
		t.Errorf("first %q", first)
	}
	again, _ := read(st, false,
		story("BBB", at.Add(5*time.Hour), "Noor Coffee closes", "The Paper", "A third paper"), // dated anew, other papers below
		story("DDD", at.Add(-13*time.Hour), "Noor Coffee opens", "The Paper", "x"))
	if strings.Join(again, ", ") != "The Paper: Noor Coffee opens" {
		t.Errorf("again %q", again)
	}
	later, _ := read(st, false, story("EEE", at.Add(-72*time.Hour), "Noor Coffee closes", "The Paper", "x"))
	if len(later) != 1 {
		t.Errorf("the same headline of another week: %q", later)
	}
}

func TestRedirectsOfAlertsAreFollowedOnPaper(t *testing.T) {
	for link, want := range map[string]string{
		"https://www.google.com/url?rct=j&sa=t&url=https://paper.example/a%3Fid%3D1&ct=ga&cd=x&usg=y": "https://paper.example/a?id=1",
		"https://www.google.com.sa/url?q=http://paper.example/b":                                      "http://paper.example/b",
		"https://www.google.com/url?url=javascript:alert(1)":                                          "",
		"https://google.com.evil.example/url?url=https://x.example":                                   "",
		"https://www.google.com/search?url=https://x.example":                                         "",
		"https://paper.example/url?url=https://x.example":                                             "",
	} {
		got, was := direct(link)
		if want == "" && (was || got != link) || want != "" && got != want {
			t.Errorf("%s leads to %s", link, got)
		}
	}
	s := newSite(t)
	entry := func(id string) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom"><title>Google Alert - noor</title><id>tag:google.com,2013:googlealerts/feed:1</id><updated>2026-11-22T10:00:00Z</updated>
<entry><id>tag:google.com,2013:googlealerts/feed:` + id + `</id><title type="html">&lt;b&gt;Noor&lt;/b&gt; Coffee closes</title><link href="https://www.google.com/url?rct=j&amp;sa=t&amp;url=https://paper.example/a&amp;ct=ga&amp;usg=` + id + `"/><published>2026-11-22T10:00:00Z</published><updated>2026-11-22T10:00:00Z</updated><content type="html">It was &lt;b&gt;cold&lt;/b&gt;</content><author><name></name></author></entry></feed>`
	}
	s.body = func() string { return entry("17") }
	src := source(t, s.URL, nil)
	first := watcherstest.Poll(t, src, "")
	s.set(func(s *site) { s.body = func() string { return entry("18") } })
	again := watcherstest.Poll(t, src, first.Next)
	if len(first.Mentions) != 1 || len(again.Mentions) != 0 {
		t.Fatalf("%+v, then %+v", first.Mentions, again.Mentions)
	}
	if m := first.Mentions[0]; m.URL != "https://paper.example/a" || m.Author != "paper.example" || m.Title != "Noor Coffee closes" || m.Text != "It was cold" {
		t.Errorf("%+v", m)
	}
}

func TestASourceOfNewsAsksGoogle(t *testing.T) {
	c := DefaultConfig()
	c.News = "noor"
	net := outbound.New(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(net.Close)
	s, err := New(c, "news", net, clock)
	if err != nil || !strings.HasPrefix(s.cfg.URL, newsSearch) {
		t.Error(s, err)
	}
}

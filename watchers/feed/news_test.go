package feed

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestTheNewsSearchIsAskedForThePhraseInItsCountry(t *testing.T) {
	u, err := url.Parse(GoogleNews("قهوة نور", "ar", "SA"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Host != "news.google.com" || q.Get("q") != `"قهوة نور"` || q.Get("hl") != "ar" || q.Get("gl") != "SA" || q.Get("ceid") != "SA:ar" {
		t.Errorf("%s", u)
	}
}

func TestTheSameStoryUnderAnotherRedirectIsOneMention(t *testing.T) {
	story := func(link string) string {
		return fmt.Sprintf(`<item><title>Café closes - The Paper</title><link>https://news.google.com/rss/articles/%s?oc=5</link><guid isPermaLink="false">%s</guid><pubDate>%s</pubDate><description>&lt;a href="https://news.google.com/%s"&gt;Café closes&lt;/a&gt;&amp;nbsp;&lt;font&gt;The Paper&lt;/font&gt;</description><source url="https://paper.example">The Paper</source></item>`,
			link, link, noon.Add(-time.Hour).Format(time.RFC1123), link)
	}
	page := func(items ...string) string {
		return `<rss version="2.0"><channel><title>News</title>` + strings.Join(items, "") + `</channel></rss>`
	}
	s := newSite(t)
	s.body = func() string { return page(story("AAA")) }
	src := source(t, s.URL, nil)
	first := poll(t, src, "")
	s.set(func(s *site) { s.body = func() string { return page(story("BBB")) } })
	again := poll(t, src, first.Next)
	if len(first.Mentions) != 1 || len(again.Mentions) != 0 || first.Mentions[0].Author != "The Paper" {
		t.Errorf("%+v, then %+v", first.Mentions, again.Mentions)
	}
}

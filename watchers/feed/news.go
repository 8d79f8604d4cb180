package feed

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"rasid/internal/cases"
)

// newsSearch is Google News' search feed. It needs no key; its parameters are
// described by third parties, not by Google.
const newsSearch = "https://news.google.com/rss/search"

var country = regexp.MustCompile(`^[A-Z]{2}$`)

// checkNews lists what is wrong with a search of the news.
func (c Config) checkNews() []cases.Fault {
	var faults cases.Faults
	if c.NewsLanguage != "ar" && c.NewsLanguage != "en" {
		faults.Add("news_language", "is not a language of ours", "ar or en")
	}
	if !country.MatchString(c.NewsCountry) {
		faults.Add("news_country", "is not a country", "two capital letters, such as SA, AE or EG")
	}
	return faults
}

// newsURL is the address of the search: the interface's language (hl), the
// country (gl), and both again (ceid), which decide which papers are listed.
func (c Config) newsURL() string {
	q := strings.TrimSpace(c.News)
	if !strings.ContainsAny(q, `"()`) && !strings.Contains(q, " OR ") {
		q = `"` + q + `"`
	}
	return newsSearch + "?" + url.Values{"q": {q}, "hl": {c.NewsLanguage}, "gl": {c.NewsCountry}, "ceid": {c.NewsCountry + ":" + c.NewsLanguage}}.Encode()
}

// isNews reports whether a feed is Google News: its links lead through Google,
// and the same story comes under several.
func isNews(address string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.EqualFold(u.Hostname(), "news.google.com")
}

// stories gives the items of a news search the identity of their story:
// headline, paper and time. What stands below the headline is a list of other
// papers, which changes by the hour.
func stories(items []item) []keys {
	all := make([]keys, len(items))
	for i := range items {
		it := &items[i]
		it.text = ""
		it.title = strings.TrimSuffix(it.title, " - "+it.author)
		// Google dates a story anew by some hours now and then: two rows of days,
		// twelve hours apart, of which one always fits.
		all[i] = keys{link: storyKey(*it, 0), hash: storyKey(*it, 12*time.Hour)}
	}
	return all
}

func storyKey(it item, shift time.Duration) string {
	day := ""
	if !it.at.IsZero() {
		day = it.at.UTC().Add(shift).Format(time.DateOnly)
	}
	return "story:" + digest(bare(it.author)+"\x00"+bare(it.title)+"\x00"+day+"\x00"+shift.String())
}

// redirects are addresses of Google that lead to the one in a parameter, as in
// the feeds of Google Alerts.
var redirects = regexp.MustCompile(`^(www\.)?google\.[a-z.]{2,6}$`)

// direct returns the address behind a redirect of Google, and whether there was
// one.
func direct(link string) (string, bool) {
	u, err := url.Parse(link)
	if err != nil || u.Path != "/url" || !redirects.MatchString(strings.ToLower(u.Hostname())) {
		return link, false
	}
	to := u.Query().Get("url")
	if to == "" {
		to = u.Query().Get("q")
	}
	if _, ok := cases.WebAddress(to); !ok {
		return link, false
	}
	return to, true
}

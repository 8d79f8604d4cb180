package feed

import "net/url"

// GoogleNews returns the address of Google News' search feed for a name, in a
// language (ar, en) as read in a country (SA, EG, …). It needs no key. Its
// parameters are described by third parties, not by Google. Its links lead
// through Google: the same story comes under several, and is recognised by its
// headline, paper and day.
func GoogleNews(name, lang, country string) string {
	q := url.Values{"q": {`"` + name + `"`}, "hl": {lang}, "gl": {country}, "ceid": {country + ":" + lang}}
	return "https://news.google.com/rss/search?" + q.Encode()
}

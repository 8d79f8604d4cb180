package feed

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html/charset"

	"rasid/internal/cases"
	"rasid/internal/outbound"
	"rasid/watchers"
)

// Config is one feed as config.yaml describes it.
type Config struct {
	// URL is http, https, or file: with a path relative to config.yaml.
	URL string `yaml:"url"`
	// News asks Google News for a name, or for a query with its own quotes and
	// OR, instead of reading a url. It needs no key.
	News string `yaml:"news"`
	// NewsLanguage is what the news is written in: ar or en.
	NewsLanguage string `yaml:"news_language"`
	// NewsCountry is where it is read, such as SA or EG.
	NewsCountry string `yaml:"news_country"`
	// Every is how often to look. A publisher that asks for a longer pause gets it.
	Every time.Duration `yaml:"every"`
	// Charset overrides what the feed says of itself, such as windows-1256.
	Charset string `yaml:"charset"`
	// Zone is the IANA zone of dates that name none, such as Asia/Riyadh.
	Zone string `yaml:"zone"`
	// FirstRun says what the first look takes in: "skip" (nothing), "last N" or
	// "since YYYY-MM-DD".
	FirstRun string `yaml:"first_run"`
	// MaxAge is the age at first sight from which an item is history: recorded,
	// never an alert.
	MaxAge time.Duration `yaml:"max_age"`
	// Dedicated says that everything in this feed is about the business, as on a
	// page of its reviews.
	Dedicated bool `yaml:"dedicated"`
	// Headers are sent with each request; their values are secrets.
	Headers map[string]outbound.Secret `yaml:"headers"`
	// Fresh moves all dates so that the newest item is of now. It is for samples
	// and works with file: only.
	Fresh bool `yaml:"fresh"`

	// Dir is what file: paths are relative to.
	Dir string `yaml:"-"`
}

// Bounds of the settings.
const (
	shortestEvery = 30 * time.Second // undocumented hosts such as Google News advise a minute
	maxItems      = 1000
)

// DefaultConfig returns the settings that a part of config.yaml starts from.
func DefaultConfig() Config {
	return Config{Every: 5 * time.Minute, FirstRun: "last 20", MaxAge: 168 * time.Hour, Zone: "UTC", NewsLanguage: "ar", NewsCountry: "SA"}
}

// Check lists every mistake in c.
func (c Config) Check() []cases.Fault {
	var faults cases.Faults
	if strings.TrimSpace(c.News) != "" {
		if c.URL != "" {
			faults.Add("news", "stands beside a url", "one of them; two sources read both")
		}
		faults = append(faults, c.checkNews()...)
		c.URL = c.newsURL()
	}
	faults = append(faults, c.checkURL()...)
	local := c.local()
	if !local && c.Every < shortestEvery {
		faults.Add("every", fmt.Sprintf("%v is too often for a public server", c.Every), "30s or more; 5m is usual")
	}
	if local && c.Every <= 0 {
		faults.Add("every", "is not a pause", "a duration such as 10s")
	}
	if c.Charset != "" {
		if e, _ := charset.Lookup(c.Charset); e == nil {
			faults.Add("charset", fmt.Sprintf("%q is not known", c.Charset), "a name such as utf-8, windows-1256 or iso-8859-6; or leave it out")
		}
	}
	if _, err := time.LoadLocation(c.Zone); err != nil {
		faults.Add("zone", fmt.Sprintf("%q is not known", c.Zone), "an IANA zone such as Asia/Riyadh")
	}
	if _, err := parseFirstRun(c.FirstRun); err != nil {
		faults.Add("first_run", err.Error(), `"skip", "last 20" or "since 2026-11-01"`)
	}
	if c.MaxAge <= 0 {
		faults.Add("max_age", "must be more than nothing", "a duration such as 168h (7 days)")
	}
	if c.Fresh && !local {
		faults.Add("fresh", "works only for file: feeds", "leave it out: real dates must stay as they are")
	}
	for name, v := range c.Headers {
		if strings.ContainsAny(name+v.Reveal(), "\r\n\x00") || strings.ContainsAny(name, " :") || name == "" {
			faults.Add("headers", "a name or value holds a character that is not allowed", "headers: {Authorization: ${FEED_AUTH}}")
		}
	}
	return faults
}

// local reports whether the feed is a file beside config.yaml.
func (c Config) local() bool { return strings.HasPrefix(c.URL, "file:") }

func (c Config) checkURL() []cases.Fault {
	var faults cases.Faults
	local := c.local()
	u, err := url.Parse(c.URL)
	switch {
	case c.URL == "":
		faults.Add("url", "is missing", "the address of the feed, such as https://shop.example/reviews.rss")
	case err != nil:
		faults.Add("url", "is not an address", "an address such as https://shop.example/reviews.rss")
	case local && filePath(c.URL) == "":
		faults.Add("url", "names no file", "file:examples/sample/feed.xml")
	case !local && u.Scheme != "http" && u.Scheme != "https":
		faults.Add("url", fmt.Sprintf("has scheme %q, which cannot be read", u.Scheme), "an address that begins with https://, http:// or file:")
	case !local && u.Hostname() == "":
		faults.Add("url", "names no host", "an address such as https://shop.example/reviews.rss")
	case !local && u.User != nil:
		faults.Add("url", "holds a user name or password", "the address without them, and headers: {Authorization: ${FEED_AUTH}}")
	}
	return faults
}

// Spots are what is read.
func (c Config) Spots() []watchers.Spot {
	if strings.TrimSpace(c.News) != "" {
		return []watchers.Spot{{Field: "news", Same: strings.Join([]string{"news", c.NewsLanguage, c.NewsCountry, watchers.Words(c.News)}, " ")}}
	}
	return []watchers.Spot{{Field: "url", Same: watchers.Address(c.URL)}}
}

// firstRun is what the first look takes in.
type firstRun struct {
	last  int       // the newest n; 0 = none unless since is set
	since time.Time // everything from this day on
}

func parseFirstRun(s string) (firstRun, error) {
	word, rest, _ := strings.Cut(strings.TrimSpace(s), " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "skip":
		if rest == "" {
			return firstRun{}, nil
		}
	case "last":
		if n, err := strconv.Atoi(rest); err == nil && n >= 1 && n <= maxItems {
			return firstRun{last: n}, nil
		}
		return firstRun{}, fmt.Errorf("%q needs a number from 1 to %d", s, maxItems)
	case "since":
		if d, err := time.Parse(time.DateOnly, rest); err == nil {
			return firstRun{since: d}, nil
		}
		return firstRun{}, fmt.Errorf("%q needs a date such as 2026-11-01", s)
	}
	return firstRun{}, fmt.Errorf("%q is not known", s)
}

// filePath returns the path of a file: address, "" when it names none.
func filePath(raw string) string {
	p := strings.TrimPrefix(raw, "file:")
	return strings.TrimPrefix(p, "//")
}

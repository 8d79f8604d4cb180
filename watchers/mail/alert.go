package mail

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-message"

	"rasid/internal/cases"
	"rasid/internal/patterns"
	"rasid/watchers"
)

// platform is a place of reviews that tells of them by mail.
type platform struct {
	name    string
	senders []string // domains its letters come from
	hosts   []string // domains its pages are on
}

// platforms is who is believed to tell of reviews. The forms of their letters
// change without notice, so only what is evident is taken from them.
var platforms = []platform{
	{"Google", []string{"google.com"}, []string{"google.com", "g.page", "goo.gl"}},
	{"Trustpilot", []string{"trustpilot.com", "trustpilotmail.com"}, []string{"trustpilot.com"}},
	{"App Store", []string{"apple.com"}, []string{"apple.com"}},
}

var (
	aboutReviews = regexp.MustCompile(`(?i)\breviews?\b|\breviewed\b|مراجعة|مراجعات|تقييم|تقييمك`)
	outOfFive    = regexp.MustCompile(`(?i)(?:^|[^0-9.,])([1-5])(?:[.,]0)?\s*(?:/|out of|من|من أصل)\s*5(?:[^0-9]|$)`)
	counted      = regexp.MustCompile(`(?i)(?:^|[^0-9.,])([1-5])[\s-]*(?:stars?\b|نجوم|نجمات)`)
	drawn        = regexp.MustCompile(`[★⭐]{1,5}\x{FE0F}?[☆✩]{0,4}`)
	reviewer     = patterns.Later(`(?i)^(.{1,60}?) (?:just )?(?:left|wrote|posted|gave|reviewed)\b|(?:review from|reviewed by) (.{1,60}?)$|^(?:ترك|كتب|نشر)ت? (.{1,60}?) (?:مراجعة|تقييم)`)
	quotedWords  = patterns.Later(`(?s)“([^“”]{3,1000})”|«([^«»]{3,1000})»|(?:^|\s)"([^"]{3,1000})"(?:\s|$)`)
)

// alert turns the letter of a review platform into the review it tells of. ok
// is false for every other letter.
func alert(e *message.Entity, m cases.Mention, b *body) (cases.Mention, bool) {
	p, known := sender(m.AuthorID)
	if !known || !aboutReviews.MatchString(m.Title) || strings.Contains(strings.ToLower(strings.Join(e.Header.Values("Authentication-Results"), " ")), "dmarc=fail") {
		return m, false
	}
	links, pictures := b.look()
	text := watchers.Tidy(b.text())
	// It is a person's word, whoever carried it. The letter itself is not
	// answered: an answer belongs where the review stands.
	m.Bot, m.Direct, m.ReplyTo = false, true, ""
	m.Author, m.AuthorID = p.name, ""
	m.Stars = stars(m.Title + "\n" + text + "\n" + pictures)
	m.URL = p.page(links, text)
	for _, name := range reviewer().FindStringSubmatch(m.Title)[min(1, len(reviewer().FindStringSubmatch(m.Title))):] {
		if name != "" {
			m.Author = watchers.Line(name, 200)
		}
	}
	if words := quotedWords().FindStringSubmatch(text); m.Stars > 0 && m.URL != "" && words != nil {
		m.Text = watchers.Shorten(watchers.Tidy(words[1]+words[2]+words[3]), maxSaid)
	}
	return m, true
}

func sender(address string) (platform, bool) {
	_, domain, _ := strings.Cut(address, "@")
	for _, p := range platforms {
		if within(domain, p.senders) {
			return p, true
		}
	}
	return platform{}, false
}

// within reports whether a host is one of some domains or below one.
func within(host string, domains []string) bool {
	return slices.ContainsFunc(domains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

var addressInText = patterns.Later(`https://[^\s<>"]{4,900}`)

// page is the link to the review: one to the platform itself that speaks of
// reviews, in its address or its words.
func (p platform) page(links []link, text string) string {
	for _, a := range addressInText().FindAllString(text, 200) {
		links = append(links, link{address: strings.TrimRight(a, ".,;)")})
	}
	for _, l := range links {
		u, err := url.Parse(l.address)
		if err != nil || u.Scheme != "https" || !within(strings.ToLower(u.Hostname()), p.hosts) || len(l.address) > 1500 {
			continue
		}
		if aboutReviews.MatchString(l.words) || strings.Contains(strings.ToLower(u.Path+u.RawQuery), "review") {
			return u.String()
		}
	}
	return ""
}

// stars reads how many stars a letter tells of; 0 when that is not evident.
func stars(text string) int {
	for _, form := range []*regexp.Regexp{outOfFive, counted} {
		if m := form.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1]) // one digit from 1 to 5
			return n
		}
	}
	m := drawn.FindString(text)
	full, empty := strings.Count(m, "★")+strings.Count(m, "⭐"), strings.Count(m, "☆")+strings.Count(m, "✩")
	if full+empty == 5 || empty == 0 && full > 1 {
		return full
	}
	return 0
}

package feed

import (
	"regexp"
	"strings"

	"github.com/mmcdole/gofeed"

	"rasid/internal/cases"
	"rasid/watchers"
)

// WordPress writes lines of its own into the feeds of comments, in the site's
// language: "Comment on POST by AUTHOR" as the title, or "By: AUTHOR" below one
// post, and "In reply to NAME." as the first paragraph of what answers another
// comment (wp-includes/feed-rss2-comments.php, get_comment_text). Its database
// keeps 255 bytes of a name.
var (
	madeByWordPress = regexp.MustCompile(`^https?://(www\.)?wordpress\.(org|com)/`)
	linkOfComment   = regexp.MustCompile(`#comment-[0-9]+$`)
	inReplyTo       = regexp.MustCompile(`^\s*<p>([^<]{0,40}<a href="[^"]*#comment-[0-9]+"[^>]*>[^<]{0,300}</a>[^<]{0,40})(</p>|<br)`)
)

// aside is what WordPress wrote into an item around the words of its author.
type aside struct {
	comment bool   // the item is a comment, its title made by the program
	lead    string // the line before the words, plain; "" without one
}

// asideOf finds WordPress's own lines in an item of a feed.
func asideOf(f *gofeed.Feed, it *gofeed.Item) (a aside) {
	a.comment = madeByWordPress.MatchString(f.Generator) && linkOfComment.MatchString(it.Link)
	if m := inReplyTo.FindStringSubmatch(it.Content); a.comment && m != nil {
		a.lead = watchers.Plain(m[1])
	}
	return a
}

// apart puts WordPress's lines behind the words, where they are told to who
// reads and not judged or quoted as the customer's.
func (a aside) apart(title, text string) (string, string) {
	words := strings.TrimSpace(strings.TrimPrefix(text, a.lead))
	if !a.comment || words == "" {
		return title, text
	}
	context := strings.TrimSpace(title + "\n" + a.lead)
	if context == "" {
		return title, words
	}
	return "", watchers.Shorten(words, watchers.MaxText-len(cases.QuoteMark)-len(context)) + cases.QuoteMark + context
}

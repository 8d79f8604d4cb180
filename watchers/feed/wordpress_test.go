package feed

import (
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"

	"rasid/watchers"
)

// TestALineOfWordPressThatIsLongerThanAMentionLeavesTheWordsThere has a stranger
// call themselves by a name as long as a book, in a feed that says it is
// WordPress's.
func TestALineOfWordPressThatIsLongerThanAMentionLeavesTheWordsThere(t *testing.T) {
	for _, n := range []int{200, 70_000} {
		it := &gofeed.Item{
			Link:    "https://noor.example/menu/#comment-2",
			Content: `<p>The cake was stale.</p>` + strings.Repeat("<p>Stale.</p>", 10_000),
		}
		it.Content = `<p>In reply to <a href="https://noor.example/menu/#comment-1">` + strings.Repeat("n", n) + `</a>.</p>` + it.Content
		a := asideOf(&gofeed.Feed{Generator: "https://wordpress.org/?v=6.8.3"}, it)
		_, text := a.apart("By: Rami", watchers.Shorten(watchers.Plain(it.Content), watchers.MaxText))
		if len(text) > watchers.MaxText || !strings.HasSuffix(text, "By: Rami\n"+a.lead) && !strings.HasSuffix(text, "By: Rami") {
			t.Errorf("a name of %d letters: %d bytes, ending with %q", n, len(text), text[len(text)-50:])
		}
		if begins := strings.HasPrefix(text, "The cake was stale."); begins != (n < 1000) {
			t.Errorf("a name of %d letters: it begins with %q", n, text[:50])
		}
	}
}

package telegramweb

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"rasid/watchers"
)

// errNoPreview says that a page shows no channel.
var errNoPreview = errors.New("there is no preview: the name is not that of a public channel, or the channel hides its preview")

// post is one message of a channel as its preview shows it.
type post struct {
	number   string // within the channel
	author   string // the channel's title
	text     string // plain
	answerTo string // number of the message it answers; "" when none
	at       time.Time
	edited   bool // the preview marks it; it does not tell when
}

// read reads the messages of a preview, in the page's order, the oldest first.
func read(body []byte, channel string) ([]post, error) {
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", errNoPreview, err)
	}
	if first(root, "tgme_channel_info") == nil && first(root, "tgme_channel_history") == nil {
		return nil, errNoPreview
	}
	var out []post
	for _, n := range all(root, "tgme_widget_message") {
		if p, ok := message(n, channel); ok {
			out = append(out, p)
		}
	}
	return out, nil
}

var postNumber = regexp.MustCompile(`^\d{1,12}$`)

func message(n *html.Node, channel string) (post, bool) {
	name, number, _ := strings.Cut(attr(n, "data-post"), "/")
	if !strings.EqualFold(name, channel) || !postNumber.MatchString(number) || has(n, "service_message") {
		return post{}, false
	}
	p := post{number: number}
	if o := first(n, "tgme_widget_message_owner_name"); o != nil {
		p.author = watchers.Line(words(o), 200)
	}
	if r := first(n, "tgme_widget_message_reply"); r != nil {
		if at := strings.LastIndexByte(attr(r, "href"), '/'); at >= 0 && postNumber.MatchString(attr(r, "href")[at+1:]) {
			p.answerTo = attr(r, "href")[at+1:]
		}
	}
	if t := first(n, "js-message_text"); t != nil {
		p.text = words(t)
	}
	if d := first(n, "tgme_widget_message_date"); d != nil {
		if t := find(d, func(n *html.Node) bool { return n.DataAtom == atom.Time }); t != nil {
			p.at, _ = time.Parse(time.RFC3339, attr(t, "datetime"))
		}
	}
	if m := first(n, "tgme_widget_message_meta"); m != nil {
		p.edited = strings.HasPrefix(strings.TrimSpace(words(m)), "edited")
	}
	return p, true
}

// words is the plain text below a node.
func words(n *html.Node) string {
	var b bytes.Buffer
	if html.Render(&b, n) != nil {
		return ""
	}
	return watchers.Plain(b.String())
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// has reports whether a node is of a class.
func has(n *html.Node, class string) bool {
	for c := range strings.FieldsSeq(attr(n, "class")) {
		if c == class {
			return true
		}
	}
	return false
}

func first(n *html.Node, class string) *html.Node {
	return find(n, func(n *html.Node) bool { return has(n, class) })
}

// find returns the first node below n that is meant, in the page's order.
func find(n *html.Node, meant func(*html.Node) bool) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && meant(d) {
			return d
		}
	}
	return nil
}

// all returns the nodes of a class, in the page's order.
func all(n *html.Node, class string) (out []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && has(d, class) {
			out = append(out, d)
		}
	}
	return out
}

package console

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"rasid/internal/cases"
	"rasid/internal/phrases"
)

// nameplates are the elements in which something is named as it is everywhere, or
// people speak, or nobody reads.
var nameplates = []string{"title", "bdi", "code", "blockquote", "script", "style", "textarea", "option", "svg"}

// western are the digits of names; isolates hold names too.
var (
	western  = regexp.MustCompile(`[0-9]`)
	isolated = regexp.MustCompile(phrases.FSI + `[^` + phrases.PDI + `]*` + phrases.PDI)
)

// counted gathers the texts of an element that name nothing.
func counted(n *html.Node) (texts []string) {
	if n.Type == html.TextNode {
		return []string{isolated.ReplaceAllString(n.Data, "")}
	}
	if n.Type == html.ElementNode && slices.Contains(nameplates, n.Data) {
		return nil
	}
	for c := range n.ChildNodes() {
		texts = append(texts, counted(c)...)
	}
	return texts
}

// TestCountsAndTimesOfThePageAreInTheDigitsOfItsLanguage looks at every page in
// Arabic: Western digits stand in names alone, such as #1 or an id.
func TestCountsAndTimesOfThePageAreInTheDigitsOfItsLanguage(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Language = "ar"
		o.Terms = Terms{Levels: []Level{{1, "owners", "console"}}, PerAuthorDay: 2, PerHour: 20, PerDay: 200, ReplyWithin: 24 * time.Hour, Keep: 400 * 24 * time.Hour}
	})
	h.said(cases.Mention{Author: "سارة", Text: "cold coffee", Stars: 1}, cases.Draft{Text: "نعتذر."})
	b := h.browse().as("mona")
	texts := 0
	for _, path := range []string{"/", "/case/1", "/digest", "/digest?span=week", "/sources", "/incidents", "/promises", "/policy", "/audit", "/people", "/help"} {
		_, page := b.get(path)
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range counted(doc) {
			if western.MatchString(text) {
				t.Errorf("%s writes %q", path, strings.TrimSpace(text))
			}
			if strings.ContainsAny(text, "٠١٢٣٤٥٦٧٨٩") {
				texts++
			}
		}
	}
	if texts < 20 {
		t.Errorf("only %d texts with Arabic digits were seen", texts)
	}
	_, audit := b.get("/audit")
	if !strings.Contains(audit, `data-of="السطر">١</td>`) || !strings.Contains(audit, "<bdi>#1</bdi>") {
		t.Errorf("the record numbers its lines otherwise:\n%s", audit)
	}
	if _, policy := b.get("/policy"); !strings.Contains(policy, "المستوى ١: <bdi>owners</bdi> (الصفحة)") {
		t.Errorf("the policy names its levels otherwise:\n%s", policy)
	}
	b.post("/language", url.Values{"language": {"en"}})
	if _, audit := b.get("/audit"); !strings.Contains(audit, `data-of="Line">1</td>`) {
		t.Errorf("in English the lines are numbered otherwise:\n%s", audit)
	}
}

package console

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"rasid/internal/cases"
	"rasid/internal/goldentest"
	"rasid/responder"
)

// vectors are texts that try to become markup, script, style or another link.
// They always run; the large collections run where they are at hand.
var vectors = []string{
	`<script>alert(1)</script>`, `"><svg/onload=alert(1)>`, `'><img src=x onerror=alert(1)>`, `<img src="javascript:alert(1)">`,
	`</blockquote></li></ol><h1>owned</h1>`, `</textarea><script>alert(1)</script>`, `</title><script>alert(1)</script>`,
	`{{.Who}}{{constructor.constructor('alert(1)')()}}`, `{{define "main"}}x{{end}}`, `${7*7}`, `<%= 7*7 %>`, `javascript:alert(1)`,
	`data:text/html,<script>alert(1)</script>`, `" autofocus onfocus=alert(1) x="`, `' style='position:fixed;inset:0`, "` onmouseover=alert(1) `",
	`<iframe srcdoc="&lt;script&gt;alert(1)&lt;/script&gt;">`, `<a href="//evil.example">x</a>`, `<math><mi xlink:href="javascript:alert(1)">`,
	`<base href=//evil.example>`, `<meta http-equiv=refresh content=0;url=//evil.example>`, `<form action=//evil.example><input name=x>`,
	`<!--><script>alert(1)</script-->`, `<![CDATA[<script>alert(1)</script>]]>`, `&lt;script&gt;alert(1)&lt;/script&gt;`, `&#x3C;script&#x3E;`,
	"<scr\x00ipt>alert(1)</scr\x00ipt>", "\u202Etxt.exe\u202C <b>", "\xff\xfe<script>", "<ſcript>alert(1)</ſcript>", `<svg><style>@import'//evil.example'</style>`,
	"line\u2028<script>alert(1)</script>", `=HYPERLINK("http://evil.example","x")`, `<details open ontoggle=alert(1)>`, `<mark class="bad">me</mark>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<xss id=x tabindex=1 onfocus=alert(1)></xss>#x`,
}

// still is a record that never changes.
type still struct {
	list    []cases.Case
	history []cases.Entry
	sends   []cases.Send
	before  []cases.Mention
}

func (s still) List(context.Context, Filter) ([]cases.Case, error)     { return s.list, nil }
func (s still) Case(context.Context, int64) (cases.Case, error)        { return s.list[0], nil }
func (s still) History(context.Context, int64) ([]cases.Entry, error)  { return s.history, nil }
func (s still) Outbox(context.Context, int64) ([]cases.Send, error)    { return s.sends, nil }
func (s still) Before(context.Context, int64) ([]cases.Mention, error) { return s.before, nil }

// inboxOf is an inbox in which each text stands wherever words of others stand.
func inboxOf(texts []string) still {
	var s still
	for i, text := range texts {
		s.list = append(s.list, cases.Case{
			ID: int64(i + 1), State: cases.Waiting, Source: "shop", Author: text, Score: cases.Score{Label: "neg", Topics: []string{text}},
			Mentions: []cases.Mention{{Title: text, Text: text, Author: text, Stars: 1, PostedAt: start}},
			Drafts:   []cases.Draft{{Version: 1, Text: text, At: start, Findings: []cases.Finding{{Kind: text, Words: text, Block: true}}}},
		})
	}
	return s
}

// caseOf is one case that is full of the texts.
func caseOf(texts []string) still {
	c := cases.Case{
		ID: 1, State: cases.Failed, Source: "shop", Author: texts[0], ClosedNote: texts[0],
		Score: cases.Score{Label: "neg", Language: texts[0], Dialect: texts[0], Topics: texts, Signals: texts},
	}
	var s still
	for i, text := range texts {
		c.Mentions = append(c.Mentions, cases.Mention{Title: text, Text: text, Author: text, PostedAt: start, EditedAt: start})
		c.Drafts = append(c.Drafts, cases.Draft{Version: i + 1, Text: text + " " + text, At: start, By: text, Origin: "staff", Findings: []cases.Finding{{Kind: text, Words: text}}})
		c.Past = append(c.Past, cases.Past{Case: 7, Topic: text, OpenedAt: start})
		c.Score.Reasons = append(c.Score.Reasons, cases.Reason{Text: text, Weight: -1, Kind: text, By: text})
		s.history = append(s.history, cases.Entry{Case: 1, Event: cases.Event(text), By: text, Note: text, At: start})
		s.sends = append(s.sends, cases.Send{Kind: cases.SendReply, State: cases.GaveUp, LastError: text, Attempts: 2, StartedAt: start, Reply: cases.Reply{Draft: 1, Text: text}})
	}
	s.before = []cases.Mention{{Title: texts[0], Text: texts[0]}}
	s.list = []cases.Case{c}
	return s
}

// shape is every element of a page with the names of its attributes, and the
// value of those that browsers act on.
func shape(t *testing.T, page string) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data == "del" || n.Data == "ins" { // as many as two drafts differ
			continue
		}
		line := n.Data
		for _, a := range n.Attr {
			line += " " + a.Key
			if slices.Contains([]string{"href", "src", "action", "class", "type"}, a.Key) {
				line += "=" + a.Val
			}
		}
		out = append(out, line)
	}
	return out
}

// shown serves one page of a record.
func shown(t *testing.T, h *house, s still, path string) string {
	t.Helper()
	h.Record, h.Detail = s, s
	r := httptest.NewRequestWithContext(context.WithValue(t.Context(), personKey{}, h.Office.People[0]), http.MethodGet, path, nil)
	w := httptest.NewRecorder()
	if path == "/" {
		h.inbox(w, r)
	} else {
		r.SetPathValue("id", "1")
		h.showCase(w, r)
	}
	if w.Code != http.StatusOK {
		t.Fatalf("%s was answered %d", path, w.Code)
	}
	return w.Body.String()
}

// collections are the large lists, one text a line, where they are at hand.
func collections(t *testing.T) []string {
	t.Helper()
	corpora, there := goldentest.Beside(t, "corpora/text")
	if !there {
		return nil
	}
	var all []string
	if f, err := os.Open(filepath.Join(corpora, "xss-payloads", "xss-payload-list.txt")); err == nil {
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			all = append(all, lines.Text())
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
	if b, err := os.ReadFile(filepath.Join(corpora, "naughty-strings", "blns.json")); err == nil {
		var more []string
		if err := json.Unmarshal(b, &more); err != nil {
			t.Fatal(err)
		}
		all = append(all, more...)
	}
	return slices.DeleteFunc(all, func(s string) bool { return strings.TrimSpace(s) == "" })
}

func TestTextStaysText(t *testing.T) {
	all := vectors
	if more := collections(t); len(more) > 0 {
		all = append(slices.Clone(vectors), more...)
	} else {
		t.Log("the large collections are not at hand: only the texts of this file are tried")
	}
	t.Logf("%d texts", len(all))
	h := newHouse(t)
	const each = 100
	for path, build := range map[string]func([]string) still{"/": inboxOf, "/case/1": caseOf} {
		calms := map[string][]string{} // by how many texts there are, and which are long
		for at := 0; at < len(all); at += each {
			texts := all[at:min(at+each, len(all))]
			n := len(texts)
			plain := make([]string, n)
			for i, text := range texts {
				plain[i] = fmt.Sprintf("word%d", i)
				if long(text) {
					plain[i] += strings.Repeat(" word", longBytes)
				}
			}
			key := strings.Join(plain, "|")
			if calms[key] == nil {
				calms[key] = shape(t, shown(t, h, build(plain), path))
			}
			calm := calms[key]
			got := shape(t, shown(t, h, build(texts), path))
			if !slices.Equal(got, calm) {
				for i := range min(len(got), len(calm)) {
					if got[i] != calm[i] {
						t.Errorf("%s with texts %d–%d: element %d is %q, want %q", path, at, at+n, i, got[i], calm[i])
						break
					}
				}
				t.Fatalf("%s with texts %d–%d has %d elements, want %d", path, at, at+n, len(got), len(calm))
			}
		}
	}
}

func TestWhatCustomersSayIsShownWholeAndNothingHidden(t *testing.T) {
	h := newHouse(t)
	for _, text := range append(slices.Clone(vectors), "موعد 10:30 في room-42", "عادي \u200Fمخفي\u202E عكس", "👩\u200D👩\u200D👧 می\u200Cخواهم") {
		doc, err := html.Parse(strings.NewReader(shown(t, h, inboxOf([]string{text}), "/")))
		if err != nil {
			t.Fatal(err)
		}
		var said string
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode && n.Data == "blockquote" {
				for d := range n.Descendants() {
					if d.Type == html.TextNode {
						said += d.Data
					}
				}
			}
		}
		want := responder.Excerpt(responder.Visible(text), 200) + responder.Visible(text)
		if said != want {
			t.Errorf("shown %q, want %q", said, want)
		}
		for _, r := range "\u202A\u202B\u202C\u202D\u202E\u200F\u200E\u061C" {
			if strings.ContainsRune(said, r) {
				t.Errorf("%q turns the line around with %U", said, r)
			}
		}
	}
}

func TestLinksOfOthersLeadToPagesOnly(t *testing.T) {
	for in, want := range map[string]string{
		"https://example.com/a?b=c": "https://example.com/a?b=c", "http://example.com": "http://example.com", "": "", "//evil.example": "", "/local": "",
		"javascript:alert(1)": "", "JaVaScRiPt:alert(1)": "", " javascript:alert(1)": "", "java\nscript:alert(1)": "", "data:text/html,x": "", "file:///etc/passwd": "",
		"vbscript:x": "", "https:alert(1)": "", "blob:https://example.com/x": "",
	} {
		if got := webLink(in); got != want {
			t.Errorf("%q leads to %q, want %q", in, got, want)
		}
	}
	h := newHouse(t)
	s := caseOf([]string{"words"})
	s.list[0].Mentions[0].URL = "javascript:alert(1)"
	s.sends[0].Receipt.URL = "javascript:alert(1)"
	if page := shown(t, h, s, "/case/1"); strings.Contains(page, "javascript:") || strings.Contains(page, "ZgotmplZ") {
		t.Error("a link that runs is on the page")
	}
}

package console

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// actions reads the registry: every Action that package responder knows.
func actions(t *testing.T) (all []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "../../responder/speak.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == 1 {
			if kind, ok := v.Type.(*ast.Ident); ok && kind.Name == "Action" {
				text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, text)
			}
		}
		return true
	})
	if len(all) < 20 {
		t.Fatalf("only %d actions were found: %v", len(all), all)
	}
	return all
}

// row is a record with one case of each situation a case can be in.
type row struct {
	Record
	cases map[int64]cases.Case
}

// Case returns the case of a number.
func (r row) Case(_ context.Context, id int64) (cases.Case, error) {
	c, ok := r.cases[id]
	if !ok {
		return c, cases.ErrNotFound
	}
	return c, nil
}

// situations are a case in every state, and a waiting one that is claimed, one
// that may not go out as it is, one that can go up a level, and one at a place
// without an API.
func situations() map[int64]cases.Case {
	out := map[int64]cases.Case{}
	add := func(s cases.State, change func(*cases.Case)) {
		c := cases.Case{
			ID: int64(len(out) + 1), State: s, Source: "shop", Author: "Omar", Version: 3, FlaggedAt: start, OpenedAt: start,
			Score:    cases.Score{Label: "neg", Value: -0.8, Severity: cases.Low, Language: "en", Topics: []string{"delivery"}},
			Mentions: []cases.Mention{{Num: 1, Source: "shop", ID: "1", Author: "Omar", Text: "cold coffee", PostedAt: start}},
			Drafts:   []cases.Draft{{Version: 1, Text: "Sorry", Language: "en", Origin: "staff", By: "mona", At: start}},
		}
		if change != nil {
			change(&c)
		}
		out[c.ID] = c
	}
	for _, s := range cases.States() {
		add(s, nil)
	}
	add(cases.Waiting, func(c *cases.Case) { c.ClaimedBy, c.ClaimedUntil = "mona", start.Add(time.Hour) })
	add(cases.Waiting, func(c *cases.Case) {
		c.Drafts[0].Findings = []cases.Finding{{Kind: "length", Words: "x", Block: true}}
	})
	add(cases.Waiting, func(c *cases.Case) { c.Source = "feed" })
	add(cases.Answered, func(c *cases.Case) {
		c.Promises = []cases.Promise{{Case: c.ID, Draft: 1, Words: "within a day", OpenedAt: start, DueAt: start.Add(time.Hour), State: cases.PromiseOpen}}
	})
	return out
}

// pagesOf are the actions that have no button: what a page shows by itself.
var pagesOf = map[responder.Action]string{
	responder.CmdInbox: "/", responder.CmdCase: "/case/1", responder.CmdDigest: "/digest", responder.CmdHelp: "/help", responder.CmdWordings: "/wordings",
}

// TestEverythingStaffCanDoInChatCanBeDoneOnThePage goes through the registry of
// actions: each has a button or a form on some page, in both languages, or is a
// page itself. Only customers rate.
func TestEverythingStaffCanDoInChatCanBeDoneOnThePage(t *testing.T) {
	stopped := false
	h := newHouse(t, func(o *Options) {
		o.Record = row{o.Record, situations()}
		o.Office.Keeps = true
		o.Office.Places["feed"] = responder.Place{Name: "feed"}
		o.Stopped = func(context.Context) (cases.Stop, error) { return cases.Stop{On: stopped, By: "mona", At: start}, nil }
		o.Wordings = func() ([]responder.Wording, error) {
			return []responder.Wording{{ID: "1a2b3c4d", Language: "ar", Topic: "delivery", Text: "{name}، نعتذر. {within} {private}", By: "mona", At: start}}, nil
		}
	})
	h.fire = []cases.Incident{{ID: 1, Kind: "flood", Count: 40, OpenedAt: start, Held: true}}
	b := h.browse().as("mona")
	pressed := regexp.MustCompile(`name="action" value="([^"]+)"`)
	for _, language := range []string{"ar", "en"} {
		b.post("/language", url.Values{"language": {language}})
		found := map[string]bool{}
		look := func(path string) {
			code, page := b.get(path)
			if code != 200 {
				t.Errorf("%s was answered %d", path, code)
			}
			for _, m := range pressed.FindAllStringSubmatch(page, -1) {
				found[m[1]] = true
			}
			if strings.Contains(page, `action="/incidents/1"`) {
				found[string(responder.ActStatement)] = true
			}
		}
		for id := range situations() {
			look("/case/" + strconv.FormatInt(id, 10))
		}
		for _, path := range []string{"/report", "/incidents"} {
			look(path)
		}
		stopped = true
		look("/help")
		stopped = false
		for action, path := range pagesOf {
			look(path)
			found[string(action)] = true
		}
		want := slices.DeleteFunc(actions(t), func(a string) bool { return a == string(responder.ActRate) })
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, want) {
			t.Errorf("in %s the page can do\n%v, the rooms\n%v", language, got, want)
		}
	}
}

// TestOnlyWhoMayStopsTheUseOfAWording shows the button to approvers alone, and
// names the places of a wording in the reader's language.
func TestOnlyWhoMayStopsTheUseOfAWording(t *testing.T) {
	h := newHouse(t, func(o *Options) {
		o.Wordings = func() ([]responder.Wording, error) {
			return []responder.Wording{{ID: "1a2b3c4d", Language: "ar", Topic: "delivery", Text: "{name}، نعتذر {within}", By: "mona", At: start, Case: 7}}, nil
		}
	})
	h.desk.answer = responder.Answer{Text: "no longer used"}
	for staff, may := range map[string]bool{"mona": true, "ali": false} {
		b := h.browse().as(staff)
		b.post("/language", url.Values{"language": {"en"}})
		_, page := b.get("/wordings")
		if got := strings.Contains(page, `value="/forget"`); got != may {
			t.Errorf("%s sees the button: %t", staff, got)
		}
		for _, want := range []string{`dir="rtl" lang="ar"`, "the customer’s name", "by when", "نعتذر", "Delivery", `href="/case/7"`} {
			if !strings.Contains(strings.ReplaceAll(page, "delivery", "Delivery"), want) {
				t.Errorf("%s is not told %q", staff, want)
			}
		}
	}
	b := h.browse().as("mona")
	_, page := b.post("/command", url.Values{"action": {"/forget"}, "text": {"1a2b3c4d"}})
	last := h.desk.took[len(h.desk.took)-1]
	if last.Action != responder.CmdForget || last.Text != "1a2b3c4d" || last.By.ID != "mona" {
		t.Errorf("the clerk heard %+v", last)
	}
	if !strings.Contains(page, "no longer used") || !strings.Contains(page, "wording-1a2b3c4d") {
		t.Errorf("the person is back at another page:\n%s", page)
	}
}

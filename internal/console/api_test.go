package console

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rasid/internal/cases"
	"rasid/responder"
)

// key makes a program's key of this house.
func (h *house) key(staff, scope string) string {
	h.t.Helper()
	k, err := ProgramKey(h.Key, staff, scope, "a test", h.clock().Add(time.Hour))
	if err != nil {
		h.t.Fatal(err)
	}
	return k
}

// call makes one call of a program and reads the answer into out.
func (h *house) call(method, path, key, body string, out any) int {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), method, "http://127.0.0.1:8321"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:50000"
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			h.t.Fatalf("%s %s answered %d %.200s: %v", method, path, w.Code, w.Body, err)
		}
	}
	return w.Code
}

func TestAKeyOpensWhatItIsForAndNothingElse(t *testing.T) {
	h := newHouse(t)
	h.said(cases.Mention{Author: "Omar", Text: "cold coffee"}, cases.Draft{Text: "Sorry"})
	read, act := h.key("ali", ScopeRead), h.key("ali", ScopeAct)
	old, err := ProgramKey(h.Key, "ali", ScopeAct, "", h.clock().Add(-time.Second))
	if err != nil {
		t.Fatal(err)
	}
	other, err := ProgramKey([]byte("another key of this very length.."), "ali", ScopeAct, "", h.clock().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	all, err := ProgramKey(h.Key, "ali", "everything", "", h.clock().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	const body = `{"action":"claim"}`
	for name, c := range map[string]struct {
		method, key string
		want        int
	}{
		"none": {"GET", "", 401}, "nonsense": {"GET", "rasid_abc", 401}, "changed": {"GET", read[:20] + "AAAA" + read[24:], 401}, "old": {"GET", old, 401},
		"of another house": {"GET", other, 401}, "an unknown scope": {"GET", all, 401}, "an invitation": {"GET", Invitation(h.Key, "ali", h.clock().Add(time.Hour)), 401},
		"of nobody": {"GET", h.key("omar", ScopeRead), 401}, "reading": {"GET", read, 200}, "deciding with a reading key": {"POST", read, 403}, "deciding": {"POST", act, 200},
	} {
		if got := h.call(c.method, "/api/v1/cases/1", c.key, body, nil); got != c.want {
			t.Errorf("%s was answered %d, want %d", name, got, c.want)
		}
	}
	if len(h.desk.took) != 1 || h.desk.took[0].By.ID != "ali" || h.desk.took[0].Action != responder.ActClaim {
		t.Errorf("decided %+v", h.desk.took)
	}
	b := h.browse().as("mona")
	if code, _ := b.get("/api/v1/cases"); code != http.StatusUnauthorized {
		t.Errorf("a cookie was enough for the API: %d", code)
	}
}

func TestAKeyThatWasEndedStaysEnded(t *testing.T) {
	h := newHouse(t)
	k := h.key("ali", ScopeRead)
	if got := h.call("GET", "/api/v1/counts", k, "", nil); got != 200 {
		t.Fatalf("answered %d", got)
	}
	vs, err := h.store.Visits(t.Context(), "")
	if err != nil || len(vs) != 1 || strings.Contains(fmt.Sprint(vs), k) || vs[0].Hash != hashed(k) || vs[0].Label != "a test" {
		t.Fatalf("kept %+v, %v", vs, err)
	}
	b := h.browse().as("mona")
	if _, page := b.get("/people"); !strings.Contains(page, "a test") || strings.Contains(page, k) {
		t.Error("the people page does not list the key, or shows it")
	}
	b.post("/people/key", url.Values{"staff": {"ali"}, "hash": {vs[0].Hash}})
	for range 2 {
		if got := h.call("GET", "/api/v1/counts", k, "", nil); got != http.StatusUnauthorized {
			t.Errorf("an ended key was answered %d", got)
		}
	}
	mine := h.key("mona", ScopeRead)
	h.call("GET", "/api/v1/counts", mine, "", nil)
	if code, _ := h.browse().as("ali").post("/people/key", url.Values{"staff": {"mona"}, "hash": {hashed(mine)}}); code != http.StatusForbidden {
		t.Errorf("an agent ended a manager's key: %d", code)
	}
	u, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	b.c.Jar.SetCookies(u, []*http.Cookie{{Name: cookieName, Value: mine, Path: "/"}})
	if code, _ := b.get("/"); code != http.StatusForbidden {
		t.Errorf("a program's key opened the page: %d", code)
	}
}

// document is what a test reads of openapi.json.
type document struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Content map[string]struct{ Schema schema }
		}
	}
	Components struct{ Schemas map[string]schema }
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	Additional any               `json:"additionalProperties"`
}

// check finds what an answer has and its description does not.
func (d *document) check(t *testing.T, at string, s schema, v any) {
	t.Helper()
	if s.Ref != "" {
		s = d.Components.Schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]]
	}
	kinds := []string{"object"}
	switch v.(type) {
	case nil:
		return
	case []any:
		kinds = []string{"array"}
	case string:
		kinds = []string{"string"}
	case float64:
		kinds = []string{"integer", "number"}
	case bool:
		kinds = []string{"boolean"}
	}
	if !slices.Contains(kinds, s.Type) {
		t.Fatalf("%s is one of %v, described as %q", at, kinds, s.Type)
	}
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			p, ok := s.Properties[name]
			if !ok && s.Additional == nil {
				t.Errorf("%s.%s is not described", at, name)
			} else if ok {
				d.check(t, at+"."+name, p, value)
			}
		}
	case []any:
		for _, value := range v {
			d.check(t, at+"[]", *s.Items, value)
		}
	}
}

// TestTheAPIDoesWhatItsDocumentSays holds openapi.json and the program together.
func TestTheAPIDoesWhatItsDocumentSays(t *testing.T) {
	h := newHouse(t)
	h.said(cases.Mention{Author: "Omar", Text: "cold coffee", Stars: 2}, cases.Draft{Text: "Sorry", Findings: []cases.Finding{{Kind: "length", Words: "x"}}})
	if err := h.store.SaveStatus(t.Context(), cases.SourceStatus{Source: "shop", Kind: "feed", LastTry: start, LastOK: start, LastNew: start,
		Allowance: cases.Allowance{Left: 7, Most: 300, Resets: start.Add(time.Hour), At: start}}); err != nil {
		t.Fatal(err)
	}
	h.desk.answer = responder.Answer{Text: "done"}
	var doc document
	if got := h.call("GET", "/api/v1/openapi.json", "", "", &doc); got != 200 {
		t.Fatalf("the document was answered %d", got)
	}
	var described, served []string
	for path, methods := range doc.Paths {
		for method := range methods {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	for route := range h.apiRoutes() {
		served = append(served, route)
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Errorf("described %v\nserved %v", described, served)
	}
	key := h.key("ali", ScopeAct)
	for _, route := range served {
		method, path, _ := strings.Cut(route, " ")
		if strings.HasSuffix(path, "export") {
			continue
		}
		body := ""
		if method == "POST" {
			body = `{"text":"heard"}`
		}
		var answer any
		if got := h.call(method, strings.ReplaceAll(path, "{id}", "1"), key, body, &answer); got != 200 {
			t.Errorf("%s was answered %d", route, got)
		}
		doc.check(t, route, doc.Paths[path][strings.ToLower(method)].Responses["200"].Content["application/json"].Schema, answer)
	}
}

func TestTheAPIRefusesWhatItDoesNotUnderstand(t *testing.T) {
	h := newHouse(t)
	h.said(cases.Mention{Author: "Omar", Text: "cold coffee"}, cases.Draft{Text: "Sorry"})
	h.desk.answer = responder.Answer{Text: "the draft changed", Alert: true}
	key := h.key("ali", ScopeAct)
	for name, c := range map[string]struct {
		method, path, body string
		want               int
	}{
		"no such case": {"GET", "/api/v1/cases/99", "", 404}, "no number": {"GET", "/api/v1/cases/x", "", 404}, "no such call": {"GET", "/api/v1/secrets", "", 404},
		"a bad day": {"GET", "/api/v1/digest?date=yesterday", "", 400}, "no JSON": {"POST", "/api/v1/cases/1", "action=approve", 400},
		"another field": {"POST", "/api/v1/cases/1", `{"action":"claim","by":"mona"}`, 400}, "a command": {"POST", "/api/v1/cases/1", `{"action":"/resume"}`, 404},
		"an unknown filter": {"GET", "/api/v1/cases?limit=1", "", 400}, "no severity": {"GET", "/api/v1/cases?severity=worst", "", 400},
		"no shelf": {"GET", "/api/v1/cases?show=attic", "", 400}, "a state of another shelf": {"GET", "/api/v1/cases?show=closed&state=waiting", "", 400},
		"a negative skip":        {"GET", "/api/v1/cases?skip=-1", "", 400},
		"a refusal of the clerk": {"POST", "/api/v1/cases/1", `{"action":"approve","draft":1}`, 409},
	} {
		var e struct{ Error, Say string }
		if got := h.call(c.method, c.path, key, c.body, &e); got != c.want || e.Error+e.Say == "" {
			t.Errorf("%s was answered %d %+v, want %d", name, got, e, c.want)
		}
	}
	for _, path := range []string{"/api/v1/cases?show=open&state=waiting&severity=2&q=cold&source=x&skip=0", "/api/v1/cases?q=&state=&severity="} {
		if got := h.call("GET", path, key, "", nil); got != 200 {
			t.Errorf("%s was answered %d", path, got)
		}
	}
	var day struct {
		Figures struct {
			Work struct {
				First struct {
					P90 *int `json:"p90_seconds"`
				} `json:"first_reply"`
			}
		}
	}
	if got := h.call("GET", "/api/v1/digest", key, "", &day); got != 200 || day.Figures.Work.First.P90 == nil {
		t.Errorf("the digest was answered %d, without the figures of rasid digest", got)
	}
	for range callsPerMinute {
		h.call("GET", "/api/v1/nothing", key, "", nil)
		h.limits.allow("api 127.0.0.1", callsPerMinute, time.Minute)
	}
	if got := h.call("GET", "/api/v1/counts", key, "", nil); got != http.StatusTooManyRequests {
		t.Errorf("call %d of a minute was answered %d", callsPerMinute+1, got)
	}
}

func TestATableRunsNothingInASpreadsheet(t *testing.T) {
	h := newHouse(t)
	texts := []string{
		`=HYPERLINK("http://evil.example","click")`, "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", " =1+1", "\u200f=1+1", "＝1+1", "|calc", "%0A=1",
		"plain", "a, \"quoted\"\nline", "عربي، بفاصلة", "-", "'already",
	}
	for _, text := range texts {
		h.said(cases.Mention{Author: text, Title: text, Text: text}, cases.Draft{Text: text})
		h.later(time.Second)
	}
	_, file := h.browse().as("ali").get("/export?show=all")
	rest, bom := strings.CutPrefix(file, "\uFEFF")
	rows, err := csv.NewReader(strings.NewReader(rest)).ReadAll()
	if err != nil || !bom || len(rows) != len(texts)+1 || len(rows[0]) != len(columns) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, row := range rows[1:] {
		for j, cell := range row {
			if bare := strings.TrimLeft(cell, " \u200f"); bare != "" && strings.ContainsRune("=+-@\t\r＝|%", []rune(bare)[0]) && columns[j] != "value" {
				t.Errorf("row %d, %s: %q would be run", i+1, columns[j], cell)
			}
		}
		if want := strings.ReplaceAll(texts[len(texts)-1-i], "\r\n", "\n"); strings.TrimPrefix(row[6], "'") != strings.TrimPrefix(want, "'") {
			t.Errorf("row %d says %q, want %q", i+1, row[6], want)
		}
	}
	_, lines := h.browse().as("ali").get("/export?show=all&format=json")
	n := 0
	for line := range strings.Lines(lines) {
		var k apiCase
		if err := json.Unmarshal([]byte(line), &k); err != nil {
			t.Fatal(err)
		}
		if k.Mentions[0].Text != texts[len(texts)-1-n] {
			t.Errorf("line %d says %q", n+1, k.Mentions[0].Text)
		}
		n++
	}
	if n != len(texts) {
		t.Errorf("%d lines, want %d", n, len(texts))
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// TestASectionIsAddedAndEveryOtherByteStays adds a source to every
// configuration we have, in all the ways they are laid out.
func TestASectionIsAddedAndEveryOtherByteStays(t *testing.T) {
	files, err := filepath.Glob("../../examples/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	texts := map[string]string{
		"nothing but sources": "sources:\n- name: a\n  kind: feed", "no sources": "business: {name: {en: Noor}}\n", "empty": "sources: []\nrooms: []\n",
		"a long text last":       "sources:\n  - name: a\n    note: |\n      one\n\n      two\n\n# rooms\nrooms: []\n",
		"several lines of flow":  "sources: [\n  {name: a},  # ] not here\n  {name: b}\n]\nrooms: []\n",
		"windows ends its lines": "sources:\r\n  - name: a\r\n    kind: feed\r\nrooms: []\r\n",
	}
	for _, file := range append(files, "../../config.yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(file)] = string(text)
	}
	for name, text := range texts {
		got, err := inserted(text, []string{"name: zzz", "kind: feed", `url: "https://shop.example/f"`})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		before, after := sourceNames(t, text), sourceNames(t, got)
		if len(after) != len(before)+1 || strings.Join(after[:len(before)], " ") != strings.Join(before, " ") || after[len(before)] != "zzz" {
			t.Errorf("%s: sources %v became %v in\n%s", name, before, after, got)
		}
		// What was there is there still, in order, around what was added.
		at := 0
		for at < len(text) && at < len(got) && text[at] == got[at] {
			at++
		}
		if rest := strings.TrimPrefix(text[at:], "\n"); !strings.HasSuffix(got, rest) && strings.TrimRight(rest, "\n") != "" {
			t.Errorf("%s: something else changed:\n%s", name, got)
		}
	}
}

func sourceNames(t *testing.T, text string) (names []string) {
	t.Helper()
	var c struct {
		Sources []struct{ Name string }
	}
	if err := yaml.Unmarshal([]byte(text), &c); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	for _, s := range c.Sources {
		names = append(names, s.Name)
	}
	return names
}

// TestValuesAreWrittenAsWhatTheyAre writes values that YAML would read as
// something else.
func TestValuesAreWrittenAsWhatTheyAre(t *testing.T) {
	s := section{name: "no", kind: "mastodon", settings: []setting{
		{"server", "https://m.example # x"}, {"tags", "نور, 0x10, yes"}, {"every", "5m"}, {"mentions", "true"}, {"match", `"a" AND b`},
	}}
	lines, err := s.lines(fieldsOf(sourceKinds()["mastodon"].settings()))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := yaml.Unmarshal([]byte(strings.Join(lines, "\n")), &got); err != nil {
		t.Fatal(err)
	}
	tags, _ := got["tags"].([]any)
	if got["name"] != "no" || got["server"] != "https://m.example # x" || got["every"] != "5m" || got["mentions"] != true || got["match"] != `"a" AND b` ||
		len(tags) != 3 || tags[0] != "نور" || tags[1] != "0x10" || tags[2] != "yes" {
		t.Errorf("%v from\n%s", got, strings.Join(lines, "\n"))
	}
	if _, err := (&section{settings: []setting{{"a: b\nc", "x"}}}).lines(nil); err == nil {
		t.Error("a key that begins another section was taken")
	}
}

func TestTheFirstSourceIsAddedWhereThereIsNone(t *testing.T) {
	for _, none := range []string{"", "sources: []\n"} {
		path := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(path, []byte("business: {name: {en: Noor}, match: noor}\nrooms: [{name: desk, kind: console}]\nstaff: [{id: mona, role: manager}]\n"+none), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			args []string
			code int
		}{{[]string{"check"}, 1}, {[]string{"add", "feed", "--untested", "--set", "url=https://shop.example/f"}, 0}, {[]string{"check"}, 0}} {
			out := &lines{}
			p := &program{in: strings.NewReader(""), out: out, err: out, env: os.LookupEnv, now: time.Now}
			if code := p.run(t.Context(), append(c.args, "--config", path)); code != c.code {
				t.Errorf("with %q, rasid %v ended with %d, want %d:\n%s", none, c.args, code, c.code, out)
			}
		}
	}
}

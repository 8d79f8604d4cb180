package archtest

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rasid/internal/goldentest"
)

// pages are what people read of the repository, by path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	base, all := goldentest.Root(t), map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/decisions/*.md"} {
		names, err := filepath.Glob(filepath.Join(base, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d pages, %v", pattern, len(names), err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			rel, err := filepath.Rel(base, name)
			if err != nil {
				t.Fatal(err)
			}
			all[filepath.ToSlash(rel)] = string(text)
		}
	}
	return all
}

var (
	linkOnPage  = regexp.MustCompile(`\]\(([^)#\s]+)`)
	testOnPage  = regexp.MustCompile("go test ([^`\\n]+)")
	runOnPage   = regexp.MustCompile(`-(run|bench|fuzz) '?([^'\s/]+)`)
	makeOnPage  = regexp.MustCompile("`make ([a-z-]+)")
	makeTarget  = regexp.MustCompile(`(?m)^([a-z-]+):`)
	requirement = regexp.MustCompile(`(?m)^\t(\S+) v\S+$`) // what others ask for ends in a comment
	version     = regexp.MustCompile(`/v[0-9]+$`)          // ends the path of a module
)

func TestLinksOnPagesLeadSomewhere(t *testing.T) {
	found := 0
	for name, text := range pages(t) {
		for _, m := range linkOnPage.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], ":") {
				continue // another machine
			}
			found++
			if _, err := os.Stat(filepath.Join(goldentest.Root(t), filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d links found: this test looks for the wrong thing", found)
	}
}

// TestCommandsOnPagesFindTheirTests keeps the commands beside figures from
// running nothing, which go test calls a success.
func TestCommandsOnPagesFindTheirTests(t *testing.T) {
	tests := map[string][]string{} // by folder
	for _, f := range files(t) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && f.test && fn.Recv == nil {
				tests[f.dir] = append(tests[f.dir], fn.Name.Name)
			}
		}
	}
	found := 0
	for name, text := range pages(t) {
		for _, m := range testOnPage.FindAllStringSubmatch(text, -1) {
			_, dir, one := strings.Cut(m[1], "./")
			dir, _, _ = strings.Cut(dir, " ")
			if !one || strings.Contains(dir, "...") {
				continue
			}
			if len(tests[dir]) == 0 {
				t.Errorf("%s: go test %s: there are no tests in %q", name, m[1], dir)
			}
			for _, run := range runOnPage.FindAllStringSubmatch(m[1], -1) {
				if found++; run[2] != "XXX" && !regexp.MustCompile(run[2]).MatchString(strings.Join(tests[dir], " ")) {
					t.Errorf("%s: go test %s: nothing in %s is called %s", name, m[1], dir, run[2])
				}
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d commands found: this test looks for the wrong thing", found)
	}
}

func TestPagesNameTargetsThatCanBeMade(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(goldentest.Root(t), "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, m := range makeTarget.FindAllStringSubmatch(string(text), -1) {
		targets[m[1]] = true
	}
	for name, text := range pages(t) {
		for _, m := range makeOnPage.FindAllStringSubmatch(text, -1) {
			if !targets[m[1]] {
				t.Errorf("%s: there is no make %s", name, m[1])
			}
		}
	}
}

// modules is what go.mod asks for.
func modules(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(goldentest.Root(t), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryLibraryHasItsReason(t *testing.T) {
	reasons := pages(t)["docs/decisions/0009-the-libraries.md"]
	for _, m := range requirement.FindAllStringSubmatch(modules(t), -1) {
		name := version.ReplaceAllString(m[1], "")
		name = name[strings.LastIndex(name, "/")+1:]
		if rest, own := strings.CutPrefix(m[1], "golang.org/"); own {
			name = rest // x/net: "net" alone is in every sentence
		}
		if !strings.Contains(reasons, name) {
			t.Errorf("docs/decisions/0009-the-libraries.md has no reason for %s", m[1])
		}
	}
}

func TestNoReplaceInGoMod(t *testing.T) {
	for i, line := range strings.Split(modules(t), "\n") {
		if w, _, _ := strings.Cut(strings.TrimSpace(line), " "); w == "replace" || w == "exclude" {
			t.Errorf("go.mod:%d: %s: `go install` of others would not follow it", i+1, w)
		}
	}
}

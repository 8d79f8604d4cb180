package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pageLink is a link of Markdown, or a picture, without what follows #.
var pageLink = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)\s]*)?\)`)

// pageLinks are the files that a page leads to, as paths from the root.
func pageLinks(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range pageLink.FindAllStringSubmatch(string(text), -1) {
		if !strings.Contains(m[1], ":") { // not an address
			all = append(all, path.Join(path.Dir(page), m[1]))
		}
	}
	return all
}

func TestEveryPageIsReachedFromTheReadmeAndNoLinkIsDead(t *testing.T) {
	seen := map[string]bool{}
	for next := []string{"README.md", "README.ar.md"}; len(next) > 0; next = next[1:] {
		page := next[0]
		if seen[page] {
			continue
		}
		seen[page] = true
		info, err := os.Stat(filepath.Join("../..", filepath.FromSlash(page)))
		if err != nil {
			t.Errorf("a page leads to %s, which is not there", page)
			continue
		}
		switch {
		case info.IsDir():
			entries, err := fs.Glob(os.DirFS("../.."), page+"/*.md")
			if err != nil {
				t.Fatal(err)
			}
			next = append(next, entries...)
		case path.Ext(page) == ".md":
			next = append(next, pageLinks(t, page)...)
		}
	}
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) < 20 {
		t.Fatalf("%d pages in docs: %v", len(pages), err)
	}
	for _, p := range pages {
		if page := "docs/" + filepath.Base(p); !seen[page] {
			t.Errorf("nothing leads to %s: put it into docs/README.md", page)
		}
	}
}

// Package archtest keeps the shape of the house: which package may know which,
// how large a file may be, and where time, printing and posting may happen. It
// parses the source itself: a test that asked `go list` would be answered from
// the cache of go test and stay green.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"rasid/internal/goldentest"
)

// module is the name of ours.
const module = "rasid"

// file is one parsed Go file.
type file struct {
	path  string // slash path from the root
	dir   string
	test  bool
	lines int
	ast   *ast.File
	fset  *token.FileSet
}

// files are the Go files of the repository, parsed once for all tests.
func files(t *testing.T) []file {
	t.Helper()
	base := goldentest.Root(t)
	parseOnce.Do(func() { parsed, errParsing = parse(base) })
	if errParsing != nil {
		t.Fatal(errParsing)
	}
	if len(parsed) < 20 {
		t.Fatalf("only %d Go files found: the walk is broken", len(parsed))
	}
	return parsed
}

var (
	parseOnce  sync.Once
	parsed     []file
	errParsing error
)

// parse reads every Go file below base.
func parse(base string) (found []file, err error) {
	err = filepath.WalkDir(base, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(base, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if name := d.Name(); rel != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "bin" || name == "data" || name == "dist" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, rel, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		found = append(found, file{path: rel, dir: path.Dir(rel), test: strings.HasSuffix(rel, "_test.go"), lines: strings.Count(string(src), "\n"), ast: parsed, fset: fset})
		return nil
	})
	return found, err
}

// testKits are packages that hold fakes and conformance suites: test code in a
// package of its own.
var testKits = regexp.MustCompile(`(^|/)([a-z]+test|fake[a-z]+|[a-z]+fake)(/|$)`)

func (f file) kit() bool { return f.test || testKits.MatchString(f.dir) }

// arrow says what of ours a package may import, and why no more.
type arrow struct {
	from string // folder, or folder/* for each folder inside
	to   []string
	why  string
}

// words are the leaves that everybody may know: they know nobody.
var words = []string{"internal/cases", "internal/fold", "internal/lines", "internal/patterns", "internal/phrases"}

// arrows are tried in order; the first that fits decides.
var arrows = []arrow{
	{"internal/cases", nil, "the words import nothing"},
	{"internal/fold", nil, "letters know nothing of the house"},
	{"internal/lines", nil, "lines know nothing of what stands in them"},
	{"internal/patterns", []string{"internal/fold", "internal/lines"}, "patterns know letters only"},
	{"internal/phrases", []string{"internal/lines"}, "phrases know nothing of the house"},
	{"internal/spreadsheet", nil, "cells know nothing of the house"},
	{"internal/outbound", []string{"internal/cases"}, "the way out does not know who calls it"},
	{"internal/store", words, "the store does not know who calls it"},
	{"internal/store/*", slices.Concat(words, []string{"internal/store", "internal/store/*"}), "the suite knows the store only"},
	{"internal/config", []string{"internal/cases", "internal/fold", "responder/hours"}, "each part stays raw until its own kind decodes it"},
	{"internal/platform/*", slices.Concat(words, []string{"internal/outbound", "internal/platform/*/*"}), "a wire client speaks one API"},
	{"internal/platform/*/*", slices.Concat(words, []string{"internal/outbound", "internal/platform/*"}), "a fake knows its own platform only"},
	{"internal/console", slices.Concat(words, []string{"responder", "responder/digest", "internal/spreadsheet"}), "the page is one more staff room"},
	{"internal/crashtest", []string{"*"}, "it runs the whole program"},
	{"internal/archtest", nil, "it reads source, it runs none"},
	{"internal/goldentest", nil, "it compares texts and knows nothing of the house"},
	{"internal/pgtest", nil, "it starts a server and knows nothing of the house"},
	{"sentiment", []string{"sentiment/*"}, "judgement is pure: text in, score and reasons out"},
	{"sentiment/*", []string{"sentiment", "sentiment/*"}, "judgement is pure: text in, score and reasons out"},
	{"watchers", slices.Concat(words, []string{"watchers/match"}), "watching does not know responding"},
	{"watchers/match", words, "a query knows text only"},
	{"watchers/watcherstest", slices.Concat(words, []string{"watchers", "internal/goldentest"}), "the suite sees sources as the watcher does"},
	{"watchers/appstore", slices.Concat(words, []string{"watchers", "watchers/feed", "internal/outbound", "internal/platform/apple"}), "Apple's public reviews are a feed, which is read in one place"},
	{"watchers/file", slices.Concat(words, []string{"watchers", "internal/spreadsheet"}), "a file is what a table was before"},
	{"watchers/*", slices.Concat(words, []string{"watchers", "watchers/*/*", "internal/outbound", "internal/platform/*"}), "an adapter knows its platform and nothing else"},
	{"responder", slices.Concat(words, []string{"sentiment", "responder/guard", "responder/hours", "responder/promise"}), "responding does not know watching"},
	{"responder/digest", slices.Concat(words, []string{"responder"}), "the report reads the records"},
	{"responder/guard", words, "the guard reads text only"},
	{"responder/hours", nil, "business time is a pure function"},
	{"responder/promise", []string{"internal/fold", "internal/lines"}, "a promise is found in text only"},
	{"responder/respondertest", slices.Concat(words, []string{"responder"}), "the suite sees repliers as the poster does"},
	{"responder/learn", slices.Concat(words, []string{"sentiment", "sentiment/local"}), "decisions in, better judgement out; the records are seen through small interfaces"},
	{"responder/*", slices.Concat(words, []string{"responder", "responder/*/*", "internal/outbound", "internal/platform/*"}), "an adapter knows its platform and nothing else"},
	{"responder/*/*", words, "a fake knows its own platform only"},
	{"cmd/rasid", []string{"*"}, "the only place where all meet"},
}

// fits reports whether a folder is meant by a pattern of arrows.
func fits(pattern, dir string) bool {
	switch {
	case pattern == "*":
		return true
	case pattern == "sentiment/*" && strings.HasPrefix(dir, "sentiment/"):
		return true
	}
	ok, err := path.Match(pattern, dir)
	return err == nil && ok
}

func TestArrowsBetweenPackagesHold(t *testing.T) {
	for _, f := range files(t) {
		if f.test {
			continue // a test may bring others together; it is not built into the program
		}
		i := slices.IndexFunc(arrows, func(a arrow) bool { return fits(a.from, f.dir) })
		if i < 0 {
			t.Errorf("%s: no arrow of archtest speaks of folder %s; say what it may import, and why", f.path, f.dir)
			continue
		}
		for _, imp := range f.ast.Imports {
			target, ours := strings.CutPrefix(strings.Trim(imp.Path.Value, `"`), module+"/")
			if !ours || target == f.dir {
				continue
			}
			if !slices.ContainsFunc(arrows[i].to, func(p string) bool { return fits(p, target) }) {
				t.Errorf("%s imports %s, but %s", f.path, target, arrows[i].why)
			}
			if strangers(f.dir, target) {
				t.Errorf("%s imports %s: an adapter knows its own platform only", f.path, target)
			}
		}
	}
}

// clients are the wire clients of adapters that are not called as their folder
// is: one company's platform has several places.
var clients = map[string]string{"appstore": "apple", "googlebusiness": "google", "googleplay": "google", "youtube": "google", "model": "chatmodel"}

// shared are folders below internal/platform that belong to no platform.
var shared = []string{"faketest", "markdown"}

// strangers reports whether the folder of an adapter or a wire client imports
// the client of another platform.
func strangers(dir, target string) bool {
	const below = "internal/platform/"
	client, ok := strings.CutPrefix(target, below)
	client, _, _ = strings.Cut(client, "/")
	if !ok || slices.Contains(shared, client) {
		return false
	}
	for _, parent := range []string{below, "watchers/", "responder/"} {
		rest, ok := strings.CutPrefix(dir, parent)
		if !ok {
			continue
		}
		name, _, _ := strings.Cut(rest, "/")
		if own, named := clients[name]; named && parent != below {
			name = own
		}
		return name != client
	}
	return false
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	docs, names := map[string]int{}, map[string]string{}
	for _, f := range files(t) {
		if f.test && f.dir != "internal/archtest" && f.dir != "internal/crashtest" {
			continue
		}
		names[f.dir] = f.ast.Name.Name
		if doc := f.ast.Doc.Text(); doc != "" {
			docs[f.dir]++
			want := "Package " + f.ast.Name.Name + " "
			if f.ast.Name.Name == "main" {
				want = "Command "
			}
			if !strings.HasPrefix(doc, want) {
				t.Errorf("%s: the package's comment begins with %q, want %q", f.path, firstWords(doc), want)
			}
		}
	}
	for dir := range names {
		switch docs[dir] {
		case 0:
			t.Errorf("package %s has no comment that says what it is", dir)
		case 1:
		default:
			t.Errorf("package %s has %d comments that say what it is; one is enough", dir, docs[dir])
		}
	}
}

func firstWords(s string) string {
	if len(s) > 30 {
		s = s[:30]
	}
	return strings.TrimSpace(s)
}

// maxLines bounds a file: nine in ten files of the code we learn from are
// shorter. Tests may be half as long again, for their tables.
const maxLines = 400

func TestFilesStayReadable(t *testing.T) {
	for _, f := range files(t) {
		limit := maxLines
		if f.kit() {
			limit = maxLines * 3 / 2
		}
		if f.lines > limit {
			t.Errorf("%s has %d lines, want at most %d: give a part of it a file and a name of its own", f.path, f.lines, limit)
		}
	}
}

// emptyName fits names that say nothing of the work.
var emptyName = regexp.MustCompile(`^(utils?|helpers?|common|misc|manager|base|impl|stuff)$`)

func TestFilesAndPackagesAreNamedAfterTheWork(t *testing.T) {
	for _, f := range files(t) {
		stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.path), ".go"), "_test")
		for _, name := range []string{stem, f.ast.Name.Name} {
			if emptyName.MatchString(name) {
				t.Errorf("%s: %q says nothing; name it after what is in it", f.path, name)
			}
		}
	}
}

func TestInterfacesAreSmall(t *testing.T) {
	const limit = 3
	for _, f := range files(t) {
		if f.kit() {
			continue // a suite asks for everything at once
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			i, ok := spec.Type.(*ast.InterfaceType)
			if ok && i.Methods != nil && len(i.Methods.List) > limit {
				t.Errorf("%s: interface %s has %d methods, want at most %d: an extra ability is a second interface", f.fset.Position(spec.Pos()), spec.Name.Name, len(i.Methods.List), limit)
			}
			return true
		})
	}
}

// TestTheRulesCatchWhatTheyForbid runs the arrows against made-up imports, so
// that a broken matcher cannot let everything pass.
func TestTheRulesCatchWhatTheyForbid(t *testing.T) {
	for _, c := range []struct {
		from, to string
		may      bool
	}{
		{"internal/cases", "internal/outbound", false},
		{"internal/config", "watchers", false},
		{"internal/config", "internal/cases", true},
		{"watchers", "responder", false},
		{"responder", "watchers", false},
		{"responder", "sentiment", true},
		{"responder", "internal/store", false},
		{"watchers/feed", "internal/outbound", true},
		{"watchers/feed", "internal/store", false},
		{"sentiment", "internal/cases", false},
		{"sentiment/train", "sentiment/internal/text", true},
		{"internal/console", "internal/store", false},
		{"cmd/rasid", "internal/store", true},
	} {
		i := slices.IndexFunc(arrows, func(a arrow) bool { return fits(a.from, c.from) })
		got := i >= 0 && slices.ContainsFunc(arrows[i].to, func(p string) bool { return fits(p, c.to) })
		if got != c.may {
			t.Errorf("%s may import %s: got %v, want %v", c.from, c.to, got, c.may)
		}
	}
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"watchers/telegram", "internal/platform/telegram", false},
		{"watchers/telegram", "internal/platform/discord", true},
		{"watchers/feed", "internal/platform/telegram", true},
		{"responder/appstore", "internal/platform/apple", false},
		{"responder/youtube", "internal/platform/apple", true},
		{"internal/platform/reddit", "internal/platform/markdown", false},
		{"internal/platform/discord/fakediscord", "internal/platform/telegram", true},
		{"watchers/appstore", "watchers/feed", false}, // the arrows speak of that
		{"cmd/rasid", "internal/platform/mail", false},
	} {
		if got := strangers(c.from, c.to); got != c.want {
			t.Errorf("%s is a stranger to %s: got %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

package archtest

import (
	"go/ast"
	"go/token"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rasid/internal/goldentest"
)

// fakePage is a page of docs that lists what fakes refuse.
type fakePage struct {
	name  string // fakes-apple.md
	text  string
	paths []string // of the code it speaks of, folders and files
}

var (
	fakeFolder  = regexp.MustCompile(`(^|/)fake[a-z]+$`)
	codeOfPage  = regexp.MustCompile("`((?:internal|watchers|responder)/[a-z_/]+(?:\\.go)?)`")
	quotedWords = regexp.MustCompile("`([^`]+)`")
	statusCode  = regexp.MustCompile(`\b[2-5][0-9]{2}\b`)
)

// fakePages reads docs/fakes-*.md.
func fakePages(t *testing.T) (pages []fakePage) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(goldentest.Root(t), "docs", "fakes-*.md"))
	if err != nil || len(names) < 10 {
		t.Fatalf("%d pages of fakes, %v", len(names), err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		p := fakePage{name: filepath.Base(name), text: string(text)}
		for _, m := range codeOfPage.FindAllStringSubmatch(p.text, -1) {
			p.paths = append(p.paths, m[1])
		}
		pages = append(pages, p)
	}
	return pages
}

// refusals are the rows of the page's tables of what is refused, cell by cell:
// every table whose last column is the source, except that of behaviour.
func (p fakePage) refusals() (rows [][]string) {
	answers := false
	for line := range strings.Lines(p.text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		switch {
		case !strings.HasPrefix(line, "|"), strings.HasPrefix(line, "|--"):
			continue
		case strings.TrimSpace(cells[len(cells)-1]) == "source":
			answers = len(cells) > 2
			continue
		}
		if answers {
			rows = append(rows, cells)
		}
	}
	return rows
}

// literals are the texts and numbers in the code a page speaks of, and in what
// all fakes share; http.StatusGone counts as 410.
func (p fakePage) literals(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, f := range files(t) {
		if f.dir != "internal/platform/faketest" && !slices.Contains(p.paths, f.dir) && !slices.Contains(p.paths, f.path) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				text := n.Value
				if n.Kind == token.STRING {
					if s, err := strconv.Unquote(text); err == nil {
						text = s
					}
				}
				all.WriteString(text + "\n")
			case *ast.SelectorExpr: // http.StatusGone, imap.ResponseCodeAuthenticationFailed
				all.WriteString(n.Sel.Name + "\n")
			}
			return true
		})
	}
	return all.String()
}

func TestEveryFakeHasAPageAndEveryPageItsFake(t *testing.T) {
	index, err := os.ReadFile(filepath.Join(goldentest.Root(t), "docs", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages, there := fakePages(t), map[string]bool{}
	for _, f := range files(t) {
		there[f.dir], there[f.path] = true, true
	}
	for dir := range there {
		if fakeFolder.MatchString(dir) && path.Base(dir) != "faketest" && !slices.ContainsFunc(pages, func(p fakePage) bool { return slices.Contains(p.paths, dir) }) {
			t.Errorf("%s is a fake of which no docs/fakes-*.md tells what it refuses, and where that was read", dir)
		}
	}
	for _, p := range pages {
		if !strings.Contains(string(index), "("+p.name+")") {
			t.Errorf("docs/README.md does not name %s", p.name)
		}
		if len(p.paths) == 0 {
			t.Errorf("%s names no code", p.name)
		}
		for _, at := range p.paths {
			if !there[at] {
				t.Errorf("%s speaks of %s, which is not there", p.name, at)
			}
		}
	}
}

// TestEveryRefusalOnThePagesIsInTheCodeOfItsFake finds the status and the words
// of each refusal in what the fake can say, and a source beside it.
func TestEveryRefusalOnThePagesIsInTheCodeOfItsFake(t *testing.T) {
	for _, p := range fakePages(t) {
		said, rows := p.literals(t), p.refusals()
		if len(rows) == 0 {
			t.Errorf("%s lists no refusal", p.name)
		}
		for _, row := range rows {
			if strings.TrimSpace(row[len(row)-1]) == "" {
				t.Errorf("%s: %s: no source", p.name, row)
			}
			for _, what := range missing(said, row[len(row)-2]) {
				t.Errorf("%s: %s: the fake cannot answer %q", p.name, row, what)
			}
		}
	}
}

// missing are the codes and quoted words of an answer that nobody can say.
func missing(said, answer string) (what []string) {
	for _, code := range statusCode.FindAllString(quotedWords.ReplaceAllString(answer, ""), -1) {
		n, _ := strconv.Atoi(code)
		if name := strings.ReplaceAll(http.StatusText(n), " ", ""); !strings.Contains(said, code) && (name == "" || !strings.Contains(said, "Status"+name)) {
			what = append(what, code)
		}
	}
	for _, m := range quotedWords.FindAllStringSubmatch(answer, -1) {
		for part := range strings.SplitSeq(m[1], "…") {
			if part = strings.TrimSpace(part); !strings.Contains(said, part) {
				what = append(what, part)
			}
		}
	}
	return what
}

func TestARefusalThatNobodySaysIsFound(t *testing.T) {
	for answer, want := range map[string]int{"401 `gone`": 0, "403 `gone`": 1, "410": 0, "401 `gone … today`": 1, "`NO [X]`": 1, "none": 0} {
		if got := missing("401\ngone\nStatusGone\n", answer); len(got) != want {
			t.Errorf("%s: missing %q, want %d", answer, got, want)
		}
	}
}

package phrases

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// told finds, in the code, the lines that doctor and check say: what a part
// was looked at for, what to mend, what is wrong and what to write.
type told struct {
	consts   map[string]string // texts with a name, of the package at hand
	lines    map[string]string // pattern to where it stands
	literals strings.Builder   // every text in the code
}

// speaking are the functions whose answers doctor says.
var speaking = []string{"tokenFix", "memberFix", "notFound", "fixFor", "mend"}

// said are the places of arguments that are said, by the function's name.
var said = map[string][]int{
	"Diagnose": {0}, "DiagnoseYouTube": {0}, "Problem": {1, 2}, "CheckAddress": {2}, "CheckPace": {3}, "fault": {1, 2}, "whole": {1, 2}, "add": {1, 2, 3}, "Add": {1, 2}, "misshapen": {2, 3}, "wrong": {0, 1}, "tell": {1}, "CheckMatch": {1},
}

func readCode(t *testing.T, folders ...string) *told {
	t.Helper()
	all := &told{lines: map[string]string{}}
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join("..", "..", folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			files, err := filepath.Glob(filepath.Join(path, "*.go"))
			if err == nil && !strings.HasPrefix(d.Name(), "fake") {
				all.readPackage(t, files)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func (a *told) readPackage(t *testing.T, files []string) {
	t.Helper()
	a.consts = map[string]string{}
	var parsed []*ast.File
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, v := range n.Values {
					if text, ok := literal(v); ok {
						a.consts[n.Names[i].Name] = text
					}
				}
			case *ast.BasicLit:
				if text, ok := literal(n); ok {
					a.literals.WriteString(text + "\n")
				}
			}
			return true
		})
	}
	for _, f := range parsed {
		where := f.Name.Name
		ast.Inspect(f, func(n ast.Node) bool { a.look(n, where); return true })
	}
}

// look notes what one piece of code says.
func (a *told) look(n ast.Node, where string) {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && slices.Contains([]string{"What", "Fix", "Problem", "Write", "Cause"}, key.Name) {
			a.note(n.Value, where)
		}
	case *ast.AssignStmt:
		for i, l := range n.Lhs {
			if slices.Contains([]string{"What", "Fix", "what", "Cause", "Write"}, nameOf(l)) && len(n.Rhs) == len(n.Lhs) {
				a.noteAfter(n.Rhs[i], n.Tok == token.ADD_ASSIGN, where)
			}
		}
	case *ast.CallExpr:
		if name := nameOf(n.Fun); where == "main" && (name == "New" || name == "Errorf") && len(n.Args) > 0 { // why a command ends
			a.note(n.Args[0], where)
		}
		for _, i := range said[nameOf(n.Fun)] {
			if i < len(n.Args) && strings.Contains(a.text(n.Args[i]), " ") {
				a.note(n.Args[i], where)
			}
		}
	case *ast.FuncDecl:
		if slices.Contains(speaking, n.Name.Name) {
			ast.Inspect(n, func(n ast.Node) bool {
				if r, ok := n.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
					a.note(r.Results[0], where)
				}
				return true
			})
		}
	}
}

func (a *told) note(e ast.Expr, where string) { a.noteAfter(e, false, where) }

func (a *told) noteAfter(e ast.Expr, more bool, where string) {
	raw := a.text(e)
	if more {
		raw = "\x00" + raw
	}
	raw = verb.ReplaceAllString(raw, "\x00") // of Errorf
	n := 0
	text := regexp.MustCompile("\x00").ReplaceAllStringFunc(raw, func(string) string { n++; return fmt.Sprintf("{%d}", n) })
	if letters := len(regexp.MustCompile(`[a-zA-Z]`).FindAllString(raw, -1)); letters >= 3 {
		a.lines[text] = where
	}
}

var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)

// text is what an expression says, with a NUL for what is not known before it
// runs.
func (a *told) text(e ast.Expr) string {
	if text, ok := literal(e); ok {
		return text
	}
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return a.text(e.X) + a.text(e.Y)
	case *ast.Ident:
		if text, ok := a.consts[e.Name]; ok {
			return text
		}
	case *ast.ParenExpr:
		return a.text(e.X)
	case *ast.CallExpr:
		if name := nameOf(e.Fun); name == "Sprintf" || name == "Errorf" {
			return strings.ReplaceAll(verb.ReplaceAllString(a.text(e.Args[0]), "\x00"), "%%", "%")
		}
	}
	return "\x00"
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// counted are the nouns that stand with a number.
var counted = regexp.MustCompile(`^(1 )?(mention|mistake|thing)s?\b`)

// asItIs are lines that are written and not read: addresses and pieces of
// configuration and JSON.
var asItIs = regexp.MustCompile(`^(https?|postgres)://\S+$|^\[?\{["1]|^[a-z_]+: ?(\S+|\[.*\]|\{.*\}|"\$\{.*\}"|"[^"]*")$|^(from|smtp|file): ?\S.*>?$|^\S+/\S+$|^do: escalate 1$`)

func TestEveryLineOfDoctorAndCheckIsSaidInArabic(t *testing.T) {
	code := readCode(t, "watchers", "responder", "internal/platform", "cmd/rasid", "internal/config", "internal/store")
	c := load(t, "ar")
	if len(code.lines) < 400 {
		t.Errorf("only %d lines were found in the code", len(code.lines))
	}
	for _, l := range slices.Sorted(maps.Keys(code.lines)) {
		if where := code.lines[l]; where == "responder" || where == "digest" || asItIs.MatchString(l) {
			continue // what the inside calls things, which nobody reads here
		}
		if _, ok := c.said[strings.TrimPrefix(l, "want ")]; ok || strings.Contains(l, "\n") {
			continue // what is wanted, and what only the log says
		}
		if _, ok := c.said[l]; !ok {
			t.Errorf("%s says a line without Arabic: %s", code.lines[l], l)
		}
	}
	for _, l := range slices.Sorted(maps.Keys(c.said)) {
		if _, ok := code.lines[l]; ok {
			continue
		}
		for piece := range strings.SplitSeq(regexp.MustCompile(`\{\d\}`).ReplaceAllString(l, "\x00"), "\x00") {
			if piece = strings.TrimSpace(counted.ReplaceAllString(strings.TrimSpace(piece), "")); !strings.Contains(code.literals.String(), piece) {
				t.Errorf("nobody says any more: %s (%q)", l, piece)
			}
		}
	}
	for l, arabic := range c.said {
		if places(l) != places(arabic) {
			t.Errorf("other places in Arabic: %s = %s", l, arabic)
		}
	}
}

// places lists the places of a line in the order of their numbers.
func places(l string) string {
	found := regexp.MustCompile(`\{\d\}`).FindAllString(strings.ReplaceAll(l, "#}", "}"), -1)
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " ")
}

func TestALineIsSaidWithItsValuesInTheirPlaces(t *testing.T) {
	ar, en := load(t, "ar"), load(t, "en")
	for english, want := range map[string]string{
		"token of @noor_bot":        "رمز " + FSI + "@noor_bot" + PDI,
		"answers as u/noor":         "يرد باسم " + FSI + "u/noor" + PDI,
		"feed (atom 1.0, items: 3)": "الخلاصة (" + FSI + "atom 1.0" + PDI + "، وفيها ٣)", // a count
		"opening database: x.db is no database: name another file under database:, or start with the last backup: file is not a database (26)": "تعذّر فتح السجلات: ليس " + FSI + "x.db" + PDI +
			" قاعدة بيانات: اذكر ملفًا آخر تحت database:، أو ابدأ بآخر نسخة احتياطية: ليس هذا الملف قاعدة بيانات (" + FSI + "file is not a database (26)" + PDI + ")",
		"unknown key \"lang\" (did you mean language?)":        "مفتاح مجهول " + FSI + "\"lang\"" + PDI + " (أتقصد " + FSI + "language" + PDI + "؟)",
		"--days 500: want 1 to 400":                            "\u200f\u200e--days " + FSI + "500" + PDI + "\u200e: المطلوب من 1 إلى 400", // what is typed
		"it cannot be read: reading x: answered 404 Not Found": "تعذّرت قراءته: لا يجد الخادم ما طُلب منه (" + FSI + "reading x: answered 404 Not Found" + PDI + ")",
		"is too often for a public server":                     "كثير جدًا على خادم عام",
		"it cannot be read: {2}":                               "تعذّرت قراءته: " + FSI + "{2}" + PDI, // a value is never a phrase
		"feed ({1}, items: 3)":                                 "الخلاصة (" + FSI + "{1}" + PDI + "، وفيها ٣)",
		"source feed":                                          "المصدر " + FSI + "feed" + PDI, // a word alone is a name
		"a tab in the indentation":                             "في إزاحة السطر علامة جدولة (tab)",
		"something that nobody ever has said!":                 "something that nobody ever has said!",
	} {
		if got := ar.Line(english); got != want {
			t.Errorf("%s: %q, want %q", english, got, want)
		}
		if got := en.Line(english); got != english {
			t.Errorf("in English %q became %q", english, got)
		}
	}
}

package config_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"rasid/internal/config"
	"rasid/internal/goldentest"
)

// TestDocsListEveryKey keeps docs/config.md equal to the comments of the
// structs that config.yaml is read into: those of this package and the Config
// of every kind.
func TestDocsListEveryKey(t *testing.T) {
	const path = "../../docs/config.md"
	var page bytes.Buffer
	page.WriteString(docsIntro)
	own := structs(t, ".")
	defaults := reflect.ValueOf(config.Defaults()).Elem()
	describe(&page, own, "Config", "", defaults)
	page.WriteString(docsKinds)
	kinds := 0
	for _, pattern := range []string{"cmd/rasid", "internal/platform/*", "watchers/*", "responder/*"} {
		dirs, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, dir := range dirs {
			kinds += describeKind(t, &page, dir)
		}
	}
	goldentest.Compare(t, path, page.String(), *update) // `make docs` writes the page anew
}

const docsIntro = `<!-- Generated from the comments in internal/config and in each kind's Config by "make docs". Do not edit. -->

# Every key of config.yaml

The file is read strictly: an unknown or repeated key is a mistake, and all
mistakes are reported at once, each with its line and what to write. Run
` + "`rasid check`" + ` after every change.

- **Times** are written with their unit: ` + "`30s`, `5m`, `2h`, `14d`" + `.
- **Paths** count from the folder of config.yaml.
- **` + "`${NAME}`" + `** anywhere in a value is replaced by the environment variable;
  ` + "`$${`" + ` stands for the letters themselves.
- **Secrets** come from ` + "`${NAME}`" + ` or from a file: beside every key marked *secret*,
  the same key with ` + "`_file`" + ` names a file that only its owner can read
  (` + "`chmod 600`" + `). Written into config.yaml itself a secret is refused, unless
  nobody else on the machine can read that file either. No message repeats one.

`

const docsKinds = `## Keys of each kind

Besides the keys above, each kind has keys of its own in the same section.
What each kind of source can and cannot do, and why a person approves by
default where the platform restricts automatic answers, is in
[sources.md](sources.md).

`

// structs reads the struct types of a folder with their comments.
func structs(t *testing.T, dir string) map[string]*ast.TypeSpec {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*ast.TypeSpec{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, s := range gen.Specs {
				if ts, ok := s.(*ast.TypeSpec); ok {
					if ts.Doc == nil {
						ts.Doc = gen.Doc
					}
					found[ts.Name.Name] = ts
				}
			}
		}
	}
	return found
}

// key is one row of the page.
type key struct {
	path, kind, def, doc string
	below                string // struct to describe further; "" for a plain value
	value                reflect.Value
}

// keysOf lists the keys of a struct in the order of the file.
func keysOf(own map[string]*ast.TypeSpec, name, path string, v reflect.Value) []key {
	st, ok := own[name].Type.(*ast.StructType)
	if !ok {
		return nil
	}
	var rows []key
	for _, f := range st.Fields.List {
		if f.Tag == nil || len(f.Names) == 0 {
			continue
		}
		tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`"))
		k, _, _ := strings.Cut(tag.Get("yaml"), ",")
		if k == "" || k == "-" {
			continue
		}
		typ := types.ExprString(f.Type)
		row := key{path: strings.TrimPrefix(path+"."+k, "."), kind: word(typ), doc: sentence(f)}
		if strings.HasSuffix(typ, "Secret") || tag.Get("secret") != "" {
			row.kind += ", *secret*"
		}
		elem := strings.TrimPrefix(strings.TrimPrefix(typ, "[]"), "map[string]")
		if spec, ok := own[elem]; ok {
			if _, isStruct := spec.Type.(*ast.StructType); isStruct && elem != "Zone" && elem != "Clock" && elem != "Day" && elem != "Do" && elem != "Counts" {
				row.below = elem
				switch {
				case strings.HasPrefix(typ, "[]"):
					row.path += "[]"
				case strings.HasPrefix(typ, "map"):
					row.path += ".NAME"
				}
			}
		}
		if v.IsValid() {
			row.value = v.FieldByName(f.Names[0].Name)
			row.def = shown(row.value)
		}
		rows = append(rows, row)
	}
	return rows
}

func describe(page *bytes.Buffer, own map[string]*ast.TypeSpec, name, path string, v reflect.Value) {
	var plain, nested []key
	for _, k := range keysOf(own, name, path, v) {
		if k.below != "" {
			nested = append(nested, k)
		} else {
			plain = append(plain, k)
		}
	}
	table(page, plain)
	for _, k := range nested {
		fmt.Fprintf(page, "%s `%s`\n\n%s\n\n", strings.Repeat("#", min(4, 2+strings.Count(strings.TrimSuffix(k.path, ".NAME"), "."))), k.path, k.doc)
		if k.value.IsValid() && k.value.Kind() != reflect.Struct {
			k.value = reflect.Value{}
		}
		describe(page, own, k.below, k.path, k.value)
	}
}

func table(page *bytes.Buffer, rows []key) {
	if len(rows) == 0 {
		return
	}
	page.WriteString("| key | value | default | meaning |\n|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(page, "| `%s` | %s | %s | %s |\n", r.path, r.kind, r.def, strings.ReplaceAll(r.doc, "|", `\|`))
	}
	page.WriteString("\n")
}

// describeKind adds the Config of a platform's package, if it has one.
func describeKind(t *testing.T, page *bytes.Buffer, dir string) int {
	own := structs(t, dir)
	var names []string
	for name, spec := range own {
		if _, isStruct := spec.Type.(*ast.StructType); isStruct && isSettings(name) && len(keysOf(own, name, "", reflect.Value{})) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	rel, err := filepath.Rel("../..", dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		title := "`" + filepath.Base(dir) + "` in " + map[string]string{
			"platform": "accounts", "watchers": "sources", "responder": "rooms and reply",
		}[filepath.Base(filepath.Dir(dir))]
		switch name {
		case "discordAccount":
			title = "`discord` in accounts"
		case "outletSettings":
			title = "`outlet` in reply"
		}
		doc := strings.Join(strings.Fields(strings.TrimPrefix(own[name].Doc.Text(), name+" ")), " ")
		doc = strings.TrimPrefix(strings.TrimPrefix(doc, "is "), "are ")
		fmt.Fprintf(page, "### %s\n\n%s (`%s`)\n\n", title, strings.ToUpper(doc[:1])+strings.TrimSuffix(doc[1:], "."), filepath.ToSlash(rel))
		rows := keysOf(own, name, "", reflect.Value{})
		defaults := literals(t, dir)
		for i, r := range rows {
			rows[i].def = defaults[r.path]
		}
		table(page, rows)
	}
	return len(names)
}

// isSettings knows the names that kinds give to their settings.
func isSettings(name string) bool {
	return strings.HasSuffix(name, "Config") || strings.HasSuffix(name, "Settings") || strings.HasSuffix(name, "Account")
}

// literals reads the defaults a kind begins with: the fields of the literal
// that its DefaultConfig returns, by key.
func literals(t *testing.T, dir string) map[string]string {
	t.Helper()
	found, keys := map[string]ast.Expr{}, map[string]string{}
	for _, file := range parsed(t, dir) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				if n.Tag != nil && len(n.Names) == 1 {
					k, _, _ := strings.Cut(reflect.StructTag(strings.Trim(n.Tag.Value, "`")).Get("yaml"), ",")
					keys[n.Names[0].Name] = k
				}
			case *ast.FuncDecl:
				return strings.HasPrefix(n.Name.Name, "Default")
			case *ast.KeyValueExpr:
				found[types.ExprString(n.Key)] = n.Value
			}
			return true
		})
	}
	byKey := map[string]string{}
	for name, value := range found {
		if key := keys[name]; key != "" {
			byKey[key] = "`" + spelt(t, value) + "`"
		}
	}
	return byKey
}

// spelt writes a default as config.yaml spells it: 5 * time.Minute is 5m, and
// what a wire client names is its value.
func spelt(t *testing.T, e ast.Expr) string {
	t.Helper()
	expr := types.ExprString(e)
	for unit, letter := range map[string]string{"time.Second": "s", "time.Minute": "m", "time.Hour": "h"} {
		if n, ok := strings.CutSuffix(expr, unit); ok {
			if n == "" {
				n = "1"
			}
			return strings.TrimSuffix(n, " * ") + letter
		}
	}
	pkg, name, far := strings.Cut(strings.TrimSuffix(expr, "()"), ".")
	if _, text := e.(*ast.BasicLit); text || !far {
		return strings.Trim(expr, `"`)
	}
	for _, f := range parsed(t, filepath.Join("..", "platform", pkg)) {
		if value := worth(f, name); value != "" {
			return value
		}
	}
	t.Errorf("the default %s is found in no wire client", expr)
	return expr
}

// worth is the value of a constant of a file, or of a function that does
// nothing but return a list of texts; "" where the name is not known.
func worth(f *ast.File, name string) string {
	var texts []string
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			return n.Name.Name == name
		case *ast.ValueSpec:
			return n.Names[0].Name == name
		case *ast.ImportSpec, *ast.TypeSpec:
			return false
		case *ast.BasicLit:
			texts = append(texts, strings.ReplaceAll(strings.Trim(n.Value, `"`), "_", ""))
		}
		return true
	})
	return strings.Join(texts, ", ")
}

// parsed reads the files of a package, with its tests.
func parsed(t *testing.T, dir string) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := make([]*ast.File, len(paths))
	for i, path := range paths {
		if files[i], err = parser.ParseFile(token.NewFileSet(), path, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// sentence is the comment of a field on one line, without the field's name in
// Go: "Every is the pause …" becomes "The pause …".
func sentence(f *ast.Field) string {
	text := strings.Join(strings.Fields(f.Doc.Text()), " ")
	text = strings.TrimPrefix(text, f.Names[0].Name+" ")
	text = strings.TrimPrefix(strings.TrimPrefix(text, "is "), "are ")
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// word names a type as the reader of the page knows it.
func word(typ string) string {
	switch {
	case strings.HasPrefix(typ, "[]"):
		return "list of " + word(strings.TrimPrefix(typ, "[]"))
	case strings.HasPrefix(typ, "map["):
		return "names and " + word(typ[strings.Index(typ, "]")+1:])
	}
	words := map[string]string{
		"string": "text", "bool": "true or false", "int": "number", "int64": "number", "float64": "number", "time.Duration": "time",
		"Language": "ar or en", "Zone": "zone", "Clock": "HH:MM", "Day": "day", "Range": "HH:MM-HH:MM", "ChatID": "numeric id", "UserID": "numeric id",
		"outbound.Secret": "text", "Secret": "text", "Text": "ar and en",
		"Sentiment": "word", "Harm": "word", "Topic": "word", "Courtesy": "word", "Tongue": "word", "Signal": "word", "OpenOrNot": "word", "Abuse": "word", "Do": "words", "Counts": "number or range",
	}
	if w, ok := words[typ]; ok {
		return w
	}
	return strings.ToLower(typ[strings.LastIndex(typ, ".")+1:])
}

// shown writes a default value as config.yaml spells it.
func shown(v reflect.Value) string {
	if !v.IsValid() || v.IsZero() && v.Kind() != reflect.Bool && v.Kind() != reflect.Int && v.Kind() != reflect.Float64 {
		return ""
	}
	switch x := v.Interface().(type) {
	case time.Duration:
		if x%(24*time.Hour) == 0 {
			return fmt.Sprintf("`%dd`", x/(24*time.Hour))
		}
		text := x.String()
		for _, zero := range []string{"m0s", "h0m"} {
			if rest, ok := strings.CutSuffix(text, zero); ok {
				text = rest + zero[:1]
			}
		}
		return "`" + text + "`"
	case fmt.Stringer:
		return "`" + x.String() + "`"
	}
	if v.Kind() == reflect.Struct || v.Kind() == reflect.Map || v.Kind() == reflect.Slice {
		return ""
	}
	return fmt.Sprintf("`%v`", v.Interface())
}

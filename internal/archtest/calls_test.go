package archtest

import (
	"go/ast"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// place is a call that belongs to certain folders only.
type place struct {
	pkg, names string // import path; a pattern of names
	allowed    string // a pattern of folders
	why        string
}

var places = []place{
	{"fmt", `^Print(f|ln)?$`, `^$`, "the program writes through its own writer, everything else logs"},
	{"time", `^Now$`, `^(cmd/rasid|internal/outbound|internal/platform/.*)$`, "now is passed in, so that time can be tested"},
	{"time", `^(Sleep|Tick)$`, `^$`, "a timer is a column; a pause waits for its context too"},
	{"os", `^(Getenv|LookupEnv|Environ|Exit)$`, `^cmd/rasid$`, "the outside is handed in by main"},
	{"log", `.`, `^$`, "use log/slog"},
	{"math/rand", `.`, `^$`, "use math/rand/v2 for jitter and crypto/rand for tokens"},
	{"net/http", `^(Get|Post|PostForm|Head|DefaultClient)$`, `^$`, "everything leaves through internal/outbound, which guards addresses"},
	// Wrappers of a client that came without a transport, which is a test's.
	{"net/http", `^DefaultTransport$`, `^internal/(outbound|platform/.*)$`, "everything leaves through internal/outbound, which guards addresses"},
	{"net/http", `^Transport$`, `^internal/outbound$`, "everything leaves through internal/outbound, which guards addresses"},
}

func TestCallsHappenWhereTheyBelong(t *testing.T) {
	for _, f := range files(t) {
		if f.kit() {
			continue
		}
		aliases := map[string]string{}
		for _, imp := range f.ast.Imports {
			p, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			name := path.Base(p)
			if imp.Name != nil {
				name = imp.Name.Name
			}
			aliases[name] = p
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			for _, p := range places {
				if aliases[x.Name] == p.pkg && regexp.MustCompile(p.names).MatchString(sel.Sel.Name) && !regexp.MustCompile(p.allowed).MatchString(f.dir) {
					t.Errorf("%s: %s.%s: %s", f.fset.Position(sel.Pos()), x.Name, sel.Sel.Name, p.why)
				}
			}
			return true
		})
	}
}

// TestOnlyRepliersPost keeps the calls that put words in public where the
// outbox stands before them: a Replier's Reply is called by the poster alone.
func TestOnlyRepliersPost(t *testing.T) {
	allowed := regexp.MustCompile(`^(responder/post\.go|responder/respondertest/.*)$`)
	found := 0
	for _, f := range files(t) {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Reply" {
				found++
				if !allowed.MatchString(f.path) {
					t.Errorf("%s: Reply is called outside the outbox: only responder/post.go may post", f.fset.Position(call.Pos()))
				}
			}
			return true
		})
	}
	if found == 0 {
		t.Error("nobody calls Reply: this test looks for the wrong name")
	}
}

func TestNothingRunsBecauseOfAnImport(t *testing.T) {
	for _, f := range files(t) {
		if f.kit() {
			continue
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: init runs because of an import; register in cmd/rasid/kinds.go instead", f.fset.Position(fn.Pos()))
			}
		}
		for _, imp := range f.ast.Imports {
			if imp.Name != nil && imp.Name.Name == "_" && !strings.Contains(imp.Path.Value, "embed") && f.dir != "cmd/rasid" && f.dir != "internal/store" {
				t.Errorf("%s: a blank import of %s", f.path, imp.Path.Value)
			}
		}
	}
}

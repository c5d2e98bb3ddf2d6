package main

import (
	"bufio"
	"bytes"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestErrorsAreHandled fails for every error that nobody looks at: a call that stands alone, a blank in its place.
// An exception is a comment "//house:errors reason" on the line before.
//
// The rule needs types, so this one test asks the go command where the compiled packages are; make check runs it uncached.
func TestErrorsAreHandled(t *testing.T) {
	t.Parallel()
	ours, export := mustListPackages(t, "../..")
	fset := token.NewFileSet()
	lookup := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(export[path]) })
	for _, p := range ours {
		var files []*ast.File
		for _, name := range p.files {
			f, err := parser.ParseFile(fset, filepath.Join(p.dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		for _, v := range mustFindDropped(t, fset, lookup, files) {
			t.Error(v)
		}
	}
}

func TestDroppedErrorsAreCaught(t *testing.T) {
	t.Parallel()
	const head = "package a\nimport (\"os\"; \"strings\"; \"fmt\"; \"database/sql\")\nvar _ = sql.ErrNoRows\nvar _ os.FileMode\nvar _ strings.Builder\nfunc two() (int, error) { return 0, fmt.Errorf(\"\") }\n"
	fset := token.NewFileSet()
	lookup := importer.ForCompiler(fset, "source", nil)
	for _, tt := range []struct {
		name, body string
		want       int
	}{
		{"alone", "func f() { os.Remove(\"x\") }", 1},
		{"deferred", "func f(x *os.File) { defer x.Close() }", 1},
		{"blank", "func f() { _ = os.Remove(\"x\") }", 1},
		{"blank of two", "func f() int { n, _ := two(); return n }", 1},
		{"in a goroutine", "func f() { go os.Remove(\"x\") }", 1},
		{"handled", "func f() error { n, err := two(); _ = n; return err }", 0},
		{"no error", "func f(m map[int]int) int { v, _ := m[1]; strings.ToUpper(\"x\"); return v }", 0},
		{"cannot fail", "func f() string { var b strings.Builder; b.WriteString(\"x\"); fmt.Fprintf(&b, \"y\"); return b.String() }", 0},
		{"rows", "func f(r *sql.Rows) error { defer r.Close(); return r.Err() }", 0},
		{"excepted", "func f() {\n//house:errors the folder may be gone already\nos.Remove(\"x\")\n}", 0},
		{"no reason", "func f() {\n//house:errors sure\nos.Remove(\"x\")\n}", 1},
	} {
		f, err := parser.ParseFile(fset, tt.name+".go", head+tt.body, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := mustFindDropped(t, fset, lookup, []*ast.File{f}); len(got) != tt.want {
			t.Errorf("%s: got %q, want %d", tt.name, got, tt.want)
		}
	}
}

type listedPackage struct {
	dir   string
	files []string
}

// mustListPackages gives our packages, and where the compiler's description of every package is.
func mustListPackages(t *testing.T, root string) (ours []listedPackage, export map[string]string) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", `{{.ImportPath}}|{{.Export}}|{{.Dir}}|{{range .GoFiles}}{{.}} {{end}}`, "./...")
	list.Dir = root
	var complaint bytes.Buffer
	list.Stderr = &complaint
	out, err := list.Output()
	if err != nil {
		t.Fatalf("list packages: %v\n%s", err, &complaint)
	}
	export = map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		part := strings.Split(lines.Text(), "|")
		export[part[0]] = part[1]
		if strings.HasPrefix(part[0], module+"/") && !strings.HasSuffix(part[0], "test") {
			ours = append(ours, listedPackage{dir: part[2], files: strings.Fields(part[3])})
		}
	}
	if len(ours) < 10 {
		t.Fatalf("found only %d packages", len(ours))
	}
	return ours, export
}

func mustFindDropped(t *testing.T, fset *token.FileSet, from types.Importer, files []*ast.File) []string {
	t.Helper()
	if len(files) == 0 {
		return nil
	}
	d := dropped{fset: fset, info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}}
	conf := types.Config{Importer: from}
	if _, err := conf.Check(files[0].Name.Name, fset, files, d.info); err != nil {
		var soft types.Error
		if !errors.As(err, &soft) || !soft.Soft {
			t.Fatal(err)
		}
	}
	for _, f := range files {
		d.excused = reasons(fset, f)
		ast.Inspect(f, d.look)
	}
	return d.found
}

// reasons gives the lines after a comment that excuses them.
func reasons(fset *token.FileSet, f *ast.File) map[int]bool {
	lines := map[int]bool{}
	for _, g := range f.Comments {
		for _, c := range g.List {
			if why, ok := strings.CutPrefix(c.Text, "//house:errors "); ok && len(strings.Fields(why)) > 2 {
				lines[fset.Position(c.End()).Line+1] = true
			}
		}
	}
	return lines
}

// dropped collects the errors that nobody looks at.
type dropped struct {
	fset    *token.FileSet
	info    *types.Info
	excused map[int]bool
	found   []string
}

func (d *dropped) look(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ExprStmt:
		d.alone(n.X)
	case *ast.DeferStmt:
		if !d.rowsClose(n.Call) {
			d.alone(n.Call)
		}
	case *ast.GoStmt:
		d.alone(n.Call)
	case *ast.AssignStmt:
		d.assigned(n)
	}
	return true
}

func (d *dropped) note(n ast.Node, what string) {
	at := d.fset.Position(n.Pos())
	if !d.excused[at.Line] {
		d.found = append(d.found, at.String()+": "+what)
	}
}

func (d *dropped) alone(e ast.Expr) {
	call, ok := e.(*ast.CallExpr)
	if !ok || d.cannotFail(call) {
		return
	}
	for _, r := range d.results(call) {
		if isError(r) {
			d.note(call, "an error is not looked at")
		}
	}
}

func (d *dropped) assigned(a *ast.AssignStmt) {
	var given []types.Type
	for _, e := range a.Rhs {
		if call, ok := e.(*ast.CallExpr); ok {
			given = append(given, d.results(call)...)
			continue
		}
		given = append(given, nil) // a value, a look into a map: no call, no error
	}
	for i, e := range a.Lhs {
		if id, ok := e.(*ast.Ident); ok && id.Name == "_" && i < len(given) && given[i] != nil && isError(given[i]) {
			d.note(a, "an error goes into a blank")
		}
	}
}

func (d *dropped) results(call *ast.CallExpr) []types.Type {
	switch r := d.info.Types[call].Type.(type) {
	case nil:
		return nil
	case *types.Tuple:
		var all []types.Type
		for v := range r.Variables() {
			all = append(all, v.Type())
		}
		return all
	default:
		return []types.Type{r}
	}
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// cannotFail knows the calls whose error is always nil: writing into memory and into a hash, and chance.
func (d *dropped) cannotFail(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	target := sel.X
	if fn, ok := d.info.Uses[sel.Sel].(*types.Func); ok {
		switch fn.FullName() {
		case "fmt.Fprint", "fmt.Fprintf", "fmt.Fprintln":
			target = call.Args[0]
		case "crypto/rand.Read": // it ends the program rather than fail
			return true
		}
	}
	switch strings.TrimPrefix(typeName(d.info.Types[target].Type), "*") {
	case "strings.Builder", "bytes.Buffer", "hash.Hash":
		return true
	}
	return false
}

// rowsClose is the one deferred call whose error says nothing new: Rows.Err has told it.
func (d *dropped) rowsClose(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Close" && typeName(d.info.Types[sel.X].Type) == "*database/sql.Rows"
}

func typeName(t types.Type) string {
	if t == nil {
		return ""
	}
	return t.String()
}

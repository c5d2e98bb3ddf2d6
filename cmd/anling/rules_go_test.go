package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

func goRules() []rule {
	return []rule{{
		name: "nothing happens at import", check: checkInit,
		bad:  []example{{"a/a.go:2: init runs", map[string]string{"a/a.go": "package a\nfunc init() {}"}}},
		good: map[string]string{"a/a.go": "package a\nfunc (x T) init() {}"},
	}, {
		name: "no package variable changes", check: checkVariables,
		bad: []example{
			{"count", map[string]string{"a/a.go": "package a\nvar count int"}},
			{"cache", map[string]string{"a/a.go": "package a\nvar cache = map[string]int{}\nfunc f() { cache[k] = 1 }"}},
			{"list", map[string]string{"a/a.go": "package a\nvar list = []int{1}\nfunc f() { list = append(list, 2) }"}},
			{"Table", map[string]string{"a/a.go": "package a\nvar Table = map[string]int{}"}},
			{"set", map[string]string{"a/a.go": "package a\nvar set = map[string]int{}", "a/b.go": "package a\nfunc f() { delete(set, k) }"}},
			{"conf", map[string]string{"a/a.go": "package a\nvar conf = T{}\nfunc f() { g(&conf) }"}},
		},
		good: map[string]string{"a/a.go": `package a
//go:embed x.sql
var files embed.FS
var (
	ErrGone = errors.New("gone")
	errLost = fault.New(fault.NotFound, "lost")
	digits = regexp.MustCompile("[0-9]+")
	page = template.Must(template.New("x").Parse(""))
	table = sync.OnceValue(func() int { return 1 })
	moves = map[string][]string{"a": {"b"}}
	_ Clock = realClock{}
)
func f() int { return len(moves["a"]) }`, "a/a_test.go": "package a\nvar update = flag.Bool(\"update\", false, \"\")"},
	}, {
		name: "time and chance come in from outside", check: checkClock,
		bad: []example{
			{"time.Now", map[string]string{"geo/a.go": "package geo\nimport \"time\"\nvar _ = time.Now()"}},
			{"time.Since", map[string]string{"geo/a.go": "package geo\nimport \"time\"\nfunc f() { time.Since(t) }"}},
			{"math/rand", map[string]string{"geo/a.go": "package geo\nimport \"math/rand/v2\""}},
		},
		good: map[string]string{"cmd/anling/a.go": "package main\nimport \"time\"\nvar _ = time.Now", "internal/clock/a.go": "package clock\nimport \"time\"\nvar _ = time.Now",
			"geo/a_test.go": "package geo\nimport (\"time\"; \"math/rand/v2\")\nvar _ = time.Now", "geo/a.go": "package geo\nimport \"crypto/rand\""},
	}, {
		name: "no test skips or sleeps", check: checkTests,
		bad: []example{
			{"Skip", map[string]string{"a/a_test.go": "package a\nfunc TestX(t *testing.T) { t.Skip() }"}},
			{"Skipf", map[string]string{"a/a_test.go": "package a\nfunc TestX(tb testing.TB) { tb.Skipf(\"x\") }"}},
			{"time.Sleep", map[string]string{"a/atest/a.go": "package atest\nfunc f() { time.Sleep(1) }"}},
		},
		good: map[string]string{"a/a_test.go": "package a\nfunc TestX(t *testing.T) { t.Parallel() }", "a/a.go": "package a\nfunc f() { s.Skip() }"},
	}, {
		name: "what is exported is explained", check: checkExported,
		bad: []example{
			{"F has no comment", map[string]string{"a/a.go": "package a\nfunc F() {}"}},
			{"comment of M does not begin with M", map[string]string{"a/a.go": "package a\n// T is.\ntype T int\n// Does it.\nfunc (t T) M() {}"}},
			{"T has no comment", map[string]string{"a/a.go": "package a\ntype T int"}},
			{"C has no comment", map[string]string{"a/a.go": "package a\nconst C = 1"}},
		},
		good: map[string]string{"a/a.go": "package a\n// The kinds.\nconst (\n\tA = 1\n\tB = 2 // b\n)\ntype t int\nfunc (t) M() {}\n// F does.\nfunc F() {}", "a/a_test.go": "package a\nfunc F() {}"},
	}, {
		name: "no error is thrown away by name", check: checkDropped,
		bad: []example{
			{"f()", map[string]string{"a/a.go": "package a\nfunc g() { _ = f() }"}},
		},
		good: map[string]string{"a/a.go": "package a\nfunc g() { _ = x; a, _ := strings.CutPrefix(s, t) }", "a/a_test.go": "package a\nfunc g() { _ = f() }"},
	}}
}

func checkInit(s *source) []string {
	var wrong []string
	s.functions(func(_ goFile, fn *ast.FuncDecl) {
		if fn.Recv == nil && fn.Name.Name == "init" {
			wrong = append(wrong, s.at(fn)+": init runs before anybody asked for it")
		}
	})
	return wrong
}

func checkVariables(s *source) []string {
	var wrong []string
	changed := changedNames(s)
	for _, f := range s.files {
		for _, d := range f.ast.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.VAR {
				continue
			}
			for _, spec := range decl.Specs {
				wrong = append(wrong, s.variable(f, decl, spec.(*ast.ValueSpec), changed[f.dir])...)
			}
		}
	}
	return wrong
}

// variable judges one declaration against the written list of forms that cannot change.
func (s *source) variable(f goFile, decl *ast.GenDecl, v *ast.ValueSpec, changed map[string]bool) []string {
	if embedded(decl.Doc) || embedded(v.Doc) {
		return nil
	}
	var wrong []string
	for i, name := range v.Names {
		var value ast.Expr
		if i < len(v.Values) {
			value = v.Values[i]
		}
		_, literal := value.(*ast.CompositeLit)
		switch {
		case name.Name == "_", madeOnce(f, value):
		case literal && !name.IsExported() && !changed[name.Name]: // a table that nothing writes to
		default:
			wrong = append(wrong, fmt.Sprintf("%s: package variable %s can change; give it to who needs it", s.at(name), name.Name))
		}
	}
	return wrong
}

func embedded(c *ast.CommentGroup) bool {
	return c != nil && slices.ContainsFunc(c.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// madeOnce tells whether a value is one of those that are made once and never change: an error to
// compare with, a compiled expression, template or replacer, something computed at first use, a moment, and a test's flag.
func madeOnce(f goFile, value ast.Expr) bool {
	call, ok := value.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch name(call.Fun) {
	case "errors.New", "fault.New", "fmt.Errorf",
		"regexp.MustCompile", "template.Must", "strings.NewReplacer",
		"sync.OnceValue", "sync.OnceValues", "sync.OnceFunc",
		"time.Date":
		return true
	case "flag.Bool", "flag.String", "flag.Int":
		return f.test
	}
	return false
}

// name gives "pkg.Func" of a called function, and "" of anything less plain.
func name(e ast.Expr) string {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return x.Name + "." + sel.Sel.Name
}

// changedNames gives, for each folder, the names that something is assigned to, that are deleted
// from, or whose address is taken. A local variable of the same name is counted, too: then rename one.
func changedNames(s *source) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for _, f := range s.files {
		if all[f.dir] == nil {
			all[f.dir] = map[string]bool{}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			for _, e := range changes(n) {
				all[f.dir][base(e)] = true
			}
			return true
		})
	}
	return all
}

func changes(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			return []ast.Expr{n.X}
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear") {
			return n.Args[:1]
		}
	}
	return nil
}

// base gives the variable that an expression such as a.b[c].d begins with.
func base(e ast.Expr) string {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x.Name
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		default:
			return ""
		}
	}
}

func checkClock(s *source) []string {
	var wrong []string
	for _, f := range s.files {
		if f.test || room(f.dir) == "cmd" || f.dir == "internal/clock" {
			continue
		}
		for _, i := range f.ast.Imports {
			if strings.HasPrefix(i.Path.Value, `"math/rand`) {
				wrong = append(wrong, s.at(i)+": math/rand; chance comes in as a value")
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if e, ok := n.(*ast.SelectorExpr); ok {
				switch name(e) {
				case "time.Now", "time.Since", "time.Until", "time.Sleep":
					wrong = append(wrong, s.at(n)+": "+name(e)+"; take a clock.Clock or the time as a value")
				}
			}
			return true
		})
	}
	return wrong
}

func checkTests(s *source) []string {
	var wrong []string
	for _, f := range s.files {
		if !f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			e, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			switch name(e) {
			case "time.Sleep", "t.Skip", "t.Skipf", "t.SkipNow", "tb.Skip", "tb.Skipf", "tb.SkipNow", "b.Skip", "b.Skipf", "b.SkipNow", "f.Skip", "f.Skipf", "f.SkipNow":
				wrong = append(wrong, s.at(n)+": "+name(e)+"; a test that does not run proves nothing")
			}
			return true
		})
	}
	return wrong
}

func checkExported(s *source) []string {
	var wrong []string
	note := func(n ast.Node, name string, doc *ast.CommentGroup) {
		switch {
		case doc == nil:
			wrong = append(wrong, fmt.Sprintf("%s: %s has no comment", s.at(n), name))
		case !strings.HasPrefix(doc.Text(), name+" ") && !strings.HasPrefix(doc.Text(), "Deprecated:"):
			wrong = append(wrong, fmt.Sprintf("%s: the comment of %s does not begin with %s", s.at(n), name, name))
		}
	}
	for _, f := range s.files {
		if strings.HasSuffix(f.path, "_test.go") {
			continue
		}
		for _, d := range f.ast.Decls {
			noteDecl(d, note)
		}
	}
	return wrong
}

// noteDecl judges functions and types by their own comment; constants and variables may share one.
func noteDecl(d ast.Decl, note func(ast.Node, string, *ast.CommentGroup)) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
			note(d, d.Name.Name, d.Doc)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			noteSpec(d, spec, note)
		}
	}
}

func noteSpec(d *ast.GenDecl, spec ast.Spec, note func(ast.Node, string, *ast.CommentGroup)) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		doc := spec.Doc
		if doc == nil && len(d.Specs) == 1 {
			doc = d.Doc
		}
		if spec.Name.IsExported() {
			note(spec, spec.Name.Name, doc)
		}
	case *ast.ValueSpec:
		if spec.Names[0].IsExported() && spec.Doc == nil && spec.Comment == nil && d.Doc == nil {
			note(spec, spec.Names[0].Name, nil)
		}
	}
}

func receiver(d *ast.FuncDecl) string {
	e := d.Recv.List[0].Type
	if i, ok := e.(*ast.IndexExpr); ok {
		e = i.X
	}
	if p, ok := e.(*ast.StarExpr); ok {
		e = p.X
		if i, ok := e.(*ast.IndexExpr); ok {
			e = i.X
		}
	}
	return base(e)
}

func checkDropped(s *source) []string {
	var wrong []string
	for _, f := range s.files {
		if f.test {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			a, ok := n.(*ast.AssignStmt)
			if !ok || len(a.Lhs) != 1 || len(a.Rhs) != 1 || base(a.Lhs[0]) != "_" {
				return true
			}
			if call, ok := a.Rhs[0].(*ast.CallExpr); ok {
				wrong = append(wrong, fmt.Sprintf("%s: what %s() says is thrown away", s.at(n), strings.TrimPrefix(name(call.Fun)+base(call.Fun), ".")))
			}
			return true
		})
	}
	return wrong
}

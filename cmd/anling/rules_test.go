package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A rule of the house, held over the whole tree. It looks at files only: asking the go command would
// let the test cache hide a violation.
type rule struct {
	name  string
	check func(*source) []string // each violation as "path:line: what is wrong"
	bad   []example              // small trees that break the rule: without them a rule may watch nothing
	good  map[string]string      // a tree that keeps it
}

// example is a small tree and what the rule must say about it.
type example struct {
	want  string
	files map[string]string
}

// source is a tree of files, the repository's or an example's.
type source struct {
	texts map[string]string // by slash path from the root
	fset  *token.FileSet
	files []goFile // in order of their path
}

type goFile struct {
	path, dir string
	test      bool // tests, and packages that exist for tests: their name ends in "test"
	ast       *ast.File
}

func rules() []rule {
	return slices.Concat(layerRules(), goRules(), lengthRules(), textRules())
}

func TestRules(t *testing.T) {
	t.Parallel()
	tree := mustParse(t, mustReadTree(t, "../.."))
	if len(tree.files) < 50 {
		t.Fatalf("found only %d Go files: the rules look at the wrong folder", len(tree.files))
	}
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			for _, v := range r.check(tree) {
				t.Error(v)
			}
		})
	}
}

func TestRulesCatchWhatTheyForbid(t *testing.T) {
	t.Parallel()
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			if len(r.bad) == 0 {
				t.Error("the rule has no example that breaks it")
			}
			for _, e := range r.bad {
				got := r.check(mustParse(t, e.files))
				if len(got) != 1 || !strings.Contains(got[0], e.want) {
					t.Errorf("got %q, want one violation with %q", got, e.want)
				}
			}
			if got := r.check(mustParse(t, r.good)); len(got) > 0 {
				t.Errorf("what keeps the rule was refused: %q", got)
			}
		})
	}
}

// at says where something stands.
func (s *source) at(n ast.Node) string {
	p := s.fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}

// lines gives how many lines something takes.
func (s *source) lines(n ast.Node) int {
	return s.fset.Position(n.End()).Line - s.fset.Position(n.Pos()).Line + 1
}

// functions calls f with every declared function.
func (s *source) functions(f func(goFile, *ast.FuncDecl)) {
	for _, file := range s.files {
		for _, d := range file.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				f(file, fn)
			}
		}
	}
}

func mustParse(t *testing.T, texts map[string]string) *source {
	t.Helper()
	s := &source{texts: texts, fset: token.NewFileSet()}
	for name, text := range texts {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		f, err := parser.ParseFile(s.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if ast.IsGenerated(f) {
			continue
		}
		dir := path.Dir(name)
		s.files = append(s.files, goFile{path: name, dir: dir, ast: f,
			test: strings.HasSuffix(name, "_test.go") || strings.HasSuffix(dir, "test")})
	}
	slices.SortFunc(s.files, func(a, b goFile) int { return strings.Compare(a.path, b.path) })
	return s
}

// notOurs are folders that tools fill or that hold data.
func notOurs() []string {
	return []string{".git", "node_modules", "dist", "bin", "testdata", "test-results", "playwright-report", "out"}
}

func mustReadTree(t *testing.T, root string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(notOurs(), d.Name()):
			return filepath.SkipDir
		case d.IsDir() || !readable(d.Name()):
			return nil
		}
		body, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		texts[filepath.ToSlash(rel)] = string(body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// readable tells whether a file holds text that people write.
func readable(name string) bool {
	switch path.Ext(name) {
	case ".go", ".mod", ".sql", ".md", ".yaml", ".yml", ".json", ".ts", ".js", ".mjs", ".svelte", ".css", ".html", ".sh", "":
		return true
	}
	return false
}

package registry

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"anling/internal/words"
)

// TestEveryProblemIsTranslated looks at every sentence that this package says of a field: it must stand in problems.json.
func TestEveryProblemIsTranslated(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, sentence := range sentencesIn(file) {
			checked++
			if key, _, ok := words.Known(sentence); !ok {
				t.Errorf("%s: %q is not in problems.json (%s)", name, sentence, key)
			}
		}
	}
	if checked < 60 {
		t.Errorf("only %d sentences were found", checked)
	}
}

// sentencesIn are the texts given to problems.add, with 7 for each value.
func sentencesIn(file *ast.File) (all []string) {
	verb := regexp.MustCompile(`%[dsqvg]`)
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 2 {
			return true
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		text, isText := call.Args[1].(*ast.BasicLit)
		if !ok || !isText || method.Sel.Name != "add" && method.Sel.Name != "advise" {
			return true
		}
		if s, err := strconv.Unquote(text.Value); err == nil && s != "%s" {
			all = append(all, verb.ReplaceAllString(s, "7"))
		}
		return true
	})
	return all
}

package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestTheRulesOfPositionAreWhereThePageSays: docs/position.md names functions and tests that exist.
func TestTheRulesOfPositionAreWhereThePageSays(t *testing.T) {
	t.Parallel()
	tree := mustReadTree(t, "../..")
	if named := wantNamed(t, tree, "docs/position.md"); named < 30 {
		t.Errorf("only %d functions and tests are named", named)
	}
}

// wantNamed checks that the functions and tests that a page names exist, and counts what it names.
func wantNamed(t *testing.T, tree map[string]string, page string) (named int) {
	t.Helper()
	tests := map[string]bool{}
	for name, text := range tree {
		if strings.HasSuffix(name, "_test.go") {
			for _, m := range regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]*)\(`).FindAllStringSubmatch(text, -1) {
				tests[m[1]] = true
			}
		}
	}
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(tree[page], -1) {
		named++
		if what := m[1]; !ruleIsThere(tree, tests, what) {
			t.Errorf("%s names %s, which does not exist", page, what)
		}
	}
	return named
}

// TestTheRulesAreWhereThePageSays: docs/rules.md names functions and tests that exist, and leaves out none of the requirements.
func TestTheRulesAreWhereThePageSays(t *testing.T) {
	t.Parallel()
	tree := mustReadTree(t, "../..")
	page := tree["docs/rules.md"]
	named := wantNamed(t, tree, "docs/rules.md")
	for _, id := range strings.Fields("E1 E2 E3 E4 E5 E6 E7 E8 E9 E10 E11") {
		if !strings.Contains(page, "| "+id+" |") {
			t.Errorf("docs/rules.md leaves out %s", id)
		}
	}
	if named < 150 {
		t.Errorf("only %d functions and tests are named", named)
	}
}

// ruleIsThere tells whether what the page names is a test, a file, or a function in its file; other words pass.
func ruleIsThere(tree map[string]string, tests map[string]bool, what string) bool {
	if strings.HasPrefix(what, "Test") {
		return tests[what]
	}
	file, function, _ := strings.Cut(what, ":")
	if !isFileName(file) {
		return true
	}
	text, is := tree[file]
	if function == "" || !is {
		return is
	}
	return regexp.MustCompile(`(?m)^func (\([^)]*\) )?` + regexp.QuoteMeta(function) + `\(`).MatchString(text)
}

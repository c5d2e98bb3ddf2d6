package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestTheRulesAreWhereThePageSays: docs/rules.md names functions and tests that exist, and leaves out none of the requirements.
func TestTheRulesAreWhereThePageSays(t *testing.T) {
	t.Parallel()
	tree := mustReadTree(t, "../..")
	tests := map[string]bool{}
	for name, text := range tree {
		if strings.HasSuffix(name, "_test.go") {
			for _, m := range regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]*)\(`).FindAllStringSubmatch(text, -1) {
				tests[m[1]] = true
			}
		}
	}
	page, named := tree["docs/rules.md"], 0
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(page, -1) {
		named++
		if what := m[1]; !ruleIsThere(tree, tests, what) {
			t.Errorf("docs/rules.md names %s, which does not exist", what)
		}
	}
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

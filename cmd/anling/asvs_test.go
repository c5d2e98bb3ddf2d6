package main

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestEvidenceExists looks up every test and file that the pages on security name as evidence: a page that praises a
// test which was renamed or thrown away is worse than none.
func TestEvidenceExists(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{}
	form := regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]*)\(`)
	tree := mustReadTree(t, "../..")
	for name, text := range tree {
		if !strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, m := range form.FindAllStringSubmatch(text, -1) {
			tests[m[1]] = true
		}
	}
	named := regexp.MustCompile("`([^`\n]+)`")
	count := 0
	for name, text := range tree {
		if name != "SECURITY.md" && (path.Dir(name) != "docs/security" || path.Ext(name) != ".md") {
			continue
		}
		for _, m := range named.FindAllStringSubmatch(text, -1) {
			evidence := m[1]
			if strings.HasPrefix(evidence, "Test") {
				count++
			}
			if !isThere(evidence, tests) {
				t.Errorf("%s names %s, which does not exist", name, evidence)
			}
		}
	}
	if count < 60 {
		t.Errorf("only %d tests are named as evidence", count)
	}
}

// isThere tells whether what looks like a test or a file of the repository is one.
func isThere(evidence string, tests map[string]bool) bool {
	if strings.HasPrefix(evidence, "Test") {
		return tests[evidence]
	}
	if !isFileName(evidence) {
		return true
	}
	_, err := os.Stat("../../" + evidence)
	return err == nil
}

// isFileName tells whether something in backquotes is a file of the repository rather than a word, a route or a pattern.
func isFileName(s string) bool {
	return regexp.MustCompile(`^[A-Za-z][\w./-]*/[\w.-]+\.(go|md|yaml|json|service|tsv)$`).MatchString(s)
}

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestEveryAlarmHasItsPage holds alarms, runbook and metrics together: an alarm at night that leads nowhere,
// or that watches a metric which nobody counts, is worse than none.
func TestEveryAlarmHasItsPage(t *testing.T) {
	t.Parallel()
	alarms, runbook := mustReadText(t, "../../docs/alarms.yaml"), mustReadText(t, "../../docs/RUNBOOK.md")
	source := mustReadText(t, "../../web/metrics.go") + mustReadText(t, "../../web/look.go") + mustReadText(t, "../../web/privacy.go") + mustReadText(t, "../../web/breakglass.go")
	names := regexp.MustCompile(`(?m)- alert: (.+)$`).FindAllStringSubmatch(alarms, -1)
	if len(names) == 0 {
		t.Fatal("there are no alarms")
	}
	for _, n := range names {
		if !strings.Contains(runbook, "\n### "+n[1]+"\n") {
			t.Errorf("the runbook has no page for the alarm %q", n[1])
		}
	}
	metric := regexp.MustCompile(`anling_[a-z_]+`)
	for _, m := range metric.FindAllString(alarms+runbook, -1) {
		if !strings.Contains(source, `"`+strings.TrimSuffix(m, "_bucket")+`"`) {
			t.Errorf("%s is watched, and nobody counts it", m)
		}
	}
	for _, m := range metric.FindAllString(source, -1) {
		if !strings.Contains(alarms+runbook, m) && m != "anling_http_request_seconds" {
			t.Errorf("%s is counted, and the runbook does not say what it means", m)
		}
	}
}

// TestEveryLoudLineHasItsPage looks up what the log says at its loudest.
func TestEveryLoudLineHasItsPage(t *testing.T) {
	t.Parallel()
	runbook := mustReadText(t, "../../docs/RUNBOOK.md")
	loud := regexp.MustCompile(`[lL]og\.Error\("([^"]+)"`)
	for name, text := range mustReadTree(t, "../..") {
		if strings.HasSuffix(name, "_test.go") || !strings.HasSuffix(name, ".go") || strings.HasPrefix(name, "notify/phonewall/") {
			continue // the phone wall is for trying out: nobody is on call for it
		}
		for _, m := range loud.FindAllStringSubmatch(text, -1) {
			begin, _, _ := strings.Cut(m[1], ";")
			if !strings.Contains(runbook, begin) {
				t.Errorf("%s logs the error %q; the runbook does not say what to do", name, m[1])
			}
		}
	}
}

func mustReadText(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

package alerts

import (
	"testing"

	"anling/internal/fault"
)

func TestPlanMistakesAreNamed(t *testing.T) {
	t.Parallel()
	body := `
plan: my plan
name: {zh: 预案, en: Plan}
for: []
priority: 7
steps:
  - step: a
    do: dance
    what: {zh: 跳, en: dance}
  - step: a
    do: offer
    until: [never]
`
	_, err := ParsePlan([]byte(body))
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v, want Invalid", err)
	}
	for _, name := range []string{"plan", "for", "priority", "step a"} {
		found := false
		for _, f := range fault.FieldsOf(err) {
			found = found || f.Name == name
		}
		if !found {
			t.Errorf("no word about %q in %v", name, fault.FieldsOf(err))
		}
	}
	if _, err := ParsePlan([]byte("plan: x\nsteps:\n  - stpe: a\n")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a misspelt word was taken: %v", err)
	}
	if _, err := ParsePlan([]byte("plan: x\nsteps:\n  - {step: a, at: soon}\n")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a time that is none was taken: %v", err)
	}
}

func TestRoughAreaHidesTheHouse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"黄陂北路88弄3号502室":          "黄陂北路",
		"12 Main Street, Flat 3": "Main Street, Flat",
		"北京西路２８８弄":               "北京西路",
		"":                       "",
	} {
		if got := roughArea(in); got != want {
			t.Errorf("roughArea(%q) = %q, want %q", in, got, want)
		}
	}
}

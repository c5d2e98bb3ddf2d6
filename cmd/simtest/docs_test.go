package simtest

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const page = "../../docs/invariants.md"

// TestThePageNamesEveryInvariant compares docs/invariants.md with the table.
func TestThePageNamesEveryInvariant(t *testing.T) {
	t.Parallel()
	want := invariantsPage()
	if *update {
		mustWrite(t, page, []byte(want))
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != want {
		t.Errorf("docs/invariants.md is not what the table says (%v); go test ./cmd/simtest -run Page -update", err)
	}
}

// invariantsPage is the page, made of the tables.
func invariantsPage() string {
	var b strings.Builder
	b.WriteString(`# What must always hold

The whole engine – intake, engine, outbox, registry, on a real database – is played in ` + "`cmd/simtest`" + ` under a virtual clock, with every accident drawn from
a seed: people who lie, decline, fall asleep and walk the wrong way; a carrier that refuses, loses, delays and doubles; a database that refuses, whose disk is
full, fails, or takes no commit; a process that dies between any two statements, right after a commit, or before anybody hears of it; clocks that jump; signals that come late, twice,
by two ways and garbled; consoles that fall silent; managers who write new plans meanwhile. After every step all of the
following is looked at, by what the world outside was promised.

    go test ./cmd/simtest -run TestSimulation -seed 1234 -v     # one seed, its whole story
    make sim                                                    # ten thousand seeds, and every mutation

For each invariant the program is broken on purpose in one place (` + "`mutations_test.go`" + `), and the simulation must name that invariant: a check that
cannot fail proves nothing. The rules that these invariants watch over stand in [rules.md](rules.md). This page is made by ` + "`go test ./cmd/simtest -run Page -update`" + `.

| invariant | what must always hold | shown to be able to fail by breaking |
|---|---|---|
`)
	for _, inv := range invariants() {
		var files []string
		for _, m := range mutations() {
			if m.invariant == inv.name && m.file != "" {
				files = append(files, "`"+m.file+"`")
			}
		}
		if len(files) == 0 {
			files = []string{"`devices/intake.go`"}
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", inv.name, inv.sentence, strings.Join(files, ", "))
	}
	return b.String()
}

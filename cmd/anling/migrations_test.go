package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

var updateGolden = flag.Bool("update", false, "rewrite the golden files; with migrations: add the new ones")

const migrationSums = "testdata/migrations.sha256"

// TestMigrationsAreOnlyAdded compares each migration with the sum it was published with. A database
// out there has run the old text and will never run the new one.
func TestMigrationsAreOnlyAdded(t *testing.T) {
	t.Parallel()
	tree := mustReadTree(t, "../../"+migrations)
	known := mustReadSums(t)
	if *updateGolden {
		mustWriteSums(t, known, tree)
		return
	}
	for _, problem := range compareMigrations(known, tree) {
		t.Error(problem)
	}
}

func TestChangedMigrationIsCaught(t *testing.T) {
	t.Parallel()
	old := map[string]string{"0001_a.sql": "a", "0003_c.sql": "c"}
	known := sums(old)
	for _, tt := range []struct {
		name, want string
		now        map[string]string
	}{
		{"unchanged", "", old},
		{"changed", "0001_a.sql was changed", map[string]string{"0001_a.sql": "b", "0003_c.sql": "c"}},
		{"gone", "0003_c.sql is gone", map[string]string{"0001_a.sql": "a"}},
		{"new", "0004_d.sql is new", map[string]string{"0001_a.sql": "a", "0003_c.sql": "c", "0004_d.sql": "d"}},
		{"slipped in", "0002_b.sql comes before", map[string]string{"0001_a.sql": "a", "0002_b.sql": "b", "0003_c.sql": "c"}},
	} {
		if got := strings.Join(compareMigrations(known, tt.now), "; "); !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%s: got %q, want …%q", tt.name, got, tt.want)
		}
	}
}

func compareMigrations(known, now map[string]string) []string {
	var wrong []string
	present := sums(now)
	newest := ""
	for _, name := range slices.Sorted(maps.Keys(known)) {
		newest = name
		switch sum, ok := present[name]; {
		case !ok:
			wrong = append(wrong, name+" is gone; databases have run it")
		case sum != known[name]:
			wrong = append(wrong, name+" was changed; databases have run the old text: write a new migration")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(present)) {
		switch _, ok := known[name]; {
		case ok:
		case name < newest:
			wrong = append(wrong, fmt.Sprintf("%s comes before %s, which databases have run", name, newest))
		default:
			wrong = append(wrong, fmt.Sprintf("%s is new; publish it with: go test ./cmd/anling -run Migrations -update", name))
		}
	}
	return wrong
}

func sums(texts map[string]string) map[string]string {
	all := map[string]string{}
	for name, text := range texts {
		if path.Ext(name) == ".sql" {
			all[name] = fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
		}
	}
	return all
}

func mustReadSums(t *testing.T) map[string]string {
	t.Helper()
	body, err := os.ReadFile(migrationSums)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(body)) {
		sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			t.Fatalf("%s: %q is no sum and name", migrationSums, line)
		}
		known[name] = sum
	}
	return known
}

// mustWriteSums adds what is new. It never forgives a change: that takes an editor and a reason.
func mustWriteSums(t *testing.T, known, now map[string]string) {
	t.Helper()
	for name, sum := range sums(now) {
		if _, ok := known[name]; !ok {
			known[name] = sum
		}
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(known)) {
		fmt.Fprintf(&b, "%s  %s\n", known[name], name)
	}
	if err := os.MkdirAll(path.Dir(migrationSums), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(migrationSums, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

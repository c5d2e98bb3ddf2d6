package simtest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// enough seeds for each mutation to show, within which it must.
const mutantSeeds = 400

// TestEachInvariantCanFail breaks the program in one place after the other and wants the simulation to name the invariant. All
// breakages are built into one program beside the real one (go test -overlay); nothing of them is in the repository's sources.
func TestEachInvariantCanFail(t *testing.T) {
	t.Parallel()
	program := buildBroken(t)
	names := map[string]bool{}
	for i, m := range mutations() {
		names[m.invariant] = true
		if !*allMutations && i%4 != 0 {
			continue // make sim shows all of them
		}
		t.Run(m.invariant, func(t *testing.T) {
			t.Parallel()
			shows(t, program, m)
		})
	}
	for _, inv := range invariants() {
		if !names[inv.name] {
			t.Errorf("no mutation shows that %s can fail", inv.name)
		}
	}
}

// shows plays stories with a broken program until the first invariant fails.
func shows(t *testing.T, program string, m mutation) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, "-test.run", "^TestSimulation$", "-seeds", fmt.Sprint(mutantSeeds), "-first")
	cmd.Env = append(os.Environ(), "ANLING_BROKEN="+m.invariant, "GOMAXPROCS=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("%d stories did not show that %s is broken", mutantSeeds, m.file)
	}
	var got []string
	for _, found := range regexp.MustCompile(`invariant ([a-z-]+) failed`).FindAllStringSubmatch(string(out), -1) {
		if !slices.Contains(got, found[1]) {
			got = append(got, found[1])
		}
	}
	for _, name := range got {
		if name != m.invariant && !slices.Contains(m.also, name) {
			t.Errorf("%s failed, too", name)
		}
	}
	if !slices.Contains(got, m.invariant) {
		t.Errorf("got %v\n%s", got, out[max(0, len(out)-2000):])
	}
}

// buildBroken builds the simulation of a program in which every breakage waits for its name.
func buildBroken(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir, texts := t.TempDir(), map[string]string{}
	for _, m := range mutations() {
		if m.file == "" {
			continue
		}
		if texts[m.file] == "" {
			texts[m.file] = mustRead(t, filepath.Join(root, m.file))
		}
		if n := strings.Count(texts[m.file], m.old); n != 1 {
			t.Fatalf("the text that %s is broken by stands %d times in %s; the mutation has to follow the program:\n%s", m.invariant, n, m.file, m.old)
		}
		texts[m.file] = strings.Replace(texts[m.file], m.old, m.new, 1)
	}
	for _, pkg := range []string{"alerts", "devices", "notify", "internal/db"} {
		texts[pkg+"/broken_on_purpose.go"] = "package " + filepath.Base(pkg) + "\n\nimport \"os\"\n\nfunc broken(name string) bool { return os.Getenv(\"ANLING_BROKEN\") == name }\n"
	}
	overlay := map[string]map[string]string{"Replace": {}}
	for file, text := range texts {
		at := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		mustWrite(t, at, []byte(text))
		overlay["Replace"][filepath.Join(root, file)] = at
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, "overlay.json"), list)
	program := filepath.Join(dir, "sim.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, "./cmd/simtest")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the broken program: %v\n%s", err, out)
	}
	return program
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func mustWrite(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

package durability

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// How the program can be broken on purpose; "" is the whole one.
const (
	whole    = ""
	unforced = "unforced" // writes without waiting for the disk: synchronous=NORMAL
	hasty    = "hasty"    // answers before the commit
)

// breakage is a line of the program that does harm when the program is started with ANLING_BROKEN=name.
type breakage struct{ file, old, new string }

func breakages() []breakage {
	return []breakage{
		{"internal/db/sqlite.go", `"_synchronous=FULL",`,
			`"_synchronous=" + map[bool]string{false: "FULL", true: "NORMAL"}[broken("unforced")],`},
		{"internal/db/sqlite.go", `if synchronous < full {`, `if synchronous < full && !broken("unforced") {`},
		{"internal/db/writer.go", "				p.run(tx)\n				continue\n",
			"				p.run(tx)\n				if broken(\"hasty\") {\n					go func() {\n						for again := range p.turn {\n							p.run(again)\n						}\n					}()\n					return p.tx, p.err\n				}\n				continue\n"},
	}
}

// builtIn is the variable of the environment that names the folder in which the tests find what was built for them.
const builtIn = "ANLING_PROOF"

// theProgram is the program with all breakages sleeping in it, and theWatcher the library that watches the disk.
func theProgram() string { return filepath.Join(os.Getenv(builtIn), "anling") }
func theWatcher() string { return filepath.Join(os.Getenv(builtIn), "watchdisk.so") }

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "anling-durability")
	if err == nil {
		err = os.Setenv(builtIn, dir)
	}
	if err == nil {
		err = build(dir)
	}
	code := 1
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func build(dir string) error {
	root, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	overlay, err := overlayOf(root, dir)
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{"go", "build", "-overlay", overlay, "-o", theProgram(), "./cmd/anling"},
		{"gcc", "-O1", "-shared", "-fPIC", "-o", theWatcher(), "cmd/durability/testdata/watchdisk.c", "-ldl"},
	} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}

// overlayOf writes the broken sources beside the real ones, and the list that tells the compiler so.
func overlayOf(root, dir string) (string, error) {
	texts := map[string]string{"internal/db/broken_on_purpose.go": "package db\n\nimport \"os\"\n\nfunc broken(how string) bool { return os.Getenv(\"ANLING_BROKEN\") == how }\n"}
	for _, b := range breakages() {
		if texts[b.file] == "" {
			text, err := os.ReadFile(filepath.Join(root, b.file))
			if err != nil {
				return "", err
			}
			texts[b.file] = string(text)
		}
		if n := strings.Count(texts[b.file], b.old); n != 1 {
			return "", fmt.Errorf("what is to be broken stands %d times in %s; the breakage has to follow the program:\n%s", n, b.file, b.old)
		}
		texts[b.file] = strings.Replace(texts[b.file], b.old, b.new, 1)
	}
	list := map[string]map[string]string{"Replace": {}}
	for file, text := range texts {
		at := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			return "", err
		}
		list["Replace"][filepath.Join(root, file)] = at
	}
	text, err := json.Marshal(list)
	if err != nil {
		return "", err
	}
	at := filepath.Join(dir, "overlay.json")
	return at, os.WriteFile(at, text, 0o600)
}

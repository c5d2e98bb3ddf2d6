package wholefile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func TestTheNewFileTakesThePlaceOfTheOld(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "city.roads")
	for _, s := range []string{"old", "the new one"} {
		n, err := Write(path, 0o640, text(s))
		if err != nil || n != int64(len(s)) {
			t.Fatalf("%d bytes, %v", n, err)
		}
		body, err := os.ReadFile(path)
		info, e := os.Stat(path)
		if err != nil || e != nil || string(body) != s || info.Mode() != 0o640 {
			t.Fatalf("%q %v %v %v", body, info.Mode(), err, e)
		}
	}
	alone(t, path)
}

// TestAFailureLeavesWhatWasThere fails while it is written, and while it is put in its place.
func TestAFailureLeavesWhatWasThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "city.roads")
	if _, err := Write(path, 0o644, text("old")); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	_, err := Write(path, 0o644, func(w io.Writer) error {
		return errors.Join(text("half")(w), full)
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	if body, err := os.ReadFile(path); err != nil || string(body) != "old" {
		t.Errorf("%q, %v", body, err)
	}
	alone(t, path)

	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "by a folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(taken, 0o644, text("new")); err == nil {
		t.Error("a file took the place of a folder")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left: %v, %v", left, err)
	}
	if _, err := Write(filepath.Join(dir, "nowhere", "f"), 0o644, text("new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("into no folder: %v", err)
	}
}

func alone(t *testing.T, path string) {
	t.Helper()
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}

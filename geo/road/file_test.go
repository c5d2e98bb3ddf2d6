package road

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"anling/internal/fault"
)

func TestAFileGivesBackWhatWasWritten(t *testing.T) {
	t.Parallel()
	w := newTown(t, 3, 25, 0)
	path := filepath.Join(t.TempDir(), "city.roads")
	if err := os.WriteFile(path, []byte("an older one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := write(path, w.sheet); err != nil {
		t.Fatal(err)
	}
	m, err := Load(os.DirFS(filepath.Dir(path)), "city.roads")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(w.sheet, m.sheet, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the file: %v, %v", left, err)
	}
}

// TestABrokenFileIsRefused changes each byte in turn, and cuts the file off everywhere.
func TestABrokenFileIsRefused(t *testing.T) {
	t.Parallel()
	whole, err := encode(newTown(t, 4, 5, 0).sheet)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 7 {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 0x10
		if _, err := decode(flipped); !fault.Is(err, fault.Invalid) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := decode(whole[:i]); !fault.Is(err, fault.Invalid) {
			t.Fatalf("cut off at %d: %v", i, err)
		}
	}
	if _, err := Load(os.DirFS(t.TempDir()), "city.roads"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// FuzzSheet gives bytes with a right checksum, as a hostile file has it.
func FuzzSheet(f *testing.F) {
	whole, err := encode(newTown(f, 4, 5, 0).sheet)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole[len(magic) : len(whole)-32])
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := decode(seal(append([]byte(magic), body...)))
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
			return
		}
		newMap(s) // nothing that passed the check may reach beyond its end
	})
}

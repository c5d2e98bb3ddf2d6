package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anling/internal/fault"
)

func mustKey(t testing.TB) Key {
	t.Helper()
	k, err := newDataKey(newSecret())
	if err != nil {
		t.Fatalf("make a key: %v", err)
	}
	return Key{keys: []dataKey{k}}
}

func mustRing(t testing.TB, path string) *Ring {
	t.Helper()
	r, err := OpenRing(path)
	if err != nil {
		t.Fatalf("open the ring: %v", err)
	}
	return r
}

func TestCellOpensOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	k := mustKey(t)
	cell := k.SealString("elders", "access", "e1", "the key is under the pot")
	if got, err := k.OpenString("elders", "access", "e1", cell); err != nil || got != "the key is under the pot" {
		t.Fatalf("open: got %q, %v", got, err)
	}
	for _, at := range [][3]string{{"elders", "access", "e2"}, {"elders", "notes", "e1"}, {"contacts", "access", "e1"}, {"elder", "saccess", "e1"}} {
		if _, err := k.Open(at[0], at[1], at[2], cell); fault.KindOf(err) != fault.Internal {
			t.Errorf("open at %v: got %v, want a refusal", at, err)
		}
	}
	if _, err := mustKey(t).Open("elders", "access", "e1", cell); !errors.Is(err, ErrLocked) {
		t.Errorf("open with another key: got %v, want ErrLocked", err)
	}
	if other := k.SealString("elders", "access", "e1", "the key is under the pot"); bytes.Equal(cell, other) {
		t.Error("the same text sealed twice gives the same cell")
	}
}

func TestEveryChangedBitIsRefused(t *testing.T) {
	t.Parallel()
	k := mustKey(t)
	cell := k.SealString("elders", "name", "e1", "Bai")
	for bit := range len(cell) * 8 {
		forged := bytes.Clone(cell)
		forged[bit/8] ^= 1 << (bit % 8)
		if plain, err := k.Open("elders", "name", "e1", forged); err == nil {
			t.Errorf("bit %d changed: opened as %q", bit, plain)
		}
	}
	for n := range cell {
		if _, err := k.Open("elders", "name", "e1", cell[:n]); err == nil {
			t.Errorf("cut to %d bytes: opened", n)
		}
	}
}

func TestCellIsAsDescribed(t *testing.T) {
	t.Parallel()
	k := mustKey(t)
	cell := k.Seal("t", "c", "r", []byte("12345"))
	if want := 1 + 4 + 12 + 5 + 16; len(cell) != want || cell[0] != 1 || !bytes.Equal(cell[1:5], k.keys[0].id[:]) {
		t.Errorf("got %d bytes beginning % x, want %d beginning 01 % x", len(cell), cell[:5], want, k.keys[0].id)
	}
	if plain, err := k.Open("t", "c", "r", k.Seal("t", "c", "r", nil)); err != nil || len(plain) != 0 {
		t.Errorf("nothing sealed: got %q, %v", plain, err)
	}
}

func TestJSONErrorsTellNothing(t *testing.T) {
	t.Parallel()
	k := mustKey(t)
	cell, err := k.SealJSON("t", "c", "r", map[string]string{"phone": "+8619900001234"})
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]string
	if err := k.OpenJSON("t", "c", "r", cell, &back); err != nil || back["phone"] != "+8619900001234" {
		t.Fatalf("got %v, %v", back, err)
	}
	var wrong struct{ Phone int }
	if err := k.OpenJSON("t", "c", "r", cell, &wrong); err == nil || strings.Contains(err.Error(), "199") {
		t.Errorf("got %v, want an error without the number", err)
	}
}

func FuzzOpen(f *testing.F) {
	k := mustKey(f)
	f.Add(k.SealString("t", "c", "r", "x"))
	f.Add([]byte{})
	f.Add([]byte{1, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, cell []byte) {
		if _, err := k.Open("t", "c", "elsewhere", cell); err == nil {
			t.Errorf("% x opened", cell)
		}
	})
}

func TestRingIsMadeOnceAndOnlyForUs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys", "ring.json")
	first := mustRing(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("rights: got %v, %v, want 0600", info.Mode(), err)
	}
	second := mustRing(t, path)
	if first.Fingerprint() != second.Fingerprint() || !bytes.Equal(first.Blind("phone", "1"), second.Blind("phone", "1")) {
		t.Error("the ring read again is another one")
	}
	if err := createRing(path); err != nil || mustRing(t, path).Fingerprint() != first.Fingerprint() {
		t.Errorf("a ring that is there was replaced (%v)", err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("got %d files beside the ring, %v, want the ring alone", len(left), err)
	}
}

func TestDamagedRingIsRefusedAndKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ring.json")
	mustRing(t, path)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"empty":   {},
		"cut":     whole[:len(whole)/2],
		"version": bytes.Replace(whole, []byte(`"version": 1`), []byte(`"version": 2`), 1),
		"no keys": []byte(`{"version":1,"blind":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","keys":[]}`),
		"swapped": bytes.Replace(whole, []byte(`"id": "`), []byte(`"id": "0`), 1),
	} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenRing(path); err == nil {
			t.Errorf("%s: opened", name)
		}
		if kept, err := os.ReadFile(path); err != nil || !bytes.Equal(kept, text) {
			t.Errorf("%s: the file was changed (%v)", name, err)
		}
	}
}

func TestBlindKeepsKindsApart(t *testing.T) {
	t.Parallel()
	r := mustRing(t, filepath.Join(t.TempDir(), "ring.json"))
	other := mustRing(t, filepath.Join(t.TempDir(), "ring.json"))
	a := r.Blind("phone", "+8619900001234")
	if len(a) != 16 || !bytes.Equal(a, r.Blind("phone", "+8619900001234")) {
		t.Errorf("got % x, want the same 16 bytes each time", a)
	}
	for _, b := range [][]byte{r.Blind("id", "+8619900001234"), r.Blind("phone", "+8619900001235"), r.Blind("phon", "e+8619900001234"), other.Blind("phone", "+8619900001234")} {
		if bytes.Equal(a, b) {
			t.Errorf("two different things are both % x", a)
		}
	}
}

package address

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"anling/internal/fault"
)

func TestFileKeepsAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "city.places")
	want := town()
	if _, err := WriteFile(path, want); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := ReadEntries(f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(House{}), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if left, err := filepath.Glob(path + ".*"); err != nil || len(left) > 0 {
		t.Errorf("something is left beside it: %v %v", left, err)
	}
	x, err := Open(path)
	if err != nil || x.Len() != len(want) || x.Houses() != 6 {
		t.Errorf("opened: %v", err)
	}
}

// TestBrokenFile holds that a file which is not whole is refused, whatever byte of it is another or where it ends.
func TestBrokenFile(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := Write(&b, town()); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	refused := func(what string, data []byte, reason string) {
		t.Helper()
		_, err := ReadEntries(bytes.NewReader(data))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: got %v, want the reason %q", what, err, reason)
		}
	}
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x41
		refused("a byte changed", changed, "")
		refused("cut off", whole[:i], "")
	}
	refused("nothing", nil, "no file of places")
	refused("another file", []byte(strings.Repeat("PMTiles ", 20)), "no file of places")
	refused("cut off", whole[:len(whole)-1], "cut off")
	refused("longer", append(bytes.Clone(whole), 0), "behind it")
	refused("changed", append(bytes.Clone(whole[:len(whole)-1]), whole[len(whole)-1]+1), "checksum")
	newer := bytes.Clone(whole)
	binary.LittleEndian.PutUint32(newer[len(fileMagic):], 2)
	refused("a later version", newer, "version 2")
}

// FuzzUnpack holds that no body, even one with the right checksum, makes the reader fall or take much memory.
func FuzzUnpack(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, town()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes()[headLength:])
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, body []byte) {
		u := unpacker{in: body}
		all := u.entries()
		if u.broken || len(u.in) > 0 || len(body) > 1<<11 {
			return
		}
		x := New(all)
		x.Search(Query{Text: "lu"})
		x.Reverse(square())
	})
}

package tiles

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Pieces come back in order and unharmed from as many runs as a small memory makes.
func TestPiecesComeBackInOrder(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(3, 4))
	want := map[uint64]map[uint64]piece{}
	var runs []run
	var number uint64
	for i := range 2 {
		file, err := os.Create(filepath.Join(t.TempDir(), "pieces"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { file.Close() })
		s := &sorter{file: file, limit: 4096}
		for range 1000 {
			number++
			p := piece{tile: dice.Uint64N(60), order: orderOf(layer(dice.IntN(int(layerCount))), uint8(dice.IntN(256)), number), kind: lineShape, attrs: []byte("a=b")[:dice.IntN(4)]}
			for range 1 + dice.IntN(3) {
				p.paths = append(p.paths, []spot{{int32(dice.IntN(9000)) - 4000, 7}, {3, -int32(dice.IntN(9000))}})
			}
			if want[p.tile] == nil {
				want[p.tile] = map[uint64]piece{}
			}
			want[p.tile][p.order] = p
			if err := s.add(&p); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.flush(); err != nil {
			t.Fatal(err)
		}
		if s.count != 1000 || len(s.runs) < 5 {
			t.Errorf("sorter %d: %d pieces in %d runs", i, s.count, len(s.runs))
		}
		runs = append(runs, s.runs...)
	}
	m, err := newMerger(runs)
	if err != nil {
		t.Fatal(err)
	}
	checkMerged(t, m, want)
}

func checkMerged(t *testing.T, m *merger, want map[uint64]map[uint64]piece) {
	t.Helper()
	last := -1
	for {
		id, pieces, err := m.tile()
		if err != nil {
			t.Fatal(err)
		}
		if len(pieces) == 0 {
			break
		}
		if int(id) <= last || len(pieces) != len(want[id]) {
			t.Fatalf("tile %d after %d has %d pieces, want %d", id, last, len(pieces), len(want[id]))
		}
		last = int(id)
		for i, packed := range pieces {
			got := piece{tile: id, order: packed.order}
			got.decode(packed.data)
			if d := cmp.Diff(want[id][packed.order], got, cmp.AllowUnexported(piece{}, spot{})); d != "" || i > 0 && packed.order <= pieces[i-1].order {
				t.Fatalf("piece %d of tile %d: %s", i, id, d)
			}
		}
		delete(want, id)
	}
	if len(want) > 0 {
		t.Errorf("%d tiles did not come back", len(want))
	}
}

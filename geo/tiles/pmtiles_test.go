package tiles

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

func mustPack(t *testing.T, text string) []byte {
	t.Helper()
	data, err := packed([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAnArchiveIsReadBack(t *testing.T) {
	t.Parallel()
	var data, out bytes.Buffer
	a := newArchive(&data)
	first := idOf(tile{0, 0, 5})
	want := map[uint64][]byte{}
	for i, text := range []string{"land", "land", "town", "land", "", "", "town", "town", "town"} {
		if text == "" {
			continue // a tile that is not there
		}
		id := first + uint64(i)
		want[id] = []byte(text)
		if err := a.add(id, mustPack(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	bounds := orb.Bound{Min: orb.Point{121.46, 31.22}, Max: orb.Point{121.48, 31.24}}
	if err := a.finish(&out, &data, about{bounds: bounds, meta: metadata{Name: "人民广场", Attribution: Attribution}}); err != nil {
		t.Fatal(err)
	}
	got := mustOpen(t, out.Bytes())
	if d := cmp.Diff(want, got.tiles); d != "" {
		t.Error(d)
	}
	if got.meta.Name != "人民广场" || got.meta.Attribution != Attribution {
		t.Errorf("metadata %+v", got.meta)
	}
	if tiles, entries, contents := got.header[8], got.header[9], got.header[10]; tiles != 7 || entries != 4 || contents != 2 || got.entries != 4 {
		t.Errorf("%d tiles, %d entries, %d contents; want 7, 4, 2", tiles, entries, contents)
	}
	if end := got.header[6] + got.header[7]; end != uint64(out.Len()) {
		t.Errorf("the tiles end at %d of %d", end, out.Len())
	}
	checkHead(t, got.rest)
}

// checkHead looks at the fixed fields behind the offsets.
func checkHead(t *testing.T, rest []byte) {
	t.Helper()
	if d := cmp.Diff([]byte{1, 2, 2, 1, 5, 15}, rest[:6]); d != "" {
		t.Error("clustered, packing, kind of tiles, zooms:", d)
	}
	var places []int32
	for i := 6; i+4 <= 22; i += 4 {
		places = append(places, int32(binary.LittleEndian.Uint32(rest[i:])))
	}
	if d := cmp.Diff([]int32{1214600000, 312200000, 1214800000, 312400000}, places); d != "" {
		t.Error("bounds:", d)
	}
	if rest[22] != centreZoom || int32(binary.LittleEndian.Uint32(rest[23:])) != 1214700000 {
		t.Errorf("centre: %v", rest[22:])
	}
}

// A directory that is too large for the beginning of the file is split into leaves.
func TestLargeArchivesHaveLeaves(t *testing.T) {
	t.Parallel()
	var data, out bytes.Buffer
	a := newArchive(&data)
	dice := rand.New(rand.NewPCG(1, 2))
	want, id := map[uint64][]byte{}, idOf(tile{0, 0, 9})
	var texts, tiles [][]byte
	for i := range 500 {
		texts = append(texts, []byte(fmt.Sprint("tile ", i, dice.Uint64())))
		tiles = append(tiles, mustPack(t, string(texts[i])))
	}
	for range 30_000 {
		id += 1 + dice.Uint64N(50)
		i := dice.IntN(len(tiles))
		want[id] = texts[i]
		if err := a.add(id, tiles[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.finish(&out, &data, about{}); err != nil {
		t.Fatal(err)
	}
	got := mustOpen(t, out.Bytes())
	if got.header[5] == 0 || got.header[0]+got.header[1] > 16384 {
		t.Errorf("leaves of %d bytes, root of %d", got.header[5], got.header[1])
	}
	if d := cmp.Diff(want, got.tiles); d != "" {
		t.Error(d)
	}
}

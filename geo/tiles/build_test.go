package tiles

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"anling/internal/fault"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

const (
	liechtenstein = "../testdata/osm/liechtenstein-2015.osm.pbf"
	shanghai      = "../mapdata/shanghai-centre-2026.osm.pbf"
	shipped       = "../mapdata/shanghai-centre.pmtiles"
)

var update = flag.Bool("update", false, "write the map that travels with the program and its golden file")

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustBuild(t *testing.T, path string) (opened, Report) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "city.pmtiles")
	told, size := int64(-1), int64(len(mustRead(t, path)))
	report, err := Build(t.Context(), Options{OSM: path, Out: out, Name: "上海市中心", Progress: func(done, total int64) {
		if done < told || total != size {
			t.Errorf("progress went from %d to %d of %d", told, done, total)
		}
		told = done
	}})
	if err != nil {
		t.Fatal(err)
	}
	if told != size {
		t.Errorf("progress ended at %d of %d", told, size)
	}
	data := mustRead(t, out)
	if *update && path == shanghai {
		if err := os.WriteFile(shipped, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(out)); err != nil || len(left) != 1 || report.Bytes != int64(len(data)) {
		t.Errorf("%d files beside the map of %d bytes, reported %d (%v)", len(left)-1, len(data), report.Bytes, err)
	}
	return mustOpen(t, data), report
}

// counts draws every tile and counts the features by layer and zoom.
func counts(t *testing.T, o opened) string {
	t.Helper()
	all := map[string]*[maxZoom + 1]int{}
	for id, data := range o.tiles {
		for name, features := range mustDraw(t, data) {
			if all[name] == nil {
				all[name] = new([maxZoom + 1]int)
			}
			all[name][tileOf(id).z] += len(features)
			checkShapes(t, tileOf(id), features)
		}
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "%s %v\n", name, all[name][minZoom:])
	}
	return b.String()
}

func checkShapes(t *testing.T, at tile, features []drawn) {
	t.Helper()
	for _, d := range features {
		if err := checkShape(d); err != nil {
			t.Fatalf("tile %v: %v", at, err)
		}
	}
}

// The centre of Shanghai: what is in the tiles, that it is the same each time, however the work was shared,
// and that the map which travels with the program is this one.
func TestShanghai(t *testing.T) {
	t.Parallel()
	got, report := mustBuild(t, shanghai)
	const golden = "testdata/shanghai.golden"
	said := counts(t, got)
	if *update {
		if err := os.WriteFile(golden, []byte(said), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(string(mustRead(t, golden)), said); d != "" {
		t.Error(d)
	}
	if report.Tiles != len(got.tiles) || report.Open != 0 || report.Coasts != 0 || report.Contents > report.Tiles || report.Pieces < report.Features {
		t.Errorf("%d tiles read, reported %+v", len(got.tiles), report)
	}
	if old := mustOpen(t, mustRead(t, shipped)); !maps.EqualFunc(old.tiles, got.tiles, bytes.Equal) || cmp.Diff(old.meta, got.meta) != "" {
		t.Error("geo/mapdata has another map; go test ./geo/tiles -run Shanghai -update")
	}
	if again, _ := mustBuild(t, shanghai); !maps.EqualFunc(again.tiles, got.tiles, bytes.Equal) {
		t.Error("a second map of the same extract is another one")
	}
	if !named(t, got, tile{27440, 13389, 15}, "延安高架路") {
		t.Error("延安高架路 is not where it is")
	}
}

func named(t *testing.T, o opened, at tile, name string) bool {
	t.Helper()
	return slices.ContainsFunc(mustDraw(t, o.tiles[idOf(at)])["roads"], func(d drawn) bool {
		return d.props["name"] == name && d.props["script"] == "Han" && d.props["kind"] != nil
	})
}

// checkHoles looks whether every tile of a zoom within the bounds is there.
func checkHoles(t *testing.T, o opened, bounds orb.Bound, z uint8) {
	t.Helper()
	low, high := toWorld(bounds.Min), toWorld(bounds.Max)
	k := 1 / float64(int(1)<<(maxZoom-z)) / extent
	for x := uint32(low[0] * k); x <= uint32(high[0]*k); x++ {
		for y := uint32(high[1] * k); y <= uint32(low[1]*k); y++ {
			if o.tiles[idOf(tile{x, y, z})] == nil {
				t.Errorf("the map has a hole at %v", tile{x, y, z})
			}
		}
	}
}

// A whole country has all that a map may show, and no hole.
func TestLiechtenstein(t *testing.T) {
	t.Parallel()
	got, report := mustBuild(t, liechtenstein)
	said := counts(t, got)
	for _, name := range []string{"boundaries", "buildings", "earth", "landuse", "places", "pois", "roads", "water"} {
		if !strings.Contains(said, name+" [") {
			t.Errorf("nothing in layer %s", name)
		}
	}
	if report.Bounds.Min.Lon() < 9.4 || report.Bounds.Max.Lat() > 47.3 || report.DataOf.Year() != 2015 || report.Features < 16000 {
		t.Errorf("%+v", report)
	}
	for z := uint8(minZoom); z <= maxZoom; z++ {
		checkHoles(t, got, report.Bounds, z)
	}
}

func TestWhatCannotBeAMap(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	whole := mustRead(t, shanghai)
	cut := filepath.Join(folder, "cut.osm.pbf")
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(folder, "city.pmtiles")
	if err := os.WriteFile(out, []byte("the old map"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Build(t.Context(), Options{OSM: cut, Out: out}); !fault.Is(err, fault.Invalid) {
		t.Errorf("half a file: %v", err)
	}
	if _, err := Build(t.Context(), Options{OSM: filepath.Join(folder, "none"), Out: out}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	why := errors.New("the power fails")
	ctx, stop := context.WithCancelCause(t.Context())
	_, err := Build(ctx, Options{OSM: liechtenstein, Out: out, Progress: func(done, total int64) {
		if 100*done > cutDone*total {
			stop(why)
		}
	}})
	if !errors.Is(err, why) {
		t.Errorf("called off: %v", err)
	}
	if old, err := os.ReadFile(out); err != nil || string(old) != "the old map" {
		t.Errorf("what was there is now %.20q (%v)", old, err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 2 {
		t.Errorf("%d files are left, want 2 (%v)", len(left), err)
	}
}

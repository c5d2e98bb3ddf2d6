package mapdata

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"anling/geo/road"
)

var update = flag.Bool("update", false, "make the files that travel with the program anew")

// TestRoadsAreThoseOfTheirData builds the road file again, so that it can never be of another version than the code.
func TestRoadsAreThoseOfTheirData(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), Roads)
	if _, err := road.Build(t.Context(), road.Options{OSM: "shanghai-centre-2026.osm.pbf", Out: out, Country: "CN"}); err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(Roads, made, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	kept, err := fs.ReadFile(Files(), Roads)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, kept) {
		t.Error("shanghai-centre.roads is not what is built of its data: go test ./geo/mapdata -update")
	}
}

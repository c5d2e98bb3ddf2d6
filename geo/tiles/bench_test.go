package tiles

import (
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkBuild gives the speed in bytes of the extract.
func BenchmarkBuild(b *testing.B) {
	info, err := os.Stat(liechtenstein)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Build(b.Context(), Options{OSM: liechtenstein, Out: filepath.Join(b.TempDir(), "city.pmtiles")}); err != nil {
			b.Fatal(err)
		}
	}
}

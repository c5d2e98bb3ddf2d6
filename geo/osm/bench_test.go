package osm

import (
	"os"
	"testing"
)

// BenchmarkReadFile gives the speed in bytes of the file, as it lies on the disk.
func BenchmarkReadFile(b *testing.B) {
	info, err := os.Stat(liechtenstein)
	if err != nil {
		b.Fatal(err)
	}
	all := Handler{Node: func(Node) error { return nil }, Way: func(Way) error { return nil }, Relation: func(Relation) error { return nil }}
	for name, h := range map[string]Handler{"everything": all, "ways": {Way: all.Way}, "nothing": {}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(info.Size())
			b.ReportAllocs()
			for b.Loop() {
				if err := ReadFile(b.Context(), liechtenstein, h, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPlaces(b *testing.B) {
	var p Places
	for i := range int64(1_000_000) {
		p.Add(i*3, placeOf(i))
	}
	i := int64(0)
	for b.Loop() {
		i = (i + 7919*3) % 3_000_000
		if _, ok := p.At(i); !ok {
			b.Fatal(i)
		}
	}
}

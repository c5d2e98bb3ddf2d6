package road

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
)

// portoMap is Greater Porto: 77,686 crossings, 106,076 segments.
func portoMap(b *testing.B) *Map {
	b.Helper()
	dir := b.TempDir()
	if _, err := Build(b.Context(), Options{OSM: "../testdata/osm/porto_portugal.osm.pbf", Out: filepath.Join(dir, "city.roads"), Country: "PT"}); err != nil {
		b.Fatal(err)
	}
	m, err := Load(os.DirFS(dir), "city.roads")
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// BenchmarkBuild makes the road file of Greater Porto.
func BenchmarkBuild(b *testing.B) {
	out := filepath.Join(b.TempDir(), "city.roads")
	for b.Loop() {
		if _, err := Build(b.Context(), Options{OSM: "../testdata/osm/porto_portugal.osm.pbf", Out: out}); err != nil {
			b.Fatal(err)
		}
	}
}

// somewhere is a place on a street that all modes can use.
func (m *Map) somewhere(r *rand.Rand) orb.Point {
	for {
		seg := r.IntN(m.segments())
		if hasBit(m.nets[foot].main, seg) && hasBit(m.nets[car].main, seg) {
			line := m.cut(stretch{uint32(seg), 0, r.Uint32N(whole)})
			return line[len(line)-1]
		}
	}
}

func fullCrowd(b *testing.B, m *Map, n int, r *rand.Rand) (*Finder, []orb.Point) {
	b.Helper()
	f := NewFinder(FinderOptions{Crowd: NewCrowd(m), Helpers: geo.NewIndex()})
	at := make([]orb.Point, n)
	for i := range at {
		at[i] = m.somewhere(r)
		if err := f.crowd.Put(fmt.Sprint("h", i), at[i], noon); err != nil {
			b.Fatal(err)
		}
	}
	return f, at
}

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// BenchmarkNearestByRoad asks for the ten who can be there first in Greater Porto, by car alone, on foot alone, and by whatever
// way is quickest. Between two questions one helper in a hundred moves on.
func BenchmarkNearestByRoad(b *testing.B) {
	m := portoMap(b)
	b.Logf("%+v", m.Size())
	for _, by := range [][]geo.Mode{{geo.Car}, {geo.Foot}, {geo.Foot, geo.Bike, geo.Car}} {
		for _, n := range []int{200, 2000, 20000} {
			b.Run(fmt.Sprintf("%v/%d", by, n), func(b *testing.B) { nearestByRoad(b, m, by, n) })
		}
	}
}

func nearestByRoad(b *testing.B, m *Map, by []geo.Mode, n int) {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	f, at := fullCrowd(b, m, n, r)
	doors := make([]orb.Point, 500)
	for i := range doors {
		doors[i] = m.somewhere(r)
	}
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		for range max(1, n/100) {
			j := r.IntN(n)
			at[j] = m.somewhere(r)
			if err := f.crowd.Put(fmt.Sprint("h", j), at[j], noon); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		start := time.Now()
		found := f.Nearest(geo.Query{Point: doors[i%len(doors)], K: 10, Now: noon, By: by, Modes: func(string) []geo.Mode { return by }})
		took = append(took, time.Since(start))
		if len(found) == 0 {
			b.Fatal("there is nobody")
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1000, "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1000, "p99-µs")
}

// BenchmarkMove lets 20,000 helpers walk: each report is snapped to the roads of all three modes.
func BenchmarkMove(b *testing.B) {
	m := portoMap(b)
	r := rand.New(rand.NewPCG(2, 2))
	f, at := fullCrowd(b, m, 20000, r)
	ids := make([]string, len(at))
	for i := range ids {
		ids[i] = fmt.Sprint("h", i)
	}
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		j := i % len(at)
		at[j][0] += (float64(i%7) - 3) * 0.00002
		at[j][1] += (float64(i%5) - 2) * 0.00002
		if err := f.crowd.Put(ids[j], at[j], noon); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "moves/s")
}

// BenchmarkRoute is one way across Greater Porto with its line.
func BenchmarkRoute(b *testing.B) {
	m := portoMap(b)
	r := rand.New(rand.NewPCG(3, 3))
	f, _ := fullCrowd(b, m, 1, r)
	for b.Loop() {
		if way := f.Route(m.somewhere(r), m.somewhere(r), geo.Car, noon); len(way.Line) < 2 {
			b.Fatal("no line")
		}
	}
}

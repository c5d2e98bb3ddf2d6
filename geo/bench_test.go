package geo

import (
	"fmt"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// bruteForceSearch is the yardstick: all points in one cell, the same shortlist.
func bruteForceSearch(all *cell, q orb.Point, k int) []Neighbour {
	best := NewIndex().shortlist(q, k, 0)
	best.offerAll(all)
	return best.sorted()
}

func BenchmarkNearest(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		d := dice(n)
		ix, points := mustFill(b, n, (*dice).town, &d)
		ix.few = scanCells
		all := new(cell)
		for id, p := range points {
			all.members = append(all.members, member{id: id, at: noon(), point: p})
			all.places = append(all.places, vectorOf(p))
		}
		queries := make([]orb.Point, 2000)
		for i := range queries {
			queries[i] = d.town()
			ix.Nearest(queries[i], 10, 0, nil) // warm the disks
		}
		for _, way := range []struct {
			name string
			find func(q orb.Point) []Neighbour
		}{
			{"index", func(q orb.Point) []Neighbour { return ix.Nearest(q, 10, 0, nil) }},
			{"brute", func(q orb.Point) []Neighbour { return bruteForceSearch(all, q, 10) }},
		} {
			b.Run(fmt.Sprintf("%s/%d", way.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					way.find(queries[i%len(queries)])
				}
			})
		}
	}
}

// BenchmarkFewPoints is what scanCells was chosen by: cells alone against rings.
func BenchmarkFewPoints(b *testing.B) {
	for _, n := range []int{100, 250, 500, 1000, 2000} {
		d := dice(n)
		ix, _ := mustFill(b, n, func(d *dice) orb.Point { return d.near(city(), 20_000) }, &d)
		queries := make([]orb.Point, 500)
		for i := range queries {
			queries[i] = d.near(city(), 20_000)
			ix.disk(cellAt(queries[i]))
		}
		cells := len(ix.occupied)
		b.Run(fmt.Sprintf("scan/%d-in-%d-cells", n, cells), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				best := ix.shortlist(queries[i%len(queries)], 10, 0)
				ix.scan(best)
				best.sorted()
			}
		})
		b.Run(fmt.Sprintf("rings/%d-in-%d-cells", n, cells), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				q := queries[i%len(queries)]
				around, best := ix.disk(cellAt(q)), ix.shortlist(q, 10, 0)
				if !searchRings(around, best) {
					best.clear()
					ix.scan(best)
				}
				best.sorted()
			}
		})
	}
}

// BenchmarkFirstNearest asks where nobody has asked before: the disk is made.
func BenchmarkFirstNearest(b *testing.B) {
	d := dice(1)
	ix, _ := mustFill(b, 100_000, (*dice).town, &d)
	for b.Loop() {
		b.StopTimer()
		ix.forget()
		q := d.town()
		b.StartTimer()
		ix.Nearest(q, 10, 0, nil)
	}
}

func BenchmarkPut(b *testing.B) {
	const n = 100_000
	d := dice(1)
	ix, points := mustFill(b, n, (*dice).town, &d)
	ids := make([]string, 0, n)
	for id := range points {
		ids = append(ids, id)
	}
	steps := make([]orb.Point, n)
	for i, id := range ids {
		steps[i] = d.near(points[id], 50)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := ix.Put(ids[i%n], steps[i%n], noon()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFinder(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		d := dice(n)
		ix, _ := mustFill(b, n, (*dice).town, &d)
		ix.few = scanCells
		f := Finder{Helpers: ix}
		q := Query{
			K:      20,
			Within: 45 * time.Minute,
			Modes:  func(id string) []Mode { return []Mode{Foot, Bike, Car}[:1+id[6]%3] },
			Keep:   func(id string) bool { return id[6]%2 == 0 }, // half of them are fit
			Now:    noon().Add(time.Minute),
		}
		queries := make([]orb.Point, 1000)
		for i := range queries {
			queries[i] = d.town()
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				q.Point = queries[i%len(queries)]
				f.Nearest(q)
			}
		})
	}
}

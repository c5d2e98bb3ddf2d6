package osm

import (
	"math"
	"sync"
	"testing"

	"github.com/paulmach/orb"
)

func placeOf(i int64) orb.Point {
	return orb.Point{math.Mod(float64(i)*0.0137, 180), math.Mod(float64(i)*0.0071, 90)}
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	const n = 3*chunkSize + 5
	for name, id := range map[string]func(i int64) int64{
		"ascending":  func(i int64) int64 { return i * 3 },
		"descending": func(i int64) int64 { return -i * 3 },
		"two runs":   func(i int64) int64 { return i % (n / 2) * 3 },
		"mixed":      func(i int64) int64 { return (i * 7919 % n) * 3 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p Places
			want := map[int64]orb.Point{}
			for i := range int64(n) {
				p.Add(id(i), placeOf(i))
				want[id(i)] = placeOf(i) // the later one counts
			}
			if p.Len() != n {
				t.Errorf("%d places, want %d", p.Len(), n)
			}
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() { checkPlaces(t, &p, want) })
			}
			all.Wait()
		})
	}
}

func checkPlaces(t *testing.T, p *Places, want map[int64]orb.Point) {
	for id, at := range want {
		got, ok := p.At(id)
		if !ok || math.Abs(got.Lon()-at.Lon()) > 1e-7 || math.Abs(got.Lat()-at.Lat()) > 1e-7 {
			t.Errorf("place %d is %v, %v; want %v", id, got, ok, at)
			return
		}
		if _, ok := p.At(id + 1); ok {
			t.Errorf("place %d was never added", id+1)
			return
		}
	}
}

func TestPlacesAreExact(t *testing.T) {
	t.Parallel()
	var p Places
	if _, ok := p.At(1); ok {
		t.Error("a place came out of nothing")
	}
	for i, at := range []orb.Point{{121.4737021, 31.2304158}, {-180, -90}, {180, 90}, {-0.0000001, 0}} {
		p.Add(int64(i), at)
		if got, ok := p.At(int64(i)); !ok || got != at {
			t.Errorf("got %v, want %v", got, at)
		}
	}
	p.Add(-5, orb.Point{1, 2})
	p.Add(9, orb.Point{3, 4})
	for id, want := range map[int64]orb.Point{-5: {1, 2}, 0: {121.4737021, 31.2304158}, 9: {3, 4}} {
		if got, ok := p.At(id); !ok || got != want {
			t.Errorf("after more was added place %d is %v, %v; want %v", id, got, ok, want)
		}
	}
}

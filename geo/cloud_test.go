package geo

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// dice are repeatable random numbers (SplitMix64).
type dice uint64

func (d *dice) next() uint64 {
	*d += 0x9E3779B97F4A7C15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

func (d *dice) float() float64  { return float64(d.next()>>11) / (1 << 53) }
func (d *dice) below(n int) int { return int(d.next() % uint64(n)) }
func (d *dice) normal() float64 {
	return math.Sqrt(-2*math.Log(1-d.float())) * math.Cos(2*math.Pi*d.float())
}
func (d *dice) globe() orb.Point { return orb.Point{d.float()*360 - 180, asinDegrees(2*d.float() - 1)} }

func asinDegrees(x float64) float64 { return math.Asin(x) * 180 / math.Pi }

// near is a point with a normal spread of about that many metres around p.
func (d *dice) near(p orb.Point, spread Metres) orb.Point {
	const perDegree = 111195.0
	lat := p.Lat() + d.normal()*float64(spread)/perDegree
	lon := p.Lon() + d.normal()*float64(spread)/perDegree/math.Max(0.01, math.Cos(p.Lat()*math.Pi/180))
	return orb.Point{math.Remainder(lon, 360), math.Max(-90, math.Min(90, lat))}
}

func city() orb.Point { return orb.Point{108.70, 34.33} }
func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
func (d *dice) town() orb.Point { // one of 40 clusters, or open country
	if d.below(10) == 0 {
		return d.near(city(), 40_000)
	}
	centre := dice(d.below(40) + 1000)
	return d.near(centre.near(city(), 15_000), 600)
}

// cloud is a set of points by id, and how to draw one more of its kind.
type cloud struct {
	name string
	draw func(d *dice) orb.Point
}

func clouds() []cloud {
	around := func(p orb.Point, spread Metres) func(*dice) orb.Point {
		return func(d *dice) orb.Point { return d.near(p, spread) }
	}
	pentagon := pointOf(pentagonNear())
	return []cloud{
		{"whole earth", (*dice).globe},
		{"clustered city", (*dice).town},
		{"dense quarter", around(city(), 700)},
		{"antimeridian", around(orb.Point{180, -17.8}, 8_000)},
		{"north pole", around(orb.Point{30, 90}, 9_000)},
		{"south pole", around(orb.Point{0, -89.97}, 9_000)},
		{"pentagon", around(pentagon, 5_000)},
		{"one house", func(*dice) orb.Point { return city() }},
		{"few houses", func(d *dice) orb.Point { return orb.Point{108.7 + float64(d.below(5))/1000, 34.33} }},
		{"degree grid", func(d *dice) orb.Point { return orb.Point{float64(d.below(361) - 180), float64(d.below(181) - 90)} }},
	}
}

func mustPut(t testing.TB, ix *Index, id string, p orb.Point) {
	t.Helper()
	if err := ix.Put(id, p, noon()); err != nil {
		t.Fatalf("put %s at %v: %v", id, p, err)
	}
}

// mustFill makes an index of n points, which goes by rings however few they are,
// and says where they are.
func mustFill(t testing.TB, n int, draw func(*dice) orb.Point, d *dice) (*Index, places) {
	t.Helper()
	ix, points := NewIndex(), make(places, n)
	ix.few = 0
	for i := range n {
		id := fmt.Sprintf("h%06d", i)
		points[id] = draw(d)
		mustPut(t, ix, id, points[id])
	}
	return ix, points
}

// places is where everybody is.
type places map[string]orb.Point

// nearest is Index.Nearest without any cleverness.
func (points places) nearest(q orb.Point, k int, limit Metres) []Neighbour {
	type one struct {
		Neighbour
		chord2 float64
	}
	all, from := make([]one, 0, len(points)), vectorOf(q)
	for id, p := range points {
		chord2 := from.chord2(vectorOf(p))
		if m := metresOf(chord2); limit == 0 || m <= limit {
			all = append(all, one{Neighbour{ID: id, Point: p, Metres: m, At: noon()}, chord2})
		}
	}
	slices.SortFunc(all, func(a, b one) int {
		if c := cmp.Compare(a.chord2, b.chord2); c != 0 {
			return c
		}
		return cmp.Compare(a.ID, b.ID)
	})
	var out []Neighbour
	for _, n := range all[:min(k, len(all))] {
		out = append(out, n.Neighbour)
	}
	return out
}

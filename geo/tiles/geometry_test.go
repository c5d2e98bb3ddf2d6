package tiles

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

// square is a ring around a centre. Clockwise is as one sees it on the map, where y grows to the south.
func square(x, y, half float64, clockwise bool) orb.Ring {
	r := orb.Ring{{x - half, y - half}, {x + half, y - half}, {x + half, y + half}, {x - half, y + half}, {x - half, y - half}}
	if !clockwise {
		slices.Reverse(r)
	}
	return r
}

func sizeOf(areas []orb.Polygon) float64 {
	sum := 0.0
	for _, a := range areas {
		for _, r := range a {
			sum += area(r) / 2
		}
	}
	return sum
}

// in tells whether a place lies in one of some areas and in none of their holes.
func in(areas []orb.Polygon, p orb.Point) bool {
	return slices.ContainsFunc(areas, func(a orb.Polygon) bool {
		return contains(a[0], p) && !slices.ContainsFunc(a[1:], func(hole orb.Ring) bool { return contains(hole, p) })
	})
}

// The box of all coasts is 100 by 100. The land is on the left of a coast: against the clock around an island.
func TestLandAndSea(t *testing.T) {
	t.Parallel()
	box := orb.Bound{Max: orb.Point{100, 100}}
	type at = orb.Point
	for _, c := range []struct {
		name      string
		rings     []orb.Ring
		lines     []orb.LineString
		land      float64 // its size, of 10000
		onLand    []at
		onTheSeas []at
	}{
		{name: "no coast", land: 10000, onLand: []at{{50, 50}}},
		{name: "coast to the north, land in the west", lines: []orb.LineString{{{40, 120}, {40, -20}}}, land: 4000, onLand: []at{{10, 10}, {10, 90}}, onTheSeas: []at{{90, 10}, {90, 90}}},
		{name: "coast to the south, land in the east", lines: []orb.LineString{{{40, -20}, {40, 120}}}, land: 6000, onLand: []at{{90, 50}}, onTheSeas: []at{{10, 50}}},
		{name: "a cape", lines: []orb.LineString{{{120, 40}, {60, 50}, {120, 60}}}, land: 40 * (40.0 / 3) / 2, onLand: []at{{95, 50}}, onTheSeas: []at{{10, 10}, {95, 10}, {50, 50}}},
		{name: "an island", rings: []orb.Ring{square(50, 50, 10, false)}, land: 400, onLand: []at{{50, 50}}, onTheSeas: []at{{10, 10}, {90, 90}}},
		{name: "an inland sea", rings: []orb.Ring{square(50, 50, 10, true)}, land: 9600, onLand: []at{{10, 10}}, onTheSeas: []at{{50, 50}}},
		{name: "an inland sea with an island", rings: []orb.Ring{square(50, 50, 20, true), square(50, 50, 5, false)}, land: 10000 - 1600 + 100, onLand: []at{{10, 10}, {50, 50}}, onTheSeas: []at{{35, 35}}},
		{name: "an island with an inland sea", rings: []orb.Ring{square(50, 50, 20, false), square(50, 50, 5, true)}, land: 1600 - 100, onLand: []at{{35, 35}}, onTheSeas: []at{{10, 10}, {50, 50}}},
		{name: "a coast and an island before it", lines: []orb.LineString{{{40, 120}, {40, -20}}}, rings: []orb.Ring{square(70, 50, 10, false)}, land: 4400, onLand: []at{{10, 50}, {70, 50}}, onTheSeas: []at{{50, 50}, {90, 50}}},
		{name: "an island that the box cuts", rings: []orb.Ring{square(100, 50, 20, false)}, land: 800, onLand: []at{{90, 50}}, onTheSeas: []at{{10, 50}, {90, 10}}},
		{name: "an island at a corner", rings: []orb.Ring{square(100, 100, 20, false)}, land: 400, onLand: []at{{95, 95}}, onTheSeas: []at{{10, 50}, {95, 5}}},
		{name: "a strait", lines: []orb.LineString{{{40, 120}, {40, -20}}, {{60, -20}, {60, 120}}}, land: 8000, onLand: []at{{10, 50}, {90, 50}}, onTheSeas: []at{{50, 5}, {50, 95}}},
		{name: "a coast that ends within the box", lines: []orb.LineString{{{40, 95}, {40, 5}}}, land: 4000, onLand: []at{{10, 2}, {10, 98}}, onTheSeas: []at{{90, 50}}},
		{name: "coasts beyond the box", rings: []orb.Ring{square(300, 50, 20, false)}, land: 10000, onLand: []at{{50, 50}}},
	} {
		land, sea := shore(box, c.rings, c.lines)
		if got := sizeOf(land); math.Abs(got-c.land) > 1 {
			t.Errorf("%s: land of %g, want %g", c.name, got, c.land)
		}
		if got := sizeOf(land) + sizeOf(sea); math.Abs(got-10000) > 1e-6 {
			t.Errorf("%s: land and sea together are %g", c.name, got)
		}
		for _, p := range c.onLand {
			if !in(land, p) || in(sea, p) {
				t.Errorf("%s: %v is not on land", c.name, p)
			}
		}
		for _, p := range c.onTheSeas {
			if in(land, p) || !in(sea, p) {
				t.Errorf("%s: %v is not in the sea", c.name, p)
			}
		}
	}
}

func TestWaysBecomeRings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		ways        []chain
		directed    bool
		rings, rest []chain
	}{
		{name: "one way", ways: []chain{{1, 2, 3, 1}}, rings: []chain{{1, 2, 3, 1}}},
		{name: "one reversed", ways: []chain{{1, 2, 3}, {1, 5, 4, 3}}, rings: []chain{{1, 2, 3, 4, 5, 1}}},
		{name: "two rings", ways: []chain{{1, 2}, {7, 8, 9, 7}, {2, 3, 1}}, rings: []chain{{7, 8, 9, 7}, {1, 2, 3, 1}}},
		{name: "a part is missing", ways: []chain{{3, 4}, {1, 2, 3}, nil}, rest: []chain{{1, 2, 3, 4}}},
		{name: "a coast keeps its direction", ways: []chain{{3, 4}, {1, 2, 3}, {9, 4}}, directed: true, rest: []chain{{1, 2, 3, 4}, {9, 4}}},
		{name: "two nodes are no ring", ways: []chain{{1, 2, 1}, {5}}, rest: []chain{{1, 2, 1}}},
	} {
		rings, rest := chained(c.ways, c.directed)
		if d := cmp.Diff(c.rings, rings); d != "" {
			t.Errorf("%s: rings %s", c.name, d)
		}
		if d := cmp.Diff(c.rest, rest); d != "" {
			t.Errorf("%s: rest %s", c.name, d)
		}
	}
}

// A lake with an island that has a pond, given in the wrong order and wound at random.
func TestRingsAreNested(t *testing.T) {
	t.Parallel()
	areas := nested([]orb.Ring{square(50, 50, 2, true), square(50, 50, 10, true), square(50, 50, 40, false), square(200, 50, 5, false), {{1, 1}, {2, 2}, {1, 1}}}, nil)
	if len(areas) != 3 {
		t.Fatalf("%d areas, want 3: %v", len(areas), areas)
	}
	if got, want := sizeOf(areas), 80*80-20*20+4*4+10*10.0; got != want {
		t.Errorf("size %g, want %g", got, want)
	}
	for _, a := range areas {
		for i, r := range a {
			if (area(r) > 0) != (i == 0) {
				t.Errorf("ring %d of %v is wound the wrong way", i, a)
			}
		}
	}
	for _, a := range areas {
		if p := middle(a); !in([]orb.Polygon{a}, p) {
			t.Errorf("the middle of %v is %v", a, p)
		}
	}
}

// What of an area lies in the tiles, with their margins off, is the whole area: no hole and no seam.
func TestPiecesMeet(t *testing.T) {
	t.Parallel()
	ring := orb.Ring{}
	for i := range 400 { // a star over nine tiles of the last zoom
		a, r := float64(i)/400*2*math.Pi, extent*(0.7+0.5*math.Cos(float64(i)*0.9))
		ring = append(ring, orb.Point{1.5*extent + r*math.Cos(a), 1.5*extent + r*math.Sin(a)})
	}
	ring = append(ring, ring[0])
	whole := nested([]orb.Ring{ring, square(1.5*extent, 1.5*extent, 300, true)}, nil)
	want := sizeOf(whole)
	s := &sorter{limit: math.MaxInt}
	c := newCutter(orb.Bound{Max: orb.Point{3*extent - 1, 3*extent - 1}}, s)
	l := look{layer: landuse, from: maxZoom}
	l.add("kind", "forest")
	if err := c.cut(&feature{look: l, shape: shape{areas: whole}}); err != nil {
		t.Fatal(err)
	}
	got := 0.0
	for _, k := range s.keys {
		var p piece
		p.decode(s.data[k.from:k.to])
		var parts []orb.Polygon
		for _, path := range p.paths {
			r := orb.Ring{}
			for _, s := range append(path, path[0]) {
				r = append(r, orb.Point{float64(s.x), float64(s.y)})
			}
			parts = append(parts, orb.Polygon{r})
		}
		for _, h := range []half{{0, 0, true}, {0, extent, false}, {1, 0, true}, {1, extent, false}} {
			parts = h.keep(shape{areas: parts}).areas
		}
		got += sizeOf(parts)
	}
	if len(s.keys) != 9 || math.Abs(got-want) > want*5e-4 {
		t.Errorf("%d pieces of %g, want 9 of %g", len(s.keys), got, want)
	}
}

func TestLinesAreJoined(t *testing.T) {
	t.Parallel()
	a, b, c, d := spot{0, 0}, spot{10, 0}, spot{20, 0}, spot{20, 10}
	for _, x := range []struct {
		name     string
		lines    [][]spot
		directed bool
		want     [][]spot
	}{
		{"in a row", [][]spot{{b, c}, {a, b}}, false, [][]spot{{a, b, c}}},
		{"against each other", [][]spot{{a, b}, {c, b}}, false, [][]spot{{a, b, c}}},
		{"one-way streets against each other", [][]spot{{a, b}, {c, b}}, true, [][]spot{{a, b}, {c, b}}},
		{"one-way streets", [][]spot{{b, c}, {a, b}, {c, d}}, true, [][]spot{{a, b, c, d}}},
		{"a crossing", [][]spot{{a, b}, {b, c}, {b, d}}, false, [][]spot{{a, b}, {b, c}, {b, d}}},
		{"a ring", [][]spot{{a, b}, {b, c}, {c, d}, {d, a}}, false, [][]spot{{a, b, c, d, a}}},
		{"a ring of one", [][]spot{{a, b, c, a}}, false, [][]spot{{a, b, c, a}}},
	} {
		if d := cmp.Diff(x.want, joined(x.lines, x.directed), cmp.AllowUnexported(spot{})); d != "" {
			t.Errorf("%s: %s", x.name, d)
		}
	}
}

func TestTheWorldIsFlattened(t *testing.T) {
	t.Parallel()
	for p, want := range map[orb.Point]orb.Point{
		{0, 0}: {worldSize / 2, worldSize / 2}, {-180, 85.051128779806592}: {0, 0}, {180, -89}: {worldSize, worldSize},
	} {
		if got := toWorld(p); math.Abs(got[0]-want[0]) > 1e-3 || math.Abs(got[1]-want[1]) > 1e-3 {
			t.Errorf("%v is at %v, want %v", p, got, want)
		}
	}
	people := toWorld(orb.Point{121.4737, 31.2304}) // People's Square; the tile is that of other map programs
	if got, want := spanOf(orb.Bound{Min: people, Max: people}, maxZoom), (span{27440, 13389, 27440, 13389}); got != want {
		t.Errorf("tile %v, want %v", got, want)
	}
}

package tiles

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"anling/geo/osm"
	"anling/internal/fault"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

// extract is a small map: nodes by number on a grid of 0.01 degrees, and what is made of them.
type extract struct {
	nodes     map[int64][2]float64
	ways      []osm.Way
	relations []osm.Relation
}

// ring adds four nodes in a square and the way around them, against the clock.
func (e *extract) ring(id int64, x, y, half float64, tags string) {
	first := id * 10
	for i, d := range [][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		e.nodes[first+int64(i)] = [2]float64{x + d[0]*half, y + d[1]*half}
	}
	e.ways = append(e.ways, osm.Way{ID: id, Nodes: []int64{first, first + 1, first + 2, first + 3, first}, Tags: tagsOf(tags)})
}

// members gives ways as members: "inner" below zero.
func members(ways ...int64) (out []osm.Member) {
	for _, id := range ways {
		role := "outer"
		if id < 0 {
			role, id = "inner", -id
		}
		out = append(out, osm.Member{Type: osm.KindWay, Ref: id, Role: role})
	}
	return out
}

// shown is what becomes of an extract, as "layer kind parts size", the size of areas in squares of the grid.
func (e *extract) shown(t *testing.T) (out []string, c *collector) {
	t.Helper()
	c = newCollector(func(f feature) error {
		kind, size := "", 0.0
		for _, a := range f.attrs {
			if a.key == "kind" {
				kind = fmt.Sprint(a.value)
			}
		}
		for _, a := range f.shape.areas {
			for _, r := range a {
				size += area(r) / 2
			}
		}
		unit := 0.01 / 360 * worldSize
		out = append(out, fmt.Sprintf("%s %s %d %d", f.layer, kind, len(f.shape.points)+len(f.shape.lines)+len(f.shape.areas), int(math.Round(size/unit/unit))))
		return nil
	})
	for _, r := range e.relations {
		c.note(r)
	}
	for id, p := range e.nodes {
		if err := c.node(osm.Node{ID: id, Point: orb.Point{p[0] / 100, p[1] / 100}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range e.ways {
		if err := c.way(w); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range e.relations {
		if err := c.relation(r); err != nil {
			t.Fatal(err)
		}
	}
	return out, c
}

func relation(tags string, of []osm.Member) osm.Relation {
	return osm.Relation{ID: 1, Members: of, Tags: tagsOf(tags)}
}

func TestAreasOfWays(t *testing.T) {
	t.Parallel()
	lake := func() *extract { // 20 x 20 with an island of 10 x 10 that has a pond of 2 x 2
		e := &extract{nodes: map[int64][2]float64{}}
		e.ring(1, 50, 50, 10, "")
		e.ring(2, 50, 50, 5, "natural=wood")
		e.ring(3, 50, 50, 1, "")
		return e
	}
	water := "type=multipolygon natural=water"
	for _, c := range []struct {
		name string
		make func(e *extract)
		want []string
		open int
	}{
		{"a lake with an island and a pond", func(e *extract) { e.relations = append(e.relations, relation(water, members(1, -2, 3))) },
			[]string{"landuse wood 1 100", "water lake 2 304"}, 0},
		{"the roles are wrong", func(e *extract) { e.relations = append(e.relations, relation(water, members(-1, 2, 3))) },
			[]string{"landuse wood 1 100", "water lake 2 304"}, 0},
		{"the shore is missing", func(e *extract) { e.relations = append(e.relations, relation(water, members(9, -2))) },
			[]string{"landuse wood 1 100"}, 1},
		{"another shore is missing", func(e *extract) { e.relations = append(e.relations, relation(water, members(9, 1, -2, -3))) },
			[]string{"landuse wood 1 100", "water lake 1 300"}, 1},
		{"a border is no area", func(e *extract) {
			e.relations = append(e.relations, relation("type=boundary boundary=administrative admin_level=6", members(1)))
		}, []string{"boundaries county 1 0", "landuse wood 1 100"}, 0},
		{"a route is nothing", func(e *extract) { e.relations = append(e.relations, relation("type=route natural=water", members(1))) },
			[]string{"landuse wood 1 100"}, 0},
		{"nodes are missing", func(e *extract) {
			delete(e.nodes, 20)
			e.ways = append(e.ways, osm.Way{ID: 7, Nodes: []int64{11, 12, 99, 31, 32, 33, 98}, Tags: tagsOf("highway=service")}, osm.Way{ID: 8, Nodes: []int64{97, 96}, Tags: tagsOf("highway=service")})
		}, []string{"landuse wood 1 50", "roads minor_road 2 0"}, 0},
	} {
		e := lake()
		c.make(e)
		got, collected := e.shown(t)
		slices.Sort(got)
		if d := cmp.Diff(c.want, got); d != "" || collected.open != c.open {
			t.Errorf("%s: %s; %d areas are open, want %d", c.name, d, collected.open, c.open)
		}
	}
}

// An island in the sea, drawn with the land on its left as two ways.
func TestTheGround(t *testing.T) {
	t.Parallel()
	e := &extract{nodes: map[int64][2]float64{1: {40, 40}, 2: {60, 40}, 3: {60, 60}, 4: {40, 60}}}
	e.ways = []osm.Way{{ID: 1, Nodes: []int64{1, 2, 3}, Tags: tagsOf("natural=coastline")}, {ID: 2, Nodes: []int64{3, 4, 1}, Tags: tagsOf("natural=coastline")}}
	_, c := e.shown(t)
	var got []string
	c.emit = func(f feature) error {
		got = append(got, fmt.Sprintf("%s %v %d", f.layer, f.attrs[0].value, len(f.shape.areas[0])))
		return nil
	}
	low, high := toWorld(orb.Point{0, 0}), toWorld(orb.Point{1, 1})
	if err := c.ground(orb.Bound{Min: orb.Point{low[0], high[1]}, Max: orb.Point{high[0], low[1]}}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"earth earth 1", "water ocean 2"}, got); d != "" {
		t.Error(d)
	}
}

func TestAnExtractMustBeSorted(t *testing.T) {
	t.Parallel()
	c := newCollector(func(feature) error { return nil })
	if err := c.way(osm.Way{ID: 1}); err != nil {
		t.Fatal(err)
	}
	if err := c.node(osm.Node{ID: 1}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a node after a way: %v", err)
	}
	if err := c.relation(osm.Relation{ID: 1}); err != nil {
		t.Fatal(err)
	}
	if err := c.way(osm.Way{ID: 2}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a way after a relation: %v", err)
	}
}

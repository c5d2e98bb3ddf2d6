package tiles

import (
	"context"
	"math"

	"anling/geo/osm"
	"anling/internal/fault"

	"github.com/paulmach/orb"
)

// maxRings is how many rings one area may have: the largest forests of the world have some thousand.
const maxRings = 20_000

// collector makes features of the elements of an extract. It reads the file twice: first the relations, to
// know which ways they need, and then everything.
type collector struct {
	needed map[int64]bool  // ways that areas are made of
	levels map[int64]int   // the administrative level of ways that are borders
	nodes  map[int64]chain // of the ways that are needed
	coasts []chain
	places osm.Places
	seen   osm.Kind // the last kind of element that was read
	number uint64
	open   int // areas that the extract has only parts of
	emit   func(feature) error
}

func newCollector(emit func(feature) error) *collector {
	return &collector{needed: map[int64]bool{}, levels: map[int64]int{}, nodes: map[int64]chain{}, emit: emit}
}

// survey is the first reading. It also looks how far the nodes reach when the extract does not say.
func (c *collector) survey(ctx context.Context, path string, head *osm.Header, progress func(done, total int64)) error {
	h := osm.Handler{Relation: func(r osm.Relation) error { c.note(r); return nil }}
	first := true
	if !head.Bounded {
		h.Node = func(n osm.Node) error {
			if first {
				head.Bounds, first = n.Point.Bound(), false
			}
			head.Bounds = extended(head.Bounds, n.Point)
			return nil
		}
	}
	if err := osm.ReadFile(ctx, path, h, progress); err != nil {
		return err
	}
	b := head.Bounds
	if b.Min[0] >= b.Max[0] || b.Min[1] >= b.Max[1] {
		return fault.New(fault.Invalid, "the map file holds no places that a map could be made of")
	}
	return nil
}

// note keeps which ways a relation needs.
func (c *collector) note(r osm.Relation) {
	level := levelOf(r.Tags)
	wanted := isSurface(r)
	if level == 0 && !wanted {
		return
	}
	for _, m := range r.Members {
		if m.Type != osm.KindWay {
			continue
		}
		if wanted {
			c.needed[m.Ref] = true
		}
		if old := c.levels[m.Ref]; level > 0 && (old == 0 || level < old) {
			c.levels[m.Ref] = level
		}
	}
}

// isSurface tells whether a relation is an area that shows.
func isSurface(r osm.Relation) bool {
	kind := r.Tags.Get("type")
	return (kind == "multipolygon" || kind == "boundary") && len(areaLooks(r.Tags, 0)) > 0
}

// handler is the second reading.
func (c *collector) handler() osm.Handler {
	return osm.Handler{Node: c.node, Way: c.way, Relation: c.relation}
}

// inOrder refuses an extract whose nodes do not come before its ways and these before its relations.
func (c *collector) inOrder(k osm.Kind) error {
	if k < c.seen {
		return fault.New(fault.Invalid, "in the map file a %s comes after a %s; sort it: osmium sort IN.osm.pbf -o OUT.osm.pbf", k, c.seen)
	}
	c.seen = k
	return nil
}

func (c *collector) node(n osm.Node) error {
	if err := c.inOrder(osm.KindNode); err != nil {
		return err
	}
	c.places.Add(n.ID, n.Point)
	if len(n.Tags) == 0 {
		return nil
	}
	return c.put(pointLooks(n.Tags), shape{points: []orb.Point{toWorld(n.Point)}})
}

// put hands on what shows of an element.
func (c *collector) put(looks []look, s shape) error {
	for _, l := range looks {
		f := feature{look: l, number: c.number, shape: s}
		if l.point && len(s.areas) > 0 {
			f.shape = shape{points: []orb.Point{middle(largest(s.areas))}}
		}
		c.number++
		if err := c.emit(f); err != nil {
			return err
		}
	}
	return nil
}

func largest(areas []orb.Polygon) orb.Polygon {
	best, size := areas[0], 0.0
	for _, a := range areas {
		if n := math.Abs(area(a[0])); n > size {
			best, size = a, n
		}
	}
	return best
}

func (c *collector) way(w osm.Way) error {
	if err := c.inOrder(osm.KindWay); err != nil {
		return err
	}
	nodes := chain(w.Nodes)
	if c.needed[w.ID] {
		c.nodes[w.ID] = nodes
	}
	if w.Tags.Get("natural") == "coastline" {
		c.coasts = append(c.coasts, nodes)
	}
	if nodes.closed() && isArea(w.Tags) && len(areaLooks(w.Tags, 0)) > 0 {
		return c.surface(w.Tags, nested(c.ringsOf([]chain{nodes}), nil))
	}
	looks := lineLooks(w.Tags, c.levels[w.ID])
	if len(looks) == 0 {
		return nil
	}
	if s := (shape{lines: c.lines(nodes)}); !s.empty() {
		return c.put(looks, s)
	}
	return nil
}

// lineLooks is how a way shows that is a line. level is that of the border that runs along it, or 0.
func lineLooks(tags osm.Tags, level int) []look {
	var looks []look
	if l, ok := roadLook(tags); ok {
		looks = append(looks, l)
	}
	if l, ok := waterLineLook(tags); ok {
		looks = append(looks, l)
	}
	if own := levelOf(tags); own > 0 && (level == 0 || own < level) {
		level = own
	}
	if l, ok := borderLook(level, tags); ok {
		looks = append(looks, l)
	}
	return looks
}

// surface hands on an area.
func (c *collector) surface(tags osm.Tags, areas []orb.Polygon) error {
	if len(areas) == 0 {
		return nil
	}
	size := 0.0
	for _, a := range areas {
		size += math.Abs(area(a[0])) / 2
	}
	return c.put(areaLooks(tags, size), shape{areas: areas})
}

func (c *collector) relation(r osm.Relation) error {
	if err := c.inOrder(osm.KindRelation); err != nil {
		return err
	}
	if !isSurface(r) {
		return nil
	}
	var ways, inner, others []chain
	whole := true
	for _, m := range r.Members {
		if m.Type != osm.KindWay {
			continue
		}
		w, ok := c.nodes[m.Ref]
		whole = whole && ok
		ways = append(ways, w)
		if m.Role == "inner" {
			inner = append(inner, w)
		} else {
			others = append(others, w)
		}
	}
	closed, rest := chained(ways, false)
	var holes []chain
	if !whole || len(rest) > 0 {
		c.open++
		closed, _ = chained(others, false)
		holes, _ = chained(inner, false)
	}
	if len(closed)+len(holes) > maxRings {
		return nil
	}
	return c.surface(r.Tags, nested(c.ringsOf(closed), c.ringsOf(holes)))
}

// lines gives where a row of nodes runs. Where the extract lacks nodes it is interrupted.
func (c *collector) lines(nodes chain) []orb.LineString {
	var out []orb.LineString
	var part orb.LineString
	for _, id := range nodes {
		p, ok := c.places.At(id)
		if !ok {
			out, part = keepLine(out, part), nil
			continue
		}
		part = append(part, toWorld(p))
	}
	return keepLine(out, part)
}

// ringsOf gives closed rows of nodes as rings; nodes that the extract lacks are left out.
func (c *collector) ringsOf(chains []chain) []orb.Ring {
	var out []orb.Ring
	for _, nodes := range chains {
		r := make(orb.Ring, 0, len(nodes))
		for _, id := range nodes {
			if p, ok := c.places.At(id); ok {
				r = append(r, toWorld(p))
			}
		}
		if len(r) < 3 {
			continue
		}
		if r[0] != r[len(r)-1] {
			r = append(r, r[0])
		}
		out = append(out, r)
	}
	return out
}

// ground hands on land and sea, which are known when the whole extract was read.
func (c *collector) ground(box orb.Bound) error {
	closed, open := chained(c.coasts, true)
	var lines []orb.LineString
	for _, nodes := range open {
		lines = append(lines, c.lines(nodes)...)
	}
	land, sea := shore(box, c.ringsOf(closed), lines)
	earthLook := look{layer: earth}
	earthLook.add("kind", "earth")
	oceanLook := look{layer: water}
	oceanLook.add("kind", "ocean")
	oceanLook.add("sort_rank", 0)
	for _, a := range land {
		if err := c.put([]look{earthLook}, shape{areas: []orb.Polygon{a}}); err != nil {
			return err
		}
	}
	for _, a := range sea {
		if err := c.put([]look{oceanLook}, shape{areas: []orb.Polygon{a}}); err != nil {
			return err
		}
	}
	return nil
}

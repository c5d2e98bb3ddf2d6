package tiles

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// shore makes land and sea within a box of the coastlines that touch it. OpenStreetMap draws a coast with the
// land on its left. rings are coasts that close, lines those that do not; both may reach beyond the box. A
// line that ends within the box, because the extract was cut along another edge, is led to the nearest side.
// Where there is no coast at all everything is land.
func shore(box orb.Bound, rings []orb.Ring, lines []orb.LineString) (land, sea []orb.Polygon) {
	s := coast{box: box}
	for _, r := range rings {
		s.ring(r)
	}
	for _, l := range lines {
		s.line(l)
	}
	if len(s.rings) == 0 && len(s.lines) == 0 {
		return []orb.Polygon{{wound(frame(box), true)}}, nil
	}
	land = s.areas()
	s.turn()
	return land, s.areas()
}

// coast is what of the coastlines lies within a box: rings that close in it, and lines from side to side.
type coast struct {
	box   orb.Bound
	rings []orb.Ring
	lines []orb.LineString
}

// frame is the edge of a box.
func frame(b orb.Bound) orb.Ring {
	return orb.Ring{b.Min, {b.Max[0], b.Min[1]}, b.Max, {b.Min[0], b.Max[1]}, b.Min}
}

// ring takes a closed coast. One that leaves the box is taken as a line that begins outside.
func (s *coast) ring(r orb.Ring) {
	outside := slices.IndexFunc(r, func(p orb.Point) bool { return !s.box.Contains(p) })
	if outside < 0 {
		if len(r) >= 4 && area(r) != 0 {
			s.rings = append(s.rings, r)
		}
		return
	}
	turned := append(slices.Clone(r[outside:len(r)-1]), r[:outside+1]...)
	s.line(orb.LineString(turned))
}

// line takes a coast that does not close.
func (s *coast) line(l orb.LineString) {
	parts := []orb.LineString{l}
	for _, h := range []half{{0, s.box.Min[0], true}, {0, s.box.Max[0], false}, {1, s.box.Min[1], true}, {1, s.box.Max[1], false}} {
		var held []orb.LineString
		for _, p := range parts {
			held = h.line(p, held)
		}
		parts = held
	}
	for _, p := range parts {
		if end := s.side(p[0]); end != p[0] {
			p = append(orb.LineString{end}, p...)
		}
		if end := s.side(p[len(p)-1]); end != p[len(p)-1] {
			p = append(slices.Clone(p), end)
		}
		s.lines = append(s.lines, p)
	}
}

// side gives the nearest place on the edge of the box.
func (s *coast) side(p orb.Point) orb.Point {
	b := s.box
	gaps := [4]float64{p[1] - b.Min[1], b.Max[0] - p[0], b.Max[1] - p[1], p[0] - b.Min[0]}
	switch slices.Min(gaps[:]) {
	case gaps[0]:
		return orb.Point{p[0], b.Min[1]}
	case gaps[1]:
		return orb.Point{b.Max[0], p[1]}
	case gaps[2]:
		return orb.Point{p[0], b.Max[1]}
	}
	return orb.Point{b.Min[0], p[1]}
}

// around is how far along the edge of the box a place on it lies, against the clock as one sees the map, from
// the corner in the north-west: 0 to 4, one for each side. y grows to the south.
func (s *coast) around(p orb.Point) float64 {
	w, h := s.box.Max[0]-s.box.Min[0], s.box.Max[1]-s.box.Min[1]
	switch {
	case p[0] == s.box.Min[0]:
		return (p[1] - s.box.Min[1]) / h // down the west
	case p[1] == s.box.Max[1]:
		return 1 + (p[0]-s.box.Min[0])/w // along the south
	case p[0] == s.box.Max[0]:
		return 2 + (s.box.Max[1]-p[1])/h // up the east
	}
	return 3 + (s.box.Max[0]-p[0])/w // back along the north
}

// corner is the corner of the box at a whole number of sides.
func (s *coast) corner(i int) orb.Point {
	b := s.box
	return [4]orb.Point{b.Min, {b.Min[0], b.Max[1]}, b.Max, {b.Max[0], b.Min[1]}}[i%4]
}

// turn makes the coast run the other way, with the sea on its left.
func (s *coast) turn() {
	for i, r := range s.rings {
		r = slices.Clone(r)
		slices.Reverse(r)
		s.rings[i] = r
	}
	for i, l := range s.lines {
		l = slices.Clone(l)
		slices.Reverse(l)
		s.lines[i] = l
	}
}

// areas gives what lies on the left of the coast. When no coast crosses the edge of the box the largest ring
// tells what is around: what is on its left when it encloses the other.
func (s *coast) areas() []orb.Polygon {
	outer := s.closed()
	var holes []orb.Ring
	largest := 0.0
	for _, r := range s.rings {
		if area(r) < 0 { // against the clock: what it encloses is on its left
			outer = append(outer, r)
		} else {
			holes = append(holes, r)
		}
		if a := area(r); math.Abs(a) > math.Abs(largest) {
			largest = a
		}
	}
	if len(s.lines) == 0 && largest > 0 {
		outer = append(outer, frame(s.box))
	}
	return holed(outer, holes)
}

// holed puts each hole into the smallest ring around it. A hole that lies in none is left out.
func holed(outer, holes []orb.Ring) []orb.Polygon {
	slices.SortStableFunc(outer, func(a, b orb.Ring) int { return cmp.Compare(math.Abs(area(a)), math.Abs(area(b))) })
	out := make([]orb.Polygon, len(outer))
	boxes := make([]orb.Bound, len(outer))
	for i, r := range outer {
		out[i], boxes[i] = orb.Polygon{wound(r, true)}, r.Bound()
	}
	for _, h := range holes {
		box := h.Bound()
		for i := range out {
			if boxes[i].Contains(box.Min) && boxes[i].Contains(box.Max) && inside(h, out[i][0]) {
				out[i] = append(out[i], wound(h, false))
				break
			}
		}
	}
	return out
}

// closed links the lines along the edge of the box: from where one leaves it, against the clock to where the
// next one comes in, so that what is on the left stays on the left.
func (s *coast) closed() []orb.Ring {
	starts := make([]int, len(s.lines)) // the lines in the order of their first points along the edge
	for i := range starts {
		starts[i] = i
	}
	slices.SortFunc(starts, func(a, b int) int {
		return cmp.Compare(s.around(s.lines[a][0]), s.around(s.lines[b][0]))
	})
	used := make([]bool, len(s.lines))
	var out []orb.Ring
	for i := range s.lines {
		if used[i] {
			continue
		}
		var ring orb.Ring
		for k := i; !used[k]; {
			used[k] = true
			ring = append(ring, s.lines[k]...)
			next := s.next(starts, ring[len(ring)-1])
			ring = append(ring, s.corners(ring[len(ring)-1], s.lines[next][0])...)
			k = next
		}
		ring = append(ring, ring[0])
		if len(ring) >= 4 && area(ring) != 0 {
			out = append(out, ring)
		}
	}
	return out
}

// next is the line that begins first after a place on the edge.
func (s *coast) next(starts []int, from orb.Point) int {
	at := s.around(from)
	i, _ := slices.BinarySearchFunc(starts, at, func(k int, at float64) int { return cmp.Compare(s.around(s.lines[k][0]), at) })
	return starts[i%len(starts)]
}

// corners gives the corners of the box that lie between two places on its edge.
func (s *coast) corners(from, to orb.Point) orb.Ring {
	a, b := s.around(from), s.around(to)
	if b < a {
		b += 4
	}
	var out orb.Ring
	for i := int(math.Floor(a)) + 1; float64(i) < b; i++ {
		out = append(out, s.corner(i))
	}
	return out
}

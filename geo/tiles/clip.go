package tiles

import (
	"math"

	"github.com/paulmach/orb"
)

// half is one side of a straight cut across the map: the places whose coordinate along an axis (0 is x, 1 is
// y) is at least, or at most, a number.
type half struct {
	axis  int
	limit float64
	above bool // keeps what is at least the limit
}

func (h half) holds(p orb.Point) bool {
	if h.above {
		return p[h.axis] >= h.limit
	}
	return p[h.axis] <= h.limit
}

// cross is where the line from a to b meets the cut. The places lie on either side of it.
func (h half) cross(a, b orb.Point) orb.Point {
	part := (h.limit - a[h.axis]) / (b[h.axis] - a[h.axis])
	var p orb.Point
	p[h.axis] = h.limit
	other := 1 - h.axis
	p[other] = a[other] + part*(b[other]-a[other])
	return p
}

// line gives the parts of a line that are held. The line itself stays as it is.
func (h half) line(in orb.LineString, out []orb.LineString) []orb.LineString {
	var part orb.LineString
	for i, p := range in {
		inside := h.holds(p)
		if i > 0 && inside != h.holds(in[i-1]) {
			part = append(part, h.cross(in[i-1], p))
			if !inside {
				out, part = keepLine(out, part), nil
			}
		}
		if inside {
			part = append(part, p)
		}
	}
	return keepLine(out, part)
}

func keepLine(out []orb.LineString, part orb.LineString) []orb.LineString {
	if len(part) < 2 {
		return out
	}
	return append(out, part)
}

// ring gives what of a closed ring is held, closed along the cut (Sutherland and Hodgman); nil when nothing is.
func (h half) ring(in orb.Ring) orb.Ring {
	out := make(orb.Ring, 0, len(in)+2)
	for i, p := range in {
		inside := h.holds(p)
		if i > 0 && inside != h.holds(in[i-1]) {
			out = append(out, h.cross(in[i-1], p))
		}
		if inside {
			out = append(out, p)
		}
	}
	if len(out) > 0 && out[0] != out[len(out)-1] {
		out = append(out, out[0])
	}
	if len(out) < 4 {
		return nil
	}
	return out
}

// polygon gives what of an area with holes is held; nil when nothing is.
func (h half) polygon(in orb.Polygon) orb.Polygon {
	outer := h.ring(in[0])
	if outer == nil {
		return nil
	}
	out := orb.Polygon{outer}
	for _, hole := range in[1:] {
		if r := h.ring(hole); r != nil {
			out = append(out, r)
		}
	}
	return out
}

// area is twice the area of a ring with its sign: positive when the ring runs clockwise as one sees it on
// the map, where y grows to the south. So vector tiles want their outer rings.
func area(r orb.Ring) float64 {
	sum := 0.0
	for i := 1; i < len(r); i++ {
		sum += (r[i-1][0]-r[0][0])*(r[i][1]-r[0][1]) - (r[i][0]-r[0][0])*(r[i-1][1]-r[0][1])
	}
	return sum
}

// shape is what a feature is made of: points, lines, or areas.
type shape struct {
	points []orb.Point
	lines  []orb.LineString
	areas  []orb.Polygon
}

func (s *shape) empty() bool { return len(s.points)+len(s.lines)+len(s.areas) == 0 }

// keep gives what of a shape is on one side of a cut.
func (h half) keep(s shape) shape {
	var out shape
	for _, p := range s.points {
		if h.holds(p) {
			out.points = append(out.points, p)
		}
	}
	for _, l := range s.lines {
		out.lines = h.line(l, out.lines)
	}
	for _, a := range s.areas {
		if a = h.polygon(a); a != nil {
			out.areas = append(out.areas, a)
		}
	}
	return out
}

// box is the smallest box around a shape.
func (s *shape) box() orb.Bound {
	b := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
	for _, p := range s.points {
		b = extended(b, p)
	}
	for _, l := range s.lines {
		for _, p := range l {
			b = extended(b, p)
		}
	}
	for _, a := range s.areas {
		for _, p := range a[0] {
			b = extended(b, p)
		}
	}
	return b
}

// extended is Bound.Extend without its special cases.
func extended(b orb.Bound, p orb.Point) orb.Bound {
	b.Min[0], b.Min[1] = math.Min(b.Min[0], p[0]), math.Min(b.Min[1], p[1])
	b.Max[0], b.Max[1] = math.Max(b.Max[0], p[0]), math.Max(b.Max[1], p[1])
	return b
}

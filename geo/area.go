package geo

import (
	"fmt"

	"anling/internal/fault"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Circle is all within a distance of a point.
type Circle struct {
	Centre orb.Point
	Radius Metres
}

// Contains reports whether p lies in the circle or on its edge.
func (c Circle) Contains(p orb.Point) bool {
	return Distance(c.Centre, p) <= c.Radius // false for NaN
}

// Area is a region on the map: a district, a community, the ground that a
// provider serves. It is made by NewArea; the zero Area contains nothing.
type Area struct {
	shape orb.MultiPolygon
	bound orb.Bound
}

// NewArea makes an area of polygons; a ring after the first in a polygon is a
// hole. Rings must be closed, have three corners at least, and lie in range,
// or the area is Invalid. An area across the 180th meridian is to be cut there
// in two (as RFC 7946 asks, 3.1.9). The edges are straight in degrees: over ten
// kilometres that is a metre or two off the great circle.
func NewArea(shape orb.MultiPolygon) (Area, error) {
	var bad []fault.Field
	if len(shape) == 0 {
		bad = append(bad, fault.Field{Name: "area", Problem: "has no polygon"})
	}
	for i, polygon := range shape {
		if len(polygon) == 0 {
			bad = append(bad, fault.Field{Name: fmt.Sprintf("area[%d]", i), Problem: "has no ring"})
		}
		for j, ring := range polygon {
			if problem := ringProblem(ring); problem != "" {
				bad = append(bad, fault.Field{Name: fmt.Sprintf("area[%d][%d]", i, j), Problem: problem})
			}
		}
	}
	if len(bad) > 0 {
		return Area{}, fault.InvalidFields("the area is not valid", bad)
	}
	return Area{shape: shape.Clone(), bound: shape.Bound()}, nil
}

func ringProblem(r orb.Ring) string {
	for _, p := range r {
		if !Valid(p) {
			return "has a corner out of range"
		}
	}
	if len(r) < 4 {
		return "must have three corners at least, and the first again at the end"
	}
	if !r.Closed() {
		return "must end where it begins"
	}
	return ""
}

// Contains reports whether p lies in the area or on its outer edge. The edge of
// a hole is not in it.
func (a Area) Contains(p orb.Point) bool {
	if len(a.shape) == 0 || !Valid(p) || !a.bound.Contains(p) {
		return false
	}
	return planar.MultiPolygonContains(a.shape, p)
}

// Bound is the smallest box around the area.
func (a Area) Bound() orb.Bound {
	return a.bound
}

package fence

import (
	"math"

	"github.com/paulmach/orb"

	"anling/geo"
)

// What a shape may be. Smaller than a receiver is exact, nobody could be said to have left; larger, nobody would be found.
const (
	MinRadius  geo.Metres = 30
	MaxRadius  geo.Metres = 20_000
	MaxAcross  geo.Metres = 60_000 // of the box around a polygon
	MinArea               = 2_000  // square metres
	MaxCorners            = 200
	maxLat                = 85 // beyond, a degree of longitude is no measure any more
)

// Shape is a circle or a polygon: one of the two.
type Shape struct {
	Circle  *Circle  `json:"circle,omitempty"`
	Polygon *Polygon `json:"polygon,omitempty"`
}

// Circle is all within a distance of a point, WGS-84.
type Circle struct {
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
	RadiusM float64 `json:"radius_m"`
}

// Polygon is a GeoJSON polygon of one ring (RFC 7946, 3.1.6), WGS-84, longitude before latitude.
type Polygon struct {
	Type        string      `json:"type"`
	Coordinates orb.Polygon `json:"coordinates"`
}

// Problem says what is wrong with a shape; "" when nothing is.
func (s Shape) Problem() string {
	switch {
	case (s.Circle == nil) == (s.Polygon == nil):
		return "must be a circle or a polygon"
	case s.Circle != nil:
		return s.Circle.problem()
	}
	return s.Polygon.problem()
}

func (c Circle) problem() string {
	if !geo.Valid(orb.Point{c.Lon, c.Lat}) || math.Abs(c.Lat) > maxLat {
		return "must lie on earth, within 85 degrees of the equator"
	}
	if r := geo.Metres(c.RadiusM); !(r >= MinRadius && r <= MaxRadius) {
		return "must have a radius from 30 to 20000 metres"
	}
	return ""
}

func (p Polygon) problem() string {
	if p.Type != "Polygon" || len(p.Coordinates) != 1 {
		return "must be a GeoJSON Polygon of one ring, without holes"
	}
	ring := p.Coordinates[0]
	switch {
	case len(ring) < 4 || !ring.Closed():
		return "must have three corners at least, and the first again at the end"
	case len(ring) > MaxCorners+1:
		return "must have at most 200 corners"
	}
	for i, c := range ring {
		if !geo.Valid(c) || math.Abs(c.Lat()) > maxLat {
			return "must lie on earth, within 85 degrees of the equator"
		}
		if i > 0 && math.Abs(c.Lon()-ring[i-1].Lon()) > 180 {
			return "must not cross the 180th meridian"
		}
	}
	return sizeProblem(ring)
}

func sizeProblem(ring orb.Ring) string {
	box := ring.Bound()
	if geo.Distance(box.Min, box.Max) > MaxAcross {
		return "must be at most 60 kilometres across"
	}
	flat := flatten(ring, box.Center())
	if crossesItself(flat) {
		return "must not cross or touch itself"
	}
	if areaOf(flat) < MinArea {
		return "must be at least 2000 square metres large"
	}
	return ""
}

// Depth is how far inside the shape a point lies: the metres to its edge, negative outside. Of two points it differs by no more
// than their distance. The edges of a polygon are straight in degrees; at the sizes allowed that is some metres at most.
func (s Shape) Depth(p orb.Point) geo.Metres {
	if c := s.Circle; c != nil {
		return geo.Metres(c.RadiusM) - geo.Distance(orb.Point{c.Lon, c.Lat}, p)
	}
	flat := flatten(s.Polygon.Coordinates[0], p)
	nearest := math.Inf(1)
	inside := false
	for i := 1; i < len(flat); i++ {
		a, b := flat[i-1], flat[i]
		nearest = min(nearest, toOrigin(a, b))
		if (a[1] > 0) != (b[1] > 0) && a[0]+(b[0]-a[0])*a[1]/(a[1]-b[1]) > 0 {
			inside = !inside
		}
	}
	if inside {
		return geo.Metres(nearest)
	}
	return geo.Metres(-nearest)
}

// metresPerDegree is that of a great circle of the earth's mean radius (IUGG).
const metresPerDegree = 6371008.8 * math.Pi / 180

// flatten gives corners in metres east and north of a point.
func flatten(ring orb.Ring, from orb.Point) [][2]float64 {
	east := metresPerDegree * math.Cos(from.Lat()*math.Pi/180)
	out := make([][2]float64, len(ring))
	for i, c := range ring {
		dLon := math.Remainder(c.Lon()-from.Lon(), 360)
		out[i] = [2]float64{dLon * east, (c.Lat() - from.Lat()) * metresPerDegree}
	}
	return out
}

// toOrigin is how far the origin is from a stretch.
func toOrigin(a, b [2]float64) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = min(1, max(0, -(a[0]*dx+a[1]*dy)/l))
	}
	return math.Hypot(a[0]+t*dx, a[1]+t*dy)
}

func areaOf(ring [][2]float64) float64 {
	var sum float64
	for i := 1; i < len(ring); i++ {
		sum += ring[i-1][0]*ring[i][1] - ring[i][0]*ring[i-1][1]
	}
	return math.Abs(sum) / 2
}

// crossesItself compares all pairs of edges: of 200 corners that is soon done.
func crossesItself(ring [][2]float64) bool {
	n := len(ring) - 1 // edges
	for i := range n {
		if ring[i] == ring[i+1] {
			return true
		}
		for j := i + 1; j < n; j++ {
			if edgesMeet(ring, i, j) {
				return true
			}
		}
	}
	return false
}

// edgesMeet tells whether two edges have more in common than the corner in which neighbours meet.
func edgesMeet(ring [][2]float64, i, j int) bool {
	if neighbours(i, j, len(ring)-1) {
		return foldsBack(ring, i, j)
	}
	return meet(ring[i], ring[i+1], ring[j], ring[j+1])
}

func neighbours(i, j, n int) bool { return j == i+1 || i == 0 && j == n-1 }

// foldsBack tells whether of two edges that share a corner one lies on the other.
func foldsBack(ring [][2]float64, i, j int) bool {
	corner, a, b := ring[j], ring[i], ring[j+1]
	if j != i+1 {
		corner, a, b = ring[0], ring[1], ring[j]
	}
	u, v := [2]float64{a[0] - corner[0], a[1] - corner[1]}, [2]float64{b[0] - corner[0], b[1] - corner[1]}
	return u[0]*v[1]-u[1]*v[0] == 0 && u[0]*v[0]+u[1]*v[1] > 0
}

// meet tells whether two stretches have a point in common.
func meet(a, b, c, d [2]float64) bool {
	o1, o2, o3, o4 := side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
	if o1*o2 < 0 && o3*o4 < 0 {
		return true
	}
	return o1 == 0 && on(a, b, c) || o2 == 0 && on(a, b, d) || o3 == 0 && on(c, d, a) || o4 == 0 && on(c, d, b)
}

// side is positive when c lies to the left of the way from a to b.
func side(a, b, c [2]float64) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
}

// on tells of a point on the line of a stretch whether it lies on the stretch.
func on(a, b, p [2]float64) bool {
	return p[0] >= min(a[0], b[0]) && p[0] <= max(a[0], b[0]) && p[1] >= min(a[1], b[1]) && p[1] <= max(a[1], b[1])
}

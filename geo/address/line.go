package address

import (
	"math"

	"github.com/paulmach/orb"

	"anling/geo"
)

// plane is the ground around a point as a plane, in metres: x to the east, y to the north. Over ten kilometres that is a few metres off the
// sphere, and for what is near it is exact.
type plane struct {
	origin orb.Point
	perLon float64 // metres
}

// metresPerDegree is the length of a degree of latitude on the sphere that geo.Distance measures on.
const metresPerDegree = 6371008.8 * math.Pi / 180

func planeAt(p orb.Point) plane {
	return plane{origin: p, perLon: metresPerDegree * math.Cos(p.Lat()*math.Pi/180)}
}

func (p plane) at(q orb.Point) (x, y float64) {
	lon := q.Lon() - p.origin.Lon()
	switch {
	case lon > 180:
		lon -= 360
	case lon < -180:
		lon += 360
	}
	return lon * p.perLon, (q.Lat() - p.origin.Lat()) * metresPerDegree
}

// nearestOnPart gives which share of the way from a to b is nearest to the origin, and the square of how far that is.
func (p plane) nearestOnPart(a, b orb.Point) (share, d2 float64) {
	ax, ay := p.at(a)
	bx, by := p.at(b)
	dx, dy := bx-ax, by-ay
	if length2 := dx*dx + dy*dy; length2 > 0 {
		share = min(1, max(0, -(ax*dx+ay*dy)/length2))
	}
	x, y := ax+share*dx, ay+share*dy
	return share, x*x + y*y
}

// nearestOn is the point of some lines that is nearest to another, and how far it is.
func nearestOn(lines []orb.LineString, from orb.Point) (best orb.Point, d geo.Metres) {
	p, least := planeAt(from), math.Inf(1)
	for _, line := range lines {
		for i := range line {
			a, b := line[max(0, i-1)], line[i]
			if share, d2 := p.nearestOnPart(a, b); d2 < least {
				least, best = d2, onLine(a, b, share)
			}
		}
	}
	return best, geo.Distance(from, best)
}

// boxDistance is at most how far anything in a box is.
func boxDistance(b orb.Bound, from orb.Point) geo.Metres {
	clamped := orb.Point{min(b.Max[0], max(b.Min[0], from[0])), min(b.Max[1], max(b.Min[1], from[1]))}
	const safe = 0.99 // the nearest point of a box on a sphere lies a little beside the one in degrees
	return geo.Distance(from, clamped) * safe
}

// middleOf is the point half-way along the longest of some lines.
func middleOf(lines []orb.LineString) orb.Point {
	var longest orb.LineString
	most := -1.0
	for _, line := range lines {
		if l := lengthOf(line); l > most {
			most, longest = l, line
		}
	}
	half := most / 2
	for i := 1; i < len(longest); i++ {
		part := float64(geo.Distance(longest[i-1], longest[i]))
		if part >= half && part > 0 {
			return onLine(longest[i-1], longest[i], half/part)
		}
		half -= part
	}
	return longest[len(longest)-1]
}

func lengthOf(line orb.LineString) (sum float64) {
	for i := 1; i < len(line); i++ {
		sum += float64(geo.Distance(line[i-1], line[i]))
	}
	return sum
}

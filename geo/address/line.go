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
	return planeAt(from).nearestOn(lines)
}

// nearestOn is the point of some lines that is nearest to the origin, and how far it is.
func (p plane) nearestOn(lines []orb.LineString) (best orb.Point, d geo.Metres) {
	least := math.Inf(1)
	for _, line := range lines {
		for i := range line {
			a, b := line[max(0, i-1)], line[i]
			if share, d2 := p.nearestOnPart(a, b); d2 < least {
				least, best = d2, onLine(a, b, share)
			}
		}
	}
	return best, geo.Distance(p.origin, best)
}

// boxDistance is at most how far anything in a box is from the origin. What is near is measured in the plane, which costs no trigonometry.
func (p plane) boxDistance(b orb.Bound) geo.Metres {
	const (
		safe = 0.99 // the nearest point of a box on a sphere lies a little beside the one in degrees
		flat = 50_000
	)
	clamped := orb.Point{min(b.Max[0], max(b.Min[0], p.origin[0])), min(b.Max[1], max(b.Min[1], p.origin[1]))}
	if x, y := p.at(clamped); x*x+y*y < flat*flat {
		return geo.Metres(math.Sqrt(x*x+y*y) * safe)
	}
	return geo.Distance(p.origin, clamped) * safe
}

// middleOf is the point on some lines that is nearest to the middle of all their length.
func middleOf(lines []orb.LineString) orb.Point {
	var sum orb.Point
	whole := 0.0
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			part := float64(geo.Distance(line[i-1], line[i]))
			middle := onLine(line[i-1], line[i], 0.5)
			sum[0], sum[1], whole = sum[0]+part*middle[0], sum[1]+part*middle[1], whole+part
		}
	}
	if whole == 0 {
		return lines[0][0]
	}
	p, _ := nearestOn(lines, orb.Point{sum[0] / whole, sum[1] / whole})
	return p
}

func lengthOf(line orb.LineString) (sum float64) {
	for i := 1; i < len(line); i++ {
		sum += float64(geo.Distance(line[i-1], line[i]))
	}
	return sum
}

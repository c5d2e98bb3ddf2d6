package tiles

import (
	"math"

	"github.com/paulmach/orb"
)

// The zooms of the map. A program shows the last one enlarged.
const (
	minZoom    = 5
	maxZoom    = 15
	centreZoom = 12
)

// worldSize is the edge of the whole world in units of the last zoom. Places are counted in them, from the
// north-west corner, x to the east and y to the south.
const worldSize = extent << maxZoom

// maxLat is where the square world of web maps ends.
const maxLat = 85.051128779806592

// toWorld is the Mercator projection of web maps (EPSG:3857).
func toWorld(p orb.Point) orb.Point {
	lat := math.Max(-maxLat, math.Min(maxLat, p.Lat())) * math.Pi / 180
	y := 0.5 - math.Log(math.Tan(math.Pi/4+lat/2))/(2*math.Pi)
	return orb.Point{(p.Lon()/360 + 0.5) * worldSize, y * worldSize}
}

// span is a rectangle of tiles of one zoom, its last column and row included.
type span struct{ minX, minY, maxX, maxY int }

// spanOf gives the tiles of a zoom in which a box, in units of that zoom, lies.
func spanOf(b orb.Bound, zoom uint8) span {
	last := float64(int(1)<<zoom - 1)
	index := func(v float64) int { return int(math.Max(0, math.Min(last, math.Floor(v/extent)))) }
	return span{index(b.Min[0]), index(b.Min[1]), index(b.Max[0]), index(b.Max[1])}
}

func (s span) and(o span) span {
	return span{max(s.minX, o.minX), max(s.minY, o.minY), min(s.maxX, o.maxX), min(s.maxY, o.maxY)}
}

func (s span) empty() bool { return s.minX > s.maxX || s.minY > s.maxY }
func (s span) tiles() int  { return (s.maxX - s.minX + 1) * (s.maxY - s.minY + 1) }

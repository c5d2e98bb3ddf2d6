package tiles

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"
)

// What is drawn of a feature beyond the edge of its tile, in units, so that the ends of thick lines and the
// smoothed edges of areas do not show where tiles meet.
const margin = 64

// tolerance is how far, in units, a line may be moved to have fewer bends. Eight units are one pixel. The last
// zoom is enlarged when shown, so it stays as it is.
func tolerance(zoom uint8) float64 {
	if zoom == maxZoom {
		return 0.5
	}
	return 4
}

// smallest is the area in square units below which an area of a layer is left out: 2 × 2 pixels, of land half
// a pixel, so that a small extract has its ground at low zooms, too.
func smallest(l layer, zoom uint8) float64 {
	switch {
	case zoom == maxZoom:
		return 4
	case l == earth:
		return 16
	}
	return 256
}

// feature is something on the map: how it looks and where it is, in units of the last zoom.
type feature struct {
	look
	number uint64 // in the order of the extract
	shape  shape
}

// cutter cuts features into the pieces of tiles, zoom by zoom.
type cutter struct {
	spans [maxZoom + 1]span // the tiles of the map, by zoom
	out   *sorter
}

func newCutter(box orb.Bound, out *sorter) *cutter {
	c := &cutter{out: out}
	for z := uint8(minZoom); z <= maxZoom; z++ {
		c.spans[z] = spanOf(scaled(box, z), z)
	}
	return c
}

// scaled gives a box in units of a zoom.
func scaled(b orb.Bound, zoom uint8) orb.Bound {
	k := 1 / float64(int(1)<<(maxZoom-zoom))
	return orb.Bound{Min: orb.Point{b.Min[0] * k, b.Min[1] * k}, Max: orb.Point{b.Max[0] * k, b.Max[1] * k}}
}

// cut puts a feature into the tiles of all its zooms.
func (c *cutter) cut(f *feature) error {
	var attrs []byte
	for z := max(minZoom, f.from); z <= maxZoom; z++ {
		if attrs == nil || f.changes(z) {
			attrs = f.at(z)
		}
		s := atZoom(f.shape, z, smallest(f.layer, z))
		if s.empty() {
			continue
		}
		in := spanOf(padded(s.box()), z).and(c.spans[z])
		if in.empty() {
			continue
		}
		j := job{cutter: c, zoom: z, attrs: attrs, order: orderOf(f.layer, f.rank, f.number)}
		if err := j.split(trimmed(s, in), in); err != nil {
			return err
		}
	}
	return nil
}

func padded(b orb.Bound) orb.Bound {
	b.Min[0], b.Min[1] = b.Min[0]-margin, b.Min[1]-margin
	b.Max[0], b.Max[1] = b.Max[0]+margin, b.Max[1]+margin
	return b
}

// trimmed cuts off what lies beyond a rectangle of tiles.
func trimmed(s shape, in span) shape {
	box := s.box()
	for _, h := range []half{
		{0, float64(in.minX*extent - margin), true}, {1, float64(in.minY*extent - margin), true},
		{0, float64((in.maxX+1)*extent + margin), false}, {1, float64((in.maxY+1)*extent + margin), false},
	} {
		if !h.holds(box.Min) || !h.holds(box.Max) {
			s = h.keep(s)
		}
	}
	return s
}

// job is one feature at one zoom.
type job struct {
	*cutter
	zoom  uint8
	attrs []byte
	order uint64
}

// split halves a rectangle of tiles until each has its piece.
func (j *job) split(s shape, in span) error {
	if s.empty() {
		return nil
	}
	if in.tiles() == 1 {
		return j.emit(s, in)
	}
	axis, middle, low, high := 0, (in.minX+in.maxX+1)/2, in, in
	if in.maxX-in.minX >= in.maxY-in.minY {
		low.maxX, high.minX = middle-1, middle
	} else {
		axis, middle = 1, (in.minY+in.maxY+1)/2
		low.maxY, high.minY = middle-1, middle
	}
	box, edge := s.box(), float64(middle*extent)
	if box.Max[axis] < edge-margin {
		return j.split(s, low)
	}
	if box.Min[axis] > edge+margin {
		return j.split(s, high)
	}
	if err := j.split(half{axis, edge + margin, false}.keep(s), low); err != nil {
		return err
	}
	return j.split(half{axis, edge - margin, true}.keep(s), high)
}

// emit hands the piece of a tile on.
func (j *job) emit(s shape, at span) error {
	p := piece{tile: idOf(tile{uint32(at.minX), uint32(at.minY), j.zoom}), order: j.order, attrs: j.attrs}
	corner := orb.Point{float64(at.minX * extent), float64(at.minY * extent)}
	switch {
	case len(s.points) > 0:
		p.kind, p.paths = pointShape, pointPaths(s.points, corner)
	case len(s.lines) > 0:
		p.kind, p.paths = lineShape, linePaths(s.lines, corner)
	default:
		p.kind, p.paths = areaShape, areaPaths(s.areas, corner)
	}
	if len(p.paths) == 0 {
		return nil
	}
	return j.out.add(&p)
}

func spotOf(p, corner orb.Point) spot {
	return spot{int32(math.Round(p[0] - corner[0])), int32(math.Round(p[1] - corner[1]))}
}

// pointPaths keeps only points within the tile itself: a label belongs to one tile.
func pointPaths(points []orb.Point, corner orb.Point) (paths [][]spot) {
	for _, p := range points {
		if s := spotOf(p, corner); s.x >= 0 && s.x < extent && s.y >= 0 && s.y < extent {
			paths = append(paths, []spot{s})
		}
	}
	return paths
}

func linePaths(lines []orb.LineString, corner orb.Point) (paths [][]spot) {
	for _, l := range lines {
		if path := spots(l, corner); len(path) > 1 {
			paths = append(paths, path)
		}
	}
	return paths
}

// areaPaths gives the rings without their last point, the outer ones clockwise, holes anticlockwise. What
// has shrunk to nothing or has turned round by rounding is left out.
func areaPaths(areas []orb.Polygon, corner orb.Point) (paths [][]spot) {
	for _, a := range areas {
		for i, ring := range a {
			path := spots(orb.LineString(ring), corner)
			path = path[:max(0, len(path)-1)]
			sign := spotArea(path)
			if i == 0 && sign <= 0 {
				break
			}
			if i == 0 || sign < 0 {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// spots rounds places to units of the tile; those that become one are kept once.
func spots(line orb.LineString, corner orb.Point) []spot {
	path := make([]spot, 0, len(line))
	for _, p := range line {
		s := spotOf(p, corner)
		if len(path) == 0 || path[len(path)-1] != s {
			path = append(path, s)
		}
	}
	return path
}

// spotArea is twice the signed area of a ring that is given without its last point.
func spotArea(path []spot) int64 {
	if len(path) < 3 {
		return 0
	}
	sum, last := int64(0), path[len(path)-1]
	for _, s := range path {
		sum += int64(last.x)*int64(s.y) - int64(s.x)*int64(last.y)
		last = s
	}
	return sum
}

// atZoom gives a shape in units of a zoom, with as many bends as can be seen there and without areas smaller
// than least. It is done before cutting, so that the pieces of neighbouring tiles meet.
func atZoom(s shape, zoom uint8, least float64) shape {
	k := 1 / float64(int(1)<<(maxZoom-zoom))
	simple := simplify.DouglasPeucker(tolerance(zoom))
	var out shape
	for _, p := range s.points {
		out.points = append(out.points, orb.Point{p[0] * k, p[1] * k})
	}
	for _, l := range s.lines {
		out.lines = append(out.lines, simple.LineString(scaledLine(l, k)))
	}
	for _, a := range s.areas {
		if a = areaAtZoom(a, k, least, simple); a != nil {
			out.areas = append(out.areas, a)
		}
	}
	return out
}

func areaAtZoom(a orb.Polygon, k, least float64, simple *simplify.DouglasPeuckerSimplifier) orb.Polygon {
	var out orb.Polygon
	for _, ring := range a {
		r := scaledLine(orb.LineString(ring), k)
		if math.Abs(area(orb.Ring(r)))/2 >= least {
			r = simple.LineString(r)
		}
		if math.Abs(area(orb.Ring(r)))/2 >= least && len(r) >= 4 {
			out = append(out, orb.Ring(r))
		} else if out == nil { // the outer ring
			return nil
		}
	}
	return out
}

func scaledLine(l orb.LineString, k float64) orb.LineString {
	out := make(orb.LineString, len(l))
	for i, p := range l {
		out[i] = orb.Point{p[0] * k, p[1] * k}
	}
	return out
}

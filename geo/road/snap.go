package road

import (
	"math"

	"github.com/paulmach/orb"

	"anling/geo"
)

// spot is a place on a segment.
type spot struct {
	seg  uint32  // none: there is no road near
	part uint16  // of its length, from its first point, in 65536ths
	off  float32 // metres beside it
}

const whole = 1 << 16

// partOf is the part of a cost that lies before the spot.
func partOf(cost uint32, part uint32) uint32 { return uint32(uint64(cost) * uint64(part) >> 16) }

// piece is a straight part of a segment, in units of 1e-7 degrees.
type piece struct {
	x1, y1, x2, y2 int32
	seg            uint32  // with the modes that may use it in its three lowest bits
	from, to       float32 // parts of the segment's length, 0 to 1
}

const (
	pieceBits        = 3
	allModes  uint32 = 1<<modes - 1
)

// grid finds the nearest piece: for each cell of some 100 metres the pieces that touch it.
type grid struct {
	west, south   float64 // units
	width, height float64 // of a cell, units
	across, up    int
	first         []uint32
	pieces        []piece
}

// Cells are a compromise: smaller ones hold fewer pieces, larger ones need fewer looks. A thousandth of a degree is 111 m.
const cellUnits = unit / 1000

func newGrid(m *Map) *grid {
	b := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
	for i := 0; i+1 < len(m.Points); i += 2 {
		b = b.Extend(orb.Point{float64(m.Points[i]), float64(m.Points[i+1])})
	}
	g := &grid{first: []uint32{0}}
	if len(m.Points) == 0 {
		return g
	}
	squeeze := math.Max(0.05, math.Cos(b.Center().Lat()/unit*math.Pi/180))
	g.west, g.south, g.width, g.height = b.Min.X(), b.Min.Y(), cellUnits/squeeze, cellUnits
	g.across, g.up = g.size(b.Max.X()-g.west, g.width), g.size(b.Max.Y()-g.south, g.height)
	counts := make([]uint32, g.across*g.up+1)
	each(m, func(p piece) {
		g.cells(p, func(c int) { counts[c+1]++ })
	})
	for i := range g.across * g.up {
		counts[i+1] += counts[i]
	}
	g.first, g.pieces = counts, make([]piece, counts[len(counts)-1])
	at := append([]uint32(nil), counts...)
	each(m, func(p piece) {
		g.cells(p, func(c int) {
			g.pieces[at[c]] = p
			at[c]++
		})
	})
	return g
}

// maxSide bounds a grid over a map with a stray point on the other side of the earth.
const maxSide = 20_000

func (g *grid) size(length, cell float64) int {
	return min(maxSide, int(length/cell)+1)
}

func (g *grid) bytes() int { return 4*len(g.first) + 28*len(g.pieces) }

// each gives all pieces that somebody may use.
func each(m *Map, use func(piece)) {
	for seg := range m.segments() {
		mask := uint32(0)
		for mode, n := range m.nets {
			if hasBit(n.main, seg) {
				mask |= 1 << mode
			}
		}
		if mask == 0 {
			continue
		}
		line := m.line(seg)
		total, along := max(length(line), 1e-9), 0.0
		for i := 1; i < len(line); i++ {
			p := piece{seg: uint32(seg)<<pieceBits | mask, from: float32(along / total)}
			along += float64(geo.Distance(line[i-1], line[i]))
			p.to = float32(along / total)
			p.x1, p.y1 = unitsOf(line[i-1])
			p.x2, p.y2 = unitsOf(line[i])
			use(p)
		}
	}
}

func length(l orb.LineString) float64 {
	sum := 0.0
	for i := 1; i < len(l); i++ {
		sum += float64(geo.Distance(l[i-1], l[i]))
	}
	return sum
}

func clampInt(v float64, n int) int {
	return int(math.Max(0, math.Min(float64(n-1), v)))
}

// cells names the cells that the box of a piece touches.
func (g *grid) cells(p piece, use func(int)) {
	x1, x2 := g.column(float64(min(p.x1, p.x2))), g.column(float64(max(p.x1, p.x2)))
	y1, y2 := g.row(float64(min(p.y1, p.y2))), g.row(float64(max(p.y1, p.y2)))
	for y := y1; y <= y2; y++ {
		for x := x1; x <= x2; x++ {
			use(y*g.across + x)
		}
	}
}

func (g *grid) column(x float64) int { return clampInt((x-g.west)/g.width, g.across) }
func (g *grid) row(y float64) int    { return clampInt((y-g.south)/g.height, g.up) }

// metresPerUnit is the length of a unit of latitude on the sphere of geo.Distance.
const metresPerUnit = 6371008.8 * math.Pi / 180 / unit

// snap finds for each of the modes the place on its roads nearest to a point, no farther off than so many metres.
func (g *grid) snap(p orb.Point, want uint32, within geo.Metres) [modes]spot {
	s := snapping{grid: g, want: want, x: p.Lon() * unit, y: p.Lat() * unit, squeeze: math.Cos(p.Lat() * math.Pi / 180)}
	limit := float64(within) / metresPerUnit
	for m := range s.best {
		s.best[m], s.near[m] = spot{seg: none}, limit*limit
	}
	if g.across == 0 {
		return s.best
	}
	s.outward(limit)
	for m := range s.best {
		s.best[m].off = float32(math.Sqrt(s.near[m]) * metresPerUnit)
	}
	return s.best
}

// snapping is one search for the nearest piece, in units of latitude.
type snapping struct {
	*grid
	want    uint32
	x, y    float64
	squeeze float64 // of a unit of longitude
	best    [modes]spot
	near    [modes]float64 // squared
}

// outward looks into the cell of the point, then into the ring about it, until no cell of a ring can hold anything nearer.
func (s *snapping) outward(limit float64) {
	cx, cy := int(math.Floor((s.x-s.west)/s.width)), int(math.Floor((s.y-s.south)/s.height))
	for ring := 0; ; ring++ {
		// What lies in this ring is at least so far away: ring-1 whole cells, and the way to the edge of the own one.
		least := s.toEdge(cx, cy, ring)
		if least > limit || least*least > s.farthest() {
			return
		}
		for y := cy - ring; y <= cy+ring; y++ {
			step := 2 * ring
			if y == cy-ring || y == cy+ring || step == 0 {
				step = 1
			}
			for x := cx - ring; x <= cx+ring; x += step {
				s.look(x, y)
			}
		}
	}
}

// toEdge is how far it is from the point to the nearest point outside the square of cells that lies within the ring.
func (s *snapping) toEdge(cx, cy, ring int) float64 {
	if ring == 0 {
		return 0
	}
	k := float64(ring)
	x, y := (s.x-s.west)/s.width-float64(cx), (s.y-s.south)/s.height-float64(cy)
	side := math.Min(x, 1-x) + k - 1
	updown := math.Min(y, 1-y) + k - 1
	return math.Min(side*s.width*s.squeeze, updown*s.height)
}

// farthest is the largest of the distances that are still to be beaten.
func (s *snapping) farthest() float64 {
	far := 0.0
	for m := range s.near {
		if s.want>>m&1 != 0 {
			far = max(far, s.near[m])
		}
	}
	return far
}

func (s *snapping) look(x, y int) {
	if x < 0 || y < 0 || x >= s.across || y >= s.up {
		return
	}
	c := y*s.across + x
	for i := s.first[c]; i < s.first[c+1]; i++ {
		p := &s.pieces[i]
		if p.seg&s.want != 0 {
			s.measure(p)
		}
	}
}

func (s *snapping) measure(p *piece) {
	ax, ay := (float64(p.x1)-s.x)*s.squeeze, float64(p.y1)-s.y
	dx, dy := float64(p.x2-p.x1)*s.squeeze, float64(p.y2-p.y1)
	t := 0.0
	if square := dx*dx + dy*dy; square > 0 {
		t = math.Max(0, math.Min(1, -(ax*dx+ay*dy)/square))
	}
	ax, ay = ax+t*dx, ay+t*dy
	far := ax*ax + ay*ay
	for m := range s.near {
		if far < s.near[m] && (p.seg&s.want)>>m&1 != 0 {
			s.near[m] = far
			along := float64(p.from) + t*float64(p.to-p.from)
			s.best[m] = spot{seg: p.seg >> pieceBits, part: uint16(math.Min(whole-1, along*whole))}
		}
	}
}

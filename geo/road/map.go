package road

import (
	"github.com/paulmach/orb"

	"anling/geo"
)

// Map is the streets of a region. It never changes and may be used from many
// goroutines at once.
type Map struct {
	*sheet
	nets   [modes]*net
	grid   *grid
	metres []float32 // the length of each segment
}

// newMap makes of a sheet, which must have passed its check, what a search needs.
func newMap(s *sheet) *Map {
	m := &Map{sheet: s, metres: make([]float32, s.segments())}
	for seg := range m.metres {
		m.metres[seg] = float32(length(s.line(seg)))
	}
	for mode := range m.nets {
		m.nets[mode] = wire(s, mode)
	}
	m.grid = newGrid(m)
	return m
}

// Nowhere is a map without a road: whoever is put on it is found by air.
func Nowhere() *Map { return newMap(&sheet{Labels: []string{""}, Shapes: []uint32{0}}) }

// About says what the map was made of.
func (m *Map) About() About { return m.sheet.About }

// Segment is a stretch of a road between two crossings.
type Segment struct {
	ID    int
	Name  string // empty when it has none
	Class string // highway=* of OpenStreetMap
	Line  orb.LineString
}

// Middle is the place half-way along the segment.
func (s Segment) Middle() orb.Point {
	half := length(s.Line) / 2
	for i := 1; i < len(s.Line); i++ {
		step := float64(geo.Distance(s.Line[i-1], s.Line[i]))
		if half <= step {
			return between(s.Line[i-1], s.Line[i], half/max(step, 1e-9))
		}
		half -= step
	}
	return s.Line[len(s.Line)-1]
}

// Segment gives a segment of the map by its number, which holds for this file only.
func (m *Map) Segment(id int) (Segment, bool) {
	if id < 0 || id >= m.segments() {
		return Segment{}, false
	}
	return Segment{ID: id, Name: m.Labels[m.Names[id]], Class: className(m.Class[id]), Line: m.line(id)}, true
}

// NearestSegment finds the segment nearest to a point that any mode can travel, and how far off it is.
func (m *Map) NearestSegment(p orb.Point, within geo.Metres) (Segment, geo.Metres, bool) {
	best, found := spot{}, false
	for _, at := range m.grid.snap(p, allModes, within) {
		if at.seg != none && (!found || at.off < best.off) {
			best, found = at, true
		}
	}
	if !found {
		return Segment{}, 0, false
	}
	s, _ := m.Segment(int(best.seg))
	return s, geo.Metres(best.off), true
}

// Size is what a map holds.
type Size struct {
	Segments, Crossings, Turns int
	Usable                     [3]int // segments that one can travel on foot, by bicycle, by car
	Bytes                      int    // in memory
}

// Size counts.
func (m *Map) Size() Size {
	s := Size{Segments: m.segments(), Crossings: int(m.Crossings), Turns: len(m.Bans)}
	s.Bytes = 4*len(m.metres) + 4*(len(m.From)+len(m.To)+len(m.Shapes)+len(m.Points)+len(m.Names)) + len(m.Class) + m.grid.bytes()
	for mode, n := range m.nets {
		for seg := range m.segments() {
			if hasBit(n.main, seg) {
				s.Usable[mode]++
			}
		}
		s.Bytes += 4*directions*m.segments() + 4*(len(n.first)+len(n.heads)+len(n.tails)) + 12*len(n.arcs) + 8*len(n.main)
	}
	return s
}

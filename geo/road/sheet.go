package road

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/fault"
)

// The ways of travelling, as places in an array.
const (
	foot = iota
	bike
	car
	modes
)

// modeOf gives the place of a mode.
func modeOf(m geo.Mode) (int, bool) {
	switch m {
	case geo.Foot:
		return foot, true
	case geo.Bike:
		return bike, true
	case geo.Car:
		return car, true
	}
	return 0, false
}

func nameOf(mode int) geo.Mode {
	return [modes]geo.Mode{geo.Foot, geo.Bike, geo.Car}[mode]
}

// The two directions of a segment: from its first point to its last, and back.
const (
	ahead = iota
	back
	directions
)

// never is the cost of what may not be travelled.
const never = math.MaxUint32

// sheet is what a road file holds: the segments between crossings, in columns.
// Everything else follows from it and is made when the file is read.
type sheet struct {
	// From and To are the crossings at the ends of each segment.
	From, To []uint32
	// Shapes says where the points of each segment begin in Points, and after the
	// last one where they end. Points are pairs of longitude and latitude, in
	// units of 1e-7 degrees.
	Shapes []uint32
	Points []int32
	// Class is the class of road of each segment.
	Class []uint8
	// Names says which of Labels each segment is called; 0 is no name.
	Names  []uint32
	Labels []string
	// Cost is the time that a segment takes by each mode, in each direction, in
	// milliseconds; never where it may not be travelled.
	Cost [modes][directions][]uint32
	// Bans are the turns that are forbidden.
	Bans []ban
	// Blocks are the crossings that cannot be passed: a bollard, a gate.
	Blocks []block
	// Crossings is how many there are.
	Crossings uint32
	// About says where the data come from.
	About About
}

// ban forbids a turn at a crossing from one segment into another. Segments carry
// their direction in the lowest bit: 2·segment + direction.
type ban struct {
	Mode uint8
	From uint32
	To   uint32
}

// block is a crossing that cannot be passed by a mode.
type block struct {
	Mode     uint8
	Crossing uint32
}

// About says what a road file was made of.
type About struct {
	Source      string     `json:"source"`      // the name of the file of OpenStreetMap data
	Attribution string     `json:"attribution"` // to be shown wherever the data are
	DataOf      string     `json:"data_of"`     // the day of the data, empty when it is not known
	Country     string     `json:"country"`     // ISO 3166-1 alpha-2, whose speeds were taken
	Bounds      [4]float64 `json:"bounds"`      // west, south, east, north
}

func (s *sheet) segments() int { return len(s.From) }

// line gives the shape of a segment, from its first point to its last.
func (s *sheet) line(seg int) orb.LineString {
	var l orb.LineString
	for i := s.Shapes[seg]; i < s.Shapes[seg+1]; i++ {
		l = append(l, s.point(i))
	}
	return l
}

func (s *sheet) point(i uint32) orb.Point {
	return orb.Point{float64(s.Points[2*i]) / unit, float64(s.Points[2*i+1]) / unit}
}

// unit is how many units of Points make a degree.
const unit = 1e7

func unitsOf(p orb.Point) (lon, lat int32) {
	return int32(math.Round(p.Lon() * unit)), int32(math.Round(p.Lat() * unit))
}

// check refuses a sheet whose columns do not fit together, so that nothing that
// is made of it can reach beyond its end.
func (s *sheet) check() error {
	n := s.segments()
	wrong := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "the road file is broken: %s", fmt.Sprintf(format, args...))
	}
	if len(s.To) != n || len(s.Class) != n || len(s.Names) != n || len(s.Shapes) != n+1 || n > math.MaxInt32/2 {
		return wrong("its columns have different lengths")
	}
	for m := range s.Cost {
		for d := range s.Cost[m] {
			if len(s.Cost[m][d]) != n {
				return wrong("its columns of costs have different lengths")
			}
		}
	}
	for i := range n {
		if s.From[i] >= s.Crossings || s.To[i] >= s.Crossings || int(s.Names[i]) >= len(s.Labels) {
			return wrong("segment %d names something that is not there", i)
		}
		if s.Shapes[i+1] < s.Shapes[i]+2 || uint64(s.Shapes[i+1])*2 > uint64(len(s.Points)) {
			return wrong("segment %d has no shape", i)
		}
	}
	for i := 0; i+1 < len(s.Points); i += 2 {
		if !geo.Valid(s.point(uint32(i / 2))) {
			return wrong("point %d is no place on earth", i/2)
		}
	}
	for _, b := range s.Bans {
		if b.Mode >= modes || int(b.From/2) >= n || int(b.To/2) >= n {
			return wrong("a forbidden turn names a segment that is not there")
		}
	}
	for _, b := range s.Blocks {
		if b.Mode >= modes || b.Crossing >= s.Crossings {
			return wrong("a barrier stands at a crossing that is not there")
		}
	}
	return nil
}

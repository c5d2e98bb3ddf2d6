package geo

import (
	"math"

	"anling/internal/fault"

	"github.com/paulmach/orb"
)

// System is a coordinate system. Public maps in China are shifted: by law to
// GCJ-02, and by one maker further to BD-09. Taking one for another is an error
// of some 500 m.
type System string

// The systems that are understood.
const (
	WGS84 System = "wgs84" // GPS, OpenStreetMap, and everything inside the program
	GCJ02 System = "gcj02" // AMap, Tencent and official maps in China
	BD09  System = "bd09"  // Baidu
)

// Valid reports whether the system is one of those understood.
func (s System) Valid() bool {
	return s == WGS84 || s == GCJ02 || s == BD09
}

// Convert takes a point from one system to another. Outside China all three
// are the same and the point comes back untouched. The border is the customary
// box (72.004..137.8347 E, 0.8293..55.8271 N), which takes in Hong Kong, Macau,
// Taiwan and neighbours too: whoever works there keeps to WGS-84. A point that
// is no place on earth, or an unknown system, is Invalid.
func Convert(p orb.Point, from, to System) (orb.Point, error) {
	if !from.Valid() || !to.Valid() {
		return orb.Point{}, fault.New(fault.Invalid, "coordinate systems are wgs84, gcj02 and bd09")
	}
	if !Valid(p) {
		return orb.Point{}, fault.New(fault.Invalid, "the coordinates are out of range")
	}
	if from == to || !inChinaBox(p) {
		return p, nil
	}
	return fromGCJ(toGCJ(p, from), to), nil
}

func toGCJ(p orb.Point, from System) orb.Point {
	switch from {
	case WGS84:
		return gcjFromWGS(p)
	case BD09:
		return invert(p, bdFromGCJ)
	}
	return p
}

func fromGCJ(p orb.Point, to System) orb.Point {
	switch to {
	case WGS84:
		return invert(p, gcjFromWGS)
	case BD09:
		return bdFromGCJ(p)
	}
	return p
}

func inChinaBox(p orb.Point) bool {
	return p.Lon() >= 72.004 && p.Lon() <= 137.8347 && p.Lat() >= 0.8293 && p.Lat() <= 55.8271
}

// The ellipsoid of GCJ-02: Krasovsky 1940.
const (
	gcjA  = 6378245.0
	gcjEE = 0.00669342162296594323
)

func gcjFromWGS(p orb.Point) orb.Point {
	east, north := gcjShift(p.Lon()-105, p.Lat()-35)
	sinLat, cosLat := math.Sincos(p.Lat() * math.Pi / 180)
	magic := 1 - gcjEE*sinLat*sinLat
	root := math.Sqrt(magic)
	perLat := gcjA * (1 - gcjEE) / (magic * root) * math.Pi / 180 // metres per degree
	perLon := gcjA / root * cosLat * math.Pi / 180
	return orb.Point{p.Lon() + east/perLon, p.Lat() + north/perLat}
}

// gcjShift is the published series of GCJ-02: by how many metres a point that
// lies x, y degrees from 105° E, 35° N is moved.
func gcjShift(x, y float64) (east, north float64) {
	const pi = math.Pi
	root := math.Sqrt(math.Abs(x))
	wave := 20*math.Sin(6*x*pi) + 20*math.Sin(2*x*pi)
	eastWave := wave + 20*math.Sin(x*pi) + 40*math.Sin(x*pi/3) +
		150*math.Sin(x*pi/12) + 300*math.Sin(x*pi/30)
	northWave := wave + 20*math.Sin(y*pi) + 40*math.Sin(y*pi/3) +
		160*math.Sin(y*pi/12) + 320*math.Sin(y*pi/30)
	east = 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + eastWave*2/3
	north = -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + northWave*2/3
	return east, north
}

func bdFromGCJ(p orb.Point) orb.Point {
	const wave = math.Pi * 3000 / 180
	x, y := p.Lon(), p.Lat()
	radius := math.Hypot(x, y) + 0.00002*math.Sin(y*wave)
	angle := math.Atan2(y, x) + 0.000003*math.Cos(x*wave)
	sin, cos := math.Sincos(angle)
	return orb.Point{radius*cos + 0.0065, radius*sin + 0.006}
}

// inversionSteps leaves less than 0.1 mm; a single step, as much code in the
// field does it, leaves up to 2.5 m.
const inversionSteps = 5

// invert finds the point that forward takes to p, by fixed-point steps: the
// shift hardly changes over its own length.
func invert(p orb.Point, forward func(orb.Point) orb.Point) orb.Point {
	guess := p
	for range inversionSteps {
		moved := forward(guess)
		guess[0] += p[0] - moved[0]
		guess[1] += p[1] - moved[1]
	}
	return guess
}

package geo

import (
	"math"
	"time"

	"github.com/paulmach/orb"
)

// Mode is how somebody travels.
type Mode string

// The modes. Unknown is somebody of whom no mode is known: it has the pace of
// a mixed crowd of volunteers.
const (
	Foot    Mode = "foot"
	Bike    Mode = "bike"
	Car     Mode = "car"
	Unknown Mode = ""
)

// Valid reports whether m is a mode that a helper can have.
func (m Mode) Valid() bool {
	return m == Foot || m == Bike || m == Car
}

// Trip is what a travel time is asked for. Both ends must be Valid.
type Trip struct {
	From, To orb.Point
	// Modes are those open to the traveller; the quickest is taken. None (or
	// none that is known) counts as Unknown.
	Modes []Mode
	// PositionAge is how old the knowledge of From is: who was there half an
	// hour ago may be somewhere else by now.
	PositionAge time.Duration
	// Density is that of the place To; it sets the pace where no road is known.
	Density Density
	// At is the hour at which roads are travelled; no time: at any.
	At time.Time
}

// Travel is an expected way to a place.
type Travel struct {
	Mode     Mode
	Duration time.Duration // expected, from setting out to standing at the door
	Spread   time.Duration // one standard deviation of Duration
	Metres   Metres        // length of the way from the last known position
	ByRoad   bool          // along known roads; otherwise by air, with a detour
}

// Unreachable is the duration of a way that does not exist.
const Unreachable time.Duration = math.MaxInt64

// Router tells travel times. Estimator is one; package road knows better where it has a map.
type Router interface {
	// Estimate is the quickest way of the trip; Unreachable when there is none.
	Estimate(Trip) Travel
	// AtLeast is a duration that no trip of that distance by air falls short
	// of, by whatever mode and however fresh its position. It never falls as
	// the distance grows. A search by air stops by it.
	AtLeast(air Metres, at Density) time.Duration
}

// Locator finds who can be at a place soonest, and tells how long one way takes: by air (Finder), or by road (package road).
type Locator interface {
	Nearest(Query) []Candidate
	Estimate(Trip) Travel
}

// Estimator tells travel times without roads: distance by air, a detour, and
// the pace of the mode in a place of that density.
type Estimator struct{}

// detour is what streets add to the distance by air.
const detour = 1.4

// doors is the time from stopping in the street to standing at the door.
const doors = 30.0 // seconds

// travelNoise is the scatter of a travel time about its expectation, as a part
// of it (lognormal σ of the dispatch study).
const travelNoise = 0.2

// pace is how a mode moves: metres a second by density, and the seconds that
// pass before it does (unlocking a bicycle, fetching and parking a car).
type pace struct {
	dense, typical, sparse float64
	start                  float64
}

// paceOf gives the pace of a mode. Foot 1.8–1.9 m/s, bicycle 4.4 m/s + 25 s and
// car + 75 s are those of the dispatch study; the car's speeds are its "class of
// road × 0.62" for the streets usual in such a place. Unknown is what 2,176 real
// volunteers did, by whatever means they had.
func paceOf(m Mode) pace {
	switch m {
	case Foot:
		return pace{dense: 1.8, typical: 1.9, sparse: 1.9}
	case Bike:
		return pace{dense: 4.4, typical: 4.4, sparse: 4.4, start: 25}
	case Car:
		return pace{dense: 5.5, typical: 8, sparse: 12, start: 75}
	}
	return pace{dense: 1.8, typical: 2.3, sparse: 3.1}
}

// Estimate implements Router. A trip whose ends are not Valid is Unreachable.
func (Estimator) Estimate(t Trip) Travel {
	if !Valid(t.From) || !Valid(t.To) {
		return Travel{Duration: Unreachable}
	}
	air := float64(Distance(t.From, t.To))
	mean, scatter := drift(air, t.PositionAge)
	best := Travel{Duration: Unreachable}
	for _, m := range usable(t.Modes) {
		p := paceOf(m)
		speed := t.Density.between(p)
		seconds := p.start + doors + mean*detour/speed
		if d := durationOf(seconds); d < best.Duration {
			spread := math.Hypot(travelNoise*seconds, scatter*detour/speed)
			best = Travel{Mode: m, Duration: d, Spread: durationOf(spread), Metres: Metres(air * detour)}
		}
	}
	return best
}

// AlongRoad makes a travel of a time along known roads, by a mode that is Valid: with the time that it takes to set out
// and to come to the door, and with what an old position adds, as Estimate adds it.
func AlongRoad(m Mode, along time.Duration, air Metres, age time.Duration) Travel {
	p := paceOf(m)
	mean, scatter := drift(float64(air), age)
	onTheWay := along.Seconds() + (mean-float64(air))*detour/p.typical
	seconds := p.start + doors + onTheWay
	return Travel{
		Mode: m, ByRoad: true, Duration: durationOf(seconds),
		Spread: durationOf(math.Hypot(travelNoise*seconds, scatter*detour/p.typical)),
	}
}

// AtLeast implements Router: the quickest mode, from a position that is sure.
func (Estimator) AtLeast(air Metres, at Density) time.Duration {
	least := Unreachable
	for _, m := range [...]Mode{Foot, Bike, Car, Unknown} {
		p := paceOf(m)
		least = min(least, durationOf(p.start+doors+float64(air)*detour/at.between(p)))
	}
	return least
}

func usable(modes []Mode) []Mode {
	var known []Mode
	for _, m := range modes {
		if m.Valid() {
			known = append(known, m)
		}
	}
	if len(known) == 0 {
		return []Mode{Unknown}
	}
	return known
}

func durationOf(seconds float64) time.Duration {
	return time.Duration(seconds * float64(time.Second))
}

// How knowledge of a position fades: in half an hour it is as good as stale; of
// the stale, half have moved, by a normal spread of 900 m each way (the
// assumptions of the dispatch study).
const (
	staleAfter = 30 * time.Minute
	movedShare = 0.5
	movedSigma = 900.0
)

// drift gives the expected distance of somebody last seen air metres away, and
// its standard deviation. The expectation grows with air, and is never less:
// to be near is worth little when it was long ago.
func drift(air float64, age time.Duration) (mean, scatter float64) {
	moved := movedShare * math.Min(1, math.Max(0, float64(age)/float64(staleAfter)))
	away := math.Sqrt(air*air + math.Pi/2*movedSigma*movedSigma) // exact for air = 0
	return air + moved*(away-air), math.Sqrt(moved) * movedSigma
}

// Density is how many points of an index there are on a square kilometre.
type Density float64

// The densities where the paces of the study hold: its city cells have 0.2 to
// 20 people on a square kilometre. Between them the pace changes evenly with
// the logarithm, so that no street is a border.
const (
	sparseDensity  = 0.5
	typicalDensity = 1.6
	denseDensity   = 5.0
)

func (d Density) between(p pace) float64 {
	x := float64(d)
	switch {
	case x >= denseDensity:
		return p.dense
	case x >= typicalDensity:
		return blend(p.typical, p.dense, math.Log(x/typicalDensity)/math.Log(denseDensity/typicalDensity))
	case x > sparseDensity:
		return blend(p.sparse, p.typical, math.Log(x/sparseDensity)/math.Log(typicalDensity/sparseDensity))
	}
	return p.sparse
}

func blend(from, to, part float64) float64 {
	return from + (to-from)*part
}

// What DensityAt looks at: enough points to tell sparse from dense, no more.
const (
	densityRadius Metres = 1000
	densityPoints        = 32
)

// DensityAt estimates how densely the points of ix lie about p: those within a
// kilometre, or the nearest 32 and the circle they fill. The index should hold
// what stands for how built-up a place is (elders' homes and helpers alike);
// a service that has just begun makes any city look like open country.
func DensityAt(ix *Index, p orb.Point) Density {
	near := ix.Nearest(p, densityPoints, densityRadius, nil)
	radius := densityRadius
	if len(near) == densityPoints {
		radius = max(1, near[len(near)-1].Metres) // all in one house
	}
	squareKm := math.Pi * float64(radius) * float64(radius) / 1e6
	return Density(float64(len(near)) / squareKm)
}

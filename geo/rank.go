package geo

import (
	"cmp"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// Finder finds who can be at a place soonest.
type Finder struct {
	// Helpers are those who may be found.
	Helpers *Index
	// Crowd tells how built-up a place is (see DensityAt); nil for Helpers.
	Crowd *Index
	// Router tells travel times; nil for Estimator.
	Router Router
}

// Query is what a Finder is asked.
type Query struct {
	Point  orb.Point
	K      int           // how many at most
	Within time.Duration // nobody who needs longer; zero for no limit
	// Modes tells how somebody can travel; nil when nothing is known of anybody.
	Modes func(id string) []Mode
	// By are the only modes that count, where it is asked for some; none for all.
	By []Mode
	// Keep tells who is fit for the job; nil for all.
	Keep func(id string) bool
	Now  time.Time
}

// Candidate is somebody who could come.
type Candidate struct {
	ID          string
	Point       orb.Point     // the last known position
	Air         Metres        // from there, by air
	PositionAge time.Duration // the longest duration when it is not known
	Travel      Travel
}

// Nearest lists the K people that Keep accepts with the least expected travel
// time, soonest first; then the nearer by air, then by id. It is exact over the
// whole index, whatever their modes: it goes on by air, beyond the nearest K,
// until nobody farther off could be quicker than those it has.
//
// Modes and Keep are called outside every lock, and may be asked about one id
// more than once; they must answer the same during one call.
func (f *Finder) Nearest(q Query) []Candidate {
	if q.K <= 0 || q.Within < 0 || !Valid(q.Point) {
		return nil
	}
	s := search{Query: q, router: f.router(), density: DensityAt(f.crowd(), q.Point)}
	for ask := 4*q.K + 16; ; ask *= 4 {
		near := f.Helpers.Nearest(q.Point, ask, 0, nil)
		if found, all := s.rank(near); all || len(near) < ask {
			return found
		}
	}
}

// Estimate tells how long one way takes, as the finder's Router does.
func (f *Finder) Estimate(t Trip) Travel { return f.router().Estimate(t) }

func (f *Finder) router() Router {
	if f.Router == nil {
		return Estimator{}
	}
	return f.Router
}

func (f *Finder) crowd() *Index {
	if f.Crowd == nil {
		return f.Helpers
	}
	return f.Crowd
}

// search is one query with what it takes to answer it.
type search struct {
	Query
	router  Router
	density Density
}

// rank takes the best K of those near, who come nearest first, and reports
// whether it could stop before their end: nobody behind can enter the list.
func (s search) rank(near []Neighbour) (best []Candidate, stopped bool) {
	best = make([]Candidate, 0, s.K+1)
	for _, n := range near {
		least := s.router.AtLeast(n.Metres, s.density)
		if s.tooLong(least) || len(best) == s.K && least > best[s.K-1].Travel.Duration {
			return best, true
		}
		if s.Keep != nil && !s.Keep(n.ID) {
			continue
		}
		c := s.candidate(n)
		if s.tooLong(c.Travel.Duration) || c.Travel.Duration == Unreachable {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, c, compareCandidates)
		best = slices.Insert(best, at, c)
		best = best[:min(len(best), s.K)]
	}
	return best, false
}

func (s search) tooLong(d time.Duration) bool {
	return s.Within > 0 && d > s.Within
}

func (s search) candidate(n Neighbour) Candidate {
	c := Candidate{ID: n.ID, Point: n.Point, Air: n.Metres, PositionAge: ageOf(n.At, s.Now)}
	trip := Trip{From: n.Point, To: s.Point, PositionAge: c.PositionAge, Density: s.density}
	if s.Modes != nil {
		trip.Modes = s.Modes(n.ID)
	}
	if s.bars(&trip) {
		c.Travel.Duration = Unreachable
		return c
	}
	c.Travel = s.router.Estimate(trip)
	return c
}

// bars leaves of the modes of a trip those that count, and reports whether there were some and none is left.
func (s search) bars(t *Trip) bool {
	if len(s.By) == 0 || len(t.Modes) == 0 {
		return false
	}
	t.Modes = slices.DeleteFunc(slices.Clone(t.Modes), func(m Mode) bool { return !slices.Contains(s.By, m) })
	return len(t.Modes) == 0
}

func compareCandidates(a, b Candidate) int {
	return cmp.Or(
		cmp.Compare(a.Travel.Duration, b.Travel.Duration),
		cmp.Compare(a.Air, b.Air),
		cmp.Compare(a.ID, b.ID),
	)
}

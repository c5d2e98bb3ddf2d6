package road

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"anling/geo"
)

// Finder finds who can be at a place soonest, by road where there is one. It may be used from many goroutines at once.
type Finder struct {
	crowd   *Crowd
	air     geo.Finder
	hours   *Hours
	traffic *pace // of cars, at hours of which nothing is known
	closed  func() *Closures

	searches sync.Pool
}

// FinderOptions are what a Finder works with.
type FinderOptions struct {
	// Crowd are those who may be found, on their map.
	Crowd *Crowd
	// Helpers are the same people by air: for a place that is near no road, and for who is near none.
	Helpers *geo.Index
	// Hours tells how long the roads take at the hour of an instant; nil: nothing is known.
	Hours *Hours
	// Closed are the roads that nobody is led through now; nil: none.
	Closed func() *Closures
}

// NewFinder makes a finder.
func NewFinder(o FinderOptions) *Finder {
	if o.Closed == nil {
		o.Closed = func() *Closures { return nil }
	}
	f := &Finder{crowd: o.Crowd, air: geo.Finder{Helpers: o.Helpers}, hours: o.Hours, closed: o.Closed, traffic: &pace{}}
	for class := range f.traffic {
		f.traffic[class] = traffic
	}
	return f
}

// Map is the one that the finder's people are on.
func (f *Finder) Map() *Map { return f.crowd.on }

// traffic is how much longer a drive takes than on free roads, in 256ths: the 0.62 of the classes' speeds that the dispatch
// study reckons with. Where the hour is known, that counts instead.
const traffic = usual * 100 / 62

// longest is how long a way may be before it is not looked for any more.
const longest = 3 * time.Hour

// Nearest lists the people whom the query accepts with the least expected travel time, soonest first, as geo.Finder.Nearest
// does, over all of them. Those who travel by road have ByRoad; who is near no road that their modes can use is ranked by air.
//
// Keep and Modes are asked while the crowd's positions stand still: they must not wait for anybody who waits to Put.
func (f *Finder) Nearest(q geo.Query) []geo.Candidate {
	if q.K <= 0 || q.Within < 0 || !geo.Valid(q.Point) {
		return nil
	}
	doors := f.crowd.on.grid.snap(q.Point, allModes, snapWithin)
	var missing []geo.Mode
	for m, at := range doors {
		if at.seg == none {
			missing = append(missing, nameOf(m))
		}
	}
	if len(missing) == modes {
		return f.air.Nearest(q)
	}
	s := f.search(q, doors)
	found := s.run()
	f.end(s)
	found = append(found, f.strays(q)...)
	if len(missing) > 0 {
		found = append(found, f.offRoad(q, missing)...)
	}
	return best(found, q.K)
}

// best lists everybody once, with their quickest way, soonest first.
func best(all []geo.Candidate, k int) []geo.Candidate {
	slices.SortFunc(all, compare)
	seen := make(map[string]bool, len(all))
	once := all[:0]
	for _, c := range all {
		if !seen[c.ID] {
			seen[c.ID] = true
			once = append(once, c)
		}
	}
	return once[:min(len(once), k)]
}

func compare(a, b geo.Candidate) int {
	return cmp.Or(cmp.Compare(a.Travel.Duration, b.Travel.Duration), cmp.Compare(a.Air, b.Air), cmp.Compare(a.ID, b.ID))
}

// strays are those who are near no road.
func (f *Finder) strays(q geo.Query) []geo.Candidate {
	if f.crowd.strays.Len() == 0 {
		return nil
	}
	return (&geo.Finder{Helpers: f.crowd.strays, Crowd: f.air.Helpers}).Nearest(q)
}

// offRoad are those whose modes find no road at the place, by air; of whom no mode is known would have come on foot.
func (f *Finder) offRoad(q geo.Query, missing []geo.Mode) []geo.Candidate {
	theirs := q.Modes
	if theirs == nil {
		theirs = func(string) []geo.Mode { return nil }
	}
	q.Modes = func(id string) []geo.Mode {
		return slices.DeleteFunc(slices.Clone(theirs(id)), func(m geo.Mode) bool { return !slices.Contains(missing, m) })
	}
	keep := q.Keep
	q.Keep = func(id string) bool {
		can := slices.ContainsFunc(missing, func(m geo.Mode) bool { i, _ := modeOf(m); return travelsBy(theirs(id), i) })
		return can && (keep == nil || keep(id))
	}
	return f.air.Nearest(q)
}

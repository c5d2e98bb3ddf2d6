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
	if doors[foot].seg == none && doors[bike].seg == none && doors[car].seg == none {
		return f.air.Nearest(q)
	}
	closed := f.closed()
	found := f.byRoad(q, doors, closed)
	for m, door := range doors {
		found = append(found, f.besideRoads(q, m, door)...)
	}
	if found = best(found, q.K); len(found) == q.K || closed == nil {
		return found
	}
	return best(append(found, f.cutOff(q, doors, found)...), q.K)
}

func (f *Finder) byRoad(q geo.Query, doors [modes]spot, closed *Closures) []geo.Candidate {
	s := f.search(q, doors, closed)
	defer f.end(s)
	return s.run()
}

// cutOff are those who cannot come because roads are closed, as if those were open and flagged: that there is somebody counts
// more than how they come.
func (f *Finder) cutOff(q geo.Query, doors [modes]spot, found []geo.Candidate) []geo.Candidate {
	all := slices.DeleteFunc(f.byRoad(q, doors, nil), func(c geo.Candidate) bool {
		return slices.ContainsFunc(found, func(b geo.Candidate) bool { return b.ID == c.ID })
	})
	for i := range all {
		all[i].Travel.ByRoad = false
	}
	return all
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

// besideRoads are those who would come by a mode for which there is no road near them, or none near the door: by air. Of whom
// no mode is known would have come on foot.
func (f *Finder) besideRoads(q geo.Query, m int, door spot) []geo.Candidate {
	among := f.crowd.strays[m]
	if door.seg == none {
		among = f.air.Helpers
	}
	if among.Len() == 0 || len(q.By) > 0 && !slices.Contains(q.By, nameOf(m)) {
		return nil
	}
	theirs, keep := q.Modes, q.Keep
	if theirs == nil {
		theirs = func(string) []geo.Mode { return nil }
	}
	q.Modes = func(id string) []geo.Mode {
		return slices.DeleteFunc(slices.Clone(theirs(id)), func(other geo.Mode) bool { return other != nameOf(m) })
	}
	q.Keep = func(id string) bool { return travelsBy(theirs(id), m) && (keep == nil || keep(id)) }
	return (&geo.Finder{Helpers: among, Crowd: f.air.Helpers}).Nearest(q)
}

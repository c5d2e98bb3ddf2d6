package road

import (
	"slices"
	"time"

	"anling/geo"
)

// offPace is how fast somebody crosses the ground between a road and where they stand, in metres a second: the pace on foot.
const offPace = 1.9

// offRoad is the time for so many metres beside a road, in milliseconds.
func offRoad(metres float32) uint32 { return uint32(metres / offPace * 1000) }

// search is one query: an expansion for each mode, all going outward from the door together.
type search struct {
	geo.Query
	crowd *Crowd
	doors [modes]spot
	by    [modes]expansion
	base  [modes]uint32 // what comes to every way of that mode: setting out, and the door
	best  []met
}

// met is somebody whom the search has met.
type met struct {
	who    uint32
	mode   int
	along  uint32 // milliseconds on the way
	travel geo.Travel
	air    geo.Metres
	age    time.Duration
}

// search takes one from the pool and fits it to the query.
func (f *Finder) search(q geo.Query, doors [modes]spot, closed *Closures) *search {
	s, ok := f.searches.Get().(*search)
	if !ok {
		s = &search{}
	}
	s.Query, s.crowd, s.doors, s.best = q, f.crowd, doors, s.best[:0]
	for m := range s.by {
		f.prepare(&s.by[m], m, f.expected(m, q.Now), closed)
		s.base[m] = milliseconds(geo.AlongRoad(nameOf(m), 0, 0, 0).Duration) + offRoad(doors[m].off)
		if q.Within > 0 {
			s.by[m].most = min(s.by[m].most, milliseconds(q.Within))
		}
	}
	return s
}

// prepare fits an expansion to the roads as they are.
func (f *Finder) prepare(e *expansion, mode int, p *pace, closed *Closures) {
	on := f.crowd.on
	e.net, e.mode, e.sheet, e.most = on.nets[mode], mode, on.sheet, milliseconds(longest)
	e.closed, e.pace = closed.of(mode), p
	e.begin()
}

// expected is the pace to reckon with at an instant.
func (f *Finder) expected(mode int, now time.Time) *pace {
	if p := f.hours.at(mode, now); p != nil || mode != car {
		return p
	}
	return f.traffic
}

func milliseconds(d time.Duration) uint32 { return uint32(min(d.Milliseconds(), never-1)) }

// run meets people until nobody whom it has not met can be sooner.
func (s *search) run() []geo.Candidate {
	s.crowd.mu.RLock()
	defer s.crowd.mu.RUnlock()
	for m := range s.by {
		if s.doors[m].seg != none && s.counts(m) {
			s.by[m].from(s.doors[m])
			s.neighbours(m)
		}
	}
	for {
		m, least := s.next()
		if m < 0 || s.beyond(least) {
			return s.candidates()
		}
		s.step(m)
	}
}

// counts reports whether the query looks at a mode.
func (s *search) counts(m int) bool { return len(s.By) == 0 || slices.Contains(s.By, nameOf(m)) }

// next is the mode whose expansion goes on, and what nobody still to be met can fall short of.
func (s *search) next() (mode int, least uint32) {
	mode, least = -1, never
	for m := range s.by {
		if len(s.by[m].queue) == 0 {
			continue
		}
		if at := s.by[m].queue[0].cost + s.base[m]; at < least {
			mode, least = m, at
		}
	}
	return mode, least
}

// beyond reports whether who needs at least so many milliseconds can have no place in the answer.
func (s *search) beyond(least uint32) bool {
	const slack = time.Microsecond // whole milliseconds against seconds with a point
	d := time.Duration(least) * time.Millisecond
	return s.Within > 0 && d > s.Within || len(s.best) == s.K && d > s.best[s.K-1].travel.Duration+slack
}

func (s *search) step(m int) {
	e := &s.by[m]
	v := e.queue.pop()
	if v.what&person != 0 {
		s.meet(m, v)
		return
	}
	if !e.settled(v) {
		return
	}
	for i := e.first[v.what]; i < e.first[v.what+1]; i++ {
		for next, cost := i, v.cost; next != none; {
			if a := &e.arcs[next]; a.seg < copied && hasBit(s.crowd.taken[m], int(a.seg>>1)) {
				s.wake(m, *a, cost)
			}
			next, cost = e.along(next, cost)
		}
	}
}

// wake lets those on a directed segment set out, when it is known what the way from its end costs.
func (s *search) wake(m int, on arc, onward uint32) {
	cost := s.by[m].pace.of(s.by[m].sheet, on.seg>>1, on.cost)
	for i := s.crowd.heads[m][on.seg>>1]; i != none; i = s.crowd.slots[i].next[m] {
		at := &s.crowd.slots[i].spots[m]
		left := cost - partOf(cost, progress(on.seg, at.part))
		s.by[m].queue.push(visit{onward + left + offRoad(at.off), person | i})
	}
}

// neighbours lets those set out who are on the door's own segment.
func (s *search) neighbours(m int) {
	for i := s.crowd.heads[m][s.doors[m].seg]; i != none; i = s.crowd.slots[i].next[m] {
		at := s.crowd.slots[i].spots[m]
		if d := s.by[m].departing(at, s.doors[m]); d.direct {
			s.by[m].queue.push(visit{d.cost + offRoad(at.off), person | i})
		}
	}
}

// meet takes in somebody whose way is known.
func (s *search) meet(m int, v visit) {
	who := v.what &^ person
	p := &s.crowd.slots[who]
	if slices.ContainsFunc(s.best, func(b met) bool { return b.who == who && b.mode == m }) || !s.travels(p.id, m) ||
		s.Keep != nil && !s.Keep(p.id) {
		return
	}
	c := met{who: who, mode: m, along: v.cost + offRoad(s.doors[m].off), air: geo.Distance(p.point, s.Point), age: ageOf(p.at, s.Now)}
	c.travel = geo.AlongRoad(nameOf(m), time.Duration(c.along)*time.Millisecond, c.air, c.age)
	if s.Within > 0 && c.travel.Duration > s.Within {
		return
	}
	if i := slices.IndexFunc(s.best, func(b met) bool { return b.who == who }); i >= 0 {
		if s.best[i].travel.Duration <= c.travel.Duration {
			return
		}
		s.best = slices.Delete(s.best, i, i+1)
	}
	at, _ := slices.BinarySearchFunc(s.best, c, s.compare)
	s.best = slices.Insert(s.best, at, c)
	s.best = s.best[:min(len(s.best), s.K)]
}

func (s *search) compare(a, b met) int {
	return compare(geo.Candidate{ID: s.crowd.slots[a.who].id, Air: a.air, Travel: a.travel},
		geo.Candidate{ID: s.crowd.slots[b.who].id, Air: b.air, Travel: b.travel})
}

// travels reports whether somebody goes by a mode; of whom no mode is known goes on foot.
func (s *search) travels(id string, m int) bool {
	if s.Modes == nil {
		return m == foot
	}
	return travelsBy(s.Modes(id), m)
}

func travelsBy(theirs []geo.Mode, m int) bool {
	known := false
	for _, one := range theirs {
		i, ok := modeOf(one)
		if ok && i == m {
			return true
		}
		known = known || ok
	}
	return !known && m == foot
}

func ageOf(at, now time.Time) time.Duration { return geo.Position{At: at}.Age(now) }

// candidates gives those met in the words of package geo.
func (s *search) candidates() []geo.Candidate {
	out := make([]geo.Candidate, 0, len(s.best)+1)
	for _, b := range s.best {
		p := &s.crowd.slots[b.who]
		e, at, door := &s.by[b.mode], p.spots[b.mode], s.doors[b.mode]
		way := e.follow(e.departing(at, door), at, door)
		b.travel.Metres = s.crowd.on.metresOf(way) + geo.Metres(at.off+door.off)
		out = append(out, geo.Candidate{ID: p.id, Point: p.point, Air: b.air, PositionAge: b.age, Travel: b.travel})
	}
	return out
}

// end puts the search back without what belongs to the query.
func (f *Finder) end(s *search) {
	s.Query, s.crowd = geo.Query{}, nil
	f.searches.Put(s)
}
